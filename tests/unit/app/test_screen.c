// SPDX-License-Identifier: Apache-2.0
// A child with a terminal of its own shows a trace or a device; the test looks at it, types, and takes it away.
#include "child.h"
#include "run.h"
#include "unit/term/terminal.h"

#include "screen.h"

static struct terminal t;
static struct run r;

// Runs with r.o on a terminal. Not by returning, so that sanitizers have their say.
static int show(void)
{
    struct rn_err err = {0};
    alarm(CHILD_PATIENCE_SEC);
    int rc = app_screen(&r.o, &err);
    if (rc)
        printf("END %d: %s\n", rc, err.msg);
    exit(rc ? 3 : 0);
}

static void prepare(uint32_t flows, rn_dur step)
{
    run_defaults(&r);
    trace_of_flows(&r.trace, flows, step);
    r.o.play = r.trace.path;
}

static void start(void)
{
    (void)fflush(NULL);
    terminal_start(&t, "xterm-256color", show);
}

// A window of another size is painted whole; a wide one has the sidebar.
static void resize(unsigned short cols, unsigned short rows)
{
    const struct winsize size = {.ws_col = cols, .ws_row = rows};
    assert_int_equal(ioctl(t.master, TIOCSWINSZ, &size), 0);
}

static void tidy(void)
{
    terminal_close(&t);
    (void)unlink(r.trace.path);
    if (r.json[0])
        (void)unlink(r.json);
}

static void expect_end(int code)
{
    int status = terminal_end(&t);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
        fail_msg("status %x after: %s", (unsigned)status, t.output);
    assert_true(terminal_restored(&t));
}

static void a_trace_is_shown_until_the_user_leaves(void **state)
{
    (void)state;
    prepare(5, 10 * RN_MSEC);
    start();
    terminal_expect(&t, "\x1b[?1049h");
    terminal_expect(&t, "End of trace");
    terminal_expect(&t, "192.0.2.1");
    resize(140, 40);
    terminal_expect(&t, strrchr(r.trace.path, '/') + 1);
    terminal_expect(&t, "none (trace)");
    assert_null(strstr(t.output, "\x1b[?1049l"));
    terminal_type(&t, "q");
    terminal_type(&t, "q");
    expect_end(0);
    assert_non_null(strstr(t.output, "\x1b[?1049l"));
    tidy();
}

static void leaving_does_not_wait_for_the_trace(void **state)
{
    (void)state;
    prepare(200, 3600 * RN_SEC); // 400 s with shortened gaps
    start();
    terminal_expect(&t, "192.0.2.1");
    terminal_type(&t, "qq");
    expect_end(0);
    tidy();
}

// A row in the middle of many, far from what is shown at first in either order, comes up when it is filtered for.
static void a_filter_that_is_typed_is_answered(void **state)
{
    (void)state;
    struct traffic packet;
    run_defaults(&r);
    trace_begin(&r.trace);
    for (uint32_t n = 0; n < 100; n++) {
        traffic_udp(&packet, n, 1);
        if (n == 50)
            traffic_between(&packet, "10.0.0.50", 1000, "203.0.113.77", 2000);
        trace_add(&r.trace, &packet, TRAFFIC_T0 + n);
    }
    made_close(&r.trace);
    r.o.play = r.trace.path;
    start();
    terminal_expect(&t, "Live");
    terminal_type(&t, "/");
    terminal_type(&t, "113.77\r");
    terminal_expect(&t, "203.0.113.77");
    terminal_type(&t, "qq");
    expect_end(0);
    tidy();
}

static void a_signal_ends_it_in_order(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT};
    for (unsigned i = 0; i < 3; i++) {
        prepare(3, RN_MSEC);
        file_name(r.json);
        r.o.json_log = r.json;
        start();
        terminal_expect(&t, "End of trace");
        kill(t.child, signals[i]);
        expect_end(0);
        assert_non_null(strstr(t.output, "\x1b[?1049l"));
        char *text = file_text(r.json);
        assert_int_equal(text_count(text, "\"reason\":\"end\""), 3);
        assert_int_equal(text_count(text, "\"event\":\"summary\""), 1);
        free(text);
        tidy();
    }
}

static void a_terminal_that_goes_away_ends_it(void **state)
{
    (void)state;
    prepare(3, RN_MSEC);
    file_name(r.json);
    r.o.json_log = r.json;
    start();
    terminal_expect(&t, "End of trace");
    close(t.slave);
    close(t.master);
    t.slave = t.master = -1;
    int status = child_end(t.child);
    assert_int_equal(status, 0);
    char *text = file_text(r.json);
    assert_int_equal(text_count(text, "\"event\":\"summary\""), 1);
    free(text);
    tidy();
}

