// SPDX-License-Identifier: Apache-2.0
// BitTorrent's distributed hash table (BEP 5): one bencoded dictionary in each datagram.
//
//   integer "i" digits "e" | text digits ":" bytes | list "l" ... "e" | dictionary "d" (text value)* "e"      BEP 3
//   query     {"a": {"id": 20 bytes, ...}, "q": "ping", "t": ..., "y": "q", "v": client and version}
//   response  {"r": {"id": 20 bytes, ...}, "t": ..., "y": "r"}
//   error     {"e": [number, text], "t": ..., "y": "e"}
//
// 1. The grammar holds from the first byte to the last, "y" is q, r or e, and what it announces is there.
// 2. Nesting and the number of elements are bounded.
#include "udp.h"

#define DHT_MAX_DEPTH 8
#define DHT_MAX_ELEMENTS 256
#define DHT_MAX_DIGITS 5 // of a length

struct message {
    uint8_t kind; // what "y" says
    uint8_t has;  // a: 1, r: 2, e: 4
    unsigned elements;
    struct rn_bytes info_hash, client;
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool take_text(struct rn_reader *r, struct rn_bytes *out)
{
    size_t len = 0, digits = 0;
    while (rn_reader_left(r) > 0 && is_digit(*r->p) && digits < DHT_MAX_DIGITS) {
        len = len * 10 + rn_take_u8(r) - '0';
        digits++;
    }
    if (digits == 0 || rn_take_u8(r) != ':' || len > rn_reader_left(r))
        return false;
    *out = rn_take_bytes(r, len);
    return true;
}

static bool take_integer(struct rn_reader *r)
{
    rn_skip(r, 1);
    unsigned digits = 0;
    if (rn_reader_left(r) > 0 && *r->p == '-')
        rn_skip(r, 1);
    for (; rn_reader_left(r) > 0 && is_digit(*r->p) && digits < 20; digits++)
        rn_skip(r, 1);
    return digits > 0 && rn_take_u8(r) == 'e';
}

// What stands where in the dictionary of a message, or in that of its arguments ("a").
static void note_text(const struct rn_bytes *key, unsigned depth, struct rn_bytes value,
                      struct message *out)
{
    if (depth == 1 && dpi_equal(*key, DPI_LITERAL("y")) && value.len == 1)
        out->kind = dpi_at(value, 0);
    else if (depth == 1 && dpi_equal(*key, DPI_LITERAL("v")))
        out->client = value;
    else if (depth == 2 && dpi_equal(*key, DPI_LITERAL("info_hash")) && value.len == 20)
        out->info_hash = value;
}

static void note_container(const struct rn_bytes *key, unsigned depth, struct message *out)
{
    static const char names[] = "are";
    if (depth != 1 || key->len != 1)
        return;
    for (unsigned i = 0; names[i]; i++)
        if (dpi_at(*key, 0) == (uint8_t)names[i])
            out->has |= (uint8_t)(1u << i);
}

struct level {
    bool is_dictionary, wants_value;
    struct rn_bytes key;
};

// One dictionary with all that is in it.
static bool take_dictionary(struct rn_reader *r, struct message *out)
{
    struct level level[DHT_MAX_DEPTH + 1] = {{.is_dictionary = false}};
    unsigned depth = 0;
    do {
        struct level *at = &level[depth];
        uint8_t c = rn_reader_left(r) > 0 ? *r->p : 0;
        bool is_key = at->is_dictionary && !at->wants_value;
        struct rn_bytes text;
        if (++out->elements > DHT_MAX_ELEMENTS)
            return false;
        if (c == 'e' && depth > 0 && !(at->is_dictionary && at->wants_value)) {
            rn_skip(r, 1);
            depth--;
            level[depth].wants_value = false;
            continue;
        }
        if (is_digit(c)) {
            if (!take_text(r, &text))
                return false;
            if (is_key)
                at->key = text;
            else
                note_text(&at->key, depth, text, out);
        } else if (c == 'i' && !is_key) {
            if (!take_integer(r))
                return false;
        } else if ((c == 'd' || c == 'l') && !is_key && depth < DHT_MAX_DEPTH) {
            note_container(&at->key, depth, out);
            rn_skip(r, 1);
            level[++depth] = (struct level){.is_dictionary = c == 'd'};
            continue;
        } else {
            return false;
        }
        at->wants_value = is_key;
    } while (depth > 0);
    return true;
}

static bool is_proved(const struct message *m)
{
    switch (m->kind) {
    case 'q':
        return m->has & 1;
    case 'r':
        return m->has & 2;
    case 'e':
        return m->has & 4;
    default:
        return false;
    }
}

// BEP 20's two letters, as DHT nodes give them.
static void put_client(struct rn_facts *facts, struct rn_bytes client)
{
    static const struct {
        char code[3];
        const char *name;
    } known[] = {
        {"UT", "uTorrent"}, {"LT", "libtorrent"}, {"lt", "libtorrent"},  {"TR", "Transmission"},
        {"AZ", "Azureus"},  {"BT", "BitTorrent"}, {"qB", "qBittorrent"}, {"DE", "Deluge"},
    };
    for (size_t i = 0; client.len >= 2 && i < DPI_COUNT(known); i++)
        if (memcmp(client.p, known[i].code, 2) == 0)
            rn_facts_put_text(facts, RN_FACT_CLIENT, dpi_word(known[i].name));
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= 10 && dpi_at(in->payload, 0) == 'd' &&
           is_digit(dpi_at(in->payload, 1));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    struct message m = {.kind = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    if (!take_dictionary(&r, &m) || rn_reader_left(&r) != 0 || !is_proved(&m))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_KIND, DPI_LITERAL("dht"));
    dpi_put_hex(facts, RN_FACT_INFO_HASH, m.info_hash);
    put_client(facts, m.client);
    if (dpi_has(facts, RN_FACT_INFO_HASH))
        *more = RN_DPI_SETTLED;
    return RN_YES;
}

const struct rn_dpi_proto dpi_bt_dht = {
    .app = RN_APP_BITTORRENT,
    .name = "BitTorrent",
    .spec = "BEP 5",
    .proto = RN_PROTO_UDP,
    .ports = {6881},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_CLIENT,
    .words = {RN_FACT_KIND},
    .hostname = RN_FACT_NONE,
    .first = {{'d', 'd' + 1}},
    .probe = probe,
    .parse = parse,
};
