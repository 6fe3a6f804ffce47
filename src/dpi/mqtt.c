// SPDX-License-Identifier: Apache-2.0
// MQTT 3.1, 3.1.1 and 5 (OASIS).
//
//   packet   type 4 bits, flags 4 bits | remaining length 1-4, seven bits each | ...             2.1
//   CONNECT  name 2+n ("MQTT", "MQIsdp") | level 1 | flags 1 | keep alive 2 | [properties] | client id 2+n | ...    3.1
//   PUBLISH  topic 2+n | [packet id 2] | [properties] | message                                  3.3
//   SUBSCRIBE  packet id 2 | [properties] | (topic filter 2+n | options 1)+                      3.8
//
// 1. A CONNECT proves it on any port. Elsewhere packets must fill the payload to its end, on the port.
// 2. User names, passwords, wills and messages are never looked at.
#include "lines.h"

#define MQTT_PORT 1883
#define MQTT_MAX_PACKETS 64 // of one payload
#define MQTT_MAX_TOPIC 1024

enum {
    CONNECT = 1,
    CONNACK = 2,
    PUBLISH = 3,
    PUBACK = 4,
    PUBREC = 5,
    PUBREL = 6,
    PUBCOMP = 7,
    SUBSCRIBE = 8,
    SUBACK = 9,
    UNSUBSCRIBE = 10,
    UNSUBACK = 11,
    PINGREQ = 12,
    PINGRESP = 13,
    DISCONNECT = 14,
};

struct packet {
    uint8_t type, flags;
    size_t len;
    struct rn_reader body; // ends where the bytes end
    bool cut;
};

// A number of seven bits a byte, four bytes at most (1.5.5). False: it does not end.
static bool take_length(struct rn_reader *r, size_t *out)
{
    uint8_t byte = 0x80;
    *out = 0;
    for (unsigned shift = 0; byte & 0x80 && shift < 28; shift += 7) {
        byte = rn_take_u8(r);
        *out |= (size_t)(byte & 0x7f) << shift;
    }
    return !(byte & 0x80);
}

// RN_NO: no fixed header; RN_MORE: it is not all there.
static enum rn_verdict take_packet(struct rn_reader *r, struct packet *out)
{
    uint8_t first = rn_take_u8(r);
    *out = (struct packet){.type = first >> 4, .flags = first & 0x0f};
    bool ends = take_length(r, &out->len);
    bool wants_2 = out->type == PUBREL || out->type == SUBSCRIBE || out->type == UNSUBSCRIBE;
    if (out->type == 0 || (out->type != PUBLISH && out->flags != (wants_2 ? 2 : 0)))
        return RN_NO;
    if (r->bad)
        return RN_MORE;
    size_t left = rn_reader_left(r);
    out->cut = out->len > left;
    out->body = rn_reader_sub(r, out->cut ? left : out->len);
    return ends ? RN_YES : RN_NO;
}

static struct rn_bytes take_text(struct rn_reader *r)
{
    return rn_take_bytes(r, rn_take_be16(r));
}

static void skip_properties(struct rn_reader *r)
{
    size_t len;
    if (take_length(r, &len))
        rn_skip(r, len);
    else
        r->bad = true;
}

// The name of a level; a bridge sets the highest bit (mosquitto). {NULL, 0} for none that is known.
static struct rn_bytes version_of(uint8_t level)
{
    switch (level & 0x7f) {
    case 3:
        return DPI_LITERAL("3.1");
    case 4:
        return DPI_LITERAL("3.1.1");
    case 5:
        return DPI_LITERAL("5.0");
    default:
        return (struct rn_bytes){NULL, 0};
    }
}

// Whether a CONNECT begins as one must: 3.1.2.1 to 3.1.2.3.
static enum rn_verdict prove(const struct packet *p)
{
    struct rn_reader r = p->body;
    struct rn_bytes name = take_text(&r);
    uint8_t level = rn_take_u8(&r), flags = rn_take_u8(&r);
    if (r.bad)
        return p->cut ? RN_MORE : RN_NO;
    bool named = dpi_equal(name, DPI_LITERAL("MQTT")) || dpi_equal(name, DPI_LITERAL("MQIsdp"));
    return named && version_of(level).p && !(flags & 1) && p->len >= name.len + 8 ? RN_YES : RN_NO;
}

// RN_MORE: the bytes end before the client id does.
static enum rn_verdict take_connect(struct packet *p, struct rn_facts *facts)
{
    take_text(&p->body);
    uint8_t level = rn_take_u8(&p->body);
    rn_skip(&p->body, 3);
    if ((level & 0x7f) == 5)
        skip_properties(&p->body);
    struct rn_bytes id = take_text(&p->body);
    rn_facts_put_text(facts, RN_FACT_VERSION, version_of(level));
    if (p->body.bad)
        return p->cut ? RN_MORE : RN_YES;
    rn_facts_put_text(facts, RN_FACT_CLIENT_ID, id);
    return RN_YES;
}

static bool has_topic(const struct packet *p)
{
    return p->type == PUBLISH || p->type == SUBSCRIBE || p->type == UNSUBSCRIBE;
}

static bool is_topic(struct rn_bytes topic, bool filter)
{
    return topic.len > 0 && topic.len <= MQTT_MAX_TOPIC && dpi_is_text(topic) &&
           (filter || (!memchr(topic.p, '#', topic.len) && !memchr(topic.p, '+', topic.len)));
}

