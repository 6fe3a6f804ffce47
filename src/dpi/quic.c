// SPDX-License-Identifier: Apache-2.0
// QUIC on any port: RFC 9000, 9001, 9369, its drafts from 22 on, Facebook's and Google's variants.
//
//   UNKNOWN --Negotiation--> VERSION_NEG --Retry--> RETRY --0-RTT--> 0RTT --Initial--> INITIAL --Handshake--> HANDSHAKE
//     --short header--> CONNECTED; each of them from any state before it
//     any --CONNECTION_CLOSE of type 0x1c, code 0--> DRAINING      any --other CONNECTION_CLOSE--> CLOSED
//   (each arrow: `state_after`, except the closes: `tell_close`)
//
// What proves a row, best first:
//   the tag of an Initial packet; a hello of Google's; a datagram whose packets of one known version fill it to the last
//   byte; a version negotiation that offers a known version; a padded Initial of a reserved version.
// 1. A short header alone proves nothing, nor does a port, nor a version without a length that fits.
// 2. The version shown is the server's choice where it differs from the client's first (RFC 9368).
// 3. Closes inside Handshake and later packets cannot be seen, and are not claimed.
#include "quic.h"

#include "rustnet/model/conn.h"
#include "tls_hello.h"

#define MIN_RESERVED 1200 // RFC 9000, 14.1: a client pads
#define MIN_RESERVED_ID 8 // 7.2
#define MAX_OFFERED 64    // versions in a negotiation

// What the packets of a datagram tell together.
struct sight {
    bool any;
    bool fits;    // its packets agree, and fill it
    bool telling; // one of them is of a kind that can prove the row, if they fit
    enum rn_quic_state state;
    const struct quic_version *version;
    struct quic_packet first;
};

static bool offers_known(struct rn_bytes versions)
{
    struct rn_reader r = rn_reader_of(versions);
    if (versions.len % 4 != 0 || versions.len > 4 * MAX_OFFERED)
        return false;
    while (rn_reader_left(&r) > 0)
        if (quic_version_find(rn_take_be32(&r)))
            return true;
    return false;
}

static bool is_padded_probe(const struct quic_packet *p, size_t datagram_len)
{
    return quic_version_is_reserved(p->number) && p->fixed && p->dcid.len >= MIN_RESERVED_ID &&
           datagram_len >= MIN_RESERVED && p->whole.len >= datagram_len;
}

// Whether a packet, its length being right, can prove the row.
static bool is_telling(const struct quic_packet *p, const struct rn_dpi_input *in)
{
    if (p->type == QUIC_NEGOTIATION)
        return offers_known(p->rest);
    if (p->type == QUIC_RETRY || p->type == QUIC_SHORT || (p->cut && !in->cut))
        return false;
    if (!p->version)
        return is_padded_probe(p, in->payload.len);
    return p->fixed && p->dcid.len + p->scid.len > 0;
}

static enum rn_quic_state state_after(const struct quic_packet *p)
{
    switch (p->type) {
    case QUIC_NEGOTIATION:
        return RN_QUIC_VERSION_NEG;
    case QUIC_RETRY:
        return RN_QUIC_RETRY;
    case QUIC_0RTT:
        return RN_QUIC_0RTT;
    case QUIC_INITIAL:
        return RN_QUIC_INITIAL;
    case QUIC_HANDSHAKE:
        return RN_QUIC_HANDSHAKE;
    case QUIC_SHORT:
        return RN_QUIC_CONNECTED;
    }
    return RN_QUIC_UNKNOWN;
}

static bool is_zero(struct rn_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (dpi_at(bytes, i) != 0)
            return false;
    return true;
}

// Whether a packet belongs with the first of its datagram: same id (RFC 9000, 12.2), same version. What follows the
// last long header may be garbage, and is a packet only if it begins with the id.
static bool goes_with(const struct quic_packet *p, const struct quic_packet *first)
{
    if (p->type != QUIC_SHORT)
        return p->number == first->number && dpi_equal(p->dcid, first->dcid);
    struct rn_reader r = rn_reader_of(p->whole);
    rn_skip(&r, 1);
    return first->dcid.len > 0 && dpi_equal(rn_take_bytes(&r, first->dcid.len), first->dcid);
}

static void see(struct quic_look *look, const struct quic_packet *p, struct sight *sight)
{
    enum rn_quic_state state = state_after(p);
    if (!sight->any)
        sight->first = *p;
    sight->any = true;
    if (state > sight->state && (p->fixed || p->type != QUIC_SHORT))
        sight->state = state;
    if (p->version && !sight->version)
        sight->version = p->version;
    sight->telling |= is_telling(p, look->in);
    sight->fits &= !p->cut || look->in->cut;
    if (p->type == QUIC_INITIAL && p->version)
        quic_initial(look, p);
}

static void see_all(struct quic_look *look, bool proved, struct sight *sight)
{
    struct rn_reader r = rn_reader_of(look->in->payload);
    struct quic_packet packet;
    sight->fits = true;
    for (unsigned n = 0; n < QUIC_MAX_PACKETS && rn_reader_left(&r) > 0; n++) {
        struct rn_bytes rest = rn_reader_rest(&r);
        if (!quic_take_packet(&r, &packet)) {
            sight->fits &= sight->any && is_zero(rest);
            return;
        }
        if (!sight->any && packet.type == QUIC_SHORT && !proved)
            return;
        if (sight->any && !goes_with(&packet, &sight->first)) {
            sight->fits &= packet.type == QUIC_SHORT;
            return;
        }
        see(look, &packet, sight);
    }
}

