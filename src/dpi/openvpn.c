// SPDX-License-Identifier: Apache-2.0
// OpenVPN over UDP, OpenVPN's doc "Network protocol" (ssl.h, ssl_pkt.h).
//
//   reset       opcode 5 bits, key 3 bits = 0 || session 8 | [HMAC 16 to 64 | packet id 4 | time 4] |
//               acknowledgements 1 | that many ids of 4, and if there are, the peer's session 8 | message id 4
//   tls-crypt   opcode, key || session 8 | packet id 4 | time 4 | HMAC 32 | the rest, encrypted
//
// 1. The client's reset proves it where it can be read: it acknowledges nothing and its message id is 0.
// 2. Otherwise the server's reset does: it repeats the client's session, or (tls-crypt) both carry about the same time.
#include "udp.h"

#define OPENVPN_MIN_RESET 14 // without HMAC
#define OPENVPN_MIN_AUTH 38  // HMAC of 16 bytes, packet id, time
#define OPENVPN_MIN_CRYPT 54
#define OPENVPN_MAX_SKEW 86400 // seconds between two clocks

enum {
    RESET_CLIENT_1 = 0x08,
    RESET_SERVER_1 = 0x10,
    RESET_CLIENT_2 = 0x38,
    RESET_SERVER_2 = 0x40,
    RESET_CLIENT_3 = 0x50
};

struct state {
    uint8_t session[8]; // of the client
    uint32_t time;
    uint8_t client; // end, from 1; 0: not seen
};

static bool is_client(uint8_t opcode)
{
    return opcode == RESET_CLIENT_1 || opcode == RESET_CLIENT_2 || opcode == RESET_CLIENT_3;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t opcode = dpi_at(in->payload, 0);
    return in->payload.len >= OPENVPN_MIN_RESET && !in->cut &&
           (is_client(opcode) || opcode == RESET_SERVER_1 || opcode == RESET_SERVER_2);
}

// Invariant 1.
static bool is_plain_reset(struct rn_bytes payload)
{
    struct rn_reader r = rn_reader_of(payload);
    if (payload.len != OPENVPN_MIN_RESET && payload.len < OPENVPN_MIN_AUTH)
        return false;
    if (payload.len > OPENVPN_MIN_RESET) { // packet id 1 and a time go before the rest
        rn_skip(&r, payload.len - 13);
        if (rn_take_be32(&r) != 1)
            return false;
        rn_skip(&r, 4);
    } else {
        rn_skip(&r, payload.len - 5);
    }
    uint8_t acknowledged = rn_take_u8(&r);
    uint32_t id = rn_take_be32(&r);
    return !r.bad && acknowledged == 0 && id == 0;
}

static enum rn_verdict parse_client(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in)
{
    if (is_plain_reset(in->payload))
        return RN_YES;
    struct state *s = in->payload.len >= OPENVPN_MIN_CRYPT ? dpi_state(ctx, sizeof(*s)) : NULL;
    if (!s)
        return RN_NO;
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 1);
    struct rn_bytes session = rn_take_bytes(&r, sizeof(s->session));
    memcpy(s->session, session.p, sizeof(s->session));
    rn_skip(&r, 4);
    s->time = rn_take_be32(&r);
    s->client = (uint8_t)(1 + in->from);
    return RN_MORE;
}

// Invariant 2.
static enum rn_verdict parse_server(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in)
{
    struct state *s = dpi_state(ctx, sizeof(*s));
    if (!s || s->client == 0 || s->client == 1 + in->from)
        return RN_NO;
    struct rn_reader r = rn_reader_of(in->payload), tail = r;
    rn_skip(&tail, in->payload.len - 12);
    if (dpi_equal(rn_take_bytes(&tail, 8), rn_bytes_of(s->session, sizeof(s->session))))
        return RN_YES;
    rn_skip(&r, 9);
    uint32_t packet = rn_take_be32(&r);
    int64_t skew = (int64_t)rn_take_be32(&r) - s->time;
    bool proved = in->payload.len >= OPENVPN_MIN_CRYPT && packet == 1 && skew <= OPENVPN_MAX_SKEW &&
                  skew >= -OPENVPN_MAX_SKEW;
    return proved ? RN_YES : RN_NO;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)facts;
    (void)app;
    enum rn_verdict verdict =
        is_client(dpi_at(in->payload, 0)) ? parse_client(ctx, in) : parse_server(ctx, in);
    if (verdict == RN_YES)
        *more = RN_DPI_SETTLED;
    return verdict;
}

const struct rn_dpi_proto dpi_openvpn = {
    .app = RN_APP_OPENVPN,
    .name = "OpenVPN",
    .spec = "OpenVPN network protocol",
    .proto = RN_PROTO_UDP,
    .ports = {1194},
    .idle_timeout = 180 * RN_SEC,
    .subject = RN_FACT_NONE,
    .hostname = RN_FACT_NONE,
    .first = {{RESET_CLIENT_1, RESET_CLIENT_1 + 1},
              {RESET_SERVER_1, RESET_SERVER_1 + 1},
              {RESET_CLIENT_2, RESET_CLIENT_2 + 1},
              {RESET_SERVER_2, RESET_SERVER_2 + 1},
              {RESET_CLIENT_3, RESET_CLIENT_3 + 1}},
    .probe = probe,
    .parse = parse,
};
