// SPDX-License-Identifier: Apache-2.0
// Visits from outside the packet path: owners asked for and named, addresses, clearing.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shard.h"

#define T0 (1000 * RN_SEC)

static struct rn_flow_cfg cfg;
static struct rn_flow_events events;
static struct rn_pending out[RN_FLOW_STRETCH];

static struct rn_flow *make(uint32_t shards)
{
    cfg = (struct rn_flow_cfg){.max_connections = 1000, .shards = shards, .seed = {3, 4}};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    return flow;
}

// From 10.x.y.z:40000, one client per n, to 192.0.2.1:443.
static struct rn_packet packet_of(uint32_t n, uint16_t proto, bool back, uint8_t flags,
                                  rn_time time)
{
    const uint8_t client[4] = {10, 1, (uint8_t)(n >> 8), (uint8_t)n}, server[4] = {192, 0, 2, 1};
    struct rn_ip c = rn_ip_v4(client), s = rn_ip_v4(server);
    uint16_t from = proto == RN_PROTO_TCP || proto == RN_PROTO_UDP ? 40000 : 0;
    uint16_t to = from ? 443 : 0;
    struct rn_packet p = {.time = time, .wire_bytes = back ? 1000 : 60, .ip_bytes = 46};
    p.from = (uint8_t)(back ? rn_key_make(&p.key, s, to, c, from, proto)
                            : rn_key_make(&p.key, c, from, s, to, proto));
    p.hash = rn_key_hash(cfg.seed, &p.key);
    if (proto == RN_PROTO_TCP) {
        p.tcp.flags = flags;
        p.tcp.seq = 1;
        p.tcp.ack = flags & RN_TCP_RST ? 2 : 1; // a refusal acknowledges the SYN
    }
    return p;
}

static void give(struct rn_flow *flow, struct rn_packet p)
{
    events.count = 0;
    rn_flow_ingest(flow, &p, 1, NULL, &events);
}

static void add(struct rn_flow *flow, uint32_t n, uint16_t proto, rn_time time)
{
    give(flow, packet_of(n, proto, false, RN_TCP_SYN, time));
}

// Client n's row of TCP as the table holds it.
static struct rn_conn *row_of(struct rn_flow *flow, uint32_t n)
{
    struct rn_packet p = packet_of(n, RN_PROTO_TCP, false, 0, 0);
    struct flow_shard *s = &flow->shard[rn_flow_shard(flow, p.hash)];
    uint32_t row = flow_find(s, p.hash, &p.key);
    return row == FLOW_NONE ? NULL : flow_row(s, row);
}

static bool patch(struct rn_flow *flow, uint32_t n, uint64_t id)
{
    struct rn_packet p = packet_of(n, RN_PROTO_TCP, false, 0, 0);
    return rn_flow_patch(flow, &p.key, id, 4711, 1000, 7);
}

// All that a walk over all shards asks for.
static unsigned ask(struct rn_flow *flow, bool young, rn_time now)
{
    unsigned all = 0;
    for (unsigned shard = 0; shard < rn_flow_shards(flow); shard++) {
        uint32_t cursor = 0;
        for (unsigned n; (n = rn_flow_pending(flow, shard, &cursor, young, now, out)) > 0;)
            all += n;
    }
    return all;
}

static void a_walk_names_every_row_without_owner_once(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    for (uint32_t n = 0; n < 200; n++)
        add(flow, n, RN_PROTO_TCP, T0);
    bool seen[200] = {false};
    static const unsigned sizes[] = {64, 64, 64, 8, 0, 0};
    uint32_t cursor = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(rn_flow_pending(flow, 0, &cursor, false, T0, out), sizes[i]);
        for (unsigned k = 0; k < sizes[i]; k++) {
            const struct rn_ip *client = &out[k].key.ip[out[k].local];
            uint32_t n = (uint32_t)(client->b[14] << 8 | client->b[15]);
            assert_true(n < 200 && !seen[n]);
            assert_true(row_of(flow, n)->id == out[k].id);
            assert_false(out[k].local_known);
            seen[n] = true;
        }
    }
    for (uint32_t n = 0; n < 200; n += 2)
        assert_true(patch(flow, n, row_of(flow, n)->id));
    assert_int_equal(ask(flow, false, T0), 100);
    rn_flow_free(flow);
}

