// SPDX-License-Identifier: Apache-2.0
// Marks on TCP segments: each rule by a table of short conversations, and all of them together in random ones against a
// reference that shares nothing with the program: it keeps every segment, counts positions in 64 bits and looks back.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/tcp.h"

#define M(name) (1u << RN_TCP_MARK_##name)

static const struct {
    char letter;
    unsigned marks;
} letters[] = {
    {'r', M(RETRANSMIT)},     {'f', M(RETRANSMIT) | M(FAST)}, {'s', M(RETRANSMIT) | M(SPURIOUS)},
    {'o', M(OUT_OF_ORDER)},   {'d', M(DUPLICATE_ACK)},        {'k', M(KEEP_ALIVE)},
    {'K', M(KEEP_ALIVE_ACK)}, {'z', M(ZERO_WINDOW)},          {'p', M(ZERO_WINDOW_PROBE)},
    {'w', M(WINDOW_UPDATE)},  {'l', M(LOST_SEGMENT)},         {'u', M(UNSEEN_ACK)},
};

static unsigned marks_of(const char *text)
{
    unsigned marks = 0;
    for (; *text; text++)
        for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
            if (letters[i].letter == *text)
                marks |= letters[i].marks;
    return marks;
}

static unsigned flags_of(const char *s)
{
    static const char names[] = "FSRPA"; // bit 0 to 4
    unsigned flags = 0;
    for (; *s; s++)
        flags |= 1u << (strchr(names, *s) - names);
    return flags;
}

// A segment and its marks; numbers are positions behind a base that each case is played with.
struct step {
    char from;
    const char *flags;
    uint32_t seq, ack, len;
    uint16_t window;
    uint32_t ms; // since the segment before
    const char *marks;
};

static struct rn_packet packet_of(const struct step *s, uint32_t base, rn_time time)
{
    struct rn_packet p = {.time = time, .from = s->from == 'b', .payload_bytes = s->len};
    p.tcp.flags = (uint8_t)flags_of(s->flags);
    p.tcp.seq = s->seq + base;
    p.tcp.ack = p.tcp.flags & RN_TCP_ACK ? s->ack + base : 0;
    p.tcp.window = s->window;
    return p;
}

static void play(const char *name, const struct step *steps)
{
    // The last two: the numbers wrap in the middle of the case.
    static const uint32_t bases[] = {1000, 0x7ffffff0u, UINT32_MAX - 100, UINT32_MAX - 1000};
    for (unsigned b = 0; b < 4; b++) {
        struct rn_tcp_track track = {.probe_end = 0};
        rn_time time = 5 * RN_SEC;
        for (unsigned i = 0; steps[i].from; i++) {
            time += steps[i].ms * RN_MSEC;
            struct rn_packet p = packet_of(&steps[i], bases[b], time);
            unsigned got = rn_tcp_analyse(&track, &p, 0), want = marks_of(steps[i].marks);
            if (got != want)
                fail_msg("%s, base %x, step %u: %#x instead of %#x", name, bases[b], i, got, want);
        }
    }
}

#define OPEN                                                            \
    {'a', "S", 0, 0, 0, 500, 0, ""}, {'b', "SA", 0, 1, 0, 500, 30, ""}, \
    {                                                                   \
        'a', "A", 1, 1, 0, 500, 10, ""                                  \
    }

static void plain_talk_has_no_marks(void **state)
{
    (void)state;
    play("talk", (struct step[]){OPEN,
                                 {'a', "PA", 1, 1, 100, 500, 1, ""},
                                 {'b', "A", 1, 101, 0, 500, 30, ""},
                                 {'b', "PA", 1, 101, 700, 500, 1, ""},
                                 {'b', "PA", 701, 101, 700, 500, 1, ""},
                                 {'a', "A", 101, 1401, 0, 499, 1, ""},
                                 {'a', "FA", 101, 1401, 0, 499, 1, ""},
                                 {'b', "FA", 1401, 102, 0, 500, 30, ""},
                                 {'a', "A", 102, 1402, 0, 499, 1, ""},
                                 {0}});
    play("met in mid-stream", (struct step[]){{'b', "PA", 1, 101, 700, 500, 1, ""},
                                              {'a', "A", 101, 701, 0, 499, 1, ""},
                                              {'b', "PA", 701, 101, 10, 500, 1, ""},
                                              {0}});
}