static bool is_5(const struct rn_facts *facts)
{
    return dpi_equal(rn_facts_find(facts, RN_FACT_VERSION, 0), DPI_LITERAL("5.0"));
}

// The topic of a PUBLISH or the first filter of the others, {NULL, 0} if it is none.
static struct rn_bytes topic_of(struct packet *p, const struct rn_facts *facts)
{
    bool filter = p->type != PUBLISH;
    if (filter) {
        rn_skip(&p->body, 2);
        if (is_5(facts))
            skip_properties(&p->body);
    }
    struct rn_bytes topic = take_text(&p->body);
    return !p->body.bad && is_topic(topic, filter) ? topic : (struct rn_bytes){NULL, 0};
}

// Whether a reason code and properties (version 5) end at the end of the body, or are left out.
static bool is_reason(struct rn_reader r)
{
    size_t len;
    if (rn_reader_left(&r) == 0)
        return true;
    rn_skip(&r, 1);
    return rn_reader_left(&r) == 0 || (take_length(&r, &len) && len == rn_reader_left(&r));
}

// Whether there is a code for each filter: a quality of service, or a failure (3.9.3).
static bool are_codes(struct rn_reader r)
{
    rn_skip(&r, 2);
    size_t count = rn_reader_left(&r);
    while (rn_reader_left(&r) > 0) {
        uint8_t code = rn_take_u8(&r);
        if (code > 2 && code < 0x80)
            return false;
    }
    return count > 0 && count <= 64;
}

// Whether the body is one that the type can have. `p` is whole.
static bool is_plausible(const struct packet *p)
{
    struct rn_reader body = p->body;
    uint8_t first = dpi_at(rn_reader_rest(&body), 0);
    switch (p->type) {
    case CONNACK:
        rn_skip(&body, 1);
        return p->len >= 2 && first <= 1 && is_reason(body);
    case PUBLISH:
        return p->len >= 3 && (p->flags & 6) != 6; // no such quality of service
    case PUBACK:
    case PUBREC:
    case PUBREL:
    case PUBCOMP:
        rn_skip(&body, 2);
        return p->len >= 2 && is_reason(body);
    case SUBACK:
        return are_codes(body);
    case UNSUBACK:
        return p->len == 2 || are_codes(body);
    case SUBSCRIBE:
    case UNSUBSCRIBE:
        return p->len >= 5;
    case PINGREQ:
    case PINGRESP:
        return p->len == 0;
    case DISCONNECT:
        return is_reason(body);
    default:
        return false;
    }
}

// Packets that fill the payload prove it on its port; a lone PINGREQ is two bytes and proves nothing.
static bool fills(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_facts none = {.len = 0};
    struct packet p;
    if ((in->src_port != MQTT_PORT && in->dst_port != MQTT_PORT) || in->payload.len < 4)
        return false;
    for (unsigned n = 0; n < MQTT_MAX_PACKETS && rn_reader_left(&r) > 0; n++) {
        if (take_packet(&r, &p) != RN_YES || p.cut || !is_plausible(&p))
            return false;
        if (has_topic(&p) && !topic_of(&p, &none).p)
            return false;
    }
    return rn_reader_left(&r) == 0;
}

static enum rn_verdict walk(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                            struct rn_facts *facts, enum rn_dpi_more *more)
{
    struct rn_reader r = rn_reader_of(in->payload);
    struct packet p;
    for (unsigned n = 0; n < MQTT_MAX_PACKETS && rn_reader_left(&r) > 0; n++) {
        size_t begin = rn_reader_left(&r);
        enum rn_verdict verdict = take_packet(&r, &p);
        if (verdict == RN_YES && (p.type == CONNECT || p.type == CONNACK))
            dpi_tell_client(ctx, in, p.type == CONNECT);
        if (verdict == RN_YES && p.type == CONNECT)
            verdict = take_connect(&p, facts);
        else if (verdict == RN_YES && has_topic(&p))
            rn_facts_put_text(facts, RN_FACT_TOPIC, topic_of(&p, facts));
        if (verdict == RN_MORE)
            dpi_keep(ctx, begin);
        if (verdict != RN_YES || p.cut)
            break;
    }
    if (dpi_has(facts, RN_FACT_TOPIC) && dpi_has(facts, RN_FACT_VERSION))
        *more = RN_DPI_SETTLED;
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] >= 0x10;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    if (*app == RN_APP_MQTT && facts->len > 0)
        return walk(ctx, in, facts, more);
    struct rn_reader r = rn_reader_of(in->payload);
    struct packet p;
    enum rn_verdict verdict = take_packet(&r, &p);
    if (verdict == RN_YES && p.type == CONNECT)
        verdict = prove(&p);
    else if (verdict == RN_YES)
        verdict = fills(in) ? RN_YES : RN_NO;
    return verdict == RN_YES ? walk(ctx, in, facts, more) : verdict;
}

const struct rn_dpi_proto dpi_mqtt = {
    .app = RN_APP_MQTT,
    .name = "MQTT",
    .spec = "OASIS MQTT 5.0",
    .proto = RN_PROTO_TCP,
    .ports = {MQTT_PORT},
    .subject = RN_FACT_TOPIC,
    .first = {{0x10, 0x100}},
    .probe = probe,
    .parse = parse,
};
