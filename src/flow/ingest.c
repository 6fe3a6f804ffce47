// SPDX-License-Identifier: Apache-2.0
// Packets into rows. Index slots and rows of a whole batch are fetched from memory before the first of them is needed;
// then the batch is taken shard by shard, under one lock each.
#include "shard.h"

// core.md 4.6: what a peer may still send after the connection has been closed and reported.
static bool teardown_noise(const struct rn_packet *p)
{
    if (p->key.proto != RN_PROTO_TCP || p->flags & RN_PACKET_LATER_FRAGMENT ||
        p->tcp.flags & RN_TCP_SYN)
        return false;
    return p->tcp.flags & (RN_TCP_FIN | RN_TCP_RST) ||
           (p->tcp.flags & RN_TCP_ACK && !p->payload_bytes);
}

// The first packet of another connection of QUIC, where one has closed: a live one cannot be ended from outside.
static bool begins_quic(const struct rn_flow *flow, const struct rn_conn *conn,
                        const struct rn_packet *p, struct rn_dpi_ctx *dpi)
{
    uint8_t begun[RN_QUIC_BEGUN_BYTES];
    return conn->flags & RN_CONN_TERMINAL && conn->app == RN_APP_QUIC && dpi && flow->cfg.dpi &&
           rn_dpi_quic_begins(dpi, p->payload, begun) &&
           memcmp(begun, conn->quic.begun, sizeof begun) != 0; // the same: it comes once more
}

// core.md 4.5: a SYN on a tuple whose connection is on its way out, or QUIC's likeness of it.
static bool starts_anew(const struct rn_flow *flow, const struct rn_conn *conn,
                        const struct rn_packet *p, struct rn_dpi_ctx *dpi)
{
    if (p->flags & RN_PACKET_LATER_FRAGMENT)
        return false;
    if (p->key.proto == RN_PROTO_TCP)
        return p->tcp.flags & RN_TCP_SYN && rn_conn_tcp_state(conn) >= RN_TCP_FIN_WAIT1;
    return begins_quic(flow, conn, p, dpi);
}

static void count(struct flow_shard *s, uint32_t row, const struct rn_packet *p)
{
    struct rn_conn *conn = flow_row(s, row);
    unsigned from = p->from;
    if (p->time > conn->last_seen) {
        if (rn_time_sec(p->time) != rn_time_sec(conn->last_seen))
            flow_rate_roll(s, row, p->time);
        conn->last_seen = p->time;
    }
    conn->packets[from]++;
    conn->bytes[from] += p->wire_bytes;
    conn->ip_bytes[from] += p->ip_bytes;
    conn->payload_bytes[from] += p->payload_bytes;
    conn->flags |= RN_CONN_RECENT;
    s->traffic[from != conn->local] += p->wire_bytes;
}

// True if that was news.
static bool prove_initiator(struct flow_shard *s, struct rn_conn *conn, unsigned end)
{
    if (conn->flags & RN_CONN_INITIATOR_PROVED)
        return false;
    conn->initiator = (uint8_t)end;
    conn->flags |= RN_CONN_INITIATOR_PROVED;
    flow_orient(s, conn);
    return true;
}

// What follows from a change of the TCP state: orientation, whether it is terminal, its place in the queues.
static void turn(struct flow_shard *s, uint32_t row, const struct rn_packet *p)
{
    struct rn_conn *conn = flow_row(s, row);
    if (p->tcp.flags & RN_TCP_SYN)
        (void)prove_initiator(s, conn, p->tcp.flags & RN_TCP_ACK ? 1u - p->from : p->from);
    flow_turned(s, row);
}

// An embryo that has proved to be more leaves the queue of those that go first.
static void grow_up(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    if (conn->flags & RN_CONN_TERMINAL || conn->packets[0] + conn->packets[1] < 2)
        return;
    if (conn->key.proto == RN_PROTO_TCP) {
        enum rn_tcp_state state = rn_conn_tcp_state(conn);
        if (state == RN_TCP_SYN_SENT || state == RN_TCP_SYN_RECV || state == RN_TCP_UNKNOWN)
            return;
    }
    flow_settle(s, row, FLOW_SETTLED);
}

