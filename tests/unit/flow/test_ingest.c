// SPDX-License-Identifier: Apache-2.0
// Inspection of rows: facts outlive notes, streams are put in order, and nothing is lost to the side pools.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made_quic.h"
#include "shard.h"

#define T0 (1000 * RN_SEC)
#define ISN 0xfffffff0u

struct talk {
    struct rn_flow *flow;
    struct rn_flow_cfg cfg;
    struct rn_dpi_ctx *dpi;
    struct rn_flow_events events;
    uint16_t proto, server_port;
    uint32_t next[2]; // bytes sent so far: client, server
    rn_time now;
};

static void talk_open(struct talk *t, uint16_t proto, uint16_t server_port)
{
    memset(t, 0, sizeof(*t));
    t->cfg = (struct rn_flow_cfg){
        .max_connections = 100, .shards = 1, .ordered = true, .dpi = true, .seed = {1, 2}};
    t->flow = rn_flow_new(&t->cfg, NULL);
    t->dpi = rn_dpi_ctx_new(NULL);
    assert_non_null(t->flow);
    assert_non_null(t->dpi);
    t->proto = proto;
    t->server_port = server_port;
    t->now = T0;
}

static void talk_packet(struct talk *t, bool client, uint8_t flags, uint32_t offset,
                        const void *bytes, size_t len)
{
    struct rn_packet p = {.time = t->now++, .wire_bytes = 60, .ip_bytes = 46};
    const uint8_t a[4] = {192, 0, 2, 1}, b[4] = {192, 0, 2, 2};
    struct rn_ip c = rn_ip_v4(a), s = rn_ip_v4(b);
    p.from = (uint8_t)(client ? rn_key_make(&p.key, c, 40000, s, t->server_port, t->proto)
                              : rn_key_make(&p.key, s, t->server_port, c, 40000, t->proto));
    p.hash = rn_key_hash(t->cfg.seed, &p.key);
    p.payload = rn_bytes_of(bytes, len);
    p.payload_bytes = (uint32_t)len;
    if (t->proto == RN_PROTO_TCP) {
        p.tcp.flags = flags;
        p.tcp.seq = ISN + offset + (flags & RN_TCP_SYN ? 0 : 1);
        p.tcp.ack = ISN + 1 + t->next[client ? 1 : 0];
    }
    t->events.count = 0;
    rn_flow_ingest(t->flow, &p, 1, t->dpi, &t->events);
}

static void talk_handshake(struct talk *t)
{
    talk_packet(t, true, RN_TCP_SYN, 0, NULL, 0);
    talk_packet(t, false, RN_TCP_SYN | RN_TCP_ACK, 0, NULL, 0);
    talk_packet(t, true, RN_TCP_ACK, 0, NULL, 0);
}

static void talk_say(struct talk *t, bool client, const char *text)
{
    size_t len = strlen(text);
    uint32_t *next = &t->next[client ? 0 : 1];
    talk_packet(t, client, RN_TCP_ACK, *next, text, len);
    *next += (uint32_t)len;
}

// The row as its closing line tells it.
static const struct rn_conn_event *talk_end(struct talk *t)
{
    t->events.count = 0;
    while (rn_flow_drain(t->flow, 0, t->now, &t->events))
        ;
    assert_int_equal(t->events.count, 1);
    return &t->events.event[0];
}

static void talk_close(struct talk *t)
{
    const struct flow_shard *s = &t->flow->shard[0];
    assert_int_equal(s->inspection.notes.used, 0);
    assert_int_equal(s->inspection.states.used, 0);
    assert_int_equal(s->inspection.buffers.used, 0);
    for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
        assert_int_equal(s->facts[c].used, 0);
    rn_flow_free(t->flow);
    rn_dpi_ctx_free(t->dpi);
}

static void assert_fact(const struct rn_facts *facts, enum rn_fact fact, const char *want)
{
    struct rn_bytes got = rn_facts_find(facts, fact, 0);
    assert_int_equal(got.len, strlen(want));
    if (got.len > 0)
        assert_memory_equal(got.p, want, got.len);
}

