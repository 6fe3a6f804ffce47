// SPDX-License-Identifier: Apache-2.0
// What TCP packets tell about a connection, and the state that follows from it.
//
// Packets only add bits per end (RN_TCP_SAW_*); the state is computed from them when somebody asks, and for the end
// that is shown as local. So turning a row round needs no second history, and a packet that brings no new bit costs one
// comparison. "local" is the end whose socket is drawn here (RFC 9293, figure 5, as far as a bystander can see it):
//
//                  1     +---------+     2
//             +----------| UNKNOWN |-----------+
//             v          +---------+           v
//       +----------+          | 3        +----------+
//       | SYN_SENT |----------|--------->| SYN_RECV |
//       +----------+     4    v          +----------+
//             |  5     +-------------+      6  |
//             +------->| ESTABLISHED |<--------+
//                      +-------------+
//                   7  |           |  8
//            +-----------+         +------------+
//      +-----| FIN_WAIT1 |-----+   | CLOSE_WAIT |
//      | 9   +-----------+     |   +------------+
//      v           |           |      |     | 15
//   +-----------+  | 10     11 |   14 |     v
//   | FIN_WAIT2 |  |           v      v   +----------+
//   +-----------+  |         +---------+  | LAST_ACK |
//      | 12        |         | CLOSING |  +----------+
//      v           v         +---------+      | 16
//   +----------------+   13      |            v
//   |   TIME_WAIT    |<----------+       +--------+   17
//   +----------------+                   | CLOSED |<------ from anywhere
//                                        +--------+
//
//    1  local SYN                                    see_syn
//    2  remote SYN, or local SYN+ACK                 see_syn
//    3  ACK from either end, or remote SYN+ACK       see_ack, see_syn: met in mid-stream
//    4  remote SYN: both opened at once              see_syn
//    5  remote SYN+ACK, or local ACK                 see_syn; see_ack: the SYN+ACK was missed
//    6  ACK from either end, or remote SYN+ACK       see_ack, see_syn
//    7  local FIN (also from SYN_RECV)               see_fin
//    8  remote FIN (also from SYN_RECV)              see_fin
//    9  remote ACK of our FIN                        see_ack
//   10  remote FIN with that ACK: three segments     see_ack, see_fin
//   11  remote FIN without: both closed at once      see_fin
//   12  remote FIN                                   see_fin
//   13  remote ACK of our FIN                        see_ack
//   14  local FIN that does not acknowledge theirs   see_fin: both closed at once
//   15  local FIN that does                          see_fin
//   16  remote ACK of our FIN                        see_ack
//   17  RST in the receiver's window                 see_reset (RFC 9293, 3.10.7.3; RFC 5961, 3.2)
//
// 1. Bits are only added. A new generation of a tuple is a new row.
// 2. initial_rtt is the time from the first SYN to the first SYN+ACK of the other end, by capture time, and never
//    negative; of a SYN that waits longer than RTT_MAX_AGE it is not known.
// 3. A RST that its receiver would not take changes nothing at all: a forged one must not hide a live connection.
#include "rustnet/model/conn.h"

#include "rustnet/base/verdict.h"

#define RTT_MAX_AGE (30 * RN_SEC)

static void see_options(struct rn_conn *conn, const struct rn_packet *packet)
{
    unsigned from = packet->from;
    if (conn->tcp.mss[from] == 0)
        conn->tcp.mss[from] = packet->tcp.mss;
    if ((packet->flags & RN_PACKET_WINDOW_SCALE) && !(conn->tcp.saw[from] & RN_TCP_SCALE_KNOWN)) {
        conn->tcp.window_scale[from] = packet->tcp.window_scale;
        conn->tcp.saw[from] |= RN_TCP_SCALE_KNOWN;
    }
}

// A repeated SYN does not start the clock again, unless the first is too old to be answered or it is not a repetition.
static void start_rtt(struct rn_conn *conn, rn_time now, bool again)
{
    bool running = (conn->tcp.saw[0] | conn->tcp.saw[1]) & RN_TCP_SAW_SYN;
    if (conn->rtt_known ||
        (running && !again && rn_time_since(now, conn->tcp.syn_time) <= RTT_MAX_AGE))
        return;
    conn->tcp.syn_time = now;
}

static void stop_rtt(struct rn_conn *conn, unsigned from, rn_time now)
{
    // Only the answer to the other end's SYN, and only the first: a repeated one may be late.
    unsigned asked = conn->tcp.saw[1 - from] & RN_TCP_SAW_SYN;
    if (conn->rtt_known || !asked ||
        (conn->tcp.saw[from] & (RN_TCP_SAW_SYN | RN_TCP_SAW_SYN_ACK)) != 0)
        return;
    rn_dur rtt = rn_time_since(now, conn->tcp.syn_time);
    if (rtt < 0 || rtt > RTT_MAX_AGE)
        return;
    conn->tcp.initial_rtt = rtt;
    conn->rtt_known = true;
}