static void only_sockets_are_asked_for(void **state)
{
    (void)state;
    static const struct {
        uint16_t proto;
        unsigned asked;
    } cases[] = {{RN_PROTO_TCP, 1},
                 {RN_PROTO_UDP, 1},
                 {RN_PROTO_ICMP, 0},
                 {RN_PROTO_ICMPV6, 0},
                 {RN_PROTO_ARP, 0},
                 {RN_PROTO_IGMP, 0},
                 {132, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_flow *flow = make(4);
        add(flow, 1, cases[i].proto, T0);
        assert_int_equal(rn_flow_rows(flow), 1);
        assert_int_equal(ask(flow, false, T0), cases[i].asked);
        assert_int_equal(ask(flow, true, T0), cases[i].asked);
        rn_flow_free(flow);
    }
}

static void age_decides_who_is_asked_for(void **state)
{
    (void)state;
    static const struct {
        rn_dur age;
        unsigned young, all;
    } cases[] = {
        {-5 * RN_SEC, 1, 1},     {0, 1, 1},           {10 * RN_SEC, 1, 1},
        {10 * RN_SEC + 1, 0, 1}, {30 * RN_SEC, 0, 1}, {30 * RN_SEC + 1, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_flow *flow = make(16);
        add(flow, 1, RN_PROTO_TCP, T0);
        assert_int_equal(ask(flow, true, T0 + cases[i].age), cases[i].young);
        assert_false(row_of(flow, 1)->flags & RN_CONN_OWNER_FINAL);
        assert_int_equal(ask(flow, false, T0 + cases[i].age), cases[i].all);
        bool given_up = row_of(flow, 1)->flags & RN_CONN_OWNER_FINAL;
        assert_int_equal(given_up, !cases[i].all);
        rn_flow_free(flow);
    }
}

static void given_up_rows_are_not_asked_for_again_but_may_be_named(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    add(flow, 1, RN_PROTO_TCP, T0);
    assert_int_equal(ask(flow, false, T0 + 40 * RN_SEC), 0);
    give(flow, packet_of(1, RN_PROTO_TCP, true, RN_TCP_SYN | RN_TCP_ACK, T0 + 41 * RN_SEC));
    add(flow, 2, RN_PROTO_TCP, T0 + 41 * RN_SEC);
    assert_int_equal(ask(flow, false, T0 + 41 * RN_SEC), 1); // the other one
    assert_true(patch(flow, 1, row_of(flow, 1)->id));
    rn_flow_free(flow);
}

// That nobody looks shows in a row that was changed behind the table's back.
static void a_shard_that_was_walked_out_is_not_looked_at(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    for (uint32_t n = 0; n < 300; n++)
        add(flow, n, n % 2 ? RN_PROTO_TCP : RN_PROTO_ICMP, T0);
    assert_int_equal(ask(flow, false, T0 + RN_SEC), 150);
    assert_int_equal(ask(flow, false, T0 + 31 * RN_SEC), 0); // gives up all
    row_of(flow, 299)->flags &= (uint8_t)~RN_CONN_OWNER_FINAL;
    assert_int_equal(ask(flow, false, T0 + RN_SEC), 0);
    assert_int_equal(ask(flow, true, T0 + RN_SEC), 0);
    add(flow, 301, RN_PROTO_TCP, T0 + RN_SEC); // one more row: everybody is looked at again
    assert_int_equal(ask(flow, false, T0 + RN_SEC), 2);
    assert_true(patch(flow, 299, row_of(flow, 299)->id));
    assert_true(patch(flow, 301, row_of(flow, 301)->id));
    assert_int_equal(ask(flow, false, T0 + RN_SEC), 0);
    row_of(flow, 301)->flags &= (uint8_t)~RN_CONN_OWNER_FINAL;
    assert_int_equal(ask(flow, false, T0 + RN_SEC), 0);
    rn_flow_free(flow);
}

static void a_shard_without_young_rows_is_not_looked_at_for_them(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    add(flow, 1, RN_PROTO_TCP, T0);
    row_of(flow, 1)->first_seen = T0 + 20 * RN_SEC; // which the shard does not know
    assert_int_equal(ask(flow, true, T0 + 20 * RN_SEC), 0);
    assert_int_equal(ask(flow, false, T0 + 20 * RN_SEC), 1);
    rn_flow_free(flow);
}

// A flood hides a young row from the quick round, not from the thorough one.
static void of_the_young_the_last_ones_are_asked_for(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    for (uint32_t n = 0; n < FLOW_RECENT + 88; n++)
        add(flow, n, RN_PROTO_TCP, T0);
    assert_int_equal(ask(flow, true, T0), FLOW_RECENT);
    uint32_t cursor = 0;
    assert_int_equal(rn_flow_pending(flow, 0, &cursor, true, T0, out), RN_FLOW_STRETCH);
    assert_int_equal(out[0].id, FLOW_RECENT + 88);
    assert_int_equal(out[63].id, FLOW_RECENT + 88 - 63);
    assert_int_equal(ask(flow, false, T0), FLOW_RECENT + 88);
    rn_flow_free(flow);
}

// What lies between two hosts elsewhere has no socket here, until an address turns out to be ours.
static void strangers_are_not_asked_for(void **state)
{
    (void)state;
    struct rn_local_addrs ours = {.net_count = 0};
    struct rn_flow *flow = make(1);
    assert_true(rn_local_add_text(&ours, "203.0.113.77"));
    rn_flow_set_local(flow, &ours);
    for (uint32_t n = 0; n < 100; n++)
        add(flow, n, RN_PROTO_TCP, T0);
    assert_int_equal(ask(flow, true, T0), 0);
    assert_int_equal(ask(flow, false, T0), 0);
    ours.net_count = 0;
    ours.net[0].ip = row_of(flow, 7)->key.ip[row_of(flow, 7)->local];
    ours.net[0].whole = true;
    ours.net_count = 1;
    rn_flow_set_local(flow, &ours);
    assert_int_equal(ask(flow, true, T0), 1);
    assert_int_equal(ask(flow, false, T0), 1);
    assert_int_equal(out[0].id, row_of(flow, 7)->id);
    rn_flow_free(flow);
}

static void rows_made_during_a_walk_are_not_forgotten(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    for (uint32_t n = 0; n < 100; n++)
        add(flow, n, RN_PROTO_TCP, T0);
    uint32_t cursor = 0;
    assert_int_equal(rn_flow_pending(flow, 0, &cursor, false, T0, out), 64);
    for (uint32_t n = 0; n < 100; n++)
        assert_true(patch(flow, n, row_of(flow, n)->id));
    // Row 0 is replaced behind the walk's back: its owner is asked for by the next one.
    give(flow, packet_of(0, RN_PROTO_TCP, false, RN_TCP_RST, T0 + 1));
    give(flow, packet_of(0, RN_PROTO_TCP, false, RN_TCP_SYN, T0 + 2));
    assert_int_equal(rn_flow_pending(flow, 0, &cursor, false, T0, out), 0);
    cursor = 0;
    assert_int_equal(rn_flow_pending(flow, 0, &cursor, false, T0, out), 1);
    assert_int_equal(out[0].id, 101);
    assert_true(patch(flow, 0, 101));
    assert_int_equal(ask(flow, false, T0), 0);
    rn_flow_free(flow);
}

static void a_walk_that_is_begun_anew_halfway_concludes_nothing_from_its_end(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    for (uint32_t n = 0; n < 192; n++)
        add(flow, n, RN_PROTO_TCP, T0);
    uint32_t late = 0, early = 0;
    assert_int_equal(rn_flow_pending(flow, 0, &late, false, T0, out), 64);
    assert_int_equal(rn_flow_pending(flow, 0, &late, false, T0, out), 64);
    for (uint32_t n = 0; n < 192; n++) // all but those between the two walks
        if (n < 64 || n >= 128)
            assert_true(patch(flow, n, row_of(flow, n)->id));
    // As if the new walk had let the lock go after a stretch without anybody to ask for.
    struct flow_shard *s = &flow->shard[0];
    s->rows.low = 64;
    assert_int_equal(rn_flow_pending(flow, 0, &early, false, T0, out), 0);
    s->rows.low = 192;
    s->asked = 0;
    assert_int_equal(rn_flow_pending(flow, 0, &late, false, T0, out), 0);
    assert_int_equal(ask(flow, false, T0), 64);
    rn_flow_free(flow);
}

static void an_owner_is_named_once_and_for_one_generation(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    add(flow, 1, RN_PROTO_TCP, T0);
    uint64_t id = row_of(flow, 1)->id;
    struct rn_packet p = packet_of(1, RN_PROTO_TCP, false, 0, 0);
    assert_false(patch(flow, 2, id));     // no such row
    assert_false(patch(flow, 1, id + 1)); // another generation
    assert_false(rn_flow_patch(flow, &p.key, id, 0, 0, 7));
    assert_int_equal(row_of(flow, 1)->process_name, 0);
    assert_true(patch(flow, 1, id));
    const struct rn_conn *conn = row_of(flow, 1);
    assert_int_equal(conn->pid, 4711);
    assert_int_equal(conn->uid, 1000);
    assert_int_equal(conn->process_name, 7);
    assert_int_equal(conn->match, RN_MATCH_PROCFS_EXACT);
    assert_true(conn->flags & RN_CONN_OWNER_FINAL);
    assert_false(rn_flow_patch(flow, &p.key, id, 4712, 0, 8));
    assert_int_equal(row_of(flow, 1)->pid, 4711);
    rn_flow_free(flow);
}

static void a_replaced_row_refuses_the_owner_of_the_old_one(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    add(flow, 1, RN_PROTO_TCP, T0);
    uint64_t old = row_of(flow, 1)->id;
    give(flow, packet_of(1, RN_PROTO_TCP, true, RN_TCP_RST | RN_TCP_ACK, T0 + 1));
    give(flow, packet_of(1, RN_PROTO_TCP, false, RN_TCP_SYN, T0 + 2));
    assert_int_equal(events.count, 2); // replaced, new
    assert_false(patch(flow, 1, old));
    assert_int_equal(row_of(flow, 1)->pid, 0);
    assert_true(patch(flow, 1, row_of(flow, 1)->id));
    rn_flow_free(flow);
}

static void tombstones_are_neither_asked_for_nor_named(void **state)
{
    (void)state;
    struct rn_flow *flow = make(1);
    add(flow, 1, RN_PROTO_TCP, T0);
    uint64_t id = row_of(flow, 1)->id;
    give(flow, packet_of(1, RN_PROTO_TCP, true, RN_TCP_RST | RN_TCP_ACK, T0 + 1));
    while (rn_flow_cleanup(flow, 0, T0 + 8 * RN_SEC, NULL))
        ;
    assert_true(row_of(flow, 1)->flags & RN_CONN_TOMBSTONE);
    assert_int_equal(ask(flow, false, T0 + 8 * RN_SEC), 0);
    assert_false(patch(flow, 1, id));
    rn_flow_free(flow);
}

static struct rn_local_addrs addresses(const char *text)
{
    struct rn_local_addrs local = {0};
    assert_true(rn_local_add_text(&local, text));
    return local;
}

static void new_addresses_turn_rows_round(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    for (uint32_t n = 0; n < 100; n++) {
        add(flow, n, RN_PROTO_TCP, T0);
        give(flow, packet_of(n, RN_PROTO_TCP, true, RN_TCP_SYN | RN_TCP_ACK, T0 + 1));
    }
    static const struct {
        const char *local;
        uint64_t sent, received;
        bool known;
        enum rn_tcp_state state;
    } cases[] = {
        {"192.0.2.1", 1000, 60, true, RN_TCP_SYN_RECV},
        {"10.1.0.0/16", 60, 1000, true, RN_TCP_ESTABLISHED},
        {"192.0.2.1", 1000, 60, true, RN_TCP_SYN_RECV},
        {"203.0.113.1", 60, 1000, false, RN_TCP_ESTABLISHED}, // strangers: as begun
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_local_addrs local = addresses(cases[i].local);
        rn_flow_set_local(flow, &local);
        for (uint32_t n = 0; n < 100; n++) {
            const struct rn_conn *conn = row_of(flow, n);
            assert_int_equal(conn->bytes[conn->local], cases[i].sent);
            assert_int_equal(conn->bytes[rn_conn_remote(conn)], cases[i].received);
            assert_int_equal((bool)(conn->flags & RN_CONN_LOCAL_KNOWN), cases[i].known);
            assert_int_equal(rn_conn_tcp_state(conn), cases[i].state);
        }
    }
    struct rn_local_addrs local = addresses("192.0.2.1");
    rn_flow_set_local(flow, &local);
    add(flow, 500, RN_PROTO_TCP, T0); // rows made later go by the new addresses too
    assert_int_equal(row_of(flow, 500)->key.port[row_of(flow, 500)->local], 443);
    rn_flow_free(flow);
}

// The client closes first, the server's FIN is not acknowledged: TIME_WAIT here, LAST_ACK there.
static void a_row_turned_round_ends_when_its_new_state_says(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after;
        rn_dur lives;
        enum rn_close_reason reason;
    } cases[] = {
        {"10.1.0.0/16", "192.0.2.1", 60 * RN_SEC, RN_CLOSE_TIMEOUT},
        {"192.0.2.1", "10.1.0.0/16", 30 * RN_SEC, RN_CLOSE_CLOSED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_flow *flow = make(1);
        struct rn_local_addrs local = addresses(cases[i].before);
        rn_flow_set_local(flow, &local);
        add(flow, 1, RN_PROTO_TCP, T0);
        give(flow, packet_of(1, RN_PROTO_TCP, true, RN_TCP_SYN | RN_TCP_ACK, T0));
        give(flow, packet_of(1, RN_PROTO_TCP, false, RN_TCP_FIN | RN_TCP_ACK, T0));
        struct rn_packet p = packet_of(1, RN_PROTO_TCP, true, RN_TCP_FIN | RN_TCP_ACK, T0);
        p.tcp.ack = 2;
        give(flow, p);
        local = addresses(cases[i].after);
        rn_flow_set_local(flow, &local);
        events.count = 0;
        while (rn_flow_cleanup(flow, 0, T0 + cases[i].lives, &events))
            ;
        assert_int_equal(events.count, 0);
        while (rn_flow_cleanup(flow, 0, T0 + cases[i].lives + 2 * RN_SEC, &events))
            ;
        assert_int_equal(events.count, 1);
        assert_int_equal(events.event[0].reason, cases[i].reason);
        rn_flow_free(flow);
    }
}

static void a_row_between_strangers_is_told_once(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    add(flow, 1, RN_PROTO_TCP, T0);
    assert_false(rn_flow_take_ambiguous(flow)); // without addresses nobody is a stranger
    struct rn_local_addrs local = addresses("10.1.0.2");
    rn_flow_set_local(flow, &local);
    add(flow, 2, RN_PROTO_TCP, T0);
    assert_false(rn_flow_take_ambiguous(flow));
    for (uint32_t n = 3; n < 50; n++)
        add(flow, n, RN_PROTO_TCP, T0);
    assert_true(rn_flow_take_ambiguous(flow));
    assert_false(rn_flow_take_ambiguous(flow));
    rn_flow_free(flow);
}

static void clearing_forgets_all_rows(void **state)
{
    (void)state;
    struct rn_flow *flow = make(16);
    for (unsigned round = 0; round < 3; round++) {
        for (uint32_t n = 0; n < 500; n++)
            add(flow, n, RN_PROTO_TCP, T0 + round * RN_SEC);
        assert_int_equal(rn_flow_rows(flow), 500);
        rn_flow_clear(flow);
        assert_int_equal(rn_flow_rows(flow), 0);
        assert_int_equal(ask(flow, false, T0), 0);
        assert_null(row_of(flow, 1));
        assert_true(rn_flow_next_deadline(flow) == RN_TIME_MAX);
    }
    rn_flow_free(flow);
}

// Sockets that may still be open.

static struct rn_flow *make_asking(void)
{
    cfg = (struct rn_flow_cfg){
        .max_connections = 1000, .shards = 1, .seed = {3, 4}, .ask_open = true};
    assert_true(rn_local_add_text(&cfg.local, "10.0.0.0/8"));
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    return flow;
}

static void talk(struct rn_flow *flow, uint32_t n, rn_time time)
{
    give(flow, packet_of(n, RN_PROTO_TCP, false, RN_TCP_ACK, time));
    give(flow, packet_of(n, RN_PROTO_TCP, true, RN_TCP_ACK, time));
}

static unsigned clean(struct rn_flow *flow, rn_time now)
{
    unsigned closed = 0;
    for (bool more = true; more; closed += events.count) {
        events.count = 0;
        more = rn_flow_cleanup(flow, 0, now, &events);
    }
    return closed;
}

static bool answer(struct rn_flow *flow, rn_time now, bool open)
{
    return rn_flow_keep(flow, &out[0].key, out[0].id, now, open);
}

static void an_idle_row_stays_while_its_socket_is_open(void **state)
{
    (void)state;
    struct rn_flow *flow = make_asking();
    talk(flow, 1, T0);
    assert_int_equal(clean(flow, T0 + 300 * RN_SEC), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 0); // not yet
    rn_time now = T0 + 302 * RN_SEC;
    assert_int_equal(clean(flow, now), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 1);
    assert_int_equal(clean(flow, now + 100 * RN_SEC), 0); // it waits for the answer
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 1);
    assert_true(answer(flow, now, true));
    assert_false(answer(flow, now, true)); // nobody asked any more
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 0);
    assert_int_equal(clean(flow, now + 299 * RN_SEC), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 0);
    assert_int_equal(clean(flow, now + 302 * RN_SEC), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 1);
    assert_true(answer(flow, now + 302 * RN_SEC, false));
    assert_int_equal(rn_flow_next_deadline(flow), RN_TIME_MIN);
    assert_int_equal(clean(flow, now + 302 * RN_SEC), 1);
    assert_int_equal(rn_flow_rows(flow), 0);
    assert_false(answer(flow, now + 302 * RN_SEC, true)); // gone
    rn_flow_free(flow);
}

