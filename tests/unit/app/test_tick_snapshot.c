// SPDX-License-Identifier: Apache-2.0
// What the screen gets: the rows it asked for, with names, and what other ticks have found out.
#include "child.h"
#include "run.h"

#include "ticks.h"

#define NOW (TRAFFIC_T0 + RN_SEC)

static struct run r;

static void offer(uint8_t proto, const char *from, uint16_t from_port, const char *to,
                  uint16_t to_port, rn_time time)
{
    struct traffic t;
    if (proto == RN_PROTO_UDP)
        traffic_udp(&t, 1, 10);
    else
        traffic_tcp(&t, 1, false, RN_TCP_SYN, 1, 0);
    traffic_between(&t, from, from_port, to, to_port);
    run_offer(&r, &t, time);
}

// Asks for rows in the order of their creation.
static const struct rn_snapshot *snapshot(const char *filter)
{
    struct rn_view_request request = {
        .sort = RN_SORT_TIME, .count = 100, .select_position = RN_VIEW_NONE};
    (void)snprintf(request.filter, sizeof request.filter, "%s", filter);
    app_slot_ask(&r.m.slot, &request, false);
    assert_int_equal(app_tick_snapshot(&r.m, NOW), (rn_dur)r.o.refresh_ms * RN_MSEC);
    const struct rn_snapshot *seen = app_slot_look(&r.m.slot);
    app_slot_done(&r.m.slot); // nobody else publishes here
    return seen;
}

// Names the owner of every row.
static void name_owners(const char *name)
{
    struct rn_pending pending[RN_FLOW_STRETCH];
    uint32_t id = rn_intern_add(r.m.names, rn_bytes_of(name, strlen(name)));
    for (unsigned shard = 0; shard < rn_flow_shards(r.m.flow); shard++) {
        uint32_t cursor = 0;
        for (unsigned n; (n = rn_flow_pending(r.m.flow, shard, &cursor, false, NOW, pending));)
            while (n-- > 0)
                assert_true(
                    rn_flow_patch(r.m.flow, &pending[n].key, pending[n].id, 4242, 1000, id));
    }
}

static void rows_come_with_their_names(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    offer(RN_PROTO_TCP, "10.0.0.1", 40000, "192.0.2.1", 80, TRAFFIC_T0);
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "192.0.2.1", 53, TRAFFIC_T0 + 1);
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "192.0.2.1", 49999, TRAFFIC_T0 + 2);
    run_ingest(&r);
    const struct rn_snapshot *s = snapshot("");
    assert_int_equal(s->generation, 1);
    assert_int_equal(s->now, NOW);
    assert_int_equal(s->row_count, 3);
    assert_int_equal(s->rows_total, 3);
    assert_int_equal(s->rows_tcp, 1);
    assert_int_equal(s->rows_udp, 2);
    assert_string_equal(s->row[0].service.s, "http");
    assert_string_equal(s->row[1].service.s, "dns");
    assert_string_equal(s->row[2].service.s, "");
    assert_string_equal(s->row[0].process.s, "");
    name_owners("firefox \x1b[2J");
    s = snapshot("");
    assert_int_equal(s->generation, 2);
    assert_int_equal(s->row[0].conn.pid, 4242);
    assert_memory_equal(s->row[0].process.s, "firefox ", 8);
    assert_null(strchr(s->row[0].process.s, '\x1b'));
    assert_int_equal(s->row[0].process.len, strlen(s->row[0].process.s));
    assert_int_equal(s->counts.parsed, 3);
    assert_int_equal(s->counts.rows_created, 3);
    run_close(&r);
}

static void a_filter_keeps_what_matches(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    offer(RN_PROTO_TCP, "10.0.0.1", 40000, "192.0.2.1", 80, TRAFFIC_T0);
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "192.0.2.1", 53, TRAFFIC_T0 + 1);
    run_ingest(&r);
    name_owners("curl");
    static const struct {
        const char *filter;
        uint32_t rows;
    } cases[] = {{"", 2}, {"port:53", 1}, {"curl", 2}, {"http", 1}, {"nowhere", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rn_snapshot *s = snapshot(cases[i].filter);
        assert_string_equal(s->request.filter, cases[i].filter);
        assert_int_equal(s->row_count, cases[i].rows);
        assert_int_equal(s->matched, cases[i].rows);
        assert_int_equal(s->rows_total, 2); // before the filter
    }
    run_close(&r);
}

