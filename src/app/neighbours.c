// SPDX-License-Identifier: Apache-2.0
// Neighbours are learned where frames are decoded, by one thread and in order, so that a replay learns the same each time.
#include "neighbours.h"

void app_neighbours_learn(struct rn_neighbours *table, const struct rn_packet *packet)
{
    struct rn_binding binding[RN_WIRE_BINDINGS];
    unsigned n = rn_wire_bindings(packet, binding);
    for (unsigned i = 0; i < n; i++)
        rn_neighbours_learn(table, &binding[i], packet->time);
}

bool app_neighbours_find(void *table, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES])
{
    return rn_neighbours_find(table, ip, out_mac);
}
