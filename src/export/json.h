// SPDX-License-Identifier: Apache-2.0
// JSON by hand: each function writes at p and returns the place behind. The caller has made sure of the room.
//
// Members are written with a comma behind them ("key":value,), and the end of an object or array takes the last comma
// away. Only what this program writes is supported: no floats, no nesting to keep track of.
#ifndef EXPORT_JSON_H
#define EXPORT_JSON_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "rustnet/base/reader.h"
#include "rustnet/base/time.h"

// Room that one byte of text can take: "\u001f".
#define EXPORT_ESCAPE_MAX 6

static inline char *export_put(char *p, const char *s, size_t len)
{
    memcpy(p, s, len);
    return p + len;
}

// A literal, copied with a length that the compiler knows.
#define EXPORT_PUT(p, literal) export_put((p), "" literal, sizeof(literal) - 1)
// The key of a member: EXPORT_KEY(p, "pid") writes "pid":
#define EXPORT_KEY(p, key) EXPORT_PUT((p), "\"" key "\":")

// Ends an object or array that began at `open` (where its bracket is), and puts a comma behind it.
static inline char *export_end(char *p, const char *open, char bracket)
{
    if (p - open > 1)
        p--; // the last comma
    *p++ = bracket;
    *p++ = ',';
    return p;
}

char *export_number(char *p, uint64_t v);         // 18446744073709551615,
char *export_text(char *p, struct rn_bytes text); // "text",
char *export_fixed(char *p, uint64_t v,
                   unsigned digits);   // v / 10^digits with that many decimals: 12.300000,
char *export_time(char *p, rn_time t); // "2026-11-24T16:15:50.000000001Z",

static inline char *export_cstr(char *p, const char *s)
{
    return export_text(p, rn_bytes_of(s, strlen(s)));
}

#endif
