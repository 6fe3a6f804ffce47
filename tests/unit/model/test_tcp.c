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

struct row {
    struct rn_conn conn;
    struct rn_tcp_track track;
};

static bool give(struct row *row, const struct rn_packet *packet)
{
    return rn_conn_tcp_packet(&row->conn, &row->track, packet).turned;
}

static bool feed(struct row *row, const struct step *step, rn_time now)
{
    struct rn_packet packet = {.time = now, .from = step->from == 'b', .payload_bytes = step->len};
    packet.tcp.flags = (uint8_t)flags_of(step->flags);
    packet.tcp.seq = step->seq;
    packet.tcp.ack = step->ack;
    return give(row, &packet);
}

static const char *state_at(const struct row *row, unsigned end)
{
    struct rn_conn conn = row->conn;
    conn.local = (uint8_t)end;
    return rn_tcp_state_name(rn_conn_tcp_state(&conn));
}

static void play(const char *name, const struct step *steps)
{
    // Both ways round in the key: the ends of a row are ordered by address, not by role.
    for (unsigned turned = 0; turned < 2; turned++) {
        struct row row = {.conn.key.proto = RN_PROTO_TCP};
        for (unsigned i = 0; steps[i].from; i++) {
            struct step step = steps[i];
            if (turned)
                step.from = step.from == 'a' ? 'b' : 'a';
            const char *before_a = state_at(&row, turned), *before_b = state_at(&row, 1 - turned);
            bool news = feed(&row, &step, (rn_time)i * RN_MSEC);
            const char *a = state_at(&row, turned), *b = state_at(&row, 1 - turned);
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

// Every arrow of the drawing in tcp.c, by its number, taken by end 'a' as the local one.
static void every_arrow(void **state)
{
    (void)state;
#define SYN_A                       \
    {                               \
        'a', "S", 100, 0, 0, "", "" \
    }
#define SYN_B                       \
    {                               \
        'b', "S", 500, 0, 0, "", "" \
    }
#define SYN_ACK_A                      \
    {                                  \
        'a', "SA", 100, 501, 0, "", "" \
    }
#define SYN_ACK_B                      \
    {                                  \
        'b', "SA", 500, 101, 0, "", "" \
    }
#define ACK_A                         \
    {                                 \
        'a', "A", 101, 501, 0, "", "" \
    }
#define ACK_B                         \
    {                                 \
        'b', "A", 501, 101, 0, "", "" \
    }
#define FIN_A                          \
    {                                  \
        'a', "FA", 101, 501, 0, "", "" \
    }
#define FIN_B                          \
    {                                  \
        'b', "FA", 501, 101, 0, "", "" \
    }
#define FIN_A_ACKS                     \
    {                                  \
        'a', "FA", 101, 502, 0, "", "" \
    }
#define FIN_B_ACKS                     \
    {                                  \
        'b', "FA", 501, 102, 0, "", "" \
    }
#define ACK_A_FIN                     \
    {                                 \
        'a', "A", 101, 502, 0, "", "" \
    }
#define ACK_B_FIN                     \
    {                                 \
        'b', "A", 501, 102, 0, "", "" \
    }
#define ACK_B_FIN_LATE                \
    {                                 \
        'b', "A", 502, 102, 0, "", "" \
    }
#define RST_B                       \
    {                               \
        'b', "R", 501, 0, 0, "", "" \
    }
#define RST_A                       \
    {                               \
        'a', "R", 101, 0, 0, "", "" \
    }
    static const struct {
        int arrow;
        const char *from, *to;
        struct step before[4], take;
    } arrows[] = {
        {1, "TCP_UNKNOWN", "SYN_SENT", {{0}}, SYN_A},
        {2, "TCP_UNKNOWN", "SYN_RECV", {{0}}, SYN_B},
        {2, "TCP_UNKNOWN", "SYN_RECV", {{0}}, SYN_ACK_A},
        {3, "TCP_UNKNOWN", "ESTABLISHED", {{0}}, ACK_A},
        {3, "TCP_UNKNOWN", "ESTABLISHED", {{0}}, ACK_B},
        {3, "TCP_UNKNOWN", "ESTABLISHED", {{0}}, SYN_ACK_B},
        {4, "SYN_SENT", "SYN_RECV", {SYN_A}, SYN_B},
        {5, "SYN_SENT", "ESTABLISHED", {SYN_A}, SYN_ACK_B},
        {5, "SYN_SENT", "ESTABLISHED", {SYN_A}, ACK_A},
        {6, "SYN_RECV", "ESTABLISHED", {SYN_B, SYN_ACK_A}, ACK_B},
        {6, "SYN_RECV", "ESTABLISHED", {SYN_B, SYN_ACK_A}, ACK_A},
        {6, "SYN_RECV", "ESTABLISHED", {SYN_A, SYN_B}, SYN_ACK_B},
        {7, "ESTABLISHED", "FIN_WAIT1", {ACK_B}, FIN_A},
        {7, "SYN_RECV", "FIN_WAIT1", {SYN_B, SYN_ACK_A}, FIN_A},
        {8, "ESTABLISHED", "CLOSE_WAIT", {ACK_B}, FIN_B},
        {8, "SYN_RECV", "CLOSE_WAIT", {SYN_B, SYN_ACK_A}, FIN_B},
        {9, "FIN_WAIT1", "FIN_WAIT2", {ACK_B, FIN_A}, ACK_B_FIN},
        {10, "FIN_WAIT1", "TIME_WAIT", {ACK_B, FIN_A}, FIN_B_ACKS},
        {11, "FIN_WAIT1", "CLOSING", {ACK_B, FIN_A}, FIN_B},
        {12, "FIN_WAIT2", "TIME_WAIT", {ACK_B, FIN_A, ACK_B_FIN}, FIN_B_ACKS},
        {13, "CLOSING", "TIME_WAIT", {ACK_B, FIN_A, FIN_B}, ACK_B_FIN_LATE},
        {14, "CLOSE_WAIT", "CLOSING", {ACK_B, FIN_B}, FIN_A},
        {15, "CLOSE_WAIT", "LAST_ACK", {ACK_B, FIN_B}, FIN_A_ACKS},
        {15, "CLOSE_WAIT", "LAST_ACK", {ACK_B, FIN_B, ACK_A_FIN}, FIN_A_ACKS},
        {16, "LAST_ACK", "CLOSED", {ACK_B, FIN_B, FIN_A_ACKS}, ACK_B_FIN_LATE},
        {17, "SYN_SENT", "CLOSED", {SYN_A}, {'b', "RA", 0, 101, 0, "", ""}},
        {17, "SYN_RECV", "CLOSED", {SYN_B, SYN_ACK_A}, RST_B},
        {17, "ESTABLISHED", "CLOSED", {ACK_B, ACK_A}, RST_B},
        {17, "ESTABLISHED", "CLOSED", {ACK_B, ACK_A}, RST_A},
        {17, "FIN_WAIT1", "CLOSED", {ACK_B, FIN_A}, RST_B},
        {17, "CLOSE_WAIT", "CLOSED", {ACK_A, FIN_B}, RST_A},
        {17, "TCP_UNKNOWN", "CLOSED", {{0}}, RST_A},
    };
    unsigned drawn = 0;
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++) {
        struct row row = {.conn.key.proto = RN_PROTO_TCP};
        for (unsigned k = 0; k < 4 && arrows[i].before[k].from; k++)
            feed(&row, &arrows[i].before[k], k);
        if (strcmp(state_at(&row, 0), arrows[i].from) != 0)
            fail_msg("case %zu, arrow %d: begins in %s", i, arrows[i].arrow, state_at(&row, 0));
        assert_true(feed(&row, &arrows[i].take, 10));
        if (strcmp(state_at(&row, 0), arrows[i].to) != 0)
            fail_msg("case %zu, arrow %d: leads to %s", i, arrows[i].arrow, state_at(&row, 0));
        drawn |= 1u << arrows[i].arrow;
    }
    assert_int_equal(drawn, (1u << 18) - 2);
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
            struct row row = {.conn.key.proto = RN_PROTO_TCP};
            for (unsigned i = 0; i < n; i++)
                feed(&row, &before[i], 0);
            // What the peer expects next; as an answer to a SYN, the number 0 and an acknowledgement of it.
            uint32_t seq = row.track.end[from].next;
            struct step reset = {from ? 'b' : 'a', "RA", seq, 101, 0, NULL, NULL};
            assert_true(feed(&row, &reset, 0));
            assert_string_equal(state_at(&row, 0), "CLOSED");
            assert_string_equal(state_at(&row, 1), "CLOSED");
            // What comes afterwards does not open it again.
            struct step data = {'a', "PA", 103, 502, 5, NULL, NULL};
            feed(&row, &data, 0);
            assert_string_equal(state_at(&row, 0), "CLOSED");
        }
    }
}

