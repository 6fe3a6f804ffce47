// SPDX-License-Identifier: Apache-2.0
// IPv4 (RFC 791) and IPv6 (RFC 8200) down to the header of the transport.
//
// Lengths: what a header says is counted. 0 stands for segmentation offload or a jumbogram (RFC 2675): then the rest of
// the frame counts. More than the frame has room for is counted as it is said, but no payload is made out of it.
#include "rustnet/wire.h"

#include "walk.h"

#define WIRE_EXTENSIONS_MAX 64 // extension headers in one packet

enum {
    IPV4_HEADER = 20,
    IPV6_HEADER = 40,
    EXTENSION_UNIT = 8, // length field: units of 8 bytes, the first one not counted
    AH_UNIT = 4,        // units of 4 bytes, the first two not counted (RFC 4302, 2.2)
    FRAGMENT_MORE_V4 = 0x2000,
    FRAGMENT_OFFSET_V4 = 0x1fff,
    FRAGMENT_MORE_V6 = 0x0001,
    FRAGMENT_OFFSET_V6 = 0xfff8,
};

// offset in bytes; d->body_bytes is what stands behind the header that says so.
static void mark_fragment(struct wire_walk *w, struct wire_datagram *d, uint32_t offset, bool more,
                          uint32_t id)
{
    if (offset == 0 && !more)
        return;
    w->out->flags |= offset ? RN_PACKET_LATER_FRAGMENT : RN_PACKET_FIRST_FRAGMENT;
    w->out->fragment_id = id;
    d->fragment_offset = offset;
    d->fragment_more = more;
    d->fragment_bytes = d->body_bytes;
}

// Next header 1, reserved 1, offset in units of 8 and flags 2, identification 4 (RFC 8200, 4.5).
static bool take_fragment_header(struct wire_walk *w, struct wire_datagram *d)
{
    uint8_t next = rn_take_u8(&w->r);
    (void)rn_take_u8(&w->r);
    uint16_t field = rn_take_be16(&w->r);
    uint32_t id = rn_take_be32(&w->r);
    if (w->r.bad || d->body_bytes < EXTENSION_UNIT)
        return false;
    d->body_bytes -= EXTENSION_UNIT;
    d->proto = next;
    mark_fragment(w, d, field & FRAGMENT_OFFSET_V6, field & FRAGMENT_MORE_V6, id);
    if ((field & (FRAGMENT_OFFSET_V6 | FRAGMENT_MORE_V6)) == 0)
        w->out->flags |= RN_PACKET_FRAGMENT_ALONE;
    return true;
}

// Reads one header that says how long it is and what comes next. False: it is cut off, or longer than the datagram.
static bool take_extension(struct wire_walk *w, struct wire_datagram *d)
{
    if (d->proto == WIRE_IP_FRAGMENT)
        return take_fragment_header(w, d);
    uint8_t next = rn_take_u8(&w->r);
    uint8_t length = rn_take_u8(&w->r);
    uint32_t size = d->proto == WIRE_IP_AH ? ((uint32_t)length + 2) * AH_UNIT
                                           : ((uint32_t)length + 1) * EXTENSION_UNIT;
    rn_skip(&w->r, size - 2);
    if (w->r.bad || size > d->body_bytes)
        return false;
    d->body_bytes -= size;
    d->proto = next;
    return true;
}

bool wire_is_extension(uint16_t proto)
{
    return proto == WIRE_IP_HOP_BY_HOP || proto == WIRE_IP_ROUTING || proto == WIRE_IP_FRAGMENT ||
           proto == WIRE_IP_AH || proto == WIRE_IP_DESTINATION || proto == WIRE_IP_MOBILITY ||
           proto == WIRE_IP_HIP || proto == WIRE_IP_SHIM6;
}

// Mobility, HIP and shim6 messages are extension headers with nothing behind them: protocols of their own.
static bool speaks_for_itself(uint16_t proto)
{
    return proto == WIRE_IP_MOBILITY || proto == WIRE_IP_HIP || proto == WIRE_IP_SHIM6;
}

// Follows the chain of extension headers, and goes on to the transport.
static enum rn_ignore walk_extensions(struct wire_walk *w, struct wire_datagram *d)
{
    for (int i = 0; i <= WIRE_EXTENSIONS_MAX; i++) {
        if (!wire_is_extension(d->proto) || (w->out->flags & RN_PACKET_LATER_FRAGMENT))
            return wire_transport(w, d);
        uint16_t proto = d->proto;
        if (!take_extension(w, d))
            return RN_IGNORE_TRANSPORT;
        if (d->proto == WIRE_IP_NO_NEXT && speaks_for_itself(proto)) {
            d->proto = proto;
            return wire_transport(w, d);
        }
    }
    return RN_IGNORE_NESTING;
}