static void remote_ends_are_told_by_our_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *to;
        enum rn_addr_kind kind;
        bool gateway;
    } cases[] = {
        {"192.0.2.1", RN_ADDR_UNICAST, false},     {"10.0.0.254", RN_ADDR_UNICAST, true},
        {"10.0.0.255", RN_ADDR_BROADCAST, false},  {"255.255.255.255", RN_ADDR_BROADCAST, false},
        {"224.0.0.251", RN_ADDR_MULTICAST, false},
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    run_defaults(&r);
    run_open(&r, 1, false);
    struct rn_local_addrs *local = &r.m.stats.local;
    local->net_count = local->gateway_count = 1;
    local->net[0].prefix_len = 96 + 24;
    assert_true(rn_ip_parse("10.0.0.1", &local->net[0].ip));
    assert_true(rn_ip_parse("10.0.0.254", &local->gateway[0]));
    for (unsigned i = 0; i < CASES; i++)
        offer(RN_PROTO_UDP, "10.0.0.1", 40000, cases[i].to, 5353, TRAFFIC_T0 + i);
    run_ingest(&r);
    const struct rn_snapshot *s = snapshot("");
    assert_int_equal(s->row_count, CASES);
    for (unsigned i = 0; i < CASES; i++) {
        assert_int_equal(s->row[i].remote_kind, cases[i].kind);
        assert_int_equal(s->row[i].remote_is_gateway, cases[i].gateway);
    }
    run_close(&r);
}

static void remote_ends_that_are_neighbours_come_with_their_hardware_address(void **state)
{
    (void)state;
    static const uint8_t mac[RN_MAC_BYTES] = {2, 0, 0, 0, 0, 7};
    struct rn_binding router = {.mac = {2, 0, 0, 0, 0, 7}}, last = router;
    run_defaults(&r);
    assert_true(rn_local_add_text(&r.o.local, "10.0.0.0/24"));
    run_open(&r, 1, false);
    assert_true(rn_ip_parse("10.0.0.254", &router.ip) && rn_ip_parse("10.0.0.255", &last.ip));
    rn_neighbours_learn(r.m.neighbours, &router, TRAFFIC_T0);
    rn_neighbours_learn(r.m.neighbours, &last, TRAFFIC_T0); // a lie: that is everybody's
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "10.0.0.254", 53, TRAFFIC_T0);
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "192.0.2.1", 53, TRAFFIC_T0 + 1);
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "10.0.0.255", 53, TRAFFIC_T0 + 2);
    run_ingest(&r);
    for (unsigned i = 0; i < 3; i++) { // whatever a buffer held before
        const struct rn_snapshot *s = snapshot("");
        assert_int_equal(s->row_count, 3);
        assert_true(s->row[0].remote_mac_known);
        assert_memory_equal(s->row[0].remote_mac, mac, sizeof mac);
        assert_false(s->row[1].remote_mac_known);
        assert_false(s->row[2].remote_mac_known);
        s = snapshot("mac:02:00:00 dst:10.0.0.254");
        assert_int_equal(s->row_count, 1);
        assert_true(s->row[0].remote_mac_known);
        assert_int_equal(snapshot("scope:documentation")->matched, 1);
        assert_int_equal(snapshot("scope:private")->matched, 1);
        assert_int_equal(snapshot("scope:broadcast")->matched, 1);
    }
    run_close(&r);
}

