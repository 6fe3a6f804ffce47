// SPDX-License-Identifier: Apache-2.0
// See lines.h.
#include "lines.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r'; // a CR whose LF is still to come
}

static uint8_t upper_of(uint8_t c)
{
    return c >= 'a' && c <= 'z' ? (uint8_t)(c - ('a' - 'A')) : c;
}

bool dpi_take_line(struct rn_reader *r, struct rn_bytes *out)
{
    struct rn_bytes rest = rn_reader_rest(r);
    size_t window = rest.len < DPI_MAX_LINE ? rest.len : DPI_MAX_LINE;
    const uint8_t *lf = window > 0 ? memchr(rest.p, '\n', window) : NULL;
    if (!lf)
        return false;
    struct rn_bytes line = rn_take_bytes(r, (size_t)(lf - rest.p));
    rn_skip(r, 1);
    if (line.len > 0 && dpi_last(line) == '\r')
        line.len--;
    *out = line;
    return true;
}

bool dpi_take_line_of(const struct rn_dpi_input *in, struct rn_reader *r, struct rn_bytes *out,
                      bool *whole)
{
    *whole = dpi_take_line(r, out);
    if (*whole || !in->cut || rn_reader_left(r) == 0 || rn_reader_left(r) > DPI_MAX_LINE)
        return *whole;
    *out = rn_take_bytes(r, rn_reader_left(r));
    return true;
}

size_t dpi_unfinished(struct rn_bytes payload)
{
    size_t n = 0;
    while (n < payload.len && n <= DPI_MAX_LINE && dpi_at(payload, payload.len - 1 - n) != '\n')
        n++;
    return n <= DPI_MAX_LINE ? n : 0;
}

struct rn_bytes dpi_take_word(struct rn_reader *r)
{
    struct rn_bytes word = rn_reader_rest(r);
    while (rn_reader_left(r) > 0 && !is_blank(*r->p))
        rn_skip(r, 1);
    word.len -= rn_reader_left(r);
    while (rn_reader_left(r) > 0 && is_blank(*r->p))
        rn_skip(r, 1);
    return word;
}

struct rn_bytes dpi_take_until(struct rn_reader *r, uint8_t stop)
{
    struct rn_bytes rest = rn_reader_rest(r);
    const uint8_t *at = rest.len > 0 ? memchr(rest.p, stop, rest.len) : NULL;
    if (!at)
        return rn_take_bytes(r, rest.len);
    struct rn_bytes taken = rn_take_bytes(r, (size_t)(at - rest.p));
    rn_skip(r, 1);
    return taken;
}

struct rn_bytes dpi_trim(struct rn_bytes text)
{
    struct rn_reader r = rn_reader_of(text);
    while (rn_reader_left(&r) > 0 && is_blank(*r.p))
        rn_skip(&r, 1);
    while (r.end > r.p && is_blank(r.end[-1]))
        r.end--;
    return rn_reader_rest(&r);
}

struct rn_bytes dpi_after(struct rn_bytes text, size_t n)
{
    struct rn_reader r = rn_reader_of(text);
    rn_skip(&r, n);
    return rn_reader_rest(&r);
}

bool dpi_starts(struct rn_bytes text, struct rn_bytes start)
{
    return text.len >= start.len && (start.len == 0 || memcmp(text.p, start.p, start.len) == 0);
}

bool dpi_starts_upper(struct rn_bytes text, struct rn_bytes upper)
{
    if (text.len < upper.len)
        return false;
    for (size_t i = 0; i < upper.len; i++)
        if (upper_of(text.p[i]) != upper.p[i])
            return false;
    return true;
}

bool dpi_equal_upper(struct rn_bytes text, struct rn_bytes upper)
{
    return text.len == upper.len && dpi_starts_upper(text, upper);
}

bool dpi_holds_upper(struct rn_bytes text, struct rn_bytes upper)
{
    struct rn_reader r = rn_reader_of(text);
    for (; rn_reader_left(&r) >= upper.len; rn_skip(&r, 1))
        if (dpi_starts_upper(rn_reader_rest(&r), upper))
            return true;
    return false;
}

bool dpi_is_one_of(struct rn_bytes word, const char *const *upper)
{
    char first = (char)upper_of(dpi_at(word, 0));
    for (; *upper; upper++)
        if (**upper == first && dpi_equal_upper(word, rn_bytes_of(*upper, strlen(*upper))))
            return true;
    return false;
}

bool dpi_is_text(struct rn_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];
        if ((c < 0x20 && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
            return false;
    }
    return true;
}

unsigned dpi_reply_code(struct rn_bytes line)
{
    unsigned code = 0;
    if (line.len < 3 || (line.len > 3 && !is_blank(dpi_at(line, 3)) && dpi_at(line, 3) != '-'))
        return 0;
    for (size_t i = 0; i < 3; i++) {
        if (!dpi_is_digit(line.p[i]))
            return 0;
        code = code * 10 + line.p[i] - '0';
    }
    return code >= 100 && code <= 599 ? code : 0;
}

bool dpi_command_may_grow(struct rn_bytes text, bool sure, const char *const *verbs)
{
    if (text.len >= DPI_MAX_LINE || !dpi_is_text(text))
        return false;
    if (sure || text.len < 4)
        return true;
    struct rn_reader words = rn_reader_of(text);
    return dpi_reply_code(text) > 0 || dpi_is_one_of(dpi_take_word(&words), verbs);
}

bool dpi_take_number(struct rn_reader *r, uint32_t limit, uint32_t *out)
{
    uint64_t value = 0;
    size_t digits = 0;
    while (rn_reader_left(r) > 0 && dpi_is_digit(*r->p) && value <= limit) {
        value = value * 10 + rn_take_u8(r) - '0';
        digits++;
    }
    *out = (uint32_t)value;
    return digits > 0 && value <= limit;
}
