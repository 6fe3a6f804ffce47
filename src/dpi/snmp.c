// SPDX-License-Identifier: Apache-2.0
// SNMP versions 1, 2c and 3, RFC 3416, RFC 1157, RFC 3412.
//
//   v1, v2c   SEQUENCE { INTEGER version, OCTET STRING community, [n] PDU }
//   v3        SEQUENCE { INTEGER 3, SEQUENCE global data, OCTET STRING security, scoped data }
//             scoped data: SEQUENCE { OCTET STRING, OCTET STRING, [n] PDU }, or OCTET STRING if encrypted
//   PDU       { INTEGER id, INTEGER error, INTEGER index, SEQUENCE bindings }; the trap of v1 has other fields
//
// 1. On its ports the head of the message proves it, up to the community or the global data; elsewhere the PDU's fields
//    must be there too and everything must fill the datagram.
// 2. The community is a password: it is stepped over and goes nowhere.
#include "ber.h"
#include "udp.h"

enum { VERSION_1 = 0, VERSION_2C = 1, VERSION_3 = 3 };
enum { PDU_FIRST = 0xa0, PDU_TRAP_V1 = 0xa4, PDU_LAST = 0xa8 };

struct message {
    int64_t version;
    const char *pdu; // NULL: none that is known
    bool whole;      // every field that was looked at is there and of its type
};

static const char *pdu_name(uint8_t tag)
{
    static const char *const names[] = {"GET",     "GETNEXT", "RESPONSE", "SET",   "TRAP",
                                        "GETBULK", "INFORM",  "TRAPv2",   "REPORT"};
    return tag >= PDU_FIRST && tag <= PDU_LAST ? names[tag - PDU_FIRST] : NULL;
}

static bool skip(struct rn_reader *r, uint8_t tag)
{
    struct dpi_ber e = dpi_take_ber(r);
    return !r->bad && !e.cut && e.tag == tag;
}

// RFC 3416, 3, and RFC 1157, 4.1.6: the trap begins with an OBJECT IDENTIFIER and an IpAddress.
static bool has_fields(struct dpi_ber pdu)
{
    struct rn_reader *r = &pdu.content;
    if (pdu.tag == PDU_TRAP_V1)
        return skip(r, 0x06) && skip(r, 0x40) && skip(r, DPI_BER_INTEGER);
    return skip(r, DPI_BER_INTEGER) && skip(r, DPI_BER_INTEGER) && skip(r, DPI_BER_INTEGER) &&
           skip(r, DPI_BER_SEQUENCE) && rn_reader_left(r) == 0;
}

static void take_pdu(struct rn_reader *r, struct message *out)
{
    struct dpi_ber pdu = dpi_take_ber(r);
    out->pdu = pdu_name(pdu.tag);
    out->whole = out->pdu && !r->bad && !pdu.cut && rn_reader_left(r) == 0 && has_fields(pdu);
}

// What comes behind the global data of version 3.
static void take_scoped(struct rn_reader *r, struct message *out)
{
    skip(r, DPI_BER_OCTETS);
    struct dpi_ber scoped = dpi_take_ber(r);
    struct rn_reader *inner = &scoped.content;
    if (!r->bad && scoped.tag == DPI_BER_OCTETS) {
        out->pdu = "ENCRYPTED";
        out->whole = !scoped.cut && rn_reader_left(r) == 0;
    } else if (!r->bad && scoped.tag == DPI_BER_SEQUENCE && skip(inner, DPI_BER_OCTETS) &&
               skip(inner, DPI_BER_OCTETS)) {
        take_pdu(inner, out);
    }
}

static bool take_message(struct rn_reader *r, struct message *out)
{
    struct dpi_ber outer = dpi_take_ber(r);
    if (outer.tag != DPI_BER_SEQUENCE)
        return false;
    struct dpi_ber version = dpi_take_ber(&outer.content);
    if (version.tag != DPI_BER_INTEGER || outer.content.bad)
        return false;
    out->version = dpi_ber_number(&version);
    bool is_3 = out->version == VERSION_3;
    if (!is_3 && out->version != VERSION_1 && out->version != VERSION_2C)
        return false;
    if (!skip(&outer.content, is_3 ? DPI_BER_SEQUENCE : DPI_BER_OCTETS))
        return false;
    if (is_3)
        take_scoped(&outer.content, out);
    else
        take_pdu(&outer.content, out);
    out->whole &= !outer.cut && rn_reader_left(r) == 0;
    return true;
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
    struct message m = {.version = -1};
    struct rn_reader r = rn_reader_of(in->payload);
    bool at_home = dpi_on_port(in, 161) || dpi_on_port(in, 162);
    if (!take_message(&r, &m) || (!at_home && !m.whole))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_VERSION,
                      dpi_word(m.version == VERSION_1    ? "v1"
                               : m.version == VERSION_2C ? "v2c"
                                                         : "v3"));
    rn_facts_put_text(facts, RN_FACT_PDU, dpi_word(m.pdu));
    return RN_YES;
}

const struct rn_dpi_proto dpi_snmp = {
    .app = RN_APP_SNMP,
    .name = "SNMP",
    .spec = "RFC 3416",
    .proto = RN_PROTO_UDP,
    .ports = {161, 162},
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_NONE,
    .words = {RN_FACT_VERSION, RN_FACT_PDU},
    .hostname = RN_FACT_NONE,
    .first = {{DPI_BER_SEQUENCE, DPI_BER_SEQUENCE + 1}},
    .probe = probe,
    .parse = parse,
};