#define REQUEST "GET /index.html HTTP/1.1\r\nHost: www.example.org\r\n\r\n"

static void segments_in_any_order_are_one_stream(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_TCP, 80);
    talk_handshake(&t);
    talk_packet(&t, true, RN_TCP_ACK, 30, &REQUEST[30], strlen(REQUEST) - 30);
    assert_int_equal(t.flow->shard[0].inspection.buffers.used, 1);
    talk_packet(&t, true, RN_TCP_ACK, 0, REQUEST, 30);
    assert_int_equal(t.flow->shard[0].inspection.buffers.used, 0);
    const struct rn_conn_event *end = talk_end(&t);
    assert_int_equal(end->conn.app, RN_APP_HTTP);
    assert_fact(&end->facts, RN_FACT_HOST, "www.example.org");
    talk_close(&t);
}

static void facts_outlive_the_note_of_a_row_that_settles(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_TCP, 80);
    talk_handshake(&t);
    talk_say(&t, true, "GET / HTTP/1.1\r\n");
    assert_int_equal(t.flow->shard[0].inspection.notes.used, 1);
    talk_say(&t, true, "Host: www.example.org\r\n\r\n");
    talk_say(&t, false, "HTTP/1.1 200 OK\r\n\r\n");
    assert_int_equal(t.flow->shard[0].inspection.notes.used, 0);
    uint64_t calls = rn_dpi_parse_calls(t.dpi);
    talk_say(&t, true, REQUEST);
    assert_int_equal(rn_dpi_parse_calls(t.dpi), calls);
    const struct rn_conn_event *end = talk_end(&t);
    assert_true(end->conn.flags & RN_CONN_DPI_SETTLED);
    assert_fact(&end->facts, RN_FACT_HOST, "www.example.org");
    talk_close(&t);
}

static void a_row_closed_in_the_middle_gives_everything_back(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_TCP, 80);
    talk_handshake(&t);
    talk_say(&t, true, "GET / HTTP/1.1\r\nUser-Agent: x\r\n");
    talk_say(&t, false, "HTTP/1.1 20");
    const struct flow_shard *shard = &t.flow->shard[0];
    assert_true(shard->inspection.notes.used > 0 && shard->inspection.buffers.used > 0);
    talk_packet(&t, true, RN_TCP_RST, t.next[0], NULL, 0);
    // The row stays for some seconds, but what would have become of it is forgotten at once.
    assert_int_equal(rn_flow_rows(t.flow), 1);
    assert_int_equal(shard->inspection.notes.used, 0);
    assert_int_equal(shard->inspection.buffers.used, 0);
    t.events.count = 0;
    while (rn_flow_cleanup(t.flow, 0, t.now + 100 * RN_SEC, &t.events))
        ;
    assert_int_equal(t.events.count, 1);
    assert_fact(&t.events.event[0].facts, RN_FACT_USER_AGENT, "x");
    talk_close(&t);
}

static void a_direction_that_is_done_is_not_looked_at(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_UDP, 40001);
    for (int i = 0; i < 40; i++)
        talk_say(&t, true, "\xf7\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f");
    uint64_t calls = rn_dpi_parse_calls(t.dpi);
    talk_say(&t, true, "\xf7\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f");
    assert_int_equal(rn_dpi_parse_calls(t.dpi), calls);
    const struct rn_conn_event *end = talk_end(&t);
    assert_false(end->conn.flags & RN_CONN_DPI_SETTLED); // the other end may still speak
    talk_close(&t);
}

static void a_fin_before_the_data_does_not_spoil_the_start(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_TCP, 80);
    talk_handshake(&t);
    talk_packet(&t, true, RN_TCP_ACK | RN_TCP_FIN, (uint32_t)strlen(REQUEST), NULL, 0);
    talk_packet(&t, true, RN_TCP_ACK, 0, REQUEST, strlen(REQUEST));
    const struct rn_conn_event *end = talk_end(&t);
    assert_fact(&end->facts, RN_FACT_HOST, "www.example.org");
    talk_close(&t);
}