static void tell_version(const struct quic_look *look, const struct quic_version *version,
                         struct rn_facts *facts)
{
    if (!version)
        return;
    struct rn_bytes name = rn_bytes_of(version->name, strlen(version->name));
    bool by_server = look->row->version && look->in->from != look->row->client;
    if (by_server && !dpi_equal(rn_facts_find(facts, RN_FACT_VERSION, 0), name))
        rn_facts_drop(facts, RN_FACT_VERSION);
    if (!dpi_has(facts, RN_FACT_VERSION))
        rn_facts_put_text(facts, RN_FACT_VERSION, name);
}

static void tell_close(const struct quic_look *look, struct rn_facts *facts)
{
    if (!look->close_seen)
        return;
    rn_facts_put_flag(facts, RN_FACT_CLOSE_SEEN);
    if (look->close_code <= UINT32_MAX)
        rn_facts_put_number(facts, RN_FACT_CLOSE_CODE, (uint32_t)look->close_code);
    bool quiet = !look->close_by_app && look->close_code == 0;
    look->ctx->life->state = quiet ? RN_QUIC_DRAINING : RN_QUIC_CLOSED;
}

static void tell(struct quic_look *look, const struct sight *sight, struct rn_facts *facts)
{
    look->row->flags |= QUIC_ROW_PROVED;
    tell_version(look, sight->version, facts);
    quic_tell_hello(look, facts);
    if (look->ctx->life->state < sight->state)
        look->ctx->life->state = (uint8_t)sight->state;
    tell_close(look, facts);
}

// A row of Google's before Q050: its packets are known by the client's first.
static enum rn_verdict go_on_google(struct quic_look *look, enum rn_dpi_more *more)
{
    bool by_client = look->in->from == look->row->client;
    look->ctx->life->state = by_client ? RN_QUIC_CONNECTED : RN_QUIC_HANDSHAKE;
    if (by_client) // no version any more: the server has agreed
        *more = RN_DPI_SETTLED;
    return RN_YES;
}

static enum rn_verdict tell_google(struct quic_look *look, const struct quic_google *google,
                                   struct rn_facts *facts)
{
    struct rn_bytes name = quic_google_sni(google->hello);
    rn_facts_put_text(facts, RN_FACT_VERSION,
                      rn_bytes_of(google->version, sizeof(google->version)));
    if (dpi_is_hostname(name))
        rn_facts_put_text(facts, RN_FACT_SNI, name);
    look->row->flags |= QUIC_ROW_PROVED | QUIC_ROW_GOOGLE;
    look->row->client = look->in->from;
    dpi_tell_client(look->ctx, look->in, true);
    if (look->ctx->life->state < RN_QUIC_INITIAL)
        look->ctx->life->state = RN_QUIC_INITIAL;
    return RN_YES;
}

static bool is_google_version(struct rn_bytes payload, size_t at)
{
    return dpi_at(payload, at) == 'Q' && dpi_at(payload, at + 1) == '0';
}

// Packets of rows that are proved may begin with anything; those that prove one may not.
static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = dpi_at(in->payload, 0);
    if (first < 0x80)
        return first >= 0x40 || !(first & 0x01) || is_google_version(in->payload, 9);
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 1);
    uint32_t number = rn_take_be32(&r);
    return !r.bad && (number == 0 || quic_version_find(number) ||
                      quic_version_is_reserved(number) || is_google_version(in->payload, 1));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct quic_google google;
    bool is_google = quic_google_take(in->payload, &google);
    bool told = dpi_has(facts, RN_FACT_VERSION);
    if (!told && !is_google && dpi_at(in->payload, 0) < 0x80)
        return RN_NO;
    struct quic_row none = {.version = 0}, *row = dpi_state(ctx, sizeof(*row));
    struct quic_look look = {.ctx = ctx, .in = in, .row = row ? row : &none};
    if (is_google)
        return tell_google(&look, &google, facts);
    if (look.row->flags & QUIC_ROW_GOOGLE)
        return go_on_google(&look, more);
    bool proved = told || (look.row->flags & QUIC_ROW_PROVED);
    struct sight sight = {.any = false};
    see_all(&look, proved, &sight);
    if (!sight.any)
        return RN_NO;
    if (!proved && !look.opened && !(sight.fits && sight.telling))
        return sight.version ? RN_MORE : RN_NO;
    tell(&look, &sight, facts);
    if (sight.state == RN_QUIC_CONNECTED)
        *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_quic_ids *rn_dpi_quic_ids(const struct rn_dpi_ctx *ctx)
{
    return ctx->quic_ids_told ? &ctx->quic_ids : NULL;
}

const struct rn_dpi_proto dpi_quic = {
    .app = RN_APP_QUIC,
    .name = "QUIC",
    .spec = "RFC 9000",
    .proto = RN_PROTO_UDP,
    .ports = {443},
    .idle_timeout = 180 * RN_SEC,
    .subject = RN_FACT_SNI,
    .hostname = RN_FACT_SNI,
    .first = {{0x08, 0x100}},
    .probe = probe,
    .parse = parse,
};
