// SPDX-License-Identifier: Apache-2.0
// The rows in detection order, and how they are asked.
//
//   no protocol yet:  the index gives the rows whose port gate and first byte fit; each in turn: probe -> parse; the
//                     first YES claims the row of the table
//   proved:           only that protocol, and what it may turn into (`into`); its last word is RN_DPI_SETTLED
//
// 1. Only bytes claim: a port can keep a row from being asked, never make it say yes.
// 2. A parse that does not say YES has added no fact.
// 3. Every direction but those of `every_packet` is done some time: after DPI_MAX_PACKETS packets without a proof,
//    DPI_MAX_PROVED with one, or when the protocol has nothing more to tell.
#include <stdatomic.h>

#include "room.h"

#define DPI_MAX_PACKETS 12 // payload packets of one direction that may prove a protocol
#define DPI_MAX_PROVED 64  // payload packets of one direction in which a proved one looks for more

_Static_assert(RN_APP_COUNT <= 64, "a set of applications is a word");

// Text protocols with a version token come before binary ones, as their first bytes are the most telling. HTTPS is TLS
// on its port; behind it, TLS is asked on any port, and an ALPN offer can still make it HTTPS. Rows behind a port gate
// come before those that go by content alone and weakly (STUN without a cookie, uTP, RTP), which come last.
static const struct rn_dpi_proto *const rows[] = {
    // TCP
    &dpi_http,
    &dpi_https,
    &dpi_tls,
    &dpi_dns_tcp,
    &dpi_stun_tcp,
    // Signatures of eight bytes and more, which cannot be anything else.
    &dpi_ssh,
    &dpi_bittorrent,
    &dpi_vnc,
    &dpi_rtsp,
    &dpi_sip_tcp,
    &dpi_bgp,
    &dpi_smb,
    &dpi_netbios_session,
    &dpi_rdp,
    &dpi_amqp,
    &dpi_mqtt,
    &dpi_xmpp,
    // Structures whose lengths must agree. MySQL before PostgreSQL: a greeting tells more than a type and a length.
    &dpi_mysql,
    &dpi_postgresql,
    &dpi_mssql,
    &dpi_mongodb,
    &dpi_kerberos_tcp,
    &dpi_ldap,
    &dpi_openvpn_tcp,
    &dpi_kafka,
    &dpi_socks,
    // Lines of text. Mail before FTP, whose verbs and replies are most like those of others.
    &dpi_smtp,
    &dpi_imap,
    &dpi_pop3,
    &dpi_redis,
    &dpi_ftp,
    &dpi_irc,
    &dpi_syslog_tcp,
    // What is believed for want of anything else.
    &dpi_telnet,
    &dpi_memcached,
    &dpi_modbus,
    // UDP
    &dpi_dns,
    &dpi_mdns,
    &dpi_llmnr,
    // A cookie, a version token or a whole grammar proves these.
    &dpi_quic,
    &dpi_dtls,
    &dpi_stun,
    &dpi_dhcp,
    &dpi_ssdp,
    &dpi_sip,
    &dpi_bt_dht,
    &dpi_bt_tracker,
    &dpi_bt_lsd,
    // Behind a port gate, or a structure that fills the datagram.
    &dpi_ntp,
    &dpi_netbios_ns,
    &dpi_netbios_dgm,
    &dpi_dhcpv6,
    &dpi_snmp,
    &dpi_kerberos,
    &dpi_cldap,
    &dpi_radius,
    &dpi_wireguard,
    &dpi_ike,
    &dpi_tftp,
    &dpi_syslog,
    &dpi_memcached_udp,
    &dpi_coap,
    // Proved by several packets that fit each other; uTP has the least to show.
    &dpi_openvpn,
    &dpi_rtcp,
    &dpi_rtp,
    &dpi_bt_utp,
    NULL,
};

const struct rn_dpi_proto *const *rn_dpi_table(void)
{
    return rows;
}

static unsigned transport_of(uint16_t proto)
{
    return proto == RN_PROTO_UDP;
}

const struct rn_dpi_proto *rn_dpi_find(enum rn_app app)
{
    for (size_t i = 0; rows[i]; i++)
        if (rows[i]->app == app)
            return rows[i];
    return NULL;
}

const char *rn_dpi_name(enum rn_app app)
{
    const struct rn_dpi_proto *row = rn_dpi_find(app);
    return row ? row->name : "";
}

static size_t ports_of(const struct rn_dpi_proto *row)
{
    size_t n = 0;
    while (n < sizeof(row->ports) / sizeof(row->ports[0]) && row->ports[n])
        n++;
    return n;
}