// Ports of which neither is known: who began is told by what is said.
static void what_is_said_tells_the_client_where_the_syn_was_missed(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_TCP, 40001);
    talk_say(&t, false, "HTTP/1.1 200 OK\r\n\r\n");
    talk_say(&t, true, REQUEST);
    const struct rn_conn_event *end = talk_end(&t);
    assert_int_equal(end->conn.key.port[end->conn.initiator], 40000);
    assert_int_equal(end->conn.local, end->conn.initiator);
    assert_true(end->conn.flags & RN_CONN_INITIATOR_PROVED);
    talk_close(&t);
}

// Turned round, the same packets make another state: whether it is the last one, and when the row goes, follow.
static void a_row_turned_round_by_what_is_said_has_the_state_of_its_new_side(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 2; first++) {
        struct talk t;
        talk_open(&t, RN_PROTO_TCP, 40001);
        talk_packet(&t, first, RN_TCP_ACK, 0, NULL, 0);
        talk_packet(&t, first, RN_TCP_FIN | RN_TCP_ACK, 0, NULL, 0);
        t.next[!first]++;
        talk_packet(&t, !first, RN_TCP_FIN | RN_TCP_ACK, 0, NULL, 0);
        talk_say(&t, true, REQUEST);
        struct rn_conn *conn = flow_row(&t.flow->shard[0], 0);
        assert_int_equal(conn->key.port[conn->local], 40000);
        bool terminal = rn_tcp_state_terminal(rn_conn_tcp_state(conn));
        assert_int_equal((conn->flags & RN_CONN_TERMINAL) != 0, terminal);
        assert_true(rn_flow_next_deadline(t.flow) <=
                    rn_time_add(rn_conn_deadline(conn, &rn_timeouts_default), RN_SEC));
        (void)talk_end(&t);
        talk_close(&t);
    }
}

// Names of addresses. ME and MY6 ask RESOLVER for "a.example" and connect.

#define ME "192.0.2.1"
#define MY6 "2001:db8::10"
#define RESOLVER "192.0.2.53"
#define OTHER "192.0.2.99"
#define SERVER "198.51.100.7"

static struct rn_packet between(struct talk *t, const char *src, uint16_t sport, const char *dst,
                                uint16_t dport, uint16_t proto)
{
    struct rn_packet p = {.time = t->now++, .wire_bytes = 60, .ip_bytes = 46};
    struct rn_ip from, to;
    assert_true(rn_ip_parse(src, &from));
    assert_true(rn_ip_parse(dst, &to));
    p.from = (uint8_t)rn_key_make(&p.key, from, sport, to, dport, proto);
    p.hash = rn_key_hash(t->cfg.seed, &p.key);
    return p;
}

static void fold_one(struct talk *t, struct rn_packet *p)
{
    t->events.count = 0;
    rn_flow_ingest(t->flow, p, 1, t->dpi, &t->events);
}

// id, flags, then "a.example" and the type; an answer has the address of SERVER, or 2001:db8::7.
static void dns(struct talk *t, const char *src, uint16_t sport, const char *dst, uint16_t dport,
                uint8_t id, uint8_t type, bool response)
{
    uint8_t m[64] = {0, id, response ? 0x80 : 0, 0, 0, 1, 0, response};
    static const uint8_t name[] = {1, 'a', 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0};
    static const uint8_t a[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 7};
    static const uint8_t aaaa[] = {0xc0, 12,   0, 28, 0, 1, 0, 0, 0, 60, 0, 16, 0x20, 0x01,
                                   0x0d, 0xb8, 0, 0,  0, 0, 0, 0, 0, 0,  0, 0,  0,    7};
    size_t len = 12;
    memcpy(m + len, name, sizeof name);
    len += sizeof name;
    m[len++] = type;
    m[len++] = 0;
    m[len++] = 1;
    size_t answer = type == 1 ? sizeof a : sizeof aaaa;
    if (response)
        memcpy(m + len, type == 1 ? a : aaaa, answer);
    struct rn_packet p = between(t, src, sport, dst, dport, RN_PROTO_UDP);
    p.payload = rn_bytes_of(m, len + (response ? answer : 0));
    p.payload_bytes = (uint32_t)p.payload.len;
    fold_one(t, &p);
}

