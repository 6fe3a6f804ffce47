// SPDX-License-Identifier: Apache-2.0
// Marks on TCP segments, by the rules of Wireshark's sequence analysis (4.0), so that both programs count alike.
//
// Each direction ("me" is the sender of the segment at hand, "you" the other) remembers how far its sequence space was
// seen, and number, time and window of its last segment; nothing of single segments is kept. In the order of the rules:
//
//   zero window probe      one byte at the edge while the other's window is 0; none of the other header marks then
//   zero window            window 0
//   lost segment           begins beyond the edge: something was not captured
//   keep-alive             at most one byte, just before the edge
//   window update, keep-alive ACK, duplicate ACK: an empty segment like the one before; only one of them
//   unseen ACK             acknowledges what was not captured
//   and, for what takes sequence space, the first that fits of
//     spurious             all of it had been acknowledged
//     fast retransmission  before the edge, where two duplicate ACKs point, within 20 ms of the last
//     out of order         before the edge, within one round-trip time of the edge (3 ms where that is not known)
//     retransmission       before the edge
//
// 1. The track is a function of the segments' headers, their order and their times; nothing else.
// 2. Comparisons of sequence numbers are serial (RFC 1982), those of times signed differences of 32 bits, right within
//    35 minutes either way (beyond, a segment is misjudged if it comes a multiple of 71.6 minutes after the other, to
//    within the limit). One that is stamped before its predecessor is neither fast nor out of order.
// 3. Round-trip times come from data of the local end only: at a point near that end, the other direction's would
//    measure how long it takes us to answer. One segment is timed at a time, none that was sent twice (Karn).
#include "rustnet/model/tcp.h"

#include "rustnet/base/verdict.h"

#define FAST_US 20000   // a fast retransmission follows the duplicate ACK within this
#define REORDER_US 3000 // out of order, not sent again, where the round-trip time is not known
#define PROBE_US \
    (10 * 1000000)          // a segment that waits longer for its ACK tells nothing about the path
#define DUPLICATES_ENOUGH 2 // that make a fast retransmission; counting goes no further

// Of rn_tcp_end.flags.
enum {
    DUPLICATES = 0x0003, // duplicate ACKs in a row, up to DUPLICATES_ENOUGH, or
    GAP_TOLD = 0x0003,   // the other end has acknowledged what was not seen
    HEARD = 0x0004,      // ack, ack_us and window are known
    NEXT = 0x0008,       // next and next_us are known
    ACKABLE = 0x0010,    // ackable is known
    LAST_KEEP_ALIVE = 0x0020,
    ASKED = 0x0040,     // sent the first SYN, and not yet the ACK that ends the handshake
    ANSWERED = 0x0080,  // sent a SYN+ACK
    HANDSHAKE = 0x0100, // handshake_us is how long it took
    PROBE = 0x0200,     // a segment of this end is being timed
    TIMED = 0x0400,     // rtt_us8 is this end's
    INHERITED = 0x0800, // nothing came since rn_tcp_inherit
    ACKED = 0x4000,     // ack is one: the last segment had the flag
    OPTIONS_SHIFT = 12, // RN_TCP_OPTION_*
};

#define MARK(name) (1u << RN_TCP_MARK_##name)

struct segment {
    uint32_t seq, ack;
    uint32_t len; // payload
    uint32_t end; // seq + len, one more for SYN or FIN
    uint32_t us;
    uint16_t window;
    bool syn, has_ack, reset;
    bool control; // SYN, FIN or RST
    bool space;   // takes sequence space
};

static inline uint32_t us_of(rn_time time)
{
    return (uint32_t)(time / RN_USEC);
}

static struct segment segment_of(const struct rn_packet *packet)
{
    unsigned flags = packet->tcp.flags;
    bool edge = flags & (RN_TCP_SYN | RN_TCP_FIN);
    return (struct segment){.seq = packet->tcp.seq,
                            .ack = packet->tcp.ack,
                            .len = packet->payload_bytes,
                            .end = packet->tcp.seq + packet->payload_bytes + edge,
                            .us = us_of(packet->time),
                            .window = packet->tcp.window,
                            .syn = flags & RN_TCP_SYN,
                            .has_ack = flags & RN_TCP_ACK,
                            .reset = flags & RN_TCP_RST,
                            .control = edge || flags & RN_TCP_RST,
                            .space = edge || packet->payload_bytes};
}