static void rows_within_this_machine_are_shown_on_request(void **state)
{
    (void)state;
    for (unsigned show_them = 0; show_them < 2; show_them++) {
        struct traffic packet;
        run_defaults(&r);
        trace_begin(&r.trace);
        traffic_udp(&packet, 1, 1);
        trace_add(&r.trace, &packet, TRAFFIC_T0);
        traffic_between(&packet, "127.1.2.3", 1000, "127.3.2.1", 2000);
        trace_add(&r.trace, &packet, TRAFFIC_T0 + 1);
        made_close(&r.trace);
        r.o.play = r.trace.path;
        r.o.show_loopback = show_them;
        start();
        terminal_expect(&t, "End of trace");
        terminal_expect(&t, "192.0.2.1");
        if (show_them)
            terminal_expect(&t, "127.3.2.1");
        else
            assert_null(strstr(t.output, "127.3.2.1"));
        terminal_type(&t, "qq");
        expect_end(0);
        tidy();
    }
}

static void a_trace_that_breaks_off_is_told_on_the_screen(void **state)
{
    (void)state;
    struct traffic packet;
    run_defaults(&r);
    trace_begin(&r.trace);
    traffic_udp(&packet, 1, 1);
    trace_add(&r.trace, &packet, TRAFFIC_T0);
    made_record(&r.trace, 1001, 0, 100, 100);
    made_close(&r.trace);
    r.o.play = r.trace.path;
    start();
    terminal_expect(&t, "cut off");
    terminal_type(&t, "qq");
    expect_end(0);
    tidy();
}

static void a_device_is_shown(void **state)
{
    (void)state;
    run_defaults(&r);
    r.o.interface = "lo";
    start();
    bool shown = terminal_wait(&t, "\x1b[?1049h");
    if (!shown) {
        int status = terminal_end(&t);
        bool refused = strstr(t.output, "END -1:") != NULL;
        terminal_close(&t);
        assert_true(refused && WEXITSTATUS(status) == 3);
        fprintf(stderr, "skipped: %s\n", t.output);
        skip();
    }
    resize(140, 40);
    terminal_expect(&t, "Ethernet");
    terminal_type(&t, "qq");
    expect_end(0);
    tidy();
}

static void a_full_disk_is_told_after_the_screen_has_gone(void **state)
{
    (void)state;
    prepare(3, RN_MSEC);
    r.o.json_log = "/dev/full";
    start();
    if (!terminal_wait(&t, "End of trace")) {
        tidy();
        skip();
    }
    terminal_type(&t, "qq");
    expect_end(3);
    const char *gone = strstr(t.output, "\x1b[?1049l");
    assert_non_null(gone);
    assert_non_null(strstr(gone, "END -28: "));
    assert_non_null(strstr(gone, "not complete"));
    tidy();
}

// --- without a screen ---------------------------------------------------------------------------------------------------

static int show_on_nothing(void *arg)
{
    struct rn_err err = {0};
    char out[64];
    (void)arg;
    file_name(out);
    int in = open("/dev/null", O_RDONLY), fd = open(out, O_RDWR);
    CHECK(in >= 0 && dup2(in, STDIN_FILENO) == STDIN_FILENO);
    CHECK(fd >= 0 && dup2(fd, STDOUT_FILENO) == STDOUT_FILENO);
    CHECK(app_screen(&r.o, &err) == -ENOTTY);
    CHECK(strstr(err.msg, "not a terminal") && !strchr(err.msg, '\n'));
    CHECK(lseek(fd, 0, SEEK_END) == 0); // nothing was drawn
    (void)unlink(out);
    return 0;
}

static void without_a_terminal_that_is_told_in_one_sentence(void **state)
{
    (void)state;
    prepare(3, RN_MSEC);
    child_run(show_on_nothing, NULL);
    (void)unlink(r.trace.path);
}

static void what_cannot_be_opened_is_told_before_anything_is_drawn(void **state)
{
    (void)state;
    run_defaults(&r);
    r.o.play = "/nowhere/at/all.pcap";
    start();
    expect_end(3);
    assert_non_null(strstr(t.output, "END -2: "));
    assert_null(strchr(t.output, '\x1b'));
    tidy();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_is_shown_until_the_user_leaves),
        cmocka_unit_test(leaving_does_not_wait_for_the_trace),
        cmocka_unit_test(a_filter_that_is_typed_is_answered),
        cmocka_unit_test(a_signal_ends_it_in_order),
        cmocka_unit_test(a_terminal_that_goes_away_ends_it),
        cmocka_unit_test(rows_within_this_machine_are_shown_on_request),
        cmocka_unit_test(a_trace_that_breaks_off_is_told_on_the_screen),
        cmocka_unit_test(a_device_is_shown),
        cmocka_unit_test(a_full_disk_is_told_after_the_screen_has_gone),
        cmocka_unit_test(without_a_terminal_that_is_told_in_one_sentence),
        cmocka_unit_test(what_cannot_be_opened_is_told_before_anything_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
