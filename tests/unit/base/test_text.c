// SPDX-License-Identifier: Apache-2.0
// Text: nothing unsafe gets through, nothing safe is lost, cuts fall between characters.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/base/text.h"

#define R "\xef\xbf\xbd" // U+FFFD
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void bad_bytes_become_one_replacement_per_maximal_subpart(void **state)
{
    (void)state;
    static const struct {
        const char *raw, *want;
    } cases[] = {
        {"plain ASCII ~!", "plain ASCII ~!"},
        {"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80",
         "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80"},
        {"a\x1b[31mb", "a" R "[31mb"},
        {"tab\tlf\ncr\rdel\x7f", "tab" R "lf" R "cr" R "del" R},
        {"c1 \xc2\x80\xc2\x9b\xc2\x9f nbsp\xc2\xa0", "c1 " R R R " nbsp\xc2\xa0"},
        {"\xe2\x80\x8b\xe2\x80\x8d\xe2\x81\xa0\xef\xbb\xbf",
         R R R R}, // zero-width, joiner, word joiner, BOM
        {"\xe2\x80\xae\xe2\x81\xa6\xd8\x9c\xe2\x80\x8f", R R R R}, // RLO, LRI, ALM, RLM
        {"\xe2\x80\xa8\xe2\x80\xa9\xc2\xad", R R R}, // line, paragraph separator, soft hyphen
        {"\xf3\xa0\x81\x81\xef\xb8\x8f", R R},       // tag letter, variation selector
        {"\xef\xbf\xbe\xef\xb7\x90\xf4\x8f\xbf\xbf", R R R}, // noncharacters
        {"\xed\xa0\x80x", R R R "x"},                        // surrogate
        {"\xc0\x80\xc1\xbf", R R R R},                       // overlong
        {"\xe0\x80\x80", R R R},
        {"\xf0\x80\x80\x80", R R R R},
        {"\xf4\x90\x80\x80", R R R R}, // above U+10FFFF
        {"\xf5\xff\xfe", R R R},
        {"\x80\xbf", R R},
        {"\xe2\x82z", R "z"},
        {"\xf0\x9f\x98", R},
        {"\xf0\x9f\x98\xf0\x9f\x98\x80", R "\xf0\x9f\x98\x80"},
        {R, R},
        {"e\xcc\x81 \xe0\xa4\x95\xe0\xa5\x8d", "e\xcc\x81 \xe0\xa4\x95\xe0\xa5\x8d"}, // marks stay
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_text256 text;
        rn_text_from_bytes(&text, rn_bytes_of(cases[i].raw, strlen(cases[i].raw)));
        assert_string_equal(text.s, cases[i].want);
        assert_int_equal(text.len, strlen(cases[i].want));
        // The formatter gives the same, by its other way.
        rn_text_fmt(&text, "%s", cases[i].raw);
        assert_string_equal(text.s, cases[i].want);
        assert_int_equal(text.len, strlen(cases[i].want));
    }
}

static void a_nul_inside_the_bytes_does_not_end_the_text(void **state)
{
    (void)state;
    struct rn_text32 text;
    rn_text_from_bytes(&text, rn_bytes_of("a\0b", 3));
    assert_string_equal(text.s, "a" R "b");
    rn_text_from_bytes(&text, rn_bytes_of(NULL, 0));
    assert_string_equal(text.s, "");
}

