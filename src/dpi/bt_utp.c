// SPDX-License-Identifier: Apache-2.0
// BitTorrent's transport over UDP (uTP, BEP 29).
//
//   type 4 bits, version 4 bits = 1 || extension 1 | connection 2 | time 4 | delay 4 | window 4 | sequence 2 | acknowledged 2
//   extension   next 1 | length 1 | value
//
// A header of 20 bytes with one fixed half byte proves nothing, so a connection has to be seen at work:
// 1. Only a data packet carries a payload, and it does.
// 2. The answer to a SYN has its connection number and acknowledges its sequence number: that proves it.
// 3. Without a SYN the numbers of both ends differ by one, each end keeps its own, and each acknowledges what the other
//    has just sent.
#include "udp.h"

#define UTP_HEADER_BYTES 20
#define UTP_MAX_EXTENSIONS 4
#define UTP_MAX_BEHIND 128 // packets on their way

enum { ST_DATA, ST_FIN, ST_STATE, ST_RESET, ST_SYN };

struct packet {
    unsigned type;
    uint16_t connection, sequence, acknowledged;
};

struct state {
    struct side {
        bool seen, syn;
        uint8_t fits;
        uint16_t connection, sequence;
    } side[2];
};

static bool take_packet(struct rn_reader *r, struct packet *out)
{
    uint8_t first = rn_take_u8(r), extension = rn_take_u8(r);
    out->type = first >> 4;
    out->connection = rn_take_be16(r);
    rn_skip(r, 4 + 4);
    uint32_t window = rn_take_be32(r);
    out->sequence = rn_take_be16(r);
    out->acknowledged = rn_take_be16(r);
    if (r->bad || (window == 0 && out->type != ST_RESET))
        return false;
    for (unsigned n = 0; extension != 0; n++) {
        if (extension > 3 || n >= UTP_MAX_EXTENSIONS)
            return false;
        extension = rn_take_u8(r);
        rn_skip(r, rn_take_u8(r));
    }
    return !r->bad && (rn_reader_left(r) > 0) == (out->type == ST_DATA);
}

// Whether `acknowledged` is what the other end sent last, or a little before.
static bool is_behind(uint16_t acknowledged, uint16_t sequence)
{
    return (uint16_t)(sequence - acknowledged) <= UTP_MAX_BEHIND;
}

// Invariants 2 and 3.
static enum rn_verdict follow(struct side *own, const struct side *peer, const struct packet *p)
{
    if (peer->syn && p->connection == peer->connection && p->acknowledged == peer->sequence)
        return RN_YES;
    bool changed = own->seen && own->connection != p->connection && !own->syn;
    bool paired = (uint16_t)(own->connection - peer->connection + 1) <= 2 &&
                  own->connection != peer->connection;
    bool kept = own->seen && !changed;
    bool fits = kept && peer->seen && paired && is_behind(p->acknowledged, peer->sequence);
    uint8_t count = (uint8_t)(changed ? 0 : own->fits + (fits && own->fits < 8));
    *own = (struct side){true, p->type == ST_SYN, count, p->connection, p->sequence};
    return own->fits >= 2 && peer->fits >= 1 ? RN_YES : changed ? RN_NO : RN_MORE;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = dpi_at(in->payload, 0);
    return in->payload.len >= UTP_HEADER_BYTES && (first & 15) == 1 && first >> 4 <= ST_SYN &&
           dpi_at(in->payload, 1) <= 3;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct packet p;
    struct rn_reader r = rn_reader_of(in->payload);
    if (dpi_has(facts, RN_FACT_KIND) || !take_packet(&r, &p))
        return RN_NO;
    struct state *s = dpi_state(ctx, sizeof(*s));
    if (!s)
        return RN_NO;
    enum rn_verdict verdict = follow(&s->side[in->from], &s->side[1 - in->from], &p);
    if (verdict != RN_YES)
        return verdict;
    rn_facts_put_text(facts, RN_FACT_KIND, DPI_LITERAL("utp"));
    *more = RN_DPI_SETTLED;
    return RN_YES;
}

const struct rn_dpi_proto dpi_bt_utp = {
    .app = RN_APP_BITTORRENT,
    .name = "BitTorrent",
    .spec = "BEP 29",
    .proto = RN_PROTO_UDP,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_CLIENT,
    .words = {RN_FACT_KIND},
    .hostname = RN_FACT_NONE,
    .first = {{0x01, 0x02}, {0x11, 0x12}, {0x21, 0x22}, {0x31, 0x32}, {0x41, 0x42}},
    .probe = probe,
    .parse = parse,
};
