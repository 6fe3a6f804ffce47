// SPDX-License-Identifier: Apache-2.0
// Who is at which hardware address: what ARP (RFC 826) and neighbour discovery (RFC 4861) say.
//
//   ARP       request: the sender; reply: the sender and the target
//   133, 134, 135   router solicitation and advertisement, neighbour solicitation: the sender, option 1
//   136, 137        neighbour advertisement, redirect: the target, the first 16 bytes behind the head, option 2
//
// 1. Neighbour discovery counts only with hop limit 255 (no router has passed it on: RFC 4861, 6.1 and 7.1), code 0 and
//    without a Fragment header (RFC 6980, 5), whole or not.
// 2. One option out of shape spoils the message, as it does for a receiver (RFC 4861, 4.6).
// 3. No message about an IPv6 address binds an IPv4 one: mapped addresses are left alone.
#include "rustnet/wire.h"

enum {
    ARP_REPLY = 2,
    ROUTER_SOLICITATION = 133,
    ROUTER_ADVERTISEMENT = 134,
    NEIGHBOUR_SOLICITATION = 135,
    NEIGHBOUR_ADVERTISEMENT = 136,
    REDIRECT = 137,
    SOURCE_LINK_ADDRESS = 1,
    TARGET_LINK_ADDRESS = 2,
    OPTION_UNIT = 8, // type 1, length in units 1, value
    ON_LINK = 255,   // hop limit
};

static struct rn_binding binding_of(struct rn_ip ip, const uint8_t mac[RN_MAC_BYTES])
{
    struct rn_binding binding = {.ip = ip};
    memcpy(binding.mac, mac, RN_MAC_BYTES);
    return binding;
}

static unsigned read_arp(const struct rn_packet *packet, struct rn_binding out[RN_WIRE_BINDINGS])
{
    out[0] = binding_of(packet->key.ip[packet->from], packet->arp.sender_mac);
    if (packet->arp.op != ARP_REPLY)
        return 1;
    out[1] = binding_of(packet->key.ip[1 - packet->from], packet->arp.target_mac);
    return 2;
}

// The first address of six bytes in an option of this type; false: none, or the options are out of shape.
// Ends: each turn takes eight bytes at least.
static bool find_option(struct rn_reader options, uint8_t type, uint8_t out_mac[RN_MAC_BYTES])
{
    bool found = false;
    while (rn_reader_left(&options) > 0) {
        uint8_t kind = rn_take_u8(&options), units = rn_take_u8(&options);
        if (units == 0)
            return false;
        struct rn_bytes value = rn_take_bytes(&options, units * (size_t)OPTION_UNIT - 2);
        if (options.bad)
            return false;
        if (found || kind != type || value.len != RN_MAC_BYTES)
            continue;
        memcpy(out_mac, value.p, RN_MAC_BYTES);
        found = true;
    }
    return found;
}

// Where options begin, behind the head of eight bytes.
static size_t options_at(uint8_t type)
{
    static const uint8_t at[] = {0, 8, 16, 16, 32};
    return at[type - ROUTER_SOLICITATION];
}

static unsigned read_discovery(const struct rn_packet *packet, struct rn_binding *out)
{
    const unsigned fragment =
        RN_PACKET_FIRST_FRAGMENT | RN_PACKET_LATER_FRAGMENT | RN_PACKET_FRAGMENT_ALONE;
    uint8_t type = packet->icmp.type;
    if (packet->hop_limit != ON_LINK || packet->flags & fragment || packet->icmp.code != 0 ||
        type < ROUTER_SOLICITATION || type > REDIRECT)
        return 0;
    bool of_target = type == NEIGHBOUR_ADVERTISEMENT || type == REDIRECT;
    struct rn_reader r = rn_reader_of(packet->payload);
    struct rn_bytes body = rn_take_bytes(&r, options_at(type));
    uint8_t mac[RN_MAC_BYTES];
    if (r.bad || !find_option(r, of_target ? TARGET_LINK_ADDRESS : SOURCE_LINK_ADDRESS, mac))
        return 0;
    struct rn_ip ip = of_target ? rn_ip_v6(body.p) : packet->key.ip[packet->from];
    if (rn_ip_is_v4(&ip))
        return 0;
    *out = binding_of(ip, mac);
    return 1;
}

unsigned rn_wire_bindings(const struct rn_packet *packet, struct rn_binding out[RN_WIRE_BINDINGS])
{
    switch (packet->key.proto) {
    case RN_PROTO_ARP:
        return read_arp(packet, out);
    case RN_PROTO_ICMPV6:
        return read_discovery(packet, out);
    default:
        return 0;
    }
}