static void a_cut_falls_between_characters(void **state)
{
    (void)state;
    static const struct {
        size_t cap;
        const char *raw, *want;
    } cases[] = {
        {1, "abc", ""},
        {3, "abc", "ab"},
        {4, "abc", "abc"},
        {4, "ab\xc3\xbc", "ab"},
        {5, "ab\xc3\xbc", "ab\xc3\xbc"},
        {5, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {4, "\xf0\x9f\x98\x80", ""},
        {4, "a\x01", "a"},
        {5, "a\x01", "a" R},
        {5, "\x01\x01", R},
        {6, "\x01z\xc3\xbc", R "z"},
        {6, "\x01\xf0\x9f\x98\x80", R},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[16];
        memset(out, '#', sizeof(out));
        size_t len =
            rn_text_clean(out, cases[i].cap, rn_bytes_of(cases[i].raw, strlen(cases[i].raw)));
        assert_string_equal(out, cases[i].want);
        assert_int_equal(len, strlen(cases[i].want));
        assert_int_equal(out[cases[i].cap], '#');
        memset(out, '#', sizeof(out));
        len = rn_text_fmt_(out, cases[i].cap, "%s", cases[i].raw);
        assert_string_equal(out, cases[i].want);
        assert_int_equal(len, strlen(cases[i].want));
        assert_int_equal(out[cases[i].cap], '#');
    }
    char untouched = '#';
    assert_int_equal(rn_text_clean(&untouched, 0, rn_bytes_of("a", 1)), 0);
    assert_int_equal(rn_text_fmt_(&untouched, 0, "a"), 0);
    assert_int_equal(untouched, '#');
}

static void fmt_formats(void **state)
{
    (void)state;
    struct rn_text32 text;
    rn_text_fmt(&text, "%s:%u", "host", 443u);
    assert_string_equal(text.s, "host:443");
    assert_int_equal(text.len, 8);
    rn_text_fmt(&text, "%040d", 7);
    assert_int_equal(text.len, 31);
}

static bool forbidden(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x61c ||
           (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
           (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xfdd0 && cp <= 0xfdef) ||
           (cp & 0xfffe) == 0xfffe;
}

// An independent check of the promise in text.h over noise that is rich in lead and continuation bytes.
static void inv_1_any_bytes_give_valid_safe_text(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 20000; round++) {
        uint8_t raw[80];
        size_t len = 0;
        for (; len < sizeof(raw); len++) {
            seed = seed * 1664525 + 1013904223;
            static const uint8_t rich[] = {0xe2, 0x80, 0xae, 0xf0, 0x9f,
                                           0xed, 0xa0, 0xc2, 0xef, 0xbf};
            raw[len] = (seed >> 16) % 3 ? rich[(seed >> 20) % sizeof(rich)] : (uint8_t)(seed >> 24);
        }
        char out[256], again[256];
        size_t cap = 1 + (seed >> 8) % 200;
        size_t n = rn_text_clean(out, cap, rn_bytes_of(raw, len));
        assert_true(n < cap);
        assert_int_equal(out[n], 0);
        for (size_t pos = 0, step; pos < n; pos += step) {
            uint32_t cp = rn_utf8_next(out + pos, n - pos, &step);
            char put[4];
            assert_int_equal(rn_utf8_put(put, cp), step);
            assert_memory_equal(put, out + pos, step);
            assert_false(forbidden(cp));
        }
        assert_int_equal(rn_text_clean(again, sizeof(again), rn_bytes_of(out, n)), n);
        assert_string_equal(again, out);
    }
}

// The formatter cleans in place; wherever it is not cut, it must agree with rn_text_clean.
static void inv_1_both_ways_of_cleaning_agree(void **state)
{
    (void)state;
    uint32_t seed = 7;
    for (int round = 0; round < 20000; round++) {
        char raw[24];
        for (size_t i = 0; i < sizeof(raw) - 1; i++) {
            seed = seed * 1664525 + 1013904223;
            raw[i] = (char)(1 + (seed >> 16) % 255);
        }
        raw[sizeof(raw) - 1] = '\0';
        char a[128], b[128];
        size_t n = rn_text_clean(a, sizeof(a), rn_bytes_of(raw, strlen(raw)));
        assert_int_equal(rn_text_fmt_(b, sizeof(b), "%s", raw), n);
        assert_string_equal(a, b);
        // Cut, it is a prefix.
        size_t cap = 1 + (seed >> 4) % 40;
        n = rn_text_fmt_(b, cap, "%s", raw);
        assert_true(n < cap);
        assert_memory_equal(a, b, n);
        assert_true(n + 4 >= (strlen(a) < cap - 1 ? strlen(a) : cap - 1));
    }
}

static void utf8_round_trip_of_every_code_point(void **state)
{
    (void)state;
    for (uint32_t cp = 0; cp <= 0x110010; cp++) {
        char out[4];
        size_t step, n = rn_utf8_put(out, cp);
        bool valid = cp <= 0x10ffff && !(cp >= 0xd800 && cp <= 0xdfff);
        if (rn_utf8_next(out, n, &step) != (valid ? cp : 0xfffd) || step != n)
            fail_msg("U+%04X", cp);
        if (n > 1 && (rn_utf8_next(out, n - 1, &step) != 0xfffd || step != n - 1))
            fail_msg("U+%04X cut", cp);
    }
    size_t step;
    assert_int_equal(rn_utf8_next("", 0, &step), 0xfffd);
    assert_int_equal(step, 1);
}

static void widths_are_those_of_unicode_15(void **state)
{
    (void)state;
    static const struct {
        uint32_t cp;
        int want;
    } cases[] = {
        {0, 0},       {0x1f, 0},    {' ', 1},     {'~', 1},     {0x7f, 0},    {0x9f, 0},
        {0xa0, 1},    {0xad, 1},    {0xe9, 1},    {0x2ff, 1},   {0x300, 0},   {0x36f, 0},
        {0x370, 1},   {0x488, 0},   {0x600, 1},   {0x64b, 0},   {0x94d, 0},   {0x903, 1},
        {0x10ff, 1},  {0x1100, 2},  {0x115f, 2},  {0x1160, 0},  {0x11ff, 0},  {0x1200, 1},
        {0x200b, 0},  {0x200d, 0},  {0x2010, 1},  {0x202e, 0},  {0x231a, 2},  {0x231c, 1},
        {0x2500, 1},  {0x2588, 1},  {0x25cf, 1},  {0x2714, 1},  {0x2728, 2},  {0x2800, 1},
        {0x2e80, 2},  {0x3000, 2},  {0x303f, 1},  {0x3042, 2},  {0x3099, 0},  {0x4dc0, 1},
        {0x4e00, 2},  {0x9fff, 2},  {0xac00, 2},  {0xd7a3, 2},  {0xd7a4, 1},  {0xe000, 1},
        {0xf900, 2},  {0xfe0f, 0},  {0xfe20, 0},  {0xff01, 2},  {0xff60, 2},  {0xff61, 1},
        {0xffe6, 2},  {0xfffd, 1},  {0x16fe0, 2}, {0x1f004, 2}, {0x1f600, 2}, {0x1f1e6, 1},
        {0x1fae8, 2}, {0x20000, 2}, {0x3fffd, 2}, {0x40000, 1}, {0xe0100, 0}, {0x10ffff, 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (rn_wcwidth(cases[i].cp) != cases[i].want)
            fail_msg("U+%04X: %d", cases[i].cp, rn_wcwidth(cases[i].cp));
}

static void cells_count_what_a_terminal_shows(void **state)
{
    (void)state;
    assert_int_equal(rn_text_cells(""), 0);
    assert_int_equal(rn_text_cells("abc"), 3);
    assert_int_equal(rn_text_cells("\xe6\x97\xa5\xe6\x9c\xac"), 4);
    assert_int_equal(rn_text_cells("e\xcc\x81"), 1);
    assert_int_equal(rn_text_cells("\xff\xfe"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_bytes_become_one_replacement_per_maximal_subpart),
        cmocka_unit_test(a_nul_inside_the_bytes_does_not_end_the_text),
        cmocka_unit_test(a_cut_falls_between_characters),
        cmocka_unit_test(fmt_formats),
        cmocka_unit_test(inv_1_any_bytes_give_valid_safe_text),
        cmocka_unit_test(inv_1_both_ways_of_cleaning_agree),
        cmocka_unit_test(utf8_round_trip_of_every_code_point),
        cmocka_unit_test(widths_are_those_of_unicode_15),
        cmocka_unit_test(cells_count_what_a_terminal_shows),
    };
    return cmocka_run_group_tests_name("base/text", tests, NULL, NULL);
}
