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

void flow_facts_load(const struct flow_shard *s, uint32_t ref, struct rn_facts *out)
{
    if (ref == FLOW_NONE) {
        rn_facts_clear(out);
        return;
    }
    const struct rn_facts *in =
        rn_pool_at(&s->facts[ref >> CLASS_SHIFT], ref & ((1u << CLASS_SHIFT) - 1));
    memcpy(out, in, HEAD_BYTES + in->len);
}

void flow_facts_release(struct flow_shard *s, uint32_t ref)
{
    if (ref != FLOW_NONE)
        rn_pool_release(&s->facts[ref >> CLASS_SHIFT], ref & ((1u << CLASS_SHIFT) - 1));
}

uint32_t flow_facts_save(struct flow_shard *s, uint32_t ref, const struct rn_facts *facts)
{
    size_t bytes = HEAD_BYTES + facts->len;
    unsigned c = class_of(bytes);
    if (ref == FLOW_NONE || ref >> CLASS_SHIFT != c) {
        uint32_t n = rn_pool_acquire(&s->facts[c]);
        if (n == RN_POOL_NONE) { // the row keeps what it has
            s->facts_refused++;
            return ref;
        }
        flow_facts_release(s, ref);
        ref = (uint32_t)c << CLASS_SHIFT | n;
    }
    memcpy(rn_pool_at(&s->facts[c], ref & ((1u << CLASS_SHIFT) - 1)), facts, bytes);
    return ref;
}

struct rn_conn_event *flow_event(struct flow_shard *s, struct rn_flow_events *events,
                                 const struct rn_conn *conn, rn_time time)
{
    if (!events || events->count >= RN_FLOW_EVENTS)
        return NULL;
    struct rn_conn_event *event = &events->event[events->count++];
    event->time = time;
    event->conn = *conn;
    flow_facts_load(s, conn->facts_ref, &event->facts);
    return event;
}
