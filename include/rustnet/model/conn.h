// SPDX-License-Identifier: Apache-2.0
// A connection: one row of the table.
// Thread: any; a row in the table is guarded by its shard's lock, a copy by nobody.
// Owns:   values; `facts_ref` leads into the table's side pools and means nothing in a copy.
// Fails:  never.
#ifndef RUSTNET_MODEL_CONN_H
#define RUSTNET_MODEL_CONN_H

#include "rustnet/base/text.h"
#include "rustnet/base/time.h"
#include "rustnet/model/addr.h"
#include "rustnet/model/facts.h"
#include "rustnet/model/packet.h"

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

// What was seen of a TCP connection, by end and without taking sides; the state follows from it (rn_conn_tcp_state).
enum {
    RN_TCP_SAW_SYN = 0x01, // this end sent a SYN (with or without ACK)
    RN_TCP_SAW_ACK =
        0x02, // this end acknowledged (or sent data) after the SYNs, or was met in mid-stream
    RN_TCP_SAW_FIN = 0x04,       // this end sent a FIN
    RN_TCP_FIN_ACKED = 0x08,     // ... and the other end acknowledged it
    RN_TCP_PASSIVE_CLOSE = 0x10, // ... and it had acknowledged the other end's FIN before
    RN_TCP_SAW_RST = 0x20,       // this end reset the connection
    RN_TCP_SCALE_KNOWN = 0x40,   // this end's SYN told its window scale
};

enum {
    RN_CONN_INITIATOR_PROVED =
        0x01, // by a SYN; otherwise it is a guess that better evidence may turn round
    RN_CONN_TOMBSTONE = 0x02,   // closed and reported; kept only to catch late teardown packets
    RN_CONN_DPI_SETTLED = 0x04, // inspection has said its last word
    RN_CONN_OWNER_FINAL = 0x08, // the owner is known, or nobody will ask again
    RN_CONN_EMBRYO = 0x10,      // half-open or a single packet: first to go when the table is full
    RN_CONN_TERMINAL = 0x20,    // TIME_WAIT or CLOSED was reached at terminal_since
    RN_CONN_LOCAL_KNOWN = 0x40, // exactly one end has an address of this machine
};

#define RN_RATE_BUCKETS 10

// Bytes per second of trace time over the last RN_RATE_BUCKETS whole seconds, in constant space. When the first packet
// of a new second comes, what the counters grew by goes into the bucket of the second that ended.
struct rn_rate {
    uint64_t base[2];                // byte counters at the start of second `sec`, per end
    float grown[RN_RATE_BUCKETS][2]; // bytes in second s at [s % RN_RATE_BUCKETS]
    uint32_t sec;                    // the second being counted (low 32 bits of the epoch second)
    uint32_t spare;
};

struct rn_conn {
    // Line 1: who it is, and what every packet asks first.
    struct rn_key key;
    rn_time last_seen;
    uint64_t
        id; // number of creation, from 1; never used twice, so it tells generations of a tuple apart
    uint32_t facts_ref; // side pool of the table
    uint8_t flags;      // RN_CONN_*
    uint8_t app;        // enum rn_app
    uint8_t local;      // end of the key that is shown as local
    uint8_t initiator;  // end that began
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
            uint32_t fin_end[2];     // sequence number after the FIN
            // Time of the first SYN (0: none), until the SYN+ACK makes it the round-trip time (rtt_known).
            union {
                rn_time syn_time;
                rn_dur initial_rtt;
            };
        } tcp;
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
    };
    bool rtt_known;
    uint8_t vlan_count;
    uint8_t dpi_seen[2]; // payload packets inspected so far, by sender's end
    uint16_t vlan[RN_VLAN_MAX];
    uint16_t wheel_slot; // of the time wheel
    uint32_t pid;        // 0: not known
    uint32_t uid;
    uint32_t process_name; // interned
    // Line 4 and 5: the rest.
    rn_time first_seen;
    rn_time terminal_since;
    uint32_t wheel_prev, wheel_next; // rows of the same deadline bucket
    uint32_t queue_prev, queue_next; // embryos, or tombstones, in the order they became so
    struct rn_rate rate;
};
_Static_assert(sizeof(struct rn_conn) <= 320, "hot and cold parts of a connection");

enum rn_tcp_state rn_conn_tcp_state(const struct rn_conn *conn);
// Idle time, or the time since the terminal state was reached.
rn_dur rn_conn_age(const struct rn_conn *conn, rn_time now);
rn_dur rn_conn_timeout(const struct rn_conn *conn, rn_time now);
// "ESTABLISHED", "DNS_QUERY", "UDP_IDLE", "ARP_WHO_HAS 10.0.0.1", ... (core.md 2.8 of the specification).
// facts may be NULL.
void rn_conn_state_text(const struct rn_conn *conn, const struct rn_facts *facts, rn_time now,
                        struct rn_text64 *out);
// Bytes per second sent by an end, a pure function of the row and now.
double rn_conn_rate_bps(const struct rn_conn *conn, unsigned end, rn_time now);
// Told of every packet's second before its bytes are added.
void rn_rate_roll(struct rn_rate *rate, const uint64_t bytes[2], uint32_t sec);

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
    struct rn_facts facts;
};

#endif
