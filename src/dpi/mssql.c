// SPDX-License-Identifier: Apache-2.0
// Microsoft SQL Server: TDS, [MS-TDS].
//
//   packet    type 1 | status 1 | length 2 | process 2 | number 1 | window 1 (0)                  2.2.3.1
//   prelogin  (option 1 | offset 2 | length 2)* 255, data                                          2.2.6.5
//   LOGIN7    length 4 LE | TDS version 4 LE | packet size 4 LE | ... | (offset 2 LE | characters 2 LE)*    2.2.6.4
//   response  tokens: 0xaa error, 0xab info, 0xad login, 0xe3 environment, ...                     2.2.7
//
// 1. A prelogin or a LOGIN7 proves it on any port; on its port other packets do whose length fits.
// 2. A password (which LOGIN7 hides no better than by a fixed pattern) is never looked at, nor is a statement.
#include "lines.h"

#define TDS_PORT 1433
#define TDS_MAX_OPTIONS 16

enum {
    SQL_BATCH = 1,
    RPC = 3,
    RESPONSE = 4,
    ATTENTION = 6,
    BULK = 7,
    LOGIN7 = 16,
    SSPI = 17,
    PRELOGIN = 18
};
// Where LOGIN7 keeps the offsets of its texts.
enum { AT_HOST = 36, AT_USER = 40, AT_PROGRAM = 48, AT_SERVER = 52, AT_DATABASE = 68 };

struct packet {
    uint8_t type, status;
    size_t len; // of the body
    struct rn_bytes body;
};

static uint16_t le16_at(struct rn_bytes b, size_t at)
{
    return (uint16_t)(dpi_at(b, at) | dpi_at(b, at + 1) << 8);
}

static uint32_t le32_at(struct rn_bytes b, size_t at)
{
    return le16_at(b, at) | (uint32_t)le16_at(b, at + 2) << 16;
}

// A list of options in order, the first of them the version, six bytes long.
static bool is_prelogin(struct rn_bytes body)
{
    struct rn_reader r = rn_reader_of(body);
    for (unsigned n = 0; n < TDS_MAX_OPTIONS; n++) {
        uint8_t option = rn_take_u8(&r);
        if (option == 0xff)
            return n > 0 && !r.bad;
        size_t offset = rn_take_be16(&r), len = rn_take_be16(&r);
        if (r.bad || offset + len > body.len || option > 16 ||
            (n == 0 && (option != 0 || len != 6 || offset < 11)))
            return false;
    }
    return false;
}

// A text of LOGIN7 (UTF-16): what is beyond ASCII becomes a question mark.
static void put_text(struct rn_dpi_ctx *ctx, struct rn_facts *facts, enum rn_fact fact,
                     struct rn_bytes body, size_t at)
{
    size_t offset = le16_at(body, at), count = le16_at(body, at + 2);
    if (count == 0 || count > 128 || offset + 2 * count > body.len)
        return;
    for (size_t i = 0; i < count; i++) {
        uint16_t c = le16_at(body, offset + 2 * i);
        ctx->scratch[i] = c >= 0x80 ? '?' : (uint8_t)c;
    }
    rn_facts_put_text(facts, fact, rn_bytes_of(ctx->scratch, count));
}

// "7.4" of 0x74000004; [MS-TDS] 2.2.6.4 has no other majors.
static struct rn_bytes version_of(uint32_t version)
{
    static const char names[][4] = {"7.0", "7.1", "7.2", "7.3", "7.4"};
    unsigned minor = (version >> 24) - 0x70;
    if (version == 0x08000000)
        return DPI_LITERAL("8.0");
    return minor < 5 ? rn_bytes_of(names[minor], 3) : (struct rn_bytes){NULL, 0};
}

static bool is_login(const struct packet *p)
{
    uint32_t packet_size = le32_at(p->body, 8);
    return p->len >= 86 && le32_at(p->body, 0) == p->len && version_of(le32_at(p->body, 4)).p &&
           packet_size <= 32768;
}

