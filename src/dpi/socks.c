// SPDX-License-Identifier: Apache-2.0
// SOCKS 4, 4a and 5: RFC 1928, RFC 1929 and the notes of NEC on SOCKS 4.
//
//   SOCKS 4  request  4 | command 1 | port 2 | address 4 | user 0 | [name 0]      4a: address 0.0.0.x, x not 0
//            reply    0 | code 1 (90 to 93) | port 2 | address 4
//   SOCKS 5  offer    5 | count 1 | methods n           choice   5 | method 1
//            login    1 | user 1+n | password 1+n       result   1 | status 1
//            request  5 | command 1 | 0 | address | port 2       reply    5 | code 1 | 0 | address | port 2
//
// 1. An offer is two or three bytes that could be anything: without the port it proves nothing alone, and the request
//    that follows it must prove the protocol. Requests and replies fill their payload.
// 2. After the reply the connection is a tunnel: what is inside is searched for anew.
// 3. Passwords are skipped.
#include "lines.h"

#define SOCKS_MAX_USER 255

enum { CONNECT = 1, BIND = 2, ASSOCIATE = 3 };
enum { ADDRESS_4 = 1, ADDRESS_NAME = 3, ADDRESS_6 = 4 };
enum { GRANTED_4 = 90 };

static bool on_port(const struct rn_dpi_input *in)
{
    return dpi_on_port(in, 1080) || dpi_on_port(in, 9050);
}

static bool is_name(struct rn_bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!dpi_is_alpha(name.p[i]) && !dpi_is_digit(name.p[i]) && !strchr(".-_:", name.p[i]))
            return false;
    return name.len > 0;
}

static void put_command(struct rn_facts *facts, uint8_t command)
{
    static const char *const names[] = {"", "CONNECT", "BIND", "UDP ASSOCIATE"};
    rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(names[command], strlen(names[command])));
}

static void put_ip(struct rn_facts *facts, struct rn_bytes b)
{
    char text[RN_IP_TEXT_SIZE];
    struct rn_ip ip = b.len == 4 ? rn_ip_v4(b.p) : rn_ip_v6(b.p);
    rn_facts_put_text(facts, RN_FACT_HOST, rn_bytes_of(text, rn_ip_text(&ip, text)));
}

static bool take_until_nul(struct rn_reader *r, struct rn_bytes *out)
{
    struct rn_bytes rest = rn_reader_rest(r);
    if (rest.len == 0 || !memchr(rest.p, 0, rest.len)) {
        r->bad = true;
        return false;
    }
    *out = dpi_take_until(r, 0);
    return true;
}

static enum rn_verdict take_request_4(const struct rn_dpi_input *in, struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 1);
    uint8_t command = rn_take_u8(&r);
    uint16_t port = rn_take_be16(&r);
    struct rn_bytes address = rn_take_bytes(&r, 4), user = {NULL, 0}, name = {NULL, 0};
    if (!r.bad && (command < CONNECT || command > BIND || port == 0))
        return RN_NO;
    if (r.bad || !take_until_nul(&r, &user))
        return in->payload.len < SOCKS_MAX_USER ? RN_MORE : RN_NO;
    bool named = address.p[0] == 0 && dpi_at(address, 1) == 0 && dpi_at(address, 2) == 0 &&
                 dpi_at(address, 3) != 0;
    if (named && !take_until_nul(&r, &name))
        return in->payload.len < 2 * SOCKS_MAX_USER ? RN_MORE : RN_NO;
    if (rn_reader_left(&r) > 0 || !dpi_is_text(user) || (named && !is_name(name)))
        return RN_NO;
    if (!named && (!on_port(in) || address.p[0] == 0))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_VERSION, named ? DPI_LITERAL("4a") : DPI_LITERAL("4"));
    put_command(facts, command);
    rn_facts_put_text(facts, RN_FACT_USER, user);
    if (named)
        rn_facts_put_text(facts, RN_FACT_HOST, name);
    else
        put_ip(facts, address);
    return RN_YES;
}

static enum rn_verdict take_reply_4(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                    struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 1);
    uint8_t code = rn_take_u8(&r);
    if (!r.bad && (code < GRANTED_4 || code > GRANTED_4 + 3))
        return RN_NO;
    rn_skip(&r, 6);
    if (r.bad)
        return RN_MORE;
    dpi_keep(ctx, rn_reader_left(&r));
    rn_facts_put_number(facts, RN_FACT_CODE, code);
    return RN_YES;
}

// An address with its port, of a request or reply of SOCKS 5. {NULL, 0}: of no known type.
static struct rn_bytes take_address(struct rn_reader *r, uint8_t *type)
{
    *type = rn_take_u8(r);
    size_t len = 0;
    if (*type == ADDRESS_NAME)
        len = rn_take_u8(r);
    else if (*type == ADDRESS_4 || *type == ADDRESS_6)
        len = *type == ADDRESS_4 ? 4 : 16;
    struct rn_bytes address = rn_take_bytes(r, len);
    rn_skip(r, 2);
    return len > 0 ? address : (struct rn_bytes){NULL, 0};
}

