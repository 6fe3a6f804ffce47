// SPDX-License-Identifier: Apache-2.0
// The capture thread's loop: a trace at once, a trace at its pace, a trace that is damaged, a device.
#include "child.h"
#include "run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

static struct run r;

static bool is_over(void)
{
    rn_mutex_lock(&r.m.stats.lock);
    bool over = r.m.stats.trace_over;
    rn_mutex_unlock(&r.m.stats.lock);
    return over;
}

static struct rn_err failure(void)
{
    rn_mutex_lock(&r.m.stats.lock);
    struct rn_err failure = r.m.stats.failure;
    rn_mutex_unlock(&r.m.stats.lock);
    return failure;
}

static void a_trace_is_read_at_once(void **state)
{
    (void)state;
    run_defaults(&r);
    trace_of_flows(&r.trace, 100, 60 * RN_SEC);
    run_open(&r, 0, false);
    app_source_run(&r.m);
    assert_true(is_over());
    assert_int_equal(failure().code, 0);
    assert_int_equal(run_counts(&r).packets, 100); // it was flushed
    assert_int_equal(app_now(&r.m.clock), TRAFFIC_T0 + 99 * 60 * RN_SEC);
    run_ingest(&r);
    assert_int_equal(run_counts(&r).rows_created, 100);
    run_close(&r);
}

static void an_empty_trace_is_over_at_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        run_defaults(&r);
        r.o.play = i ? "" : NULL;
        trace_begin(&r.trace);
        made_close(&r.trace);
        run_open(&r, 0, false);
        app_source_run(&r.m);
        assert_true(is_over());
        assert_int_equal(run_counts(&r).packets, 0);
        assert_int_equal(app_now(&r.m.clock), RN_TIME_MIN);
        run_close(&r);
    }
}

static void a_filter_lets_through_what_matches(void **state)
{
    (void)state;
    run_defaults(&r);
    r.o.filter = "host 10.0.0.7";
    run_open(&r, 20, false);
    app_source_run(&r.m);
    assert_int_equal(run_counts(&r).packets, 1);
    run_close(&r);
}

static void a_trace_is_played_at_its_pace(void **state)
{
    (void)state;
    run_defaults(&r);
    r.o.play = "";
    trace_of_flows(&r.trace, 4, 30 * RN_MSEC);
    run_open(&r, 0, false);
    rn_time start = rn_clock_monotonic();
    app_source_run(&r.m);
    assert_true(rn_clock_monotonic() - start >= 90 * RN_MSEC);
    assert_true(is_over());
    assert_int_equal(run_counts(&r).packets, 4);
    assert_int_equal(app_now(&r.m.clock), TRAFFIC_T0 + 90 * RN_MSEC);
    run_close(&r);
}

static void frames_that_go_back_in_time_are_not_waited_for(void **state)
{
    (void)state;
    struct traffic t;
    static const rn_dur at[] = {10 * RN_SEC, 0, 5 * RN_SEC, 10 * RN_SEC, 10 * RN_SEC + 1};
    run_defaults(&r);
    r.o.play = "";
    trace_begin(&r.trace);
    for (uint32_t n = 0; n < 5; n++) {
        traffic_udp(&t, n, 1);
        trace_add(&r.trace, &t, TRAFFIC_T0 + at[n]);
    }
    made_close(&r.trace);
    run_open(&r, 0, false);
    app_source_run(&r.m);
    assert_int_equal(run_counts(&r).packets, 5);
    assert_int_equal(app_now(&r.m.clock), TRAFFIC_T0 + 10 * RN_SEC + 1);
    run_close(&r);
}

static void *run_source(void *arg)
{
    (void)arg;
    app_source_run(&r.m);
    return NULL;
}

static void a_frame_is_handed_over_before_the_next_is_waited_for(void **state)
{
    (void)state;
    struct rn_thread thread;
    run_defaults(&r);
    r.o.play = "";
    trace_of_flows(&r.trace, 100, 3600 * RN_SEC); // 200 s with shortened gaps
    run_open(&r, 0, false);
    rn_time start = rn_clock_monotonic();
    assert_int_equal(rn_thread_start(&thread, "source", run_source, NULL, NULL), 0);
    while (run_counts(&r).packets == 0)
        nap(RN_MSEC);
    app_source_stop(&r.m);
    bool early = rn_clock_monotonic() - start < APP_CLOCK_GAP; // before the second was due
    rn_thread_join(&thread);
    assert_true(rn_clock_monotonic() - start < 100 * RN_SEC);
    uint64_t packets = run_counts(&r).packets;
    assert_in_range(packets, 1, early ? 1 : 99);
    run_close(&r);
}

static void after_the_stop_nothing_is_offered(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        run_defaults(&r);
        r.o.play = i ? "" : NULL;
        run_open(&r, 10, false);
        app_source_stop(&r.m);
        app_source_run(&r.m);
        assert_int_equal(run_counts(&r).packets, 0);
        run_close(&r);
    }
}

// --- what fails -----------------------------------------------------------------------------------------------------------

