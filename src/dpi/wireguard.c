// SPDX-License-Identifier: Apache-2.0
// WireGuard, protocol paper (Donenfeld, NDSS 2017), 5.4.
//
//   initiation   1 000000 | sender 4 | ... 148 bytes in all                5.4.2
//   response     2 000000 | sender 4 | receiver 4 | ... 92 bytes           5.4.3
//   cookie       3 000000 | receiver 4 | ... 64 bytes                      5.4.7
//   data         4 000000 | receiver 4 | counter 8, little-endian | multiple of 16, at least 16 bytes    5.4.6
//
// 1. A handshake message has one length only.
// 2. Data alone is proved by two packets to one receiver whose counter goes up by little.
#include "udp.h"

#define WG_INITIATION_BYTES 148
#define WG_RESPONSE_BYTES 92
#define WG_COOKIE_BYTES 64
#define WG_MIN_DATA_BYTES 32
#define WG_MAX_STEP 1024 // packets of one direction that may be lost or late

enum { TYPE_INITIATION = 1, TYPE_RESPONSE, TYPE_COOKIE, TYPE_DATA };

struct state {
    struct side {
        uint32_t receiver; // 0: no data seen
        uint32_t counter;
    } side[2];
};

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t type = rn_take_le32(&r);
    size_t len = in->payload.len + in->missing;
    switch (type) {
    case TYPE_INITIATION:
        return len == WG_INITIATION_BYTES;
    case TYPE_RESPONSE:
        return len == WG_RESPONSE_BYTES;
    case TYPE_COOKIE:
        return len == WG_COOKIE_BYTES;
    case TYPE_DATA:
        return len >= WG_MIN_DATA_BYTES && len % 16 == 0;
    default:
        return false;
    }
}

// Invariant 2.
static enum rn_verdict parse_data(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                  uint32_t receiver, struct rn_reader *r)
{
    uint32_t counter = rn_take_le32(r), high = rn_take_le32(r);
    if (r->bad || high != 0 || receiver == 0)
        return RN_NO;
    struct state *s = dpi_state(ctx, sizeof(*s));
    if (!s)
        return RN_NO;
    struct side *side = &s->side[in->from];
    uint32_t step = counter - side->counter;
    bool proved = side->receiver == receiver && step >= 1 && step <= WG_MAX_STEP;
    *side = (struct side){receiver, counter};
    return proved ? RN_YES : RN_MORE;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    static const char *const names[] = {NULL, "Initiation", "Response", "Cookie", "Data"};
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t type = rn_take_le32(&r), index = rn_take_le32(&r);
    if (r.bad || type == 0 || type > TYPE_DATA)
        return RN_NO;
    if (type == TYPE_DATA && !dpi_has(facts, RN_FACT_TYPE)) {
        enum rn_verdict verdict = parse_data(ctx, in, index, &r);
        if (verdict != RN_YES)
            return verdict;
    }
    if (type == TYPE_DATA)
        *more = RN_DPI_SETTLED;
    rn_facts_put_text(facts, RN_FACT_TYPE, dpi_word(names[type]));
    return RN_YES;
}

const struct rn_dpi_proto dpi_wireguard = {
    .app = RN_APP_WIREGUARD,
    .name = "WireGuard",
    .spec = "WireGuard, 5.4",
    .proto = RN_PROTO_UDP,
    .ports = {51820},
    .idle_timeout = 180 * RN_SEC,
    .subject = RN_FACT_NONE,
    .hostname = RN_FACT_NONE,
    .first = {{TYPE_INITIATION, TYPE_DATA + 1}},
    .probe = probe,
    .parse = parse,
};
