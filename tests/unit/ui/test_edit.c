// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

#include "tab.h"

#define CAP 16
static char text[CAP];
static uint8_t cursor;

static void begin(const char *start)
{
    snprintf(text, sizeof text, "%s", start);
    cursor = (uint8_t)strlen(text);
}

static bool press(uint32_t key)
{
    return ui_edit_key(text, sizeof text, &cursor, key);
}

static void whole_characters_come_and_go(void **state)
{
    (void)state;
    begin("");
    assert_true(press('a'));
    assert_true(press(0xe9));   // é
    assert_true(press(0x30cd)); // ネ
    assert_true(press(0x1f600));
    assert_string_equal(text, "aéネ😀");
    press(RN_KEY_LEFT);
    press(RN_KEY_LEFT);
    press(RN_KEY_BACKSPACE);
    assert_string_equal(text, "aネ😀");
    assert_int_equal(cursor, 1);
    press(RN_KEY_DELETE);
    assert_string_equal(text, "a😀");
    press(RN_KEY_RIGHT);
    assert_int_equal(cursor, 5);
}

static void keys_at_the_ends_do_nothing(void **state)
{
    (void)state;
    begin("ab");
    press(RN_KEY_RIGHT);
    press(RN_KEY_DELETE);
    assert_string_equal(text, "ab");
    assert_int_equal(cursor, 2);
    press(RN_KEY_HOME);
    press(RN_KEY_LEFT);
    press(RN_KEY_BACKSPACE);
    assert_string_equal(text, "ab");
    assert_int_equal(cursor, 0);
    press(RN_KEY_END);
    assert_int_equal(cursor, 2);
}

static void every_way_to_say_backspace(void **state)
{
    (void)state;
    static const uint32_t keys[] = {RN_KEY_BACKSPACE, 0x08, 0x7f};
    for (size_t i = 0; i < 3; i++) {
        begin("xy");
        assert_true(press(keys[i]));
        assert_string_equal(text, "x");
    }
    begin("xyz");
    press(RN_KEY_LEFT);
    press(RN_KEY_CTRL('u'));
    assert_string_equal(text, "z");
}

static void inv_1_nothing_gets_in_that_a_terminal_would_obey(void **state)
{
    (void)state;
    static const uint32_t keys[] = {0,      0x1b,     0x09,       0x80,      0x9b,
                                    0x200b, 0x202e,   0x2066,     0x0301,    0xd800,
                                    0xdfff, 0x110000, 0x7fffffff, RN_KEY_UP, RN_KEY_TAB};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        begin("x");
        assert_false(press(keys[i]));
        assert_string_equal(text, "x");
    }
}

static void a_full_line_takes_no_more(void **state)
{
    (void)state;
    begin("0123456789abcd"); // 14 of 15 bytes
    assert_true(press(0xe9));
    assert_string_equal(text, "0123456789abcd");
    press('e');
    press('f');
    assert_string_equal(text, "0123456789abcde");
    assert_int_equal(cursor, 15);
}

static void inv_2_the_cursor_is_never_inside_a_character(void **state)
{
    (void)state;
    static const uint32_t keys[] = {'a',           0xe9,        0x30cd,       0x1f600,
                                    RN_KEY_LEFT,   RN_KEY_LEFT, RN_KEY_RIGHT, RN_KEY_BACKSPACE,
                                    RN_KEY_DELETE, RN_KEY_HOME, RN_KEY_END};
    uint32_t random = 1;
    begin("");
    for (unsigned i = 0; i < 20000; i++) {
        random = random * 1664525u + 1013904223u;
        press(keys[(random >> 16) % (sizeof keys / sizeof keys[0])]);
        assert_true(cursor <= strlen(text) && strlen(text) < CAP);
        assert_int_not_equal((unsigned char)text[cursor] & 0xc0, 0x80);
        char clean[2 * CAP];
        assert_int_equal(rn_text_clean(clean, sizeof clean, rn_bytes_of(text, strlen(text))),
                         strlen(text));
        assert_string_equal(clean, text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_characters_come_and_go),
        cmocka_unit_test(keys_at_the_ends_do_nothing),
        cmocka_unit_test(every_way_to_say_backspace),
        cmocka_unit_test(inv_1_nothing_gets_in_that_a_terminal_would_obey),
        cmocka_unit_test(a_full_line_takes_no_more),
        cmocka_unit_test(inv_2_the_cursor_is_never_inside_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
