// SPDX-License-Identifier: Apache-2.0
// A packet as the rest of the program knows it: facts, no headers.
// Thread: any.
// Owns:   values, but for `payload` and `comm`, which borrow the frame.
// Fails:  never.
#ifndef RUSTNET_MODEL_PACKET_H
#define RUSTNET_MODEL_PACKET_H

#include "rustnet/base/reader.h"
#include "rustnet/base/time.h"
#include "rustnet/model/addr.h"

// Why a frame became no part of a row. The names stand in the summary's "ignored" object.
enum rn_ignore {
    RN_IGNORE_NONE,      // it is a row's
    RN_IGNORE_ETHERTYPE, // neither IP nor ARP
    RN_IGNORE_LINK,      // the link layer is cut off or contradicts itself
    RN_IGNORE_NESTING,   // more tags or headers than the bound
    RN_IGNORE_IP,        // no valid IP header
    RN_IGNORE_TRANSPORT, // the ports are cut off or the header contradicts itself
    RN_IGNORE_ARP,       // not ARP for IPv4 over Ethernet, or cut off
    RN_IGNORE_FRAGMENT,  // a later fragment whose first one was not seen
    RN_IGNORE_LATE,      // teardown noise of a connection that has left the table
    RN_IGNORE_COUNT,
};
const char *rn_ignore_name(enum rn_ignore reason);

// TCP flags (RFC 9293, 3.1).
enum {
    RN_TCP_FIN = 0x01,
    RN_TCP_SYN = 0x02,
    RN_TCP_RST = 0x04,
    RN_TCP_PSH = 0x08,
    RN_TCP_ACK = 0x10,
};

enum {
    RN_PACKET_LATER_FRAGMENT = 0x01, // fragment offset is not 0: no ports of its own
    RN_PACKET_FIRST_FRAGMENT = 0x02, // offset 0, more to come
    RN_PACKET_WINDOW_SCALE = 0x04,   // the SYN carried a window scale option
    RN_PACKET_HEADER_CUT = 0x08,     // of TCP: sequence numbers, flags or window were not captured
    RN_PACKET_FRAGMENT_ALONE = 0x10, // whole, but behind a Fragment header (RFC 6946)
};

#define RN_VLAN_MAX 4
#define RN_COMM_BYTES 20

struct rn_packet {
    struct rn_key key;
    rn_time time;
    uint64_t hash;           // keyed hash of key; whoever routes the packet fills it in
    struct rn_bytes payload; // transport payload as captured
    uint32_t wire_bytes;     // link header as captured + IP length; never the captured length
    uint32_t
        ip_bytes; // IPv4 total length, IPv6 payload length + 40; the frame's where the field is 0
    uint32_t
        payload_bytes; // TCP segment length, the IP payload of a later fragment of TCP, UDP length - 8, else 0
    uint32_t
        fragment_id; // with a fragment flag: IPv4 identification or that of the Fragment header
    uint8_t from;    // end of the key that sent it
    uint8_t flags;   // RN_PACKET_*
    uint8_t vlan_count;
    uint8_t hop_limit;
    uint16_t vlan[RN_VLAN_MAX]; // outermost first
    union {
        struct {
            uint32_t seq, ack;
            uint16_t window; // as sent, not scaled
            uint16_t mss;    // 0: no option
            uint8_t flags;   // RN_TCP_*
            uint8_t window_scale;
            bool sack, timestamps; // options of the SYN
        } tcp;
        struct {
            uint16_t id, seq; // echo only
            uint8_t type, code;
            bool echo;
        } icmp;
        struct {
            uint8_t group[4];
            uint8_t type;
            bool has_group;
        } igmp;
        struct {
            uint8_t sender_mac[6], target_mac[6];
            uint16_t op;
        } arp;
        struct {
            // First of UDP: end of the datagram by its length field, 0 unknown. Later: end of this fragment. Both count
            // from where a fragment offset counts. rn_fragments_resolve holds them together, and clears a later one's.
            uint32_t end_bytes;
            bool last; // later: no more to come
        } fragment;
    };
    uint32_t pid;        // from the link header (PKTAP), else 0
    const uint8_t *comm; // RN_COMM_BYTES bytes of the link header (PKTAP), NUL-padded, or NULL
};
_Static_assert(sizeof(struct rn_packet) <= 144, "copied once per packet");

// A frame as it comes from a device or a file; data is borrowed until the next one.
struct rn_frame {
    const uint8_t *data;
    uint32_t captured_bytes;
    uint32_t wire_bytes;
    rn_time time;
};

#endif