static void transport(struct flow_shard *s, uint32_t row, const struct rn_packet *p)
{
    struct rn_conn *conn = flow_row(s, row);
    switch (p->key.proto) {
    case RN_PROTO_TCP:
        if (flow_tcp_packet(s, row, p))
            turn(s, row, p);
        break;
    case RN_PROTO_ICMP:
    case RN_PROTO_ICMPV6:
        conn->icmp.id = p->icmp.id;
        conn->icmp.seq = p->icmp.seq;
        conn->icmp.type = p->icmp.type;
        conn->icmp.code = p->icmp.code;
        conn->icmp.echo = p->icmp.echo;
        flow_exchange(s, row, p);
        break;
    case RN_PROTO_UDP:
        flow_exchange(s, row, p);
        break;
    case RN_PROTO_IGMP:
        memcpy(conn->igmp.group, p->igmp.group, 4);
        conn->igmp.type = p->igmp.type;
        conn->igmp.has_group = p->igmp.has_group;
        break;
    case RN_PROTO_ARP:
        memcpy(conn->arp.sender_mac, p->arp.sender_mac, 6);
        conn->arp.op = p->arp.op;
        conn->arp.sender = p->from;
        break;
    default:
        break;
    }
    if (conn->flags & RN_CONN_EMBRYO)
        grow_up(s, row);
}

static void describe(const struct rn_conn *conn, const struct rn_packet *p, struct rn_dpi_input *in)
{
    unsigned from = p->from;
    uint32_t sent = p->payload_bytes;
    *in = (struct rn_dpi_input){
        .payload = p->payload,
        .proto = p->key.proto,
        .src_port = p->key.port[from],
        .dst_port = p->key.port[1 - from],
        .from_initiator = from == conn->initiator,
        .from = p->from,
        .missing = sent > p->payload.len ? sent - (uint32_t)p->payload.len : 0,
    };
    if (p->key.proto != RN_PROTO_TCP)
        return;
    unsigned saw = conn->tcp.saw[from];
    in->seq = p->tcp.seq + (p->tcp.flags & RN_TCP_SYN ? 1 : 0);
    in->has_ack = p->tcp.flags & RN_TCP_ACK;
    in->ack = p->tcp.ack;
    in->has_base = saw & (RN_TCP_SAW_SYN | RN_TCP_SAW_SYN_ACK) && !(saw & RN_TCP_SAW_FIN);
    in->base = conn->tcp.isn[from] + 1;
}

// Whose question it is, as names.h has it: 0 for this machine, whichever of its addresses asks or connects; where nobody
// said which those are, every address is a host. False: a host that is none of ours.
static bool stands_for(const struct flow_shard *s, const struct rn_ip *ip, struct rn_ip *out_who)
{
    *out_who = s->local.net_count ? (struct rn_ip){.q = {0, 0}} : *ip;
    return !s->local.net_count || rn_local_has(&s->local, ip);
}

static void hear(struct rn_flow *flow, const struct flow_shard *s, const struct rn_conn *conn,
                 const struct rn_packet *p, const struct rn_dpi_ctx *dpi)
{
    const struct rn_dpi_dns *message;
    for (unsigned n = 0; (message = rn_dpi_dns(dpi, n)); n++) {
        unsigned asker = message->response ? 1u - p->from : p->from;
        struct rn_ip who;
        if (stands_for(s, &conn->key.ip[asker], &who))
            flow_names_hear(flow->learned, message, conn->id, asker, &who, p->time);
    }
}

static bool may_be_named(const struct rn_conn *conn)
{
    static const uint64_t nameless = UINT64_C(1) << RN_APP_DNS | UINT64_C(1) << RN_APP_MDNS |
                                     UINT64_C(1) << RN_APP_LLMNR | UINT64_C(1) << RN_APP_DHCP |
                                     UINT64_C(1) << RN_APP_DHCPV6 | UINT64_C(1) << RN_APP_SSDP |
                                     UINT64_C(1) << RN_APP_NETBIOS; // core.md 9.1
    _Static_assert(RN_APP_COUNT <= 64, "one bit each");
    return conn->name_ref == FLOW_NONE && conn->key.proto != RN_PROTO_ARP &&
           !(nameless >> conn->app & 1);
}

// The name by which this host has got to know the remote address.
static void name_remote(struct rn_flow *flow, struct flow_shard *s, struct rn_conn *conn)
{
    struct rn_ip who;
    struct flow_name name;
    bool alone = s->local.net_count && !(conn->flags & RN_CONN_LOCAL_KNOWN); // or among ourselves
    if (alone || !may_be_named(conn) || !stands_for(s, &conn->key.ip[conn->local], &who))
        return;
    const struct rn_ip *remote = &conn->key.ip[rn_conn_remote(conn)];
    if (flow_names_find(flow->learned, &who, remote, conn->first_seen, &name))
        flow_name_save(s, conn, &name);
}