// The name that a new connection has in its first event; "" for none.
static const char *connects(struct talk *t, const char *src, const char *dst)
{
    static char text[RN_FACT_TEXT_MAX + 1];
    static uint16_t port = 40000;
    struct rn_packet p = between(t, src, ++port, dst, 443, RN_PROTO_TCP);
    p.tcp.flags = RN_TCP_SYN;
    fold_one(t, &p);
    assert_int_equal(t->events.count, 1);
    struct rn_bytes name = rn_facts_find(&t->events.event[0].facts, RN_FACT_DNS_NAME, 0);
    memcpy(text, name.len ? (const char *)name.p : "", name.len);
    text[name.len] = '\0';
    return text;
}

static void names_open(struct talk *t, bool local)
{
    talk_open(t, RN_PROTO_UDP, 53);
    struct rn_local_addrs ours = {.net_count = 0};
    if (local)
        assert_true(rn_local_add_text(&ours, ME) && rn_local_add_text(&ours, MY6));
    rn_flow_set_local(t->flow, &ours);
}

static void names_close(struct talk *t)
{
    t->events.count = 0;
    while (rn_flow_drain(t->flow, 0, t->now, &t->events))
        ;
    talk_close(t);
}

static void a_connection_to_an_address_that_was_asked_for_has_the_name(void **state)
{
    (void)state;
    for (unsigned local = 0; local < 2; local++) {
        struct talk t;
        names_open(&t, local);
        assert_string_equal(connects(&t, ME, SERVER), "");
        dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
        dns(&t, ME, 5000, RESOLVER, 53, 2, 28, false);
        assert_string_equal(connects(&t, ME, SERVER), "");
        dns(&t, RESOLVER, 53, ME, 5000, 1, 1, true);
        dns(&t, RESOLVER, 53, ME, 5000, 2, 28, true);
        assert_string_equal(connects(&t, ME, SERVER), "a.example");
        // By another of this machine's addresses, where these are known.
        assert_string_equal(connects(&t, MY6, "2001:db8::7"), local ? "a.example" : "");
        // Not by others, and not to others.
        assert_string_equal(connects(&t, OTHER, SERVER), "");
        assert_string_equal(connects(&t, ME, OTHER), "");
        t.now += 60 * RN_SEC;
        assert_string_equal(connects(&t, ME, SERVER), "");
        names_close(&t);
    }
}

static void an_answer_that_nobody_here_asked_for_names_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *resolver, *asker;
        uint16_t port;
        uint8_t id;
    } lies[] = {
        {RESOLVER, ME, 5001, 1}, // to another port: no question in that flow
        {OTHER, ME, 5000, 1},    // from somebody else
        {RESOLVER, ME, 5000, 9}, // a guessed id
        {RESOLVER, OTHER, 5000, 1},
    };
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct talk t;
        names_open(&t, true);
        dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
        dns(&t, lies[i].resolver, 53, lies[i].asker, lies[i].port, lies[i].id, 1, true);
        assert_string_equal(connects(&t, ME, SERVER), "");
        names_close(&t);
    }
    struct talk t; // a question of another host, with its answer
    names_open(&t, true);
    dns(&t, OTHER, 5000, RESOLVER, 53, 1, 1, false);
    dns(&t, RESOLVER, 53, OTHER, 5000, 1, 1, true);
    assert_string_equal(connects(&t, ME, SERVER), "");
    assert_string_equal(connects(&t, OTHER, SERVER), "");
    names_close(&t);
}

static const struct rn_conn_event *closing_of(struct talk *t, uint16_t port)
{
    t->events.count = 0;
    while (rn_flow_drain(t->flow, 0, t->now, &t->events))
        ;
    for (unsigned i = 0; i < t->events.count; i++)
        if (t->events.event[i].conn.key.port[0] == port ||
            t->events.event[i].conn.key.port[1] == port)
            return &t->events.event[i];
    fail();
    return NULL;
}