static void what_was_seen_before_is_a_retransmission(void **state)
{
    (void)state;
    play("data", (struct step[]){OPEN,
                                 {'a', "PA", 1, 1, 100, 500, 1, ""},
                                 {'a', "PA", 1, 1, 100, 500, 200, "r"},
                                 {'a', "PA", 1, 1, 50, 500, 200, "r"},
                                 {'a', "PA", 51, 1, 100, 500, 200, "r"}, // 50 of it are new
                                 {'a', "PA", 151, 1, 10, 500, 1, ""},
                                 {0}});
    play("SYN, SYN+ACK, FIN", (struct step[]){{'a', "S", 0, 0, 0, 500, 0, ""},
                                              {'a', "S", 0, 0, 0, 500, 1000, "r"},
                                              {'b', "SA", 0, 1, 0, 500, 30, ""},
                                              {'b', "SA", 0, 1, 0, 500, 1000, "r"},
                                              {'a', "A", 1, 1, 0, 500, 10, ""},
                                              {'a', "FA", 1, 1, 0, 500, 10, ""},
                                              {'a', "FA", 1, 1, 0, 500, 300, "r"},
                                              {0}});
    play("more than a keep-alive",
         (struct step[]){
             OPEN, {'a', "PA", 1, 1, 100, 500, 1, ""}, {'a', "PA", 100, 1, 30, 500, 200, ""}, {0}});
}

static void what_was_acknowledged_before_is_spurious(void **state)
{
    (void)state;
    play("all of it", (struct step[]){OPEN,
                                      {'a', "PA", 1, 1, 100, 500, 1, ""},
                                      {'b', "A", 1, 101, 0, 500, 30, ""},
                                      {'a', "PA", 1, 1, 100, 500, 300, "s"},
                                      {'a', "PA", 1, 1, 99, 500, 0, "s"},
                                      {'a', "PA", 1, 1, 101, 500, 0, "r"}, // one is new
                                      {0}});
    play("not seen, but acknowledged", (struct step[]){OPEN,
                                                       {'b', "A", 1, 101, 0, 500, 30, "u"},
                                                       {'a', "PA", 1, 1, 100, 500, 300, "s"},
                                                       {0}});
}

static void duplicate_acks_ask_for_a_fast_retransmission(void **state)
{
    (void)state;
#define GAP                                                                         \
    OPEN, {'a', "PA", 1, 1, 100, 500, 1, ""}, {'b', "A", 1, 101, 0, 500, 30, ""},   \
        {'a', "PA", 101, 1, 100, 500, 1, ""}, {'a', "PA", 201, 1, 100, 500, 1, ""}, \
        {'a', "PA", 301, 1, 100, 500, 1, ""}
    play("two are enough", (struct step[]){GAP,
                                           {'b', "A", 1, 101, 0, 500, 80, "d"},
                                           {'b', "A", 1, 101, 0, 500, 1, "d"},
                                           {'a', "PA", 101, 1, 100, 500, 19, "f"},
                                           {0}});
    play("one is not", (struct step[]){GAP,
                                       {'b', "A", 1, 101, 0, 500, 80, "d"},
                                       {'a', "PA", 101, 1, 100, 500, 19, "r"},
                                       {0}});
    play("too late", (struct step[]){GAP,
                                     {'b', "A", 1, 101, 0, 500, 80, "d"},
                                     {'b', "A", 1, 101, 0, 500, 1, "d"},
                                     {'b', "A", 1, 101, 0, 500, 1, "d"},
                                     {'a', "PA", 101, 1, 100, 500, 20, "r"},
                                     {0}});
    play("elsewhere", (struct step[]){GAP,
                                      {'b', "A", 1, 101, 0, 500, 80, "d"},
                                      {'b', "A", 1, 101, 0, 500, 1, "d"},
                                      {'a', "PA", 201, 1, 100, 500, 1, "r"},
                                      {0}});
    play("a new number ends the row", (struct step[]){GAP,
                                                      {'b', "A", 1, 101, 0, 500, 80, "d"},
                                                      {'b', "A", 1, 101, 0, 500, 1, "d"},
                                                      {'b', "A", 1, 201, 0, 500, 1, ""},
                                                      {'b', "A", 1, 201, 0, 500, 1, "d"},
                                                      {'a', "PA", 201, 1, 100, 500, 1, "r"},
                                                      {0}});
    play("not with data, nor another window", (struct step[]){GAP,
                                                              {'b', "PA", 1, 101, 9, 500, 80, ""},
                                                              {'b', "A", 10, 101, 0, 499, 1, "w"},
                                                              {'b', "A", 10, 101, 0, 499, 1, "d"},
                                                              {'b', "FA", 10, 101, 0, 499, 1, ""},
                                                              {0}});
}