// Whether a connection of QUIC that was seen elsewhere goes on in this row: its first datagram of either end may tell.
static bool goes_on_here(const struct rn_flow *flow, const struct rn_conn *conn,
                         const struct rn_packet *p, struct rn_dpi_row *found)
{
    return conn->app == RN_APP_NONE && p->key.proto == RN_PROTO_UDP && !conn->dpi_seen[p->from] &&
           flow_quic_ids_find(flow->quic_ids, &p->key, p->from, p->payload, found);
}

static void inspect(struct rn_flow *flow, struct flow_shard *s, uint32_t row,
                    const struct rn_packet *p, struct rn_dpi_ctx *dpi)
{
    struct rn_conn *conn = flow_row(s, row);
    struct rn_dpi_input in;
    struct rn_dpi_row found;
    describe(conn, p, &in);
    flow_inspection_load(s, conn, &found);
    bool known = goes_on_here(flow, conn, p, &found);
    enum rn_verdict verdict = rn_dpi_packet(dpi, &s->inspection, &in, &found);
    flow_inspection_save(s, conn, &found, known || verdict == RN_YES);
    if (found.app == RN_APP_QUIC && rn_dpi_quic_ids(dpi))
        flow_quic_ids_learn(flow->quic_ids, rn_dpi_quic_ids(dpi), conn->id, &conn->key, &found);
    if (found.app == RN_APP_DNS)
        hear(flow, s, conn, p, dpi);
    bool turned = found.client != RN_DPI_NO_CLIENT && prove_initiator(s, conn, found.client);
    bool renamed = found.app != (enum rn_app)conn->app;
    conn->app = (uint8_t)found.app;
    if (conn->app == RN_APP_QUIC && rn_quic_state_terminal(conn->quic.state))
        flow_end(s, row);
    // What has been learned may make the row go earlier: the state of TCP is that of the local end, and QUIC tells how
    // long it may be idle.
    if (turned && p->key.proto == RN_PROTO_TCP)
        flow_turned(s, row);
    else if (renamed || conn->app == RN_APP_QUIC)
        flow_rearm(s, row);
}

// PKTAP names the process with the packet.
static void name_owner(struct rn_flow *flow, struct rn_conn *conn, const struct rn_packet *p)
{
    if (conn->pid || !flow->cfg.names)
        return;
    size_t len = 0;
    while (p->comm && len < RN_COMM_BYTES && p->comm[len])
        len++;
    conn->pid = p->pid;
    conn->process_name = rn_intern_add(flow->cfg.names, rn_bytes_of(p->comm, len));
    conn->match = RN_MATCH_EXACT_TUPLE;
    conn->flags |= RN_CONN_OWNER_FINAL;
}

// For a packet that ends the row of its tuple: whether it belongs to the same connection all the same, so that what it
// repeats can be told.
static bool keep_track(const struct flow_shard *s, uint32_t row, const struct rn_packet *p,
                       struct rn_tcp_track *out)
{
    if (p->key.proto != RN_PROTO_TCP || p->flags & RN_PACKET_LATER_FRAGMENT ||
        !rn_conn_tcp_same(flow_row(s, row), p))
        return false;
    *out = *flow_track(s, row);
    return true;
}

static void fold(struct rn_flow *flow, struct flow_shard *s, const struct rn_packet *p,
                 struct rn_dpi_ctx *dpi, struct rn_flow_events *events)
{
    uint32_t row = flow_find(s, p->hash, &p->key);
    struct rn_tcp_track old;
    bool goes_on = false;
    if (row != FLOW_NONE) {
        struct rn_conn *conn = flow_row(s, row);
        if (RN_UNLIKELY(conn->flags & RN_CONN_TOMBSTONE)) {
            // A packet stamped before the grave was dug is no latecomer: the trace itself goes back in time.
            rn_dur since = rn_time_since(p->time, conn->terminal_since);
            if (teardown_noise(p) && since >= 0 && since <= FLOW_TOMBSTONE_LIFE) {
                s->late++;
                return;
            }
            goes_on = keep_track(s, row, p, &old);
            flow_drop(flow, s, row);
            row = FLOW_NONE;
        } else if (RN_UNLIKELY(starts_anew(flow, conn, p, dpi))) {
            goes_on = keep_track(s, row, p, &old);
            flow_close(flow, s, row, p->time, RN_CLOSE_REPLACED, false, events);
            row = FLOW_NONE;
        }
    }
    bool is_new = row == FLOW_NONE;
    if (is_new && (row = flow_make(flow, s, p, events)) == FLOW_NONE) {
        s->dropped++;
        return;
    }
    struct rn_conn *conn = flow_row(s, row);
    if (RN_UNLIKELY(goes_on))
        flow_tcp_inherit(s, row, &old);
    count(s, row, p);
    if (RN_UNLIKELY(p->vlan_count && !conn->vlan_count)) {
        conn->vlan_count = p->vlan_count;
        memcpy(conn->vlan, p->vlan, sizeof conn->vlan);
    }
    if (RN_UNLIKELY(p->pid != 0))
        name_owner(flow, conn, p);
    bool embryo = conn->flags & RN_CONN_EMBRYO;
    transport(s, row, p);
    if (p->payload.len && dpi && flow->cfg.dpi && !(conn->flags & RN_CONN_DPI_SETTLED) &&
        conn->dpi_seen[p->from] != RN_DPI_DONE && !(p->flags & RN_PACKET_LATER_FRAGMENT) &&
        (p->key.proto == RN_PROTO_TCP || p->key.proto == RN_PROTO_UDP))
        inspect(flow, s, row, p, dpi);
    // Again when it has grown up: by then the answer has been read, even by a worker that was behind.
    if ((is_new || (embryo && !(conn->flags & RN_CONN_EMBRYO))) && flow->learned)
        name_remote(flow, s, conn);
    if (is_new) {
        struct rn_conn_event *event = flow_event(s, events, row, p->time);
        if (event)
            event->kind = RN_EVENT_NEW;
    }
}

