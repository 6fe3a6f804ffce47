// SPDX-License-Identifier: Apache-2.0
// An id leads to its connection from its own server alone, in its own direction, and changes nothing but a label.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made_quic.h"
#include "shard.h"

#define T0 (1000 * RN_SEC)
#define CLIENT "192.0.2.10"
#define SERVER "192.0.2.53"
#define ELSEWHERE "198.51.100.7"
#define TO_SERVER "41 f067a5502a4262b5 0102030405060708090a0b0c"
#define TO_CLIENT "42 c1c2c3c4c5c6c7c8 0102030405060708090a0b0c"

static struct rn_flow *flow;
static struct rn_dpi_ctx *dpi;
static struct rn_flow_events events;
static const struct rn_hash_key seed = {1, 2};
static rn_time now;
static bool drained; // and the events are those of all rows

static int setup(void **state)
{
    (void)state;
    struct rn_flow_cfg cfg = {
        .max_connections = 100, .shards = 1, .ordered = true, .dpi = true, .seed = seed};
    flow = rn_flow_new(&cfg, NULL);
    dpi = rn_dpi_ctx_new(NULL);
    now = T0;
    return flow && dpi ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rn_flow_free(flow);
    rn_dpi_ctx_free(dpi);
    return 0;
}

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    assert_true(rn_ip_parse(text, &out));
    return out;
}

static void say(const char *from, uint16_t from_port, const char *to, uint16_t to_port,
                const char *hex)
{
    uint8_t bytes[1500];
    struct rn_packet p = {.time = now++, .wire_bytes = 60, .ip_bytes = 46};
    p.from = (uint8_t)rn_key_make(&p.key, ip(from), from_port, ip(to), to_port, RN_PROTO_UDP);
    p.hash = rn_key_hash(seed, &p.key);
    p.payload = rn_bytes_of(bytes, made_datagram(hex, bytes));
    p.payload_bytes = (uint32_t)p.payload.len;
    events.count = 0;
    drained = false;
    rn_flow_ingest(flow, &p, 1, dpi, &events);
}

static void shake_hands(void)
{
    say(CLIENT, 50000, SERVER, 443, made_hello);
    say(SERVER, 443, CLIENT, 50000, made_answer);
}

// The row of this client's port as it is in the end.
static const struct rn_conn_event *row_of(uint16_t port)
{
    if (!drained) {
        events.count = 0;
        while (rn_flow_drain(flow, 0, now, &events))
            ;
        drained = true;
    }
    for (unsigned i = 0; i < events.count; i++)
        if (events.event[i].conn.key.port[0] == port || events.event[i].conn.key.port[1] == port)
            return &events.event[i];
    fail();
    return NULL;
}

static void assert_fact(const struct rn_conn_event *row, enum rn_fact fact, const char *want)
{
    struct rn_bytes got = rn_facts_find(&row->facts, fact, 0);
    assert_int_equal(got.len, strlen(want));
    if (got.len > 0)
        assert_memory_equal(got.p, want, got.len);
}

static void assert_label(const struct rn_conn_event *row, const char *from)
{
    assert_int_equal(row->conn.app, RN_APP_QUIC);
    assert_int_equal(row->conn.quic.state, RN_QUIC_CONNECTED);
    assert_fact(row, RN_FACT_SNI, "example.com");
    assert_fact(row, RN_FACT_ALPN, "alpn");
    assert_fact(row, RN_FACT_VERSION, "v1");
    assert_fact(row, RN_FACT_MIGRATED_FROM, from);
}

static void assert_stranger(uint16_t port)
{
    const struct rn_conn_event *row = row_of(port);
    assert_int_equal(row->conn.app, RN_APP_NONE);
    assert_int_equal(row->facts.len, 0);
}

