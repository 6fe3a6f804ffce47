// SPDX-License-Identifier: Apache-2.0
// Words and numbers in a line of text that a kernel printed.
#include "parse/parse.h"

#include <string.h>

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

struct rn_bytes host_take_word(struct rn_reader *line)
{
    struct rn_bytes rest = rn_reader_rest(line);
    if (rest.len == 0)
        return rest;
    size_t from = 0;
    while (from < rest.len && is_blank(rest.p[from]))
        from++;
    size_t to = from;
    while (to < rest.len && !is_blank(rest.p[to]))
        to++;
    rn_skip(line, from);
    return rn_take_bytes(line, to - from);
}

bool host_word_is(struct rn_bytes word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.p, text, word.len) == 0;
}

bool host_word_dec(struct rn_bytes word, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < word.len; i++) {
        unsigned digit = (unsigned)word.p[i] - '0';
        if (digit > 9 || __builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, digit, &v))
            return false;
    }
    if (word.len == 0)
        return false;
    *out = v;
    return true;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

bool host_word_hex(struct rn_bytes word, uint64_t *out)
{
    uint64_t v = 0;
    if (word.len == 0 || word.len > 16)
        return false;
    for (size_t i = 0; i < word.len; i++) {
        int digit = hex_digit(word.p[i]);
        if (digit < 0)
            return false;
        v = v << 4 | (unsigned)digit;
    }
    *out = v;
    return true;
}

bool host_word_bytes(struct rn_bytes word, uint8_t *out, size_t len)
{
    if (word.len != len * 2)
        return false;
    for (size_t i = 0; i < len; i++) {
        int high = hex_digit(word.p[i * 2]), low = hex_digit(word.p[i * 2 + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