// All four lines: where a packet is the first of a second, the last one tells where the rates are. Returns the row.
// Inlined by force: gcc 12 takes a function that only prefetches for one without effect, and may drop the call.
static inline __attribute__((always_inline)) uint32_t prefetch_row(const struct flow_shard *s,
                                                                   const struct rn_packet *p)
{
    uint32_t tag = flow_tag(p->hash);
    uint64_t slot;
    for (uint32_t i = flow_home(s, tag); (uint32_t)(slot = flow_slot_at(s, i));
         i = flow_next_slot(s, i))
        if (slot >> 32 == tag) {
            const char *row = (const char *)flow_row(s, (uint32_t)slot - 1);
            for (size_t at = 0; at < sizeof(struct rn_conn); at += 64)
                __builtin_prefetch(row + at, 1);
            if (p->key.proto == RN_PROTO_TCP)
                __builtin_prefetch(flow_track(s, (uint32_t)slot - 1), 1);
            return (uint32_t)slot - 1;
        }
    return FLOW_NONE;
}

// Never inlined, as it happens once in 32 new rows.
static __attribute__((noinline)) void unlock_and_make_ready(struct flow_shard *s)
    RN_RELEASES(s->lock)
{
    struct flow_pages pages;
    flow_pages_claim(s, &pages);
    flow_unlock(s);
    flow_pages_ready(&pages);
}

void rn_flow_ingest(struct rn_flow *flow, const struct rn_packet *packets, unsigned n,
                    struct rn_dpi_ctx *dpi, struct rn_flow_events *events)
{
    RN_ASSERT(n <= RN_FLOW_BATCH);
    uint64_t mine[RN_FLOW_SHARDS_MAX]; // packets of a shard, where shards has its bit
    uint64_t shards = 0;
    uint32_t rows[RN_FLOW_BATCH];
    for (unsigned i = 0; i < n; i++) {
        unsigned number = rn_flow_shard(flow, packets[i].hash);
        const struct flow_shard *s = &flow->shard[number];
        __builtin_prefetch(&s->index[flow_home(s, flow_tag(packets[i].hash))]);
        mine[number] = (shards >> number & 1 ? mine[number] : 0) | UINT64_C(1) << i;
        shards |= UINT64_C(1) << number;
    }
    // Before the first lock: a shard has two packets of a batch, too few to fetch one while the other is folded.
    for (unsigned i = 0; i < n; i++)
        rows[i] = prefetch_row(&flow->shard[rn_flow_shard(flow, packets[i].hash)], &packets[i]);
    for (unsigned i = 0; i < n; i++)
        if (rows[i] != FLOW_NONE)
            flow_prefetch_rate(&flow->shard[rn_flow_shard(flow, packets[i].hash)], rows[i]);
    for (; shards; shards &= shards - 1) {
        unsigned number = (unsigned)__builtin_ctzll(shards);
        struct flow_shard *s = &flow->shard[number];
        flow_lock(s);
        for (uint64_t m = mine[number]; m; m &= m - 1)
            fold(flow, s, &packets[__builtin_ctzll(m)], dpi, events);
        if (RN_UNLIKELY(flow_places_touched(&s->rows) >= s->pages_at))
            unlock_and_make_ready(s);
        else
            flow_unlock(s);
    }
}
