// SPDX-License-Identifier: Apache-2.0
// Rates are taken by rows that live on, and come back from wherever a row ends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made_flow.h"
#include "shard.h"

#define T0 MADE_T0
enum { CAP = 100, NOBODYS = 1 };

static const struct rn_hash_key seed = {7, 8};
static struct rn_flow *flow;
static struct flow_shard *s;

static int setup(void **state)
{
    (void)state;
    struct rn_flow_cfg cfg = {.max_connections = CAP, .shards = 1, .seed = seed};
    flow = rn_flow_new(&cfg, NULL);
    s = flow ? &flow->shard[0] : NULL;
    return flow ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rn_flow_free(flow);
    return 0;
}

static void give(uint32_t n, uint8_t flags, bool back, rn_time t)
{
    struct made_packet m = {
        .flow = n, .proto = RN_PROTO_TCP, .back = back, .flags = flags, .payload = 946, .time = t};
    struct rn_packet p = made_packet(seed, &m);
    rn_flow_ingest(flow, &p, 1, NULL, NULL);
}

static uint32_t row_of(uint32_t n)
{
    struct made_packet m = {.flow = n, .proto = RN_PROTO_TCP};
    struct rn_packet p = made_packet(seed, &m);
    return flow_find(s, p.hash, &p.key);
}

static double bps_of(uint32_t n, rn_time now)
{
    double bps[2];
    rn_conn_rates_bps(flow_row(s, row_of(n)), flow_rate(s, row_of(n)), now, bps);
    return bps[0] + bps[1];
}

static void a_row_of_one_second_has_none(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++)
        give(1, RN_TCP_ACK, i & 1, T0 + (rn_dur)i * 100 * RN_MSEC);
    assert_null(flow_rate(s, row_of(1)));
    assert_true(bps_of(1, T0 + RN_SEC / 2) == 10000);
    give(1, RN_TCP_ACK, false, T0 + RN_SEC);
    assert_non_null(flow_rate(s, row_of(1)));
    assert_int_equal(s->rates.used, NOBODYS + 1);
}

static void a_new_row_at_an_old_place_begins_without(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++)
        give(1, RN_TCP_ACK, false, T0 + i * RN_SEC);
    uint32_t place = row_of(1);
    rn_flow_clear(flow);
    assert_int_equal(s->rates.used, NOBODYS);
    give(2, RN_TCP_ACK, false, T0 + 20 * RN_SEC);
    assert_int_equal(row_of(2), place);
    assert_null(flow_rate(s, place));
    give(2, RN_TCP_ACK, false, T0 + 21 * RN_SEC);
    assert_true(bps_of(2, T0 + 21 * RN_SEC) == 2000);
}

// By a RST, whose row becomes a tombstone, by eviction and by the end.
static void rates_come_back_wherever_a_row_ends(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < CAP; n++)
        for (unsigned i = 0; i < 3; i++)
            give(n, RN_TCP_ACK, i & 1, T0 + i * RN_SEC);
    assert_int_equal(s->rates.used, NOBODYS + CAP);
    for (uint32_t n = 0; n < 10; n++)
        give(n, RN_TCP_RST | RN_TCP_ACK, true, T0 + 3 * RN_SEC);
    for (bool more = true; more;)
        more = rn_flow_cleanup(flow, 0, T0 + 20 * RN_SEC, NULL);
    assert_int_equal(s->rates.used, NOBODYS + CAP - 10);
    for (uint32_t n = CAP; n < 2 * CAP; n++) // in the place of all
        for (unsigned i = 0; i < 2; i++)
            give(n, RN_TCP_ACK, i & 1, T0 + (20 + i) * RN_SEC);
    assert_int_equal(s->rates.used, NOBODYS + CAP);
    for (bool more = true; more;)
        more = rn_flow_drain(flow, 0, T0 + 30 * RN_SEC, NULL);
    assert_int_equal(s->rates.used, NOBODYS);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_row_of_one_second_has_none),
        TEST(a_new_row_at_an_old_place_begins_without),
        TEST(rates_come_back_wherever_a_row_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
