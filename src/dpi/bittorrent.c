// SPDX-License-Identifier: Apache-2.0
// BitTorrent between peers over TCP, BEP 3 (and the client names of BEP 20).
//
//   handshake  19 | "BitTorrent protocol" | reserved 8 | info hash 20 | peer id 20
//
// 1. The 20 bytes that a handshake begins with prove it, at the start of a direction; nothing else does: encrypted peers
//    (MSE) cannot be told from noise.
// 2. A handshake may come in pieces: it is kept until the peer id is there.
#include "lines.h"

#define BT_HASH 20
#define BT_PEER_ID 20

static const uint8_t magic[20] = "\x13"
                                 "BitTorrent protocol";

static void put_hash(struct rn_facts *facts, struct rn_bytes hash)
{
    static const char hex[] = "0123456789abcdef";
    char text[2 * BT_HASH];
    for (size_t i = 0; i < hash.len && i < BT_HASH; i++) {
        text[2 * i] = hex[hash.p[i] >> 4];
        text[2 * i + 1] = hex[hash.p[i] & 15];
    }
    rn_facts_put_text(facts, RN_FACT_INFO_HASH, rn_bytes_of(text, sizeof(text)));
}

// The client of a code of BEP 20, or the code itself.
static struct rn_bytes client_of(struct rn_bytes code)
{
    static const struct {
        char code[3];
        char name[22];
    } clients[] = {
        {"qB", "qBittorrent"}, {"TR", "Transmission"},
        {"DE", "Deluge"},      {"UT", "uTorrent"},
        {"lt", "libtorrent"},  {"LT", "libtorrent"},
        {"AZ", "Azureus"},     {"BT", "BitTorrent"},
        {"BI", "BiglyBT"},     {"FD", "Free Download Manager"},
        {"KT", "KTorrent"},    {"RB", "rtorrent"},
        {"WW", "WebTorrent"},  {"FL", "Flud"},
        {"SD", "Xunlei"},      {"TL", "Tribler"},
    };
    for (size_t i = 0; i < sizeof(clients) / sizeof(clients[0]); i++)
        if (dpi_equal(code, rn_bytes_of(clients[i].code, 2)))
            return rn_bytes_of(clients[i].name, strlen(clients[i].name));
    return code;
}

static bool is_alnum(uint8_t c)
{
    return dpi_is_alpha(c) || dpi_is_digit(c);
}

// "-TR2940-": the client and its version, "Transmission 2.9.4.0".
static void put_styled(struct rn_facts *facts, struct rn_bytes id)
{
    char text[64];
    struct rn_reader r = rn_reader_of(dpi_after(id, 1));
    struct rn_bytes code = rn_take_bytes(&r, 2), name = client_of(code);
    struct rn_bytes version = rn_take_bytes(&r, 4);
    size_t len = name.len;
    memcpy(text, name.p, len);
    for (size_t i = 0; i < version.len; i++) {
        if (!is_alnum(version.p[i]))
            continue;
        text[len] = len == name.len ? ' ' : '.';
        text[len + 1] = (char)version.p[i];
        len += 2;
    }
    rn_facts_put_text(facts, RN_FACT_CLIENT, rn_bytes_of(text, len));
}

static void put_client(struct rn_facts *facts, struct rn_bytes id)
{
    static const struct {
        uint8_t first;
        char name[12];
    } old[] = {{'M', "Mainline"}, {'S', "Shadow"}, {'T', "BitTornado"}, {'A', "ABC"}};
    if (id.p[0] == '-' && is_alnum(dpi_at(id, 1)) && is_alnum(dpi_at(id, 2)) &&
        dpi_at(id, 7) == '-') {
        put_styled(facts, id);
        return;
    }
    if (dpi_at(id, 0) == 'A' && dpi_at(id, 1) == '2' && dpi_at(id, 2) == '-') { // "A2-1-36-0-"
        rn_facts_put_text(facts, RN_FACT_CLIENT, DPI_LITERAL("aria2"));
        return;
    }
    for (size_t i = 0; i < sizeof(old) / sizeof(old[0]); i++)
        if (id.p[0] == old[i].first && dpi_is_digit(dpi_at(id, 1)))
            rn_facts_put_text(facts, RN_FACT_CLIENT, rn_bytes_of(old[i].name, strlen(old[i].name)));
}

static bool probe(const struct rn_dpi_input *in)
{
    size_t n = in->payload.len < sizeof(magic) ? in->payload.len : sizeof(magic);
    return memcmp(in->payload.p, magic, n) == 0;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, sizeof(magic));
    if (r.bad)
        return RN_MORE;
    rn_facts_put_text(facts, RN_FACT_KIND, DPI_LITERAL("handshake"));
    rn_skip(&r, 8);
    struct rn_bytes hash = rn_take_bytes(&r, BT_HASH);
    if (hash.len == BT_HASH)
        put_hash(facts, hash);
    struct rn_bytes id = rn_take_bytes(&r, BT_PEER_ID);
    if (id.len == BT_PEER_ID)
        put_client(facts, id);
    if (r.bad && !in->cut)
        dpi_keep(ctx, in->payload.len);
    else
        *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_proto dpi_bittorrent = {
    .app = RN_APP_BITTORRENT,
    .name = "BitTorrent",
    .spec = "BEP 3",
    .proto = RN_PROTO_TCP,
    .ports = {6881},
    .subject = RN_FACT_CLIENT,
    .first = {{19, 20}},
    .probe = probe,
    .parse = parse,
};