static enum rn_verdict take_offer(struct rn_reader *r)
{
    rn_skip(r, 1);
    size_t count = rn_take_u8(r);
    struct rn_bytes methods = rn_take_bytes(r, count);
    for (size_t i = 0; i < methods.len; i++)
        if (methods.p[i] > 9 && methods.p[i] < 0x80) // IANA; 0x80 to 0xfe are private
            return RN_NO;
    return r->bad ? RN_MORE : count > 0 && count <= 16 ? RN_YES : RN_NO;
}

// RFC 1929. The password is skipped.
static enum rn_verdict take_login(struct rn_reader *r, struct rn_bytes *user)
{
    rn_skip(r, 1);
    *user = rn_take_bytes(r, rn_take_u8(r));
    rn_skip(r, rn_take_u8(r));
    return r->bad ? RN_MORE : dpi_is_text(*user) ? RN_YES : RN_NO;
}

static enum rn_verdict take_request_5(struct rn_reader *r, struct rn_facts *facts)
{
    uint8_t type, version = rn_take_u8(r), command = rn_take_u8(r), reserved = rn_take_u8(r);
    struct rn_bytes address = take_address(r, &type);
    bool known = type == ADDRESS_4 || type == ADDRESS_6 || type == ADDRESS_NAME;
    if (r->bad)
        return RN_MORE;
    if (version != 5 || command < CONNECT || command > ASSOCIATE || reserved != 0 || !known ||
        address.len == 0 || (type == ADDRESS_NAME && !is_name(address)))
        return RN_NO;
    put_command(facts, command);
    if (type == ADDRESS_NAME)
        rn_facts_put_text(facts, RN_FACT_HOST, address);
    else
        put_ip(facts, address);
    return RN_YES;
}

// The client's side of SOCKS 5. Before it is proved all of it comes again, offer and login and request.
static enum rn_verdict take_client_5(const struct rn_dpi_input *in, struct rn_facts *facts,
                                     bool proved)
{
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes user = {NULL, 0};
    enum rn_verdict verdict = proved ? RN_YES : take_offer(&r);
    if (verdict == RN_YES && rn_reader_left(&r) > 0 && *r.p == 1)
        verdict = take_login(&r, &user);
    if (verdict == RN_YES && rn_reader_left(&r) > 0)
        verdict = take_request_5(&r, facts);
    else if (verdict == RN_YES && !proved && !on_port(in))
        verdict = RN_MORE;
    if (verdict != RN_YES)
        return verdict;
    rn_facts_put_text(facts, RN_FACT_VERSION, DPI_LITERAL("5"));
    rn_facts_put_text(facts, RN_FACT_USER, user);
    return RN_YES;
}

// The server's: a choice of two bytes, the result of a login, a reply. What follows the reply is the tunnel's.
static enum rn_verdict take_server_5(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                     struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    if (!dpi_has(facts, RN_FACT_COMMAND)) {
        rn_facts_put_text(facts, RN_FACT_VERSION, DPI_LITERAL("5"));
        return RN_YES;
    }
    uint8_t type, third = dpi_at(in->payload, 2);
    if (third == 5 || third == 1) // a choice that was kept
        rn_skip(&r, 2);
    if (rn_reader_left(&r) >= 2 && *r.p == 1) // the result of a login
        rn_skip(&r, 2);
    if (rn_reader_left(&r) == 0)
        return RN_YES;
    rn_skip(&r, 1);
    uint8_t code = rn_take_u8(&r), reserved = rn_take_u8(&r);
    take_address(&r, &type);
    if (reserved != 0 || code > 8)
        return RN_NO;
    if (r.bad)
        return RN_MORE;
    rn_facts_put_number(facts, RN_FACT_CODE, code);
    dpi_keep(ctx, rn_reader_left(&r));
    return RN_YES;
}

static bool is_open(const struct rn_facts *facts)
{
    uint32_t code;
    return rn_facts_number(facts, RN_FACT_CODE, &code) && (code == 0 || code == GRANTED_4);
}

static enum rn_dpi_into into(const struct rn_facts *facts)
{
    return is_open(facts) ? RN_DPI_INTO_ANY : RN_DPI_INTO_NOTHING;
}

static bool is_4(const struct rn_facts *facts)
{
    return dpi_at(rn_facts_find(facts, RN_FACT_VERSION, 0), 0) == '4';
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = in->payload.p[0];
    return first <= 1 || first == 4 || first == 5;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    bool proved = facts->len > 0;
    uint8_t first = in->payload.p[0];
    if (is_open(facts) || (!proved && (!in->start || !in->from_initiator)))
        return RN_NO;
    if (!proved)
        return first == 4   ? take_request_4(in, facts)
               : first == 5 ? take_client_5(in, facts, false)
                            : RN_NO;
    if (in->from_initiator)
        return is_4(facts) || dpi_has(facts, RN_FACT_COMMAND) ? RN_NO
                                                              : take_client_5(in, facts, true);
    if (is_4(facts))
        return first == 0 ? take_reply_4(ctx, in, facts) : RN_NO;
    return take_server_5(ctx, in, facts);
}

const struct rn_dpi_proto dpi_socks = {
    .app = RN_APP_SOCKS,
    .name = "SOCKS",
    .spec = "RFC 1928",
    .proto = RN_PROTO_TCP,
    .ports = {1080, 9050},
    .subject = RN_FACT_HOST,
    .hostname = RN_FACT_HOST,
    .first = {{0, 2}, {4, 6}},
    .into = into,
    .probe = probe,
    .parse = parse,
};
