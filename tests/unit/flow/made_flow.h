// SPDX-License-Identifier: Apache-2.0
// Packets made by hand for tests of the table: flow n talks from 10.a.b.c to port 443 of 192.0.2.1.
#ifndef RUSTNET_TESTS_FLOW_MADE_H
#define RUSTNET_TESTS_FLOW_MADE_H

#include "rustnet/flow.h"

#define MADE_T0 (1000 * RN_SEC)

struct made_packet {
    uint32_t flow;
    uint16_t proto;
    bool back; // from the server
    uint8_t flags;
    uint32_t payload;
    rn_time time;
};

static inline struct rn_packet made_packet(struct rn_hash_key seed, const struct made_packet *m)
{
    const uint8_t client[4] = {10, (uint8_t)(m->flow >> 16), (uint8_t)(m->flow >> 8),
                               (uint8_t)m->flow};
    const uint8_t server[4] = {192, 0, 2, 1};
    struct rn_ip c = rn_ip_v4(client), s = rn_ip_v4(server);
    bool ports = m->proto == RN_PROTO_TCP || m->proto == RN_PROTO_UDP;
    uint16_t from = ports ? 40000 : 0, to = ports ? 443 : 0;
    struct rn_packet p = {.time = m->time,
                          .wire_bytes = 54 + m->payload,
                          .ip_bytes = 40 + m->payload,
                          .payload_bytes = m->payload};
    p.from = (uint8_t)(m->back ? rn_key_make(&p.key, s, to, c, from, m->proto)
                               : rn_key_make(&p.key, c, from, s, to, m->proto));
    p.hash = rn_key_hash(seed, &p.key);
    if (m->proto == RN_PROTO_TCP) {
        p.tcp.flags = m->flags;
        p.tcp.seq = p.tcp.ack = 1;
    }
    return p;
}

#endif
