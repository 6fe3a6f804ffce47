// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share. A target is LLVMFuzzerTestOneInput, for libFuzzer or for replay_main.c, and says what
// must hold for any input with `must`, which also works where NDEBUG is set.
#ifndef RUSTNET_TESTS_FUZZ_FUZZ_H
#define RUSTNET_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/reader.h"
#include "rustnet/base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define must(cond) ((cond) ? (void)0 : fuzz_broken(#cond, __FILE__, __LINE__))

_Noreturn static inline void fuzz_broken(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
    abort();
}

// A copy in a buffer of exactly its size, so that a sanitizer sees every byte too far. The caller frees it.
static inline uint8_t *fuzz_exact(struct rn_bytes bytes)
{
    uint8_t *copy = malloc(bytes.len ? bytes.len : 1);
    if (!copy)
        abort();
    if (bytes.len)
        memcpy(copy, bytes.p, bytes.len);
    return copy;
}

// The same up to the first NUL, and with one behind it.
static inline char *fuzz_exact_text(struct rn_bytes bytes)
{
    const uint8_t *nul = bytes.len ? memchr(bytes.p, 0, bytes.len) : NULL;
    size_t len = nul ? (size_t)(nul - bytes.p) : bytes.len;
    char *copy = malloc(len + 1);
    if (!copy)
        abort();
    if (len)
        memcpy(copy, bytes.p, len);
    copy[len] = '\0';
    return copy;
}

// Whether a terminal may be given this character; written without a look at what base/text.c does.
static inline bool fuzz_is_harmless(uint32_t cp)
{
    bool control = cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029;
    bool bidi = cp == 0x061c || cp == 0x200e || cp == 0x200f || (cp >= 0x202a && cp <= 0x202e) ||
                (cp >= 0x2066 && cp <= 0x2069);
    bool unseen = (cp >= 0x200b && cp <= 0x200d) || cp == 0x2060 || cp == 0xfeff;
    return !control && !bidi && !unseen;
}

// What base/text.h promises: valid UTF-8 (RFC 3629, 4), harmless, ended by NUL and without one inside.
static inline void must_be_clean(const char *s, size_t len)
{
    must(s[len] == '\0' && strlen(s) == len);
    for (size_t i = 0; i < len;) {
        uint8_t b = (uint8_t)s[i];
        size_t more = b < 0x80 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        uint32_t cp = more == 0 ? b : b & (0x3fu >> more);
        must(b < 0x80 || (b >= 0xc2 && b <= 0xf4));
        must(i + more < len);
        for (size_t n = 1; n <= more; n++) {
            must((s[i + n] & 0xc0) == 0x80);
            cp = cp << 6 | (s[i + n] & 0x3f);
        }
        must(more < 2 || cp >= (more == 2 ? 0x800u : 0x10000u)); // no longer than need be
        must(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff) && fuzz_is_harmless(cp));
        i += more + 1;
    }
}

#endif