static void late_by_less_than_a_round_trip_is_out_of_order(void **state)
{
    (void)state;
    // The handshake took 40 ms.
    play("within", (struct step[]){OPEN,
                                   {'a', "PA", 101, 1, 100, 500, 1, "l"},
                                   {'a', "PA", 1, 1, 100, 500, 39, "o"},
                                   {0}});
    play("beyond", (struct step[]){OPEN,
                                   {'a', "PA", 101, 1, 100, 500, 1, "l"},
                                   {'a', "PA", 1, 1, 100, 500, 40, "r"},
                                   {0}});
    play("the same end is no other order", (struct step[]){OPEN,
                                                           {'a', "PA", 101, 1, 100, 500, 1, "l"},
                                                           {'a', "PA", 151, 1, 50, 500, 1, "r"},
                                                           {0}});
    play("3 ms if unknown", (struct step[]){{'a', "PA", 1, 1, 10, 500, 1, ""},
                                            {'a', "PA", 101, 1, 100, 500, 1, "l"},
                                            {'a', "PA", 11, 1, 30, 500, 2, "o"},
                                            {'a', "PA", 41, 1, 30, 500, 1, "r"},
                                            {0}});
    // Of a SYN that was sent again, the last counts.
    play("SYN again", (struct step[]){{'a', "S", 0, 0, 0, 500, 0, ""},
                                      {'a', "S", 0, 0, 0, 500, 1000, "r"},
                                      {'b', "SA", 0, 1, 0, 500, 5, ""},
                                      {'a', "A", 1, 1, 0, 500, 5, ""},
                                      {'a', "PA", 101, 1, 100, 500, 1, "l"},
                                      {'a', "PA", 1, 1, 50, 500, 9, "o"},
                                      {'a', "PA", 51, 1, 50, 500, 1, "r"},
                                      {0}});
}

static void keep_alives_are_no_retransmissions(void **state)
{
    (void)state;
    for (uint32_t len = 0; len < 2; len++)
        play("keep-alive", (struct step[]){OPEN,
                                           {'a', "PA", 1, 1, 100, 500, 1, ""},
                                           {'b', "A", 1, 101, 0, 500, 30, ""},
                                           {'a', "A", 100, 1, len, 500, 9000, "k"},
                                           {'b', "A", 1, 101, 0, 500, 30, "K"},
                                           {'a', "A", 100, 1, len, 500, 9000, "k"},
                                           {'a', "A", 100, 1, len, 500, 9000, "k"},
                                           {'b', "A", 1, 101, 0, 500, 30, "K"},
                                           {'b', "A", 1, 101, 0, 500, 30, "K"},
                                           {'a', "PA", 101, 1, 5, 500, 1, ""},
                                           {'b', "A", 1, 101, 0, 500, 1, "d"},
                                           {0}});
    play("not with FIN",
         (struct step[]){
             OPEN, {'a', "PA", 1, 1, 100, 500, 1, ""}, {'a', "FA", 100, 1, 0, 500, 100, "r"}, {0}});
}

static void windows_that_close_and_open(void **state)
{
    (void)state;
    play("zero window", (struct step[]){OPEN,
                                        {'a', "PA", 1, 1, 100, 500, 1, ""},
                                        {'b', "A", 1, 101, 0, 0, 30, "z"},
                                        {'a', "A", 101, 1, 1, 500, 900, "p"},
                                        {'b', "A", 1, 101, 0, 0, 30, "z"},
                                        {'a', "A", 101, 1, 1, 500, 900, "p"},
                                        {'b', "A", 1, 101, 0, 400, 30, "w"},
                                        {'a', "PA", 101, 1, 1, 500, 1, ""},
                                        {'a', "RA", 102, 1, 0, 0, 1, ""}, // a RST has none to tell
                                        {0}});
    play("update",
         (struct step[]){
             OPEN, {'b', "A", 1, 1, 0, 600, 30, "w"}, {'b', "A", 1, 1, 0, 600, 30, "d"}, {0}});
}

static void gaps_are_told_once(void **state)
{
    (void)state;
    play("lost", (struct step[]){OPEN,
                                 {'a', "PA", 101, 1, 100, 500, 1, "l"},
                                 {'a', "PA", 201, 1, 100, 500, 1, ""},
                                 {'b', "A", 1, 301, 0, 500, 30, "u"},
                                 {'a', "PA", 301, 1, 100, 500, 1, ""},
                                 {'b', "A", 1, 401, 0, 500, 30, ""},
                                 {0}});
    play("silent", (struct step[]){OPEN,
                                   {'b', "A", 1, 301, 0, 500, 30, "u"},
                                   {'b', "A", 1, 401, 0, 500, 30, ""},
                                   {'b', "A", 1, 501, 0, 500, 30, ""},
                                   {'a', "PA", 501, 1, 9, 500, 1, "l"},
                                   {'b', "A", 1, 510, 0, 500, 30, "u"},
                                   {0}});
}

