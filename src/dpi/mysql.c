// SPDX-License-Identifier: Apache-2.0
// MySQL and MariaDB, client/server protocol.
//
//   packet    length 3, little-endian | sequence 1 | ...
//   greeting  10 | server version 0 | thread 4 | scramble 8 | 0 | capabilities 2 | character set 1 | status 2 | ...
//   login     capabilities 4 | largest packet 4 | character set 1 | zeros 23 | user 0 | ...     without user: TLS follows
//   error     255 | code 2 | text
//
// 1. A greeting proves it on any port, and so does a login with its zeros; an error for a greeting on its port.
// 2. Nothing behind the user's name is looked at: neither the answer to the scramble nor a statement.
#include "lines.h"

#define MYSQL_PORT 3306
#define MYSQL_MAX_GREETING 512
#define MYSQL_MAX_VERSION 100
#define MYSQL_MAX_USER 128
#define MYSQL_TLS_REQUEST 32

enum { CLIENT_SSL = 0x800, CLIENT_PROTOCOL_41 = 0x200 };

static uint32_t take_le24(struct rn_reader *r)
{
    uint32_t low = rn_take_u8(r);
    low |= (uint32_t)rn_take_u8(r) << 8;
    return low | (uint32_t)rn_take_u8(r) << 16;
}

// A digit, and then digits, dots and words: "8.0.32", "5.5.5-10.6.7-MariaDB-1:10.6.7+maria~focal".
static bool is_version(struct rn_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
            return false;
    return text.len >= 3 && text.len <= MYSQL_MAX_VERSION && dpi_is_digit(text.p[0]) &&
           memchr(text.p, '.', text.len);
}

static enum rn_verdict take_greeting(struct rn_reader *r, struct rn_facts *facts)
{
    struct rn_bytes rest = rn_reader_rest(r);
    bool ends = rest.len > 0 && memchr(rest.p, 0, rest.len);
    struct rn_bytes version = dpi_take_until(r, 0);
    rn_skip(r, 12);
    uint8_t filler = rn_take_u8(r);
    if (!is_version(version) && ends)
        return RN_NO;
    if (!ends || r->bad)
        return rest.len <= MYSQL_MAX_VERSION + 14 ? RN_MORE : RN_NO;
    if (filler != 0)
        return RN_NO;
    // MariaDB puts a version in front of its own, for replicas of old.
    if (dpi_starts(version, DPI_LITERAL("5.5.5-1")))
        version = dpi_after(version, strlen("5.5.5-"));
    rn_facts_put_text(facts, RN_FACT_SERVER, version);
    return RN_YES;
}

static bool are_zeros(struct rn_bytes b)
{
    for (size_t i = 0; i < b.len; i++)
        if (b.p[i] != 0)
            return false;
    return true;
}

static enum rn_verdict take_login(struct rn_reader *r, uint32_t len, struct rn_facts *facts)
{
    uint32_t capabilities = rn_take_le32(r), largest = rn_take_le32(r);
    rn_skip(r, 1);
    struct rn_bytes zeros = rn_take_bytes(r, 19);
    rn_skip(r, 4); // MariaDB keeps more capabilities here
    if (r->bad)
        return RN_MORE;
    if (!(capabilities & CLIENT_PROTOCOL_41) || !are_zeros(zeros) || largest > 0x40000000)
        return RN_NO;
    if (len == MYSQL_TLS_REQUEST)
        return capabilities & CLIENT_SSL ? RN_YES : RN_NO;
    struct rn_bytes rest = rn_reader_rest(r);
    bool ends = rest.len > 0 && memchr(rest.p, 0, rest.len);
    struct rn_bytes user = dpi_take_until(r, 0);
    if (!ends)
        return rest.len < MYSQL_MAX_USER ? RN_MORE : RN_NO;
    if (!dpi_is_text(user))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_USER, user);
    return RN_YES;
}

static bool is_error(const struct rn_dpi_input *in, struct rn_reader r)
{
    uint32_t code = rn_take_u8(&r);
    code |= (uint32_t)rn_take_u8(&r) << 8;
    return in->src_port == MYSQL_PORT && !r.bad && code >= 1000 && code < 5000 &&
           dpi_is_text(rn_reader_rest(&r));
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t sequence = dpi_at(in->payload, 3);
    return in->payload.len < 4 || (dpi_at(in->payload, 2) == 0 && sequence <= 1);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t len = take_le24(&r);
    uint8_t sequence = rn_take_u8(&r);
    if (r.bad)
        return in->start ? RN_MORE : RN_NO;
    if (rn_reader_left(&r) > len || len < 10 || !(in->start || facts->len > 0))
        return RN_NO;
    enum rn_verdict verdict = RN_NO;
    if (sequence == 1 && len >= MYSQL_TLS_REQUEST) {
        verdict = take_login(&r, len, facts);
        // A client that is about to begin TLS sends a second login, in secret.
        if (verdict == RN_YES && len != MYSQL_TLS_REQUEST)
            *more = RN_DPI_SIDE_DONE;
    } else if (sequence == 0 && len <= MYSQL_MAX_GREETING) {
        uint8_t first = rn_take_u8(&r);
        if (r.bad)
            verdict = RN_MORE;
        else if (first == 10)
            verdict = take_greeting(&r, facts);
        else if (first == 0xff && is_error(in, r))
            verdict = RN_YES;
    }
    if (verdict == RN_YES)
        dpi_tell_client(ctx, in, sequence == 1);
    return verdict == RN_MORE && in->cut ? RN_NO : verdict;
}

const struct rn_dpi_proto dpi_mysql = {
    .app = RN_APP_MYSQL,
    .name = "MySQL",
    .spec = "MySQL client/server protocol",
    .proto = RN_PROTO_TCP,
    .ports = {MYSQL_PORT},
    .subject = RN_FACT_SERVER,
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
