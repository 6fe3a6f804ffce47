// SPDX-License-Identifier: Apache-2.0
// The headers behind IP: TCP, UDP, ICMP, ICMPv6, IGMP; any other protocol is a row by its number.
//
// A packet is a row's as soon as its ports can be read. What the snapshot length has cut off behind them is left 0.
#include "rustnet/wire.h"

#include "walk.h"

enum {
    TCP_HEADER = 20,
    TCP_OPTION_END = 0,
    TCP_OPTION_NOP = 1,
    TCP_OPTION_MSS = 2,
    TCP_OPTION_WINDOW_SCALE = 3,
    TCP_OPTION_SACK_PERMITTED = 4,
    TCP_OPTION_TIMESTAMPS = 8, // RFC 7323, 3.2
    TCP_WINDOW_SCALE_MAX = 14, // RFC 7323, 2.3: larger ones are taken as 14
    UDP_HEADER = 8,
};

enum {
    ICMP_ECHO_REPLY = 0,
    ICMP_ECHO_REQUEST = 8,
    ICMPV6_ECHO_REQUEST = 128,
    ICMPV6_ECHO_REPLY = 129,
    IGMP_REPORT_V3 = 0x22, // bytes 4 to 7 are no group
};

static void set_key(struct wire_walk *w, const struct wire_datagram *d, uint16_t sport,
                    uint16_t dport)
{
    w->out->from = (uint8_t)rn_key_make(&w->out->key, d->src, sport, d->dst, dport, d->proto);
}

static void take_option(uint8_t kind, struct rn_reader body, struct rn_packet *out)
{
    size_t len = rn_reader_left(&body);
    if (kind == TCP_OPTION_MSS && len == 2) {
        out->tcp.mss = rn_take_be16(&body);
    } else if (kind == TCP_OPTION_WINDOW_SCALE && len == 1) {
        out->tcp.window_scale = (uint8_t)wire_least(rn_take_u8(&body), TCP_WINDOW_SCALE_MAX);
        out->flags |= RN_PACKET_WINDOW_SCALE;
    } else if (kind == TCP_OPTION_SACK_PERMITTED && len == 0) {
        out->tcp.sack = true;
    } else if (kind == TCP_OPTION_TIMESTAMPS && len == 8) {
        out->tcp.timestamps = true;
    }
}

// Ends: the reader holds 40 bytes at most and each turn takes one at least.
void wire_tcp_options(struct rn_reader options, struct rn_packet *out)
{
    while (rn_reader_left(&options) > 0) {
        uint8_t kind = rn_take_u8(&options);
        if (kind == TCP_OPTION_END)
            return;
        if (kind == TCP_OPTION_NOP)
            continue;
        uint8_t len = rn_take_u8(&options);
        if (len < 2)
            return;
        struct rn_reader body = rn_reader_sub(&options, len - 2u);
        if (options.bad)
            return;
        take_option(kind, body, out);
    }
}

static enum rn_ignore walk_tcp(struct wire_walk *w, const struct wire_datagram *d)
{
    struct rn_packet *out = w->out;
    uint16_t sport = rn_take_be16(&w->r), dport = rn_take_be16(&w->r);
    if (w->r.bad)
        return RN_IGNORE_TRANSPORT;
    uint32_t seq = rn_take_be32(&w->r), ack = rn_take_be32(&w->r);
    uint32_t header = (uint32_t)(rn_take_u8(&w->r) >> 4) * 4;
    bool header_known = !w->r.bad;
    if (header_known && header < TCP_HEADER)
        return RN_IGNORE_TRANSPORT;
    uint8_t flags = rn_take_u8(&w->r);
    uint16_t window = rn_take_be16(&w->r);
    if (w->r.bad)
        out->flags |= RN_PACKET_HEADER_CUT;
    rn_skip(&w->r, 4);
    set_key(w, d, sport, dport);
    out->tcp.seq = seq;
    out->tcp.ack = ack;
    out->tcp.window = window;
    out->tcp.mss = 0;
    out->tcp.flags = flags;
    out->tcp.window_scale = 0;
    out->tcp.sack = out->tcp.timestamps = false;
    out->payload_bytes = header_known && d->body_bytes > header ? d->body_bytes - header : 0;
    out->payload = rn_bytes_of(w->r.end, 0);
    if (w->r.bad)
        return RN_IGNORE_NONE;
    uint32_t options_bytes = wire_least(header - TCP_HEADER, (uint32_t)rn_reader_left(&w->r));
    struct rn_reader options = rn_reader_sub(&w->r, options_bytes);
    if (flags & RN_TCP_SYN)
        wire_tcp_options(options, out);
    out->payload = rn_reader_rest(&w->r);
    return RN_IGNORE_NONE;
}

