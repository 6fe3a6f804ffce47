// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include "internal.h"

static int load(const char *type, struct term_saved *saved, struct rn_err *err)
{
    if (type)
        setenv("TERM", type, 1);
    else
        unsetenv("TERM");
    return term_caps_load(saved, err);
}

static void a_terminal_that_cannot_do_it_is_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *type, *part;
    } cases[] = {
        {NULL, "TERM is not set"},
        {"", "TERM is not set"},
        {"dumb", "\"dumb\" (TERM) cannot move the cursor"},
        {"no-such-terminal", "\"no-such-terminal\" (TERM) is unknown"},
        {"../../etc/passwd", "unknown"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct term_saved saved = {0};
        struct rn_err err = {0};
        assert_true(load(cases[i].type, &saved, &err) < 0);
        if (!strstr(err.msg, cases[i].part))
            fail_msg("%s", err.msg);
        assert_int_equal(err.msg[strlen(err.msg) - 1], '.');
    }
}

static void the_reset_string_leaves_the_alternate_screen(void **state)
{
    (void)state;
    struct term_saved saved = {0};
    struct rn_err err;
    assert_int_equal(load("xterm-256color", &saved, &err), 0);
    assert_true(saved.reset_len > 0 && saved.reset_len < TERM_RESET_BYTES);
    assert_non_null(strstr(saved.reset, "\x1b[?1049l"));
    assert_non_null(strstr(saved.reset, "\x1b[?25h") ? saved.reset : strstr(saved.reset, "25h"));
    assert_null(strstr(saved.reset, "$<")); // padding is for curses
    saved.reset_len = 0;
    assert_int_equal(load("vt100", &saved, &err), 0);
    assert_null(strstr(saved.reset, "$<"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_terminal_that_cannot_do_it_is_refused_with_a_sentence),
        cmocka_unit_test(the_reset_string_leaves_the_alternate_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
