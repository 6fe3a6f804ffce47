// SPDX-License-Identifier: Apache-2.0
// Lines and words.
#include "made_dpi.h"

#include "lines.h"

static struct rn_bytes text_of(const char *s)
{
    return rn_bytes_of(s, strlen(s));
}

static void a_line_ends_at_lf_and_not_before(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(text_of("one\r\n\ntwo\r\rthree"));
    struct rn_bytes line;
    assert_true(dpi_take_line(&r, &line));
    assert_true(dpi_equal(line, DPI_LITERAL("one")));
    assert_true(dpi_take_line(&r, &line));
    assert_int_equal(line.len, 0);
    assert_false(dpi_take_line(&r, &line));
    assert_int_equal(rn_reader_left(&r), 10);
}

static void a_cut_line_is_given_but_not_as_whole(void **state)
{
    (void)state;
    struct rn_dpi_input in = {.cut = true};
    struct rn_bytes line;
    bool whole;
    struct rn_reader r = rn_reader_of(text_of("a\nb"));
    assert_true(dpi_take_line_of(&in, &r, &line, &whole));
    assert_true(whole);
    assert_true(dpi_take_line_of(&in, &r, &line, &whole));
    assert_false(whole);
    assert_true(dpi_equal(line, DPI_LITERAL("b")));
    assert_false(dpi_take_line_of(&in, &r, &line, &whole));
    in.cut = false;
    r = rn_reader_of(text_of("b"));
    assert_false(dpi_take_line_of(&in, &r, &line, &whole));
}

static void words_numbers_and_codes(void **state)
{
    (void)state;
    uint32_t number;
    struct rn_reader r = rn_reader_of(text_of("GET \t key 12x"));
    assert_true(dpi_equal(dpi_take_word(&r), DPI_LITERAL("GET")));
    assert_true(dpi_equal(dpi_take_word(&r), DPI_LITERAL("key")));
    assert_true(dpi_take_number(&r, 12, &number));
    assert_int_equal(number, 12);
    assert_false(dpi_take_number(&r, 12, &number));
    r = rn_reader_of(text_of("13"));
    assert_false(dpi_take_number(&r, 12, &number));
    r = rn_reader_of(text_of("99999999999999999999999"));
    assert_false(dpi_take_number(&r, UINT32_MAX - 1, &number));
    assert_int_equal(dpi_reply_code(text_of("220")), 220);
    assert_int_equal(dpi_reply_code(text_of("220-x")), 220);
    assert_int_equal(dpi_reply_code(text_of("2200")), 0);
    assert_int_equal(dpi_reply_code(text_of("22")), 0);
    assert_int_equal(dpi_reply_code(text_of("600 x")), 0);
    assert_int_equal(dpi_reply_code(text_of("2x0 x")), 0);
}

static void letters_have_no_case_and_other_bytes_do(void **state)
{
    (void)state;
    static const char *const list[] = {"USER", "PASS", NULL};
    assert_true(dpi_equal_upper(text_of("uSeR"), DPI_LITERAL("USER")));
    assert_false(dpi_equal_upper(text_of("USERS"), DPI_LITERAL("USER")));
    assert_true(dpi_starts_upper(text_of("mail from:<"), DPI_LITERAL("MAIL FROM:")));
    assert_true(dpi_holds_upper(text_of("x esmtp y"), DPI_LITERAL("SMTP")));
    assert_false(dpi_holds_upper(text_of("smt"), DPI_LITERAL("SMTP")));
    assert_true(dpi_is_one_of(text_of("pass"), list));
    assert_false(dpi_is_one_of(text_of(""), list));
    assert_true(dpi_is_text(text_of("a\t\r\n\xc3\xa4")));
    assert_false(dpi_is_text(text_of("a\x01")));
}

static void what_has_not_ended_is_counted(void **state)
{
    (void)state;
    static char long_line[DPI_MAX_LINE + 2];
    memset(long_line, 'a', sizeof(long_line) - 1);
    assert_int_equal(dpi_unfinished(text_of("a\nbc")), 2);
    assert_int_equal(dpi_unfinished(text_of("a\n")), 0);
    assert_int_equal(dpi_unfinished(text_of("abc")), 3);
    assert_int_equal(dpi_unfinished(rn_bytes_of(NULL, 0)), 0);
    assert_int_equal(dpi_unfinished(text_of(long_line)), 0);
}

static void a_command_that_has_not_ended_may_grow(void **state)
{
    (void)state;
    static const char *const verbs[] = {"HELO", "QUIT", NULL};
    static const struct {
        const char *text;
        bool sure, grows;
    } cases[] = {
        {"HE", false, true},          {"HELO exam", false, true},  {"helo exam", false, true},
        {"220 mail", false, true},    {"GET /inde", false, false}, {"GET /inde", true, true},
        {"220\x01mail", true, false}, {"2200 mail", false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rn_bytes text = rn_bytes_of(cases[i].text, strlen(cases[i].text));
        assert_int_equal(dpi_command_may_grow(text, cases[i].sure, verbs), cases[i].grows);
    }
    static char longest[DPI_MAX_LINE];
    memset(longest, 'a', sizeof(longest));
    assert_false(dpi_command_may_grow(rn_bytes_of(longest, sizeof(longest)), true, verbs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_that_has_not_ended_may_grow),
        cmocka_unit_test(a_line_ends_at_lf_and_not_before),
        cmocka_unit_test(a_cut_line_is_given_but_not_as_whole),
        cmocka_unit_test(words_numbers_and_codes),
        cmocka_unit_test(letters_have_no_case_and_other_bytes_do),
        cmocka_unit_test(what_has_not_ended_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
