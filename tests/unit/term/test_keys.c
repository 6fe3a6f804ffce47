// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <curses.h>

#include "internal.h"

static void keys_have_one_name_each(void **state)
{
    (void)state;
    static const struct {
        bool special;
        uint32_t code, want;
    } cases[] = {
        {false, 'a', 'a'},
        {false, 0x30cd, 0x30cd},
        {false, 3, RN_KEY_CTRL('c')},
        {false, 0x1c, RN_KEY_CTRL('\\')},
        {false, '\r', RN_KEY_ENTER},
        {false, '\n', RN_KEY_ENTER},
        {true, KEY_ENTER, RN_KEY_ENTER},
        {false, 8, RN_KEY_BACKSPACE},
        {false, 0x7f, RN_KEY_BACKSPACE},
        {true, KEY_BACKSPACE, RN_KEY_BACKSPACE},
        {false, 9, RN_KEY_TAB},
        {true, KEY_BTAB, RN_KEY_BACKTAB},
        {false, 27, RN_KEY_ESCAPE},
        {true, KEY_UP, RN_KEY_UP},
        {true, KEY_DOWN, RN_KEY_DOWN},
        {true, KEY_LEFT, RN_KEY_LEFT},
        {true, KEY_RIGHT, RN_KEY_RIGHT},
        {true, KEY_PPAGE, RN_KEY_PAGE_UP},
        {true, KEY_NPAGE, RN_KEY_PAGE_DOWN},
        {true, KEY_HOME, RN_KEY_HOME},
        {true, KEY_END, RN_KEY_END},
        {true, KEY_DC, RN_KEY_DELETE},
        {true, KEY_RESIZE, 0},
        {true, KEY_F(1), 0},
        {false, 0x110000, 0}, // no code point
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(term_key(cases[i].special, cases[i].code), cases[i].want);
}

// How many characters behind an escape are swallowed.
static unsigned swallowed(const char *behind)
{
    struct term_swallow swallow = {0};
    if (!term_swallow_begins(&swallow, (unsigned char)*behind))
        return 0;
    unsigned n = 1;
    while (behind[n] && term_swallow_takes(&swallow, (unsigned char)behind[n]))
        n++;
    return n;
}

static void unknown_sequences_are_swallowed_whole(void **state)
{
    (void)state;
    static const struct {
        const char *behind;
        unsigned want;
    } cases[] = {
        {"[<0;12;34Mq", 10},               // mouse report
        {"[Iq", 2},                        // focus
        {"[?62;4cq", 7},                   // device attributes
        {"Oxq", 2},                        // keypad
        {"]11;rgb:0000/0000/0000\aq", 23}, // late answer about the background
        {"]11;rgb:0000/0000/0000\x1b\\q", 24},
        {"q", 0}, // an escape, then a key
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (swallowed(cases[i].behind) != cases[i].want)
            fail_msg("%s: %u", cases[i].behind, swallowed(cases[i].behind));
    }
}

static void swallowing_ends(void **state)
{
    (void)state;
    char behind[1000];
    memset(behind, ';', sizeof behind - 1);
    behind[sizeof behind - 1] = '\0';
    behind[0] = '[';
    assert_true(swallowed(behind) < 300);
    behind[0] = ']';
    assert_true(swallowed(behind) < 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_one_name_each),
        cmocka_unit_test(unknown_sequences_are_swallowed_whole),
        cmocka_unit_test(swallowing_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