// A row in which b has acknowledged 1000 with a window of `window`, and a has sent up to 1500.
static struct row talking(uint16_t window, bool scaled)
{
    struct row row = {.conn.key.proto = RN_PROTO_TCP};
    for (unsigned from = 0; from < 2; from++) {
        struct rn_packet syn = {.from = (uint8_t)from, .flags = RN_PACKET_WINDOW_SCALE};
        syn.tcp.flags = from ? RN_TCP_SYN | RN_TCP_ACK : RN_TCP_SYN;
        syn.tcp.seq = from ? 7000 : 999;
        syn.tcp.ack = from ? 1000 : 0;
        syn.tcp.window_scale = 3;
        if (!scaled)
            syn.flags = 0;
        give(&row, &syn);
    }
    struct rn_packet data = {.from = 0, .payload_bytes = 500};
    data.tcp.flags = RN_TCP_ACK;
    data.tcp.seq = 1000;
    data.tcp.ack = 7001;
    data.tcp.window = 100;
    give(&row, &data);
    struct rn_packet ack = {.from = 1};
    ack.tcp.flags = RN_TCP_ACK;
    ack.tcp.seq = 7001;
    ack.tcp.ack = 1000;
    ack.tcp.window = window;
    give(&row, &ack);
    return row;
}

