// SPDX-License-Identifier: Apache-2.0
// The walk through one frame, from the link header to the transport header: what its stations hand on.
//
// Two ends are kept, because a frame may be cut by the snapshot length: that of the captured bytes (r.end) and that on
// the wire (wire_end). Lengths that count come from headers, held against the wire; bytes come from the reader.
//
// 1. frame <= r.p <= r.end, and r only moves forward.
// 2. The offset of r.p never exceeds wire_end.
// 3. Both ends only shrink: an inner length cannot open what an outer one has closed.
#ifndef RUSTNET_WIRE_WALK_H
#define RUSTNET_WIRE_WALK_H

#include "rustnet/model/packet.h"

// libpcap's DLT_* and the file format's LINKTYPE_*; this room knows numbers only, not libpcap.
enum {
    WIRE_DLT_NULL = 0,
    WIRE_DLT_ETHERNET = 1,
    WIRE_DLT_RAW = 12,
    WIRE_DLT_RAW_OPENBSD = 14,
    WIRE_DLT_RAW_FILE = 101,
    WIRE_DLT_LOOP = 108,
    WIRE_DLT_SLL = 113,
    WIRE_DLT_PKTAP_MACOS = 149,
    WIRE_DLT_IPV4 = 228,
    WIRE_DLT_IPV6 = 229,
    WIRE_DLT_PKTAP = 258,
    WIRE_DLT_SLL2 = 276,
};

// IP protocol numbers that end or continue a chain of headers; those of rows stand in model/addr.h.
enum {
    WIRE_IP_HOP_BY_HOP = 0,
    WIRE_IP_ROUTING = 43,
    WIRE_IP_FRAGMENT = 44,
    WIRE_IP_AH = 51,
    WIRE_IP_NO_NEXT = 59,
    WIRE_IP_DESTINATION = 60,
    WIRE_IP_MOBILITY = 135,
    WIRE_IP_HIP = 139,
    WIRE_IP_SHIM6 = 140,
};

struct wire_walk {
    struct rn_reader r;
    const uint8_t *frame; // its first byte
    uint32_t wire_end;    // offset at which what is being read ends on the wire
    struct rn_packet *out;
};

// An IP datagram whose headers have been read; the walk's reader stands at its body.
struct wire_datagram {
    struct rn_ip src, dst;
    uint32_t body_bytes; // on the wire, behind all IP headers
    uint16_t proto;
    bool fragment_more;
    uint32_t fragment_offset; // bytes
    uint32_t
        fragment_bytes; // body of the fragment: body_bytes and the headers behind the Fragment header
};

static inline uint32_t wire_offset(const struct wire_walk *w)
{
    return (uint32_t)(w->r.p - w->frame);
}

// Bytes of the wire that are left here.
static inline uint32_t wire_room(const struct wire_walk *w)
{
    return w->wire_end - wire_offset(w);
}

// What follows ends after len bytes: cuts padding and trailers off.
static inline void wire_limit(struct wire_walk *w, uint32_t len)
{
    if (len < wire_room(w))
        w->wire_end = wire_offset(w) + len;
    if (len < rn_reader_left(&w->r))
        w->r.end = w->r.p + len;
}

static inline uint32_t wire_least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// Stations. Each reads its header and goes on to the next; the answer is rn_wire_decode's.
enum rn_ignore wire_link(struct wire_walk *w, int dlt);
enum rn_ignore wire_ethertype(struct wire_walk *w, uint16_t type);
enum rn_ignore wire_pktap(struct wire_walk *w);
enum rn_ignore wire_arp(struct wire_walk *w);
enum rn_ignore wire_ip(struct wire_walk *w); // by the version nibble
enum rn_ignore wire_ipv4(struct wire_walk *w);
enum rn_ignore wire_ipv6(struct wire_walk *w);
enum rn_ignore wire_transport(struct wire_walk *w, const struct wire_datagram *d);

// Headers that IPv6 puts before the transport.
bool wire_is_extension(uint16_t proto);

// TCP options of a SYN (RFC 9293, 3.2; RFC 7323; RFC 2018) into out->tcp and out->flags.
void wire_tcp_options(struct rn_reader options, struct rn_packet *out);

// rn_wire_decode without its fast path, so that a test can hold one against the other.
enum rn_ignore wire_decode_walk(int dlt, const struct rn_frame *frame, struct rn_packet *out);

#endif
