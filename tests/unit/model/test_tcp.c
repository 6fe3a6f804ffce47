// SPDX-License-Identifier: Apache-2.0
// The TCP states: every arrow, seen from both ends of the same packets; round-trip time and options of the handshake.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/conn.h"

// One packet, and what each end's state is after it. Ends are 'a' and 'b'.
struct step {
    char from;
    const char *flags;
    uint32_t seq, ack, len;
    const char *at_a, *at_b;
};

static unsigned flags_of(const char *s)
{
    static const char letters[] = "FSRPA"; // bit 0 to 4
    unsigned flags = 0;
    for (; *s; s++)
        flags |= 1u << (strchr(letters, *s) - letters);
    return flags;
}

static bool feed(struct rn_conn *conn, const struct step *step, rn_time now)
{
    struct rn_packet packet = {.time = now, .from = step->from == 'b', .payload_bytes = step->len};
    packet.tcp.flags = (uint8_t)flags_of(step->flags);
    packet.tcp.seq = step->seq;
    packet.tcp.ack = step->ack;
    return rn_conn_tcp_packet(conn, &packet);
}

static const char *state_at(struct rn_conn conn, unsigned end)
{
    conn.local = (uint8_t)end;
    return rn_tcp_state_name(rn_conn_tcp_state(&conn));
}

static void play(const char *name, const struct step *steps)
{
    // Both ways round in the key: the ends of a row are ordered by address, not by role.
    for (unsigned turned = 0; turned < 2; turned++) {
        struct rn_conn conn = {.key.proto = RN_PROTO_TCP};
        for (unsigned i = 0; steps[i].from; i++) {
            struct step step = steps[i];
            if (turned)
                step.from = step.from == 'a' ? 'b' : 'a';
            const char *before_a = state_at(conn, turned), *before_b = state_at(conn, 1 - turned);
            bool news = feed(&conn, &step, (rn_time)i * RN_MSEC);
            const char *a = state_at(conn, turned), *b = state_at(conn, 1 - turned);
            if (strcmp(a, steps[i].at_a) != 0 || strcmp(b, steps[i].at_b) != 0)
                fail_msg("%s, step %u: %s %s instead of %s %s", name, i, a, b, steps[i].at_a,
                         steps[i].at_b);
            if (!news && (strcmp(a, before_a) != 0 || strcmp(b, before_b) != 0))
                fail_msg("%s, step %u: the state changed without news", name, i);
        }
    }
}