static void a_reset_without_a_place_is_not_taken_for_the_edge(void **state)
{
    (void)state;
    struct rn_tcp_track track = {.probe_end = 0};
    struct rn_packet p = {.tcp.flags = RN_TCP_SYN, .tcp.seq = 0x90000000u};
    rn_tcp_analyse(&track, &p, 0);
    p = (struct rn_packet){.from = 1, .tcp.flags = RN_TCP_RST | RN_TCP_ACK};
    p.tcp.ack = 0x90000001u;
    assert_int_equal(rn_tcp_analyse(&track, &p, 0), 0);
    p.tcp.flags = RN_TCP_SYN | RN_TCP_ACK;
    p.tcp.seq = 0xf0000000u; // would be before 0
    assert_int_equal(rn_tcp_analyse(&track, &p, 0), 0);
}

static void time_that_goes_back_is_neither_fast_nor_out_of_order(void **state)
{
    (void)state;
    struct rn_tcp_track track = {.probe_end = 0};
    static const struct step steps[] = {OPEN, {'a', "PA", 101, 1, 100, 500, 1, ""}};
    for (unsigned i = 0; i < 4; i++) {
        struct rn_packet p = packet_of(&steps[i], 0x1000, 10 * RN_SEC);
        rn_tcp_analyse(&track, &p, 0);
    }
    static const struct step late = {'a', "PA", 1, 1, 50, 500, 0, ""};
    for (unsigned i = 0; i < 3; i++) {
        static const rn_time times[] = {10 * RN_SEC - 1000, 0, RN_TIME_MIN};
        struct rn_packet p = packet_of(&late, 0x1000, times[i]);
        assert_int_equal(rn_tcp_analyse(&track, &p, 0), M(RETRANSMIT));
    }
    struct rn_packet p = packet_of(&late, 0x1000, RN_TIME_MAX);
    assert_int_equal(rn_tcp_analyse(&track, &p, 0), M(RETRANSMIT));
}

static void options_are_noted_by_end(void **state)
{
    (void)state;
    struct rn_tcp_track track = {.probe_end = 0};
    struct rn_packet p = {.tcp.flags = RN_TCP_SYN, .tcp.sack = true, .tcp.timestamps = true};
    rn_tcp_analyse(&track, &p, 0);
    p = (struct rn_packet){.from = 1, .tcp.flags = RN_TCP_SYN | RN_TCP_ACK, .tcp.sack = true};
    rn_tcp_analyse(&track, &p, 0);
    assert_int_equal(rn_tcp_options(&track, 0), RN_TCP_OPTION_SACK | RN_TCP_OPTION_TIMESTAMPS);
    assert_int_equal(rn_tcp_options(&track, 1), RN_TCP_OPTION_SACK);
}

// Round-trip times.

static rn_dur rtt_of(const struct rn_tcp_track *track)
{
    rn_dur rtt = -1;
    return rn_tcp_rtt(track, 0, &rtt) ? rtt : -1;
}

static rn_dur time_steps(const struct step *steps)
{
    struct rn_tcp_track track = {.probe_end = 0};
    rn_time time = RN_TIME_MIN / 2; // no time is special
    for (unsigned i = 0; steps[i].from; i++) {
        time += steps[i].ms * RN_MSEC;
        struct rn_packet p = packet_of(&steps[i], UINT32_MAX - 50, time);
        rn_tcp_analyse(&track, &p, 0);
    }
    return rtt_of(&track);
}

static void inv_3_rtt_is_that_of_the_local_ends_data(void **state)
{
    (void)state;
    assert_int_equal(time_steps((struct step[]){{'a', "PA", 1, 1, 100, 9, 0, ""}, {0}}), -1);
    // The handshake is the first sample: 30 ms. Then (7 * 30 + 110) / 8.
    assert_int_equal(time_steps((struct step[]){OPEN, {0}}), 30 * RN_MSEC);
    assert_int_equal(time_steps((struct step[]){OPEN,
                                                {'a', "PA", 1, 1, 100, 500, 5, ""},
                                                {'a', "PA", 101, 1, 100, 500, 50, ""},
                                                {'b', "A", 1, 100, 0, 500, 10, ""}, // not all of it
                                                {'b', "A", 1, 201, 0, 500, 50, ""},
                                                {0}}),
                     40 * RN_MSEC);
    // The other end's data says nothing, however long we take to acknowledge it.
    assert_int_equal(
        time_steps((struct step[]){
            OPEN, {'b', "PA", 1, 1, 100, 500, 5, ""}, {'a', "A", 1, 101, 0, 500, 900, ""}, {0}}),
        30 * RN_MSEC);
}

