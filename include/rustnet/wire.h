// SPDX-License-Identifier: Apache-2.0
// A frame becomes packet facts: link layer, IP, transport.
// Thread: any for `decode`; one (capture) for rn_fragments.
// Owns:   nothing for `decode`, out->payload and out->comm borrow the frame; rn_fragments owns its table.
// Fails:  hostile bytes are answered with an rn_ignore; `new` with -ENOMEM.
// Source: RFC 791, 8200, 9293, 768, 792, 4443, 4861, 6980, 3376, 826, 2516, 3032; IEEE 802.1Q; the link-layer header types of
//         https://www.tcpdump.org/linktypes.html; bsd/net/pktap.h of XNU.
#ifndef RUSTNET_WIRE_H
#define RUSTNET_WIRE_H

#include "rustnet/base/err.h"
#include "rustnet/base/hash.h"
#include "rustnet/model/packet.h"

// Whether frames of this libpcap link type (DLT_*) can be decoded.
bool rn_wire_link_known(int dlt);
// "Ethernet", "RawIP", "LinuxSLL", ... for the screen; by the interface's name first (tun, tap).
const char *rn_wire_link_name(int dlt, const char *interface);

// Decodes one frame. Pure: the same bytes give the same facts. out is complete when RN_IGNORE_NONE is returned, and
// unspecified otherwise. A later fragment comes back with both ports 0 and RN_PACKET_LATER_FRAGMENT:
// rn_fragments_resolve gives it the ports of its first.
enum rn_ignore rn_wire_decode(int dlt, const struct rn_frame *frame, struct rn_packet *out);

// What a packet says of hardware addresses: ARP, and neighbour discovery that came through no router. Whether to believe
// it is for the table to say (lookup.h). The frame must still be there. Returns how many.
#define RN_WIRE_BINDINGS 2
unsigned rn_wire_bindings(const struct rn_packet *packet, struct rn_binding out[RN_WIRE_BINDINGS]);
// False: there are none.
static inline bool rn_wire_may_bind(const struct rn_packet *packet)
{
    return packet->key.proto == RN_PROTO_ARP || packet->key.proto == RN_PROTO_ICMPV6;
}

// Ports of first fragments, so that later ones can be counted into the same row: RN_FRAGMENTS_MAX datagrams at most
// (the oldest is forgotten), for 30 s of capture time.
#define RN_FRAGMENTS_MAX 1024
struct rn_fragments;
struct rn_fragments *rn_fragments_new(struct rn_hash_key seed, struct rn_err *err);
void rn_fragments_free(struct rn_fragments *table);
// For a packet with a fragment flag: remembers a first one, completes the key of a later one (and its ICMP facts).
// RN_IGNORE_FRAGMENT: its first was not seen though only that knows whose it is, or the two contradict each other.
enum rn_ignore rn_fragments_resolve(struct rn_fragments *table, struct rn_packet *packet);

#endif
