// SPDX-License-Identifier: Apache-2.0
// Facts of rows in size-classed pools: class c holds 32 << c bytes. A reference is class << 29 | number in the class.
#include "shard.h"

#define CLASS_SHIFT 29
#define HEAD_BYTES offsetof(struct rn_facts, data)

static unsigned class_of(size_t bytes)
{
    unsigned c = 0;
    while (((size_t)32 << c) < bytes && c < FLOW_FACT_CLASSES - 1)
        c++;
    return c;
}

static void *at(const struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref)
{
    return rn_pool_at(&pools[ref >> CLASS_SHIFT], ref & ((1u << CLASS_SHIFT) - 1));
}

const struct rn_facts *flow_store_at(const struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref)
{
    return at(pools, ref);
}

int flow_store_init(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t rows, struct rn_err *err)
{
    int rc = 0;
    // Large facts are rare: there is room for fewer of them.
    for (unsigned c = 0; !rc && c < FLOW_FACT_CLASSES; c++)
        rc = rn_pool_init(&pools[c], (size_t)32 << c, c < 4 ? rows : (rows >> (c - 3)) + 8, err);
    return rc;
}

void flow_store_done(struct rn_pool pools[FLOW_FACT_CLASSES])
{
    for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
        rn_pool_done(&pools[c]);
}

void flow_store_load(const struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref,
                     struct rn_facts *out)
{
    if (ref == FLOW_NONE) {
        rn_facts_clear(out);
        return;
    }
    const struct rn_facts *in = at(pools, ref);
    memcpy(out, in, HEAD_BYTES + in->len);
}

void flow_store_release(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref)
{
    if (ref != FLOW_NONE)
        rn_pool_release(&pools[ref >> CLASS_SHIFT], ref & ((1u << CLASS_SHIFT) - 1));
}

uint32_t flow_store_save(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref,
                         const struct rn_facts *facts)
{
    size_t bytes = HEAD_BYTES + facts->len;
    unsigned c = class_of(bytes);
    if (ref == FLOW_NONE || ref >> CLASS_SHIFT != c) {
        uint32_t n = rn_pool_acquire(&pools[c]);
        if (n == RN_POOL_NONE)
            return ref;
        flow_store_release(pools, ref);
        ref = (uint32_t)c << CLASS_SHIFT | n;
    }
    memcpy(at(pools, ref), facts, bytes);
    return ref;
}

void flow_facts_load(const struct flow_shard *s, uint32_t ref, struct rn_facts *out)
{
    flow_store_load(s->facts, ref, out);
}

void flow_facts_release(struct flow_shard *s, uint32_t ref)
{
    flow_store_release(s->facts, ref);
}

uint32_t flow_facts_save(struct flow_shard *s, uint32_t ref, const struct rn_facts *facts)
{
    unsigned c = class_of(HEAD_BYTES + facts->len);
    uint32_t saved = flow_store_save(s->facts, ref, facts);
    if (saved == FLOW_NONE || saved >> CLASS_SHIFT != c) // the row keeps what it has
        s->facts_refused++;
    return saved;
}

struct rn_conn_event *flow_event(struct flow_shard *s, struct rn_flow_events *events, uint32_t row,
                                 rn_time time)
{
    if (!events || events->count >= RN_FLOW_EVENTS)
        return NULL;
    struct rn_conn_event *event = &events->event[events->count++];
    event->time = time;
    const struct rn_conn *conn = flow_row(s, row);
    event->conn = *conn;
    flow_tcp_report(s, row, &event->tcp);
    flow_facts_load(s, conn->facts_ref, &event->facts);
    return event;
}