// Asked for both ends of every new row, so it is one look into a map of bits. Whoever comes first fills the map in;
// two who do so at the same time write the same.
bool rn_dpi_server_port(uint16_t proto, uint16_t port)
{
    static _Atomic uint8_t known[DPI_TRANSPORTS][65536 / 8];
    static atomic_bool ready;
    if (proto != RN_PROTO_TCP && proto != RN_PROTO_UDP)
        return false;
    if (!atomic_load_explicit(&ready, memory_order_acquire)) {
        for (size_t i = 0; rows[i]; i++)
            for (size_t n = 0; n < ports_of(rows[i]); n++)
                atomic_fetch_or_explicit(
                    &known[transport_of(rows[i]->proto)][rows[i]->ports[n] / 8],
                    (uint8_t)(1u << rows[i]->ports[n] % 8), memory_order_relaxed);
        atomic_store_explicit(&ready, true, memory_order_release);
    }
    uint8_t bits =
        atomic_load_explicit(&known[transport_of(proto)][port / 8], memory_order_relaxed);
    return bits >> port % 8 & 1;
}

// The mask of gated rows that belongs to a port.
static uint64_t *gate_at(struct dpi_index *index, unsigned t, uint16_t port)
{
    uint8_t *gate = &index->gate_of[port];
    if (*gate == 0) {
        unsigned next = 1;
        while (next < DPI_GATES_MAX && (index->gate[0][next] | index->gate[1][next]) != 0)
            next++;
        RN_ASSERT(next < DPI_GATES_MAX);
        *gate = (uint8_t)(next < DPI_GATES_MAX ? next : 0);
    }
    return &index->gate[t][*gate];
}

static void add_first(struct dpi_index *index, unsigned t, const struct rn_dpi_proto *row,
                      uint64_t bit)
{
    bool any = row->first[0].below == 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        bool fits = any;
        for (size_t i = 0; i < RN_DPI_FIRST_MAX; i++)
            fits |= byte >= row->first[i].from && byte < row->first[i].below;
        if (fits)
            index->first[t][byte] |= bit;
    }
}

void dpi_index_init(struct dpi_index *index)
{
    unsigned count[DPI_TRANSPORTS] = {0, 0};
    for (size_t i = 0; rows[i]; i++) {
        const struct rn_dpi_proto *row = rows[i];
        unsigned t = transport_of(row->proto);
        RN_ASSERT(count[t] < DPI_ROWS_MAX);
        uint64_t bit = UINT64_C(1) << count[t];
        index->row[t][count[t]++] = row;
        index->of_app[t][row->app] |= bit;
        add_first(index, t, row, bit);
        if (!row->port_gated)
            continue;
        index->gated[t] |= bit;
        for (size_t n = 0; n < ports_of(row); n++)
            *gate_at(index, t, row->ports[n]) |= bit;
    }
}

// Rows whose port gate and first byte fit.
static uint64_t candidates(const struct dpi_index *index, const struct rn_dpi_input *in)
{
    unsigned t = transport_of(in->proto);
    uint64_t open = ~index->gated[t] | index->gate[t][index->gate_of[in->src_port]] |
                    index->gate[t][index->gate_of[in->dst_port]];
    return index->first[t][dpi_at(in->payload, 0)] & open;
}

static enum rn_verdict ask(struct rn_dpi_ctx *ctx, const struct rn_dpi_proto *row,
                           const struct rn_dpi_input *in, struct rn_facts *facts, enum rn_app *app,
                           enum rn_dpi_more *more)
{
    ctx->parse_calls++;
    ctx->asking = row->app;
    ctx->keep_told = false;
    *more = RN_DPI_OPEN;
    enum rn_verdict verdict = row->parse(ctx, in, facts, app, more);
    if (!ctx->keep_told)
        ctx->keep = verdict == RN_MORE ? in->payload.len : 0;
    if (row->every_packet)
        *more = RN_DPI_OPEN;
    return verdict;
}

// Asks the rows of a mask in turn, until one says YES. *app is the app found; where the row of the table speaks none
// yet, those that say NO lose what they remembered.
static enum rn_verdict ask_rows(struct rn_dpi_ctx *ctx, uint64_t mask,
                                const struct rn_dpi_input *in, struct rn_facts *facts,
                                enum rn_app *app, enum rn_dpi_more *more)
{
    const struct rn_dpi_proto *const *row = ctx->index.row[transport_of(in->proto)];
    enum rn_verdict best = RN_NO;
    uint64_t refused = 0, hoped = 0; // applications by bit
    size_t keep = 0;
    for (; mask != 0; mask &= mask - 1) {
        const struct rn_dpi_proto *next = row[__builtin_ctzll(mask)];
        if (!next->probe(in))
            continue;
        enum rn_app found = *app == RN_APP_NONE ? next->app : *app;
        enum rn_verdict verdict = ask(ctx, next, in, facts, &found, more);
        if (verdict == RN_YES) {
            *app = found;
            return RN_YES;
        }
        if (verdict == RN_MORE)
            best = RN_MORE;
        *(verdict == RN_MORE ? &hoped : &refused) |= UINT64_C(1) << next->app;
        if (ctx->keep > keep)
            keep = ctx->keep;
    }
    if (*app == RN_APP_NONE)
        for (refused &= ~hoped; refused != 0; refused &= refused - 1)
            dpi_state_drop(ctx, (enum rn_app)__builtin_ctzll(refused));
    ctx->keep = keep;
    *more = RN_DPI_OPEN;
    return best;
}