// AH in IPv4 has no chain behind it: one header, then the transport, or another AH.
static enum rn_ignore walk_authenticated(struct wire_walk *w, struct wire_datagram *d)
{
    for (int i = 0; i <= WIRE_EXTENSIONS_MAX; i++) {
        if (d->proto != WIRE_IP_AH)
            return wire_transport(w, d);
        if (!take_extension(w, d))
            return RN_IGNORE_TRANSPORT;
    }
    return RN_IGNORE_NESTING;
}

enum rn_ignore wire_ipv4(struct wire_walk *w)
{
    uint32_t at = wire_offset(w), room = wire_room(w);
    struct rn_reader header = w->r;
    uint8_t version = rn_take_u8(&header);
    (void)rn_take_u8(&header);
    uint32_t total = rn_take_be16(&header);
    uint16_t id = rn_take_be16(&header);
    uint16_t fragment = rn_take_be16(&header);
    uint8_t hop_limit = rn_take_u8(&header);
    uint8_t proto = rn_take_u8(&header);
    (void)rn_take_be16(&header);
    struct rn_bytes src = rn_take_bytes(&header, 4), dst = rn_take_bytes(&header, 4);
    uint32_t header_bytes = (version & 0x0fu) * 4;
    if (header.bad || version >> 4 != 4 || header_bytes < IPV4_HEADER)
        return RN_IGNORE_IP;
    uint32_t ip_bytes = total ? total : room;
    if (ip_bytes < header_bytes)
        return RN_IGNORE_IP;
    wire_limit(w, ip_bytes);
    rn_skip(&w->r, header_bytes);
    if (w->r.bad)
        return RN_IGNORE_IP;
    w->out->ip_bytes = ip_bytes;
    w->out->wire_bytes = at + ip_bytes;
    w->out->hop_limit = hop_limit;
    struct wire_datagram d = {
        .src = rn_ip_v4(src.p), .dst = rn_ip_v4(dst.p), .body_bytes = wire_room(w), .proto = proto};
    mark_fragment(w, &d, (fragment & FRAGMENT_OFFSET_V4) * 8u, fragment & FRAGMENT_MORE_V4, id);
    // A fragment keeps the protocol that all its siblings name, so that they find each other.
    bool whole = (fragment & (FRAGMENT_OFFSET_V4 | FRAGMENT_MORE_V4)) == 0;
    return proto == WIRE_IP_AH && whole ? walk_authenticated(w, &d) : wire_transport(w, &d);
}

enum rn_ignore wire_ipv6(struct wire_walk *w)
{
    uint32_t at = wire_offset(w), room = wire_room(w);
    uint32_t version = rn_take_be32(&w->r);
    uint32_t length = rn_take_be16(&w->r);
    uint8_t next = rn_take_u8(&w->r);
    uint8_t hop_limit = rn_take_u8(&w->r);
    struct rn_bytes src = rn_take_bytes(&w->r, 16), dst = rn_take_bytes(&w->r, 16);
    if (w->r.bad || version >> 28 != 6)
        return RN_IGNORE_IP;
    bool by_frame = length == 0 && next != WIRE_IP_NO_NEXT;
    uint32_t ip_bytes = by_frame ? room : IPV6_HEADER + length;
    wire_limit(w, ip_bytes - IPV6_HEADER);
    w->out->ip_bytes = ip_bytes;
    w->out->wire_bytes = at + ip_bytes;
    w->out->hop_limit = hop_limit;
    struct wire_datagram d = {
        .src = rn_ip_v6(src.p), .dst = rn_ip_v6(dst.p), .body_bytes = wire_room(w), .proto = next};
    return walk_extensions(w, &d);
}

enum rn_ignore wire_ip(struct wire_walk *w)
{
    struct rn_reader peek = w->r;
    uint8_t version = rn_take_u8(&peek);
    if (peek.bad)
        return RN_IGNORE_LINK;
    return version >> 4 == 4   ? wire_ipv4(w)
           : version >> 4 == 6 ? wire_ipv6(w)
                               : RN_IGNORE_ETHERTYPE;
}
