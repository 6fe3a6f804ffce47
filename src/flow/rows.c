// SPDX-License-Identifier: Apache-2.0
// Rows of a shard: index, wheel, queues, and the way from birth to grave.
//
//        flow_make            flow_settle          flow_close(grave)      flow_drop
//   free ---------> EMBRYOS <------------> SETTLED ----------> TOMBSTONES ---------> free
//                      \______________________________________________________________/
#include "shard.h"

// Index.

uint32_t flow_find(const struct flow_shard *s, uint64_t hash, const struct rn_key *key)
{
    uint32_t tag = flow_tag(hash);
    uint64_t slot;
    for (uint32_t i = flow_home(s, tag); (uint32_t)(slot = flow_slot_at(s, i));
         i = flow_next_slot(s, i))
        if (slot >> 32 == tag && rn_key_equal(&flow_row(s, (uint32_t)slot - 1)->key, key))
            return (uint32_t)slot - 1;
    return FLOW_NONE;
}

static void slot_set(struct flow_shard *s, uint32_t i, uint64_t slot)
{
    atomic_store_explicit(&s->index[i], slot, memory_order_relaxed);
}

static void index_add(struct flow_shard *s, uint64_t hash, uint32_t row)
{
    uint32_t i = flow_home(s, flow_tag(hash));
    while ((uint32_t)flow_slot_at(s, i))
        i = flow_next_slot(s, i);
    slot_set(s, i, (uint64_t)flow_tag(hash) << 32 | (row + 1));
}

static uint32_t steps_from(const struct flow_shard *s, uint32_t from, uint32_t to)
{
    return to >= from ? to - from : to + s->slots - from;
}

static void index_remove(struct flow_shard *s, uint64_t hash, uint32_t row)
{
    uint32_t hole = flow_home(s, flow_tag(hash));
    while ((uint32_t)flow_slot_at(s, hole) != row + 1)
        hole = flow_next_slot(s, hole);
    uint64_t slot;
    for (uint32_t i = flow_next_slot(s, hole); (uint32_t)(slot = flow_slot_at(s, i));
         i = flow_next_slot(s, i)) {
        uint32_t home = flow_home(s, (uint32_t)(slot >> 32));
        if (steps_from(s, home, i) >= steps_from(s, hole, i)) { // may move back as far as the hole
            slot_set(s, hole, slot);
            hole = i;
        }
    }
    slot_set(s, hole, 0);
}

// Queues.

static enum flow_queue queue_of(const struct rn_conn *conn)
{
    return conn->flags & RN_CONN_TOMBSTONE ? FLOW_TOMBSTONES
           : conn->flags & RN_CONN_EMBRYO  ? FLOW_EMBRYOS
                                           : FLOW_SETTLED;
}

static void queue_remove(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    struct flow_list *list = &s->queue[queue_of(conn)];
    if (conn->queue_prev == FLOW_NONE)
        list->head = conn->queue_next;
    else
        flow_row(s, conn->queue_prev)->queue_next = conn->queue_next;
    if (conn->queue_next == FLOW_NONE)
        list->tail = conn->queue_prev;
    else
        flow_row(s, conn->queue_next)->queue_prev = conn->queue_prev;
}

// At the end of the queue that its flags name.
static void queue_append(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    struct flow_list *list = &s->queue[queue_of(conn)];
    conn->queue_prev = list->tail;
    conn->queue_next = FLOW_NONE;
    if (list->tail == FLOW_NONE)
        list->head = row;
    else
        flow_row(s, list->tail)->queue_next = row;
    list->tail = row;
}

void flow_settle(struct flow_shard *s, uint32_t row, enum flow_queue queue)
{
    static const uint8_t flag[FLOW_QUEUES] = {RN_CONN_TOMBSTONE, RN_CONN_EMBRYO, 0};
    struct rn_conn *conn = flow_row(s, row);
    queue_remove(s, row);
    conn->flags &= (uint8_t) ~(RN_CONN_TOMBSTONE | RN_CONN_EMBRYO | RN_CONN_RECENT);
    conn->flags |= flag[queue];
    queue_append(s, row);
}

// The wheel.

void flow_unplan(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    if (conn->wheel_prev == FLOW_NONE)
        s->wheel[conn->wheel_slot] = conn->wheel_next;
    else
        flow_row(s, conn->wheel_prev)->wheel_next = conn->wheel_next;
    if (conn->wheel_next != FLOW_NONE)
        flow_row(s, conn->wheel_next)->wheel_prev = conn->wheel_prev;
}

static void wheel_push(struct flow_shard *s, uint32_t row, uint32_t slot)
{
    struct rn_conn *conn = flow_row(s, row);
    conn->wheel_slot = (uint16_t)slot;
    conn->wheel_prev = FLOW_NONE;
    conn->wheel_next = s->wheel[slot];
    if (conn->wheel_next != FLOW_NONE)
        flow_row(s, conn->wheel_next)->wheel_prev = row;
    s->wheel[slot] = row;
}

