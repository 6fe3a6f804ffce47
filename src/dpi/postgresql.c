// SPDX-License-Identifier: Apache-2.0
// PostgreSQL, "Frontend/Backend Protocol" 3.0 and 2.0.
//
//   start    length 4 | version 4 (3.0), then (name 0 value 0)* 0        55.7, StartupMessage
//            length 8 | 80877103 (TLS), 80877104 (GSSAPI); length 16 | 80877102 (cancel)
//   message  type 1 | length 4 | ...                                      55.2
//
// 1. A start proves it on any port; on its port so do messages that fill the payload.
// 2. The answer to a request for TLS is one byte, S or N, and proves nothing alone.
// 3. Of what is said only the user, the database and the application's name are told: no password, no statement.
#include "lines.h"

#define PG_PORT 5432
#define PG_MAX_START 10000 // as the server has it
#define PG_MAX_PAIRS 64
#define PG_MAX_MESSAGES 64 // of one payload
#define PG_MAX_MESSAGE 0x3fffffff

enum {
    CODE_CANCEL = 80877102,
    CODE_TLS = 80877103,
    CODE_GSS = 80877104,
    VERSION_2 = 0x00020000,
    VERSION_3 = 0x00030000,
};

static bool take_string(struct rn_reader *r, struct rn_bytes *out)
{
    struct rn_bytes rest = rn_reader_rest(r);
    if (rest.len == 0 || !memchr(rest.p, 0, rest.len)) {
        r->bad = true;
        return false;
    }
    *out = dpi_take_until(r, 0);
    return true;
}

// (name 0 value 0)* 0. False: it is not of this form.
static bool take_pairs(struct rn_reader r, struct rn_facts *facts)
{
    struct rn_bytes name, value, user = {NULL, 0}, database = {NULL, 0}, client = {NULL, 0};
    for (unsigned n = 0; n < PG_MAX_PAIRS && rn_reader_left(&r) > 1; n++) {
        if (!take_string(&r, &name) || !take_string(&r, &value) || name.len == 0 ||
            !dpi_is_text(name) || !dpi_is_text(value))
            return false;
        if (dpi_equal(name, DPI_LITERAL("user")))
            user = value;
        else if (dpi_equal(name, DPI_LITERAL("database")))
            database = value;
        else if (dpi_equal(name, DPI_LITERAL("application_name")))
            client = value;
    }
    if (user.len == 0)
        return false;
    rn_facts_put_text(facts, RN_FACT_USER, user);
    rn_facts_put_text(facts, RN_FACT_NAME, database);
    rn_facts_put_text(facts, RN_FACT_CLIENT, client);
    return true;
}

// 64 bytes each, padded with 0: database, user, options, unused, terminal (protocol 2.0).
static void put_old(struct rn_facts *facts, struct rn_reader r)
{
    struct rn_reader database = rn_reader_sub(&r, 64), user = rn_reader_sub(&r, 32);
    rn_facts_put_text(facts, RN_FACT_NAME, dpi_take_until(&database, 0));
    rn_facts_put_text(facts, RN_FACT_USER, dpi_take_until(&user, 0));
}

static enum rn_verdict take_start(const struct rn_dpi_input *in, struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t len = rn_take_be32(&r), code = rn_take_be32(&r);
    size_t want = code == CODE_CANCEL ? 16 : 8;
    if (r.bad)
        return RN_MORE;
    if (len < 8 || len > PG_MAX_START)
        return RN_NO;
    if (code == CODE_TLS || code == CODE_GSS || code == CODE_CANCEL) {
        if (len != want || in->payload.len > want)
            return RN_NO;
        const char *what = code == CODE_TLS   ? "SSLRequest"
                           : code == CODE_GSS ? "GSSENCRequest"
                                              : "CancelRequest";
        rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(what, strlen(what)));
        return RN_YES;
    }
    if (len == 8 && in->payload.len == 8 && in->dst_port == PG_PORT)
        return RN_YES; // a request that is newer than this
    if ((code != VERSION_2 || len != 296) && code >> 16 != VERSION_3 >> 16)
        return RN_NO;
    if ((code & 0xffff) > 2) // 3.2 is the newest
        return RN_NO;
    struct rn_reader body = rn_reader_sub(&r, len - 8);
    if (r.bad)
        return in->cut ? RN_NO : RN_MORE;
    if (code == VERSION_2)
        put_old(facts, body);
    else if (!take_pairs(body, facts))
        return RN_NO;
    char text[3] = {(char)('0' + (code >> 16)), '.', (char)('0' + (code & 0xff))};
    rn_facts_put_text(facts, RN_FACT_VERSION, rn_bytes_of(text, sizeof(text)));
    return RN_YES;
}

static bool is_type(uint8_t type, bool from_server)
{
    return type != 0 && strchr(from_server ? "RKSZTDCEINnst123AGHWdcvV" : "QPBEDHSXCpdcfF", type);
}

// Whether messages of one end fill the payload; the last one may go on in the next.
static bool fills(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    bool server = in->src_port == PG_PORT;
    if (!server && in->dst_port != PG_PORT)
        return false;
    for (unsigned n = 0; n < PG_MAX_MESSAGES && rn_reader_left(&r) > 0; n++) {
        uint8_t type = rn_take_u8(&r);
        uint32_t len = rn_take_be32(&r);
        if (r.bad || !is_type(type, server) || len < 4 || len > PG_MAX_MESSAGE)
            return false;
        if (type == 'Q' && len - 4 <= rn_reader_left(&r) &&
            dpi_at(rn_reader_rest(&r), len - 5) != 0)
            return false;
        rn_skip(&r, len - 4);
        if (r.bad)
            return n > 0 || len < 65536;
    }
    return true;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] == 0 || dpi_on_port(in, PG_PORT);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    uint8_t first = in->payload.p[0];
    if (first == 0) {
        enum rn_verdict verdict = take_start(in, facts);
        if (verdict == RN_YES)
            dpi_tell_client(ctx, in, true);
        return verdict;
    }
    if (dpi_has(facts, RN_FACT_COMMAND) && !dpi_has(facts, RN_FACT_USER))
        return RN_NO; // the answer to a request for TLS, or what follows it
    if (facts->len == 0 && !(in->payload.len > 5 && fills(in)))
        return RN_NO;
    *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_proto dpi_postgresql = {
    .app = RN_APP_POSTGRESQL,
    .name = "PostgreSQL",
    .spec = "PostgreSQL protocol 3.0",
    .proto = RN_PROTO_TCP,
    .ports = {PG_PORT},
    .subject = RN_FACT_NAME,
    .first = {{0, 1}, {'1', '4'}, {'A', 'Z' + 1}, {'a', 'z' + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