// A worker that is behind reads the answer after another has made the row.
static void a_row_is_named_when_it_has_grown_up_at_the_latest(void **state)
{
    (void)state;
    struct talk t;
    names_open(&t, true);
    dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
    struct rn_packet p = between(&t, ME, 6000, SERVER, 9000, RN_PROTO_UDP);
    fold_one(&t, &p);
    dns(&t, RESOLVER, 53, ME, 5000, 1, 1, true);
    p = between(&t, SERVER, 9000, ME, 6000, RN_PROTO_UDP);
    fold_one(&t, &p);
    assert_fact(&closing_of(&t, 6000)->facts, RN_FACT_DNS_NAME, "a.example");
    talk_close(&t);
}

// Inspection must not take the name for something that it has found itself.
static void a_named_row_is_inspected_as_any_other(void **state)
{
    (void)state;
    struct talk t;
    names_open(&t, true);
    dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
    dns(&t, RESOLVER, 53, ME, 5000, 1, 1, true);
    struct rn_packet p = between(&t, ME, 6000, SERVER, 80, RN_PROTO_TCP);
    p.tcp.flags = RN_TCP_SYN;
    p.tcp.seq = ISN;
    fold_one(&t, &p);
    p = between(&t, ME, 6000, SERVER, 80, RN_PROTO_TCP);
    p.tcp.flags = RN_TCP_ACK;
    p.tcp.seq = ISN + 1;
    p.payload = rn_bytes_of(REQUEST, strlen(REQUEST));
    p.payload_bytes = (uint32_t)p.payload.len;
    fold_one(&t, &p);
    const struct rn_conn_event *end = closing_of(&t, 6000);
    assert_fact(&end->facts, RN_FACT_DNS_NAME, "a.example");
    assert_fact(&end->facts, RN_FACT_HOST, "www.example.org");
    assert_int_equal(rn_dpi_hostname((enum rn_app)end->conn.app, &end->facts).len, 15);
    talk_close(&t);
}

// The name is of one address: a row that is turned round has another remote end.
static void a_name_stays_with_its_end(void **state)
{
    (void)state;
    struct talk t;
    names_open(&t, true);
    dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
    dns(&t, RESOLVER, 53, ME, 5000, 1, 1, true);
    struct rn_packet p = between(&t, ME, 6000, SERVER, 9000, RN_PROTO_UDP);
    fold_one(&t, &p);
    struct rn_local_addrs theirs = {.net_count = 0};
    assert_true(rn_local_add_text(&theirs, SERVER));
    rn_flow_set_local(t.flow, &theirs);
    assert_null(rn_facts_find(&closing_of(&t, 6000)->facts, RN_FACT_DNS_NAME, 0).p);
    talk_close(&t);
}

static void the_resolver_itself_gets_no_name(void **state)
{
    (void)state;
    struct talk t;
    names_open(&t, true);
    dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
    dns(&t, RESOLVER, 53, ME, 5000, 1, 1, true);
    dns(&t, ME, 5002, SERVER, 53, 1, 1, false); // its address is that of a.example
    assert_null(rn_facts_find(&closing_of(&t, 5002)->facts, RN_FACT_DNS_NAME, 0).p);
    talk_close(&t);
}

static void clear_forgets_names(void **state)
{
    (void)state;
    struct talk t;
    names_open(&t, true);
    dns(&t, ME, 5000, RESOLVER, 53, 1, 1, false);
    dns(&t, RESOLVER, 53, ME, 5000, 1, 1, true);
    rn_flow_clear(t.flow);
    assert_string_equal(connects(&t, ME, SERVER), "");
    names_close(&t);
}

static void say_quic(struct talk *t, bool client, const char *hex)
{
    uint8_t bytes[1500];
    size_t len = made_datagram(hex, bytes);
    talk_packet(t, client, 0, 0, bytes, len);
}