bool rn_conn_tcp_same(const struct rn_conn *conn, const struct rn_packet *packet)
{
    unsigned from = packet->from, saw = conn->tcp.saw[from];
    if ((packet->tcp.flags & (RN_TCP_SYN | RN_TCP_ACK)) != RN_TCP_SYN)
        return true;
    // The number of the SYN had to make room for that of the FIN, but it lies as far before that as there was data.
    if (saw & RN_TCP_SAW_FIN)
        return conn->tcp.fin_end[from] - packet->tcp.seq - 2 <= conn->payload_bytes[from];
    return saw & (RN_TCP_SAW_SYN | RN_TCP_SAW_SYN_ACK) && packet->tcp.seq == conn->tcp.isn[from];
}

// Whether a SYN without ACK begins another incarnation of the connection, not seen to end. It does unless its number is
// that of the first one; an end met in mid-stream has none to repeat.
static bool incarnates(const struct rn_conn *conn, const struct rn_tcp_track *track,
                       const struct rn_packet *packet)
{
    unsigned from = packet->from, saw = conn->tcp.saw[from];
    if ((saw & (RN_TCP_SAW_SYN | RN_TCP_SAW_SYN_ACK)) && !(saw & RN_TCP_SAW_FIN))
        return packet->tcp.seq != conn->tcp.isn[from];
    return rn_tcp_heard(track, from);
}

static void see_syn(struct rn_conn *conn, struct rn_tcp_track *track,
                    const struct rn_packet *packet)
{
    unsigned from = packet->from;
    bool again = !(packet->tcp.flags & RN_TCP_ACK) && incarnates(conn, track, packet);
    if (again)
        rn_tcp_restart(track);
    // An answer may begin anew as well, if a reset came between.
    if (!(conn->tcp.saw[from] & RN_TCP_SAW_FIN) &&
        (again || packet->tcp.flags & RN_TCP_ACK || !(conn->tcp.saw[from] & RN_TCP_SAW_SYN)))
        conn->tcp.isn[from] = packet->tcp.seq;
    see_options(conn, packet);
    if (packet->tcp.flags & RN_TCP_ACK) {
        stop_rtt(conn, from, packet->time);
        conn->tcp.saw[from] |= RN_TCP_SAW_SYN_ACK;
    } else {
        start_rtt(conn, packet->time, again);
        conn->tcp.saw[from] |= RN_TCP_SAW_SYN;
    }
}

static void see_ack(struct rn_conn *conn, unsigned from, uint32_t ack)
{
    unsigned other = 1 - from;
    conn->tcp.saw[from] |= RN_TCP_SAW_ACK;
    // Serial arithmetic (RFC 1982): sequence numbers wrap.
    if ((conn->tcp.saw[other] & RN_TCP_SAW_FIN) && (int32_t)(ack - conn->tcp.fin_end[other]) >= 0)
        conn->tcp.saw[other] |= RN_TCP_FIN_ACKED;
}

static void see_fin(struct rn_conn *conn, const struct rn_packet *packet)
{
    unsigned from = packet->from, other = 1 - from;
    unsigned both = conn->tcp.saw[0] | conn->tcp.saw[1];
    if (!(both & (RN_TCP_SAW_ACK | RN_TCP_SAW_SYN_ACK))) // a scan, not the end of anything
        return;
    if (conn->tcp.saw[from] & RN_TCP_SAW_FIN)
        return;
    conn->tcp.saw[from] |= RN_TCP_SAW_FIN;
    conn->tcp.fin_end[from] = packet->tcp.seq + packet->payload_bytes + 1;
    if (conn->tcp.saw[other] & RN_TCP_FIN_ACKED)
        conn->tcp.saw[from] |= RN_TCP_PASSIVE_CLOSE;
}

static void see_segment(struct rn_conn *conn, const struct rn_packet *packet)
{
    if (packet->tcp.flags & RN_TCP_ACK)
        see_ack(conn, packet->from, packet->tcp.ack);
    if (packet->tcp.flags & RN_TCP_FIN)
        see_fin(conn, packet);
}

// Shift of the windows that `end` announces (RFC 7323, 2.2): both ends must have offered one. Of an end whose SYN was
// not seen it is not known, and the largest is assumed: rather believe a forged reset than wait for a dead connection.
static unsigned window_shift(const struct rn_conn *conn, unsigned end)
{
    unsigned shift = 14;
    for (unsigned e = 0; e < 2; e++)
        if (conn->tcp.saw[e] & (RN_TCP_SAW_SYN | RN_TCP_SAW_SYN_ACK) &&
            !(conn->tcp.saw[e] & RN_TCP_SCALE_KNOWN))
            return 0;
    if (conn->tcp.saw[end] & RN_TCP_SCALE_KNOWN)
        shift = conn->tcp.window_scale[end];
    return shift;
}