// What a row has turned into takes it over with facts of its own; one of them tells what the connection began as.
static enum rn_verdict search_inside(struct rn_dpi_ctx *ctx, uint64_t mask,
                                     const struct rn_dpi_input *in, struct rn_facts *facts,
                                     enum rn_app *app, enum rn_dpi_more *more)
{
    enum rn_app outer = *app, found = RN_APP_NONE;
    rn_facts_clear(&ctx->inner);
    enum rn_verdict verdict = ask_rows(ctx, mask, in, &ctx->inner, &found, more);
    if (verdict != RN_YES)
        return verdict;
    if (outer == RN_APP_HTTP) {
        rn_facts_put_text(&ctx->inner, RN_FACT_METHOD, DPI_LITERAL("CONNECT"));
        if (found ==
            RN_APP_TLS) // a proxy's clients are browsers, whatever port the tunnel leads to
            found = RN_APP_HTTPS;
    } else {
        const char *name = rn_dpi_name(outer);
        rn_facts_put_text(&ctx->inner, RN_FACT_SERVICE, rn_bytes_of(name, strlen(name)));
    }
    *facts = ctx->inner;
    *app = found;
    return RN_YES;
}

enum rn_dpi_into dpi_into_tls(const struct rn_facts *facts)
{
    (void)facts;
    return RN_DPI_INTO_TLS;
}

// The rows of a protocol that is proved.
static enum rn_verdict go_on(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    const struct dpi_index *index = &ctx->index;
    unsigned t = transport_of(in->proto);
    uint64_t own = index->of_app[t][*app];
    if (own == 0) {
        *more = RN_DPI_SETTLED;
        return RN_NO;
    }
    const struct rn_dpi_proto *row = index->row[t][__builtin_ctzll(own)];
    enum rn_dpi_into into = row->into ? row->into(facts) : RN_DPI_INTO_NOTHING;
    uint64_t fit = candidates(index, in);
    if (into == RN_DPI_INTO_TLS) {
        enum rn_verdict verdict =
            search_inside(ctx, fit & index->of_app[t][RN_APP_TLS], in, facts, app, more);
        if (verdict != RN_NO)
            return verdict;
    }
    // Proved is proved, whatever the ports.
    own &= index->first[t][dpi_at(in->payload, 0)];
    enum rn_verdict verdict = ask_rows(ctx, own, in, facts, app, more);
    if (verdict == RN_NO && into == RN_DPI_INTO_ANY) {
        enum rn_dpi_more inside;
        verdict = search_inside(ctx, fit & ~own, in, facts, app, &inside);
        if (verdict != RN_NO)
            *more = inside;
    }
    return verdict;
}

// Whether `inspected` payload packets of one direction are enough.
static bool is_over(const struct rn_dpi_ctx *ctx, uint16_t proto, enum rn_app app,
                    unsigned inspected)
{
    if (app == RN_APP_NONE)
        return inspected >= DPI_MAX_PACKETS;
    if (inspected < DPI_MAX_PROVED)
        return false;
    unsigned t = transport_of(proto);
    for (uint64_t own = ctx->index.of_app[t][app]; own != 0; own &= own - 1)
        if (ctx->index.row[t][__builtin_ctzll(own)]->every_packet)
            return false;
    return true;
}

enum rn_verdict rn_dpi_inspect(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in, unsigned seen,
                               struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    *more = RN_DPI_OPEN;
    ctx->keep = 0;
    if (in->payload.len == 0 || (in->proto != RN_PROTO_TCP && in->proto != RN_PROTO_UDP))
        return RN_NO;
    if (!ctx->memory) {
        ctx->no_life = (struct rn_dpi_life){0};
        ctx->life = &ctx->no_life;
        ctx->dns_count = 0;
        ctx->quic_ids_told = false;
    }
    enum rn_verdict verdict;
    if (*app == RN_APP_NONE)
        verdict = ask_rows(ctx, candidates(&ctx->index, in), in, facts, app, more);
    else
        verdict = go_on(ctx, in, facts, app, more);
    if (*more == RN_DPI_OPEN && is_over(ctx, in->proto, *app, seen + 1))
        *more = RN_DPI_SIDE_DONE;
    return verdict;
}

uint64_t rn_dpi_parse_calls(const struct rn_dpi_ctx *ctx)
{
    return ctx->parse_calls;
}
