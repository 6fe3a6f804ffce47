// SPDX-License-Identifier: Apache-2.0
// Age, time-outs and names of a row.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/conn.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW (1700000000 * RN_SEC)

static struct rn_conn row(uint16_t proto, enum rn_app app, rn_dur idle)
{
    return (struct rn_conn){.key.proto = proto, .app = (uint8_t)app, .last_seen = NOW - idle};
}

// Bits of the local end (0) and the remote end that make a state.
static const struct {
    enum rn_tcp_state state;
    uint8_t local, remote;
} made[] = {
    {RN_TCP_UNKNOWN, 0, 0},
    {RN_TCP_SYN_SENT, RN_TCP_SAW_SYN, 0},
    {RN_TCP_SYN_RECV, 0, RN_TCP_SAW_SYN},
    {RN_TCP_ESTABLISHED, RN_TCP_SAW_ACK, RN_TCP_SAW_ACK},
    {RN_TCP_FIN_WAIT1, RN_TCP_SAW_ACK | RN_TCP_SAW_FIN, RN_TCP_SAW_ACK},
    {RN_TCP_FIN_WAIT2, RN_TCP_SAW_FIN | RN_TCP_FIN_ACKED, RN_TCP_SAW_ACK},
    {RN_TCP_CLOSE_WAIT, RN_TCP_SAW_ACK, RN_TCP_SAW_FIN},
    {RN_TCP_LAST_ACK, RN_TCP_SAW_FIN | RN_TCP_PASSIVE_CLOSE, RN_TCP_SAW_FIN | RN_TCP_FIN_ACKED},
    {RN_TCP_TIME_WAIT, RN_TCP_SAW_FIN | RN_TCP_FIN_ACKED, RN_TCP_SAW_FIN | RN_TCP_PASSIVE_CLOSE},
    {RN_TCP_CLOSING, RN_TCP_SAW_FIN, RN_TCP_SAW_FIN},
    {RN_TCP_CLOSED, 0, RN_TCP_SAW_RST},
};
_Static_assert(COUNT(made) == RN_TCP_STATE_COUNT, "every state once");

static void tcp_timeouts_follow_the_state(void **state)
{
    (void)state;
    static const int want_s[RN_TCP_STATE_COUNT] = {
        [RN_TCP_UNKNOWN] = 120,     [RN_TCP_SYN_SENT] = 60,  [RN_TCP_SYN_RECV] = 60,
        [RN_TCP_ESTABLISHED] = 600, [RN_TCP_FIN_WAIT1] = 60, [RN_TCP_FIN_WAIT2] = 60,
        [RN_TCP_CLOSE_WAIT] = 60,   [RN_TCP_LAST_ACK] = 60,  [RN_TCP_TIME_WAIT] = 30,
        [RN_TCP_CLOSING] = 30,      [RN_TCP_CLOSED] = 5,
    };
    for (size_t i = 0; i < COUNT(made); i++) {
        // What it speaks does not keep a connection that is not up.
        struct rn_conn conn = row(RN_PROTO_TCP, RN_APP_HTTPS, 0);
        conn.tcp.saw[0] = made[i].local;
        conn.tcp.saw[1] = made[i].remote;
        assert_int_equal(rn_conn_tcp_state(&conn), made[i].state);
        assert_int_equal(rn_conn_timeout(&conn, &rn_timeouts_default, NOW),
                         want_s[made[i].state] * RN_SEC);
        bool terminal = made[i].state == RN_TCP_TIME_WAIT || made[i].state == RN_TCP_CLOSED;
        assert_int_equal(rn_tcp_state_terminal(made[i].state), terminal);
    }
}

