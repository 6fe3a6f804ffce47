// SPDX-License-Identifier: Apache-2.0
// A cursor over bytes that cannot read past their end.
// Thread: any.
// Owns:   nothing; a reader borrows the bytes it was made from.
// Fails:  the first short take sets `bad`; every later take gives zero or nothing.
//
// A parser is straight-line code that looks at `bad` once, at the end or before a loop goes on.
#ifndef RUSTNET_BASE_READER_H
#define RUSTNET_BASE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rn_bytes {
    const uint8_t *p;
    size_t len;
};

struct rn_reader {
    const uint8_t *p;
    const uint8_t *end;
    bool bad;
};

static inline struct rn_bytes rn_bytes_of(const void *p, size_t len)
{
    return (struct rn_bytes){p, len};
}

static inline struct rn_reader rn_reader_of(struct rn_bytes bytes)
{
    return (struct rn_reader){bytes.p, bytes.len ? bytes.p + bytes.len : bytes.p, false};
}

static inline size_t rn_reader_left(const struct rn_reader *r)
{
    return (size_t)(r->end - r->p);
}

// All that is left, without taking it.
static inline struct rn_bytes rn_reader_rest(const struct rn_reader *r)
{
    return (struct rn_bytes){r->p, rn_reader_left(r)};
}

static inline bool rn_reader_has(struct rn_reader *r, size_t n)
{
    if (rn_reader_left(r) >= n)
        return true;
    r->bad = true;
    r->p = r->end;
    return false;
}

static inline uint8_t rn_take_u8(struct rn_reader *r)
{
    return rn_reader_has(r, 1) ? *r->p++ : 0;
}

static inline uint16_t rn_take_be16(struct rn_reader *r)
{
    if (!rn_reader_has(r, 2))
        return 0;
    uint16_t v = (uint16_t)(r->p[0] << 8 | r->p[1]);
    r->p += 2;
    return v;
}

static inline uint32_t rn_take_be24(struct rn_reader *r)
{
    if (!rn_reader_has(r, 3))
        return 0;
    uint32_t v = (uint32_t)r->p[0] << 16 | (uint32_t)r->p[1] << 8 | r->p[2];
    r->p += 3;
    return v;
}

static inline uint32_t rn_take_be32(struct rn_reader *r)
{
    if (!rn_reader_has(r, 4))
        return 0;
    uint32_t v =
        (uint32_t)r->p[0] << 24 | (uint32_t)r->p[1] << 16 | (uint32_t)r->p[2] << 8 | r->p[3];
    r->p += 4;
    return v;
}

static inline uint32_t rn_take_le32(struct rn_reader *r)
{
    if (!rn_reader_has(r, 4))
        return 0;
    uint32_t v =
        (uint32_t)r->p[3] << 24 | (uint32_t)r->p[2] << 16 | (uint32_t)r->p[1] << 8 | r->p[0];
    r->p += 4;
    return v;
}

static inline struct rn_bytes rn_take_bytes(struct rn_reader *r, size_t n)
{
    if (!n ||
        !rn_reader_has(r, n)) // nothing may be added to the NULL of an empty reader, not even 0
        return (struct rn_bytes){r->p, 0};
    struct rn_bytes b = {r->p, n};
    r->p += n;
    return b;
}

static inline void rn_skip(struct rn_reader *r, size_t n)
{
    (void)rn_take_bytes(r, n);
}

// A reader over the next n bytes, which this one skips.
static inline struct rn_reader rn_reader_sub(struct rn_reader *r, size_t n)
{
    struct rn_reader sub = rn_reader_of(rn_take_bytes(r, n));
    sub.bad = r->bad;
    return sub;
}

#endif