static void inv_3_what_was_sent_twice_is_not_timed(void **state)
{
    (void)state;
    assert_int_equal(time_steps((struct step[]){{'a', "S", 0, 0, 0, 500, 0, ""},
                                                {'a', "S", 0, 0, 0, 500, 1000, "r"},
                                                {'b', "SA", 0, 1, 0, 500, 30, ""},
                                                {0}}),
                     -1);
    assert_int_equal(time_steps((struct step[]){OPEN,
                                                {'a', "PA", 1, 1, 100, 500, 5, ""},
                                                {'a', "PA", 1, 1, 100, 500, 200, "r"},
                                                {'b', "A", 1, 101, 0, 500, 10, ""},
                                                {0}}),
                     30 * RN_MSEC);
    // Unanswered for more than 10 s: no sample, and the next segment starts a new one.
    assert_int_equal(
        time_steps((struct step[]){
            OPEN, {'a', "PA", 1, 1, 100, 500, 5, ""}, {'b', "A", 1, 101, 0, 500, 10001, ""}, {0}}),
        30 * RN_MSEC);
    assert_int_equal(time_steps((struct step[]){OPEN,
                                                {'a', "PA", 1, 1, 100, 500, 5, ""},
                                                {'a', "PA", 101, 1, 100, 500, 10001, ""},
                                                {'b', "A", 1, 201, 0, 500, 110, ""},
                                                {0}}),
                     40 * RN_MSEC);
}

static void an_inherited_track_knows_the_bytes_but_no_times(void **state)
{
    (void)state;
    struct rn_tcp_track track = {.probe_end = 0};
    static const struct step steps[] = {OPEN, {'a', "PA", 1, 1, 100, 500, 1, ""}};
    for (unsigned i = 0; i < 4; i++) {
        struct rn_packet p = packet_of(&steps[i], 0x1000, i * RN_SEC);
        rn_tcp_analyse(&track, &p, 0);
    }
    assert_true(rtt_of(&track) > 0);
    assert_true(rn_tcp_heard(&track, 0));
    rn_tcp_inherit(&track);
    assert_int_equal(rtt_of(&track), -1);
    assert_false(rn_tcp_heard(&track, 0));
    struct rn_packet p = packet_of(&steps[3], 0x1000, 20 * RN_SEC);
    assert_int_equal(rn_tcp_analyse(&track, &p, 0), M(RETRANSMIT));
    assert_true(rn_tcp_heard(&track, 0));
    rn_tcp_restart(&track);
    assert_int_equal(rn_tcp_analyse(&track, &p, 0), 0);
}

// The reference: every segment is kept, and every question is answered by looking back.

#define KEPT 600

struct seen {
    unsigned from, flags, window, marks;
    int64_t seq, end, ack; // positions: of the sender's stream, of the other's
    uint32_t len;
    rn_time time;
    bool timed; // start of a measurement that is still open
};
struct reference {
    struct seen all[KEPT];
    unsigned count;
    int64_t ackable[2];
    bool has_ackable[2];
    int dup[2];
    double srtt;
    uint32_t zero_ack[2]; // position + this = 0 on the wire (the low 32 bits)
};

static const struct seen *last_of(const struct reference *r, unsigned from)
{
    for (unsigned i = r->count; i-- > 0;)
        if (r->all[i].from == from)
            return &r->all[i];
    return NULL;
}

// The segment that was first to end where the sender's stream ends by now.
static const struct seen *edge_of(const struct reference *r, unsigned from)
{
    const struct seen *best = NULL;
    for (unsigned i = 0; i < r->count; i++) {
        const struct seen *s = &r->all[i];
        if (s->from == from && !(s->marks & M(ZERO_WINDOW_PROBE)) && (!best || s->end > best->end))
            best = s;
    }
    return best;
}

static bool is_within(rn_time now, rn_time then, rn_dur limit)
{
    return now - then >= 0 && now - then < limit;
}

