// SPDX-License-Identifier: Apache-2.0
// Tracks and counts of TCP rows in the table: what events and views report, what is summed up, what a reused row forgets.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rustnet/flow.h"

#define T0 (1000 * RN_SEC)

static struct rn_flow_events events;
static struct rn_flow_cfg cfg;

static struct rn_flow *make(uint32_t max)
{
    cfg = (struct rn_flow_cfg){
        .max_connections = max, .shards = 1, .ordered = true, .seed = {1, 2}, .archive = 8};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    events.count = 0;
    return flow;
}

// Segment of connection n between client 10.x.y.z:40000 and server 192.0.2.1:7.
static struct rn_packet segment(uint32_t n, bool back, uint8_t flags, uint32_t seq, uint32_t ack,
                                uint32_t len, rn_time time)
{
    const uint8_t client[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    const uint8_t server[4] = {192, 0, 2, 1};
    struct rn_packet p = {.time = time, .wire_bytes = 60, .ip_bytes = 46, .payload_bytes = len};
    struct rn_ip c = rn_ip_v4(client), s = rn_ip_v4(server);
    p.from = (uint8_t)(back ? rn_key_make(&p.key, s, 7, c, 40000, RN_PROTO_TCP)
                            : rn_key_make(&p.key, c, 40000, s, 7, RN_PROTO_TCP));
    p.hash = rn_key_hash(cfg.seed, &p.key);
    p.tcp.flags = flags;
    p.tcp.seq = seq;
    p.tcp.ack = ack;
    p.tcp.window = 500;
    return p;
}

static void give(struct rn_flow *flow, struct rn_packet p)
{
    events.count = 0;
    rn_flow_ingest(flow, &p, 1, NULL, &events);
}

static void open_talk(struct rn_flow *flow, uint32_t n, rn_time t)
{
    give(flow, segment(n, false, RN_TCP_SYN, 100, 0, 0, t));
    give(flow, segment(n, true, RN_TCP_SYN | RN_TCP_ACK, 500, 101, 0, t + 30 * RN_MSEC));
    give(flow, segment(n, false, RN_TCP_ACK, 101, 501, 0, t + 31 * RN_MSEC));
}

static void repeat_data(struct rn_flow *flow, uint32_t n, unsigned times, rn_time t)
{
    for (unsigned i = 0; i < times; i++)
        give(flow, segment(n, false, RN_TCP_ACK, 101, 501, 40, t + i * RN_SEC));
}

static void close_talk(struct rn_flow *flow, uint32_t n, rn_time t)
{
    give(flow, segment(n, false, RN_TCP_ACK | RN_TCP_FIN, 141, 501, 0, t));
    give(flow, segment(n, true, RN_TCP_ACK | RN_TCP_FIN, 501, 142, 0, t + 1));
    give(flow, segment(n, false, RN_TCP_ACK, 142, 502, 0, t + 2));
}

static struct rn_counts counts(struct rn_flow *flow)
{
    struct rn_counts c = {0};
    rn_flow_counts(flow, &c);
    return c;
}

static unsigned clean(struct rn_flow *flow, rn_time now)
{
    unsigned count = 0;
    for (bool more = true; more; count += events.count) {
        events.count = 0;
        more = rn_flow_cleanup(flow, 0, now, &events);
        if (events.count)
            return count + events.count;
    }
    return count;
}

static void a_closed_row_reports_its_counts_and_rtt(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    open_talk(flow, 1, T0);
    repeat_data(flow, 1, 4, T0 + RN_SEC);
    close_talk(flow, 1, T0 + 10 * RN_SEC);
    assert_int_equal(clean(flow, T0 + 100 * RN_SEC), 1);
    const struct rn_tcp_report *tcp = &events.event[0].tcp;
    assert_int_equal(tcp->counts.n[RN_TCP_MARK_RETRANSMIT], 3);
    assert_int_equal(tcp->counts.n[RN_TCP_MARK_FAST], 0);
    assert_true(tcp->rtt_known);
    assert_true(tcp->rtt < 30 * RN_MSEC && tcp->rtt > 0);
    static struct rn_archived kept[8];
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, kept, 8), 1);
    assert_memory_equal(&kept[0].tcp, tcp, sizeof *tcp);
    rn_flow_free(flow);
}

static void inv_1_totals_are_those_of_all_rows_and_of_the_living(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    for (uint32_t n = 1; n <= 3; n++) {
        open_talk(flow, n, T0);
        repeat_data(flow, n, n + 1, T0 + RN_SEC);
    }
    assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 6);
    assert_int_equal(counts(flow).tcp_rows[RN_TCP_MARK_RETRANSMIT], 6);
    close_talk(flow, 2, T0 + 10 * RN_SEC);
    clean(flow, T0 + 60 * RN_SEC);
    assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 6);
    assert_int_equal(counts(flow).tcp_rows[RN_TCP_MARK_RETRANSMIT], 4);
    rn_flow_clear(flow);
    assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 6);
    assert_int_equal(counts(flow).tcp_rows[RN_TCP_MARK_RETRANSMIT], 0);
    rn_flow_free(flow);
}