static void an_established_connection_gets_less_when_idle(void **state)
{
    (void)state;
    static const struct {
        enum rn_app app;
        int idle_s, timeout_s, lives_s;
    } cases[] = {
        {RN_APP_NONE, 0, 600, 300},   {RN_APP_NONE, 59, 600, 300},   {RN_APP_NONE, 60, 300, 300},
        {RN_APP_NONE, 299, 300, 300}, {RN_APP_TLS, 61, 300, 300},    {RN_APP_DNS, 61, 300, 300},
        {RN_APP_HTTP, 0, 600, 600},   {RN_APP_HTTP, 500, 600, 600},  {RN_APP_HTTPS, 61, 600, 600},
        {RN_APP_SSH, 0, 1800, 1800},  {RN_APP_SSH, 900, 1800, 1800},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_conn conn = row(RN_PROTO_TCP, cases[i].app, cases[i].idle_s * RN_SEC);
        conn.tcp.saw[0] = conn.tcp.saw[1] = RN_TCP_SAW_ACK;
        assert_int_equal(rn_conn_timeout(&conn, &rn_timeouts_default, NOW),
                         cases[i].timeout_s * RN_SEC);
        assert_int_equal(rn_conn_deadline(&conn, &rn_timeouts_default),
                         conn.last_seen + cases[i].lives_s * RN_SEC);
    }
}

static void other_protocols_have_one_timeout(void **state)
{
    (void)state;
    static const struct {
        uint16_t proto;
        enum rn_app app;
        int timeout_s;
    } cases[] = {
        {RN_PROTO_UDP, RN_APP_NONE, 60},  {RN_PROTO_UDP, RN_APP_DNS, 30},
        {RN_PROTO_UDP, RN_APP_HTTP, 600}, {RN_PROTO_UDP, RN_APP_HTTPS, 600},
        {RN_PROTO_UDP, RN_APP_TLS, 60},   {RN_PROTO_UDP, RN_APP_MDNS, 30},
        {RN_PROTO_UDP, RN_APP_LLMNR, 30}, {RN_PROTO_UDP, RN_APP_NTP, 30},
        {RN_PROTO_UDP, RN_APP_SSDP, 30},  {RN_PROTO_UDP, RN_APP_STUN, 30},
        {RN_PROTO_UDP, RN_APP_DHCP, 60},  {RN_PROTO_UDP, RN_APP_MQTT, 120},
        {RN_PROTO_UDP, RN_APP_SSH, 1800}, {RN_PROTO_TCP, RN_APP_SSH, 120}, // its state is not known
        {RN_PROTO_ICMP, RN_APP_NONE, 10}, {RN_PROTO_ICMPV6, RN_APP_NONE, 10},
        {RN_PROTO_IGMP, RN_APP_NONE, 10}, {RN_PROTO_ARP, RN_APP_NONE, 30},
        {132, RN_APP_NONE, 60},           {89, RN_APP_NONE, 60},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_conn conn = row(cases[i].proto, cases[i].app, 20 * RN_SEC);
        assert_int_equal(rn_conn_timeout(&conn, &rn_timeouts_default, NOW),
                         cases[i].timeout_s * RN_SEC);
        assert_int_equal(rn_conn_deadline(&conn, &rn_timeouts_default),
                         NOW + (cases[i].timeout_s - 20) * RN_SEC);
    }
}

static void quic_lives_by_its_state_and_by_what_its_ends_agreed_on(void **state)
{
    (void)state;
    static const struct {
        enum rn_quic_state state;
        uint32_t idle_ms;
        int silent_s, timeout_ms;
    } cases[] = {
        {RN_QUIC_UNKNOWN, 0, 0, 120000},      {RN_QUIC_VERSION_NEG, 0, 0, 60000},
        {RN_QUIC_RETRY, 0, 0, 60000},         {RN_QUIC_0RTT, 0, 0, 60000},
        {RN_QUIC_INITIAL, 30000, 0, 60000},   {RN_QUIC_HANDSHAKE, 30000, 0, 60000},
        {RN_QUIC_CONNECTED, 0, 0, 600000},    {RN_QUIC_CONNECTED, 0, 61, 300000},
        {RN_QUIC_CONNECTED, 30000, 0, 30000}, {RN_QUIC_CONNECTED, 30000, 61, 30000},
        {RN_QUIC_CONNECTED, 1, 0, 1000},      {RN_QUIC_CONNECTED, UINT32_MAX, 0, 1800000},
        {RN_QUIC_DRAINING, 30000, 0, 10000},  {RN_QUIC_CLOSED, 30000, 0, 1000},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_conn conn = row(RN_PROTO_UDP, RN_APP_QUIC, cases[i].silent_s * RN_SEC);
        conn.quic.state = (uint8_t)cases[i].state;
        conn.quic.idle_ms = cases[i].idle_ms;
        assert_int_equal(rn_conn_timeout(&conn, &rn_timeouts_default, NOW),
                         cases[i].timeout_ms * RN_MSEC);
        bool over = cases[i].state == RN_QUIC_DRAINING || cases[i].state == RN_QUIC_CLOSED;
        assert_int_equal(rn_quic_state_terminal(conn.quic.state), over);
    }
}

