// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "tab.h"

static struct bench b;

// The first row of the table, changed by the test, as it is drawn at 200 columns.
static struct rn_row *one_row(const struct row_spec *spec)
{
    bench_start(&b, 1, 200, 24);
    b.ui.sidebar = false;
    rows_set(&b.snapshot.row[0], spec, 1);
    return &b.snapshot.row[0];
}

static const char *drawn(void)
{
    bench_view(&b);
    return golden_line(&b.screen, 5);
}

static void addresses_follow_the_rules(void **state)
{
    (void)state;
    static const struct {
        struct row_spec spec;
        const char *want;
    } cases[] = {
        {{.proto = RN_PROTO_UDP,
          .local = ROWS_LOCAL,
          .local_port = 1,
          .remote = "192.168.1.1",
          .remote_port = 53,
          .gateway = true},
         " 192.168.1.1:53 (gw) "},
        {{.proto = RN_PROTO_UDP,
          .local = ROWS_LOCAL,
          .local_port = 68,
          .remote = "255.255.255.255",
          .remote_port = 67,
          .kind = RN_ADDR_BROADCAST},
         " bcast:67 "},
        {{.proto = RN_PROTO_UDP,
          .local = ROWS_LOCAL,
          .local_port = 5353,
          .remote = "ff02::fb",
          .remote_port = 5353,
          .kind = RN_ADDR_MULTICAST},
         " mcast:5353 "},
        {{.proto = RN_PROTO_IGMP,
          .local = ROWS_LOCAL,
          .remote = "224.0.0.1",
          .kind = RN_ADDR_MULTICAST},
         " mcast "},
        {{.proto = RN_PROTO_TCP,
          .local = ROWS_LOCAL,
          .local_port = 1,
          .remote = "2001:db8::1",
          .remote_port = 443},
         " [2001:db8::1]:443 "},
        {{.proto = RN_PROTO_ICMP, .local = ROWS_LOCAL, .remote = "9.9.9.9"}, " 9.9.9.9 "},
        {{.proto = RN_PROTO_ICMPV6, .local = "fe80::2", .remote = "fe80::1"}, " fe80::1 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        one_row(&cases[i].spec);
        if (!strstr(drawn(), cases[i].want))
            fail_msg("no \"%s\" in \"%s\"", cases[i].want, drawn());
    }
}

static void an_inferred_name_stands_for_the_address_unless_the_payload_tells_one(void **state)
{
    (void)state;
    static const struct {
        struct row_spec spec;
        const char *name, *want;
    } cases[] = {
        {{.proto = RN_PROTO_TCP, .local = ROWS_LOCAL, .remote = "9.9.9.9", .remote_port = 443},
         "a.example",
         " ~a.example:443 "},
        {{.proto = RN_PROTO_TCP,
          .local = ROWS_LOCAL,
          .remote = "9.9.9.9",
          .remote_port = 443,
          .app = RN_APP_SSH,
          .fact = RN_FACT_SERVER,
          .value = "SSH-2.0-x"},
         "a.example",
         " ~a.example:443 "},
        {{.proto = RN_PROTO_TCP,
          .local = ROWS_LOCAL,
          .remote = "9.9.9.9",
          .remote_port = 443,
          .app = RN_APP_HTTPS,
          .fact = RN_FACT_SNI,
          .value = "b.example"},
         "a.example",
         " 9.9.9.9:443 "},
        {{.proto = RN_PROTO_ICMP, .local = ROWS_LOCAL, .remote = "9.9.9.9"},
         "a.example",
         " ~a.example "},
        {{.proto = RN_PROTO_TCP, .local = ROWS_LOCAL, .remote = "9.9.9.9", .remote_port = 65443},
         "a-long-name-of-a-host-that-fits-nowhere.in-a-long-domain.example",
         "…:65443 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        one_row(&cases[i].spec);
        rn_facts_put_text(&b.snapshot.row[0].facts, RN_FACT_DNS_NAME,
                          rn_bytes_of(cases[i].name, strlen(cases[i].name)));
        if (!strstr(drawn(), cases[i].want))
            fail_msg("no \"%s\" in \"%s\"", cases[i].want, drawn());
    }
}

static void a_long_address_loses_its_middle_but_not_its_port(void **state)
{
    (void)state;
    one_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = "2001:db8:1111:2222:3333:4444:5555:6666",
                               .local_port = 65535,
                               .remote = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
                               .remote_port = 65443,
                               .gateway = true});
    bench_resize(&b, 80, 24);
    rows_set(&b.snapshot.row[0],
             &(struct row_spec){.proto = RN_PROTO_TCP,
                                .local = "::2",
                                .local_port = 1,
                                .remote = "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
                                .remote_port = 65443,
                                .gateway = true},
             1);
    assert_non_null(strstr(drawn(), " [2001:db8:aaaa:bb…]:65443 TCP"));
}

static void names_are_cut_to_their_column(void **state)
{
    (void)state;
    one_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = ROWS_LOCAL,
                               .local_port = 1,
                               .remote = "9.9.9.9",
                               .remote_port = 1,
                               .process = "a-process-whose-name-goes-on-and-on-and-on-for-ever",
                               .pid = 5});
    assert_non_null(strstr(drawn(), "…"));
    one_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = ROWS_LOCAL,
                               .local_port = 1,
                               .remote = "9.9.9.9",
                               .remote_port = 1,
                               .process = "ネット",
                               .pid = 5});
    assert_memory_equal(drawn(), "▌ネット (5) ", strlen("▌ネット (5) "));
    one_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = ROWS_LOCAL,
                               .local_port = 1,
                               .remote = "9.9.9.9",
                               .remote_port = 1});
    assert_memory_equal(drawn(), "▌- ", strlen("▌- "));
}

