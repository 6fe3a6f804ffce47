// SPDX-License-Identifier: Apache-2.0
// A trace's time runs at the pace of the trace, waits for frames, shortens gaps and never goes back.
#include "child.h"

#include "clock.h"
#include "rustnet/base/sync.h"

#define T0 (1000 * RN_SEC)

static struct app_clock at_t0(void)
{
    struct app_clock clock = {0};
    app_clock_play(&clock);
    assert_int_equal(app_clock_next(&clock, T0), 0);
    return clock;
}

static void live_time_is_that_of_the_system(void **state)
{
    (void)state;
    const struct app_clock clock = {0};
    rn_time before = rn_clock_wall();
    rn_time now = app_now(&clock);
    assert_true(before <= now && now <= rn_clock_wall());
}

static void before_the_first_frame_there_is_no_time(void **state)
{
    (void)state;
    struct app_clock clock = {0};
    app_clock_play(&clock);
    assert_int_equal(app_now(&clock), RN_TIME_MIN);
    assert_int_equal(app_clock_next(&clock, T0), 0);
    assert_int_equal(app_now(&clock), T0);
}

static void a_frame_is_waited_for_as_long_as_the_trace_took(void **state)
{
    (void)state;
    struct app_clock clock = at_t0();
    const rn_dur apart = 30 * RN_MSEC;
    rn_time start = rn_clock_monotonic();
    for (unsigned n = 1; n <= 3; n++) {
        rn_dur wait = app_clock_next(&clock, T0 + n * apart);
        assert_in_range(wait, 0, apart);
        assert_in_range(app_now(&clock), T0 + (n - 1) * apart, T0 + n * apart);
        nap(wait);
        assert_int_equal(app_now(&clock), T0 + n * apart); // and goes no further
    }
    assert_true(rn_clock_monotonic() - start >= 3 * apart);
}

static void waits_do_not_add_up_to_more_than_the_trace(void **state)
{
    (void)state;
    struct app_clock clock = at_t0();
    nap(20 * RN_MSEC); // the reader was late
    assert_int_equal(app_clock_next(&clock, T0 + RN_MSEC), 0);
    assert_int_equal(app_now(&clock), T0 + RN_MSEC);
    assert_int_equal(app_clock_next(&clock, T0 + 19 * RN_MSEC), 0);
    assert_int_equal(app_now(&clock), T0 + 19 * RN_MSEC);
}

static void a_long_gap_is_shortened(void **state)
{
    (void)state;
    static const rn_dur gaps[] = {APP_CLOCK_GAP + RN_SEC, 3600 * RN_SEC,
                                  INT64_C(100) * 365 * 86400 * RN_SEC};
    for (size_t i = 0; i < sizeof gaps / sizeof gaps[0]; i++) {
        struct app_clock clock = at_t0();
        assert_int_equal(app_clock_next(&clock, T0 + gaps[i]), APP_CLOCK_GAP);
        assert_in_range(app_now(&clock), T0 + gaps[i] - APP_CLOCK_GAP, T0 + gaps[i]);
    }
    struct app_clock clock = at_t0(); // shorter ones are not
    rn_dur wait = app_clock_next(&clock, T0 + APP_CLOCK_GAP);
    assert_in_range(wait, 1, APP_CLOCK_GAP);
    assert_in_range(app_now(&clock), T0, T0 + APP_CLOCK_GAP);
}

static void time_never_goes_back(void **state)
{
    (void)state;
    struct app_clock clock = at_t0();
    (void)app_clock_next(&clock, T0 + 3600 * RN_SEC);
    rn_time seen = app_now(&clock);
    static const rn_time older[] = {T0, T0 - RN_SEC, 0, -RN_SEC, RN_TIME_MIN};
    for (size_t i = 0; i < sizeof older / sizeof older[0]; i++) {
        assert_int_equal(app_clock_next(&clock, older[i]), 0);
        app_clock_jump(&clock, older[i]);
        assert_true(app_now(&clock) >= seen);
        seen = app_now(&clock);
    }
}

static void a_jump_is_there_at_once(void **state)
{
    (void)state;
    struct app_clock clock = {0};
    app_clock_play(&clock);
    static const rn_time frames[] = {-RN_SEC, 0, 1, T0, T0 + 3600 * RN_SEC, RN_TIME_MAX};
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        app_clock_jump(&clock, frames[i]);
        assert_int_equal(app_now(&clock), frames[i]);
    }
    app_clock_jump(&clock, T0);
    assert_int_equal(app_now(&clock), RN_TIME_MAX);
}

static void the_ends_of_time_are_reached_and_not_passed(void **state)
{
    (void)state;
    static const rn_time frames[] = {RN_TIME_MIN + 1, RN_TIME_MIN + 2, -1, 1,
                                     RN_TIME_MAX - 1, RN_TIME_MAX};
    struct app_clock clock = {0};
    app_clock_play(&clock);
    rn_time seen = RN_TIME_MIN;
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        assert_in_range(app_clock_next(&clock, frames[i]), 0, APP_CLOCK_GAP);
        rn_time now = app_now(&clock);
        assert_true(now >= seen && now <= frames[i]);
        seen = now;
    }
}

struct watch {
    struct app_clock *clock;
    atomic_bool stop;
    unsigned looks, steps_back;
};

static void *look_on(void *arg)
{
    struct watch *w = arg;
    rn_time seen = RN_TIME_MIN;
    while (!atomic_load(&w->stop)) {
        rn_time now = app_now(w->clock);
        w->steps_back += now < seen;
        seen = now;
        w->looks++;
    }
    return NULL;
}

static void others_see_it_only_go_forward(void **state)
{
    (void)state;
    struct app_clock clock = {0};
    app_clock_play(&clock);
    struct watch watch = {.clock = &clock};
    struct rn_thread thread;
    assert_int_equal(rn_thread_start(&thread, "watch", look_on, &watch, NULL), 0);
    rn_time frame = T0, end = rn_clock_monotonic() + 50 * RN_MSEC;
    for (unsigned n = 0; rn_clock_monotonic() < end; n++) {
        frame += n % 5 == 0 ? 3600 * RN_SEC : n % 3 == 0 ? RN_USEC : 10;
        if (n % 7 == 0)
            app_clock_jump(&clock, frame);
        else
            (void)app_clock_next(&clock, frame);
    }
    atomic_store(&watch.stop, true);
    rn_thread_join(&thread);
    assert_int_equal(watch.steps_back, 0);
    assert_true(watch.looks > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_time_is_that_of_the_system),
        cmocka_unit_test(before_the_first_frame_there_is_no_time),
        cmocka_unit_test(a_frame_is_waited_for_as_long_as_the_trace_took),
        cmocka_unit_test(waits_do_not_add_up_to_more_than_the_trace),
        cmocka_unit_test(a_long_gap_is_shortened),
        cmocka_unit_test(time_never_goes_back),
        cmocka_unit_test(a_jump_is_there_at_once),
        cmocka_unit_test(the_ends_of_time_are_reached_and_not_passed),
        cmocka_unit_test(others_see_it_only_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
