// SPDX-License-Identifier: Apache-2.0
// DHCP for IPv6, RFC 8415.
//
//   message   type 1 | transaction id 3 | options                                        8
//   relay     type 12 or 13 | hops 1 | link address 16 | peer address 16 | options       9
//   option    code 2 | length 2 | value                                                  21
//
// 1. Asked on its ports only; a known type and options that fill the datagram prove it. One option too long for a
//    message whose others were sound is believed there too.
#include "udp.h"

#define DHCPV6_MAX_OPTIONS 64
#define DHCPV6_MAX_TYPE 36
#define DHCPV6_MAX_OPTION 255 // codes that are assigned, with room for more

enum { TYPE_RELAY_FORW = 12, TYPE_RELAY_REPL = 13 };
enum { OPTION_RELAYED = 9, OPTION_VENDOR_CLASS = 16, OPTION_FQDN = 39 };

struct message {
    unsigned options;
    struct rn_bytes vendor, host_name;
};

// RFC 4704, 4.1: flags, then labels; the first is the host's name.
static struct rn_bytes name_of_fqdn(struct rn_bytes value)
{
    struct rn_reader r = rn_reader_of(value);
    rn_skip(&r, 1);
    uint8_t len = rn_take_u8(&r);
    return rn_take_bytes(&r, len < 64 ? len : 0);
}

// 21.16: enterprise number, then the first of a list of texts.
static struct rn_bytes text_of_class(struct rn_bytes value)
{
    struct rn_reader r = rn_reader_of(value);
    rn_skip(&r, 4);
    uint16_t len = rn_take_be16(&r);
    return rn_take_bytes(&r, len);
}

static bool take_options(struct rn_reader *r, struct message *out)
{
    for (; rn_reader_left(r) > 0 && out->options < DHCPV6_MAX_OPTIONS; out->options++) {
        uint16_t code = rn_take_be16(r), len = rn_take_be16(r);
        if (r->bad || code == 0 || code > DHCPV6_MAX_OPTION)
            return false;
        struct rn_bytes value = rn_take_bytes(r, len);
        if (r->bad)
            return out->options > 0;
        if (code == OPTION_FQDN)
            out->host_name = name_of_fqdn(value);
        else if (code == OPTION_VENDOR_CLASS)
            out->vendor = text_of_class(value);
    }
    return true;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t type = dpi_at(in->payload, 0);
    return in->payload.len >= 4 && type >= 1 && type <= DHCPV6_MAX_TYPE;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    static const char *const types[] = {
        NULL,         "SOLICIT",    "ADVERTISE",   "REQUEST",
        "CONFIRM",    "RENEW",      "REBIND",      "REPLY",
        "RELEASE",    "DECLINE",    "RECONFIGURE", "INFORMATION-REQUEST",
        "RELAY-FORW", "RELAY-REPL", "LEASEQUERY",  "LEASEQUERY-REPLY",
    };
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.options = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t type = rn_take_u8(&r);
    bool relayed = type == TYPE_RELAY_FORW || type == TYPE_RELAY_REPL;
    rn_skip(&r, relayed ? 1 + 16 + 16 : 3);
    if (r.bad || type == 0 || type > DHCPV6_MAX_TYPE || !take_options(&r, &m) || m.options == 0)
        return RN_NO;
    struct dpi_name buf;
    rn_facts_put_text(facts, RN_FACT_TYPE, dpi_name_of(types, DPI_COUNT(types), type, &buf));
    rn_facts_put_text(facts, RN_FACT_HOSTNAME, m.host_name);
    rn_facts_put_text(facts, RN_FACT_VENDOR, m.vendor);
    return RN_YES;
}

const struct rn_dpi_proto dpi_dhcpv6 = {
    .app = RN_APP_DHCPV6,
    .name = "DHCPv6",
    .spec = "RFC 8415",
    .proto = RN_PROTO_UDP,
    .ports = {546, 547},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_HOSTNAME,
    .words = {RN_FACT_TYPE},
    .hostname = RN_FACT_NONE,
    .first = {{1, DHCPV6_MAX_TYPE + 1}},
    .probe = probe,
    .parse = parse,
};
