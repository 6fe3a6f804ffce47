// SPDX-License-Identifier: Apache-2.0
// Rates of rows. Two of three rows are over within the second in which they began, and the others have a line of the cache
// in a pool. Its number stands behind the row, where it may be read without the lock: rn_flow_ingest fetches both.
//
// 1. Object 0 is nobody's, so that a row without rates has an address to fetch, too.
// 2. Besides, there are as many as there are rows, and a row has one at most: so the pool is never full.
#include "shard.h"

#define RATE_BYTES 64 // a line

int flow_rates_init(struct flow_shard *s, uint32_t cap, struct rn_err *err)
{
    int rc = rn_pool_init(&s->rates, RATE_BYTES, cap + 1, err);
    if (!rc)
        (void)rn_pool_acquire(&s->rates);
    return rc;
}

static void set_ref(struct flow_shard *s, uint32_t row, uint32_t ref)
{
    atomic_store_explicit(&flow_place_at(s, row)->rate, ref, memory_order_relaxed);
}

static struct rn_rate *make(struct flow_shard *s, uint32_t row)
{
    uint32_t n = rn_pool_acquire(&s->rates);
    if (n == RN_POOL_NONE)
        return NULL;
    set_ref(s, row, n);
    return memset(rn_pool_at(&s->rates, n), 0, sizeof(struct rn_rate));
}

void flow_rate_roll(struct flow_shard *s, uint32_t row, rn_time now)
{
    struct rn_rate *rate = flow_rate(s, row);
    if (!rate)
        rate = make(s, row);
    if (rate)
        rn_conn_rate_roll(flow_row(s, row), rate, now);
}

void flow_rate_release(struct flow_shard *s, uint32_t row)
{
    uint32_t ref = atomic_load_explicit(&flow_place_at(s, row)->rate, memory_order_relaxed);
    if (!ref)
        return;
    rn_pool_release(&s->rates, ref);
    set_ref(s, row, 0);
}