static void a_connection_is_known_again_elsewhere(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        bool server_first;
    } cases[] = {{CLIENT, false}, {ELSEWHERE, false}, {CLIENT, true}, {ELSEWHERE, true}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        shake_hands();
        if (cases[i].server_first)
            say(SERVER, 443, cases[i].client, 50001, TO_CLIENT);
        say(cases[i].client, 50001, SERVER, 443, TO_SERVER);
        if (!cases[i].server_first)
            say(SERVER, 443, cases[i].client, 50001, TO_CLIENT);
        const struct rn_conn_event *row = row_of(50001);
        assert_label(row, CLIENT ":50000");
        assert_int_equal(row->conn.key.port[row->conn.initiator], 50001);
        assert_true(row->conn.flags & RN_CONN_INITIATOR_PROVED);
        assert_true(row->conn.flags & RN_CONN_DPI_SETTLED);
        assert_int_equal(row->conn.quic.idle_ms, 30000);
        rn_flow_clear(flow);
    }
}

static void inv_4_rows_never_merge(void **state)
{
    (void)state;
    shake_hands();
    for (unsigned i = 0; i < 3; i++)
        say(ELSEWHERE, 50001, SERVER, 443, TO_SERVER);
    const struct rn_conn_event *moved = row_of(50001);
    assert_int_equal(moved->conn.packets[0] + moved->conn.packets[1], 3);
    assert_int_equal(events.count, 2);
    const struct rn_conn *first = &events.event[moved == &events.event[0]].conn;
    assert_int_equal(first->packets[0] + first->packets[1], 2);
    assert_int_equal(first->quic.state, RN_QUIC_INITIAL);
}

static void where_it_was_before_it_is_no_migration(void **state)
{
    (void)state;
    shake_hands();
    for (now += 3600 * RN_SEC; rn_flow_cleanup(flow, 0, now, NULL);)
        ;
    say(CLIENT, 50000, SERVER, 443, TO_SERVER);
    const struct rn_conn_event *row = row_of(50000);
    assert_int_equal(row->conn.packets[0] + row->conn.packets[1], 1);
    assert_label(row, "");
}

static void inv_1_an_id_leads_nowhere_else(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *hex;
        uint16_t from_port, to_port;
    } cases[] = {
        {CLIENT, "203.0.113.9", TO_SERVER, 50001, 443}, // another server
        {CLIENT, SERVER, TO_SERVER, 50001, 444},        // ... or its other port
        {CLIENT, SERVER, TO_CLIENT, 50001, 443},        // to who did not choose it
        {SERVER, ELSEWHERE, TO_SERVER, 443, 50001},     // likewise
        {CLIENT, ELSEWHERE, TO_CLIENT, 50001, 50000},   // to the client from nobody it knows
        {CLIENT, SERVER, "41f067a5502a4262b601020304050607080910111213", 50001, 443},
        {CLIENT, SERVER, "41f067a5502a4262b5010203", 50001, 443}, // too short for a packet
        {CLIENT, SERVER, "01f067a5502a4262b50102030405060708090a0b0c", 50001, 443}, // not fixed
        {CLIENT, SERVER, "0041f067a5502a4262b50102030405060708090a0b0c", 50001, 443},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        shake_hands();
        say(cases[i].from, cases[i].from_port, cases[i].to, cases[i].to_port, cases[i].hex);
        assert_stranger(50001);
        rn_flow_clear(flow);
    }
}

static void handshakes_that_teach_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *hello, *answer;
    } cases[] = {
        {made_hello, NULL},          // nobody answered
        {made_hello, made_answer2},  // with keys of another connection
        {made_hello, made_stranger}, // to another id than the client's
        {NULL, made_answer},         // the client was not heard
        {made_hello2, made_answer},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (cases[i].hello)
            say(CLIENT, 50000, SERVER, 443, cases[i].hello);
        if (cases[i].answer)
            say(SERVER, 443, CLIENT, 50000, cases[i].answer);
        say(ELSEWHERE, 50001, SERVER, 443, TO_SERVER);
        say(SERVER, 443, ELSEWHERE, 50001, TO_CLIENT);
        assert_stranger(50001);
        rn_flow_clear(flow);
    }
}

