// SPDX-License-Identifier: Apache-2.0
// What model/packet.h and wire.h promise of a decoded packet.
#ifndef RUSTNET_TESTS_FUZZ_PACKET_CHECK_H
#define RUSTNET_TESTS_FUZZ_PACKET_CHECK_H

#include "fuzz.h"

#include "rustnet/wire.h"
#include "walk.h"

static inline bool packet_lies_in(const struct rn_frame *frame, const uint8_t *p, size_t len)
{
    return p >= frame->data && len <= frame->captured_bytes &&
           p <= frame->data + (frame->captured_bytes - len);
}

// The key is what rn_key_make would make of it, whichever end is told first.
static inline void must_be_key(const struct rn_packet *p)
{
    struct rn_key there = {.zero = 1}, back = {.zero = 1};
    unsigned from = p->from;
    must(from < 2 && p->key.zero == 0);
    must(rn_key_make(&there, p->key.ip[from], p->key.port[from], p->key.ip[1 - from],
                     p->key.port[1 - from], p->key.proto) == from);
    (void)rn_key_make(&back, p->key.ip[1 - from], p->key.port[1 - from], p->key.ip[from],
                      p->key.port[from], p->key.proto);
    must(rn_key_equal(&there, &p->key) && rn_key_equal(&back, &p->key));
}

static inline void must_be_packet(const struct rn_frame *frame, const struct rn_packet *p)
{
    const unsigned both = RN_PACKET_FIRST_FRAGMENT | RN_PACKET_LATER_FRAGMENT;
    bool later = p->flags & RN_PACKET_LATER_FRAGMENT;
    must_be_key(p);
    must(p->time == frame->time && (p->flags & both) != both);
    must(p->vlan_count <= RN_VLAN_MAX);
    for (unsigned i = 0; i < RN_VLAN_MAX; i++)
        must(p->vlan[i] <= (i < p->vlan_count ? 0xfff : 0));
    must(p->payload.len == 0 || packet_lies_in(frame, p->payload.p, p->payload.len));
    must(!p->comm || packet_lies_in(frame, p->comm, RN_COMM_BYTES));
    must(!later || p->payload.len == 0);
    must(p->ip_bytes <= p->wire_bytes);
    if (p->key.proto == RN_PROTO_TCP || p->key.proto == RN_PROTO_UDP)
        must(p->payload.len <= p->payload_bytes || later);
}

// Whether two packets say the same, field by field: a struct has bytes between its fields.
static inline bool packets_agree(const struct rn_packet *a, const struct rn_packet *b)
{
    bool tcp =
        a->key.proto != RN_PROTO_TCP ||
        (a->tcp.seq == b->tcp.seq && a->tcp.ack == b->tcp.ack && a->tcp.window == b->tcp.window &&
         a->tcp.mss == b->tcp.mss && a->tcp.flags == b->tcp.flags &&
         a->tcp.window_scale == b->tcp.window_scale && a->tcp.sack == b->tcp.sack);
    return tcp && rn_key_equal(&a->key, &b->key) && a->from == b->from && a->flags == b->flags &&
           a->payload.p == b->payload.p && a->payload.len == b->payload.len &&
           a->wire_bytes == b->wire_bytes && a->ip_bytes == b->ip_bytes &&
           a->payload_bytes == b->payload_bytes && a->fragment_id == b->fragment_id &&
           a->vlan_count == b->vlan_count && a->hop_limit == b->hop_limit &&
           memcmp(a->vlan, b->vlan, sizeof a->vlan) == 0 && a->pid == b->pid && a->comm == b->comm;
}

// The fast path for plain Ethernet has no opinion of its own.
static inline void must_agree_with_walk(int dlt, const struct rn_frame *frame, enum rn_ignore said,
                                        const struct rn_packet *p)
{
    struct rn_packet walked;
    memset(&walked, 0x5a, sizeof walked);
    must(wire_decode_walk(dlt, frame, &walked) == said);
    must(said != RN_IGNORE_NONE || packets_agree(p, &walked));
}

#endif
