// SPDX-License-Identifier: Apache-2.0
// Which datagrams ask and which answer, and the number that tells the answer to a question from others: what is needed
// to time round trips. A look at a few bytes where the ports fit (STUN: the cookie); whose row it is was told elsewhere.
//
//   DNS   RFC 1035, 4.1.1: id, response bit           port 53
//   NTP   RFC 5905, 7.3: mode 3 with its transmit time, mode 4 with the same as origin time   port 123
//   STUN  RFC 8489, 5: class and transaction id       any port
//   QUIC  RFC 9000, 17.2: long headers, of which those of the server answer those of the client   port 443
#include "rustnet/dpi.h"

#define DNS_HEADER 12
#define STUN_COOKIE 0x2112a442u
#define QUIC_V1 0x00000001u
#define QUIC_V2 0x6b3343cfu
#define QUIC_DRAFTS 0xff0000u // its upper 24 bits
#define NTP_BYTES 48

static bool is_dns(struct rn_reader r, struct rn_dpi_exchange *out)
{
    out->kind = RN_EXCHANGE_DNS;
    if (rn_reader_left(&r) < DNS_HEADER)
        return false;
    out->number = rn_take_be16(&r);
    out->role = rn_take_u8(&r) & 0x80 ? RN_DPI_ANSWERS : RN_DPI_ASKS;
    return true;
}

static uint64_t take_be64(struct rn_reader *r)
{
    uint64_t high = rn_take_be32(r);
    return high << 32 | rn_take_be32(r);
}

static bool is_ntp(struct rn_reader r, struct rn_dpi_exchange *out)
{
    out->kind = RN_EXCHANGE_NTP;
    if (rn_reader_left(&r) < NTP_BYTES)
        return false;
    unsigned mode = rn_take_u8(&r) & 7;
    rn_skip(&r, 23);
    uint64_t origin = take_be64(&r);
    rn_skip(&r, 8);
    uint64_t transmit = take_be64(&r);
    out->role = mode == 3 ? RN_DPI_ASKS : RN_DPI_ANSWERS;
    out->number = mode == 3 ? transmit : origin;
    return mode == 3 || mode == 4;
}

static bool is_stun(struct rn_reader r, struct rn_dpi_exchange *out)
{
    out->kind = RN_EXCHANGE_STUN;
    unsigned type = rn_take_be16(&r), class = (type >> 7 & 2) | (type >> 4 & 1);
    rn_skip(&r, 2);
    if (rn_take_be32(&r) != STUN_COOKIE)
        return false;
    uint64_t id = take_be64(&r);
    out->number = id ^ (uint64_t)rn_take_be32(&r) << 16;
    out->role = class == 0 ? RN_DPI_ASKS : RN_DPI_ANSWERS;
    return !r.bad && type < 0x4000 && class != 1; // an indication does neither
}

static bool is_quic_version(uint32_t version)
{
    return version == QUIC_V1 || version == QUIC_V2 || version >> 8 == QUIC_DRAFTS;
}

static bool is_quic(struct rn_reader r, struct rn_dpi_exchange *out)
{
    out->kind = RN_EXCHANGE_QUIC;
    out->role = RN_DPI_EITHER;
    out->number = 0;
    unsigned first = rn_take_u8(&r);
    uint32_t version = rn_take_be32(&r);
    if (r.bad || !(first & 0x80))
        return false;
    if (version == 0) // version negotiation
        return true;
    unsigned type = first >> 4 & 3, zero_rtt = version == QUIC_V2 ? 2 : 1; // RFC 9369, 3.2
    return is_quic_version(version) && first & 0x40 && type != zero_rtt;
}

bool rn_dpi_exchange(uint16_t src_port, uint16_t dst_port, struct rn_bytes payload,
                     struct rn_dpi_exchange *out)
{
    struct rn_reader r = rn_reader_of(payload);
    if (src_port == 53 || dst_port == 53)
        return is_dns(r, out);
    if (src_port == 123 || dst_port == 123)
        return is_ntp(r, out);
    if ((src_port == 443 || dst_port == 443) && is_quic(r, out))
        return true;
    return payload.len >= 20 && is_stun(r, out);
}
