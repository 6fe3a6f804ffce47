// SPDX-License-Identifier: Apache-2.0
// A datagram becomes packets: RFC 8999 (what holds for all versions), RFC 9000 section 17, RFC 9369 section 3.2.
//
//   long   1 F TT xxxx | version 4 | length 1, destination id | length 1, source id | by type:
//            Initial      token length varint, token | length varint | packet number, payload
//            0-RTT, Handshake                          length varint | packet number, payload
//            Retry        token | integrity tag 16                       to the end of the datagram
//            version 0    versions of 4 bytes each                       to the end of the datagram
//   short  0 F xxxxxx | destination id of unknown length, packet number, payload     to the end of the datagram
//
// 1. A packet never reaches beyond its datagram: what claims to is `cut` and ends there.
// 2. The length covers at least a packet number and what the sample of the header protection needs (RFC 9001, 5.4.2).
#include "quic.h"

#define LONG_HEADER 0x80
#define FIXED_BIT 0x40
#define MIN_PROTECTED 20 // packet number at its longest and the sample
#define MIN_SHORT 21     // first byte and the same: no shorter one can be unprotected

uint64_t quic_take_varint(struct rn_reader *r)
{
    uint8_t first = rn_take_u8(r);
    uint64_t value = first & 0x3f;
    for (unsigned more = (1u << (first >> 6)) - 1; more > 0; more--)
        value = value << 8 | rn_take_u8(r);
    return r->bad ? 0 : value;
}

static enum quic_type type_of(uint8_t first, const struct quic_version *version)
{
    static const uint8_t by_bits[] = {QUIC_INITIAL, QUIC_0RTT, QUIC_HANDSHAKE, QUIC_RETRY};
    unsigned bits = first >> 4 & 3;
    if (version && version->v2)
        bits = (bits + 3) & 3; // RFC 9369, 3.2: Retry 0, Initial 1, 0-RTT 2, Handshake 3
    return by_bits[bits];
}

// Length, packet number and payload of an Initial, 0-RTT or Handshake packet.
static bool take_protected(struct rn_reader *r, struct rn_bytes datagram, struct quic_packet *out)
{
    if (out->type == QUIC_INITIAL) {
        uint64_t token = quic_take_varint(r);
        if (r->bad || token > rn_reader_left(r))
            return false;
        out->rest = rn_take_bytes(r, (size_t)token);
    }
    uint64_t len = quic_take_varint(r);
    size_t left = rn_reader_left(r);
    if (r->bad || len < MIN_PROTECTED)
        return false;
    out->cut = len > left;
    out->pn_at = datagram.len - left;
    size_t taken = out->cut ? left : (size_t)len;
    out->whole = rn_bytes_of(datagram.p, out->pn_at + taken);
    rn_skip(r, taken);
    return true;
}

static bool take_long(struct rn_reader *r, struct rn_bytes datagram, struct quic_packet *out)
{
    uint8_t first = rn_take_u8(r);
    out->number = rn_take_be32(r);
    out->version = quic_version_find(out->number);
    out->fixed = first & FIXED_BIT;
    size_t dcid_len = rn_take_u8(r);
    out->dcid = rn_take_bytes(r, dcid_len);
    size_t scid_len = rn_take_u8(r);
    out->scid = rn_take_bytes(r, scid_len);
    if (r->bad || dcid_len > QUIC_MAX_CID || scid_len > QUIC_MAX_CID)
        return false;
    out->type = out->number == 0 ? QUIC_NEGOTIATION : type_of(first, out->version);
    if (out->type != QUIC_NEGOTIATION && out->type != QUIC_RETRY)
        return take_protected(r, datagram, out);
    out->whole = datagram;
    out->rest = rn_reader_rest(r);
    rn_skip(r, out->rest.len);
    return true;
}

bool rn_dpi_quic_goes_on(struct rn_bytes datagram)
{
    return datagram.len >= MIN_SHORT &&
           (dpi_at(datagram, 0) & (LONG_HEADER | FIXED_BIT)) == FIXED_BIT;
}

bool quic_take_packet(struct rn_reader *datagram, struct quic_packet *out)
{
    struct rn_bytes all = rn_reader_rest(datagram);
    *out = (struct quic_packet){.type = QUIC_SHORT, .whole = all};
    if (all.len == 0 || datagram->bad)
        return false;
    if (dpi_at(all, 0) & LONG_HEADER)
        return take_long(datagram, all, out);
    out->fixed = dpi_at(all, 0) & FIXED_BIT;
    rn_skip(datagram, all.len);
    return all.len >= MIN_SHORT;
}
