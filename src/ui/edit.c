// SPDX-License-Identifier: Apache-2.0
// A line editor for UTF-8 in a fixed array.
//
// 1. The text is always valid UTF-8, ends with NUL, and holds nothing that a terminal would obey.
// 2. The cursor is always at the first byte of a character, or at the end.
#include "tab.h"

#include <string.h>

static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t before(const char *text, size_t at)
{
    while (at > 0 && continues(text[--at]))
        ;
    return at;
}

static size_t after(const char *text, size_t at)
{
    if (text[at] == '\0')
        return at;
    do {
        at++;
    } while (continues(text[at]));
    return at;
}

static void cut(char *text, size_t from, size_t to)
{
    memmove(text + from, text + to, strlen(text + to) + 1);
}

// What has a width can be seen; surrogates and controls have none.
static bool printable(uint32_t key)
{
    if (key < ' ' || (key >= 0x7f && key < 0xa0) || (key >= 0xd800 && key < 0xe000) ||
        key >= RN_KEY_BASE)
        return false;
    char raw[4], clean[8];
    size_t n = rn_utf8_put(raw, key);
    return rn_wcwidth(key) > 0 && rn_text_clean(clean, sizeof clean, rn_bytes_of(raw, n)) == n &&
           memcmp(raw, clean, n) == 0;
}

static void insert(char *text, size_t cap, uint8_t *cursor, uint32_t key)
{
    char raw[4];
    size_t n = rn_utf8_put(raw, key), len = strlen(text);
    if (len + n >= cap)
        return;
    memmove(text + *cursor + n, text + *cursor, len - *cursor + 1);
    memcpy(text + *cursor, raw, n);
    *cursor = (uint8_t)(*cursor + n);
}

bool ui_edit_key(char *text, size_t cap, uint8_t *cursor, uint32_t key)
{
    size_t at = *cursor;
    switch (key) {
    case RN_KEY_LEFT:
        *cursor = (uint8_t)before(text, at);
        return true;
    case RN_KEY_RIGHT:
        *cursor = (uint8_t)after(text, at);
        return true;
    case RN_KEY_HOME:
    case RN_KEY_CTRL('a'):
        *cursor = 0;
        return true;
    case RN_KEY_END:
    case RN_KEY_CTRL('e'):
        *cursor = (uint8_t)strlen(text);
        return true;
    case RN_KEY_BACKSPACE:
    case RN_KEY_CTRL('h'):
    case 0x7f:
        *cursor = (uint8_t)before(text, at);
        cut(text, *cursor, at);
        return true;
    case RN_KEY_DELETE:
        cut(text, at, after(text, at));
        return true;
    case RN_KEY_CTRL('u'):
        cut(text, 0, at);
        *cursor = 0;
        return true;
    default:
        if (!printable(key))
            return false;
        insert(text, cap, cursor, key);
        return true;
    }
}
