// SPDX-License-Identifier: Apache-2.0
// A connection: one row of the table.
// Thread: any; a row in the table is guarded by its shard's lock, a copy by nobody.
// Owns:   values; what ends in `_ref` leads into the table's side pools and means nothing in a copy.
// Fails:  never.
#ifndef RUSTNET_MODEL_CONN_H
#define RUSTNET_MODEL_CONN_H

#include <stddef.h>

#include "rustnet/base/text.h"
#include "rustnet/base/time.h"
#include "rustnet/model/addr.h"
#include "rustnet/model/exchange.h"
#include "rustnet/model/facts.h"
#include "rustnet/model/packet.h"
#include "rustnet/model/tcp.h"
#include "rustnet/model/timeouts.h"

enum rn_tcp_state {
    RN_TCP_UNKNOWN,
    RN_TCP_SYN_SENT,
    RN_TCP_SYN_RECV,
    RN_TCP_ESTABLISHED,
    RN_TCP_FIN_WAIT1,
    RN_TCP_FIN_WAIT2,
    RN_TCP_CLOSE_WAIT,
    RN_TCP_LAST_ACK,
    RN_TCP_TIME_WAIT,
    RN_TCP_CLOSING,
    RN_TCP_CLOSED,
    RN_TCP_STATE_COUNT,
};
const char *rn_tcp_state_name(enum rn_tcp_state state);

// What was seen of a TCP connection, by the end that sent it and without taking sides: bits are only ever added, and
// the state follows from them and from `local` (rn_conn_tcp_state). A SYN that carries a FIN as well sets none.
enum {
    RN_TCP_SAW_SYN = 0x01,       // this end sent a SYN without ACK
    RN_TCP_SAW_ACK = 0x02,       // this end sent a segment with ACK, no SYN and no RST
    RN_TCP_SAW_FIN = 0x04,       // this end sent a FIN, with or after somebody's ACK
    RN_TCP_FIN_ACKED = 0x08,     // ... and the other end acknowledged it
    RN_TCP_PASSIVE_CLOSE = 0x10, // ... and it had acknowledged the other end's FIN by then
    RN_TCP_SAW_RST = 0x20,       // this end reset the connection
    RN_TCP_SCALE_KNOWN = 0x40,   // this end's SYN or SYN+ACK told its window scale
    RN_TCP_SAW_SYN_ACK = 0x80,   // this end sent a SYN with ACK
};

// Where a connection of QUIC stands, as far as a packet says so. Only ever further, but for what a server answers to a
// first packet.
enum rn_quic_state {
    RN_QUIC_UNKNOWN,
    RN_QUIC_VERSION_NEG, // the last packet was one of these
    RN_QUIC_RETRY,
    RN_QUIC_0RTT,
    RN_QUIC_INITIAL,
    RN_QUIC_HANDSHAKE,
    RN_QUIC_CONNECTED,
    RN_QUIC_DRAINING,
    RN_QUIC_CLOSED,
    RN_QUIC_STATE_COUNT,
};

// Of the destination id of the packet that began a connection: so many of its bytes tell it from another.
#define RN_QUIC_BEGUN_BYTES 8

enum {
    RN_CONN_INITIATOR_PROVED =
        0x01, // by a SYN or by what it said; otherwise it is a guess that better evidence may turn round
    RN_CONN_TOMBSTONE = 0x02,   // closed and reported; kept only to catch late teardown packets
    RN_CONN_DPI_SETTLED = 0x04, // inspection has said its last word
    RN_CONN_OWNER_FINAL = 0x08, // the owner is known, or nobody will ask again
    RN_CONN_EMBRYO = 0x10,      // half-open, one packet, or closed: first to go from a full table
    RN_CONN_TERMINAL =
        0x20, // TIME_WAIT or CLOSED (QUIC: draining too) was reached at terminal_since
    RN_CONN_LOCAL_KNOWN = 0x40, // exactly one end has an address of this machine
    RN_CONN_RECENT = 0x80,      // has spoken since it came into its queue
};

