// SPDX-License-Identifier: Apache-2.0
// Round trips of questions and answers: who starts the clock, which answer stops it, and what is too old.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rustnet/flow.h"

#define T0 (1000 * RN_SEC)

static struct rn_flow_events events;
static struct rn_flow_cfg cfg;

static struct rn_flow *make(bool dpi)
{
    cfg = (struct rn_flow_cfg){
        .max_connections = 4096, .shards = 1, .ordered = true, .dpi = dpi, .seed = {1, 2}};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    events.count = 0;
    return flow;
}

static struct rn_packet between(bool back, const char *pair, uint16_t proto, uint16_t port,
                                rn_time time)
{
    uint8_t a[4] = {10, 0, 0, (uint8_t)pair[0]}, b[4] = {10, 0, 0, (uint8_t)pair[1]};
    struct rn_ip client = rn_ip_v4(a), server = rn_ip_v4(b);
    uint16_t from = proto == RN_PROTO_UDP ? 40000 : 0;
    struct rn_packet p = {.time = time, .wire_bytes = 60, .ip_bytes = 46};
    p.from = (uint8_t)(back ? rn_key_make(&p.key, server, port, client, from, proto)
                            : rn_key_make(&p.key, client, from, server, port, proto));
    p.hash = rn_key_hash(cfg.seed, &p.key);
    return p;
}

static void give(struct rn_flow *flow, struct rn_packet p)
{
    events.count = 0;
    rn_flow_ingest(flow, &p, 1, NULL, &events);
}

static void echo(struct rn_flow *flow, const char *pair, bool reply, uint16_t id, uint16_t seq,
                 rn_time time)
{
    struct rn_packet p = between(reply, pair, RN_PROTO_ICMP, 0, time);
    p.icmp.type = reply ? 0 : 8;
    p.icmp.id = id;
    p.icmp.seq = seq;
    p.icmp.echo = true;
    give(flow, p);
}

static void dns(struct rn_flow *flow, bool response, uint16_t id, rn_time time)
{
    uint8_t message[12] = {(uint8_t)(id >> 8), (uint8_t)id, response ? 0x81 : 0x01};
    struct rn_packet p = between(response, "ab", RN_PROTO_UDP, 53, time);
    p.payload = rn_bytes_of(message, sizeof message);
    give(flow, p);
}

static void quic(struct rn_flow *flow, bool back, rn_time time)
{
    static const uint8_t initial[] = {0xc3, 0, 0, 0, 1, 8};
    struct rn_packet p = between(back, "ab", RN_PROTO_UDP, 443, time);
    p.payload = rn_bytes_of(initial, sizeof initial);
    give(flow, p);
}

// The only row, as it ends. Frees the table.
static struct rn_conn end(struct rn_flow *flow)
{
    events.count = 0;
    rn_flow_drain(flow, 0, T0 + 100 * RN_SEC, &events);
    assert_int_equal(events.count, 1);
    rn_flow_free(flow);
    return events.event[0].conn;
}

static rn_dur shown(const struct rn_conn *conn)
{
    rn_dur rtt;
    return rn_conn_rtt(conn, NULL, &rtt) ? rtt : -1;
}

static void the_latest_echo_counts_and_each_answer_once(void **state)
{
    (void)state;
    struct rn_flow *flow = make(false);
    for (uint16_t seq = 0; seq < 5; seq++) // five on their way, answered in another order
        echo(flow, "ab", false, 7, seq, T0 + seq * RN_MSEC);
    echo(flow, "ab", true, 7, 3, T0 + 50 * RN_MSEC);
    echo(flow, "ab", true, 7, 1, T0 + 61 * RN_MSEC);
    echo(flow, "ab", true, 7, 1, T0 + 70 * RN_MSEC); // a duplicate
    echo(flow, "ab", true, 8, 2, T0 + 71 * RN_MSEC); // of another program
    struct rn_conn conn = end(flow);
    assert_int_equal(shown(&conn), 60 * RN_MSEC);
    assert_int_equal(conn.icmp.id, 8); // what the state shows is another matter
}

static void inv_1_a_question_of_the_other_end_is_not_timed(void **state)
{
    (void)state;
    struct rn_flow *flow = make(true);
    struct rn_local_addrs local = {.net_count = 1};
    uint8_t server[4] = {10, 0, 0, 'b'};
    local.net[0].ip = rn_ip_v4(server);
    local.net[0].prefix_len = 24;
    local.net[0].whole = false;
    rn_flow_set_local(flow, &local);
    echo(flow, "ab", false, 7, 1, T0);
    echo(flow, "ab", true, 7, 1, T0 + RN_MSEC);
    struct rn_conn conn = end(flow);
    assert_int_equal(shown(&conn), -1);
}