static void a_short_id_is_not_learned(void **state)
{
    (void)state;
    say(CLIENT, 50000, SERVER, 443, made_hello);
    say(SERVER, 443, CLIENT, 50000, made_shortid); // f067a550
    say(ELSEWHERE, 50001, SERVER, 443, TO_SERVER);
    assert_stranger(50001);
}

// Somebody who saw the id makes up both sides of a handshake, under the server's address and a name of his own.
static void inv_2_a_forged_handshake_takes_no_id_over(void **state)
{
    (void)state;
    shake_hands();
    say(ELSEWHERE, 6000, SERVER, 443, made_hello2);
    say(SERVER, 443, ELSEWHERE, 6000, made_answer2);
    say(CLIENT, 50001, SERVER, 443, TO_SERVER);
    say(SERVER, 443, CLIENT, 50002, TO_CLIENT); // his does not claim this one
    assert_stranger(50001);
    assert_label(row_of(50002), CLIENT ":50000");
}

static void a_row_that_is_known_is_left_alone(void **state)
{
    (void)state;
    static const char query[] =
        "00010100000100000000000003777777076578616d706c65036f72670000010001";
    shake_hands();
    say(ELSEWHERE, 50001, SERVER, 53, query);
    say(ELSEWHERE, 50001, SERVER, 53, TO_SERVER);
    assert_int_equal(row_of(50001)->conn.app, RN_APP_DNS);
}

static void clear_forgets_ids(void **state)
{
    (void)state;
    shake_hands();
    rn_flow_clear(flow);
    say(ELSEWHERE, 50001, SERVER, 443, TO_SERVER);
    assert_stranger(50001);
}

// The table alone.

static struct rn_key key_of(uint16_t port, unsigned *out_client)
{
    struct rn_key key;
    *out_client = rn_key_make(&key, ip(CLIENT), port, ip(SERVER), 443, RN_PROTO_UDP);
    return key;
}

// Connection n, from port 1000, to an id of `len` bytes that its server chose.
static void learn(struct flow_quic_ids *ids, uint32_t n, uint8_t len)
{
    struct rn_dpi_row row = {.app = RN_APP_QUIC};
    struct rn_dpi_quic_ids told = {.client = 0};
    unsigned client;
    struct rn_key key = key_of(1000, &client);
    told.client = (uint8_t)client;
    told.len[1 - client] = len;
    memcpy(told.id[1 - client], &n, sizeof(n));
    char name[32];
    int name_len = snprintf(name, sizeof(name), "n%u.example", (unsigned)n);
    rn_facts_put_text(&row.facts, RN_FACT_SNI, rn_bytes_of(name, (size_t)name_len));
    flow_quic_ids_learn(ids, &told, n + 1, &key, &row);
}

static bool is_known(struct flow_quic_ids *ids, uint32_t n, uint8_t len)
{
    uint8_t datagram[48] = {0x40};
    memcpy(datagram + 1, &n, sizeof(n));
    memset(datagram + 1 + len, 0xee, sizeof(datagram) - 1 - len);
    struct rn_dpi_row row = {.app = RN_APP_NONE};
    unsigned client;
    struct rn_key key = key_of(2000, &client);
    bool found =
        flow_quic_ids_find(ids, &key, client, rn_bytes_of(datagram, sizeof(datagram)), &row);
    assert_int_equal(row.app, found ? RN_APP_QUIC : RN_APP_NONE);
    char name[32];
    int name_len = snprintf(name, sizeof(name), "n%u.example", (unsigned)n);
    struct rn_bytes sni = rn_facts_find(&row.facts, RN_FACT_SNI, 0);
    assert_int_equal(sni.len, found ? name_len : 0);
    if (found)
        assert_memory_equal(sni.p, name, sni.len);
    return found;
}

