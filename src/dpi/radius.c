// SPDX-License-Identifier: Apache-2.0
// RADIUS, RFC 2865, RFC 2866, RFC 5176.
//
//   code 1 | identifier 1 | length 2 | authenticator 16 | attributes: type 1 | length 1 | value        3, 5
//
// 1. The length is that of the datagram, and the attributes fill it to the last byte. On other than its ports there are
//    two at least.
// 2. Of the attributes only the user's name is told. Passwords and keys are stepped over.
#include "udp.h"

#define RADIUS_HEADER_BYTES 20
#define RADIUS_MAX_BYTES 4096
#define RADIUS_MAX_ATTRIBUTES 128

enum { ATTRIBUTE_USER_NAME = 1 };

struct message {
    unsigned attributes;
    struct rn_bytes user;
};

// IANA, "RADIUS Packet Type Codes": those that are in use.
static const char *const codes[] = {
    [1] = "Access-Request",
    [2] = "Access-Accept",
    [3] = "Access-Reject",
    [4] = "Accounting-Request",
    [5] = "Accounting-Response",
    [11] = "Access-Challenge",
    [12] = "Status-Server",
    [13] = "Status-Client",
    [40] = "Disconnect-Request",
    [41] = "Disconnect-ACK",
    [42] = "Disconnect-NAK",
    [43] = "CoA-Request",
    [44] = "CoA-ACK",
    [45] = "CoA-NAK",
};

static bool take_attributes(struct rn_reader *r, struct message *out)
{
    while (rn_reader_left(r) > 0 && out->attributes < RADIUS_MAX_ATTRIBUTES) {
        uint8_t type = rn_take_u8(r), len = rn_take_u8(r);
        if (type == 0 || len < 2)
            return false;
        struct rn_bytes value = rn_take_bytes(r, len - 2u);
        if (r->bad)
            return false;
        if (type == ATTRIBUTE_USER_NAME)
            out->user = value;
        out->attributes++;
    }
    return rn_reader_left(r) == 0;
}

static bool is_home(const struct rn_dpi_input *in)
{
    static const uint16_t ports[] = {1812, 1813, 1645, 1646, 1700, 3799};
    for (size_t i = 0; i < DPI_COUNT(ports); i++)
        if (dpi_on_port(in, ports[i]))
            return true;
    return false;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t code = dpi_at(in->payload, 0);
    return in->payload.len >= RADIUS_HEADER_BYTES && code < DPI_COUNT(codes) && codes[code];
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.attributes = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t code = rn_take_u8(&r);
    rn_skip(&r, 1);
    size_t len = rn_take_be16(&r), captured = in->payload.len;
    rn_skip(&r, 16);
    if (r.bad || len < RADIUS_HEADER_BYTES || len > RADIUS_MAX_BYTES)
        return RN_NO;
    if (len != captured && !(in->cut && len > captured))
        return RN_NO;
    bool filled = take_attributes(&r, &m) || in->cut;
    if (!filled || (!is_home(in) && m.attributes < 2))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_TYPE, dpi_word(codes[code]));
    rn_facts_put_text(facts, RN_FACT_USER, m.user);
    return RN_YES;
}

const struct rn_dpi_proto dpi_radius = {
    .app = RN_APP_RADIUS,
    .name = "RADIUS",
    .spec = "RFC 2865",
    .proto = RN_PROTO_UDP,
    .ports = {1812, 1813, 1645, 1646},
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_USER,
    .words = {RN_FACT_TYPE},
    .hostname = RN_FACT_NONE,
    .first = {{1, 6}, {11, 14}, {40, 46}},
    .probe = probe,
    .parse = parse,
};