static void open_with_tail(bool play, void (*spoil)(struct made_file *m))
{
    struct traffic t;
    run_defaults(&r);
    r.o.play = play ? "" : NULL;
    trace_begin(&r.trace);
    for (uint32_t n = 0; n < 3; n++) {
        traffic_udp(&t, n, 1);
        trace_add(&r.trace, &t, TRAFFIC_T0 + n);
    }
    spoil(&r.trace);
    made_close(&r.trace);
    run_open(&r, 0, false);
}

static void cut(struct made_file *m)
{
    made_record(m, 1001, 0, 100, 100); // and nothing of it
}

static void damage(struct made_file *m)
{
    made_record(m, 1001, 0, 0x7fffffff, 0x7fffffff);
    made_u32(m, 0);
}

static void a_trace_that_breaks_off_leaves_its_reason(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(struct made_file *m);
        int code;
        const char *part;
    } cases[] = {{cut, -EPIPE, "cut off"}, {damage, -EBADMSG, "damaged"}};
    for (size_t i = 0; i < 4; i++) {
        int bell[2];
        char byte;
        assert_int_equal(pipe(bell), 0);
        open_with_tail(i & 1, cases[i / 2].spoil);
        r.m.bell = bell[1];
        app_source_run(&r.m);
        assert_int_equal(failure().code, cases[i / 2].code);
        assert_non_null(strstr(failure().msg, cases[i / 2].part));
        assert_non_null(strstr(failure().msg, r.trace.path));
        assert_false(is_over());
        assert_int_equal(run_counts(&r).packets, 3); // what came before counts
        close(bell[1]);
        assert_int_equal(read(bell[0], &byte, 1), 1); // main was woken
        close(bell[0]);
        run_close(&r);
    }
}

// --- a device -------------------------------------------------------------------------------------------------------------

static int send_datagrams(unsigned count)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(10010)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(fd >= 0);
    for (unsigned n = 0; n < count; n++)
        (void)sendto(fd, "hello", 5, 0, (const struct sockaddr *)&to, sizeof to);
    close(fd);
    return 0;
}

static int watch_loopback(void *arg)
{
    struct rn_err err = {0};
    struct rn_thread thread;
    (void)arg;
    run_defaults(&r);
    r.o.interface = "lo";
    r.o.filter = "udp and dst port 10010";
    if (app_monitor_open(&r.m, &r.o, &err)) {
        (void)app_monitor_close(&r.m, NULL);
        return child_skips(err.msg);
    }
    CHECK(rn_thread_start(&thread, "source", run_source, NULL, NULL) == 0);
    for (unsigned tries = 0; run_counts(&r).packets == 0 && tries < 1000; tries++) {
        CHECK(send_datagrams(3) == 0);
        nap(10 * RN_MSEC);
    }
    CHECK(run_counts(&r).packets > 0);
    rn_time start = rn_clock_monotonic();
    app_source_stop(&r.m);
    rn_thread_join(&thread);
    CHECK(rn_clock_monotonic() - start < 20 * RN_SEC);
    CHECK(!is_over());
    CHECK(failure().code == 0);
    struct rn_counts c = run_counts(&r);
    CHECK(c.packets == c.parsed + c.dropped_ring + counts_ignored(&c));
    app_pipeline_end(r.m.pipeline);
    app_pipeline_work(r.m.pipeline, 0);
    CHECK(run_counts(&r).rows_created > 0);
    CHECK(app_monitor_close(&r.m, &err) == 0);
    return 0;
}

static void a_device_is_read_until_the_stop(void **state)
{
    (void)state;
    child_run(watch_loopback, NULL);
}

// What the kernel holds when the stop comes is written down as well.
static int stop_behind_a_burst(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    run_defaults(&r);
    file_name(r.json);
    r.o.json_log = r.json;
    r.o.interface = "lo";
    r.o.filter = "udp and dst port 10010";
    if (app_monitor_open(&r.m, &r.o, &err)) {
        (void)app_monitor_close(&r.m, NULL);
        (void)unlink(r.json);
        return child_skips(err.msg);
    }
    CHECK(send_datagrams(100) == 0);
    app_source_stop(&r.m);
    app_source_run(&r.m);
    CHECK(run_counts(&r).packets >= 100);
    CHECK(app_monitor_close(&r.m, &err) == 0);
    (void)unlink(r.json);
    return 0;
}

static void what_came_before_the_stop_is_still_read(void **state)
{
    (void)state;
    child_run(stop_behind_a_burst, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_is_read_at_once),
        cmocka_unit_test(an_empty_trace_is_over_at_once),
        cmocka_unit_test(a_filter_lets_through_what_matches),
        cmocka_unit_test(a_trace_is_played_at_its_pace),
        cmocka_unit_test(frames_that_go_back_in_time_are_not_waited_for),
        cmocka_unit_test(a_frame_is_handed_over_before_the_next_is_waited_for),
        cmocka_unit_test(after_the_stop_nothing_is_offered),
        cmocka_unit_test(a_trace_that_breaks_off_leaves_its_reason),
        cmocka_unit_test(a_device_is_read_until_the_stop),
        cmocka_unit_test(what_came_before_the_stop_is_still_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
