// SPDX-License-Identifier: Apache-2.0
// The way in: a frame becomes packet facts.
//
// Nine frames of ten are Ethernet, IPv4 without options, whole TCP or UDP. They take a path of direct loads behind one
// look at the length; everything else, and everything odd, walks through bounded readers (walk.h).
//
// 1. What the fast path accepts, the walk would answer in the same way (tested byte by byte).
// 2. Every field of the packet is set when RN_IGNORE_NONE is returned.
#include "rustnet/wire.h"

#include "load.h"
#include "rustnet/base/verdict.h"
#include "walk.h"

// Offsets in the frame that the fast path takes: Ethernet without tags, IPv4 without options (RFC 791, 3.1).
enum {
    FAST_ETHERTYPE = 12,
    FAST_IP = 14,
    FAST_TOTAL_LENGTH = FAST_IP + 2,
    FAST_FRAGMENT = FAST_IP + 6,
    FAST_TTL = FAST_IP + 8,
    FAST_PROTO = FAST_IP + 9,
    FAST_SRC = FAST_IP + 12,
    FAST_DST = FAST_IP + 16,
    FAST_L4 = FAST_IP + 20,
    IPV4_HEADER = 20,
    TCP_HEADER = 20,
    UDP_HEADER = 8,
};

// Both orders are rn_key_make's; without a branch on them, since nothing predicts which end sends next.
static inline void make_key_v4(struct rn_packet *out, const uint8_t *frame, uint16_t proto)
{
    uint64_t src = wire_load_mapped(frame + FAST_SRC), dst = wire_load_mapped(frame + FAST_DST);
    uint16_t sport = wire_load_be16(frame + FAST_L4), dport = wire_load_be16(frame + FAST_L4 + 2);
    unsigned from = (unsigned)(src > dst) | ((unsigned)(src == dst) & (unsigned)(sport > dport));
    struct rn_key *key = &out->key;
    key->ip[0].q[0] = 0;
    key->ip[1].q[0] = 0;
    key->ip[from].q[1] = src;
    key->ip[1 - from].q[1] = dst;
    key->port[from] = sport;
    key->port[1 - from] = dport;
    key->proto = proto;
    key->zero = 0;
    out->from = (uint8_t)from;
}

// The fields that do not depend on the transport.
static inline void start_packet(struct rn_packet *out, const struct rn_frame *frame)
{
    out->time = frame->time;
    out->hash = 0;
    out->fragment_id = 0;
    out->flags = 0;
    out->vlan_count = 0;
    for (int i = 0; i < RN_VLAN_MAX; i++)
        out->vlan[i] = 0;
    out->pid = 0;
    out->comm = NULL;
}

// Payload from offset at on, as far as it was captured before the datagram ends.
static inline void set_payload_v4(struct rn_packet *out, const struct rn_frame *frame, uint32_t at)
{
    uint32_t end = wire_least(frame->captured_bytes, out->wire_bytes);
    uint32_t start = wire_least(at, end);
    out->payload = rn_bytes_of(frame->data + start, end - start);
}

static inline bool fast_tcp(const struct rn_frame *frame, uint32_t ip_bytes, struct rn_packet *out)
{
    const uint8_t *tcp = frame->data + FAST_L4;
    if (RN_UNLIKELY(frame->captured_bytes < FAST_L4 + TCP_HEADER))
        return false;
    uint32_t header = (uint32_t)(tcp[12] >> 4) * 4;
    if (RN_UNLIKELY(header < TCP_HEADER || ip_bytes < IPV4_HEADER + header))
        return false;
    out->payload_bytes = ip_bytes - IPV4_HEADER - header;
    set_payload_v4(out, frame, FAST_L4 + header);
    out->tcp.seq = wire_load_be32(tcp + 4);
    out->tcp.ack = wire_load_be32(tcp + 8);
    out->tcp.window = wire_load_be16(tcp + 14);
    out->tcp.mss = 0;
    out->tcp.flags = tcp[13];
    out->tcp.window_scale = 0;
    out->tcp.sack = out->tcp.timestamps = false;
    if (RN_UNLIKELY(tcp[13] & RN_TCP_SYN) && header > TCP_HEADER) {
        uint32_t held = frame->captured_bytes - FAST_L4 - TCP_HEADER;
        uint32_t options = wire_least(header - TCP_HEADER, held);
        wire_tcp_options(rn_reader_of(rn_bytes_of(tcp + TCP_HEADER, options)), out);
    }
    return true;
}

static inline bool fast_udp(const struct rn_frame *frame, uint32_t ip_bytes, struct rn_packet *out)
{
    uint32_t udp_bytes = wire_load_be16(frame->data + FAST_L4 + 4);
    if (RN_UNLIKELY(udp_bytes < UDP_HEADER || udp_bytes != ip_bytes - IPV4_HEADER))
        return false;
    out->payload_bytes = udp_bytes - UDP_HEADER;
    set_payload_v4(out, frame, FAST_L4 + UDP_HEADER);
    out->tcp.seq = 0;
    out->tcp.ack = 0;
    out->tcp.window = 0;
    out->tcp.mss = 0;
    out->tcp.flags = 0;
    out->tcp.window_scale = 0;
    out->tcp.sack = out->tcp.timestamps = false;
    return true;
}

// False: not a frame for this path; out may have been written.
static inline bool decode_fast(const struct rn_frame *frame, struct rn_packet *out)
{
    const uint8_t *p = frame->data;
    if (frame->captured_bytes < FAST_L4 + UDP_HEADER)
        return false;
    // Ethertype 0x0800, version 4, five words of header; no offset and no more fragments.
    if ((wire_load_be32(p + FAST_ETHERTYPE) & 0xffffff00) != 0x08004500 ||
        (wire_load_be16(p + FAST_FRAGMENT) & 0x3fff) != 0)
        return false;
    uint32_t ip_bytes = wire_load_be16(p + FAST_TOTAL_LENGTH);
    if (ip_bytes < IPV4_HEADER + UDP_HEADER || FAST_IP + ip_bytes > frame->wire_bytes)
        return false;
    uint8_t proto = p[FAST_PROTO];
    if (proto != RN_PROTO_TCP && proto != RN_PROTO_UDP)
        return false;
    start_packet(out, frame);
    out->wire_bytes = FAST_IP + ip_bytes;
    out->ip_bytes = ip_bytes;
    out->hop_limit = p[FAST_TTL];
    make_key_v4(out, p, proto);
    return proto == RN_PROTO_TCP ? fast_tcp(frame, ip_bytes, out) : fast_udp(frame, ip_bytes, out);
}

enum rn_ignore wire_decode_walk(int dlt, const struct rn_frame *frame, struct rn_packet *out)
{
    struct wire_walk w = {
        .r = rn_reader_of(rn_bytes_of(frame->data, frame->captured_bytes)),
        .frame = frame->data,
        // A file may claim less than it holds.
        .wire_end =
            frame->wire_bytes > frame->captured_bytes ? frame->wire_bytes : frame->captured_bytes,
        .out = out,
    };
    start_packet(out, frame);
    return wire_link(&w, dlt);
}

enum rn_ignore rn_wire_decode(int dlt, const struct rn_frame *frame, struct rn_packet *out)
{
    if (RN_LIKELY(dlt == WIRE_DLT_ETHERNET) && RN_LIKELY(decode_fast(frame, out)))
        return RN_IGNORE_NONE;
    return wire_decode_walk(dlt, frame, out);
}
