// SPDX-License-Identifier: Apache-2.0
// Whole pictures of the first tab, and its keys.
#include "bench.h"

static struct bench b;

static void pictures(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned cols, rows;
        uint32_t total;
    } cases[] = {
        {"overview-80x24", 80, 24, 40},
        {"overview-120x40", 120, 40, 15},
        {"overview-200x60", 200, 60, 100},
        {"overview-empty", 100, 24, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bench_start(&b, cases[i].total, cases[i].cols, cases[i].rows);
        bench_key(&b, 'j');
        bench_view(&b);
        golden_check(cases[i].name, &b.screen);
    }
}

static void a_picture_without_colours(void **state)
{
    (void)state;
    bench_start(&b, 40, 80, 24);
    bench_key(&b, 's');
    bench_key(&b, 'j');
    bench_view(&b);
    golden_check_mono("overview-80x24-mono", &b.screen);
}

static void a_picture_of_trouble(void **state)
{
    (void)state;
    bench_start(&b, 15, 120, 30);
    struct rn_snapshot *s = &b.snapshot;
    s->detection_degraded = true;
    rn_text_fmt(&s->detection_feature, "eBPF");
    rn_text_fmt(&s->detection_reason, "kprobe attach failed: tcp_connect");
    rn_text_fmt(&s->failure, "Capture stopped: the interface eth0 went down");
    s->counts.dropped_kernel = 1200000000;
    s->counts.dropped_ring = 7;
    s->counts.rows_evicted = 3;
    s->iface[1].rx_errors = 2;
    s->iface[1].tx_dropped = 9;
    bench_view(&b);
    golden_check("overview-trouble", &b.screen);
}

static void sort_cycles_through_all_columns(void **state)
{
    (void)state;
    bench_start(&b, 40, 200, 24);
    for (unsigned i = 1; i <= RN_SORT_COUNT; i++) {
        bench_key(&b, 's');
        enum rn_sort want = (enum rn_sort)(i % RN_SORT_COUNT);
        assert_int_equal(b.ui.request.sort, want);
        assert_int_equal(b.ui.request.descending, want == RN_SORT_RTT || want == RN_SORT_BANDWIDTH);
        assert_int_equal(b.effects & RN_EFFECT_REQUEST, RN_EFFECT_REQUEST);
    }
    bench_key(&b, 'S');
    assert_true(b.ui.request.descending);
    bench_key(&b, 'S');
    assert_false(b.ui.request.descending);
}

static void the_active_sort_is_seen_in_title_and_header(void **state)
{
    (void)state;
    bench_start(&b, 5, 200, 24);
    bench_key(&b, 's');
    bench_view(&b);
    assert_non_null(strstr(golden_line(&b.screen, 2), "Live Connections · sort Process ↑  "));
    assert_non_null(strstr(golden_line(&b.screen, 3), "Process ↑ "));
    for (unsigned i = 0; i < 7; i++)
        bench_key(&b, 's');
    bench_view(&b);
    assert_non_null(strstr(golden_line(&b.screen, 3), " Rx↓/Tx↑ ↓ "));
}

static void p_shows_ports_instead_of_services(void **state)
{
    (void)state;
    bench_start(&b, 15, 200, 24);
    bench_view(&b);
    assert_non_null(strstr(golden_line(&b.screen, 3), " Service "));
    assert_non_null(strstr(golden_line(&b.screen, 5), " https "));
    bench_key(&b, 'p');
    bench_view(&b);
    assert_non_null(strstr(golden_line(&b.screen, 3), " Port "));
    assert_non_null(strstr(golden_line(&b.screen, 5), " 443        TCP"));
    assert_non_null(strstr(golden_line(&b.screen, 9), " -          ICMP")); // no port at all
    bench_key(&b, 'p');
    assert_false(b.ui.port_numbers);
}

static void d_shows_addresses_instead_of_inferred_names(void **state)
{
    (void)state;
    bench_start(&b, 1, 200, 24);
    struct rn_row *row = &b.snapshot.row[0];
    row->conn.app = RN_APP_NONE;
    rn_facts_clear(&row->facts);
    rn_facts_put_text(&row->facts, RN_FACT_DNS_NAME, rn_bytes_of("a.example", 9));
    bench_view(&b);
    assert_non_null(strstr(golden_line(&b.screen, 5), " ~a.example:443 "));
    bench_key(&b, 'd');
    bench_view(&b);
    assert_null(strstr(golden_line(&b.screen, 5), "~"));
    assert_non_null(strstr(golden_line(&b.screen, 5), " 140.82.121.4:443 "));
    bench_key(&b, 'd');
    assert_false(b.ui.addresses);
}

static void i_toggles_the_sidebar_where_there_is_room(void **state)
{
    (void)state;
    bench_start(&b, 15, 90, 24);
    bench_view(&b);
    assert_non_null(strstr(golden_line(&b.screen, 2), "System"));
    bench_key(&b, 'i');
    bench_view(&b);
    assert_null(strstr(golden_line(&b.screen, 2), "System"));
    bench_key(&b, 'i');
    bench_resize(&b, 89, 24);
    bench_view(&b);
    assert_null(strstr(golden_line(&b.screen, 2), "System"));
}

static void r_resets_order_filter_and_scrolling(void **state)
{
    (void)state;
    bench_start(&b, 100, 80, 24);
    bench_type(&b, "sS/tcp");
    bench_key(&b, RN_KEY_ENTER);
    bench_key(&b, 'i');
    bench_key(&b, 'r');
    assert_int_equal(b.ui.request.sort, RN_SORT_TIME);
    assert_false(b.ui.request.descending);
    assert_string_equal(b.ui.request.filter, "");
    assert_false(b.ui.sidebar); // stays as it is
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(a_picture_without_colours),
        cmocka_unit_test(a_picture_of_trouble),
        cmocka_unit_test(sort_cycles_through_all_columns),
        cmocka_unit_test(the_active_sort_is_seen_in_title_and_header),
        cmocka_unit_test(p_shows_ports_instead_of_services),
        cmocka_unit_test(d_shows_addresses_instead_of_inferred_names),
        cmocka_unit_test(i_toggles_the_sidebar_where_there_is_room),
        cmocka_unit_test(r_resets_order_filter_and_scrolling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
