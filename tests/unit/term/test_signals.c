// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

static struct terminal t;

static struct rn_term *open_quietly(void)
{
    struct rn_err err;
    struct rn_term *term;
    const struct rn_term_cfg cfg = {.colours = false};
    const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        signal(faults[i], SIG_DFL); // sanitizers have their own
    if (rn_term_open(&cfg, -1, &term, &err) < 0)
        _exit(90);
    return term;
}

static int crash_by_fault(void)
{
    open_quietly();
    raise(SIGSEGV);
    return 0;
}

static int crash_by_abort(void)
{
    open_quietly();
    abort();
}

static int crash_by_trap(void)
{
    open_quietly();
    __builtin_trap();
}

static void on_term(int sig)
{
    (void)sig;
    rn_term_restore();
    _exit(7);
}

static int restore_in_a_handler(void)
{
    signal(SIGTERM, on_term);
    open_quietly();
    raise(SIGTERM);
    return 0;
}

static int close_after_restore(void)
{
    struct rn_term *term = open_quietly();
    rn_term_restore();
    rn_term_restore(); // once is enough
    rn_term_close(term);
    rn_term_restore();
    return 0;
}

static void whatever_ends_the_program_the_terminal_is_put_back(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int (*body)(void);
        int sig, code;
    } cases[] = {
        {"fault", crash_by_fault, SIGSEGV, 0},   {"abort", crash_by_abort, SIGABRT, 0},
        {"handler", restore_in_a_handler, 0, 7}, {"close", close_after_restore, 0, 0},
        {"trap", crash_by_trap, -1, 0}, // SIGILL or SIGTRAP
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        terminal_start(&t, "xterm-256color", cases[i].body);
        int status = terminal_end(&t);
        if (cases[i].sig == 0)
            assert_int_equal(WEXITSTATUS(status), cases[i].code);
        else
            assert_true(WIFSIGNALED(status));
        if (cases[i].sig > 0)
            assert_int_equal(WTERMSIG(status), cases[i].sig);
        const char *in = strstr(t.output, "\x1b[?1049h"), *out = strstr(t.output, "\x1b[?1049l");
        if (!in || !out || out < in)
            fail_msg("%s: %s", cases[i].what, t.output);
        assert_true(terminal_restored(&t));
        terminal_close(&t);
    }
}

static void nothing_happens_while_the_screen_is_not_ours(void **state)
{
    (void)state;
    rn_term_restore();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_ends_the_program_the_terminal_is_put_back),
        cmocka_unit_test(nothing_happens_while_the_screen_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
