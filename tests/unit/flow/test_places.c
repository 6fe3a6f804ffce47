// SPDX-License-Identifier: Apache-2.0
// Where rows lie: those of TCP apart from others while there is room, and every visitor sees them all.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made_flow.h"
#include "shard.h"

#define T0 MADE_T0
enum { CAP = 1000 };

static const struct rn_hash_key seed = {5, 6};
static struct rn_flow *flow;
static struct rn_flow_view *view;
static struct rn_snapshot snap;

static int setup(void **state)
{
    (void)state;
    struct rn_flow_cfg cfg = {.max_connections = CAP, .shards = 1, .seed = seed};
    flow = rn_flow_new(&cfg, NULL);
    view = flow ? rn_flow_view_new(flow, NULL) : NULL;
    return view ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rn_flow_view_free(view);
    rn_flow_free(flow);
    return 0;
}

// Two packets, so that it is no embryo.
static void add(uint32_t n, uint16_t proto, rn_time t)
{
    for (unsigned back = 0; back < 2; back++) {
        struct made_packet m = {
            .flow = n, .proto = proto, .back = back, .flags = RN_TCP_ACK, .time = t};
        struct rn_packet p = made_packet(seed, &m);
        rn_flow_ingest(flow, &p, 1, NULL, NULL);
    }
}

static uint32_t place(uint32_t n, uint16_t proto)
{
    struct made_packet m = {.flow = n, .proto = proto};
    struct rn_packet p = made_packet(seed, &m);
    return flow_find(&flow->shard[0], p.hash, &p.key);
}

static void assert_all_seen(uint32_t tcp, uint32_t udp, rn_time now)
{
    static const struct rn_view_ops ops;
    struct rn_pending out[RN_FLOW_STRETCH];
    snap.request = (struct rn_view_request){.sort = RN_SORT_TIME, .count = 10};
    rn_flow_view(flow, view, &ops, now, &snap);
    assert_int_equal(snap.rows_total, tcp + udp);
    assert_int_equal(snap.matched, tcp + udp);
    assert_int_equal(snap.rows_tcp, tcp);
    assert_int_equal(snap.rows_udp, udp);
    assert_int_equal(snap.row_count, tcp + udp < 10 ? tcp + udp : 10);
    uint32_t cursor = 0, asked = 0, n;
    while ((n = rn_flow_pending(flow, 0, &cursor, false, now, out)) > 0)
        asked += n;
    assert_int_equal(asked, tcp + udp);
}

static void rows_of_tcp_lie_apart_from_others(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 300; n++) {
        add(n, n % 3 ? RN_PROTO_UDP : RN_PROTO_TCP, T0);
        assert_all_seen(n / 3 + 1, n - n / 3, T0);
    }
    for (uint32_t n = 0; n < 300; n++)
        if (n % 3)
            assert_in_range(place(n, RN_PROTO_UDP), CAP - 200, CAP - 1);
        else
            assert_in_range(place(n, RN_PROTO_TCP), 0, 99);
}

// Either kind, then the other, may take up the whole table.
static void a_preference_never_costs_a_row(void **state)
{
    (void)state;
    static const uint16_t kinds[] = {RN_PROTO_TCP, RN_PROTO_UDP, RN_PROTO_TCP};
    rn_time t = T0;
    for (unsigned k = 0; k < 3; k++, t += RN_SEC) {
        for (uint32_t n = 0; n < CAP; n++)
            add(n, kinds[k], t);
        assert_all_seen(kinds[k] == RN_PROTO_TCP ? CAP : 0, kinds[k] == RN_PROTO_UDP ? CAP : 0, t);
        for (uint32_t n = 0; n < CAP; n++)
            assert_int_not_equal(place(n, kinds[k]), FLOW_NONE);
    }
    assert_int_equal(flow->shard[0].evicted, 2 * CAP);
    assert_int_equal(flow->shard[0].dropped, 0);
}

static void a_place_that_was_given_back_is_used_again_by_its_own_kind(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 3; round++) {
        for (uint32_t n = 0; n < 200; n++)
            add(n, n % 2 ? RN_PROTO_UDP : RN_PROTO_TCP, T0);
        assert_all_seen(100, 100, T0);
        assert_int_equal(flow->shard[0].rows.low, 100);
        assert_int_equal(flow->shard[0].rows.high, CAP - 100);
        rn_flow_clear(flow);
        assert_int_equal(flow->shard[0].rows.used, 0);
        assert_int_equal(rn_flow_rows(flow), 0);
    }
}

static void new_addresses_turn_rows_of_both_parts(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 60; n++)
        add(n, n % 2 ? RN_PROTO_UDP : RN_PROTO_TCP, T0);
    struct rn_local_addrs local = {.net_count = 0};
    assert_true(rn_local_add_text(&local, "192.0.2.1"));
    rn_flow_set_local(flow, &local);
    for (uint32_t n = 0; n < 60; n++) {
        uint16_t proto = n % 2 ? RN_PROTO_UDP : RN_PROTO_TCP;
        const struct rn_conn *conn = flow_row(&flow->shard[0], place(n, proto));
        assert_true(rn_ip_equal(&conn->key.ip[conn->local], &local.net[0].ip));
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(rows_of_tcp_lie_apart_from_others),
        TEST(a_preference_never_costs_a_row),
        TEST(a_place_that_was_given_back_is_used_again_by_its_own_kind),
        TEST(new_addresses_turn_rows_of_both_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
