// SPDX-License-Identifier: Apache-2.0
// A small reader of JSON (RFC 8259) that knows nothing of the writer: it accepts a text that is one value, without
// white space, whose objects have their keys in strictly rising order, and whose strings hold no control character.
#ifndef RUSTNET_TESTS_EXPORT_JSON_CHECK_H
#define RUSTNET_TESTS_EXPORT_JSON_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct json_check {
    const char *p, *end;
    const char *fault; // what is wrong, or NULL
};

static inline bool json_fail(struct json_check *j, const char *fault)
{
    if (!j->fault)
        j->fault = fault;
    return false;
}

static inline bool json_take(struct json_check *j, char c)
{
    if (j->p >= j->end || *j->p != c)
        return false;
    j->p++;
    return true;
}

static inline bool json_continuation(struct json_check *j, unsigned n)
{
    for (; n > 0; n--, j->p++)
        if (j->p >= j->end || (*j->p & 0xc0) != 0x80)
            return json_fail(j, "UTF-8 sequence cut short");
    return true;
}

static inline bool json_escape(struct json_check *j)
{
    if (j->p >= j->end)
        return json_fail(j, "escape at the end");
    char c = *j->p++;
    if (c == 'u') {
        for (unsigned i = 0; i < 4; i++, j->p++)
            if (j->p >= j->end || !*j->p || !strchr("0123456789abcdefABCDEF", *j->p))
                return json_fail(j, "bad \\u");
        return true;
    }
    return (c && strchr("\"\\/bfnrt", c)) || json_fail(j, "bad escape");
}

static inline bool json_string(struct json_check *j)
{
    if (!json_take(j, '"'))
        return json_fail(j, "no string");
    while (j->p < j->end) {
        unsigned char c = (unsigned char)*j->p++;
        if (c == '"')
            return true;
        if (c < 0x20 || c == 0x7f)
            return json_fail(j, "raw control character");
        bool ok = c == '\\'  ? json_escape(j)
                  : c < 0x80 ? true
                  : c < 0xc2 ? json_fail(j, "bad UTF-8")
                  : c < 0xe0 ? json_continuation(j, 1)
                  : c < 0xf0 ? json_continuation(j, 2)
                  : c < 0xf5 ? json_continuation(j, 3)
                             : json_fail(j, "bad UTF-8");
        if (!ok)
            return false;
    }
    return json_fail(j, "string without end");
}

static inline bool json_digits(struct json_check *j)
{
    const char *from = j->p;
    while (j->p < j->end && *j->p >= '0' && *j->p <= '9')
        j->p++;
    return j->p > from || json_fail(j, "no digits");
}

static inline bool json_number(struct json_check *j)
{
    json_take(j, '-');
    const char *from = j->p;
    if (!json_digits(j) || (j->p - from > 1 && *from == '0'))
        return json_fail(j, "bad number");
    return json_take(j, '.') ? json_digits(j) : true;
}

static inline bool json_value(struct json_check *j, unsigned depth);

static inline bool json_object(struct json_check *j, unsigned depth)
{
    const char *last = NULL;
    size_t last_len = 0;
    if (json_take(j, '}'))
        return true;
    do {
        const char *key = j->p;
        if (!json_string(j))
            return false;
        size_t len = (size_t)(j->p - key);
        int order = last ? memcmp(last, key, last_len < len ? last_len : len) : -1;
        if (order > 0 || (order == 0 && last_len >= len))
            return json_fail(j, "keys not in order, or one twice");
        last = key;
        last_len = len;
        if (!json_take(j, ':') || !json_value(j, depth))
            return json_fail(j, "member without a value");
    } while (json_take(j, ','));
    return json_take(j, '}') || json_fail(j, "object without end");
}

static inline bool json_array(struct json_check *j, unsigned depth)
{
    if (json_take(j, ']'))
        return true;
    do
        if (!json_value(j, depth))
            return false;
    while (json_take(j, ','));
    return json_take(j, ']') || json_fail(j, "array without end");
}

static inline bool json_literal(struct json_check *j, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(j->end - j->p) < len || memcmp(j->p, word, len) != 0)
        return json_fail(j, "no value");
    j->p += len;
    return true;
}

static inline bool json_value(struct json_check *j, unsigned depth)
{
    if (depth == 0)
        return json_fail(j, "nested too deep");
    if (json_take(j, '{'))
        return json_object(j, depth - 1);
    if (json_take(j, '['))
        return json_array(j, depth - 1);
    if (j->p < j->end && *j->p == '"')
        return json_string(j);
    if (j->p < j->end && *j->p == 't')
        return json_literal(j, "true");
    return json_number(j);
}

// NULL if s is one tidy value, or what is wrong with it.
static inline const char *json_fault(const char *s, size_t len)
{
    struct json_check j = {s, s + len, NULL};
    if (json_value(&j, 6) && j.p != j.end)
        json_fail(&j, "something behind the value");
    return j.fault;
}

#endif