#define RN_RATE_BUCKETS 10
#define RN_RATE_BEFORE ((UINT64_C(1) << 48) - 1) // the bits of rate_before

// Bytes per second of trace time over the last seconds (rate.c), in constant space. When the first packet of a new second
// comes, what the counters grew by goes into the bucket of the second that ended, which is that of last_seen
// (rn_conn_rate_roll). A row that has had packets in one second only needs none of this; all zero: nothing has ended yet.
struct rn_rate {
    uint16_t
        grown[RN_RATE_BUCKETS]
             [2]; // a ring: bytes n seconds before it at [(head - n) modulo 10], as rate.c has it
    // Byte counters, per end, up to which the ring has them, modulo 2^40: more than a second brings.
    uint32_t base_low[2];
    uint8_t base_high[2];
    uint8_t head; // where the bytes of the second of last_seen will go
};
_Static_assert(sizeof(struct rn_rate) <= 64, "one line of the cache");
static inline void rn_rate_set_base(struct rn_rate *rate, unsigned end, uint64_t bytes)
{
    rate->base_low[end] = (uint32_t)bytes;
    rate->base_high[end] = (uint8_t)(bytes >> 32);
}
// What the counter has grown by since then.
static inline uint64_t rn_rate_counted(const struct rn_rate *rate, unsigned end, uint64_t bytes)
{
    uint64_t base = (uint64_t)rate->base_high[end] << 32 | rate->base_low[end];
    return (bytes - base) & ((UINT64_C(1) << 40) - 1);
}

// How the owner of a row was found out; decides `attribution_match` and whether `uid` is known.
enum rn_match {
    RN_MATCH_NONE,
    RN_MATCH_EXACT_TUPLE,  // told with the packet itself (PKTAP); the user is not told
    RN_MATCH_PROCFS_EXACT, // the socket with exactly these ends, from the system's tables
    RN_MATCH_COUNT,
};
const char *rn_match_name(enum rn_match match); // "" for RN_MATCH_NONE

struct rn_conn {
    // Line 1: who it is, and what every packet and every row of a view asks first.
    struct rn_key key;
    rn_time last_seen;
    uint64_t rate_before : 48; // bytes of both ends that have left the ring of rates, modulo 2^48
    uint64_t wheel_slot : 16;  // of the time wheel
    uint32_t process_name;     // interned
    uint8_t flags;             // RN_CONN_*
    uint8_t app;               // enum rn_app
    uint8_t local;             // end of the key that is shown as local
    uint8_t initiator;         // end that began
    // Line 2: counters, by sender's end.
    uint64_t packets[2];
    uint64_t bytes[2];
    uint64_t ip_bytes[2];
    uint64_t payload_bytes[2];
    // Line 3: transport.
    union {
        struct {
            uint8_t saw[2];          // RN_TCP_SAW_*, by end
            uint8_t window_scale[2]; // where RN_TCP_SCALE_KNOWN
            uint16_t mss[2];         // 0: not told
            // Sequence number of the end's first SYN, where one was seen; from RN_TCP_SAW_FIN on that after its FIN.
            union {
                uint32_t isn[2];
                uint32_t fin_end[2];
            };
            // Time of the first SYN without ACK (if one of `saw` tells of it), until the other end's first SYN+ACK
            // makes it the round-trip time (rtt_known).
            union {
                rn_time syn_time;
                rn_dur initial_rtt;
            };
        } tcp;
        struct {
            uint32_t idle_ms; // agreed idle time-out, 0: not known
            uint8_t state;    // enum rn_quic_state
            uint8_t begun[RN_QUIC_BEGUN_BYTES];
        } quic; // where app is RN_APP_QUIC
        // The last word of protocols without connections.
        struct {
            uint16_t id, seq;
            uint8_t type, code;
            bool echo;
        } icmp;
        struct {
            uint8_t group[4];
            uint8_t type;
            bool has_group;
        } igmp;
        struct {
            uint8_t sender_mac[6];
            uint16_t op;
            uint8_t sender; // end of the key
        } arp;
        // Of protocols that are not TCP, behind what they keep for themselves.
        struct {
            uint8_t own[15];
            uint8_t exchange; // enum rn_exchange: what was timed
            rn_dur rtt;       // where rtt_known
        } timed;
    };
    bool rtt_known;
    uint8_t vlan_count;
    uint8_t dpi_seen[2]; // payload packets inspected so far, by sender's end
    uint16_t vlan[RN_VLAN_MAX];
    uint32_t pid; // 0: not known
    uint32_t uid;
    uint32_t facts_ref; // side pool of the table
    rn_time first_seen;
    uint64_t
        id; // number of creation, from 1; never used twice, so it tells generations of a tuple apart
    // Line 4: the rest.
    uint32_t tcp_ref;  // counts of a row of TCP, in a side pool of the table
    uint32_t name_ref; // of the remote end, inferred from DNS: as facts_ref, and a fact in a copy
    uint8_t match;     // enum rn_match
    union {
        rn_time terminal_since; // with RN_CONN_TERMINAL, and when a tombstone was set
        rn_time kept_at;        // before: when its socket was last found open (rn_flow_keep), or 0
    };
    uint32_t wheel_prev, wheel_next; // rows of the same deadline bucket
    uint32_t queue_prev, queue_next; // tombstones, embryos or others, in the order they became so
};
_Static_assert(sizeof(struct rn_conn) <= 248, "four lines of the cache, with what the table adds");
_Static_assert(offsetof(struct rn_conn, packets) == 64, "line 1 is full: key to initiator");
_Static_assert(offsetof(struct rn_conn, timed.rtt) == offsetof(struct rn_conn, tcp.initial_rtt),
               "rtt_known is about one place, whatever the protocol");
