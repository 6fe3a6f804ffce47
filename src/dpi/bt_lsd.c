// SPDX-License-Identifier: Apache-2.0
// BitTorrent's local service discovery (BEP 14): HTTP's lines in datagrams to a group.
//
//   "BT-SEARCH * HTTP/1.1", then headers Host, Port, Infohash
//
// 1. The first line proves it.
#include "lines.h"
#include "udp.h"

#define LSD_MAX_HEADERS 16
#define LSD_HASH_DIGITS 40

static void put_hash(struct rn_facts *facts, struct rn_bytes digits)
{
    char text[LSD_HASH_DIGITS];
    if (digits.len != LSD_HASH_DIGITS)
        return;
    for (size_t i = 0; i < LSD_HASH_DIGITS; i++) {
        uint8_t c = dpi_at(digits, i);
        text[i] = (char)(c >= 'A' && c <= 'F' ? c | 0x20 : c);
    }
    rn_facts_put_text(facts, RN_FACT_INFO_HASH, rn_bytes_of(text, sizeof(text)));
}

static bool probe(const struct rn_dpi_input *in)
{
    return dpi_starts(in->payload, DPI_LITERAL("BT-SEARCH * HTTP/1."));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    for (unsigned n = 0; n < LSD_MAX_HEADERS && dpi_take_line(&r, &line) && line.len > 0; n++) {
        struct rn_reader header = rn_reader_of(line);
        struct rn_bytes name = dpi_trim(dpi_take_until(&header, ':'));
        struct rn_bytes value = dpi_trim(rn_reader_rest(&header));
        if (dpi_equal_upper(name, DPI_LITERAL("INFOHASH")))
            put_hash(facts, value);
    }
    rn_facts_put_text(facts, RN_FACT_KIND, DPI_LITERAL("lsd"));
    *more = RN_DPI_SETTLED;
    return RN_YES;
}

const struct rn_dpi_proto dpi_bt_lsd = {
    .app = RN_APP_BITTORRENT,
    .name = "BitTorrent",
    .spec = "BEP 14",
    .proto = RN_PROTO_UDP,
    .ports = {6771},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_CLIENT,
    .words = {RN_FACT_KIND},
    .hostname = RN_FACT_NONE,
    .first = {{'B', 'B' + 1}},
    .probe = probe,
    .parse = parse,
};
