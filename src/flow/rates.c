// SPDX-License-Identifier: Apache-2.0
// Rates of rows. Two of three rows are over within the second in which they began, and the others have as much as a line
// of the cache in a pool. Where it lies says an array by row, so that the line can be fetched together with the row.
//
// 1. The pool has as many objects as there are rows and a row has one at most, so it is never full.
#include "shard.h"

#include <errno.h>

#define RATE_BYTES 64 // a line

static size_t refs_bytes(const struct flow_shard *s)
{
    return (size_t)s->rows.cap * sizeof *s->rate;
}

int flow_rates_init(struct flow_shard *s, uint32_t cap, struct rn_err *err)
{
    s->rate = rn_pages_map(refs_bytes(s));
    if (!s->rate)
        return rn_err_set(err, -ENOMEM, "No memory for the rates of %u connections", cap);
    return rn_pool_init(&s->rates, RATE_BYTES, cap, err);
}

void flow_rates_done(struct flow_shard *s)
{
    rn_pages_unmap(s->rate, refs_bytes(s));
    rn_pool_done(&s->rates);
}

static void set_ref(struct flow_shard *s, uint32_t row, uint32_t ref)
{
    atomic_store_explicit(&s->rate[row], ref, memory_order_relaxed);
}

static struct rn_rate *make(struct flow_shard *s, uint32_t row)
{
    uint32_t n = rn_pool_acquire(&s->rates);
    if (n == RN_POOL_NONE)
        return NULL;
    set_ref(s, row, n + 1);
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
    uint32_t ref = atomic_load_explicit(&s->rate[row], memory_order_relaxed);
    if (!ref)
        return;
    rn_pool_release(&s->rates, ref - 1);
    set_ref(s, row, 0);
}
