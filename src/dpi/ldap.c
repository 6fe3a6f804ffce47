// SPDX-License-Identifier: Apache-2.0
// LDAP version 3 and 2 over TCP, RFC 4511.
//
//   message  SEQUENCE { message id INTEGER, operation [APPLICATION n], [controls [0]] }        4.1.1
//   bind     version INTEGER, name OCTETS, simple [0] or SASL [3]                                4.2
//   search   base OCTETS, scope ENUMERATED, dereferencing ENUMERATED, ...                        4.5.1
//   result   code ENUMERATED, matched name OCTETS, text OCTETS, ...                              4.1.9
//   extended name [0] OCTETS (an object identifier), [value [1]]                                 4.12
//
// 1. A message proves it whose operation fits the message and begins as it must; on the port any operation does.
// 2. The name that binds is told, never what proves it; of a search its base.
#include "ber.h"
#include "lines.h"

#define LDAP_PORT 389
#define LDAP_MAX_MESSAGE 0x1000000
#define LDAP_MAX_WAIT 4096   // an operation up to here is waited for
#define LDAP_MAX_MESSAGES 32 // of one payload

enum {
    BIND_REQUEST = 0x60,
    BIND_RESPONSE = 0x61,
    UNBIND = 0x42,
    SEARCH_REQUEST = 0x63,
    SEARCH_ENTRY = 0x64,
    SEARCH_DONE = 0x65,
    MODIFY_REQUEST = 0x66,
    MODIFY_RESPONSE = 0x67,
    ADD_REQUEST = 0x68,
    ADD_RESPONSE = 0x69,
    DELETE_REQUEST = 0x4a,
    DELETE_RESPONSE = 0x6b,
    RENAME_REQUEST = 0x6c,
    RENAME_RESPONSE = 0x6d,
    COMPARE_REQUEST = 0x6e,
    COMPARE_RESPONSE = 0x6f,
    ABANDON = 0x50,
    SEARCH_REFERENCE = 0x73,
    EXTENDED_REQUEST = 0x77,
    EXTENDED_RESPONSE = 0x78,
    INTERMEDIATE = 0x79,
    SIMPLE = 0x80,
    SASL = 0xa3,
    OID = 0x80,
    CONTROLS = 0xa0,
};

struct operation {
    uint8_t tag;
    bool cut;
    size_t len;
    struct rn_reader body;
};

static bool is_octets(const struct dpi_ber *e)
{
    return e->tag == DPI_BER_OCTETS;
}

static bool is_enumerated(const struct dpi_ber *e, int64_t limit)
{
    return e->tag == DPI_BER_ENUMERATED && e->len == 1 && dpi_ber_number(e) >= 0 &&
           dpi_ber_number(e) <= limit;
}

static bool take_bind(struct rn_reader r, struct rn_facts *facts)
{
    struct dpi_ber version = dpi_take_ber(&r), name = dpi_take_ber(&r);
    int64_t number = dpi_ber_number(&version);
    if (r.bad || version.tag != DPI_BER_INTEGER || number < 2 || number > 3 || !is_octets(&name))
        return false;
    struct dpi_ber proof = dpi_ber_head(&r);
    if (!r.bad && proof.tag != SIMPLE && proof.tag != SASL &&
        (proof.tag < 0x89 || proof.tag > 0x8b))
        return false; // [9] to [11] are Microsoft's
    char text = (char)('0' + number);
    rn_facts_put_text(facts, RN_FACT_VERSION, rn_bytes_of(&text, 1));
    if (!name.cut)
        rn_facts_put_text(facts, RN_FACT_USER, rn_reader_rest(&name.content));
    return true;
}

static bool take_search(struct rn_reader r, struct rn_facts *facts)
{
    struct dpi_ber base = dpi_take_ber(&r), scope = dpi_take_ber(&r), aliases = dpi_take_ber(&r);
    if (!is_octets(&base) || r.bad || !is_enumerated(&scope, 3) || !is_enumerated(&aliases, 3))
        return false;
    rn_facts_put_text(facts, RN_FACT_NAME, rn_reader_rest(&base.content));
    return true;
}

static bool is_result(struct rn_reader r)
{
    struct dpi_ber code = dpi_take_ber(&r), matched = dpi_take_ber(&r), text = dpi_ber_head(&r);
    return !r.bad && is_enumerated(&code, 127) && is_octets(&matched) && is_octets(&text);
}

static bool is_extended(struct rn_reader r)
{
    struct dpi_ber oid = dpi_take_ber(&r);
    struct rn_bytes text = rn_reader_rest(&oid.content);
    for (size_t i = 0; i < text.len; i++)
        if (!dpi_is_digit(text.p[i]) && text.p[i] != '.')
            return false;
    return !r.bad && !oid.cut && oid.tag == OID && text.len >= 3 && memchr(text.p, '.', text.len);
}

// A name and a list behind it (add, modify, search entry, compare), or a name alone.
static bool is_named(struct rn_reader r, bool listed)
{
    struct dpi_ber name = dpi_take_ber(&r);
    if (!is_octets(&name) || r.bad || !dpi_is_text(rn_reader_rest(&name.content)))
        return false;
    struct dpi_ber list = dpi_ber_head(&r);
    return !listed || (!r.bad && list.tag == DPI_BER_SEQUENCE);
}

