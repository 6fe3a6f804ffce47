// SPDX-License-Identifier: Apache-2.0
// OpenVPN over TCP, "OpenVPN network protocol": every packet behind its length.
//
//   record  length 2 | packet
//   packet  opcode 5 bits, key 3 bits | session 8 | [HMAC 16 to 64, packet id 4, time 4] | acknowledgements 1+4n |
//           [peer's session 8, if any] | packet id 4 | ...                 resets 7 (client), 8 (server), 10 (client, v3)
//
// A reset at the start of a direction proves it, if its length is that of its record and one that a reset has: with the
// packet id 0 in its place, or, wrapped (tls-crypt), with the id of the first packet.
#include "lines.h"

#define VPN_MIN_RESET 14
#define VPN_MAX_RESET 1500

enum { RESET_CLIENT = 7 << 3, RESET_SERVER = 8 << 3, RESET_CLIENT_3 = 10 << 3 };

// The tail of a reset: no acknowledgement (a client's), or one with the peer's session (a server's), then packet id 0.
static bool is_tail(struct rn_reader r)
{
    size_t acknowledged = rn_take_u8(&r);
    if (acknowledged > 1)
        return false;
    if (acknowledged == 1)
        rn_skip(&r, 4 + 8);
    return rn_take_be32(&r) == 0 && !r.bad && rn_reader_left(&r) == 0;
}

static bool is_reset(struct rn_reader packet)
{
    static const uint8_t macs[] = {16, 20, 28, 32, 48, 64};
    rn_skip(&packet, 1 + 8);
    if (is_tail(packet))
        return true;
    for (size_t i = 0; i < sizeof(macs); i++) {
        struct rn_reader r = packet;
        rn_skip(&r, macs[i]);
        uint32_t id = rn_take_be32(&r);
        rn_skip(&r, 4);
        if (id == 1 && is_tail(r))
            return true;
    }
    // tls-crypt: packet id (1, or 0x0f000001 from servers that want a cookie), time, HMAC of 32, the rest in secret.
    uint32_t id = rn_take_be32(&packet);
    return (id == 1 || id == 0x0f000001) && rn_reader_left(&packet) >= 4 + 32 + 5;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t opcode = dpi_at(in->payload, 2);
    return in->start && (in->payload.len < 3 || opcode == RESET_CLIENT || opcode == RESET_SERVER ||
                         opcode == RESET_CLIENT_3);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)facts;
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    size_t len = rn_take_be16(&r);
    if (len < VPN_MIN_RESET || len > VPN_MAX_RESET)
        return in->payload.len < 2 ? RN_MORE : RN_NO;
    struct rn_reader packet = rn_reader_sub(&r, len);
    if (r.bad)
        return RN_MORE;
    if (!is_reset(packet))
        return RN_NO;
    *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_proto dpi_openvpn_tcp = {
    .app = RN_APP_OPENVPN,
    .name = "OpenVPN",
    .spec = "OpenVPN network protocol",
    .proto = RN_PROTO_TCP,
    .ports = {1194},
    .first = {{0, 6}},
    .probe = probe,
    .parse = parse,
};
