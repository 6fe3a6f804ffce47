// SPDX-License-Identifier: Apache-2.0
// The table through its public header: counts, a flood at the cap, expiry, tombstones, order of events.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rustnet/flow.h"

#define T0 (1000 * RN_SEC)

static struct rn_flow_events events;
static struct rn_flow_cfg cfg;

static struct rn_flow *make(uint32_t max, bool ordered)
{
    cfg = (struct rn_flow_cfg){
        .max_connections = max, .shards = ordered ? 1 : 16, .ordered = ordered, .seed = {1, 2}};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    events.count = 0;
    return flow;
}

// Packet of TCP flow n: to the server's port 7 or back.
static struct rn_packet packet(uint32_t n, bool back, uint8_t flags, rn_time time)
{
    uint8_t client[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    const uint8_t server[4] = {192, 0, 2, 1};
    struct rn_packet p = {.time = time, .wire_bytes = 60, .ip_bytes = 46};
    struct rn_ip c = rn_ip_v4(client), s = rn_ip_v4(server);
    p.from = (uint8_t)(back ? rn_key_make(&p.key, s, 7, c, 40000, RN_PROTO_TCP)
                            : rn_key_make(&p.key, c, 40000, s, 7, RN_PROTO_TCP));
    p.hash = rn_key_hash(cfg.seed, &p.key);
    p.tcp.flags = flags;
    p.tcp.seq = p.tcp.ack = 1;
    return p;
}

static void give(struct rn_flow *flow, struct rn_packet p)
{
    events.count = 0;
    rn_flow_ingest(flow, &p, 1, NULL, &events);
}

static void open_talk(struct rn_flow *flow, uint32_t n, rn_time t)
{
    give(flow, packet(n, false, RN_TCP_SYN, t));
    give(flow, packet(n, true, RN_TCP_SYN | RN_TCP_ACK, t + 1));
    give(flow, packet(n, false, RN_TCP_ACK, t + 2));
}

static struct rn_counts counts(struct rn_flow *flow)
{
    struct rn_counts c = {0};
    rn_flow_counts(flow, &c);
    return c;
}

static void flood_leaves_talking_rows_alone(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1000, true);
    for (uint32_t n = 0; n < 50; n++)
        open_talk(flow, 100000 + n, T0);
    uint64_t evictions = 0;
    for (uint32_t n = 0; n < 20000; n++) {
        give(flow, packet(n, false, RN_TCP_SYN, T0 + n));
        for (unsigned i = 0; i < events.count; i++)
            if (events.event[i].kind == RN_EVENT_CLOSED) {
                assert_int_equal(events.event[i].reason, RN_CLOSE_EVICTED);
                assert_int_equal(rn_conn_tcp_state(&events.event[i].conn), RN_TCP_SYN_SENT);
                evictions++;
            }
        if (n % 100 == 0)
            for (uint32_t m = 0; m < 50; m++)
                give(flow, packet(100000 + m, m & 1, RN_TCP_ACK, T0 + n));
    }
    assert_int_equal(evictions, 20000 - 950);
    assert_int_equal(counts(flow).rows_evicted, evictions);
    assert_int_equal(rn_flow_rows(flow), 1000);
    unsigned talking = 0;
    bool more = true;
    while (more) {
        events.count = 0;
        more = rn_flow_drain(flow, 0, T0, &events);
        for (unsigned i = 0; i < events.count; i++) {
            const struct rn_conn *conn = &events.event[i].conn;
            if (rn_conn_tcp_state(conn) == RN_TCP_ESTABLISHED) {
                talking++;
                assert_int_equal(conn->packets[0] + conn->packets[1], 203);
            }
        }
    }
    assert_int_equal(talking, 50);
    rn_flow_free(flow);
}

static void one_tick_removes_in_order_of_creation(void **state)
{
    (void)state;
    struct rn_flow *flow = make(5000, true);
    for (uint32_t n = 0; n < 3000; n++)
        give(flow, packet((n * 7919) % 3000, false, RN_TCP_SYN, T0 + n));
    assert_true(rn_flow_next_deadline(flow) <= T0 + 62 * RN_SEC);
    uint64_t last = 0, closed = 0;
    bool more = true;
    while (more) {
        events.count = 0;
        more = rn_flow_cleanup(flow, 0, T0 + 70 * RN_SEC, &events);
        for (unsigned i = 0; i < events.count; i++, closed++) {
            assert_int_equal(events.event[i].reason, RN_CLOSE_TIMEOUT);
            assert_true(events.event[i].conn.id > last);
            last = events.event[i].conn.id;
        }
    }
    assert_int_equal(closed, 3000);
    assert_int_equal(rn_flow_rows(flow), 0);
    rn_flow_free(flow);
}

static void late_teardown_makes_no_row(void **state)
{
    (void)state;
    struct rn_flow *flow = make(100, true);
    open_talk(flow, 1, T0);
    give(flow, packet(1, true, RN_TCP_RST, T0 + RN_SEC));
    events.count = 0;
    while (rn_flow_cleanup(flow, 0, T0 + 10 * RN_SEC, &events))
        ;
    assert_int_equal(events.count, 1);
    assert_int_equal(events.event[0].reason, RN_CLOSE_CLOSED);
    give(flow, packet(1, true, RN_TCP_ACK, T0 + 11 * RN_SEC));
    assert_int_equal(counts(flow).rows_created, 1);
    assert_int_equal(counts(flow).ignored[RN_IGNORE_LATE], 1);
    give(flow, packet(1, true, RN_TCP_ACK, T0 + 2 * RN_SEC)); // stamped before the row went
    assert_int_equal(counts(flow).rows_created, 2);
    assert_int_equal(counts(flow).ignored[RN_IGNORE_LATE], 1);
    rn_flow_free(flow);
}

static void every_row_is_found_again_in_16_shards(void **state)
{
    (void)state;
    struct rn_flow *flow = make(20000, false);
    for (unsigned round = 0; round < 3; round++)
        for (uint32_t n = 0; n < 10000; n++)
            give(flow, packet(n, round & 1, RN_TCP_ACK, T0 + round));
    assert_int_equal(counts(flow).rows_created, 10000);
    assert_int_equal(rn_flow_rows(flow), 10000);
    uint64_t bytes[2];
    rn_flow_traffic(flow, bytes);
    assert_int_equal(bytes[0] + bytes[1], UINT64_C(30000) * 60);
    rn_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flood_leaves_talking_rows_alone),
        cmocka_unit_test(one_tick_removes_in_order_of_creation),
        cmocka_unit_test(late_teardown_makes_no_row),
        cmocka_unit_test(every_row_is_found_again_in_16_shards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