static void put_login(struct rn_dpi_ctx *ctx, const struct packet *p, struct rn_facts *facts)
{
    rn_facts_put_text(facts, RN_FACT_VERSION, version_of(le32_at(p->body, 4)));
    put_text(ctx, facts, RN_FACT_HOSTNAME, p->body, AT_HOST);
    put_text(ctx, facts, RN_FACT_USER, p->body, AT_USER);
    put_text(ctx, facts, RN_FACT_CLIENT, p->body, AT_PROGRAM);
    put_text(ctx, facts, RN_FACT_SERVER, p->body, AT_SERVER);
    put_text(ctx, facts, RN_FACT_NAME, p->body, AT_DATABASE);
}

static bool is_token(uint8_t token)
{
    return token == 0xe3 || token == 0xaa || token == 0xab || token == 0xad || token == 0xed ||
           token == 0x81 || token == 0xfd || token == 0xfe || token == 0xff || token == 0xee;
}

static bool is_type(uint8_t type)
{
    return type == PRELOGIN || type == RESPONSE || type == LOGIN7 || type == SQL_BATCH ||
           type == RPC || type == ATTENTION || type == BULK || type == SSPI;
}

// A response to a prelogin is one itself. On its port packets prove it whose lengths fit the payload.
static enum rn_verdict prove(const struct rn_dpi_input *in, const struct packet *p)
{
    if (p->type == PRELOGIN || (p->type == RESPONSE && dpi_at(p->body, 0) == 0))
        return is_prelogin(p->body) ? RN_YES : RN_NO;
    if (p->type == LOGIN7)
        return is_login(p) ? RN_YES : RN_NO;
    uint8_t next = dpi_at(in->payload, p->len + 8);
    if (!dpi_on_port(in, TDS_PORT) || (in->payload.len > p->len + 8 && !is_type(next)))
        return RN_NO;
    if (p->type == RESPONSE)
        return is_token(dpi_at(p->body, 0)) ? RN_YES : RN_NO;
    return p->type == SQL_BATCH || p->type == RPC || p->type == SSPI ? RN_YES : RN_NO;
}

static bool probe(const struct rn_dpi_input *in)
{
    return dpi_at(in->payload, 1) <= 0x1f && (in->payload.len < 8 || dpi_at(in->payload, 7) == 0);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    struct packet p = {.type = rn_take_u8(&r)};
    p.status = rn_take_u8(&r);
    p.len = rn_take_be16(&r);
    rn_skip(&r, 3);
    uint8_t window = rn_take_u8(&r);
    if (r.bad)
        return in->start ? RN_MORE : RN_NO;
    if (!is_type(p.type) || p.len < 9 || window != 0)
        return RN_NO;
    p.len -= 8;
    p.body = rn_take_bytes(&r, p.len);
    if (r.bad)
        return p.type == PRELOGIN || p.type == LOGIN7 || (dpi_on_port(in, TDS_PORT) && in->start)
                   ? RN_MORE
                   : RN_NO;
    if (facts->len == 0 && prove(in, &p) != RN_YES)
        return RN_NO;
    dpi_tell_client(ctx, in, p.type != RESPONSE);
    if (p.type == LOGIN7 && is_login(&p)) {
        put_login(ctx, &p, facts);
        *more = RN_DPI_SETTLED;
    }
    return RN_YES;
}

const struct rn_dpi_proto dpi_mssql = {
    .app = RN_APP_MSSQL,
    .name = "MSSQL",
    .spec = "MS-TDS",
    .proto = RN_PROTO_TCP,
    .ports = {TDS_PORT},
    .subject = RN_FACT_USER,
    .first = {{1, 2}, {3, 5}, {6, 8}, {16, 19}},
    .probe = probe,
    .parse = parse,
};
