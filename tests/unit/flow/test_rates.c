// SPDX-License-Identifier: Apache-2.0
// Which rows have rates of their own, and that these are given back. What a rate is, tests of model/rate.c tell.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made_flow.h"
#include "shard.h"

#define T0 MADE_T0
enum { CAP = 8 };

static const struct rn_hash_key seed = {5, 6};

static struct rn_flow *make(void)
{
    struct rn_flow_cfg cfg = {.max_connections = CAP, .shards = 1, .seed = seed};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    return flow;
}

static struct rn_packet add(struct rn_flow *flow, uint32_t n, rn_time t)
{
    struct made_packet m = {.flow = n, .proto = RN_PROTO_UDP, .payload = 946, .time = t};
    struct rn_packet p = made_packet(seed, &m);
    rn_flow_ingest(flow, &p, 1, NULL, NULL);
    return p;
}

static void a_row_of_one_second_has_none(void **state)
{
    (void)state;
    struct rn_flow *flow = make();
    struct flow_shard *s = &flow->shard[0];
    for (unsigned i = 0; i < 10; i++)
        add(flow, 1, T0 + i * RN_SEC / 10);
    assert_int_equal(s->rates.used, 0);
    struct rn_packet p = add(flow, 1, T0 + RN_SEC);
    assert_int_equal(s->rates.used, 1);
    for (unsigned i = 0; i < 200; i++)
        add(flow, 1, T0 + RN_SEC + i * RN_SEC / 10);
    assert_int_equal(s->rates.used, 1);
    uint32_t row = flow_find(s, p.hash, &p.key);
    double bps[2];
    rn_conn_rates_bps(flow_row(s, row), flow_rate(s, row), T0 + 21 * RN_SEC, bps);
    assert_in_range(bps[p.from], 9800, 10200);
    rn_flow_free(flow);
}

// One for each row is enough, whatever goes and comes.
static void they_are_given_back_with_the_row(void **state)
{
    (void)state;
    struct rn_flow *flow = make();
    struct flow_shard *s = &flow->shard[0];
    for (uint32_t n = 0; n < 10 * CAP; n++) {
        add(flow, n, T0 + 2 * n * RN_SEC);
        struct rn_packet p = add(flow, n, T0 + (2 * n + 1) * RN_SEC);
        assert_non_null(flow_rate(s, flow_find(s, p.hash, &p.key)));
        assert_int_equal(s->rates.used, n < CAP ? n + 1 : CAP);
    }
    while (rn_flow_drain(flow, 0, T0, NULL))
        ;
    assert_int_equal(s->rates.used, 0);
    rn_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_of_one_second_has_none),
        cmocka_unit_test(they_are_given_back_with_the_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