// 3 ms, or from the last SYN before the handshake ended to its end.
static rn_dur reorder_limit(const struct reference *r)
{
    rn_time syn = 0;
    bool asked = false, answered = false;
    for (unsigned i = 0; i < r->count; i++) {
        const struct seen *s = &r->all[i];
        if (s->flags & RN_TCP_SYN && s->from == 1)
            answered = true;
        else if (s->flags & RN_TCP_SYN) {
            syn = s->time;
            asked = true;
        } else if (asked && answered && s->from == 0 && s->flags & RN_TCP_ACK)
            return s->time > syn ? s->time - syn : 0;
    }
    return 3 * RN_MSEC;
}

static unsigned judge_header(const struct reference *r, const struct seen *s)
{
    const struct seen *edge = edge_of(r, s->from), *mine = last_of(r, s->from),
                      *yours = last_of(r, 1 - s->from);
    bool control = s->flags & (RN_TCP_SYN | RN_TCP_FIN | RN_TCP_RST);
    unsigned marks = 0;
    if (s->len == 1 && edge && s->seq == edge->end && yours && yours->window == 0)
        return M(ZERO_WINDOW_PROBE);
    if (s->window == 0 && !control)
        marks |= M(ZERO_WINDOW);
    if (edge && s->seq > edge->end && !(s->flags & RN_TCP_RST))
        marks |= M(LOST_SEGMENT);
    if (edge && s->len <= 1 && s->seq == edge->end - 1 && !control)
        marks |= M(KEEP_ALIVE);
    bool repeats = s->len == 0 && s->window && edge && s->seq == edge->end && mine &&
                   s->ack == mine->ack && !control;
    if (repeats && s->window != mine->window)
        return marks | M(WINDOW_UPDATE);
    if (repeats && yours && yours->marks & M(KEEP_ALIVE))
        return marks | M(KEEP_ALIVE_ACK);
    return repeats ? marks | M(DUPLICATE_ACK) : marks;
}

static unsigned judge_space(const struct reference *r, const struct seen *s)
{
    const struct seen *edge = edge_of(r, s->from), *yours = last_of(r, 1 - s->from);
    bool back = edge && s->seq < edge->end && !(s->len > 1 && s->seq == edge->end - 1);
    bool has_ack = yours && yours->flags & RN_TCP_ACK;
    if (s->len && has_ack && s->seq + s->len <= yours->ack)
        return M(RETRANSMIT) | M(SPURIOUS);
    if (!back)
        return 0;
    if (r->dup[1 - s->from] >= 2 && s->seq == yours->ack &&
        is_within(s->time, yours->time, 20 * RN_MSEC))
        return M(RETRANSMIT) | M(FAST);
    if (s->end != edge->end && is_within(s->time, edge->time, reorder_limit(r)))
        return M(OUT_OF_ORDER);
    return M(RETRANSMIT);
}

static unsigned judge_ack(struct reference *r, const struct seen *s)
{
    unsigned you = 1 - s->from;
    if (!(s->flags & RN_TCP_ACK) || !r->has_ackable[you] || s->ack <= r->ackable[you])
        return 0;
    int64_t end = edge_of(r, you)->end;
    if (r->ackable[you] < end) {
        r->ackable[you] = end;
        return M(UNSEEN_ACK);
    }
    bool first = r->dup[you] == 0;
    r->dup[you] = -1;
    return first ? M(UNSEEN_ACK) : 0;
}

static void time_reference(struct reference *r, struct seen *s, bool is_new)
{
    struct seen *open = NULL;
    for (unsigned i = 0; i < r->count; i++)
        if (r->all[i].timed)
            open = &r->all[i];
    if (s->from == 1) {
        if (!open || !(s->flags & RN_TCP_ACK) || s->ack < open->end)
            return;
        open->timed = false;
        rn_dur sample = s->time - open->time;
        if (sample < 0 || sample >= 10 * RN_SEC)
            return;
        r->srtt = r->srtt < 0 ? (double)sample : (7 * r->srtt + (double)sample) / 8;
    } else if (s->marks & (M(RETRANSMIT) | M(OUT_OF_ORDER))) {
        if (open)
            open->timed = false;
    } else if (is_new && (!open || !is_within(s->time, open->time, 10 * RN_SEC))) {
        if (open)
            open->timed = false;
        s->timed = true;
    }
}

