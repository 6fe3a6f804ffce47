// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "tab.h"

static struct bench b;

// All lines of the panel, alone on a screen of its width.
static const char *panel(unsigned rows)
{
    static char text[20000];
    size_t len = 0;
    b.screen.cols = UI_SIDEBAR_COLS;
    b.screen.rows = (uint16_t)rows;
    ui_clear(&b.screen);
    ui_sidebar_view(&b.snapshot, (struct ui_area){0, 0, UI_SIDEBAR_COLS, rows}, &b.screen);
    for (unsigned y = 0; y < rows; y++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s\n", golden_line(&b.screen, y));
    return text;
}

static int begin(void **state)
{
    (void)state;
    bench_start(&b, 15, 140, 40);
    return 0;
}

static void drops_are_told_by_where_they_happened(void **state)
{
    (void)state;
    assert_non_null(strstr(panel(30), "Packets Dropped: 0\n"));
    assert_null(strstr(panel(30), "kernel"));
    b.snapshot.counts.dropped_kernel = 14;
    b.snapshot.counts.dropped_table = 2;
    assert_non_null(strstr(panel(30), "Packets Dropped: 16\n│   kernel 14  ring 0  table 2\n"));
}

static void only_what_happened_is_mentioned(void **state)
{
    (void)state;
    assert_null(strstr(panel(30), "Evicted"));
    assert_null(strstr(panel(30), "Facts"));
    b.snapshot.counts.rows_evicted = 3;
    b.snapshot.counts.facts_refused = 4;
    assert_non_null(strstr(panel(30), "Rows Evicted: 3\n│   table full: --max-connections\n"));
    assert_non_null(strstr(panel(30), "Rows Without Facts: 4\n"));
}

static void a_degraded_detection_says_why(void **state)
{
    (void)state;
    b.snapshot.detection_degraded = true;
    rn_text_fmt(&b.snapshot.detection_feature, "eBPF");
    rn_text_fmt(&b.snapshot.detection_reason,
                "kprobe attach failed: averyverylongwordwithoutanyblank");
    const char *text = panel(40);
    assert_non_null(strstr(text,
                           "Detection: procfs\n│   eBPF unavailable\n│   kprobe attach failed:\n"
                           "│   averyverylongwordwithoutanybl\n│   ank\n"));
}

static void before_anything_is_known(void **state)
{
    (void)state;
    memset(&b.snapshot, 0, sizeof b.snapshot);
    const char *text = panel(30);
    assert_non_null(strstr(text, "Interface: Unknown\n"));
    assert_non_null(strstr(text, "Detection: initializing...\n"));
    assert_null(strstr(text, "Link Layer"));
}

static void tunnels_are_called_so(void **state)
{
    (void)state;
    rn_text_fmt(&b.snapshot.link, "Tun");
    assert_non_null(strstr(panel(30), "Link Layer: Tun (Tunnel)\n"));
}

static void interfaces_are_the_captured_one_or_all_busy_ones(void **state)
{
    (void)state;
    const char *text = panel(40);
    assert_non_null(strstr(text, "eth0: Err: 0  Drop: 0\n"));
    assert_null(strstr(text, "lo: "));
    rn_text_fmt(&b.snapshot.interface, "any");
    b.snapshot.iface_count = 10;
    for (unsigned i = 2; i < 10; i++) {
        rn_text_fmt(&b.snapshot.iface[i].name, "veth%u", i);
        b.snapshot.iface[i].tx_packets = i % 2; // half of them are silent
    }
    text = panel(40);
    assert_non_null(strstr(text, "lo: Err: 0"));
    assert_non_null(strstr(text, "veth3: Err: 0"));
    assert_null(strstr(text, "veth4: Err: 0"));
    text = panel(26); // room for three lines below the rates
    assert_non_null(strstr(text, "lo: Err: 0  Drop: 0\n│ eth0: Err: 0  Drop: 0\n│ ... 4 more\n"));
}

static void marks_are_told_of_the_rows_and_of_all(void **state)
{
    (void)state;
    struct rn_counts *counts = &b.snapshot.counts;
    counts->tcp[RN_TCP_MARK_RETRANSMIT] = 41; // fast and spurious ones among them
    counts->tcp_rows[RN_TCP_MARK_RETRANSMIT] = 4;
    counts->tcp[RN_TCP_MARK_OUT_OF_ORDER] = 7;
    counts->tcp[RN_TCP_MARK_FAST] = 3;
    counts->tcp_rows[RN_TCP_MARK_FAST] = 1;
    counts->tcp[RN_TCP_MARK_SPURIOUS] = counts->tcp_rows[RN_TCP_MARK_SPURIOUS] = 99;
    assert_non_null(strstr(panel(40), "Network Stats (active / total)\n"
                                      "│ TCP Retransmits: 4 / 41\n"
                                      "│ Out-of-Order: 0 / 7\n"
                                      "│ Fast Retransmits: 1 / 3\n"
                                      "│ Active TCP Flows: 9\n"));
}

static void no_number_is_cut(void **state)
{
    (void)state;
    struct rn_counts *counts = &b.snapshot.counts;
    counts->tcp[RN_TCP_MARK_RETRANSMIT] = 12345678;
    counts->tcp_rows[RN_TCP_MARK_RETRANSMIT] = 123;
    counts->tcp[RN_TCP_MARK_OUT_OF_ORDER] = UINT64_MAX;
    counts->tcp[RN_TCP_MARK_FAST] = 9999999;
    counts->tcp_rows[RN_TCP_MARK_FAST] = 9999999;
    const char *text = panel(40);
    assert_non_null(strstr(text, "TCP Retransmits: 123 / 12345678\n")); // just fits
    assert_non_null(strstr(text, "Out-of-Order: 0 / 18E\n"));
    assert_non_null(strstr(text, "Fast Retransmits: 9999K / 9999K\n"));
}

static void what_does_not_fit_gives_way_in_order(void **state)
{
    (void)state;
    enum { BLANKS = 1, RULES = 2, NETWORK = 4, TRAFFIC = 8, IFACE = 16 };
    static const struct {
        unsigned rows, shown; // one row is the title's
    } cases[] = {
        {24, BLANKS | RULES | NETWORK | TRAFFIC | IFACE},
        {23, RULES | NETWORK | TRAFFIC | IFACE},
        {22, RULES | NETWORK | TRAFFIC | IFACE},
        {21, NETWORK | TRAFFIC | IFACE},
        {20, NETWORK | TRAFFIC | IFACE},
        {19, BLANKS | RULES | TRAFFIC | IFACE},
        {18, BLANKS | RULES | TRAFFIC | IFACE},
        {17, RULES | TRAFFIC | IFACE},
        {16, RULES | TRAFFIC | IFACE},
        {15, TRAFFIC | IFACE},
        {14, TRAFFIC},
        {13, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = panel(cases[i].rows);
        assert_int_equal((strstr(text, "procfs\n│\n│ TCP Conn") ? BLANKS : 0) |
                             (strstr(text, "Dropped: 0\n│ ───") ? RULES : 0) |
                             (strstr(text, "Active TCP Flows: 9\n") ? NETWORK : 0) |
                             (strstr(text, "Traffic\n│ ↓") ? TRAFFIC : 0) |
                             (strstr(text, "eth0: Err") ? IFACE : 0),
                         cases[i].shown);
        assert_int_equal(strstr(text, "Network") != NULL, (cases[i].shown & NETWORK) != 0);
        assert_non_null(strstr(text, "Packets Dropped: 0\n"));
    }
}

static void any_height_is_fine(void **state)
{
    (void)state;
    b.snapshot.detection_degraded = true;
    for (unsigned rows = 1; rows < 45; rows++)
        panel(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(drops_are_told_by_where_they_happened, begin),
        cmocka_unit_test_setup(only_what_happened_is_mentioned, begin),
        cmocka_unit_test_setup(a_degraded_detection_says_why, begin),
        cmocka_unit_test_setup(before_anything_is_known, begin),
        cmocka_unit_test_setup(tunnels_are_called_so, begin),
        cmocka_unit_test_setup(interfaces_are_the_captured_one_or_all_busy_ones, begin),
        cmocka_unit_test_setup(marks_are_told_of_the_rows_and_of_all, begin),
        cmocka_unit_test_setup(no_number_is_cut, begin),
        cmocka_unit_test_setup(what_does_not_fit_gives_way_in_order, begin),
        cmocka_unit_test_setup(any_height_is_fine, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
