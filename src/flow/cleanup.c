// SPDX-License-Identifier: Apache-2.0
// Rows whose time has come. Packets change a row's deadline without telling the wheel, so a row of a bucket that lies
// behind is looked at: it is removed if it really is over, else planned anew.
//
//   bucket ──look: not over──────────────> bucket of its deadline
//       │  ──look: over─────────────────────────────────────────────────> removed
//       └──look: over, may be open──> DOUBT ──rn_flow_keep: open──> bucket
//                                       └─────rn_flow_keep: not───> CONDEMNED ──look──> bucket, or removed
//
// Buckets are looked at where they lie, from their head, as many rows as a hold of the lock allows. With `ordered`, all
// that are behind are put into the due list first and sorted; only a replay does that, and nobody waits for it.
#include "shard.h"

static void empty_list(struct flow_shard *s, uint32_t list)
{
    while (s->wheel[list] != FLOW_NONE) {
        uint32_t row = s->wheel[list];
        flow_unplan(s, row);
        flow_push(s, row, FLOW_DUE);
    }
    if (list < FLOW_WHEEL)
        s->occupied[list / 64] &= ~(UINT64_C(1) << list % 64);
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

// Moves what may be over by now into the due list, in order.
static void gather(struct flow_shard *s, int64_t until)
{
    while (s->cursor < until)
        empty_list(s, (uint32_t)((uint64_t)++s->cursor % FLOW_WHEEL));
    sort_due(s);
}

// The next row to look at; FLOW_NONE: no more by then.
static uint32_t next_row(struct flow_shard *s, int64_t until, bool ordered)
{
    if (s->wheel[FLOW_CONDEMNED] != FLOW_NONE)
        return s->wheel[FLOW_CONDEMNED];
    if (until - s->cursor > FLOW_WHEEL)
        s->cursor = until - FLOW_WHEEL;
    if (ordered && s->wheel[FLOW_DUE] == FLOW_NONE)
        gather(s, until);
    for (; s->wheel[FLOW_DUE] == FLOW_NONE && s->cursor < until; s->cursor++) {
        uint32_t slot = (uint32_t)((uint64_t)(s->cursor + 1) % FLOW_WHEEL);
        if (s->wheel[slot] != FLOW_NONE)
            return s->wheel[slot];
        s->occupied[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    }
    return s->wheel[FLOW_DUE];
}

static rn_time deadline(const struct flow_shard *s, const struct rn_conn *conn)
{
    return conn->flags & RN_CONN_TOMBSTONE ? rn_time_add(conn->terminal_since, FLOW_TOMBSTONE_LIFE)
                                           : rn_conn_deadline(conn, s->timeouts);
}

// Whether the system may still have a socket of this row, which is in no hurry then.
static bool may_be_open(const struct flow_shard *s, const struct rn_conn *conn)
{
    if (conn->key.proto == RN_PROTO_TCP) {
        enum rn_tcp_state state = rn_conn_tcp_state(conn);
        if (state != RN_TCP_ESTABLISHED && state != RN_TCP_CLOSE_WAIT)
            return false;
    } else if (conn->key.proto != RN_PROTO_UDP || conn->match != RN_MATCH_PROCFS_EXACT) {
        return false; // only a connected socket of UDP is listed with both ends
    }
    return conn->flags & RN_CONN_LOCAL_KNOWN || rn_local_has(&s->local, &conn->key.ip[conn->local]);
}

// True if it was removed.
static bool look_at(struct rn_flow *flow, struct flow_shard *s, uint32_t row, rn_time now,
                    struct rn_flow_events *events)
{
    struct rn_conn *conn = flow_row(s, row);
    rn_time until = deadline(s, conn);
    if (now <= until) {
        flow_unplan(s, row);
        flow_plan(s, row, until);
        return false;
    }
    if (conn->flags & RN_CONN_TOMBSTONE) {
        flow_drop(flow, s, row);
        return true;
    }
    if (flow->cfg.ask_open && conn->wheel_slot != FLOW_CONDEMNED && may_be_open(s, conn)) {
        flow_unplan(s, row);
        flow_push(s, row, FLOW_DOUBT);
        return false;
    }
    bool terminal = conn->flags & RN_CONN_TERMINAL;
    flow_close(flow, s, row, now, terminal ? RN_CLOSE_CLOSED : RN_CLOSE_TIMEOUT, terminal, events);
    return true;
}

// What comes after `row` in its list. removed: the row before it was, so the next one will probably be, too.
static inline __attribute__((always_inline)) void prefetch_after(const struct rn_flow *flow,
                                                                 const struct flow_shard *s,
                                                                 uint32_t row, bool removed)
{
    uint32_t next = flow_row(s, row)->wheel_next;
    if (next == FLOW_NONE)
        return;
    flow_prefetch_row(s, flow_row(s, next)->wheel_next);
    if (removed)
        flow_prefetch_slot(s, flow->cfg.seed, next);
}

bool rn_flow_cleanup(struct rn_flow *flow, unsigned shard, rn_time now,
                     struct rn_flow_events *events)
{
    struct flow_shard *s = &flow->shard[shard];
    int64_t until = rn_time_sec(now);
    uint32_t row = FLOW_NONE;
    bool removed = false;
    flow_archive_ready(&flow->archive);
    flow_lock(s);
    for (unsigned n = 0; s->running && n < RN_FLOW_STRETCH; n++) {
        row = next_row(s, until, flow->cfg.ordered);
        if (row == FLOW_NONE)
            break;
        prefetch_after(flow, s, row, removed);
        removed = look_at(flow, s, row, now, events);
        n += removed; // costs as much as two looks
    }
    flow_unlock(s);
    return row != FLOW_NONE;
}

bool rn_flow_drain(struct rn_flow *flow, unsigned shard, rn_time now, struct rn_flow_events *events)
{
    struct flow_shard *s = &flow->shard[shard];
    flow_lock(s);
    if (!s->draining) {
        for (uint32_t list = 0; list < FLOW_LISTS; list++)
            if (list != FLOW_DUE)
                empty_list(s, list);
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
    if (s->wheel[FLOW_DUE] != FLOW_NONE || s->wheel[FLOW_CONDEMNED] != FLOW_NONE)
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