_Static_assert(offsetof(struct rn_conn, quic.begun) + RN_QUIC_BEGUN_BYTES <=
                   offsetof(struct rn_conn, timed.exchange),
               "QUIC is timed as well");
_Static_assert(offsetof(struct rn_conn, tcp) == 128, "line 2 is full: the counters");
_Static_assert(offsetof(struct rn_conn, id) == 184, "line 3 is full: transport and owner, times");

// What a TCP packet means for the connection. Counters of packets and bytes are not touched.
struct rn_tcp_news {
    bool turned;    // `saw` changed, and so perhaps the state
    unsigned marks; // bits 1 << RN_TCP_MARK_*
};
// Folds a TCP packet into saw, isn, fin_end, mss, window_scale, the handshake's round-trip time and the track.
// rn_conn_tcp_turn is the part that a settled data packet does not need; false: a RST that its receiver would not take.
bool rn_conn_tcp_turn(struct rn_conn *conn, struct rn_tcp_track *track,
                      const struct rn_packet *packet, struct rn_tcp_news *news);
static inline struct rn_tcp_news rn_conn_tcp_packet(struct rn_conn *conn,
                                                    struct rn_tcp_track *track,
                                                    const struct rn_packet *packet)
{
    struct rn_tcp_news out = {.turned = false};
    unsigned from = packet->from;
    if (packet->flags & (RN_PACKET_LATER_FRAGMENT | RN_PACKET_HEADER_CUT)) // has no TCP header
        return out;
    unsigned news = (packet->tcp.flags & (RN_TCP_FIN | RN_TCP_SYN | RN_TCP_RST)) |
                    (~(unsigned)conn->tcp.saw[from] & RN_TCP_SAW_ACK) |
                    (conn->tcp.saw[1 - from] & RN_TCP_SAW_FIN);
    if (!news || rn_conn_tcp_turn(conn, track, packet, &out))
        out.marks = rn_tcp_analyse(track, packet, conn->local);
    return out;
}

