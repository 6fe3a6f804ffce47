// SPDX-License-Identifier: Apache-2.0
// Link headers: what stands before the IP header, and one walker for everything that an ethertype may lead to.
//
//   Ethernet ─┐                     ┌─ IPv4, IPv6, ARP
//   SLL, SLL2 ┼─ ethertype ── tags ─┼─ MPLS ── nibble ── IP
//   (PKTAP) ──┘      └ LLC/SNAP ┘   └─ PPPoE ── PPP ──── IP
//   NULL, LOOP, raw ─────────────────── nibble ───────── IP
#include "rustnet/wire.h"

#include "walk.h"

#define WIRE_TAGS_MAX 32   // VLAN tags and SNAP headers before the network layer
#define WIRE_LABELS_MAX 32 // MPLS labels

enum {
    TYPE_LENGTH_BELOW = 0x0600, // smaller values are the length of an IEEE 802.3 frame
    TYPE_IPV4 = 0x0800,
    TYPE_ARP = 0x0806,
    TYPE_VLAN = 0x8100,
    TYPE_IPV6 = 0x86dd,
    TYPE_MPLS = 0x8847,
    TYPE_MPLS_UPSTREAM = 0x8848, // RFC 5332
    TYPE_PPPOE = 0x8864,         // session stage
    TYPE_VLAN_SERVICE = 0x88a8,  // 802.1ad
    TYPE_VLAN_9100 = 0x9100,     // stacked tags before the standard
    TYPE_VLAN_9200 = 0x9200,
    SLL_TYPE_LLC = 0x0004, // 802.2 header instead of a protocol
};

enum {
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
};

// Link types of Linux whose cooked "protocol" is no ethertype (linux/if_arp.h).
enum {
    ARPHRD_80211 = 801, // with 802 and 803: variants with other headers before it
    ARPHRD_80211_RADIOTAP = 803,
    ARPHRD_NETLINK = 824,
};

// Tags of switches that carry nothing of interest here: how many bytes stand between their type and the next one.
static const struct {
    uint16_t type, skip;
} fabric_tags[] = {
    {0x8903, 14}, // Cisco FabricPath: tree and time to live 2, then a whole Ethernet header
    {0x8909, 6},  // Cisco MetaData: version 1, length 1, option 2, security group 2
    {0x8926, 4},  // VN-Tag
    {0x893f, 6},  // 802.1BR E-Tag
    {0x88e7, 16}, // 802.1ah backbone service: 4, then destination and source
};

// Bytes to skip, or 0: type is none of these tags.
static uint16_t fabric_tag_bytes(uint16_t type)
{
    for (size_t i = 0; i < sizeof fabric_tags / sizeof fabric_tags[0]; i++)
        if (fabric_tags[i].type == type)
            return fabric_tags[i].skip;
    return 0;
}

static void keep_tag(struct rn_packet *out, uint16_t tci)
{
    if (out->vlan_count < RN_VLAN_MAX)
        out->vlan[out->vlan_count++] = tci & 0x0fff;
}

// LLC (IEEE 802.2) with SNAP (RFC 1042): AA AA 03, organisation code 0, ethertype. False: something else.
static bool take_snap(struct wire_walk *w, uint16_t *out_type)
{
    struct rn_reader r = w->r; // most 802.3 frames are shorter, and are no damaged IP for that
    uint32_t llc = rn_take_be24(&r);
    uint32_t organisation = rn_take_be24(&r);
    uint16_t type = rn_take_be16(&r);
    if (r.bad || llc != 0xaaaa03 || organisation != 0)
        return false;
    w->r = r;
    *out_type = type;
    return true;
}

// Whatever else leads on to an ethertype. False: it does not, or it is cut off (w->r.bad).
static bool take_other(struct wire_walk *w, uint16_t *type)
{
    if (*type < TYPE_LENGTH_BELOW) {
        wire_limit(w, *type);
        return take_snap(w, type);
    }
    uint16_t skip = fabric_tag_bytes(*type);
    if (skip == 0)
        return false;
    rn_skip(&w->r, skip);
    *type = rn_take_be16(&w->r);
    return !w->r.bad;
}

// MPLS label stack (RFC 3032): label 20 bits, class 3, bottom of stack 1, time to live 8. What follows is not named;
// routers look at its nibble, and so do we.
static enum rn_ignore walk_mpls(struct wire_walk *w)
{
    for (int i = 0; i < WIRE_LABELS_MAX; i++) {
        uint32_t entry = rn_take_be32(&w->r);
        if (w->r.bad)
            return RN_IGNORE_LINK;
        if (entry & 0x100)
            return wire_ip(w);
    }
    return RN_IGNORE_NESTING;
}

