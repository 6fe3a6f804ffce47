// SPDX-License-Identifier: Apache-2.0
// The key exchange of IPsec: IKE version 2, RFC 7296, and version 1 (ISAKMP), RFC 2408, RFC 2409.
//
//   header    initiator SPI 8 | responder SPI 8 | next payload 1 | version 1 | exchange 1 | flags 1 | message 4 | length 4
//   payload   next payload 1 | flags 1 | length 2 | ...                                        7296, 3.1, 3.2
//
// On port 4500 four zero bytes go before the header, where ESP would have its SPI (RFC 3948, 2.2).
//
// 1. The length is that of the datagram, and the payloads fill it unless they are encrypted. That holds on any port.
// 2. Keys, nonces and identities are never looked at.
#include "udp.h"

#define IKE_HEADER_BYTES 28
#define IKE_MAX_PAYLOADS 32
#define IKE_PORT_NAT 4500

enum { FLAG_1_ENCRYPTED = 0x01 };
enum { PAYLOAD_NONE = 0, PAYLOAD_2_ENCRYPTED = 46, PAYLOAD_2_FRAGMENT = 53 };

struct message {
    unsigned next, major, exchange, flags;
    bool has_spi;
    size_t len;
};

static const char *exchange_name(const struct message *m)
{
    static const char *const one[] = {NULL,         "Base",          "Main",       "Auth-Only",
                                      "Aggressive", "Informational", "Transaction"};
    static const char *const two[] = {"IKE_SA_INIT",
                                      "IKE_AUTH",
                                      "CREATE_CHILD_SA",
                                      "INFORMATIONAL",
                                      "IKE_SESSION_RESUME",
                                      NULL,
                                      NULL,
                                      NULL,
                                      NULL,
                                      "IKE_INTERMEDIATE",
                                      "IKE_FOLLOWUP_KE"};
    if (m->major == 2)
        return m->exchange >= 34 && m->exchange - 34 < DPI_COUNT(two) ? two[m->exchange - 34]
                                                                      : NULL;
    if (m->exchange == 32)
        return "Quick";
    if (m->exchange == 33)
        return "New Group";
    return m->exchange < DPI_COUNT(one) ? one[m->exchange] : NULL;
}

static bool is_version(uint8_t version)
{
    return version == 0x10 || version == 0x20;
}

static bool take_header(struct rn_reader *r, struct message *out)
{
    out->has_spi = rn_take_be32(r) != 0;
    out->has_spi |= rn_take_be32(r) != 0;
    rn_skip(r, 8);
    out->next = rn_take_u8(r);
    uint8_t version = rn_take_u8(r);
    out->major = version >> 4;
    out->exchange = rn_take_u8(r);
    out->flags = rn_take_u8(r);
    rn_skip(r, 4);
    out->len = rn_take_be32(r);
    return !r->bad && is_version(version) && exchange_name(out) && out->len >= IKE_HEADER_BYTES &&
           out->len <= UINT16_MAX;
}

// Payload numbers: version 1 has 1 to 21 and private ones from 128, version 2 has 33 to 54.
static bool is_payload(const struct message *m, unsigned next)
{
    if (m->major == 2)
        return next >= 33 && next <= 54;
    return (next >= 1 && next <= 21) || next >= 128;
}

static bool fills(struct rn_reader *r, const struct message *m)
{
    unsigned next = m->next;
    if (m->major == 1 && (m->flags & FLAG_1_ENCRYPTED))
        return is_payload(m, next) && rn_reader_left(r) > 0;
    for (unsigned n = 0; n < IKE_MAX_PAYLOADS && next != PAYLOAD_NONE; n++) {
        if (!is_payload(m, next))
            return false;
        bool encrypted = next == PAYLOAD_2_ENCRYPTED || next == PAYLOAD_2_FRAGMENT;
        next = rn_take_u8(r);
        rn_skip(r, 1);
        size_t len = rn_take_be16(r);
        if (r->bad || len < 4)
            return false;
        rn_skip(r, len - 4);
        if (r->bad || (encrypted && m->major == 2)) // what follows is told by its inside
            break;
    }
    return !r->bad && rn_reader_left(r) == 0;
}

static bool probe(const struct rn_dpi_input *in)
{
    bool nat = dpi_on_port(in, IKE_PORT_NAT);
    return in->payload.len >= IKE_HEADER_BYTES &&
           (is_version(dpi_at(in->payload, 17)) ||
            (nat && is_version(dpi_at(in->payload, 4 + 17))));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.next = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    bool nat = dpi_on_port(in, IKE_PORT_NAT), at_home = nat || dpi_on_port(in, 500);
    struct rn_reader marker = r;
    if (nat && rn_take_be32(&marker) == 0)
        r = marker;
    size_t captured = rn_reader_left(&r);
    if (!take_header(&r, &m))
        return RN_NO;
    bool whole = m.len == captured, cut = in->cut && m.len > captured;
    bool proved = whole && m.has_spi && fills(&r, &m);
    if (!proved &&
        !(at_home && (whole || cut) && (m.next == PAYLOAD_NONE || is_payload(&m, m.next))))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_VERSION, m.major == 1 ? DPI_LITERAL("1") : DPI_LITERAL("2"));
    rn_facts_put_text(facts, RN_FACT_TYPE, dpi_word(exchange_name(&m)));
    return RN_YES;
}

const struct rn_dpi_proto dpi_ike = {
    .app = RN_APP_IKE,
    .name = "IKE",
    .spec = "RFC 7296",
    .proto = RN_PROTO_UDP,
    .ports = {500, 4500},
    .idle_timeout = 120 * RN_SEC,
    .subject = RN_FACT_TYPE,
    .words = {RN_FACT_VERSION},
    .hostname = RN_FACT_NONE,
    .probe = probe,
    .parse = parse,
};
