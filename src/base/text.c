// SPDX-License-Identifier: Apache-2.0
// Foreign bytes become text that a terminal, a log line and a JSON string can take.
//
// A byte sequence that is no UTF-8 becomes one U+FFFD per maximal subpart (Unicode 15, section 3.9, "Substitution of
// Maximal Subparts"), as browsers do it, so that a broken sequence never swallows the good character behind it.
// A character that could act on the reader instead of being read (controls, bidi, invisible ones) becomes U+FFFD too:
// it stays visible that something was there.
//
// 1. What is written is valid UTF-8 and holds only characters that `is_safe` lets through.
// 2. A text is cut between characters, never within one, and always ends with NUL.
#include "rustnet/base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "unicode_tables.h"

#define REPLACEMENT UINT32_C(0xfffd)
#define REPLACEMENT_UTF8 "\xef\xbf\xbd"
#define REPLACEMENT_LEN ((size_t)3)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static bool in_ranges(uint32_t cp, const struct unicode_range *ranges, size_t n)
{
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (cp > ranges[mid].last)
            lo = mid + 1;
        else if (cp < ranges[mid].first)
            hi = mid;
        else
            return true;
    }
    return false;
}

static bool is_safe(uint32_t cp)
{
    if (cp < 0x7f)
        return cp >= 0x20;
    if (cp < 0xa0)
        return false;
    return !in_ranges(cp, unicode_unsafe, ARRAY_LEN(unicode_unsafe));
}

// Printable ASCII at the start of s: nearly all text is that, and needs no decoding.
static size_t ascii_run(const uint8_t *s, size_t len)
{
    size_t n = 0;
    while (n < len && s[n] >= 0x20 && s[n] < 0x7f)
        n++;
    return n;
}

struct lead {
    size_t more;          // bytes that follow
    uint8_t first, last;  // what the second byte may be
    uint8_t payload_mask; // bits of the lead byte that count
};

// Table 3-7 of Unicode 15, "Well-Formed UTF-8 Byte Sequences".
static bool lead_of(uint8_t b, struct lead *out)
{
    if (b >= 0xc2 && b <= 0xdf)
        *out = (struct lead){1, 0x80, 0xbf, 0x1f};
    else if (b >= 0xe0 && b <= 0xef)
        *out = (struct lead){2, b == 0xe0 ? 0xa0 : 0x80, b == 0xed ? 0x9f : 0xbf, 0x0f};
    else if (b >= 0xf0 && b <= 0xf4)
        *out = (struct lead){3, b == 0xf0 ? 0x90 : 0x80, b == 0xf4 ? 0x8f : 0xbf, 0x07};
    else
        return false;
    return true;
}

static uint32_t decode(const uint8_t *s, size_t len, size_t *out_len)
{
    struct lead lead;
    *out_len = 1;
    if (len == 0)
        return REPLACEMENT;
    if (s[0] < 0x80)
        return s[0];
    if (!lead_of(s[0], &lead))
        return REPLACEMENT;
    uint32_t cp = s[0] & lead.payload_mask;
    for (size_t i = 1; i <= lead.more; i++) {
        if (i >= len || s[i] < lead.first || s[i] > lead.last)
            return REPLACEMENT;
        cp = cp << 6 | (s[i] & 0x3f);
        lead.first = 0x80;
        lead.last = 0xbf;
        *out_len = i + 1;
    }
    return cp;
}

uint32_t rn_utf8_next(const char *s, size_t len, size_t *out_len)
{
    return decode((const uint8_t *)s, len, out_len);
}

size_t rn_utf8_put(char *out, uint32_t cp)
{
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        cp = REPLACEMENT;
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t more = cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    static const uint8_t marks[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--) {
        out[i] = (char)(0x80 | (cp & 0x3f));
        cp >>= 6;
    }
    out[0] = (char)(marks[more] | cp);
    return more + 1;
}