static unsigned judge(struct reference *r, struct seen s)
{
    unsigned me = s.from;
    bool space = s.len || s.flags & (RN_TCP_SYN | RN_TCP_FIN);
    const struct seen *mine = last_of(r, me), *edge = edge_of(r, me);
    s.marks = judge_header(r, &s);
    if (s.marks & M(DUPLICATE_ACK))
        r->dup[me] = r->dup[me] < 0 ? 1 : r->dup[me] + 1;
    if (mine ? s.ack != mine->ack : (uint32_t)s.ack != r->zero_ack[1 - me])
        r->dup[me] = 0;
    s.marks |= judge_ack(r, &s);
    if (space && !(s.marks & M(KEEP_ALIVE)))
        s.marks |= judge_space(r, &s);
    bool probe = s.marks & M(ZERO_WINDOW_PROBE);
    bool is_new = space && !probe && (!edge || s.end > edge->end);
    int64_t before = edge ? edge->end : s.end;
    time_reference(r, &s, is_new);
    r->all[r->count++] = s;
    if (!probe && (!r->has_ackable[me] || s.seq == r->ackable[me])) {
        r->ackable[me] = s.end > before ? s.end : before;
        r->has_ackable[me] = true;
    }
    return s.marks;
}

// The generator: two ends that send, repeat, acknowledge, probe and fall silent; the capture misses some of it, sees some
// of it twice or late, and its clock is not quite steady.

static uint64_t dice_state;
static uint32_t dice(uint32_t sides)
{
    dice_state = dice_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(dice_state >> 33) % sides;
}

struct world {
    uint32_t base[2]; // number on the wire of position 0
    int64_t sent[2];  // end of what an end has sent
    int64_t got[2];   // end of what it has got without a gap, as it believes
    unsigned window[2];
    rn_time now;
    struct seen held; // waits to be seen late
    bool holds;
};

static struct seen make(struct world *w, unsigned from, int64_t seq, uint32_t len, unsigned flags)
{
    bool edge = flags & (RN_TCP_SYN | RN_TCP_FIN);
    return (struct seen){.from = from,
                         .flags = flags,
                         .seq = seq,
                         .len = len,
                         .end = seq + len + edge,
                         .ack = w->got[from],
                         .window = w->window[from]};
}

static struct seen make_new(struct world *w, unsigned from)
{
    static const uint32_t lens[] = {1, 2, 100, 536, 1460, 1460, 9000, 65000};
    bool fin = dice(60) == 0;
    struct seen s = make(w, from, w->sent[from], lens[dice(8)],
                         RN_TCP_ACK | RN_TCP_PSH | (fin ? RN_TCP_FIN : 0));
    w->sent[from] = s.end;
    return s;
}

static struct seen make_old(struct world *w, unsigned from)
{
    int64_t back = 1 + dice(4000), seq = w->sent[from] > back ? w->sent[from] - back : 0;
    if (dice(3) == 0 && w->got[1 - from] < w->sent[from])
        seq = w->got[1 - from]; // what is asked for
    return make(w, from, seq, dice(2000), RN_TCP_ACK);
}

static struct seen make_segment(struct world *w)
{
    unsigned from = dice(2), other = 1 - from;
    switch (dice(16)) {
    case 0:
    case 1:
        return make_old(w, from);
    case 2:
        return make(w, from, w->sent[from] - 1, dice(2), RN_TCP_ACK); // keep-alive
    case 3:
        w->window[from] = dice(2) ? 0 : 1 + dice(4);
        return make(w, from, w->sent[from], 0, RN_TCP_ACK);
    case 4:
        return make(w, from, w->sent[from], 1, RN_TCP_ACK); // perhaps a probe, perhaps a repeat
    case 5:
    case 6:
    case 7: // acknowledges nothing new
        return make(w, from, w->sent[from], 0, RN_TCP_ACK);
    case 8:
    case 9:
    case 10:
    case 11: // some or all of it
        w->got[from] += (w->sent[other] - w->got[from]) / (1 + dice(2));
        return make(w, from, w->sent[from], 0, RN_TCP_ACK);
    default:
        return make_new(w, from);
    }
}

static void pass_time(struct world *w)
{
    static const rn_dur steps[] = {0,
                                   1 * RN_USEC,
                                   500 * RN_USEC,
                                   2 * RN_MSEC,
                                   3 * RN_MSEC,
                                   19 * RN_MSEC,
                                   20 * RN_MSEC,
                                   300 * RN_MSEC,
                                   -4 * RN_MSEC,
                                   11 * RN_SEC};
    w->now += steps[dice(60) ? dice(8) : 8 + dice(2)];
}

struct run {
    struct world world;
    struct reference reference;
    struct rn_tcp_track track;
    uint32_t totals[RN_TCP_MARK_COUNT];
};

