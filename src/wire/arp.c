// SPDX-License-Identifier: Apache-2.0
// ARP for IPv4 over Ethernet (RFC 826) or another IEEE 802 network, which numbers itself 6 but sends the same:
//
//   @0 hardware type 2 (1 or 6) | @2 protocol type 2 (0x0800) | @4 sizes 1, 1 (6, 4) | @6 operation 2 |
//   @8 sender MAC 6 | @14 sender IP 4 | @18 target MAC 6 | @24 target IP 4
#include "rustnet/wire.h"

#include "walk.h"

enum {
    ARP_REQUEST = 1,
    ARP_REPLY = 2,
    ARP_ETHERNET = 1,
    ARP_IEEE_802 = 6,
    ARP_FOR_IPV4 = 0x0800,
};

enum rn_ignore wire_arp(struct wire_walk *w)
{
    struct rn_packet *out = w->out;
    uint16_t hardware = rn_take_be16(&w->r), protocol = rn_take_be16(&w->r);
    uint16_t sizes = rn_take_be16(&w->r);
    uint16_t op = rn_take_be16(&w->r);
    struct rn_bytes sender_mac = rn_take_bytes(&w->r, 6), sender = rn_take_bytes(&w->r, 4);
    struct rn_bytes target_mac = rn_take_bytes(&w->r, 6), target = rn_take_bytes(&w->r, 4);
    bool ours = (hardware == ARP_ETHERNET || hardware == ARP_IEEE_802) &&
                protocol == ARP_FOR_IPV4 && sizes == 0x0604 &&
                (op == ARP_REQUEST || op == ARP_REPLY);
    if (w->r.bad || !ours)
        return RN_IGNORE_ARP;
    out->from =
        (uint8_t)rn_key_make(&out->key, rn_ip_v4(sender.p), 0, rn_ip_v4(target.p), 0, RN_PROTO_ARP);
    memcpy(out->arp.sender_mac, sender_mac.p, 6);
    memcpy(out->arp.target_mac, target_mac.p, 6);
    out->arp.op = op;
    out->wire_bytes = w->wire_end;
    out->ip_bytes = 0;
    out->payload_bytes = 0;
    out->hop_limit = 0;
    out->payload = rn_bytes_of(w->r.p, 0);
    return RN_IGNORE_NONE;
}