size_t rn_text_clean(char *out, size_t cap, struct rn_bytes raw)
{
    if (cap == 0)
        return 0;
    const size_t room = cap - 1;
    size_t len = 0, pos = 0;
    while (pos < raw.len && len < room) {
        const uint8_t *from = raw.p + pos;
        size_t left = raw.len - pos, n = ascii_run(from, left < room - len ? left : room - len);
        size_t put = n;
        bool bad = false;
        if (n == 0) {
            uint32_t cp = decode(from, left, &n);
            bad = cp == REPLACEMENT || !is_safe(cp);
            put = bad ? REPLACEMENT_LEN : n;
        }
        if (put > room - len)
            break;
        memcpy(out + len, bad ? (const uint8_t *)REPLACEMENT_UTF8 : from, put);
        len += put;
        pos += n;
    }
    out[len] = '\0';
    return len;
}

// Replaces the n bytes at pos by U+FFFD and moves the rest along; what no longer fits is lost. The new length.
static size_t replace_at(char *s, size_t len, size_t room, size_t pos, size_t n)
{
    size_t rest = len - pos - n, rest_room = room - pos - REPLACEMENT_LEN;
    if (rest > rest_room)
        rest = rest_room;
    memmove(s + pos + REPLACEMENT_LEN, s + pos + n, rest);
    memcpy(s + pos, REPLACEMENT_UTF8, REPLACEMENT_LEN);
    return pos + REPLACEMENT_LEN + rest;
}

// rn_text_clean without a second buffer, for text that is almost always clean already. `cut` says that s was longer
// once: then half a character at its end is a cut, not a mistake.
static size_t clean_in_place(char *s, size_t len, size_t room, bool cut)
{
    size_t pos = 0;
    while ((pos += ascii_run((const uint8_t *)s + pos, len - pos)) < len) {
        size_t n;
        uint32_t cp = decode((const uint8_t *)s + pos, len - pos, &n);
        if (is_safe(cp) && cp != REPLACEMENT) {
            pos += n;
            continue;
        }
        struct lead lead;
        bool half = cp == REPLACEMENT && pos + n == len && lead_of((uint8_t)s[pos], &lead) &&
                    n <= lead.more;
        if ((cut && half) || room - pos < REPLACEMENT_LEN)
            break;
        cut = cut || len - n + REPLACEMENT_LEN > room;
        len = replace_at(s, len, room, pos, n);
        pos += REPLACEMENT_LEN;
    }
    s[pos] = '\0';
    return pos;
}

size_t rn_text_vfmt(char *out, size_t cap, const char *fmt, va_list args)
{
    if (cap == 0)
        return 0;
    int wanted = vsnprintf(out, cap, fmt, args);
    if (wanted < 0) {
        out[0] = '\0';
        return 0;
    }
    bool cut = (size_t)wanted >= cap;
    return clean_in_place(out, cut ? cap - 1 : (size_t)wanted, cap - 1, cut);
}

size_t rn_text_fmt_(char *out, size_t cap, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t len = rn_text_vfmt(out, cap, fmt, args);
    va_end(args);
    return len;
}

int rn_wcwidth(uint32_t cp)
{
    if (cp < 0x7f)
        return cp >= 0x20;
    if (cp < 0x300)
        return cp >= 0xa0;
    if (in_ranges(cp, unicode_zero, ARRAY_LEN(unicode_zero)))
        return 0;
    return in_ranges(cp, unicode_wide, ARRAY_LEN(unicode_wide)) ? 2 : 1;
}

size_t rn_text_cells(const char *s)
{
    const size_t len = strlen(s);
    size_t cells = 0, pos = 0;
    while (pos < len) {
        size_t n = ascii_run((const uint8_t *)s + pos, len - pos);
        if (n > 0)
            cells += n;
        else
            cells += (size_t)rn_wcwidth(rn_utf8_next(s + pos, len - pos, &n));
        pos += n;
    }
    return cells;
}
