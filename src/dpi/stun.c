// SPDX-License-Identifier: Apache-2.0
// STUN over UDP and TCP, RFC 8489, and its elder, RFC 3489.
//
//   header      00 | type 14 bits | length 2 | cookie 4 | transaction id 12            5
//   attribute   type 2 | length 2 | value, padded to a multiple of four                14
//
// Over TCP the messages of ICE have their length in front (RFC 6544, 3; RFC 4571, 2).
//
// 1. The cookie and a length that fits prove it. Some programs leave the last attribute without its padding.
// 2. Without the cookie (RFC 3489) the length is exact, and known attributes of the right size fill it. A request
//    that has none is believed on STUN's own port only.
// 3. User names, realms, nonces and integrity codes are never looked at.
#include "udp.h"

#define STUN_HEADER_BYTES 20
#define STUN_COOKIE 0x2112a442
#define STUN_MAX_ATTRIBUTES 64
#define STUN_MAX_SOFTWARE 128

enum {
    ATTRIBUTE_CHANGE_REQUEST = 0x0003,
    ATTRIBUTE_OPTIONAL = 0x8000,
    ATTRIBUTE_SOFTWARE = 0x8022
};

struct message {
    uint16_t type;
    size_t len; // of the attributes, as told
    bool has_cookie;
    unsigned attributes; // walked
    bool broken;         // the attributes do not fill the message
    bool unknown;        // one that RFC 3489 does not have, or of another size
    struct rn_bytes software;
};

// RFC 3489, 11.2: addresses have 8 bytes. Number 0x0101 is a private one of an old client with a wide spread.
static bool is_classic(uint16_t type, size_t len)
{
    bool is_address = type == 1 || type == 2 || type == 4 || type == 5 || type == 11;
    if (is_address)
        return len == 8;
    if (type == ATTRIBUTE_CHANGE_REQUEST)
        return len == 4;
    return (type >= 6 && type <= 10) || type == 0x0101 || type >= ATTRIBUTE_OPTIONAL;
}

static void take_attributes(struct rn_reader *r, struct message *out)
{
    for (; rn_reader_left(r) > 0 && out->attributes < STUN_MAX_ATTRIBUTES; out->attributes++) {
        uint16_t type = rn_take_be16(r), len = rn_take_be16(r);
        struct rn_bytes value = rn_take_bytes(r, len);
        size_t padding = (4u - len % 4u) % 4u, left = rn_reader_left(r);
        rn_skip(r, padding < left ? padding : left);
        if (r->bad)
            break;
        out->unknown |= !is_classic(type, len);
        if (type == ATTRIBUTE_SOFTWARE && len <= STUN_MAX_SOFTWARE)
            out->software = value;
    }
    out->broken = r->bad;
}

static enum rn_verdict take_message(struct rn_bytes payload, struct message *out)
{
    struct rn_reader r = rn_reader_of(payload);
    out->type = rn_take_be16(&r);
    out->len = rn_take_be16(&r);
    out->has_cookie = rn_take_be32(&r) == STUN_COOKIE;
    rn_skip(&r, STUN_HEADER_BYTES - 8);
    if (r.bad || out->type >= 0x4000)
        return RN_NO;
    size_t left = rn_reader_left(&r);
    struct rn_reader body = rn_reader_sub(&r, out->len < left ? out->len : left);
    take_attributes(&body, out);
    return out->len <= left ? RN_YES : RN_MORE;
}

// Invariant 2.
static bool is_proved_without_cookie(const struct rn_dpi_input *in, const struct message *m)
{
    uint16_t kind = m->type & 0xfeef; // without the class
    if ((kind != 1 && kind != 2) || (m->type & 0x110) == 0x010)
        return false;
    if (STUN_HEADER_BYTES + m->len != in->payload.len || m->len % 4 != 0 || m->broken)
        return false;
    bool at_home = dpi_on_port(in, 3478) || dpi_on_port(in, 3479);
    return at_home || (m->attributes > 0 && !m->unknown);
}