static void a_packet_settles_the_doubt(void **state)
{
    (void)state;
    struct rn_flow *flow = make_asking();
    rn_time now = T0 + 302 * RN_SEC;
    for (uint32_t n = 1; n <= 3; n++)
        talk(flow, n, T0);
    assert_int_equal(clean(flow, now), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 3);
    struct rn_conn *first = row_of(flow, 1);
    talk(flow, 1, now); // speaks again: no harm is done if nobody lists it
    assert_true(rn_flow_keep(flow, &first->key, first->id, now, false));
    give(flow, packet_of(2, RN_PROTO_TCP, true, RN_TCP_RST, now)); // ends: nobody needs to be asked
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 1);
    give(flow, packet_of(3, RN_PROTO_TCP, true, RN_TCP_FIN | RN_TCP_ACK, now));
    give(flow, packet_of(3, RN_PROTO_TCP, false, RN_TCP_SYN, now)); // another generation
    assert_false(answer(flow, now, true));
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 0);
    assert_int_equal(clean(flow, now + 6 * RN_SEC), 1);
    assert_int_equal(rn_flow_rows(flow), 2);
    assert_int_equal(row_of(flow, 1)->id, 1);
    rn_flow_free(flow);
}

static void only_a_socket_of_ours_is_asked_about(void **state)
{
    (void)state;
    struct rn_flow *flow = make_asking();
    struct rn_local_addrs none = {0};
    talk(flow, 1, T0);               // up
    add(flow, 2, RN_PROTO_TCP, T0);  // half-open
    add(flow, 3, RN_PROTO_UDP, T0);  // a socket that is not connected, as far as we know
    add(flow, 4, RN_PROTO_ICMP, T0); // no socket
    talk(flow, 5, T0);
    give(flow, packet_of(5, RN_PROTO_TCP, false, RN_TCP_FIN | RN_TCP_ACK, T0)); // closing
    assert_int_equal(clean(flow, T0 + 400 * RN_SEC), 4);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 1);
    assert_true(answer(flow, T0 + 400 * RN_SEC, true));
    rn_flow_set_local(flow, &none); // between strangers now
    assert_int_equal(clean(flow, T0 + 800 * RN_SEC), 1);
    rn_flow_free(flow);
}