void flow_push(struct flow_shard *s, uint32_t row, uint32_t list)
{
    wheel_push(s, row, list);
}

// Seconds after the cursor at which a deadline is looked at: never now, never beyond the wheel.
static int64_t steps_to(const struct flow_shard *s, rn_time deadline)
{
    int64_t steps = rn_time_sec(deadline) + 1 - s->cursor;
    return steps < 1 ? 1 : steps > FLOW_WHEEL - 1 ? FLOW_WHEEL - 1 : steps;
}

static uint32_t slot_after(const struct flow_shard *s, int64_t steps)
{
    return (uint32_t)((uint64_t)(s->cursor + steps) % FLOW_WHEEL);
}

void flow_plan(struct flow_shard *s, uint32_t row, rn_time deadline)
{
    uint32_t slot = slot_after(s, steps_to(s, deadline));
    s->occupied[slot / 64] |= UINT64_C(1) << slot % 64;
    wheel_push(s, row, slot);
}

void flow_rearm(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    if (conn->wheel_slot == FLOW_DUE || conn->wheel_slot == FLOW_CONDEMNED)
        return;
    rn_time deadline = rn_conn_deadline(conn, s->timeouts);
    uint32_t planned = (conn->wheel_slot - slot_after(s, 0)) % FLOW_WHEEL;
    if (conn->wheel_slot != FLOW_DOUBT && steps_to(s, deadline) >= (int64_t)planned)
        return;
    flow_unplan(s, row);
    flow_plan(s, row, deadline);
}

// Birth.

static bool server_side(const struct rn_conn *conn, unsigned end)
{
    return rn_dpi_server_port(conn->key.proto, conn->key.port[end]) &&
           !rn_dpi_server_port(conn->key.proto, conn->key.port[1 - end]);
}

static void find_initiator(struct rn_conn *conn, const struct rn_packet *packet)
{
    unsigned from = packet->from;
    conn->initiator = (uint8_t)(server_side(conn, from) ? 1 - from : from);
    bool answer = false;
    if (packet->key.proto == RN_PROTO_TCP && packet->tcp.flags & RN_TCP_SYN)
        answer = packet->tcp.flags & RN_TCP_ACK;
    else if (packet->key.proto == RN_PROTO_ARP)
        answer = packet->arp.op == 2;
    else if (packet->key.proto == RN_PROTO_ICMP && packet->icmp.echo)
        answer = packet->icmp.type == 0;
    else if (packet->key.proto == RN_PROTO_ICMPV6 && packet->icmp.echo)
        answer = packet->icmp.type == 129;
    else
        return;
    conn->initiator = (uint8_t)(answer ? 1 - from : from);
    conn->flags |= RN_CONN_INITIATOR_PROVED;
}

void flow_orient(const struct flow_shard *s, struct rn_conn *conn)
{
    bool ours[2] = {rn_local_has(&s->local, &conn->key.ip[0]),
                    rn_local_has(&s->local, &conn->key.ip[1])};
    conn->flags &= (uint8_t)~RN_CONN_LOCAL_KNOWN;
    conn->local = conn->initiator;
    if (ours[0] != ours[1]) {
        conn->local = ours[1];
        conn->flags |= RN_CONN_LOCAL_KNOWN;
    }
}

void flow_end(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    if (conn->flags & RN_CONN_TERMINAL)
        return;
    conn->flags |= RN_CONN_TERMINAL;
    conn->terminal_since = conn->last_seen;
    flow_settle(s, row, FLOW_EMBRYOS);
    flow_rearm(s, row);
}

void flow_turned(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    bool terminal = rn_tcp_state_terminal(rn_conn_tcp_state(conn));
    if (terminal) {
        flow_end(s, row);
    } else if (conn->flags & RN_CONN_TERMINAL) {
        conn->flags &= (uint8_t)~RN_CONN_TERMINAL;
        conn->kept_at = 0;
    }
    flow_rearm(s, row);
}

static bool strangers(const struct flow_shard *s, const struct rn_conn *conn)
{
    for (unsigned end = 0; end < 2; end++)
        if (rn_local_has(&s->local, &conn->key.ip[end]) ||
            rn_local_kind(&s->local, &conn->key.ip[end]) != RN_ADDR_UNICAST ||
            rn_ip_is_unspecified(&conn->key.ip[end]))
            return false;
    return true;
}

// Of those that have talked, the longest idle goes first. Their queue is in the order in which they came into it; one at
// its head that has spoken since goes to its end, so that the first one that has not is the one. Each eviction moves
// one, even if it is an embryo that goes: so by the time that there are none left, the queue is in order.

static bool spoke_since(const struct flow_shard *s, uint32_t row)
{
    return row != FLOW_NONE && flow_row(s, row)->flags & RN_CONN_RECENT;
}