static bool see_reset(struct rn_conn *conn, const struct rn_tcp_track *track,
                      const struct rn_packet *packet)
{
    unsigned other = 1u - packet->from, saw = conn->tcp.saw[other];
    bool syn_only = !(saw & (RN_TCP_SAW_ACK | RN_TCP_SAW_SYN_ACK)) && saw & RN_TCP_SAW_SYN;
    if (!rn_tcp_reset_fits(track, packet, syn_only ? &conn->tcp.isn[other] : NULL,
                           window_shift(conn, other)))
        return false;
    conn->tcp.saw[packet->from] |= RN_TCP_SAW_RST;
    return true;
}

bool rn_conn_tcp_turn(struct rn_conn *conn, struct rn_tcp_track *track,
                      const struct rn_packet *packet, struct rn_tcp_news *news)
{
    const uint8_t before[2] = {conn->tcp.saw[0], conn->tcp.saw[1]};
    unsigned flags = packet->tcp.flags;
    if (flags & RN_TCP_RST) {
        if (!see_reset(conn, track, packet))
            return false;
    } else if ((flags & (RN_TCP_SYN | RN_TCP_FIN)) == RN_TCP_SYN) {
        see_syn(conn, track, packet);
    } else if (!(flags & RN_TCP_SYN)) {
        see_segment(conn, packet);
    }
    news->turned = before[0] != conn->tcp.saw[0] || before[1] != conn->tcp.saw[1];
    return true;
}

static enum rn_tcp_state opening_state(unsigned local, unsigned remote)
{
    // An end that sends an ACK without SYN has got one of our own kind before, also where the capture missed it.
    if ((local & RN_TCP_SAW_ACK) || (remote & RN_TCP_SAW_SYN_ACK))
        return RN_TCP_ESTABLISHED;
    bool waits = (local & RN_TCP_SAW_SYN_ACK) || (remote & RN_TCP_SAW_SYN);
    // ... but a bare ACK against our SYN is a challenge (RFC 5961, 4.2): the peer knows an older connection.
    if ((remote & RN_TCP_SAW_ACK) && (waits || !(local & RN_TCP_SAW_SYN)))
        return RN_TCP_ESTABLISHED;
    if (waits)
        return RN_TCP_SYN_RECV;
    return local & RN_TCP_SAW_SYN ? RN_TCP_SYN_SENT : RN_TCP_UNKNOWN;
}

enum rn_tcp_state rn_conn_tcp_state(const struct rn_conn *conn)
{
    unsigned local = conn->tcp.saw[conn->local], remote = conn->tcp.saw[rn_conn_remote(conn)];
    if ((local | remote) & RN_TCP_SAW_RST)
        return RN_TCP_CLOSED;
    bool acked = local & RN_TCP_FIN_ACKED;
    if (!(local & RN_TCP_SAW_FIN))
        return remote & RN_TCP_SAW_FIN ? RN_TCP_CLOSE_WAIT : opening_state(local, remote);
    if (!(remote & RN_TCP_SAW_FIN))
        return acked ? RN_TCP_FIN_WAIT2 : RN_TCP_FIN_WAIT1;
    if (local & RN_TCP_PASSIVE_CLOSE)
        return acked ? RN_TCP_CLOSED : RN_TCP_LAST_ACK;
    return acked ? RN_TCP_TIME_WAIT : RN_TCP_CLOSING;
}

const char *rn_tcp_state_name(enum rn_tcp_state state)
{
    static const char *const names[RN_TCP_STATE_COUNT] = {
        [RN_TCP_UNKNOWN] = "TCP_UNKNOWN",   [RN_TCP_SYN_SENT] = "SYN_SENT",
        [RN_TCP_SYN_RECV] = "SYN_RECV",     [RN_TCP_ESTABLISHED] = "ESTABLISHED",
        [RN_TCP_FIN_WAIT1] = "FIN_WAIT1",   [RN_TCP_FIN_WAIT2] = "FIN_WAIT2",
        [RN_TCP_CLOSE_WAIT] = "CLOSE_WAIT", [RN_TCP_LAST_ACK] = "LAST_ACK",
        [RN_TCP_TIME_WAIT] = "TIME_WAIT",   [RN_TCP_CLOSING] = "CLOSING",
        [RN_TCP_CLOSED] = "CLOSED",
    };
    RN_ASSERT(state < RN_TCP_STATE_COUNT);
    return names[state];
}
