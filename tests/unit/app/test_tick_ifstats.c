// SPDX-License-Identifier: Apache-2.0
// The system's counters, and their rates from what they were the pass before.
#include "child.h"
#include "run.h"

#include "ticks.h"

#define NOW TRAFFIC_T0

static struct run r;

static int open_run(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    return 0;
}

static int close_run(void **state)
{
    (void)state;
    run_close(&r);
    return 0;
}

static const struct rn_iface_stats *seen(const char *name)
{
    for (unsigned n = 0; n < r.m.stats.iface_count; n++)
        if (strcmp(r.m.stats.iface[n].name.s, name) == 0)
            return &r.m.stats.iface[n];
    return NULL;
}

static struct rn_iface_stats *remembered(const char *name)
{
    for (unsigned n = 0; n < r.m.ifaces.count; n++)
        if (strcmp(r.m.ifaces.last[n].name.s, name) == 0)
            return &r.m.ifaces.last[n];
    return NULL;
}

// The first pass; skips the test where the system tells of no loopback interface.
static void look_first(void)
{
    assert_int_equal(app_tick_ifstats(&r.m, NOW), RN_SEC);
    if (!seen("lo"))
        skip();
}

static void interfaces_of_the_system_are_there(void **state)
{
    (void)state;
    static struct rn_iface_stats want[RN_SNAPSHOT_IFACES];
    unsigned count = rn_host_interfaces(want, RN_SNAPSHOT_IFACES);
    (void)app_tick_ifstats(&r.m, NOW);
    assert_int_equal(r.m.stats.iface_count, count);
    for (unsigned n = 0; n < count; n++) {
        assert_string_equal(r.m.stats.iface[n].name.s, want[n].name.s);
        assert_true(r.m.stats.iface[n].rx_bytes >= want[n].rx_bytes);
    }
}

static void the_first_pass_knows_no_rate(void **state)
{
    (void)state;
    look_first();
    for (unsigned n = 0; n < r.m.stats.iface_count; n++) {
        assert_int_equal(r.m.stats.iface[n].rx_bps, 0);
        assert_int_equal(r.m.stats.iface[n].tx_bps, 0);
    }
}

static void rates_are_what_grew_in_the_time_that_passed(void **state)
{
    (void)state;
    look_first();
    remembered("lo")->rx_bytes = 0;
    remembered("lo")->tx_bytes = 0;
    (void)app_tick_ifstats(&r.m, NOW + RN_SEC / 2);
    const struct rn_iface_stats *lo = seen("lo");
    assert_in_range(lo->rx_bps, lo->rx_bytes * 2 - lo->rx_bytes / 1000, lo->rx_bytes * 2);
    assert_in_range(lo->tx_bps, lo->tx_bytes * 2 - lo->tx_bytes / 1000, lo->tx_bytes * 2);
}

static void a_counter_that_was_set_back_has_no_rate(void **state)
{
    (void)state;
    look_first();
    remembered("lo")->rx_bytes = UINT64_MAX;
    remembered("lo")->tx_bytes = UINT64_MAX;
    (void)app_tick_ifstats(&r.m, NOW + RN_SEC);
    assert_int_equal(seen("lo")->rx_bps, 0);
    assert_int_equal(seen("lo")->tx_bps, 0);
    assert_int_not_equal(remembered("lo")->rx_bytes, UINT64_MAX); // the next pass has one again
}

static void an_interface_that_is_new_has_no_rate(void **state)
{
    (void)state;
    look_first();
    struct rn_iface_stats *lo = remembered("lo");
    rn_text_fmt(&lo->name, "gone0");
    (void)app_tick_ifstats(&r.m, NOW + RN_SEC);
    assert_int_equal(seen("lo")->rx_bps, 0);
    assert_null(seen("gone0"));
    assert_non_null(remembered("lo"));
}

static void no_time_no_rate(void **state)
{
    (void)state;
    look_first();
    remembered("lo")->rx_bytes = 0;
    (void)app_tick_ifstats(&r.m, NOW);
    assert_int_equal(seen("lo")->rx_bps, 0);
    remembered("lo")->rx_bytes = 0;
    (void)app_tick_ifstats(&r.m, NOW - RN_SEC); // the clock was set back
    assert_int_equal(seen("lo")->rx_bps, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(interfaces_of_the_system_are_there, open_run, close_run),
        cmocka_unit_test_setup_teardown(the_first_pass_knows_no_rate, open_run, close_run),
        cmocka_unit_test_setup_teardown(rates_are_what_grew_in_the_time_that_passed, open_run,
                                        close_run),
        cmocka_unit_test_setup_teardown(a_counter_that_was_set_back_has_no_rate, open_run,
                                        close_run),
        cmocka_unit_test_setup_teardown(an_interface_that_is_new_has_no_rate, open_run, close_run),
        cmocka_unit_test_setup_teardown(no_time_no_rate, open_run, close_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
