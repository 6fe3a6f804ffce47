// SPDX-License-Identifier: Apache-2.0
// Kerberos 5, RFC 4120, over UDP and TCP.
//
//   [APPLICATION n] SEQUENCE { version [0 or 1] INTEGER 5, type [1 or 2] INTEGER n, ... }       5.4.1, 5.4.2, 5.9.1
//   request   [4] SEQUENCE { [0] options, [1] client's name, [2] realm, [3] server's name, ... }
//   reply     [3] client's realm, [4] client's name
//   error     [7] client's realm, [8] client's name, [9] realm, [10] server's name
//   name      SEQUENCE { [0] INTEGER, [1] SEQUENCE OF GeneralString }                           5.2.2
//
// 1. Version and type prove it, as the type is told twice.
// 2. Tickets, keys and authenticators are stepped over.
#include "ber.h"
#include "kerberos.h"
#include "udp.h"

#define KRB_MAX_FIELDS 16

enum { AS_REQ = 10, AS_REP, TGS_REQ, TGS_REP, AP_REQ, AP_REP, KRB_ERROR = 30 };
enum { CONTEXT = 0xa0, APPLICATION = 0x60 };

struct message {
    unsigned type;
    struct rn_bytes realm, client, service; // the first part of each name
};

static const char *type_name(unsigned type)
{
    static const char *const names[] = {"AS-REQ",  "AS-REP", "TGS-REQ",
                                        "TGS-REP", "AP-REQ", "AP-REP"};
    if (type == KRB_ERROR)
        return "KRB-ERROR";
    return type >= AS_REQ && type <= AP_REP ? names[type - AS_REQ] : NULL;
}

static bool is_request(unsigned type)
{
    return type == AS_REQ || type == TGS_REQ;
}

// The element inside a tagged one.
static struct dpi_ber inside(struct dpi_ber *tagged)
{
    return dpi_take_ber(&tagged->content);
}

static struct rn_bytes text_of(struct dpi_ber *tagged)
{
    struct dpi_ber text = inside(tagged);
    bool fits = text.tag == DPI_BER_GENERAL_STRING && !text.cut && !tagged->content.bad;
    return fits ? rn_reader_rest(&text.content) : rn_bytes_of(NULL, 0);
}

static struct rn_bytes name_of(struct dpi_ber *tagged)
{
    struct dpi_ber name = inside(tagged);
    dpi_take_ber(&name.content);
    struct dpi_ber parts = dpi_take_ber(&name.content);
    if (name.tag != DPI_BER_SEQUENCE || name.content.bad)
        return rn_bytes_of(NULL, 0);
    struct dpi_ber list = inside(&parts);
    return text_of(&list);
}

static void take_field(struct dpi_ber *field, unsigned base, struct message *out)
{
    unsigned n = field->tag - (unsigned)CONTEXT;
    if (n == base + 0)
        out->realm = text_of(field);
    else if (n == base + 1)
        out->client = name_of(field);
}

// Fields of a request's body: [1] client, [2] realm, [3] server.
static void take_body(struct dpi_ber *body, struct message *out)
{
    struct dpi_ber seq = inside(body);
    for (unsigned i = 0; i < KRB_MAX_FIELDS && rn_reader_left(&seq.content) > 0; i++) {
        struct dpi_ber field = dpi_take_ber(&seq.content);
        if (field.tag == CONTEXT + 1)
            out->client = name_of(&field);
        else if (field.tag == CONTEXT + 2)
            out->realm = text_of(&field);
        else if (field.tag == CONTEXT + 3)
            out->service = name_of(&field);
    }
}

static bool take_number(struct rn_reader *r, uint8_t tag, unsigned want)
{
    struct dpi_ber field = dpi_take_ber(r);
    struct dpi_ber number = inside(&field);
    return !r->bad && field.tag == tag && number.tag == DPI_BER_INTEGER &&
           dpi_ber_number(&number) == (int64_t)want;
}

static void take_fields(struct rn_reader *r, struct message *out)
{
    for (unsigned i = 0; i < KRB_MAX_FIELDS && rn_reader_left(r) > 0; i++) {
        struct dpi_ber field = dpi_take_ber(r);
        if (is_request(out->type) && field.tag == CONTEXT + 4)
            take_body(&field, out);
        else if (out->type == AS_REP || out->type == TGS_REP)
            take_field(&field, 3, out);
        else if (out->type == KRB_ERROR)
            take_field(&field, 7, out);
    }
}

enum rn_verdict dpi_kerberos_message(struct rn_bytes message, struct rn_facts *facts)
{
    struct message m = {.type = 0};
    struct rn_reader r = rn_reader_of(message);
    struct dpi_ber outer = dpi_take_ber(&r);
    struct dpi_ber seq = inside(&outer);
    m.type = outer.tag - (unsigned)APPLICATION;
    const char *name = type_name(m.type);
    if (!name || seq.tag != DPI_BER_SEQUENCE || seq.len > outer.len)
        return RN_NO;
    uint8_t first = is_request(m.type) ? CONTEXT + 1 : CONTEXT;
    if (!take_number(&seq.content, first, 5) ||
        !take_number(&seq.content, (uint8_t)(first + 1), m.type))
        return RN_NO;
    take_fields(&seq.content, &m);
    rn_facts_put_text(facts, RN_FACT_TYPE, dpi_word(name));
    rn_facts_put_text(facts, RN_FACT_NAME, m.realm);
    rn_facts_put_text(facts, RN_FACT_USER, m.client);
    rn_facts_put_text(facts, RN_FACT_SERVICE, m.service);
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= 12 && type_name(dpi_at(in->payload, 0) - (unsigned)APPLICATION);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    return dpi_kerberos_message(in->payload, facts);
}

const struct rn_dpi_proto dpi_kerberos = {
    .app = RN_APP_KERBEROS,
    .name = "Kerberos",
    .spec = "RFC 4120",
    .proto = RN_PROTO_UDP,
    .ports = {88},
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_NAME,
    .words = {RN_FACT_TYPE},
    .hostname = RN_FACT_NONE,
    .first = {{0x6a, 0x70}, {0x7e, 0x7f}},
    .probe = probe,
    .parse = parse,
};
