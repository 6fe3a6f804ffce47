// SPDX-License-Identifier: Apache-2.0
// Chains and the circle of lru.h.
#include "lru.h"

static _Atomic uint16_t *head_of(const struct flow_lru *t, uint64_t hash)
{
    return &t->head[hash & (t->heads - 1)];
}

uint16_t flow_lru_find(const struct flow_lru *t, uint64_t hash)
{
    uint16_t n = flow_lru_first(t, hash);
    while (n != FLOW_LRU_NONE && t->entry[n].hash != hash)
        n = t->entry[n].next;
    return n;
}

static void leave_circle(struct flow_lru *t, uint16_t n)
{
    struct flow_lru_entry *e = &t->entry[n];
    t->entry[e->older].newer = e->newer;
    t->entry[e->newer].older = e->older;
}

// Between two neighbours of the circle.
static void join_circle(struct flow_lru *t, uint16_t n, uint16_t older, uint16_t newer)
{
    t->entry[n].older = older;
    t->entry[n].newer = newer;
    t->entry[older].newer = n;
    t->entry[newer].older = n;
}

void flow_lru_touch(struct flow_lru *t, uint16_t n)
{
    leave_circle(t, n);
    join_circle(t, n, t->entry[FLOW_LRU_NONE].older, FLOW_LRU_NONE);
}

static void leave_chain(struct flow_lru *t, uint16_t n)
{
    struct flow_lru_entry *e = &t->entry[n];
    uint16_t before = flow_lru_first(t, e->hash);
    e->used = false;
    if (before == n) {
        atomic_store_explicit(head_of(t, e->hash), e->next, memory_order_relaxed);
        return;
    }
    while (t->entry[before].next != n)
        before = t->entry[before].next;
    t->entry[before].next = e->next;
}

void flow_lru_forget(struct flow_lru *t, uint16_t n)
{
    leave_chain(t, n);
    leave_circle(t, n);
    join_circle(t, n, FLOW_LRU_NONE, t->entry[FLOW_LRU_NONE].newer);
}

uint16_t flow_lru_add(struct flow_lru *t, uint64_t hash)
{
    uint16_t n = t->entry[FLOW_LRU_NONE].newer;
    if ((n == FLOW_LRU_NONE || t->entry[n].used) && t->fresh < t->cap) {
        n = (uint16_t)++t->fresh;
        join_circle(t, n, t->entry[FLOW_LRU_NONE].older, FLOW_LRU_NONE);
    } else {
        if (t->entry[n].used)
            leave_chain(t, n);
        flow_lru_touch(t, n);
    }
    struct flow_lru_entry *e = &t->entry[n];
    e->hash = hash;
    e->used = true;
    e->next = flow_lru_first(t, hash);
    atomic_store_explicit(head_of(t, hash), n, memory_order_relaxed);
    return n;
}

void flow_lru_clear(struct flow_lru *t)
{
    while (t->entry[t->entry[FLOW_LRU_NONE].older].used)
        flow_lru_forget(t, t->entry[FLOW_LRU_NONE].older);
}
