// SPDX-License-Identifier: Apache-2.0
// A child is sent signals: what it catches is noted, what it ignored stays ignored, and afterwards all is as before.
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include "signals.h"

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDING (sizeof ending / sizeof ending[0])

static int bell[2];

static int make_bell(void)
{
    CHECK(pipe(bell) == 0);
    CHECK(fcntl(bell[0], F_SETFL, O_NONBLOCK) == 0);
    CHECK(fcntl(bell[1], F_SETFL, O_NONBLOCK) == 0);
    return 0;
}

static bool bell_rings(void)
{
    struct pollfd fd = {bell[0], POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
}

static int catch_one(void *arg)
{
    const int *sig = arg;
    CHECK(make_bell() == 0);
    app_signals_catch(bell[1]);
    CHECK(!app_signals_came());
    CHECK(!bell_rings());
    errno = EDOM;
    CHECK(raise(*sig) == 0);
    CHECK(errno == EDOM);
    CHECK(app_signals_came());
    CHECK(bell_rings());
    CHECK(raise(*sig) == 0); // it is caught for as long as the run lasts
    CHECK(app_signals_came());
    app_signals_catch(bell[1]); // a new run
    CHECK(!app_signals_came());
    return 0;
}

static void each_signal_that_ends_a_program_is_noted(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENDING; i++) {
        int sig = ending[i];
        child_run(catch_one, &sig);
    }
}

static int ignore_one(void *arg)
{
    const int *sig = arg;
    CHECK(make_bell() == 0);
    CHECK(signal(*sig, SIG_IGN) != SIG_ERR);
    app_signals_catch(bell[1]);
    CHECK(raise(*sig) == 0);
    CHECK(!app_signals_came());
    CHECK(!bell_rings());
    for (size_t i = 0; i < ENDING; i++)
        if (ending[i] != *sig) {
            CHECK(raise(ending[i]) == 0);
            CHECK(app_signals_came()); // the others are not
        }
    app_signals_release();
    struct sigaction now;
    CHECK(sigaction(*sig, NULL, &now) == 0);
    CHECK(now.sa_handler == SIG_IGN);
    return 0;
}

static void what_was_ignored_stays_ignored(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENDING; i++) {
        int sig = ending[i];
        child_run(ignore_one, &sig);
    }
}

static int release_one(void *arg)
{
    const int *sig = arg;
    CHECK(make_bell() == 0);
    app_signals_catch(bell[1]);
    app_signals_release();
    (void)raise(*sig);
    return 1; // must not live to see this
}

static void after_the_release_a_signal_ends_the_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENDING; i++) {
        int sig = ending[i], status = child_end(child_start(release_one, &sig));
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), sig);
    }
}

static int write_to_nobody(void *arg)
{
    int fd[2];
    (void)arg;
    CHECK(make_bell() == 0 && pipe(fd) == 0);
    close(fd[0]);
    app_signals_catch(bell[1]);
    CHECK(write(fd[1], "x", 1) < 0 && errno == EPIPE);
    CHECK(!app_signals_came());
    app_signals_release();
    struct sigaction now;
    CHECK(sigaction(SIGPIPE, NULL, &now) == 0);
    CHECK(now.sa_handler == SIG_DFL);
    return 0;
}

static void a_reader_that_has_gone_is_an_error_and_no_signal(void **state)
{
    (void)state;
    child_run(write_to_nobody, NULL);
}

static int ring_a_full_bell(void *arg)
{
    (void)arg;
    CHECK(make_bell() == 0);
    while (write(bell[1], "", 1) == 1)
        ;
    app_signals_catch(bell[1]);
    CHECK(raise(SIGTERM) == 0); // returns
    CHECK(app_signals_came());
    return 0;
}

static void a_full_bell_holds_up_no_handler(void **state)
{
    (void)state;
    child_run(ring_a_full_bell, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_signal_that_ends_a_program_is_noted),
        cmocka_unit_test(what_was_ignored_stays_ignored),
        cmocka_unit_test(after_the_release_a_signal_ends_the_program),
        cmocka_unit_test(a_reader_that_has_gone_is_an_error_and_no_signal),
        cmocka_unit_test(a_full_bell_holds_up_no_handler),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
