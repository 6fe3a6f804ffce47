// SPDX-License-Identifier: Apache-2.0
// LDAP over UDP (CLDAP), RFC 1798 and MS-ADTS 6.3.3: how a client finds a domain controller.
//
//   SEQUENCE { INTEGER id, operation }                                        RFC 4511, 4.1.1
//   search    [APPLICATION 3] { OCTETS base, ENUMERATED scope, ENUMERATED aliases, INTEGER, INTEGER, BOOLEAN, ... }
//   entry     [APPLICATION 4] { OCTETS name, SEQUENCE attributes }
//   done      [APPLICATION 5] { ENUMERATED code, OCTETS, OCTETS }
//
// 1. The operation's own fields prove it, on any port.
#include "ber.h"
#include "udp.h"

enum { OP_SEARCH = 0x63, OP_ENTRY = 0x64, OP_DONE = 0x65 };

static bool skip(struct rn_reader *r, uint8_t tag)
{
    struct dpi_ber e = dpi_take_ber(r);
    return !r->bad && e.tag == tag;
}

static bool has_fields(struct dpi_ber op)
{
    struct rn_reader *r = &op.content;
    switch (op.tag) {
    case OP_SEARCH:
        return skip(r, DPI_BER_OCTETS) && skip(r, DPI_BER_ENUMERATED) &&
               skip(r, DPI_BER_ENUMERATED) && skip(r, DPI_BER_INTEGER) &&
               skip(r, DPI_BER_INTEGER) && skip(r, DPI_BER_BOOLEAN);
    case OP_ENTRY:
        return skip(r, DPI_BER_OCTETS) && skip(r, DPI_BER_SEQUENCE);
    case OP_DONE:
        return skip(r, DPI_BER_ENUMERATED) && skip(r, DPI_BER_OCTETS) && skip(r, DPI_BER_OCTETS);
    default:
        return false;
    }
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= 10 && dpi_at(in->payload, 0) == DPI_BER_SEQUENCE;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct dpi_ber outer = dpi_take_ber(&r);
    if (outer.tag != DPI_BER_SEQUENCE || (outer.cut && !in->cut) ||
        !skip(&outer.content, DPI_BER_INTEGER))
        return RN_NO;
    struct dpi_ber op = dpi_take_ber(&outer.content);
    if (!has_fields(op))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_TYPE,
                      dpi_word(op.tag == OP_SEARCH  ? "SearchRequest"
                               : op.tag == OP_ENTRY ? "SearchResultEntry"
                                                    : "SearchResultDone"));
    return RN_YES;
}

const struct rn_dpi_proto dpi_cldap = {
    .app = RN_APP_LDAP,
    .name = "LDAP",
    .spec = "RFC 1798",
    .proto = RN_PROTO_UDP,
    .ports = {389},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_TYPE,
    .hostname = RN_FACT_NONE,
    .first = {{DPI_BER_SEQUENCE, DPI_BER_SEQUENCE + 1}},
    .probe = probe,
    .parse = parse,
};
