// SPDX-License-Identifier: Apache-2.0
// BitTorrent's trackers over UDP (BEP 15).
//
//   connect    0x41727101980 8 | action 4 = 0 | transaction 4                                16 bytes
//   connected  action 4 = 0 | transaction 4 | connection 8                                   16 bytes
//   announce   connection 8 | action 4 = 1 | transaction 4 | info hash 20 | peer id 20 | ... 98 bytes and options
//
// 1. The number that begins a connect proves it; all else follows from that.
#include "udp.h"

#define TRACKER_CONNECT_BYTES 16
#define TRACKER_ANNOUNCE_BYTES 98

enum { ACTION_CONNECT, ACTION_ANNOUNCE };

static bool is_connect(struct rn_bytes payload)
{
    static const uint8_t start[12] = {0,    0,    4, 0x17, 0x27, 0x10,
                                      0x19, 0x80, 0, 0,    0,    ACTION_CONNECT};
    return payload.len >= TRACKER_CONNECT_BYTES && memcmp(payload.p, start, sizeof(start)) == 0;
}

static bool is_announce(struct rn_bytes payload)
{
    struct rn_reader r = rn_reader_of(payload);
    rn_skip(&r, 8);
    return payload.len >= TRACKER_ANNOUNCE_BYTES && rn_take_be32(&r) == ACTION_ANNOUNCE;
}

static bool probe(const struct rn_dpi_input *in)
{
    return is_connect(in->payload) || is_announce(in->payload);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    if (is_connect(in->payload)) {
        rn_facts_put_text(facts, RN_FACT_KIND, DPI_LITERAL("tracker"));
        return RN_YES;
    }
    if (!dpi_equal(rn_facts_find(facts, RN_FACT_KIND, 0), DPI_LITERAL("tracker")))
        return RN_NO;
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 8 + 4 + 4);
    dpi_put_hex(facts, RN_FACT_INFO_HASH, rn_take_bytes(&r, 20));
    *more = RN_DPI_SETTLED;
    return RN_YES;
}

const struct rn_dpi_proto dpi_bt_tracker = {
    .app = RN_APP_BITTORRENT,
    .name = "BitTorrent",
    .spec = "BEP 15",
    .proto = RN_PROTO_UDP,
    .ports = {6969},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_CLIENT,
    .words = {RN_FACT_KIND},
    .hostname = RN_FACT_NONE,
    .probe = probe,
    .parse = parse,
};
