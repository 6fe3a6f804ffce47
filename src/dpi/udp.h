// SPDX-License-Identifier: Apache-2.0
// What the rows of protocols over UDP share: a datagram is a whole message, so lengths must come out exactly.
// Thread: any.
// Owns:   nothing.
// Fails:  never.
#ifndef RUSTNET_DPI_UDP_H
#define RUSTNET_DPI_UDP_H

#include "room.h"

// A fact that the latest message tells best, whatever its merge rule is for other protocols.
static inline void dpi_put_latest(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes text)
{
    if (text.len == 0)
        return;
    rn_facts_drop(facts, fact);
    rn_facts_put_text(facts, fact, text);
}

static inline struct rn_bytes dpi_word(const char *text)
{
    return rn_bytes_of(text, text ? strlen(text) : 0);
}

// The name of a number, or "UNKNOWN(n)" in a buffer of the caller's. `names` is a table by number, with NULL for gaps.
struct dpi_name {
    char s[24];
};
static inline struct rn_bytes dpi_name_of(const char *const *names, size_t count, uint32_t number,
                                          struct dpi_name *buf)
{
    if (number < count && names[number])
        return dpi_word(names[number]);
    return rn_bytes_of(buf->s,
                       rn_text_fmt_(buf->s, sizeof(buf->s), "UNKNOWN(%u)", (unsigned)number));
}

// Bytes as hexadecimal digits, at most 32 of them.
static inline void dpi_put_hex(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    char text[2 * 32];
    size_t len = 0;
    for (size_t i = 0; i < bytes.len && len < sizeof(text); i++) {
        text[len++] = digits[dpi_at(bytes, i) >> 4];
        text[len++] = digits[dpi_at(bytes, i) & 15];
    }
    rn_facts_put_text(facts, fact, rn_bytes_of(text, len));
}

#define DPI_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
