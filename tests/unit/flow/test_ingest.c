// SPDX-License-Identifier: Apache-2.0
// Inspection of rows: facts outlive notes, streams are put in order, and nothing is lost to the side pools.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

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
    talk_packet(&t, true, RN_TCP_RST, t.next[0], NULL, 0);
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
        assert_true(rn_flow_next_deadline(t.flow) <= rn_time_add(rn_conn_deadline(conn), RN_SEC));
        (void)talk_end(&t);
        talk_close(&t);
    }
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