// If a stretch of them all have spoken, it is the one of these that has been silent the longest.
static uint32_t longest_idle(struct flow_shard *s)
{
    uint32_t row = s->queue[FLOW_SETTLED].head, least = row;
    for (unsigned tries = 0; spoke_since(s, row); row = s->queue[FLOW_SETTLED].head) {
        if (++tries > RN_FLOW_STRETCH)
            return least;
        flow_settle(s, row, FLOW_SETTLED);
        if (flow_row(s, row)->last_seen < flow_row(s, least)->last_seen)
            least = row;
    }
    return row;
}

static void evict(struct rn_flow *flow, struct flow_shard *s, rn_time now,
                  struct rn_flow_events *events)
{
    if (s->queue[FLOW_TOMBSTONES].head != FLOW_NONE) {
        flow_drop(flow, s, s->queue[FLOW_TOMBSTONES].head);
        return;
    }
    uint32_t row = s->queue[FLOW_EMBRYOS].head;
    if (row == FLOW_NONE)
        row = longest_idle(s);
    else if (spoke_since(s, s->queue[FLOW_SETTLED].head))
        flow_settle(s, s->queue[FLOW_SETTLED].head, FLOW_SETTLED);
    if (row == FLOW_NONE)
        return;
    // In a flood, the next one will be this one's successor.
    uint32_t next = flow_row(s, row)->queue_next;
    if (next != FLOW_NONE) {
        flow_prefetch_row(s, flow_row(s, next)->queue_next);
        flow_prefetch_slot(s, flow->cfg.seed, next);
    }
    s->evicted++;
    flow_close(flow, s, row, now, RN_CLOSE_EVICTED, false, events);
}

uint32_t flow_make(struct rn_flow *flow, struct flow_shard *s, const struct rn_packet *packet,
                   struct rn_flow_events *events)
{
    enum flow_side side = packet->key.proto == RN_PROTO_TCP ? FLOW_BOTTOM : FLOW_TOP;
    uint32_t row = flow_take_place(s, side);
    if (row == FLOW_NONE) {
        evict(flow, s, packet->time, events);
        row = flow_take_place(s, side);
        if (row == FLOW_NONE)
            return FLOW_NONE;
    }
    if (!s->running) {
        s->cursor = rn_time_sec(packet->time) - 1;
        s->running = true;
    }
    struct rn_conn *conn = flow_row(s, row);
    *conn = (struct rn_conn){.key = packet->key,
                             .id = ++s->made * flow->cfg.shards + s->number,
                             .facts_ref = FLOW_NONE,
                             .name_ref = FLOW_NONE,
                             .tcp_ref = FLOW_NONE,
                             .flags = RN_CONN_EMBRYO,
                             .first_seen = packet->time,
                             .last_seen = packet->time,
                             .vlan_count = packet->vlan_count};
    memcpy(conn->vlan, packet->vlan, sizeof conn->vlan);
    if (packet->key.proto == RN_PROTO_TCP)
        flow_tcp_begin(s, row);
    find_initiator(conn, packet);
    flow_orient(s, conn);
    s->ambiguous |= s->local.net_count && strangers(s, conn);
    if (s->made == 1 || packet->time > s->youngest) // stamps may go back
        s->youngest = packet->time;
    s->live++;
    index_add(s, packet->hash, row);
    queue_append(s, row);
    flow_plan(s, row, rn_conn_deadline(conn, s->timeouts));
    return row;
}

// Death.

// What lies in side pools.
static void release_rest(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    flow_facts_release(s, conn);
    flow_tcp_release(s, row);
    flow_rate_release(s, row);
}

void flow_drop(struct rn_flow *flow, struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    index_remove(s, rn_key_hash(flow->cfg.seed, &conn->key), row);
    queue_remove(s, row);
    flow_unplan(s, row);
    if (!(conn->flags & RN_CONN_TOMBSTONE))
        s->live--;
    release_rest(s, row);
    conn->id = 0;
    conn->flags =
        RN_CONN_TOMBSTONE; // who walks over the rows passes it by without asking for its id
    flow_give_place(s, row);
}

void flow_close(struct rn_flow *flow, struct flow_shard *s, uint32_t row, rn_time now,
                enum rn_close_reason reason, bool grave, struct rn_flow_events *events)
{
    struct rn_conn *conn = flow_row(s, row);
    struct rn_conn_event *event = flow_event(s, events, row, now);
    if (event) {
        event->kind = RN_EVENT_CLOSED;
        event->reason = reason;
    }
    flow_archive_add(&flow->archive, s, row, now, reason);
    s->closed++;
    if (!grave) {
        flow_drop(flow, s, row);
        return;
    }
    release_rest(s, row);
    s->live--;
    flow_settle(s, row, FLOW_TOMBSTONES);
    conn->terminal_since = now;
    flow_unplan(s, row);
    flow_plan(s, row, rn_time_add(now, FLOW_TOMBSTONE_LIFE));
}