static void what_other_ticks_found_out_is_there(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    struct app_stats *stats = &r.m.stats;
    const struct rn_snapshot *s = snapshot("");
    assert_string_equal(s->failure.s, "");
    assert_string_equal(s->notice.s, "");
    assert_string_equal(s->detection.s, "none (trace)");
    stats->packets_per_sec = 1.5;
    stats->tx_bps = 2.5;
    stats->rx_bps = 3.5;
    stats->iface_count = 2;
    rn_text_fmt(&stats->iface[1].name, "eth7");
    stats->host.degraded = true;
    rn_text_fmt(&stats->host.method, "procfs");
    rn_text_fmt(&stats->host.feature, "a feature");
    rn_text_fmt(&stats->host.reason, "a reason");
    stats->trace_over = true;
    rn_err_set(&stats->failure, -5, "the device %s", "has burnt");
    s = snapshot("");
    assert_true(s->packets_per_sec > 1.4 && s->packets_per_sec < 1.6);
    assert_true(s->tx_bps > 2.4 && s->tx_bps < 2.6);
    assert_true(s->rx_bps > 3.4 && s->rx_bps < 3.6);
    assert_int_equal(s->iface_count, 2);
    assert_string_equal(s->iface[1].name.s, "eth7");
    assert_true(s->detection_degraded);
    assert_string_equal(s->detection.s, "procfs");
    assert_string_equal(s->detection_feature.s, "a feature");
    assert_string_equal(s->detection_reason.s, "a reason");
    assert_string_equal(s->notice.s, "End of trace");
    assert_string_equal(s->failure.s, "the device has burnt");
    stats->failure.code = 0; // and what is over leaves the next buffers too
    stats->trace_over = false;
    for (unsigned i = 0; i < 2; i++) {
        s = snapshot("");
        assert_string_equal(s->failure.s, "");
        assert_string_equal(s->notice.s, "");
    }
    run_close(&r);
}

static void a_row_that_lost_its_name_shows_none_of_an_older_picture(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    offer(RN_PROTO_TCP, "10.0.0.1", 40000, "192.0.2.1", 80, TRAFFIC_T0);
    offer(RN_PROTO_UDP, "10.0.0.1", 40000, "192.0.2.1", 49999, TRAFFIC_T0 + 1);
    run_ingest(&r);
    for (unsigned i = 0; i < 2; i++)
        assert_string_equal(snapshot("port:80")->row[0].service.s, "http");
    for (unsigned i = 0; i < 2; i++)
        assert_string_equal(snapshot("port:49999")->row[0].service.s, "");
    run_close(&r);
}

static void a_trace_goes_by_the_last_part_of_its_name(void **state)
{
    (void)state;
    char was[512];
    assert_non_null(getcwd(was, sizeof was));
    run_defaults(&r);
    run_open(&r, 1, false);
    const struct rn_snapshot *s = snapshot("");
    assert_string_equal(s->interface.s, strrchr(r.trace.path, '/') + 1);
    assert_string_equal(s->link.s, "RawIP");
    // Not taken for a tunnel, whatever it is called.
    char folder[] = "/tmp/rustnet_test_XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(rename(r.trace.path, "tunnel.pcap"), 0);
    run_close(&r);
    run_defaults(&r);
    (void)snprintf(r.trace.path, sizeof r.trace.path, "tunnel.pcap");
    run_open(&r, 0, false);
    s = snapshot("");
    assert_string_equal(s->interface.s, "tunnel.pcap");
    char link[32];
    (void)snprintf(link, sizeof link, "%s", s->link.s);
    run_close(&r);
    assert_int_equal(chdir(was), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_string_equal(link, "RawIP");
}

static void before_the_first_frame_the_table_is_empty(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    (void)app_tick_snapshot(&r.m, app_now(&r.m.clock));
    const struct rn_snapshot *s = app_slot_look(&r.m.slot);
    assert_int_equal(s->now, RN_TIME_MIN);
    assert_int_equal(s->rows_total, 0);
    assert_int_equal(s->row_count, 0);
    app_slot_done(&r.m.slot);
    run_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_with_their_names),
        cmocka_unit_test(a_filter_keeps_what_matches),
        cmocka_unit_test(remote_ends_are_told_by_our_addresses),
        cmocka_unit_test(remote_ends_that_are_neighbours_come_with_their_hardware_address),
        cmocka_unit_test(what_other_ticks_found_out_is_there),
        cmocka_unit_test(a_row_that_lost_its_name_shows_none_of_an_older_picture),
        cmocka_unit_test(a_trace_goes_by_the_last_part_of_its_name),
        cmocka_unit_test(before_the_first_frame_the_table_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
