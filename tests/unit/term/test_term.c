// SPDX-License-Identifier: Apache-2.0
// The terminal as a person sees it: a child draws, the test types and looks.
#include "terminal.h"

static struct terminal t;
static struct rn_screen screen;

static void fill(const char *text, uint16_t cols, uint16_t rows)
{
    screen.cols = cols;
    screen.rows = rows;
    for (unsigned y = 0; y < rows; y++) {
        for (unsigned x = 0; x < cols; x++)
            screen.cell[y][x] = (struct rn_cell){.glyph = ' '};
    }
    size_t left = strlen(text), n;
    for (unsigned x = 0; left > 0 && x < cols; x++, text += n, left -= n)
        screen.cell[1][x].glyph = rn_utf8_next(text, left, &n);
}

static struct rn_term *open_or_die(void)
{
    struct rn_err err;
    struct rn_term *term;
    const struct rn_term_cfg cfg = {.colours = true};
    if (rn_term_open(&cfg, -1, &term, &err) < 0) {
        printf("%s\n", err.msg);
        fflush(stdout);
        _exit(90);
    }
    return term;
}

// Writes what happens on the screen, until the key Q or the end of the terminal. ^Z suspends, ! crashes.
static int echo_events(void)
{
    struct rn_term *term = open_or_die();
    struct rn_ui_event event;
    uint16_t cols, rows;
    char text[64] = "ready";
    int rc = 1;
    rn_term_size(term, &cols, &rows);
    while (rc >= 0) {
        fill("", cols, rows); // so that the text is drawn whole every time
        rn_term_paint(term, &screen);
        fill(text, cols, rows);
        rn_term_paint(term, &screen);
        rc = rn_term_poll(term, -1, -1, &event);
        if (rc == 1 && event.type == RN_EV_RESIZE) {
            cols = event.cols;
            rows = event.rows;
            snprintf(text, sizeof text, "size=%ux%u.", (unsigned)cols, (unsigned)rows);
        } else if (rc == 1) {
            snprintf(text, sizeof text, "key=%x.", (unsigned)event.key);
            if (event.key == 'Q')
                break;
            if (event.key == RN_KEY_CTRL('z'))
                rn_term_suspend(term);
            if (event.key == '!')
                abort();
        }
    }
    rn_term_close(term);
    return rc == 1 ? 0 : 50;
}

static void expect_end(int status)
{
    int got = terminal_end(&t);
    if (got != status)
        fail_msg("status %x, not %x, after: %s", (unsigned)got, (unsigned)status, t.output);
}

static void keys_become_events(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        uint32_t key;
    } cases[] = {
        {"j", 'j'},
        {"\x03", 3},
        {"\x1c", 0x1c},
        {"\x1b", RN_KEY_ESCAPE},
        {"\x1b[<0;1;1M\x1b[Ix", 'x'}, // mouse and focus reports say nothing
        {"\x1bOA", RN_KEY_UP},
        {"\x1b[5~", RN_KEY_PAGE_UP},
        {"\x7f", RN_KEY_BACKSPACE},
        {"\x08", RN_KEY_BACKSPACE},
        {"\r", RN_KEY_ENTER},
        {"\xc3\xa9", 0xe9},
        {"\xf0\x9f\x98\x80", 0x1f600},
    };
    terminal_start(&t, "xterm-256color", echo_events);
    terminal_expect(&t, "ready");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char want[32];
        snprintf(want, sizeof want, "key=%x.", (unsigned)cases[i].key);
        terminal_forget(&t);
        terminal_type(&t, cases[i].typed);
        terminal_expect(&t, want);
    }
    terminal_type(&t, "Q");
    expect_end(0);
    terminal_close(&t);
}

static void the_terminal_is_left_as_it_was_found(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", echo_events);
    terminal_expect(&t, "ready");
    assert_false(terminal_restored(&t));
    assert_non_null(strstr(t.output, "\x1b[?1049h"));
    terminal_type(&t, "Q");
    expect_end(0);
    assert_true(terminal_restored(&t));
    assert_non_null(strstr(t.output, "\x1b[?1049l"));
    terminal_close(&t);
}

static void a_new_size_is_told_and_painted(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", echo_events);
    terminal_expect(&t, "ready");
    static const struct winsize sizes[] = {{.ws_col = 100, .ws_row = 30},
                                           {.ws_col = 1, .ws_row = 1},
                                           {.ws_col = 2000, .ws_row = 1000},
                                           {.ws_col = 81, .ws_row = 25}};
    for (size_t i = 0; i < 4; i++)
        ioctl(t.master, TIOCSWINSZ, &sizes[i]);
    terminal_expect(&t, "size=81x25.");
    terminal_type(&t, "Q");
    expect_end(0);
    terminal_close(&t);
}

static void a_terminal_that_is_gone_ends_the_program(void **state)
{
    (void)state;
    signal(SIGHUP, SIG_IGN); // inherited, as from nohup
    terminal_start(&t, "xterm-256color", echo_events);
    signal(SIGHUP, SIG_DFL);
    terminal_expect(&t, "ready");
    terminal_close(&t);
    t.master = t.slave = -1;
    expect_end(50 << 8);
}