static void doubtful_rows_can_be_evicted_drained_and_cleared(void **state)
{
    (void)state;
    struct rn_flow *flow = make_asking();
    rn_time now = T0 + 302 * RN_SEC;
    for (uint32_t n = 0; n < 1000; n++)
        talk(flow, n, T0);
    assert_int_equal(clean(flow, now), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), RN_FLOW_STRETCH);
    for (unsigned i = 0; i < 10; i++)
        assert_true(rn_flow_keep(flow, &out[i].key, out[i].id, now, false));
    for (uint32_t n = 1000; n < 1500; n++)
        talk(flow, n, now);
    assert_int_equal(rn_flow_rows(flow), 1000);
    unsigned closed = 0;
    for (bool more = true; more; closed += events.count) {
        events.count = 0;
        more = rn_flow_drain(flow, 0, now, &events);
    }
    assert_int_equal(closed, 1000);
    assert_int_equal(rn_flow_next_deadline(flow), RN_TIME_MAX);
    for (uint32_t n = 0; n < 1000; n++)
        talk(flow, n, now);
    assert_int_equal(clean(flow, now + 302 * RN_SEC), 0);
    rn_flow_clear(flow);
    assert_int_equal(rn_flow_rows(flow), 0);
    assert_int_equal(rn_flow_doubtful(flow, 0, out), 0);
    rn_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_names_every_row_without_owner_once),
        cmocka_unit_test(only_sockets_are_asked_for),
        cmocka_unit_test(age_decides_who_is_asked_for),
        cmocka_unit_test(given_up_rows_are_not_asked_for_again_but_may_be_named),
        cmocka_unit_test(a_shard_that_was_walked_out_is_not_looked_at),
        cmocka_unit_test(a_shard_without_young_rows_is_not_looked_at_for_them),
        cmocka_unit_test(of_the_young_the_last_ones_are_asked_for),
        cmocka_unit_test(strangers_are_not_asked_for),
        cmocka_unit_test(rows_made_during_a_walk_are_not_forgotten),
        cmocka_unit_test(a_walk_that_is_begun_anew_halfway_concludes_nothing_from_its_end),
        cmocka_unit_test(an_owner_is_named_once_and_for_one_generation),
        cmocka_unit_test(a_replaced_row_refuses_the_owner_of_the_old_one),
        cmocka_unit_test(tombstones_are_neither_asked_for_nor_named),
        cmocka_unit_test(new_addresses_turn_rows_round),
        cmocka_unit_test(a_row_turned_round_ends_when_its_new_state_says),
        cmocka_unit_test(a_row_between_strangers_is_told_once),
        cmocka_unit_test(clearing_forgets_all_rows),
        cmocka_unit_test(an_idle_row_stays_while_its_socket_is_open),
        cmocka_unit_test(a_packet_settles_the_doubt),
        cmocka_unit_test(only_a_socket_of_ours_is_asked_about),
        cmocka_unit_test(doubtful_rows_can_be_evicted_drained_and_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