// The length field counts the whole datagram, also in the first of several fragments; 0 (RFC 2675, 4) leaves it to IP,
// and so does a cut. A length below that of the header is nonsense, but the ports are no less true for that.
static enum rn_ignore walk_udp(struct wire_walk *w, const struct wire_datagram *d)
{
    struct rn_packet *out = w->out;
    uint16_t sport = rn_take_be16(&w->r), dport = rn_take_be16(&w->r);
    if (w->r.bad)
        return RN_IGNORE_TRANSPORT;
    uint32_t length = rn_take_be16(&w->r);
    rn_skip(&w->r, 2);
    if (length != 0 && (out->flags & RN_PACKET_FIRST_FRAGMENT))
        out->fragment.end_bytes = d->fragment_bytes - d->body_bytes + length;
    if (length == 0)
        length = d->body_bytes;
    set_key(w, d, sport, dport);
    out->payload_bytes = length > UDP_HEADER ? length - UDP_HEADER : 0;
    wire_limit(w, out->payload_bytes);
    out->payload = rn_reader_rest(&w->r);
    return RN_IGNORE_NONE;
}

// Type, code, checksum 2; for an echo identifier 2, sequence 2. The payload starts behind these eight bytes.
static enum rn_ignore walk_icmp(struct wire_walk *w, const struct wire_datagram *d, bool v6)
{
    struct rn_packet *out = w->out;
    uint8_t type = rn_take_u8(&w->r);
    if (w->r.bad)
        return RN_IGNORE_TRANSPORT;
    uint8_t code = rn_take_u8(&w->r);
    (void)rn_take_be16(&w->r);
    uint16_t id = rn_take_be16(&w->r), seq = rn_take_be16(&w->r);
    bool echo = v6 ? type == ICMPV6_ECHO_REQUEST || type == ICMPV6_ECHO_REPLY
                   : type == ICMP_ECHO_REQUEST || type == ICMP_ECHO_REPLY;
    set_key(w, d, 0, 0);
    out->icmp.echo = echo && !w->r.bad;
    out->icmp.id = out->icmp.echo ? id : 0;
    out->icmp.seq = out->icmp.echo ? seq : 0;
    out->icmp.type = type;
    out->icmp.code = code;
    out->payload = rn_reader_rest(&w->r);
    return RN_IGNORE_NONE;
}

// Type, maximum response time, checksum 2, group 4 (RFC 2236, 2).
static enum rn_ignore walk_igmp(struct wire_walk *w, const struct wire_datagram *d)
{
    struct rn_packet *out = w->out;
    uint8_t type = rn_take_u8(&w->r);
    if (w->r.bad)
        return RN_IGNORE_TRANSPORT;
    rn_skip(&w->r, 3);
    struct rn_bytes group = rn_take_bytes(&w->r, 4);
    set_key(w, d, 0, 0);
    out->igmp.type = type;
    out->igmp.has_group = !w->r.bad && type != IGMP_REPORT_V3;
    memset(out->igmp.group, 0, sizeof out->igmp.group);
    if (out->igmp.has_group)
        memcpy(out->igmp.group, group.p, sizeof out->igmp.group);
    out->payload = rn_reader_rest(&w->r);
    return RN_IGNORE_NONE;
}

// UDP's length has counted the later fragments with the first one; a segment of TCP has no length but IP's.
static enum rn_ignore keep_later_fragment(struct wire_walk *w, const struct wire_datagram *d)
{
    set_key(w, d, 0, 0);
    w->out->payload_bytes = d->proto == RN_PROTO_TCP ? d->body_bytes : 0;
    w->out->payload = rn_bytes_of(w->r.p, 0);
    w->out->fragment.end_bytes = d->fragment_offset + d->fragment_bytes;
    w->out->fragment.last = !d->fragment_more;
    return RN_IGNORE_NONE;
}

enum rn_ignore wire_transport(struct wire_walk *w, const struct wire_datagram *d)
{
    struct rn_packet *out = w->out;
    out->payload_bytes = 0;
    memset(&out->tcp, 0, sizeof out->tcp); // the largest of the union
    if (out->flags & RN_PACKET_LATER_FRAGMENT)
        return keep_later_fragment(w, d);
    switch (d->proto) {
    case RN_PROTO_TCP:
        return walk_tcp(w, d);
    case RN_PROTO_UDP:
        return walk_udp(w, d);
    case RN_PROTO_ICMP:
        return walk_icmp(w, d, false);
    case RN_PROTO_ICMPV6:
        return walk_icmp(w, d, true);
    case RN_PROTO_IGMP:
        return walk_igmp(w, d);
    default:
        set_key(w, d, 0, 0);
        out->payload = rn_reader_rest(&w->r);
        return RN_IGNORE_NONE;
    }
}