static void inv_2_every_row_of_a_full_table_can_count(void **state)
{
    (void)state;
    struct rn_flow *flow = make(50);
    for (unsigned round = 0; round < 3; round++) {
        for (uint32_t n = 0; n < 50; n++) {
            open_talk(flow, round * 50 + n, T0 + round * RN_SEC);
            repeat_data(flow, round * 50 + n, 2, T0 + round * RN_SEC + 500 * RN_MSEC);
        }
        assert_int_equal(counts(flow).tcp_rows[RN_TCP_MARK_RETRANSMIT], 50);
    }
    assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 150);
    rn_flow_free(flow);
}

static void a_new_row_knows_nothing_of_the_one_whose_place_it_took(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    open_talk(flow, 1, T0);
    repeat_data(flow, 1, 3, T0 + RN_SEC);
    // Another tuple in the same place, with the same numbers.
    open_talk(flow, 2, T0 + 5 * RN_SEC);
    give(flow, segment(2, false, RN_TCP_ACK, 101, 501, 40, T0 + 6 * RN_SEC));
    assert_int_equal(counts(flow).tcp_rows[RN_TCP_MARK_RETRANSMIT], 0);
    assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 2);
    rn_flow_free(flow);
}

static void a_reused_tuple_begins_with_a_clean_track(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    open_talk(flow, 1, T0);
    repeat_data(flow, 1, 1, T0 + RN_SEC);
    close_talk(flow, 1, T0 + 2 * RN_SEC);
    give(flow, segment(1, false, RN_TCP_SYN, 50, 0, 0, T0 + 3 * RN_SEC)); // before the old numbers
    assert_int_equal(events.count, 2);
    give(flow, segment(1, true, RN_TCP_SYN | RN_TCP_ACK, 90, 51, 0, T0 + 3 * RN_SEC));
    assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 0);
    rn_flow_free(flow);
}

// A capture that was joined with itself, or met the packets twice, shows every segment again.
static void the_same_connection_again_is_all_retransmissions(void **state)
{
    (void)state;
    for (unsigned buried = 0; buried < 2; buried++) {
        struct rn_flow *flow = make(16);
        for (unsigned turn = 0; turn < 2; turn++) {
            open_talk(flow, 1, T0);
            repeat_data(flow, 1, 1, T0 + RN_SEC);
            close_talk(flow, 1, T0 + 2 * RN_SEC);
            if (buried && !turn)
                assert_int_equal(clean(flow, T0 + 40 * RN_SEC), 1);
        }
        // SYN, SYN+ACK, data and both FINs.
        assert_int_equal(counts(flow).tcp[RN_TCP_MARK_RETRANSMIT], 5);
        assert_int_equal(counts(flow).rows_created, 2);
        rn_flow_free(flow);
    }
}

static void a_reset_out_of_window_closes_nothing(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    open_talk(flow, 1, T0);
    give(flow, segment(1, true, RN_TCP_RST, 0x70000000, 0, 0, T0 + RN_SEC));
    clean(flow, T0 + 20 * RN_SEC);
    assert_int_equal(rn_flow_rows(flow), 1);
    give(flow, segment(1, true, RN_TCP_RST, 501, 0, 0, T0 + 21 * RN_SEC));
    assert_int_equal(clean(flow, T0 + 40 * RN_SEC), 1);
    assert_int_equal(events.event[0].reason, RN_CLOSE_CLOSED);
    rn_flow_free(flow);
}

static void fragments_and_cut_headers_are_not_analysed(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    open_talk(flow, 1, T0);
    struct rn_packet p = segment(1, false, 0, 0, 0, 900, T0 + RN_SEC);
    p.flags = RN_PACKET_LATER_FRAGMENT;
    p.tcp.window = 0;
    give(flow, p);
    p.flags = RN_PACKET_HEADER_CUT;
    p.payload_bytes = 0;
    give(flow, p);
    struct rn_counts c = counts(flow);
    for (unsigned mark = 0; mark < RN_TCP_MARK_COUNT; mark++)
        assert_int_equal(c.tcp[mark], 0);
    rn_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_row_reports_its_counts_and_rtt),
        cmocka_unit_test(inv_1_totals_are_those_of_all_rows_and_of_the_living),
        cmocka_unit_test(inv_2_every_row_of_a_full_table_can_count),
        cmocka_unit_test(a_new_row_knows_nothing_of_the_one_whose_place_it_took),
        cmocka_unit_test(a_reused_tuple_begins_with_a_clean_track),
        cmocka_unit_test(the_same_connection_again_is_all_retransmissions),
        cmocka_unit_test(a_reset_out_of_window_closes_nothing),
        cmocka_unit_test(fragments_and_cut_headers_are_not_analysed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
