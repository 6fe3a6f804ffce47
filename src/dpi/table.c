// SPDX-License-Identifier: Apache-2.0
// The rows in detection order, and how they are asked.
//
//   no protocol yet:  each row in turn: port gate -> probe -> parse; the first YES claims the row of the table
//   proved:           only that protocol; its last word is RN_DPI_SETTLED
//
// 1. Only bytes claim: a port can keep a row from being asked, never make it say yes.
// 2. A parse that does not say YES has added no fact.
// 3. Every flow but those of `every_packet` settles: after DPI_MAX_PACKETS packets without a proof in one direction,
//    DPI_MAX_PROVED with one, or when the protocol has nothing more to tell.
#include "room.h"

#define DPI_MAX_PACKETS 12 // payload packets of one direction that may prove a protocol
#define DPI_MAX_PROVED 64  // payload packets of one direction in which a proved one looks for more

// Text protocols with a version token come before binary ones, as their first bytes are the most telling. HTTPS is TLS
// on its port; behind it, TLS is asked on any port, and an ALPN offer can still make it HTTPS.
static const struct rn_dpi_proto *const rows[] = {
    // TCP
    &dpi_http,
    &dpi_https,
    &dpi_tls,
    // UDP
    &dpi_dns,
    NULL,
};

const struct rn_dpi_proto *const *rn_dpi_table(void)
{
    return rows;
}

static const struct rn_dpi_proto *find(enum rn_app app)
{
    for (size_t i = 0; rows[i]; i++)
        if (rows[i]->app == app)
            return rows[i];
    return NULL;
}

const struct rn_dpi_proto *rn_dpi_find(enum rn_app app)
{
    return find(app);
}

const char *rn_dpi_name(enum rn_app app)
{
    const struct rn_dpi_proto *row = find(app);
    return row ? row->name : "";
}

static bool has_port(const struct rn_dpi_proto *row, uint16_t port)
{
    for (size_t i = 0; i < sizeof(row->ports) / sizeof(row->ports[0]) && row->ports[i]; i++)
        if (row->ports[i] == port)
            return true;
    return false;
}

bool rn_dpi_server_port(uint16_t proto, uint16_t port)
{
    for (size_t i = 0; rows[i]; i++)
        if (rows[i]->proto == proto && has_port(rows[i], port))
            return true;
    return false;
}

static bool may_be(const struct rn_dpi_proto *row, const struct rn_dpi_input *in)
{
    if (row->proto != in->proto)
        return false;
    if (row->port_gated && !has_port(row, in->src_port) && !has_port(row, in->dst_port))
        return false;
    return row->probe(in);
}

static enum rn_verdict ask(struct rn_dpi_ctx *ctx, const struct rn_dpi_proto *row,
                           const struct rn_dpi_input *in, struct rn_facts *facts, enum rn_app *app,
                           enum rn_dpi_more *more)
{
    ctx->parse_calls++;
    *more = RN_DPI_OPEN;
    enum rn_verdict verdict = row->parse(ctx, in, facts, app, more);
    if (row->every_packet)
        *more = RN_DPI_OPEN;
    return verdict;
}

// The first row that proves itself; rows of `except` are not asked.
static enum rn_verdict search(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                              enum rn_app except, struct rn_facts *facts, enum rn_app *app,
                              enum rn_dpi_more *more)
{
    enum rn_verdict best = RN_NO;
    for (size_t i = 0; rows[i]; i++) {
        if (rows[i]->app == except || !may_be(rows[i], in))
            continue;
        enum rn_app found = rows[i]->app;
        enum rn_verdict verdict = ask(ctx, rows[i], in, facts, &found, more);
        if (verdict == RN_YES) {
            *app = found;
            return RN_YES;
        }
        if (verdict == RN_MORE)
            best = RN_MORE;
    }
    *more = RN_DPI_OPEN;
    return best;
}

// Inside a tunnel of HTTP the search begins anew. What it finds takes the row over with facts of its own; only the
// method stays, to tell what the connection began as.
static enum rn_verdict search_tunnel(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                     struct rn_facts *facts, enum rn_app *app,
                                     enum rn_dpi_more *more)
{
    rn_facts_clear(&ctx->inner);
    enum rn_verdict verdict = search(ctx, in, RN_APP_HTTP, &ctx->inner, app, more);
    if (verdict != RN_YES)
        return verdict;
    rn_facts_put_text(&ctx->inner, RN_FACT_METHOD, DPI_LITERAL("CONNECT"));
    *facts = ctx->inner;
    if (*app == RN_APP_TLS) // a proxy's clients are browsers, whatever port the tunnel leads to
        *app = RN_APP_HTTPS;
    return RN_YES;
}

// The row of a protocol that is proved.
static enum rn_verdict go_on(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    const struct rn_dpi_proto *row = find(*app);
    if (!row || row->proto != in->proto) {
        *more = RN_DPI_SETTLED;
        return RN_NO;
    }
    if (row->probe(in))
        return ask(ctx, row, in, facts, app, more);
    if (*app == RN_APP_HTTP && dpi_http_is_tunnel(facts))
        return search_tunnel(ctx, in, facts, app, more);
    return RN_NO;
}

// Whether `inspected` payload packets of one direction are enough.
static bool is_over(enum rn_app app, unsigned inspected)
{
    if (app == RN_APP_NONE)
        return inspected >= DPI_MAX_PACKETS;
    if (inspected < DPI_MAX_PROVED)
        return false;
    const struct rn_dpi_proto *row = find(app);
    return !row || !row->every_packet;
}

enum rn_verdict rn_dpi_inspect(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in, unsigned seen,
                               struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    *more = RN_DPI_OPEN;
    if (in->payload.len == 0)
        return RN_NO;
    enum rn_verdict verdict;
    if (*app == RN_APP_NONE)
        verdict = search(ctx, in, RN_APP_NONE, facts, app, more);
    else
        verdict = go_on(ctx, in, facts, app, more);
    if (is_over(*app, seen + 1))
        *more = RN_DPI_SETTLED;
    return verdict;
}

uint64_t rn_dpi_parse_calls(const struct rn_dpi_ctx *ctx)
{
    return ctx->parse_calls;
}
