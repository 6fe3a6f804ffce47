// SPDX-License-Identifier: Apache-2.0
// Text that is safe to print: the only way that foreign bytes enter a struct.
// Thread: any.
// Owns:   values; nothing is allocated.
// Fails:  never; what does not fit is cut at a character, what is not text becomes U+FFFD.
//
// An rn_text is always valid UTF-8 and never holds C0, DEL, C1, zero-width or bidirectional control characters,
// so a terminal, a log line or a JSON string can take it as it is (JSON still quotes \" and \).
#ifndef RUSTNET_BASE_TEXT_H
#define RUSTNET_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "rustnet/base/reader.h"

struct rn_text32 {
    uint8_t len;
    char s[31 + 1]; // always ends with NUL
};

struct rn_text64 {
    uint8_t len;
    char s[63 + 1];
};

struct rn_text256 {
    uint8_t len;
    char s[255 + 1];
};

// Cleans raw into out (capacity cap, NUL included) and returns the length in bytes.
size_t rn_text_clean(char *out, size_t cap, struct rn_bytes raw);
// printf into out; the result is cleaned too. Returns the length in bytes.
size_t rn_text_vfmt(char *out, size_t cap, const char *fmt, va_list args);
size_t rn_text_fmt_(char *out, size_t cap, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define rn_text_from_bytes(text, raw) \
    ((void)((text)->len = (uint8_t)rn_text_clean((text)->s, sizeof((text)->s), (raw))))
#define rn_text_fmt(text, ...) \
    ((void)((text)->len = (uint8_t)rn_text_fmt_((text)->s, sizeof((text)->s), __VA_ARGS__)))

// The next code point of s (UTF-8), its length in *out_len (at least 1); U+FFFD for an invalid sequence.
uint32_t rn_utf8_next(const char *s, size_t len, size_t *out_len);
// Writes cp to out (4 bytes at most) and returns how many.
size_t rn_utf8_put(char *out, uint32_t cp);
// Cells that a code point takes on a terminal: 0, 1 or 2. Our own table (Unicode 15 East Asian Width and
// Mn/Me/Cf), so that a screen does not depend on the locale.
int rn_wcwidth(uint32_t cp);
// Cells that s takes.
size_t rn_text_cells(const char *s);

#endif
