// SPDX-License-Identifier: Apache-2.0
// Numbers, texts and times as JSON.
//
// 1. What is written is valid UTF-8 if the text was, and holds no control character, whatever the text was.
#include "json.h"

#define ONES UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static const char pairs[] = "0001020304050607080910111213141516171819"
                            "2021222324252627282930313233343536373839"
                            "4041424344454647484950515253545556575859"
                            "6061626364656667686970717273747576777879"
                            "8081828384858687888990919293949596979899";

// Digits from the right, two at a time; returns the first.
static char *digits_before(char *end, uint64_t v)
{
    while (v >= 100) {
        end -= 2;
        memcpy(end, pairs + v % 100 * 2, 2);
        v /= 100;
    }
    if (v >= 10) {
        end -= 2;
        memcpy(end, pairs + v * 2, 2);
    } else {
        *--end = (char)('0' + v);
    }
    return end;
}

char *export_number(char *p, uint64_t v)
{
    char digits[20];
    char *end = digits + sizeof(digits);
    const char *first = digits_before(end, v);
    p = export_put(p, first, (size_t)(end - first));
    *p++ = ',';
    return p;
}

char *export_fixed(char *p, uint64_t v, unsigned digits)
{
    char all[20 + 20];
    char *end = all + sizeof(all), *first = digits_before(end, v);
    while ((size_t)(end - first) <= digits)
        *--first = '0';
    p = export_put(p, first, (size_t)(end - first) - digits);
    *p++ = '.';
    p = export_put(p, end - digits, digits);
    *p++ = ',';
    return p;
}

char *export_time(char *p, rn_time t)
{
    *p++ = '"';
    p += rn_time_rfc3339(t, p);
    return EXPORT_PUT(p, "\",");
}

static char *put_escaped(char *p, uint8_t c)
{
    static const char hex[] = "0123456789abcdef";
    *p++ = '\\';
    if (c == '"' || c == '\\') {
        *p++ = (char)c;
        return p;
    }
    p = EXPORT_PUT(p, "u00");
    *p++ = hex[c >> 4];
    *p++ = hex[c & 0xf];
    return p;
}

static bool needs_escape(uint8_t c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

// Whether one of eight bytes may need an escape ("Bit Twiddling Hacks", hasless and hasvalue). Bytes from 0x80 on may
// raise a false alarm, which costs time only.
static bool eight_need_escape(uint64_t w)
{
    uint64_t quote = w ^ ONES * '"', backslash = w ^ ONES * '\\', del = w ^ ONES * 0x7f;
    uint64_t hit = (w - ONES * 0x20) | (quote - ONES) | (backslash - ONES) | (del - ONES);
    return (hit & ~w & HIGHS) || (w & HIGHS);
}

char *export_text(char *p, struct rn_bytes text)
{
    size_t at = 0;
    *p++ = '"';
    while (at < text.len) {
        uint64_t w;
        if (text.len - at >= sizeof(w)) {
            memcpy(&w, text.p + at, sizeof(w));
            if (!eight_need_escape(w)) {
                memcpy(p, &w, sizeof(w));
                p += sizeof(w);
                at += sizeof(w);
                continue;
            }
        }
        uint8_t c = text.p[at++];
        if (needs_escape(c))
            p = put_escaped(p, c);
        else
            *p++ = (char)c;
    }
    return EXPORT_PUT(p, "\",");
}