static void a_deadline_is_the_last_moment_at_which_age_is_within_the_timeout(void **state)
{
    (void)state;
    static const int cases[][3] = {{60, 600, 300}, {60, 300, 600}, {60, 30, 300}, {60, 600, 30},
                                   {60, 20, 10},   {1, 5, 3},      {300, 5, 9},   {60, 60, 60}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_timeouts t = rn_timeouts_default;
        t.after[RN_TIMEOUT_ACTIVE_FOR] = cases[i][0] * RN_SEC;
        t.after[RN_TIMEOUT_TCP_ACTIVE] = cases[i][1] * RN_SEC;
        t.after[RN_TIMEOUT_TCP_IDLE] = cases[i][2] * RN_SEC;
        struct rn_conn conn = row(RN_PROTO_TCP, RN_APP_NONE, 0);
        conn.tcp.saw[0] = conn.tcp.saw[1] = RN_TCP_SAW_ACK;
        rn_time over = NOW; // the first whole second at which it is over
        while (rn_conn_age(&conn, over) <= rn_conn_timeout(&conn, &t, over))
            over += RN_SEC;
        rn_time deadline = rn_conn_deadline(&conn, &t);
        assert_in_range(over - deadline, 0, RN_SEC);
    }
}

static void every_timeout_can_be_set(void **state)
{
    (void)state;
    struct rn_timeouts t;
    for (unsigned i = 0; i < RN_TIMEOUT_COUNT; i++)
        t.after[i] = (i + 1) * 1000 * RN_SEC;
    struct rn_conn conn = row(RN_PROTO_TCP, RN_APP_NONE, 0);
    assert_int_equal(rn_conn_timeout(&conn, &t, NOW), t.after[RN_TIMEOUT_TCP_UNKNOWN]);
    conn = row(RN_PROTO_UDP, RN_APP_DNS, 0);
    assert_int_equal(rn_conn_timeout(&conn, &t, NOW), t.after[RN_TIMEOUT_UDP_QUERY]);
    conn = row(132, RN_APP_NONE, 0);
    assert_int_equal(rn_conn_timeout(&conn, &t, NOW), t.after[RN_TIMEOUT_OTHER]);
    assert_int_equal(rn_conn_deadline(&conn, &t), NOW + t.after[RN_TIMEOUT_OTHER]);
}

static void a_socket_found_open_is_a_sign_of_life(void **state)
{
    (void)state;
    struct rn_conn conn = row(RN_PROTO_TCP, RN_APP_NONE, 400 * RN_SEC);
    conn.tcp.saw[0] = conn.tcp.saw[1] = RN_TCP_SAW_ACK;
    conn.kept_at = NOW - 10 * RN_SEC;
    assert_int_equal(rn_conn_age(&conn, NOW), 10 * RN_SEC);
    assert_int_equal(rn_conn_deadline(&conn, &rn_timeouts_default), NOW + 290 * RN_SEC);
    conn.last_seen = NOW; // a packet is one as well
    assert_int_equal(rn_conn_age(&conn, NOW), 0);
}