static void rates_are_received_then_sent(void **state)
{
    (void)state;
    one_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = ROWS_LOCAL,
                               .local_port = 1,
                               .remote = "9.9.9.9",
                               .remote_port = 1,
                               .rx_bps = 144 * 1024,
                               .tx_bps = 2048,
                               .rtt = 23 * RN_MSEC,
                               .saw = ROWS_OPEN});
    assert_non_null(strstr(drawn(), "ESTABLISHED     23ms     144K/2K"));
    one_row(&(struct row_spec){.proto = RN_PROTO_TCP,
                               .local = ROWS_LOCAL,
                               .local_port = 1,
                               .remote = "9.9.9.9",
                               .remote_port = 1,
                               .rx_bps = 100,
                               .saw = ROWS_OPEN});
    assert_non_null(strstr(drawn(), "ESTABLISHED        -      100B/-"));
}

// Style of the first letter of the row's process.
static enum rn_style style_at(rn_time now)
{
    b.now = now;
    bench_view(&b);
    return (enum rn_style)b.screen.cell[5][1].style;
}

static void a_row_turns_yellow_at_75_and_red_at_90_percent(void **state)
{
    (void)state;
    const struct rn_row *row = one_row(&rows_all[0]);
    rn_dur timeout = rn_conn_timeout(&row->conn, &rn_timeouts_default, ROWS_NOW);
    rn_time last = row->conn.last_seen;
    assert_int_equal(style_at(last), RN_STYLE_PROCESS);
    assert_int_equal(style_at(last + timeout / 100 * 75 - 1), RN_STYLE_PROCESS);
    assert_int_equal(style_at(last + timeout / 100 * 75), RN_STYLE_STALE);
    assert_int_equal(style_at(last + timeout / 100 * 90 - 1), RN_STYLE_STALE);
    assert_int_equal(style_at(last + timeout / 100 * 90), RN_STYLE_EXPIRING);
    assert_int_equal(style_at(last + 10 * timeout), RN_STYLE_EXPIRING);
    // The whole row, whatever the cell's own style.
    for (unsigned x = 1; x < 190; x++) {
        if (b.screen.cell[5][x].glyph != ' ')
            assert_int_equal(b.screen.cell[5][x].style, RN_STYLE_EXPIRING);
    }
}

static void the_next_change_is_when_a_row_turns(void **state)
{
    (void)state;
    const struct rn_row *row = one_row(&rows_all[0]);
    rn_dur timeout = rn_conn_timeout(&row->conn, &rn_timeouts_default, ROWS_NOW);
    rn_time last = row->conn.last_seen;
    assert_int_equal(rn_ui_next_change(&b.ui, &b.snapshot, last), last + timeout / 100 * 75);
    assert_int_equal(rn_ui_next_change(&b.ui, &b.snapshot, last + timeout / 100 * 75),
                     last + timeout / 100 * 90);
    assert_int_equal(rn_ui_next_change(&b.ui, &b.snapshot, last + timeout / 100 * 90), RN_TIME_MAX);
    bench_start(&b, 0, 80, 24);
    assert_int_equal(rn_ui_next_change(&b.ui, &b.snapshot, ROWS_NOW), RN_TIME_MAX);
}

static void the_picture_is_still_until_the_next_change(void **state)
{
    (void)state;
    static struct rn_screen before;
    for (unsigned i = 0; i < ROWS_ALL; i++) {
        one_row(&rows_all[i]);
        for (rn_time now = ROWS_NOW; now < ROWS_NOW + 200 * RN_SEC;) {
            rn_time next = rn_ui_next_change(&b.ui, &b.snapshot, now);
            b.now = now;
            bench_view(&b);
            before = b.screen;
            if (next == RN_TIME_MAX)
                next = now + 500 * RN_SEC;
            b.now = next - 1;
            bench_view(&b);
            assert_memory_equal(&before, &b.screen, sizeof before);
            now = next;
        }
    }
}

static void the_band_of_the_selection_is_whole(void **state)
{
    (void)state;
    bench_start(&b, 15, 140, 26);
    bench_key(&b, 'j');
    bench_view(&b);
    unsigned y = bench_marked(&b);
    assert_int_equal(y, 6);
    assert_int_equal(b.screen.cell[y][0].attrs, 0);
    for (unsigned x = 1; x < 104; x++)
        assert_int_equal(b.screen.cell[y][x].attrs & RN_CELL_SELECTED, RN_CELL_SELECTED);
    assert_int_equal(b.screen.cell[y][104].attrs, 0);
}

static void every_sort_has_a_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RN_SORT_COUNT; i++)
        assert_true(strlen(ui_sort_name((enum rn_sort)i)) > 2);
    assert_string_equal(ui_sort_name(RN_SORT_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_follow_the_rules),
        cmocka_unit_test(an_inferred_name_stands_for_the_address_unless_the_payload_tells_one),
        cmocka_unit_test(a_long_address_loses_its_middle_but_not_its_port),
        cmocka_unit_test(names_are_cut_to_their_column),
        cmocka_unit_test(rates_are_received_then_sent),
        cmocka_unit_test(a_row_turns_yellow_at_75_and_red_at_90_percent),
        cmocka_unit_test(the_next_change_is_when_a_row_turns),
        cmocka_unit_test(the_picture_is_still_until_the_next_change),
        cmocka_unit_test(the_band_of_the_selection_is_whole),
        cmocka_unit_test(every_sort_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