static int32_t serial(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static bool within(uint32_t us, uint32_t since, uint32_t limit)
{
    int32_t passed = serial(us, since);
    return passed >= 0 && (uint32_t)passed < limit;
}

// An empty segment at the edge with the number of the last one.
static unsigned repeated_ack(const struct rn_tcp_end *me, const struct rn_tcp_end *you,
                             const struct segment *s)
{
    if (s->window == 0)
        return 0;
    if (s->window != me->window)
        return MARK(WINDOW_UPDATE);
    return you->flags & LAST_KEEP_ALIVE ? MARK(KEEP_ALIVE_ACK) : MARK(DUPLICATE_ACK);
}

// Marks that need `next` to be known.
static unsigned edge_marks(const struct rn_tcp_end *me, const struct rn_tcp_end *you,
                           const struct segment *s)
{
    int32_t ahead = serial(s->seq, me->next);
    if (ahead > 0)
        return s->reset ? 0 : MARK(LOST_SEGMENT);
    if (s->control || s->len > 1)
        return 0;
    if (ahead == -1)
        return MARK(KEEP_ALIVE);
    if (ahead == 0 && s->len == 0 && me->flags & HEARD && s->ack == me->ack)
        return repeated_ack(me, you, s);
    return 0;
}

static unsigned header_marks(const struct rn_tcp_end *me, const struct rn_tcp_end *you,
                             const struct segment *s)
{
    bool known = me->flags & NEXT;
    if (known && s->len == 1 && s->seq == me->next && you->flags & HEARD && you->window == 0)
        return MARK(ZERO_WINDOW_PROBE);
    unsigned marks = s->window == 0 && !s->control ? MARK(ZERO_WINDOW) : 0;
    return known ? marks | edge_marks(me, you, s) : marks;
}

static void count_duplicates(struct rn_tcp_end *me, const struct segment *s, unsigned marks)
{
    unsigned count = me->flags & DUPLICATES;
    if (marks & MARK(DUPLICATE_ACK))
        count = count == GAP_TOLD ? 1 : count + (count < DUPLICATES_ENOUGH);
    if (s->ack != me->ack)
        count = 0;
    me->flags = (uint16_t)((me->flags & ~(unsigned)DUPLICATES) | count);
}

// Acknowledges something that was not captured. Each gap is told once: as long as the other end is silent nothing can be
// known about what it says, and then the first such ACK stands for all; the same if it only repeats itself.
static unsigned unseen_ack(struct rn_tcp_end *you, const struct segment *s)
{
    if (!s->has_ack || !(you->flags & ACKABLE) || serial(s->ack, you->ackable) <= 0)
        return 0;
    if (you->ackable != you->next) {
        you->ackable = you->next;
        return MARK(UNSEEN_ACK);
    }
    bool told = you->flags & DUPLICATES;
    you->flags |= GAP_TOLD;
    return told ? 0 : MARK(UNSEEN_ACK);
}

// For a segment that begins before the edge.
static unsigned repeat_marks(const struct rn_tcp_track *track, const struct rn_tcp_end *me,
                             const struct rn_tcp_end *you, const struct segment *s)
{
    if ((you->flags & DUPLICATES) == DUPLICATES_ENOUGH && s->seq == you->ack &&
        within(s->us, you->ack_us, FAST_US))
        return MARK(RETRANSMIT) | MARK(FAST);
    uint32_t limit = me->flags & HANDSHAKE ? track->handshake_us : REORDER_US;
    if (s->end != me->next && within(s->us, me->next_us, limit))
        return MARK(OUT_OF_ORDER);
    return MARK(RETRANSMIT);
}

static unsigned space_marks(const struct rn_tcp_track *track, const struct rn_tcp_end *me,
                            const struct rn_tcp_end *you, const struct segment *s)
{
    if (s->len && you->flags & ACKED && serial(s->seq + s->len, you->ack) <= 0)
        return MARK(RETRANSMIT) | MARK(SPURIOUS);
    int32_t ahead = serial(s->seq, me->next);
    // Data over the byte of a keep-alive is new.
    if (!(me->flags & NEXT) || ahead >= 0 || (ahead == -1 && s->len > 1))
        return 0;
    return repeat_marks(track, me, you, s);
}

static void time_handshake(struct rn_tcp_track *track, struct rn_tcp_end *me,
                           struct rn_tcp_end *you, const struct segment *s)
{
    if (s->syn && s->has_ack) {
        me->flags |= ANSWERED;
    } else if (s->syn && !((me->flags | you->flags) & HANDSHAKE) && !(you->flags & ASKED)) {
        track->handshake_us = s->us;
        me->flags |= ASKED;
    } else if (!s->syn && s->has_ack && me->flags & ASKED && you->flags & ANSWERED) {
        int32_t took = serial(s->us, track->handshake_us);
        track->handshake_us = took > 0 ? (uint32_t)took : 0;
        me->flags = (uint16_t)((me->flags & ~ASKED) | HANDSHAKE);
        you->flags |= HANDSHAKE;
    }
}

// New data starts the clock, if none is running.
static inline void start_probe(struct rn_tcp_track *track, struct rn_tcp_end *me, uint32_t end,
                               uint32_t us)
{
    if (me->flags & PROBE && within(us, track->probe_us, PROBE_US))
        return;
    track->probe_end = end;
    track->probe_us = us;
    me->flags |= PROBE;
}

static void stop_probe_now(struct rn_tcp_track *track, struct rn_tcp_end *you, uint32_t us)
{
    you->flags &= (uint16_t)~PROBE;
    if (!within(us, track->probe_us, PROBE_US))
        return;
    // RFC 6298, 2.3: SRTT <- 7/8 SRTT + 1/8 R.
    uint32_t sample = us - track->probe_us;
    if (you->flags & TIMED)
        track->rtt_us8 += sample - track->rtt_us8 / 8;
    else
        track->rtt_us8 = sample * 8;
    you->flags |= TIMED;
}

static inline void stop_probe(struct rn_tcp_track *track, struct rn_tcp_end *you, uint32_t ack,
                              uint32_t us)
{
    if (you->flags & PROBE && serial(ack, track->probe_end) >= 0)
        stop_probe_now(track, you, us);
}

// Returns whether the edge has moved.
static bool take(struct rn_tcp_end *me, const struct segment *s, unsigned marks)
{
    bool moved = false;
    // A port without a connection resets with number 0 (RFC 9293, 3.10.7.1), which has no place among the others.
    bool placed = !(s->reset && s->end == 0 && !(me->flags & NEXT));
    if (placed && !(marks & MARK(ZERO_WINDOW_PROBE))) {
        if (!(me->flags & NEXT) || serial(s->end, me->next) > 0) {
            me->next = s->end;
            me->next_us = s->us;
            moved = true;
        }
        if (!(me->flags & ACKABLE) || s->seq == me->ackable)
            me->ackable = me->next;
        me->flags |= NEXT | ACKABLE;
    }
    me->window = s->window;
    me->ack = s->ack;
    me->ack_us = s->us;
    me->flags =
        (uint16_t)((me->flags & ~(LAST_KEEP_ALIVE | INHERITED | ACKED)) | HEARD |
                   (s->has_ack ? ACKED : 0) | (marks & MARK(KEEP_ALIVE) ? LAST_KEEP_ALIVE : 0));
    return moved;
}

static void note_options(struct rn_tcp_end *me, const struct rn_packet *packet)
{
    unsigned options = (packet->tcp.sack ? RN_TCP_OPTION_SACK : 0) |
                       (packet->tcp.timestamps ? RN_TCP_OPTION_TIMESTAMPS : 0);
    me->flags |= (uint16_t)(options << OPTIONS_SHIFT);
}

// A segment that no rule has anything to say about: at the edge, with data or a new acknowledgement of what was seen, and
// a window. Most are, so they are told apart first and taken by the shorter way.
static inline bool is_ordinary(const struct rn_tcp_end *me, const struct rn_tcp_end *you,
                               const struct rn_packet *packet)
{
    const unsigned known = NEXT | ACKABLE | HEARD;
    const unsigned flags = RN_TCP_SYN | RN_TCP_FIN | RN_TCP_RST | RN_TCP_ACK;
    uint32_t len = packet->payload_bytes, seq = packet->tcp.seq, ack = packet->tcp.ack;
    return (me->flags & (known | ASKED)) == known && (you->flags & known) == known &&
           (packet->tcp.flags & flags) == RN_TCP_ACK && seq == me->next &&
           packet->tcp.window != 0 && serial(ack, you->ackable) <= 0 &&
           (len ? serial(seq + len, you->ack) > 0 && (len > 1 || you->window != 0)
                : ack != me->ack);
}

// What analyse, take and the probes do with it.
static inline void take_ordinary(struct rn_tcp_track *track, struct rn_tcp_end *me,
                                 struct rn_tcp_end *you, const struct rn_packet *packet, bool local)
{
    uint32_t us = us_of(packet->time), end = me->next + packet->payload_bytes;
    unsigned flags = (me->flags & ~(unsigned)(LAST_KEEP_ALIVE | INHERITED)) | ACKED;
    if (packet->tcp.ack != me->ack)
        flags &= ~(unsigned)DUPLICATES;
    if (me->ackable == me->next)
        me->ackable = end;
    if (packet->payload_bytes) {
        me->next = end;
        me->next_us = us;
    }
    me->ack = packet->tcp.ack;
    me->ack_us = us;
    me->window = packet->tcp.window;
    me->flags = (uint16_t)flags;
    if (local && packet->payload_bytes)
        start_probe(track, me, end, us);
    else if (!local)
        stop_probe(track, you, packet->tcp.ack, us);
}

static __attribute__((noinline)) unsigned analyse(struct rn_tcp_track *track, struct rn_tcp_end *me,
                                                  struct rn_tcp_end *you,
                                                  const struct rn_packet *packet, bool local)
{
    const struct segment s = segment_of(packet);
    unsigned marks = header_marks(me, you, &s);
    count_duplicates(me, &s, marks);
    marks |= unseen_ack(you, &s);
    if (s.space && !(marks & MARK(KEEP_ALIVE)))
        marks |= space_marks(track, me, you, &s);
    if (s.syn)
        note_options(me, packet);
    time_handshake(track, me, you, &s);
    bool moved = take(me, &s, marks);
    if (!local && s.has_ack)
        stop_probe(track, you, s.ack, s.us);
    else if (local && marks & (MARK(RETRANSMIT) | MARK(OUT_OF_ORDER)))
        me->flags &= (uint16_t)~PROBE; // Karn
    else if (local && moved && s.space)
        start_probe(track, me, s.end, s.us);
    return marks;
}

unsigned rn_tcp_analyse(struct rn_tcp_track *track, const struct rn_packet *packet, unsigned local)
{
    struct rn_tcp_end *me = &track->end[packet->from], *you = &track->end[1 - packet->from];
    if (RN_UNLIKELY(!is_ordinary(me, you, packet)))
        return analyse(track, me, you, packet, packet->from == local);
    take_ordinary(track, me, you, packet, packet->from == local);
    return 0;
}

void rn_tcp_restart(struct rn_tcp_track *track)
{
    for (unsigned end = 0; end < 2; end++) {
        uint16_t keep = track->end[end].flags & TIMED;
        track->end[end] = (struct rn_tcp_end){.flags = keep};
    }
}

void rn_tcp_inherit(struct rn_tcp_track *track)
{
    for (unsigned end = 0; end < 2; end++)
        track->end[end].flags = (uint16_t)((track->end[end].flags & ~(PROBE | TIMED)) | INHERITED);
}

bool rn_tcp_heard(const struct rn_tcp_track *track, unsigned end)
{
    return (track->end[end].flags & (HEARD | INHERITED)) == HEARD;
}

// The receiver's window begins at its last ACK. That may not have reached the sender yet, and what the sender has sent
// beyond it may have arrived without being acknowledged: the edge itself fits as well, and all between the two.
static bool in_window(const struct rn_tcp_end *me, const struct rn_tcp_end *you, uint32_t seq,
                      unsigned shift)
{
    uint32_t window = (uint32_t)you->window << shift;
    uint32_t sent = me->flags & NEXT && serial(me->next, you->ack) > 0 ? me->next - you->ack : 0;
    uint32_t reach = window > sent ? window : sent;
    return seq - you->ack <= (reach ? reach - 1 : 0);
}

bool rn_tcp_reset_fits(const struct rn_tcp_track *track, const struct rn_packet *packet,
                       const uint32_t *syn, unsigned window_shift)
{
    const struct rn_tcp_end *me = &track->end[packet->from], *you = &track->end[1 - packet->from];
    if ((me->flags & NEXT && packet->tcp.seq == me->next) || !(you->flags & HEARD))
        return true;
    if (!syn)
        return in_window(me, you, packet->tcp.seq, window_shift);
    // RFC 9293, 3.10.7.3: in SYN_SENT only an acknowledgement of the SYN makes a reset credible. The SYN may have
    // carried data (RFC 7413), of which any part may be acknowledged.
    return packet->tcp.flags & RN_TCP_ACK && packet->tcp.ack - *syn - 1 < you->next - *syn;
}

bool rn_tcp_rtt(const struct rn_tcp_track *track, unsigned local, rn_dur *out)
{
    if (!(track->end[local].flags & TIMED))
        return false;
    *out = (rn_dur)track->rtt_us8 * RN_USEC / 8;
    return true;
}

uint8_t rn_tcp_options(const struct rn_tcp_track *track, unsigned end)
{
    return track->end[end].flags >> OPTIONS_SHIFT & (RN_TCP_OPTION_SACK | RN_TCP_OPTION_TIMESTAMPS);
}