static void stop_and_continue(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", echo_events);
    terminal_expect(&t, "ready");
    // No shell stands behind the child, so the kernel does not let ^Z stop it: given back and taken again at once.
    terminal_forget(&t);
    terminal_type(&t, "\x1a");
    terminal_expect(&t, "\x1b[?1049l");
    terminal_expect(&t, "size=80x24.");
    // Somebody else stops it, changes the settings, and lets it go on.
    kill(t.child, SIGSTOP);
    int status;
    waitpid(t.child, &status, WUNTRACED);
    tcsetattr(t.slave, TCSANOW, &t.found);
    terminal_forget(&t);
    kill(t.child, SIGCONT);
    terminal_expect(&t, "size=80x24."); // painted whole, though nothing has changed
    struct termios during = terminal_settings(&t);
    assert_false(during.c_lflag & ICANON);
    terminal_type(&t, "Q");
    expect_end(0);
    terminal_close(&t);
}

static int paint_twice(void)
{
    struct rn_term *term = open_or_die();
    fill("hello", 80, 24);
    rn_term_paint(term, &screen);
    dprintf(STDOUT_FILENO, "<");
    for (unsigned i = 0; i < 10; i++)
        rn_term_paint(term, &screen);
    dprintf(STDOUT_FILENO, ">");
    screen.cell[1][0].glyph = 'J';
    rn_term_paint(term, &screen);
    rn_term_close(term);
    return 0;
}

static void a_still_picture_costs_no_byte(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", paint_twice);
    terminal_expect(&t, "<>");
    terminal_expect(&t, "J");
    assert_int_equal(terminal_end(&t), 0);
    assert_null(strstr(strstr(t.output, "<>"), "ello")); // only the cell that differs
    terminal_close(&t);
}

static int noise(void)
{
    struct rn_term *term = open_or_die();
    fprintf(stderr, "NOISE");
    rn_term_close(term);
    fprintf(stderr, "AFTER");
    return 0;
}

static void nobody_writes_between_the_cells(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", noise);
    expect_end(0);
    assert_null(strstr(t.output, "NOISE"));
    assert_non_null(strstr(t.output, "AFTER"));
    terminal_close(&t);
}

static int wait_for_others(void)
{
    struct rn_term *term = open_or_die();
    struct rn_ui_event event;
    int wake[2];
    if (pipe(wake) < 0 || rn_term_poll(term, wake[0], 20 * RN_MSEC, &event) != 0)
        return 1;
    if (write(wake[1], "", 1) != 1 || rn_term_poll(term, wake[0], -1, &event) != 0)
        return 2;
    rn_term_close(term);
    return 0;
}

static void poll_returns_for_time_and_for_the_callers_descriptor(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", wait_for_others);
    expect_end(0);
    terminal_close(&t);
}

static int ascii(void)
{
    setenv("LC_ALL", "C", 1);
    struct rn_term *term = open_or_die();
    fill("▌─│●…↑é", 80, 24);
    rn_term_paint(term, &screen);
    rn_term_close(term);
    return 0;
}

static void a_plain_locale_gets_plain_glyphs(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", ascii);
    expect_end(0);
    assert_non_null(strstr(t.output, ">-|*~^?"));
    for (size_t i = 0; i < t.len; i++)
        assert_true((unsigned char)t.output[i] < 0x80);
    terminal_close(&t);
}

static int open_only(void)
{
    open_or_die();
    return 0;
}

static int open_without_input(void)
{
    int null = open("/dev/null", O_RDONLY);
    dup2(null, STDIN_FILENO);
    return open_only();
}

static void what_cannot_work_is_said_before_anything_is_drawn(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int (*body)(void);
        const char *part;
    } cases[] = {
        {"dumb", open_only, "cannot move the cursor"},
        {"nosuch", open_only, "is unknown"},
        {"xterm-256color", open_without_input, "Standard input is not a terminal"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        terminal_start(&t, cases[i].type, cases[i].body);
        expect_end(90 << 8);
        assert_non_null(strstr(t.output, cases[i].part));
        assert_null(strchr(t.output, 0x1b));
        assert_true(terminal_restored(&t));
        terminal_close(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_become_events),
        cmocka_unit_test(the_terminal_is_left_as_it_was_found),
        cmocka_unit_test(a_new_size_is_told_and_painted),
        cmocka_unit_test(a_terminal_that_is_gone_ends_the_program),
        cmocka_unit_test(stop_and_continue),
        cmocka_unit_test(a_still_picture_costs_no_byte),
        cmocka_unit_test(nobody_writes_between_the_cells),
        cmocka_unit_test(poll_returns_for_time_and_for_the_callers_descriptor),
        cmocka_unit_test(a_plain_locale_gets_plain_glyphs),
        cmocka_unit_test(what_cannot_work_is_said_before_anything_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
