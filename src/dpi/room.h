// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: the context, and one row per protocol.
// Thread: any; a context belongs to one thread.
// Owns:   a context owns its scratch memory.
// Fails:  never.
#ifndef RUSTNET_DPI_ROOM_H
#define RUSTNET_DPI_ROOM_H

#include <string.h>

#include "rustnet/dpi.h"

#define DPI_SCRATCH_BYTES 512

struct rn_dpi_ctx {
    uint64_t parse_calls;
    // Of one call each; they hold nothing between calls.
    uint8_t scratch[DPI_SCRATCH_BYTES];
    struct rn_facts inner; // what the inside of a tunnel told
};

extern const struct rn_dpi_proto dpi_http;
extern const struct rn_dpi_proto dpi_https;
extern const struct rn_dpi_proto dpi_tls;
extern const struct rn_dpi_proto dpi_dns;

// A literal as bytes, without its NUL.
#define DPI_LITERAL(text) rn_bytes_of("" text, sizeof(text) - 1)

// Whether an HTTP proxy has opened a tunnel (RFC 9110, 9.3.6): what follows is another protocol.
bool dpi_http_is_tunnel(const struct rn_facts *facts);

static inline bool dpi_has(const struct rn_facts *facts, enum rn_fact fact)
{
    return rn_facts_find(facts, fact, 0).p != NULL;
}

// The byte at i, 0 beyond the end; and the last one.
static inline uint8_t dpi_at(struct rn_bytes bytes, size_t i)
{
    return i < bytes.len ? bytes.p[i] : 0;
}

static inline uint8_t dpi_last(struct rn_bytes bytes)
{
    return dpi_at(bytes, bytes.len - 1);
}

static inline bool dpi_equal(struct rn_bytes a, struct rn_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

#endif
