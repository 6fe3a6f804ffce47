// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include "internal.h"

static void every_glyph_has_one_ascii_character(void **state)
{
    (void)state;
    static const char glyphs[] = "·•…←↑→↓─━│╭╮╯╰▌▎▐●";
    size_t left = strlen(glyphs), n;
    for (const char *s = glyphs; left > 0; s += n, left -= n) {
        char c = term_ascii(rn_utf8_next(s, left, &n));
        assert_true(c > ' ' && c < 0x7f && c != '?');
    }
}

static void text_stays_and_the_rest_is_a_question_mark(void **state)
{
    (void)state;
    for (uint32_t c = ' '; c < 0x7f; c++)
        assert_int_equal(term_ascii(c), c);
    assert_int_equal(term_ascii(0x1b), ' ');
    assert_int_equal(term_ascii(0x7f), '?');
    assert_int_equal(term_ascii(0xe9), '?');
    assert_int_equal(term_ascii(0x1f600), '?');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_glyph_has_one_ascii_character),
        cmocka_unit_test(text_stays_and_the_rest_is_a_question_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