#define OPEN                                                 \
    {'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},           \
        {'b', "SA", 500, 101, 0, "ESTABLISHED", "SYN_RECV"}, \
    {                                                        \
        'a', "A", 101, 501, 0, "ESTABLISHED", "ESTABLISHED"  \
    }

static void handshakes(void **state)
{
    (void)state;
    play("three segments", (struct step[]){OPEN,
                                           {'a', "PA", 101, 501, 9, "ESTABLISHED", "ESTABLISHED"},
                                           {'b', "PA", 501, 110, 9, "ESTABLISHED", "ESTABLISHED"},
                                           {0}});
    play("repeated segments", (struct step[]){{'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},
                                              {'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},
                                              {'b', "SA", 500, 101, 0, "ESTABLISHED", "SYN_RECV"},
                                              {'b', "SA", 500, 101, 0, "ESTABLISHED", "SYN_RECV"},
                                              {'a', "A", 101, 501, 0, "ESTABLISHED", "ESTABLISHED"},
                                              {0}});
    play("both at once", (struct step[]){{'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},
                                         {'b', "S", 500, 0, 0, "SYN_RECV", "SYN_RECV"},
                                         {'a', "SA", 100, 501, 0, "SYN_RECV", "ESTABLISHED"},
                                         {'b', "SA", 500, 101, 0, "ESTABLISHED", "ESTABLISHED"},
                                         {0}});
    play("the SYN was missed",
         (struct step[]){{'b', "SA", 500, 101, 0, "ESTABLISHED", "SYN_RECV"},
                         {'a', "A", 101, 501, 0, "ESTABLISHED", "ESTABLISHED"},
                         {0}});
    play("the SYN+ACK was missed",
         (struct step[]){{'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},
                         {'a', "A", 101, 501, 0, "ESTABLISHED", "ESTABLISHED"},
                         {0}});
    play("a challenge ACK", (struct step[]){{'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},
                                            {'b', "A", 900, 77, 0, "SYN_SENT", "ESTABLISHED"},
                                            {'a', "R", 77, 0, 0, "CLOSED", "CLOSED"},
                                            {0}});
    play("refused", (struct step[]){{'a', "S", 100, 0, 0, "SYN_SENT", "SYN_RECV"},
                                    {'b', "RA", 0, 101, 0, "CLOSED", "CLOSED"},
                                    {0}});
    play("met in mid-stream", (struct step[]){{'b', "A", 7, 8, 0, "ESTABLISHED", "ESTABLISHED"},
                                              {'a', "PA", 8, 7, 3, "ESTABLISHED", "ESTABLISHED"},
                                              {0}});
}

static void what_is_no_connection_stays_unknown(void **state)
{
    (void)state;
    play("no flags", (struct step[]){{'a', "", 1, 0, 0, "TCP_UNKNOWN", "TCP_UNKNOWN"}, {0}});
    play("FIN scan", (struct step[]){{'a', "F", 1, 0, 0, "TCP_UNKNOWN", "TCP_UNKNOWN"},
                                     {'b', "RA", 0, 2, 0, "CLOSED", "CLOSED"},
                                     {0}});
    play("SYN with FIN", (struct step[]){{'a', "SF", 1, 0, 0, "TCP_UNKNOWN", "TCP_UNKNOWN"}, {0}});
    play("FIN against a SYN", (struct step[]){{'a', "S", 1, 0, 0, "SYN_SENT", "SYN_RECV"},
                                              {'a', "F", 2, 0, 0, "SYN_SENT", "SYN_RECV"},
                                              {0}});
}

static void closing_in_four_segments(void **state)
{
    (void)state;
    play("four", (struct step[]){OPEN,
                                 {'a', "FA", 101, 501, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                                 {'b', "A", 501, 102, 0, "FIN_WAIT2", "CLOSE_WAIT"},
                                 {'b', "PA", 501, 102, 50, "FIN_WAIT2", "CLOSE_WAIT"},
                                 {'a', "A", 102, 551, 0, "FIN_WAIT2", "CLOSE_WAIT"},
                                 {'b', "FA", 551, 102, 0, "TIME_WAIT", "LAST_ACK"},
                                 {'a', "A", 102, 552, 0, "TIME_WAIT", "CLOSED"},
                                 {'b', "FA", 551, 102, 0, "TIME_WAIT", "CLOSED"},
                                 {'a', "A", 102, 552, 0, "TIME_WAIT", "CLOSED"},
                                 {0}});
    play("the server closes", (struct step[]){OPEN,
                                              {'b', "FPA", 501, 101, 40, "CLOSE_WAIT", "FIN_WAIT1"},
                                              {'a', "A", 101, 541, 0, "CLOSE_WAIT", "FIN_WAIT1"},
                                              {'a', "A", 101, 542, 0, "CLOSE_WAIT", "FIN_WAIT2"},
                                              {'a', "FA", 101, 542, 0, "LAST_ACK", "TIME_WAIT"},
                                              {'b', "A", 542, 102, 0, "CLOSED", "TIME_WAIT"},
                                              {0}});
}

static void closing_in_three_segments_ends_in_time_wait(void **state)
{
    (void)state;
    play("three", (struct step[]){OPEN,
                                  {'a', "FA", 101, 501, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                                  {'b', "FA", 501, 102, 0, "TIME_WAIT", "LAST_ACK"},
                                  {'a', "A", 102, 502, 0, "TIME_WAIT", "CLOSED"},
                                  {0}});
}

static void closing_at_once_goes_through_closing(void **state)
{
    (void)state;
    play("at once", (struct step[]){OPEN,
                                    {'a', "FA", 101, 501, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                                    {'b', "FA", 501, 101, 0, "CLOSING", "CLOSING"},
                                    {'a', "A", 102, 502, 0, "CLOSING", "TIME_WAIT"},
                                    {'b', "A", 502, 102, 0, "TIME_WAIT", "TIME_WAIT"},
                                    {0}});
    play("at once, with data still on its way",
         (struct step[]){OPEN,
                         {'a', "FPA", 101, 501, 10, "FIN_WAIT1", "CLOSE_WAIT"},
                         {'b', "FPA", 501, 101, 20, "CLOSING", "CLOSING"},
                         {'a', "A", 112, 521, 0, "CLOSING", "CLOSING"}, // the data, not yet the FIN
                         {'a', "A", 112, 522, 0, "CLOSING", "TIME_WAIT"},
                         {'b', "A", 522, 112, 0, "TIME_WAIT", "TIME_WAIT"},
                         {0}});
}

static void sequence_numbers_wrap(void **state)
{
    (void)state;
    play("wrap", (struct step[]){OPEN,
                                 {'a', "FPA", UINT32_MAX - 1, 501, 5, "FIN_WAIT1", "CLOSE_WAIT"},
                                 {'b', "A", 501, UINT32_MAX, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                                 {'b', "A", 501, 4, 0, "FIN_WAIT2", "CLOSE_WAIT"},
                                 {'b', "FA", 501, 4, 0, "TIME_WAIT", "LAST_ACK"},
                                 {'a', "A", 4, 502, 0, "TIME_WAIT", "CLOSED"},
                                 {0}});
    play("0 is a number",
         (struct step[]){OPEN,
                         {'a', "FA", UINT32_MAX, 501, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                         {'b', "A", 501, UINT32_MAX, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                         {'b', "A", 501, 0, 0, "FIN_WAIT2", "CLOSE_WAIT"},
                         {0}});
}

static void fin_without_ack_counts_once_the_connection_is_up(void **state)
{
    (void)state;
    play("bare FIN", (struct step[]){OPEN,
                                     {'a', "F", 101, 0, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                                     {'b', "A", 501, 102, 0, "FIN_WAIT2", "CLOSE_WAIT"},
                                     {'b', "F", 501, 0, 0, "TIME_WAIT", "LAST_ACK"},
                                     {0}});
}

static void a_fin_met_in_mid_stream_is_a_fin(void **state)
{
    (void)state;
    play("FIN first", (struct step[]){{'a', "FA", 101, 501, 0, "FIN_WAIT1", "CLOSE_WAIT"},
                                      {'b', "FA", 501, 102, 0, "TIME_WAIT", "LAST_ACK"},
                                      {'a', "A", 102, 502, 0, "TIME_WAIT", "CLOSED"},
                                      {0}});
}

static void a_reset_closes_from_every_state(void **state)
{
    (void)state;
    static const struct step before[] = {OPEN,
                                         {'a', "FA", 101, 501, 0, "", ""},
                                         {'b', "A", 501, 102, 0, "", ""},
                                         {'b', "FA", 501, 102, 0, "", ""},
                                         {'a', "A", 102, 502, 0, "", ""}};
    const unsigned count = sizeof before / sizeof before[0];
    for (unsigned n = 0; n <= count; n++) {
        for (unsigned from = 0; from < 2; from++) {
            struct rn_conn conn = {.key.proto = RN_PROTO_TCP};
            for (unsigned i = 0; i < n; i++)
                feed(&conn, &before[i], 0);
            struct step reset = {from ? 'b' : 'a', "RA", 0, 0, 0, NULL, NULL};
            assert_true(feed(&conn, &reset, 0));
            assert_string_equal(state_at(conn, 0), "CLOSED");
            assert_string_equal(state_at(conn, 1), "CLOSED");
            // What comes afterwards does not open it again.
            struct step data = {'a', "PA", 103, 502, 5, NULL, NULL};
            feed(&conn, &data, 0);
            assert_string_equal(state_at(conn, 0), "CLOSED");
        }
    }
}

static void inv_1_a_settled_data_packet_changes_nothing(void **state)
{
    (void)state;
    static const struct step open[] = {OPEN};
    struct rn_conn conn = {.key.proto = RN_PROTO_TCP};
    for (unsigned i = 0; i < 3; i++)
        assert_true(feed(&conn, &open[i], 0));
    struct step data = {'b', "PA", 501, 101, 10, NULL, NULL};
    assert_true(feed(&conn, &data, 0)); // b's first ACK without SYN
    struct rn_conn before = conn;
    for (unsigned i = 0; i < 10; i++) {
        data.from = i % 2 ? 'a' : 'b';
        assert_false(feed(&conn, &data, i));
    }
    assert_memory_equal(&before, &conn, sizeof conn);
}

static void a_later_fragment_has_no_flags_to_look_at(void **state)
{
    (void)state;
    struct rn_conn conn = {.key.proto = RN_PROTO_TCP};
    struct rn_packet packet = {.flags = RN_PACKET_LATER_FRAGMENT};
    packet.tcp.flags = RN_TCP_RST;
    assert_false(rn_conn_tcp_packet(&conn, &packet));
    assert_string_equal(state_at(conn, 0), "TCP_UNKNOWN");
}

static void rtt_is_from_the_first_syn_to_the_first_answer(void **state)
{
    (void)state;
    static const struct step syn = {.from = 'a', .flags = "S"},
                             answer = {.from = 'b', .flags = "SA"};
    static const struct step own = {.from = 'a', .flags = "SA"};
    struct rn_conn conn = {0};
    // Time 0 is a time like any other: some traces begin there.
    feed(&conn, &syn, 0);
    feed(&conn, &syn, 1 * RN_SEC);
    assert_false(conn.rtt_known);
    feed(&conn, &own, 2 * RN_SEC); // not an answer
    assert_false(conn.rtt_known);
    feed(&conn, &answer, 1200 * RN_MSEC + 7);
    assert_true(conn.rtt_known);
    assert_int_equal(conn.tcp.initial_rtt, 1200 * RN_MSEC + 7);
    feed(&conn, &answer, 3 * RN_SEC);
    feed(&conn, &syn, 4 * RN_SEC);
    assert_int_equal(conn.tcp.initial_rtt, 1200 * RN_MSEC + 7);
}

static void rtt_is_never_negative_and_never_old(void **state)
{
    (void)state;
    static const struct step syn = {.from = 'a', .flags = "S"},
                             answer = {.from = 'b', .flags = "SA"};
    struct rn_conn conn = {0}, late = {0}, again = {0}, same = {0}, no_syn = {0};
    feed(&conn, &syn, 10 * RN_SEC);
    feed(&conn, &answer, 9 * RN_SEC);
    feed(&conn, &answer, 11 * RN_SEC); // a repeated answer measures nothing
    assert_false(conn.rtt_known);
    feed(&late, &syn, 0);
    feed(&late, &answer, 30 * RN_SEC + 1);
    assert_false(late.rtt_known);
    feed(&again, &syn, 0);
    feed(&again, &syn, 40 * RN_SEC);
    feed(&again, &answer, 41 * RN_SEC);
    assert_true(again.rtt_known);
    assert_int_equal(again.tcp.initial_rtt, RN_SEC);
    feed(&same, &syn, RN_TIME_MAX);
    feed(&same, &answer, RN_TIME_MAX);
    assert_true(same.rtt_known);
    assert_int_equal(same.tcp.initial_rtt, 0);
    feed(&no_syn, &answer, 5);
    assert_false(no_syn.rtt_known);
}

static void options_are_those_of_the_first_syn(void **state)
{
    (void)state;
    struct rn_conn conn = {0};
    struct rn_packet packet = {.from = 0, .flags = RN_PACKET_WINDOW_SCALE};
    packet.tcp.flags = RN_TCP_SYN;
    packet.tcp.mss = 1460;
    packet.tcp.window_scale = 7;
    rn_conn_tcp_packet(&conn, &packet);
    packet.tcp.mss = 536;
    packet.tcp.window_scale = 2;
    rn_conn_tcp_packet(&conn, &packet);
    packet.from = 1;
    packet.flags = 0;
    packet.tcp.flags = RN_TCP_SYN | RN_TCP_ACK;
    packet.tcp.mss = 1380;
    rn_conn_tcp_packet(&conn, &packet);
    assert_int_equal(conn.tcp.mss[0], 1460);
    assert_int_equal(conn.tcp.mss[1], 1380);
    assert_int_equal(conn.tcp.window_scale[0], 7);
    assert_true(conn.tcp.saw[0] & RN_TCP_SCALE_KNOWN);
    assert_false(conn.tcp.saw[1] & RN_TCP_SCALE_KNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshakes),
        cmocka_unit_test(what_is_no_connection_stays_unknown),
        cmocka_unit_test(closing_in_four_segments),
        cmocka_unit_test(closing_in_three_segments_ends_in_time_wait),
        cmocka_unit_test(closing_at_once_goes_through_closing),
        cmocka_unit_test(sequence_numbers_wrap),
        cmocka_unit_test(fin_without_ack_counts_once_the_connection_is_up),
        cmocka_unit_test(a_fin_met_in_mid_stream_is_a_fin),
        cmocka_unit_test(a_reset_closes_from_every_state),
        cmocka_unit_test(inv_1_a_settled_data_packet_changes_nothing),
        cmocka_unit_test(a_later_fragment_has_no_flags_to_look_at),
        cmocka_unit_test(rtt_is_from_the_first_syn_to_the_first_answer),
        cmocka_unit_test(rtt_is_never_negative_and_never_old),
        cmocka_unit_test(options_are_those_of_the_first_syn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
