// SPDX-License-Identifier: Apache-2.0
// DHCP for IPv4, RFC 2131, and BOOTP with its vendor area, RFC 1533.
//
//   op 1 | htype 1 | hlen 1 | hops 1 | xid 4 | secs 2 | flags 2 | four addresses of 4 | chaddr 16 | sname 64 |
//   file 128 | cookie 63 82 53 63 | options: code 1 | length 1 | value ... 255           2, RFC 2132
//
// 1. The cookie at byte 236 behind a header that makes sense proves it, on any port.
// 2. A message that was cut tells what its whole options say.
#include "udp.h"

#define DHCP_COOKIE 0x63825363
#define DHCP_COOKIE_AT 236
#define DHCP_MAX_OPTIONS 128

enum {
    OPTION_PAD = 0,
    OPTION_HOST_NAME = 12,
    OPTION_TYPE = 53,
    OPTION_VENDOR = 60,
    OPTION_FQDN = 81,
    OPTION_END = 255
};

struct message {
    unsigned type; // 0: BOOTP
    struct rn_bytes host_name, vendor;
};

static bool take_header(struct rn_reader *r)
{
    uint8_t op = rn_take_u8(r);
    rn_skip(r, 1);
    uint8_t hardware_bytes = rn_take_u8(r);
    rn_skip(r, DHCP_COOKIE_AT - 3);
    uint32_t cookie = rn_take_be32(r);
    return !r->bad && (op == 1 || op == 2) && hardware_bytes <= 16 && cookie == DHCP_COOKIE;
}

// The name within a client's FQDN option (RFC 4702, 2.1): flags, two old codes, then text or labels.
static struct rn_bytes name_of_fqdn(struct rn_bytes value)
{
    struct rn_reader r = rn_reader_of(value);
    uint8_t flags = rn_take_u8(&r);
    rn_skip(&r, 2);
    if (!(flags & 0x04))
        return rn_reader_rest(&r);
    uint8_t len = rn_take_u8(&r); // the first label is the host's name
    return rn_take_bytes(&r, len < 64 ? len : 0);
}

static void take_option(uint8_t code, struct rn_bytes value, struct message *out)
{
    if (code == OPTION_TYPE && value.len == 1)
        out->type = dpi_at(value, 0);
    else if (code == OPTION_HOST_NAME)
        out->host_name = value;
    else if (code == OPTION_FQDN && out->host_name.len == 0)
        out->host_name = name_of_fqdn(value);
    else if (code == OPTION_VENDOR)
        out->vendor = value;
}

static void take_options(struct rn_reader *r, struct message *out)
{
    for (unsigned n = 0; n < DHCP_MAX_OPTIONS && rn_reader_left(r) > 0; n++) {
        uint8_t code = rn_take_u8(r);
        if (code == OPTION_END)
            break;
        if (code == OPTION_PAD)
            continue;
        uint8_t len = rn_take_u8(r);
        struct rn_bytes value = rn_take_bytes(r, len);
        if (r->bad)
            break;
        take_option(code, value, out);
    }
}

static void put_message(struct rn_facts *facts, const struct message *m)
{
    static const char *const types[] = {NULL,  "DISCOVER", "OFFER",   "REQUEST", "DECLINE",
                                        "ACK", "NAK",      "RELEASE", "INFORM"};
    struct rn_bytes name = m->host_name;
    while (name.len > 0 && dpi_last(name) == 0) // some end it with NUL
        name.len--;
    struct dpi_name buf;
    if (m->type != 0)
        rn_facts_put_text(facts, RN_FACT_TYPE, dpi_name_of(types, DPI_COUNT(types), m->type, &buf));
    rn_facts_put_text(facts, RN_FACT_HOSTNAME, name);
    rn_facts_put_text(facts, RN_FACT_VENDOR, m->vendor);
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t op = dpi_at(in->payload, 0);
    return in->payload.len >= DHCP_COOKIE_AT + 4 && (op == 1 || op == 2);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.type = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    if (!take_header(&r))
        return RN_NO;
    take_options(&r, &m);
    put_message(facts, &m);
    return RN_YES;
}

const struct rn_dpi_proto dpi_dhcp = {
    .app = RN_APP_DHCP,
    .name = "DHCP",
    .spec = "RFC 2131",
    .proto = RN_PROTO_UDP,
    .ports = {67, 68},
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_HOSTNAME,
    .words = {RN_FACT_TYPE},
    .hostname = RN_FACT_NONE,
    .first = {{1, 3}},
    .probe = probe,
    .parse = parse,
};