static void inv_3_a_reset_out_of_window_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        uint16_t window;
        bool scaled;
        uint32_t seq;
        bool taken;
    } cases[] = {
        {1000, false, 1000, true},          // the very next
        {1000, false, 1500, true},          // what was sent next to what has arrived
        {1000, false, 1999, true},          // last of the window
        {1000, false, 2000, false},         // first behind it
        {1000, false, 999, false},          // old
        {1000, false, 0x80000000u, false},  // blind
        {1000, true, 1000 + 7999, true},    // the window is scaled by 2^3
        {1000, true, 1000 + 8000, false},   //
        {0, false, 1000, true},             // a closed window has room for the next number still
        {0, false, 1499, true},             // ... and what is on its way may fill it
        {0, false, 1501, false},            //
        {65535, true, 1000 + 524279, true}, // the largest that was offered
        {65535, true, 1000 + 524280, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row = talking(cases[i].window, cases[i].scaled), before = row;
        struct rn_packet reset = {.from = 0};
        reset.tcp.flags = RN_TCP_RST;
        reset.tcp.seq = cases[i].seq;
        if (give(&row, &reset) != cases[i].taken)
            fail_msg("case %zu: seq %u", i, cases[i].seq);
        assert_string_equal(state_at(&row, 0), cases[i].taken ? "CLOSED" : "ESTABLISHED");
        if (!cases[i].taken) {
            assert_memory_equal(&row.conn, &before.conn, sizeof row.conn);
            assert_memory_equal(&row.track, &before.track, sizeof row.track);
        }
    }
}

