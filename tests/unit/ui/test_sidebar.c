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
    assert_non_null(strstr(panel(30), "Rows Evicted: 3\n"));
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
    text = panel(20); // room for three lines below the rates
    assert_non_null(strstr(text, "eth0: Err: 0  Drop: 0\n│ ... 4 more\n"));
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
        cmocka_unit_test_setup(any_height_is_fine, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
