// SPDX-License-Identifier: Apache-2.0
// Rows whose time has come. Buckets of the wheel up to now are emptied into the due list; a row of that list is removed
// if it really is over, else planned anew: packets change a row's deadline without telling the wheel.
#include "shard.h"

static void empty_bucket(struct flow_shard *s, uint32_t slot)
{
    while (s->wheel[slot] != FLOW_NONE) {
        uint32_t row = s->wheel[slot];
        flow_unplan(s, row);
        flow_push_due(s, row);
    }
    s->occupied[slot / 64] &= ~(UINT64_C(1) << slot % 64);
}

static uint32_t merge(struct flow_shard *s, uint32_t a, uint32_t b)
{
    uint32_t head = FLOW_NONE, *tail = &head;
    while (a != FLOW_NONE && b != FLOW_NONE) {
        uint32_t *least = flow_row(s, a)->id < flow_row(s, b)->id ? &a : &b;
        *tail = *least;
        tail = &flow_row(s, *least)->wheel_next;
        *least = *tail;
    }
    *tail = a != FLOW_NONE ? a : b;
    return head;
}

// Puts the due list in the order of creation: bottom-up merge sort, run 2^i in bin i.
static void sort_due(struct flow_shard *s)
{
    uint32_t bin[32];
    for (unsigned i = 0; i < 32; i++)
        bin[i] = FLOW_NONE;
    for (uint32_t row = s->wheel[FLOW_DUE], next; row != FLOW_NONE; row = next) {
        next = flow_row(s, row)->wheel_next;
        flow_row(s, row)->wheel_next = FLOW_NONE;
        unsigned i = 0;
        for (; i < 31 && bin[i] != FLOW_NONE; i++) {
            row = merge(s, bin[i], row);
            bin[i] = FLOW_NONE;
        }
        bin[i] = merge(s, bin[i], row);
    }
    uint32_t head = FLOW_NONE, prev = FLOW_NONE;
    for (unsigned i = 0; i < 32; i++)
        head = merge(s, bin[i], head);
    s->wheel[FLOW_DUE] = head;
    for (uint32_t row = head; row != FLOW_NONE; prev = row, row = flow_row(s, row)->wheel_next)
        flow_row(s, row)->wheel_prev = prev;
}

// Moves what may be over by now into the due list; without `ordered` one bucket at a time is enough.
static void gather(struct flow_shard *s, int64_t until, bool ordered)
{
    if (until - s->cursor > FLOW_WHEEL)
        s->cursor = until - FLOW_WHEEL;
    while (s->cursor < until && (ordered || s->wheel[FLOW_DUE] == FLOW_NONE))
        empty_bucket(s, (uint32_t)((uint64_t)++s->cursor % FLOW_WHEEL));
    if (ordered)
        sort_due(s);
}

static bool over(const struct rn_conn *conn, rn_time now)
{
    if (conn->flags & RN_CONN_TOMBSTONE)
        return rn_time_since(now, conn->terminal_since) > FLOW_TOMBSTONE_LIFE;
    return now > rn_conn_deadline(conn);
}

static void look_at(struct rn_flow *flow, struct flow_shard *s, uint32_t row, rn_time now,
                    struct rn_flow_events *events)
{
    struct rn_conn *conn = flow_row(s, row);
    if (!over(conn, now)) {
        flow_unplan(s, row);
        flow_plan(s, row,
                  conn->flags & RN_CONN_TOMBSTONE
                      ? rn_time_add(conn->terminal_since, FLOW_TOMBSTONE_LIFE)
                      : rn_conn_deadline(conn));
    } else if (conn->flags & RN_CONN_TOMBSTONE) {
        flow_drop(flow, s, row);
    } else {
        bool terminal = conn->flags & RN_CONN_TERMINAL;
        flow_close(flow, s, row, now, terminal ? RN_CLOSE_CLOSED : RN_CLOSE_TIMEOUT, terminal,
                   events);
    }
}

bool rn_flow_cleanup(struct rn_flow *flow, unsigned shard, rn_time now,
                     struct rn_flow_events *events)
{
    struct flow_shard *s = &flow->shard[shard];
    int64_t until = rn_time_sec(now);
    flow_lock(s);
    for (unsigned n = 0; s->running && n < RN_FLOW_STRETCH; n++) {
        if (s->wheel[FLOW_DUE] == FLOW_NONE)
            gather(s, until, flow->cfg.ordered);
        if (s->wheel[FLOW_DUE] == FLOW_NONE)
            break;
        look_at(flow, s, s->wheel[FLOW_DUE], now, events);
    }
    bool more = s->running && (s->wheel[FLOW_DUE] != FLOW_NONE || s->cursor < until);
    flow_unlock(s);
    return more;
}

bool rn_flow_drain(struct rn_flow *flow, unsigned shard, rn_time now, struct rn_flow_events *events)
{
    struct flow_shard *s = &flow->shard[shard];
    flow_lock(s);
    if (!s->draining) {
        for (uint32_t slot = 0; slot < FLOW_WHEEL; slot++)
            empty_bucket(s, slot);
        if (events)
            sort_due(s);
        s->draining = true;
    }
    for (unsigned n = 0; n < RN_FLOW_STRETCH && s->wheel[FLOW_DUE] != FLOW_NONE; n++) {
        uint32_t row = s->wheel[FLOW_DUE];
        if (flow_row(s, row)->flags & RN_CONN_TOMBSTONE)
            flow_drop(flow, s, row);
        else
            flow_close(flow, s, row, now, RN_CLOSE_END, false, events);
    }
    s->draining = s->wheel[FLOW_DUE] != FLOW_NONE;
    bool more = s->draining;
    flow_unlock(s);
    return more;
}

static rn_time next_deadline(const struct flow_shard *s)
{
    if (!s->running)
        return RN_TIME_MAX;
    if (s->wheel[FLOW_DUE] != FLOW_NONE)
        return RN_TIME_MIN;
    for (int64_t step = 1; step <= FLOW_WHEEL; step++) {
        uint32_t slot = (uint32_t)((uint64_t)(s->cursor + step) % FLOW_WHEEL);
        if (!s->occupied[slot / 64] && slot % 64 == 0)
            step += 63;
        else if (s->wheel[slot] != FLOW_NONE)
            return rn_time_of(s->cursor + step, 0);
    }
    return RN_TIME_MAX;
}

rn_time rn_flow_next_deadline(struct rn_flow *flow)
{
    rn_time least = RN_TIME_MAX;
    for (unsigned i = 0; i < flow->cfg.shards; i++) {
        struct flow_shard *s = &flow->shard[i];
        flow_lock(s);
        rn_time t = next_deadline(s);
        flow_unlock(s);
        least = t < least ? t : least;
    }
    return least;
}