static const char *class_of(uint16_t type)
{
    static const char *const names[] = {"Request", "Indication", "Success", "Error"};
    return names[(type >> 7 & 2) | (type >> 4 & 1)];
}

// The bits of the class lie between those of the method (RFC 8489, 5).
static unsigned method_of(uint16_t type)
{
    return (type & 0xfu) | (type >> 1 & 0x70u) | (type >> 2 & 0xf80u);
}

// IANA, "STUN Methods": those of STUN, TURN (RFC 8656) and TURN over TCP (RFC 6062).
static void put_method(struct rn_facts *facts, unsigned method)
{
    static const char *const names[] = {
        [1] = "Binding",
        [2] = "SharedSecret",
        [3] = "Allocate",
        [4] = "Refresh",
        [6] = "Send",
        [7] = "Data",
        [8] = "CreatePermission",
        [9] = "ChannelBind",
        [10] = "Connect",
        [11] = "ConnectionBind",
        [12] = "ConnectionAttempt",
    };
    char buf[24];
    struct rn_bytes name = {NULL, 0};
    if (method < DPI_COUNT(names))
        name = dpi_word(names[method]);
    if (name.len == 0)
        name = rn_bytes_of(buf, rn_text_fmt_(buf, sizeof(buf), "Unknown(0x%04x)", method));
    dpi_put_latest(facts, RN_FACT_METHOD, name);
}

static void put_message(struct rn_facts *facts, const struct message *m)
{
    struct rn_bytes software = m->software;
    while (software.len > 0 && dpi_last(software) == 0)
        software.len--;
    dpi_put_latest(facts, RN_FACT_CLASS, dpi_word(class_of(m->type)));
    put_method(facts, method_of(m->type));
    rn_facts_put_text(facts, RN_FACT_SOFTWARE, software);
}

// A frame of RFC 4571 around the first message.
static struct rn_bytes without_frame(struct rn_bytes payload)
{
    struct rn_reader r = rn_reader_of(payload);
    size_t framed = rn_take_be16(&r);
    struct rn_reader body = r;
    rn_skip(&r, 2);
    size_t len = rn_take_be16(&r);
    bool is_frame = rn_take_be32(&r) == STUN_COOKIE && framed == STUN_HEADER_BYTES + len;
    return is_frame && !r.bad ? rn_reader_rest(&body) : payload;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= STUN_HEADER_BYTES && dpi_at(in->payload, 0) < 0x40;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.type = 0};
    bool is_tcp = in->proto == RN_PROTO_TCP;
    enum rn_verdict verdict = take_message(is_tcp ? without_frame(in->payload) : in->payload, &m);
    if (verdict == RN_NO || (!m.has_cookie && (is_tcp || !is_proved_without_cookie(in, &m))))
        return RN_NO;
    if (verdict == RN_MORE && in->cut) // what is there tells the rest
        verdict = RN_YES;
    if (verdict == RN_MORE && !is_tcp)
        return RN_NO;
    if (verdict == RN_YES)
        put_message(facts, &m);
    return verdict;
}

const struct rn_dpi_proto dpi_stun = {
    .app = RN_APP_STUN,
    .name = "STUN",
    .spec = "RFC 8489",
    .proto = RN_PROTO_UDP,
    .ports = {3478, 5349},
    .idle_timeout = 30 * RN_SEC,
    .subject = RN_FACT_SOFTWARE,
    .words = {RN_FACT_METHOD, RN_FACT_CLASS},
    .hostname = RN_FACT_NONE,
    .first = {{0, 0x40}},
    .probe = probe,
    .parse = parse,
};

// The same messages, one behind the other.
const struct rn_dpi_proto dpi_stun_tcp = {
    .app = RN_APP_STUN,
    .name = "STUN",
    .spec = "RFC 8489",
    .proto = RN_PROTO_TCP,
    .ports = {3478, 5349},
    .subject = RN_FACT_SOFTWARE,
    .words = {RN_FACT_METHOD, RN_FACT_CLASS},
    .hostname = RN_FACT_NONE,
    .first = {{0, 0x40}},
    .probe = probe,
    .parse = parse,
};