static bool take_operation(const struct operation *op, struct rn_facts *facts)
{
    switch (op->tag) {
    case BIND_REQUEST:
        return take_bind(op->body, facts);
    case SEARCH_REQUEST:
        return take_search(op->body, facts);
    case BIND_RESPONSE:
    case SEARCH_DONE:
    case MODIFY_RESPONSE:
    case ADD_RESPONSE:
    case DELETE_RESPONSE:
    case RENAME_RESPONSE:
    case COMPARE_RESPONSE:
    case EXTENDED_RESPONSE:
        return is_result(op->body);
    case EXTENDED_REQUEST:
        return is_extended(op->body);
    case SEARCH_ENTRY:
    case MODIFY_REQUEST:
    case ADD_REQUEST:
    case COMPARE_REQUEST:
        return is_named(op->body, true);
    case RENAME_REQUEST:
    case SEARCH_REFERENCE:
        return is_named(op->body, false);
    default:
        return false;
    }
}

static const char *name_of(uint8_t tag)
{
    switch (tag) {
    case BIND_REQUEST:
        return "bind";
    case SEARCH_REQUEST:
        return "search";
    case MODIFY_REQUEST:
        return "modify";
    case ADD_REQUEST:
        return "add";
    case RENAME_REQUEST:
        return "modify DN";
    case COMPARE_REQUEST:
        return "compare";
    case EXTENDED_REQUEST:
        return "extended";
    default:
        return NULL;
    }
}

// Operations without a structure of their own: they are nothing to be known by but on the port.
static bool is_plain(uint8_t tag)
{
    return tag == UNBIND || tag == DELETE_REQUEST || tag == ABANDON || tag == INTERMEDIATE;
}

// RN_MORE: the bytes end before it is clear what the message holds.
static enum rn_verdict take_message(struct rn_reader *r, struct operation *out)
{
    struct dpi_ber message = dpi_take_ber(r);
    struct rn_reader body = message.content;
    if (r->bad)
        return RN_MORE;
    if (message.tag != DPI_BER_SEQUENCE || message.len > LDAP_MAX_MESSAGE)
        return RN_NO;
    struct dpi_ber id = dpi_take_ber(&body), op = dpi_take_ber(&body);
    if (body.bad)
        return message.cut ? RN_MORE : RN_NO;
    bool ends = rn_reader_left(&body) == 0 || *body.p == CONTROLS;
    if (id.tag != DPI_BER_INTEGER || dpi_ber_number(&id) < 0 || op.len > message.len ||
        (!message.cut && (op.cut || !ends)))
        return RN_NO;
    *out = (struct operation){op.tag, op.cut, op.len, op.content};
    return RN_YES;
}

// Behind a SASL bind with protection every message is sealed (4.2.1; RFC 4752, 3): length 4, a token of Kerberos.
static bool is_sealed(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint32_t len = rn_take_be32(&r);
    static const uint8_t krb5[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2};
    struct rn_bytes token = rn_reader_rest(&r);
    bool wrapped = dpi_at(token, 0) == 5 && dpi_at(token, 1) == 4 && dpi_at(token, 2) <= 7 &&
                   dpi_at(token, 3) == 0xff; // RFC 4121, 4.2.6.2
    bool old = dpi_at(token, 0) == 0x60 &&
               (dpi_starts(dpi_after(token, 2), rn_bytes_of(krb5, sizeof(krb5))) ||
                dpi_starts(dpi_after(token, 4), rn_bytes_of(krb5, sizeof(krb5)))); // RFC 1964, 1.1
    return dpi_on_port(in, LDAP_PORT) && !r.bad && (wrapped || old) && len == token.len;
}

static bool probe(const struct rn_dpi_input *in)
{
    if (in->payload.p[0] == 0)
        return is_sealed(in);
    uint8_t len = dpi_at(in->payload, 1);
    return in->payload.p[0] == DPI_BER_SEQUENCE && len != 0x80 && len <= 0x84;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    if (in->payload.p[0] == 0)
        return RN_YES; // sealed
    struct rn_reader r = rn_reader_of(in->payload);
    bool proved = facts->len > 0;
    for (unsigned n = 0; n < LDAP_MAX_MESSAGES && rn_reader_left(&r) > 0; n++) {
        size_t begin = rn_reader_left(&r);
        struct operation op;
        enum rn_verdict verdict = take_message(&r, &op);
        if (verdict != RN_YES) {
            if (n > 0 && verdict == RN_MORE)
                dpi_keep(ctx, begin);
            return n > 0 ? RN_YES : verdict;
        }
        if (op.cut && !in->cut && op.len <= LDAP_MAX_WAIT) { // better whole
            dpi_keep(ctx, begin);
            return n > 0 ? RN_YES : RN_MORE;
        }
        bool known = take_operation(&op, facts);
        if (!known && n == 0 && !((proved || dpi_on_port(in, LDAP_PORT)) && is_plain(op.tag)))
            return RN_NO;
        const char *name = name_of(op.tag);
        if (known)
            dpi_tell_client(ctx, in, name != NULL);
        if (known && name)
            rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(name, strlen(name)));
    }
    return RN_YES;
}

const struct rn_dpi_proto dpi_ldap = {
    .app = RN_APP_LDAP,
    .name = "LDAP",
    .spec = "RFC 4511",
    .proto = RN_PROTO_TCP,
    .ports = {LDAP_PORT, 3268},
    .subject = RN_FACT_NAME,
    .first = {{0, 1}, {DPI_BER_SEQUENCE, DPI_BER_SEQUENCE + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
