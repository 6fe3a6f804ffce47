// SPDX-License-Identifier: Apache-2.0
// NetBIOS over UDP, RFC 1002: the name service on port 137 and the datagram service on port 138.
//
//   names       DNS's header and records                                                              4.2.1
//               id 2 | response 1 bit, opcode 4, flags 7, rcode 4 | four counts of 2 | question or record
//   datagram    type 1 | flags 1 | id 2 | source address 4 | port 2 | length 2 | offset 2 | two names | data   4.4.1
//   name        32 | 32 letters A to P, two for a byte | scope labels | 0                       RFC 1001, 14.1
//
// 1. Asked on their ports only; a name of this form, and a type that may stand behind it, prove it.
// 2. A name is what its 15 bytes say without the padding; the 16th tells its kind and is no text.
#include "udp.h"

#define NS_HEADER_BYTES 12
#define NS_MAX_COUNT 64
#define NAME_BYTES 16
#define NAME_MAX_LABELS 8

enum { NS_TYPE_NB = 0x0020, NS_TYPE_NBSTAT = 0x0021, NS_TYPE_NULL = 0x000a, NS_CLASS_IN = 1 };

struct name {
    size_t len;
    char s[NAME_BYTES];
};

static bool is_padding(char c)
{
    return c == ' ' || c == '\0';
}

// RFC 1001, 14.1: each half byte is a letter from 'A' on. Takes the scope too (RFC 1002, 4.1).
static bool take_name(struct rn_reader *r, struct name *out)
{
    if (rn_take_u8(r) != 2 * NAME_BYTES)
        return false;
    for (unsigned i = 0; i < NAME_BYTES; i++) {
        unsigned high = rn_take_u8(r) - (unsigned)'A', low = rn_take_u8(r) - (unsigned)'A';
        if (high > 15 || low > 15)
            return false;
        out->s[i] = (char)(high << 4 | low);
    }
    out->len = NAME_BYTES - 1;
    while (out->len > 0 && is_padding(out->s[out->len - 1]))
        out->len--;
    for (unsigned n = 0; n < NAME_MAX_LABELS; n++) {
        uint8_t len = rn_take_u8(r);
        if (len == 0)
            return !r->bad;
        if (len > 63)
            return false;
        rn_skip(r, len);
    }
    return false;
}

static void put_name(struct rn_facts *facts, const struct name *name)
{
    char text[NAME_BYTES];
    size_t len = 0;
    for (size_t i = 0; i < name->len; i++)
        if (name->s[i] >= ' ' && name->s[i] < 0x7f) // "\1\2__MSBROWSE__\2"
            text[len++] = name->s[i];
    rn_facts_put_text(facts, RN_FACT_NAME, rn_bytes_of(text, len));
}

// 4.2.1.1: 9 is what the text says for a refresh, 8 what programs send; 15 is the registration of a host with several
// addresses.
static struct rn_bytes opcode_name(unsigned opcode, bool response, struct dpi_name *buf)
{
    static const char *const names[] = {"Query",    NULL,      NULL,   NULL,      NULL,
                                        "Register", "Release", "WACK", "Refresh", "Refresh"};
    if (response && opcode != 7)
        return DPI_LITERAL("Response");
    if (opcode == 15)
        return DPI_LITERAL("Register");
    struct rn_bytes name = dpi_name_of(names, DPI_COUNT(names), opcode, buf);
    return name;
}

static bool is_type(uint16_t type)
{
    return type == NS_TYPE_NB || type == NS_TYPE_NBSTAT || type == NS_TYPE_NULL || type == 1 ||
           type == 2;
}

// The name, type and class of a question or record.
static bool take_record(struct rn_reader *r, bool cut, struct name *out)
{
    if (!take_name(r, out))
        return false;
    uint16_t type = rn_take_be16(r), class = rn_take_be16(r);
    return r->bad ? cut : is_type(type) && class == NS_CLASS_IN;
}

static bool probe_names(const struct rn_dpi_input *in)
{
    return in->payload.len >= NS_HEADER_BYTES;
}

static enum rn_verdict parse_names(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                   struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct name name = {.len = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 2);
    uint16_t flags = rn_take_be16(&r);
    unsigned questions = rn_take_be16(&r), answers = rn_take_be16(&r);
    unsigned authorities = rn_take_be16(&r), additionals = rn_take_be16(&r);
    unsigned records = questions + answers + authorities + additionals;
    bool response = flags & 0x8000;
    // A refusal may count no record and have one all the same (4.2.14).
    if (r.bad || (records == 0 && !response) || records > NS_MAX_COUNT ||
        !take_record(&r, in->cut, &name))
        return RN_NO;
    struct dpi_name buf;
    rn_facts_put_text(facts, RN_FACT_SERVICE, DPI_LITERAL("NS"));
    rn_facts_put_text(facts, RN_FACT_OPCODE, opcode_name(flags >> 11 & 15, response, &buf));
    put_name(facts, &name);
    return RN_YES;
}

enum { DGM_FIRST = 0x10, DGM_BROADCAST = 0x12, DGM_ERROR, DGM_QUERY, DGM_POSITIVE, DGM_NEGATIVE };

static bool probe_datagram(const struct rn_dpi_input *in)
{
    uint8_t type = dpi_at(in->payload, 0);
    return in->payload.len >= 10 && type >= DGM_FIRST && type <= DGM_NEGATIVE;
}

static bool take_datagram(struct rn_reader *r, uint8_t type, struct name *out)
{
    rn_skip(r, 1 + 2 + 4 + 2); // the reserved bits of the flags are in use
    if (type == DGM_ERROR) {
        uint8_t code = rn_take_u8(r);
        return code >= 0x82 && code <= 0x84 && rn_reader_left(r) == 0;
    }
    if (type <= DGM_BROADCAST)
        rn_skip(r, 2 + 2);
    return take_name(r, out);
}

static enum rn_verdict parse_datagram(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                      struct rn_facts *facts, enum rn_app *app,
                                      enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct name name = {.len = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t type = rn_take_u8(&r);
    if (!take_datagram(&r, type, &name))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_SERVICE, DPI_LITERAL("DGM"));
    rn_facts_put_text(facts, RN_FACT_OPCODE,
                      dpi_word(type <= DGM_BROADCAST ? "Datagram"
                               : type == DGM_ERROR   ? "Error"
                               : type == DGM_QUERY   ? "Query"
                                                     : "Response"));
    put_name(facts, &name);
    return RN_YES;
}

const struct rn_dpi_proto dpi_netbios_ns = {
    .app = RN_APP_NETBIOS,
    .name = "NetBIOS",
    .spec = "RFC 1002, 4.2",
    .proto = RN_PROTO_UDP,
    .ports = {137},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_NAME,
    .words = {RN_FACT_SERVICE},
    .hostname = RN_FACT_NONE,
    .probe = probe_names,
    .parse = parse_names,
};

const struct rn_dpi_proto dpi_netbios_dgm = {
    .app = RN_APP_NETBIOS,
    .name = "NetBIOS",
    .spec = "RFC 1002, 4.4",
    .proto = RN_PROTO_UDP,
    .ports = {138},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_NAME,
    .words = {RN_FACT_SERVICE},
    .hostname = RN_FACT_NONE,
    .first = {{DGM_FIRST, DGM_NEGATIVE + 1}},
    .probe = probe_datagram,
    .parse = parse_datagram,
};