static void age_counts_from_the_terminal_state_and_is_never_negative(void **state)
{
    (void)state;
    struct rn_conn conn = row(RN_PROTO_TCP, RN_APP_NONE, 2 * RN_SEC);
    conn.tcp.saw[1] = RN_TCP_SAW_RST;
    assert_int_equal(rn_conn_age(&conn, NOW), 2 * RN_SEC);
    conn.terminal_since = NOW - 9 * RN_SEC; // late packets do not postpone the end
    assert_int_equal(rn_conn_age(&conn, NOW), 2 * RN_SEC);
    conn.flags |= RN_CONN_TERMINAL;
    assert_int_equal(rn_conn_age(&conn, NOW), 9 * RN_SEC);
    assert_int_equal(rn_conn_deadline(&conn, &rn_timeouts_default), NOW - 4 * RN_SEC);
    assert_int_equal(rn_conn_age(&conn, NOW - 60 * RN_SEC), 0);
    conn.terminal_since = RN_TIME_MAX;
    assert_int_equal(rn_conn_deadline(&conn, &rn_timeouts_default), RN_TIME_MAX);
}

static void names_are_those_of_the_event_stream(void **state)
{
    (void)state;
    static const char *const reasons[RN_CLOSE_COUNT] = {"closed", "timeout", "replaced", "evicted",
                                                        "end"};
    static const char *const states[RN_TCP_STATE_COUNT] = {
        "TCP_UNKNOWN", "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2",
        "CLOSE_WAIT",  "LAST_ACK", "TIME_WAIT", "CLOSING",     "CLOSED"};
    static const char *const matches[RN_MATCH_COUNT] = {"", "exact-tuple", "procfs-exact"};
    for (unsigned i = 0; i < RN_CLOSE_COUNT; i++)
        assert_string_equal(rn_close_reason_name((enum rn_close_reason)i), reasons[i]);
    for (unsigned i = 0; i < RN_TCP_STATE_COUNT; i++)
        assert_string_equal(rn_tcp_state_name((enum rn_tcp_state)i), states[i]);
    for (unsigned i = 0; i < RN_MATCH_COUNT; i++)
        assert_string_equal(rn_match_name((enum rn_match)i), matches[i]);
}

static void the_round_trip_to_show(void **state)
{
    (void)state;
    struct rn_conn conn = {.key.proto = RN_PROTO_TCP};
    struct rn_tcp_report tcp = {.rtt = 5 * RN_MSEC};
    rn_dur rtt = -1;
    assert_false(rn_conn_rtt(&conn, &tcp, &rtt));
    conn.rtt_known = true;
    conn.tcp.initial_rtt = 9 * RN_MSEC;
    assert_true(rn_conn_rtt(&conn, &tcp, &rtt));
    assert_int_equal(rtt, 9 * RN_MSEC);
    tcp.rtt_known = true; // that of data is the newer one
    assert_true(rn_conn_rtt(&conn, &tcp, &rtt));
    assert_int_equal(rtt, 5 * RN_MSEC);
    assert_true(rn_conn_rtt(&conn, NULL, &rtt));
    assert_int_equal(rtt, 9 * RN_MSEC);
    conn.tcp.initial_rtt = -1;
    assert_false(rn_conn_rtt(&conn, NULL, &rtt));
    static const enum rn_exchange shown[] = {RN_EXCHANGE_ECHO, RN_EXCHANGE_QUIC};
    conn.key.proto = RN_PROTO_UDP;
    conn.timed.rtt = 7;
    for (unsigned kind = 0; kind < RN_EXCHANGE_COUNT; kind++) {
        conn.timed.exchange = (uint8_t)kind;
        assert_int_equal(rn_conn_rtt(&conn, &tcp, &rtt), kind == shown[0] || kind == shown[1]);
    }
    assert_int_equal(rtt, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_round_trip_to_show),
        cmocka_unit_test(tcp_timeouts_follow_the_state),
        cmocka_unit_test(an_established_connection_gets_less_when_idle),
        cmocka_unit_test(other_protocols_have_one_timeout),
        cmocka_unit_test(quic_lives_by_its_state_and_by_what_its_ends_agreed_on),
        cmocka_unit_test(a_deadline_is_the_last_moment_at_which_age_is_within_the_timeout),
        cmocka_unit_test(every_timeout_can_be_set),
        cmocka_unit_test(a_socket_found_open_is_a_sign_of_life),
        cmocka_unit_test(age_counts_from_the_terminal_state_and_is_never_negative),
        cmocka_unit_test(names_are_those_of_the_event_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