// PPPoE session (RFC 2516, 4): version and type 0x11, code 0, session, length; then PPP's protocol field, of one byte
// (odd) where both ends agreed to compress it (RFC 1661, 6.5).
static enum rn_ignore walk_pppoe(struct wire_walk *w)
{
    uint8_t version = rn_take_u8(&w->r);
    uint8_t code = rn_take_u8(&w->r);
    (void)rn_take_be16(&w->r);
    uint16_t length = rn_take_be16(&w->r);
    if (w->r.bad || version != 0x11)
        return RN_IGNORE_LINK;
    if (code != 0)
        return RN_IGNORE_ETHERTYPE;
    wire_limit(w, length);
    uint16_t protocol = rn_take_u8(&w->r);
    if (!(protocol & 1))
        protocol = (uint16_t)(protocol << 8 | rn_take_u8(&w->r));
    if (w->r.bad)
        return RN_IGNORE_LINK;
    return protocol == PPP_IPV4   ? wire_ipv4(w)
           : protocol == PPP_IPV6 ? wire_ipv6(w)
                                  : RN_IGNORE_ETHERTYPE;
}

enum rn_ignore wire_ethertype(struct wire_walk *w, uint16_t type)
{
    for (int i = 0; i <= WIRE_TAGS_MAX; i++) {
        switch (type) {
        case TYPE_IPV4:
            return wire_ipv4(w);
        case TYPE_IPV6:
            return wire_ipv6(w);
        case TYPE_ARP:
            return wire_arp(w);
        case TYPE_MPLS:
        case TYPE_MPLS_UPSTREAM:
            return walk_mpls(w);
        case TYPE_PPPOE:
            return walk_pppoe(w);
        case TYPE_VLAN:
        case TYPE_VLAN_SERVICE:
        case TYPE_VLAN_9100:
        case TYPE_VLAN_9200:
            keep_tag(w->out, rn_take_be16(&w->r));
            type = rn_take_be16(&w->r);
            if (w->r.bad)
                return RN_IGNORE_LINK;
            break;
        default:
            if (!take_other(w, &type))
                return w->r.bad ? RN_IGNORE_LINK : RN_IGNORE_ETHERTYPE;
        }
    }
    return RN_IGNORE_NESTING;
}

static enum rn_ignore walk_ethernet(struct wire_walk *w)
{
    rn_skip(&w->r, 12);
    uint16_t type = rn_take_be16(&w->r);
    return w->r.bad ? RN_IGNORE_LINK : wire_ethertype(w, type);
}

static enum rn_ignore walk_cooked(struct wire_walk *w, uint16_t type, uint16_t hardware)
{
    if (w->r.bad)
        return RN_IGNORE_LINK;
    if ((hardware >= ARPHRD_80211 && hardware <= ARPHRD_80211_RADIOTAP) ||
        hardware == ARPHRD_NETLINK)
        return RN_IGNORE_ETHERTYPE;
    if (type == SLL_TYPE_LLC && !take_snap(w, &type))
        return RN_IGNORE_ETHERTYPE;
    return type < TYPE_LENGTH_BELOW ? RN_IGNORE_ETHERTYPE : wire_ethertype(w, type);
}

// SLL: packet type 2, hardware type 2, address length 2, address 8, protocol 2.
static enum rn_ignore walk_sll(struct wire_walk *w)
{
    rn_skip(&w->r, 2);
    uint16_t hardware = rn_take_be16(&w->r);
    rn_skip(&w->r, 10);
    uint16_t type = rn_take_be16(&w->r);
    return walk_cooked(w, type, hardware);
}

// SLL2: protocol 2, reserved 2, interface 4, hardware type 2, packet type 1, address length 1, address 8.
static enum rn_ignore walk_sll2(struct wire_walk *w)
{
    uint16_t type = rn_take_be16(&w->r);
    rn_skip(&w->r, 6);
    uint16_t hardware = rn_take_be16(&w->r);
    rn_skip(&w->r, 10);
    return walk_cooked(w, type, hardware);
}

// NULL and LOOP: an address family of four bytes, in the order of whoever captured (LOOP: network order). Its numbers
// for IPv6 differ between systems, so the IP header's own nibble is asked instead, which also settles the byte order.
static enum rn_ignore walk_loopback(struct wire_walk *w)
{
    rn_skip(&w->r, 4);
    return w->r.bad ? RN_IGNORE_LINK : wire_ip(w);
}

enum rn_ignore wire_link(struct wire_walk *w, int dlt)
{
    switch (dlt) {
    case WIRE_DLT_ETHERNET:
        return walk_ethernet(w);
    case WIRE_DLT_SLL:
        return walk_sll(w);
    case WIRE_DLT_SLL2:
        return walk_sll2(w);
    case WIRE_DLT_NULL:
    case WIRE_DLT_LOOP:
        return walk_loopback(w);
    case WIRE_DLT_RAW:
    case WIRE_DLT_RAW_OPENBSD:
    case WIRE_DLT_RAW_FILE:
        return wire_ip(w);
    case WIRE_DLT_IPV4:
        return wire_ipv4(w);
    case WIRE_DLT_IPV6:
        return wire_ipv6(w);
    case WIRE_DLT_PKTAP:
    case WIRE_DLT_PKTAP_MACOS:
        return wire_pktap(w);
    default:
        return RN_IGNORE_LINK;
    }
}