static void who_pings_itself_is_answered(void **state)
{
    (void)state;
    struct rn_flow *flow = make(false);
    echo(flow, "aa", false, 7, 1, T0);
    echo(flow, "aa", true, 7, 1, T0 + 20 * RN_USEC);
    struct rn_conn conn = end(flow);
    assert_int_equal(shown(&conn), 20 * RN_USEC);
}

static void inv_3_old_and_early_answers_say_nothing(void **state)
{
    (void)state;
    static const struct {
        rn_dur after;
        rn_dur rtt;
    } cases[] = {{10 * RN_SEC, 10 * RN_SEC}, {10 * RN_SEC + 1, -1}, {0, 0}, {-1, -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rn_flow *flow = make(false);
        echo(flow, "ab", false, 7, 1, T0);
        echo(flow, "ab", true, 7, 1, T0 + cases[i].after);
        struct rn_conn conn = end(flow);
        assert_int_equal(shown(&conn), cases[i].rtt);
    }
}

static void dns_is_timed_by_its_id_and_not_shown_as_a_round_trip(void **state)
{
    (void)state;
    struct rn_flow *flow = make(true);
    dns(flow, false, 1, T0);
    dns(flow, false, 2, T0 + RN_MSEC);
    dns(flow, true, 2, T0 + 31 * RN_MSEC);
    dns(flow, true, 3, T0 + 40 * RN_MSEC);
    dns(flow, false, 1, T0 + 50 * RN_MSEC); // asked again: the clock starts anew
    dns(flow, true, 1, T0 + 58 * RN_MSEC);
    struct rn_conn conn = end(flow);
    assert_true(conn.rtt_known);
    assert_int_equal(conn.timed.exchange, RN_EXCHANGE_DNS);
    assert_int_equal(conn.timed.rtt, 8 * RN_MSEC);
    assert_int_equal(shown(&conn), -1);
}

static void the_first_round_trip_of_quic_stays(void **state)
{
    (void)state;
    struct rn_flow *flow = make(true);
    quic(flow, false, T0);
    quic(flow, false, T0 + 5 * RN_MSEC);
    quic(flow, true, T0 + 30 * RN_MSEC);
    quic(flow, false, T0 + 31 * RN_MSEC);
    quic(flow, true, T0 + 32 * RN_MSEC);
    struct rn_conn conn = end(flow);
    assert_int_equal(shown(&conn), 25 * RN_MSEC);
    flow = make(false); // payloads are not looked at then
    quic(flow, false, T0);
    quic(flow, true, T0 + 30 * RN_MSEC);
    conn = end(flow);
    assert_int_equal(shown(&conn), -1);
}

// More questions than places. Those that found one are young and stay, so the first of all is timed; when all are old,
// there is room again.
static void a_full_table_forgets_old_questions_only(void **state)
{
    (void)state;
    for (unsigned late = 0; late < 2; late++) {
        struct rn_flow *flow = make(false);
        echo(flow, "ab", false, 9999, 1, T0);
        for (uint32_t i = 0; i < 50000; i++)
            echo(flow, "ab", false, (uint16_t)(i >> 8), (uint16_t)(i & 255), T0 + i);
        rn_time now = T0 + (late ? 100 : 2) * RN_SEC;
        if (late)
            echo(flow, "ab", false, 9999, 2, now);
        echo(flow, "ab", true, 9999, (uint16_t)(1 + late), now + 77);
        struct rn_conn conn = end(flow);
        assert_int_equal(shown(&conn), late ? 77 : 2 * RN_SEC + 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_echo_counts_and_each_answer_once),
        cmocka_unit_test(inv_1_a_question_of_the_other_end_is_not_timed),
        cmocka_unit_test(who_pings_itself_is_answered),
        cmocka_unit_test(inv_3_old_and_early_answers_say_nothing),
        cmocka_unit_test(dns_is_timed_by_its_id_and_not_shown_as_a_round_trip),
        cmocka_unit_test(the_first_round_trip_of_quic_stays),
        cmocka_unit_test(a_full_table_forgets_old_questions_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