static void a_syn_is_refused_only_by_who_has_seen_it(void **state)
{
    (void)state;
    static const struct {
        const char *flags;
        uint32_t syn_len, ack;
        bool taken;
    } cases[] = {
        {"RA", 0, 101, true},  {"RA", 0, 100, false},  {"RA", 0, 102, false},
        {"RA", 0, 0, false},   {"R", 0, 101, false},   {"RA", 50, 101, true},
        {"RA", 50, 151, true}, {"RA", 50, 152, false}, {"RA", 50, 100, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct row row = {.conn.key.proto = RN_PROTO_TCP};
        struct step syn = {'a', "S", 100, 0, cases[i].syn_len, "", ""};
        struct step reset = {'b', cases[i].flags, 0, cases[i].ack, 0, "", ""};
        feed(&row, &syn, 0);
        if (feed(&row, &reset, 1) != cases[i].taken)
            fail_msg("case %zu", i);
        assert_string_equal(state_at(&row, 0), cases[i].taken ? "CLOSED" : "SYN_SENT");
    }
}

// The numbers of the first connection must not be held against a second one on the same row.
static void another_syn_begins_another_incarnation(void **state)
{
    (void)state;
    struct row row = {.conn.key.proto = RN_PROTO_TCP};
    static const struct step first[] = {OPEN, {'a', "PA", 101, 501, 40, "", ""}};
    for (unsigned i = 0; i < 4; i++)
        feed(&row, &first[i], i);
    struct rn_packet p = {.time = 9};
    p.tcp.flags = RN_TCP_SYN;
    p.tcp.seq = 100;
    struct rn_tcp_news news = rn_conn_tcp_packet(&row.conn, &row.track, &p);
    assert_true(news.marks & 1u << RN_TCP_MARK_RETRANSMIT); // the first one again
    p.tcp.seq = 50;
    news = rn_conn_tcp_packet(&row.conn, &row.track, &p);
    assert_int_equal(news.marks, 0);
    assert_int_equal(row.conn.tcp.isn[0], 50);
    assert_int_equal(row.track.end[0].next, 51);
    assert_false(rn_tcp_heard(&row.track, 1));
}

static void a_repeated_syn_is_of_the_same_incarnation(void **state)
{
    (void)state;
    static const struct step close[] = {OPEN,
                                        {'a', "PA", 101, 501, 40, "", ""},
                                        {'a', "FA", 141, 501, 0, "", ""},
                                        {'b', "FA", 501, 142, 0, "", ""}};
    struct row row = {.conn.key.proto = RN_PROTO_TCP, .conn.payload_bytes = {40, 0}};
    struct rn_packet p = {.tcp.flags = RN_TCP_SYN};
    for (unsigned i = 0; i < 6; i++) {
        feed(&row, &close[i], i);
        for (uint32_t seq = 90; seq < 150; seq++) {
            p.tcp.seq = seq;
            bool same = rn_conn_tcp_same(&row.conn, &p);
            if (i < 4) // before the FIN the number is known exactly
                assert_int_equal(same, seq == 100);
            else if (seq <= 100 || seq > 140) // then it is known to within what was sent
                assert_int_equal(same, seq == 100);
        }
        p.tcp.flags = RN_TCP_ACK;
        assert_true(rn_conn_tcp_same(&row.conn, &p));
        p.tcp.flags = RN_TCP_SYN;
    }
}

static void inv_1_a_settled_data_packet_changes_nothing(void **state)
{
    (void)state;
    static const struct step open[] = {OPEN};
    struct row row = {.conn.key.proto = RN_PROTO_TCP};
    for (unsigned i = 0; i < 3; i++)
        assert_true(feed(&row, &open[i], 0));
    struct step data = {'b', "PA", 501, 101, 10, NULL, NULL};
    assert_true(feed(&row, &data, 0)); // b's first ACK without SYN
    struct rn_conn before = row.conn;
    for (unsigned i = 0; i < 10; i++) {
        data.from = i % 2 ? 'a' : 'b';
        assert_false(feed(&row, &data, i));
    }
    assert_memory_equal(&before, &row.conn, sizeof before);
}

static void a_later_fragment_has_no_flags_to_look_at(void **state)
{
    (void)state;
    struct row row = {.conn.key.proto = RN_PROTO_TCP};
    struct rn_packet packet = {.flags = RN_PACKET_LATER_FRAGMENT};
    packet.tcp.flags = RN_TCP_RST;
    assert_false(give(&row, &packet));
    assert_string_equal(state_at(&row, 0), "TCP_UNKNOWN");
}

static void rtt_is_from_the_first_syn_to_the_first_answer(void **state)
{
    (void)state;
    static const struct step syn = {.from = 'a', .flags = "S"},
                             answer = {.from = 'b', .flags = "SA"};
    static const struct step own = {.from = 'a', .flags = "SA"};
    struct row row = {.track.probe_end = 0};
    // Time 0 is a time like any other: some traces begin there.
    feed(&row, &syn, 0);
    feed(&row, &syn, 1 * RN_SEC);
    assert_false(row.conn.rtt_known);
    feed(&row, &own, 2 * RN_SEC); // not an answer
    assert_false(row.conn.rtt_known);
    feed(&row, &answer, 1200 * RN_MSEC + 7);
    assert_true(row.conn.rtt_known);
    assert_int_equal(row.conn.tcp.initial_rtt, 1200 * RN_MSEC + 7);
    feed(&row, &answer, 3 * RN_SEC);
    feed(&row, &syn, 4 * RN_SEC);
    assert_int_equal(row.conn.tcp.initial_rtt, 1200 * RN_MSEC + 7);
}

static void rtt_is_never_negative_and_never_old(void **state)
{
    (void)state;
    static const struct step syn = {.from = 'a', .flags = "S"},
                             answer = {.from = 'b', .flags = "SA"};
    struct row row = {.track.probe_end = 0};
    struct row late = row, again = row, same = row, no_syn = row;
    feed(&row, &syn, 10 * RN_SEC);
    feed(&row, &answer, 9 * RN_SEC);
    feed(&row, &answer, 11 * RN_SEC); // a repeated answer measures nothing
    assert_false(row.conn.rtt_known);
    feed(&late, &syn, 0);
    feed(&late, &answer, 30 * RN_SEC + 1);
    assert_false(late.conn.rtt_known);
    feed(&again, &syn, 0);
    feed(&again, &syn, 40 * RN_SEC);
    feed(&again, &answer, 41 * RN_SEC);
    assert_true(again.conn.rtt_known);
    assert_int_equal(again.conn.tcp.initial_rtt, RN_SEC);
    feed(&same, &syn, RN_TIME_MAX);
    feed(&same, &answer, RN_TIME_MAX);
    assert_true(same.conn.rtt_known);
    assert_int_equal(same.conn.tcp.initial_rtt, 0);
    feed(&no_syn, &answer, 5);
    assert_false(no_syn.conn.rtt_known);
}

static void options_are_those_of_the_first_syn(void **state)
{
    (void)state;
    struct row row = {.track.probe_end = 0};
    struct rn_packet packet = {.from = 0, .flags = RN_PACKET_WINDOW_SCALE};
    packet.tcp.flags = RN_TCP_SYN;
    packet.tcp.mss = 1460;
    packet.tcp.window_scale = 7;
    give(&row, &packet);
    packet.tcp.mss = 536;
    packet.tcp.window_scale = 2;
    give(&row, &packet);
    packet.from = 1;
    packet.flags = 0;
    packet.tcp.flags = RN_TCP_SYN | RN_TCP_ACK;
    packet.tcp.mss = 1380;
    give(&row, &packet);
    assert_int_equal(row.conn.tcp.mss[0], 1460);
    assert_int_equal(row.conn.tcp.mss[1], 1380);
    assert_int_equal(row.conn.tcp.window_scale[0], 7);
    assert_true(row.conn.tcp.saw[0] & RN_TCP_SCALE_KNOWN);
    assert_false(row.conn.tcp.saw[1] & RN_TCP_SCALE_KNOWN);
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
        cmocka_unit_test(every_arrow),
        cmocka_unit_test(a_reset_closes_from_every_state),
        cmocka_unit_test(inv_3_a_reset_out_of_window_changes_nothing),
        cmocka_unit_test(a_syn_is_refused_only_by_who_has_seen_it),
        cmocka_unit_test(another_syn_begins_another_incarnation),
        cmocka_unit_test(a_repeated_syn_is_of_the_same_incarnation),
        cmocka_unit_test(inv_1_a_settled_data_packet_changes_nothing),
        cmocka_unit_test(a_later_fragment_has_no_flags_to_look_at),
        cmocka_unit_test(rtt_is_from_the_first_syn_to_the_first_answer),
        cmocka_unit_test(rtt_is_never_negative_and_never_old),
        cmocka_unit_test(options_are_those_of_the_first_syn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