static void a_connection_of_quic_begins_anew_where_one_has_closed(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_UDP, 443);
    say_quic(&t, true, made_hello);
    say_quic(&t, false, made_close);
    say_quic(&t, true, made_hello2);
    assert_int_equal(t.events.count, 2);
    const struct rn_conn_event *old = &t.events.event[0], *new = &t.events.event[1];
    assert_int_equal(old->kind, RN_EVENT_CLOSED);
    assert_int_equal(old->reason, RN_CLOSE_REPLACED);
    assert_int_equal(old->conn.packets[0] + old->conn.packets[1], 2);
    assert_int_equal(old->conn.quic.state, RN_QUIC_CLOSED);
    assert_int_equal(new->kind, RN_EVENT_NEW);
    const struct rn_conn_event *last = talk_end(&t);
    assert_int_equal(last->conn.packets[0] + last->conn.packets[1], 1);
    assert_int_equal(last->conn.quic.state, RN_QUIC_INITIAL);
    assert_fact(&last->facts, RN_FACT_SNI, "example.com");
    talk_close(&t);
}

static void a_closed_row_of_quic_keeps_what_is_its_own(void **state)
{
    (void)state;
    static const char *const cases[] = {
        made_hello,  // comes once more
        made_answer, // the server's, late
        "f067a5502a4262b5f067a5502a4262b5f067a5502a4262b5",
        "c00000000108d1d2d3d4d5d6d7d80801020304050607080040191e9e496227e4a5613f9e5e2c940a0395",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct talk t;
        talk_open(&t, RN_PROTO_UDP, 443);
        say_quic(&t, true, made_hello);
        say_quic(&t, false, made_close);
        say_quic(&t, i != 1, cases[i]);
        assert_int_equal(t.events.count, 0);
        const struct rn_conn_event *end = talk_end(&t);
        assert_int_equal(end->conn.packets[0] + end->conn.packets[1], 3);
        talk_close(&t);
    }
}

static void nobody_ends_a_live_connection_of_quic_from_outside(void **state)
{
    (void)state;
    struct talk t;
    talk_open(&t, RN_PROTO_UDP, 443);
    say_quic(&t, true, made_hello);
    say_quic(&t, false, made_answer);
    say_quic(&t, true, made_closed2); // as if from the client
    assert_int_equal(t.events.count, 0);
    say_quic(&t, true, made_hello2);
    say_quic(&t, true, made_closed2);
    assert_int_equal(t.events.count, 0);
    const struct rn_conn_event *end = talk_end(&t);
    assert_int_equal(end->conn.packets[0] + end->conn.packets[1], 5);
    assert_false(end->conn.flags & RN_CONN_TERMINAL);
    assert_null(rn_facts_find(&end->facts, RN_FACT_CLOSE_SEEN, 0).p);
    talk_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_in_any_order_are_one_stream),
        cmocka_unit_test(facts_outlive_the_note_of_a_row_that_settles),
        cmocka_unit_test(a_row_closed_in_the_middle_gives_everything_back),
        cmocka_unit_test(a_direction_that_is_done_is_not_looked_at),
        cmocka_unit_test(what_is_said_tells_the_client_where_the_syn_was_missed),
        cmocka_unit_test(a_row_turned_round_by_what_is_said_has_the_state_of_its_new_side),
        cmocka_unit_test(a_fin_before_the_data_does_not_spoil_the_start),
        cmocka_unit_test(a_connection_to_an_address_that_was_asked_for_has_the_name),
        cmocka_unit_test(an_answer_that_nobody_here_asked_for_names_nothing),
        cmocka_unit_test(a_row_is_named_when_it_has_grown_up_at_the_latest),
        cmocka_unit_test(a_named_row_is_inspected_as_any_other),
        cmocka_unit_test(a_name_stays_with_its_end),
        cmocka_unit_test(the_resolver_itself_gets_no_name),
        cmocka_unit_test(clear_forgets_names),
        cmocka_unit_test(a_connection_of_quic_begins_anew_where_one_has_closed),
        cmocka_unit_test(a_closed_row_of_quic_keeps_what_is_its_own),
        cmocka_unit_test(nobody_ends_a_live_connection_of_quic_from_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
