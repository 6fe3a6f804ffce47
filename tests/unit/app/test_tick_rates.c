// SPDX-License-Identifier: Apache-2.0
// Totals per second from counters that are known, by the time that has passed; and the stream is flushed.
#include "child.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "ticks.h"

static struct run r;

static struct app_stats stats(void)
{
    rn_mutex_lock(&r.m.stats.lock);
    struct app_stats s = r.m.stats;
    rn_mutex_unlock(&r.m.stats.lock);
    return s;
}

static void assert_rates(double packets, double tx, double rx)
{
    struct app_stats s = stats();
    assert_float_equal(s.packets_per_sec, packets, 0.001);
    assert_float_equal(s.tx_bps, tx, 0.001);
    assert_float_equal(s.rx_bps, rx, 0.001);
}

// 60 datagrams of 128 bytes from our end, 30 segments of 40 bytes to it, and 10 frames that are no row's.
static void offer_known(void)
{
    struct traffic t;
    for (uint32_t n = 0; n < 60; n++) {
        traffic_udp(&t, 1, 100);
        run_offer(&r, &t, TRAFFIC_T0);
    }
    for (uint32_t n = 0; n < 30; n++) {
        traffic_tcp(&t, 1, true, RN_TCP_ACK, 1, 1);
        run_offer(&r, &t, TRAFFIC_T0);
    }
    t.len = 10;
    for (uint32_t n = 0; n < 10; n++)
        run_offer(&r, &t, TRAFFIC_T0);
    run_ingest(&r);
}

static void rates_are_what_grew_in_the_time_that_passed(void **state)
{
    (void)state;
    run_defaults(&r);
    assert_true(rn_local_add_text(&r.o.local, "10.0.0.0/8"));
    run_open(&r, 1, false);
    assert_int_equal(app_tick_rates(&r.m, TRAFFIC_T0), RN_SEC);
    assert_rates(0, 0, 0);
    offer_known();
    assert_int_equal(app_tick_rates(&r.m, TRAFFIC_T0 + 2 * RN_SEC), RN_SEC);
    assert_rates(50, 60 * 128 / 2.0, 30 * 40 / 2.0);
    (void)app_tick_rates(&r.m,
                         TRAFFIC_T0 + 2 * RN_SEC); // no time has passed: nothing is known anew
    assert_rates(50, 60 * 128 / 2.0, 30 * 40 / 2.0);
    (void)app_tick_rates(&r.m, TRAFFIC_T0 + 3 * RN_SEC);
    assert_rates(0, 0, 0);
    run_close(&r);
}

static void the_first_pass_knows_no_rate(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    offer_known();
    (void)app_tick_rates(&r.m, TRAFFIC_T0);
    assert_rates(0, 0, 0);
    run_close(&r);
}

static void a_trace_that_begins_has_no_absurd_rate(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    (void)app_tick_rates(&r.m, app_now(&r.m.clock)); // before the first frame
    offer_known();
    (void)app_tick_rates(&r.m, TRAFFIC_T0);
    struct app_stats s = stats();
    assert_in_range(s.packets_per_sec, 0, 100);
    assert_in_range(s.tx_bps, 0, 60 * 128);
    run_close(&r);
}

static void packets_count_as_of_the_last_flush(void **state)
{
    (void)state;
    struct traffic t;
    run_defaults(&r);
    run_open(&r, 1, false);
    (void)app_tick_rates(&r.m, TRAFFIC_T0);
    traffic_udp(&t, 1, 10);
    run_offer(&r, &t, TRAFFIC_T0);
    (void)app_tick_rates(&r.m, TRAFFIC_T0 + RN_SEC);
    assert_rates(0, 0, 0);
    app_pipeline_flush(r.m.pipeline);
    (void)app_tick_rates(&r.m, TRAFFIC_T0 + 2 * RN_SEC);
    assert_rates(1, 0, 0);
    run_close(&r);
}

static void the_event_stream_is_flushed(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, true);
    offer_known();
    char *text = file_text(r.json);
    assert_string_equal(text, "");
    free(text);
    (void)app_tick_rates(&r.m, TRAFFIC_T0);
    text = file_text(r.json);
    assert_int_equal(text_count(text, "\"event\":\"new_connection\""), 2);
    free(text);
    run_close(&r);
}

static void a_stream_that_nobody_reads_wakes_main(void **state)
{
    (void)state;
    struct rn_err err = {0};
    int bell[2];
    run_defaults(&r);
    trace_of_flows(&r.trace, 1, 1);
    r.o.read = r.trace.path;
    r.o.json_log = "/dev/full";
    if (app_monitor_open(&r.m, &r.o, &err)) {
        (void)app_monitor_close(&r.m, NULL);
        skip();
    }
    assert_int_equal(pipe(bell), 0);
    r.m.bell = bell[1];
    struct pollfd fd = {bell[0], POLLIN, 0};
    (void)app_tick_rates(&r.m, TRAFFIC_T0);
    assert_int_equal(poll(&fd, 1, 0), 0); // nothing to write yet
    offer_known();
    (void)app_tick_rates(&r.m, TRAFFIC_T0 + RN_SEC);
    assert_int_equal(poll(&fd, 1, 0), 1);
    close(bell[0]);
    close(bell[1]);
    assert_int_equal(app_monitor_close(&r.m, &err), -ENOSPC);
    (void)unlink(r.trace.path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_what_grew_in_the_time_that_passed),
        cmocka_unit_test(the_first_pass_knows_no_rate),
        cmocka_unit_test(a_trace_that_begins_has_no_absurd_rate),
        cmocka_unit_test(packets_count_as_of_the_last_flush),
        cmocka_unit_test(the_event_stream_is_flushed),
        cmocka_unit_test(a_stream_that_nobody_reads_wakes_main),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