// Whether a packet that begins another row of this tuple may still be of the same incarnation of the connection: all but
// a SYN that is no repetition of the one that was seen.
bool rn_conn_tcp_same(const struct rn_conn *conn, const struct rn_packet *packet);
enum rn_tcp_state rn_conn_tcp_state(const struct rn_conn *conn);
// Whether this is the last state before the row goes (TIME_WAIT, CLOSED).
static inline bool rn_tcp_state_terminal(enum rn_tcp_state state)
{
    return state == RN_TCP_TIME_WAIT || state == RN_TCP_CLOSED;
}
static inline bool rn_quic_state_terminal(uint8_t state)
{
    return state == RN_QUIC_DRAINING || state == RN_QUIC_CLOSED;
}
// Idle time (or the time since its socket was found open), or the time since the terminal state was reached.
rn_dur rn_conn_age(const struct rn_conn *conn, rn_time now);
// The round-trip time to show: the smoothed one of TCP's data, else that of the handshake (TCP, QUIC) or of the last
// echo; false: none. tcp: the row's report, or NULL.
bool rn_conn_rtt(const struct rn_conn *conn, const struct rn_tcp_report *tcp, rn_dur *out);
// How old the row may get, as things stand now: an idle connection is given less than an active one.
rn_dur rn_conn_timeout(const struct rn_conn *conn, const struct rn_timeouts *t, rn_time now);
// When age would exceed the time-out if nothing more came; the row goes once now is later than this.
rn_time rn_conn_deadline(const struct rn_conn *conn, const struct rn_timeouts *t);
// "ESTABLISHED", "DNS_QUERY", "UDP_IDLE", "ARP_WHO_HAS 10.0.0.1", ... (core.md 2.8 of the specification).
// facts may be NULL.
void rn_conn_state_text(const struct rn_conn *conn, const struct rn_facts *facts, rn_time now,
                        struct rn_text64 *out);
// Bytes per second sent by an end over the last seconds (or since the row began, if that is less), a pure function of
// the row and now.
// rate: the row's, NULL if it has none.
double rn_conn_rate_bps(const struct rn_conn *conn, const struct rn_rate *rate, unsigned end,
                        rn_time now);
// Of both ends at once.
void rn_conn_rates_bps(const struct rn_conn *conn, const struct rn_rate *rate, rn_time now,
                       double out_bps[2]);
// No less than the sum of both rates at any moment, as long as no packet comes; from the first two lines of the row.
// Whatever the ring holds counts over the window of rates, but the bytes of a young row, from whose ring nothing can have
// gone yet, may all be of one second. One byte more makes up for what rounding adds to rates.
static inline double rn_conn_rates_most_bps(const struct rn_conn *conn)
{
    uint64_t total = conn->bytes[0] + conn->bytes[1];
    uint64_t recent = (total + 1 - conn->rate_before) & RN_RATE_BEFORE;
    double most = (double)(int64_t)recent;
    return conn->rate_before ? most * (1.0 / (RN_RATE_BUCKETS - 1)) : most;
}
// Before a packet is counted that is the first of a later second than last_seen's, and before last_seen moves.
void rn_conn_rate_roll(struct rn_conn *conn, struct rn_rate *rate, rn_time now);

static inline unsigned rn_conn_remote(const struct rn_conn *conn)
{
    return 1u - conn->local;
}

enum rn_close_reason {
    RN_CLOSE_CLOSED,
    RN_CLOSE_TIMEOUT,
    RN_CLOSE_REPLACED,
    RN_CLOSE_EVICTED,
    RN_CLOSE_END,
    RN_CLOSE_COUNT,
};
const char *rn_close_reason_name(enum rn_close_reason reason);

// Something that happened to a row, with a copy of it as it was then.
enum rn_event_kind {
    RN_EVENT_NEW,
    RN_EVENT_CLOSED,
};
struct rn_conn_event {
    enum rn_event_kind kind;
    enum rn_close_reason reason; // CLOSED only
    rn_time time;
    struct rn_conn conn;
    struct rn_tcp_report tcp; // of a row of TCP
    struct rn_facts facts;
};

#endif