static void the_id_longest_not_heard_of_goes(void **state)
{
    (void)state;
    for (uint64_t s = 0; s < 2; s++) {
        struct flow_quic_ids *ids = flow_quic_ids_new((struct rn_hash_key){s, 99}, NULL);
        assert_non_null(ids);
        for (uint32_t n = 0; n < FLOW_QUIC_IDS_MAX; n++)
            learn(ids, n, 8);
        assert_true(is_known(ids, 0, 8)); // heard of
        learn(ids, 1, 8);                 // likewise
        for (uint32_t n = FLOW_QUIC_IDS_MAX; n < FLOW_QUIC_IDS_MAX + 100; n++)
            learn(ids, n, 8);
        for (uint32_t n = 0; n < 200; n++)
            assert_int_equal(is_known(ids, n, 8), n < 2 || n >= 102);
        assert_true(is_known(ids, FLOW_QUIC_IDS_MAX + 99, 8));
        flow_quic_ids_free(ids);
    }
}

static void ids_of_any_length_from_eight_bytes_on(void **state)
{
    (void)state;
    struct flow_quic_ids *ids = flow_quic_ids_new(seed, NULL);
    assert_non_null(ids);
    for (uint8_t len = 0; len <= RN_QUIC_ID_MAX; len++)
        learn(ids, 1000u + len, len);
    for (uint8_t len = 4; len <= RN_QUIC_ID_MAX; len++)
        assert_int_equal(is_known(ids, 1000u + len, len), len >= FLOW_QUIC_ID_LEAST);
    flow_quic_ids_clear(ids);
    for (uint8_t len = 4; len <= RN_QUIC_ID_MAX; len++)
        assert_false(is_known(ids, 1000u + len, len));
    flow_quic_ids_free(ids);
    flow_quic_ids_free(NULL);
}

static void what_is_kept_has_a_bound_and_the_name_comes_first(void **state)
{
    (void)state;
    struct flow_quic_ids *ids = flow_quic_ids_new(seed, NULL);
    struct rn_dpi_row row = {.app = RN_APP_QUIC}, found = {.app = RN_APP_NONE};
    struct rn_dpi_quic_ids told = {.client = 0};
    unsigned client;
    struct rn_key key = key_of(1000, &client);
    uint8_t datagram[48] = {0x40}, name[RN_FACT_TEXT_MAX];
    assert_non_null(ids);
    memset(name, 'a', sizeof(name));
    for (unsigned i = 0; i < 8; i++) {
        name[0] = (uint8_t)('a' + i);
        rn_facts_put_text(&row.facts, RN_FACT_ALPN, rn_bytes_of(name, 100));
    }
    rn_facts_put_text(&row.facts, RN_FACT_SNI, rn_bytes_of(name, sizeof(name)));
    rn_facts_put_text(&row.facts, RN_FACT_VERSION, rn_bytes_of("v1", 2));
    told.client = (uint8_t)client;
    told.len[1 - client] = 8;
    flow_quic_ids_learn(ids, &told, 1, &key, &row);
    assert_true(flow_quic_ids_find(ids, &key, client, rn_bytes_of(datagram, 48), &found));
    assert_int_equal(rn_facts_find(&found.facts, RN_FACT_SNI, 0).len, sizeof(name));
    assert_int_equal(rn_facts_find(&found.facts, RN_FACT_VERSION, 0).len, 2);
    assert_null(rn_facts_find(&found.facts, RN_FACT_ALPN, 0).p);
    flow_quic_ids_free(ids);
}

int main(void)
{
#define IN_TABLE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_TABLE(a_connection_is_known_again_elsewhere),
        IN_TABLE(inv_4_rows_never_merge),
        IN_TABLE(where_it_was_before_it_is_no_migration),
        IN_TABLE(inv_1_an_id_leads_nowhere_else),
        IN_TABLE(handshakes_that_teach_nothing),
        IN_TABLE(a_short_id_is_not_learned),
        IN_TABLE(inv_2_a_forged_handshake_takes_no_id_over),
        IN_TABLE(a_row_that_is_known_is_left_alone),
        IN_TABLE(clear_forgets_ids),
        cmocka_unit_test(the_id_longest_not_heard_of_goes),
        cmocka_unit_test(ids_of_any_length_from_eight_bytes_on),
        cmocka_unit_test(what_is_kept_has_a_bound_and_the_name_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