static void capture(struct run *run, struct seen s)
{
    struct reference *r = &run->reference;
    if (r->count == KEPT)
        return;
    pass_time(&run->world);
    s.time = run->world.now;
    struct rn_packet p = {.time = s.time, .from = (uint8_t)s.from, .payload_bytes = s.len};
    p.tcp.flags = (uint8_t)s.flags;
    p.tcp.seq = (uint32_t)s.seq + run->world.base[s.from];
    p.tcp.ack = (uint32_t)s.ack + run->world.base[1 - s.from];
    p.tcp.window = (uint16_t)s.window;
    if (!(s.flags & RN_TCP_ACK)) {
        p.tcp.ack = 0;
        s.ack = (int64_t)r->zero_ack[1 - s.from] - ((int64_t)1 << 32);
    }
    unsigned got = rn_tcp_analyse(&run->track, &p, 0), want = judge(r, s);
    if (got != want)
        fail_msg("segment %u: %#x instead of %#x", r->count - 1, got, want);
    for (unsigned mark = 0; mark < RN_TCP_MARK_COUNT; mark++)
        run->totals[mark] += got >> mark & 1;
    rn_dur rtt = rtt_of(&run->track);
    assert_int_equal(rtt < 0, r->srtt < 0);
    if (rtt >= 0)
        assert_true((double)rtt - r->srtt < 10 * 1000 && r->srtt - (double)rtt < 10 * 1000);
}

// What the way to the capture does to a segment.
static void carry(struct run *run, struct seen s)
{
    struct world *w = &run->world;
    if (dice(20) == 0)
        return;
    if (!w->holds && dice(15) == 0) {
        w->held = s;
        w->holds = true;
        return;
    }
    capture(run, s);
    if (dice(40) == 0)
        capture(run, s);
    if (w->holds && dice(3) == 0) {
        w->holds = false;
        capture(run, w->held);
    }
}

static void converse(struct run *run, uint32_t seed)
{
    dice_state = seed;
    struct world *w = &run->world;
    *w = (struct world){.now = (rn_time)dice(1000) * RN_MSEC, .window = {500, 500}};
    memset(&run->reference, 0, sizeof run->reference);
    run->reference.srtt = -1;
    run->track = (struct rn_tcp_track){.probe_end = 0};
    for (unsigned end = 0; end < 2; end++) {
        // Half of them wrap before long.
        w->base[end] = dice(2) ? UINT32_MAX - dice(100000) : dice(UINT32_MAX);
        run->reference.zero_ack[end] = 0 - w->base[end];
    }
    bool handshake = dice(4);
    if (handshake) {
        carry(run, make(w, 0, 0, 0, RN_TCP_SYN));
        w->got[1] = 1;
        carry(run, make(w, 1, 0, 0, RN_TCP_SYN | RN_TCP_ACK));
        w->got[0] = 1;
        carry(run, make(w, 0, 1, 0, RN_TCP_ACK));
    }
    w->sent[0] = w->sent[1] = w->got[0] = w->got[1] = 1;
    while (run->reference.count < KEPT)
        carry(run, make_segment(w));
}

static void inv_1_random_talk_is_marked_as_the_reference_marks_it(void **state)
{
    (void)state;
    static struct run run;
    for (uint32_t seed = 1; seed <= 300; seed++)
        converse(&run, seed);
    for (unsigned mark = 0; mark < RN_TCP_MARK_COUNT; mark++)
        if (run.totals[mark] < 100)
            fail_msg("mark %u is hardly ever reached", mark);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_talk_has_no_marks),
        cmocka_unit_test(what_was_seen_before_is_a_retransmission),
        cmocka_unit_test(what_was_acknowledged_before_is_spurious),
        cmocka_unit_test(duplicate_acks_ask_for_a_fast_retransmission),
        cmocka_unit_test(late_by_less_than_a_round_trip_is_out_of_order),
        cmocka_unit_test(keep_alives_are_no_retransmissions),
        cmocka_unit_test(windows_that_close_and_open),
        cmocka_unit_test(gaps_are_told_once),
        cmocka_unit_test(a_reset_without_a_place_is_not_taken_for_the_edge),
        cmocka_unit_test(time_that_goes_back_is_neither_fast_nor_out_of_order),
        cmocka_unit_test(options_are_noted_by_end),
        cmocka_unit_test(inv_3_rtt_is_that_of_the_local_ends_data),
        cmocka_unit_test(inv_3_what_was_sent_twice_is_not_timed),
        cmocka_unit_test(an_inherited_track_knows_the_bytes_but_no_times),
        cmocka_unit_test(inv_1_random_talk_is_marked_as_the_reference_marks_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
