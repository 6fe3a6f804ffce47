// SPDX-License-Identifier: Apache-2.0
// Rows whose time is over leave all shards, and the event stream says so.
#include "child.h"
#include "run.h"

#include "ticks.h"

enum { FLOWS = 300 };

static struct run r;

static void lay(bool json)
{
    struct traffic t;
    run_defaults(&r);
    run_open(&r, 1, json);
    for (uint32_t n = 0; n < FLOWS; n++) {
        traffic_udp(&t, n, 10);
        run_offer(&r, &t, TRAFFIC_T0);
    }
    run_ingest(&r);
    assert_int_equal(rn_flow_rows(r.m.flow), FLOWS);
}

static void rows_whose_time_is_over_are_told_and_gone(void **state)
{
    (void)state;
    lay(true);
    assert_int_equal(app_tick_cleanup(&r.m, TRAFFIC_T0 + RN_SEC), 5 * RN_SEC);
    assert_int_equal(rn_flow_rows(r.m.flow), FLOWS);
    assert_int_equal(app_tick_cleanup(&r.m, TRAFFIC_T0 + 3600 * RN_SEC), 5 * RN_SEC);
    assert_int_equal(rn_flow_rows(r.m.flow), 0);
    assert_int_equal(r.m.cleanup_events->count, 0);
    assert_int_equal(app_journal_flush(&r.m.journal), 0);
    char *text = file_text(r.json);
    assert_int_equal(text_count(text, "\"event\":\"new_connection\""), FLOWS);
    assert_int_equal(text_count(text, "\"event\":\"connection_closed\""), FLOWS);
    assert_int_equal(text_count(text, "\"reason\":\"timeout\""), FLOWS);
    free(text);
    assert_int_equal(run_counts(&r).rows_closed, FLOWS);
    run_close(&r);
}

static void they_go_silently_when_nobody_asks(void **state)
{
    (void)state;
    lay(false);
    assert_null(r.m.cleanup_events);
    (void)app_tick_cleanup(&r.m, TRAFFIC_T0 + 3600 * RN_SEC);
    assert_int_equal(rn_flow_rows(r.m.flow), 0);
    assert_int_equal(run_counts(&r).rows_closed, FLOWS);
    run_close(&r);
}

static void before_the_first_frame_of_a_trace_nothing_happens(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, true);
    assert_int_equal(app_tick_cleanup(&r.m, app_now(&r.m.clock)), 5 * RN_SEC);
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_whose_time_is_over_are_told_and_gone),
        cmocka_unit_test(they_go_silently_when_nobody_asks),
        cmocka_unit_test(before_the_first_frame_of_a_trace_nothing_happens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
