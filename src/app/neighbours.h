// SPDX-License-Identifier: Apache-2.0
// The table of neighbours between those who know it and those who may not: packets go in, hardware addresses come out.
// Private to app.
// Thread: any; a packet by the thread that decoded it.
// Owns:   nothing.
// Fails:  never.
#ifndef APP_NEIGHBOURS_H
#define APP_NEIGHBOURS_H

#include "rustnet/lookup.h"
#include "rustnet/wire.h"

void app_neighbours_learn(struct rn_neighbours *table, const struct rn_packet *packet);
// What a packet says of hardware addresses. Its frame must still be there. Costs nothing for those that say nothing.
static inline void app_neighbours_hear(struct rn_neighbours *table, const struct rn_packet *packet)
{
    if (rn_wire_may_bind(packet))
        app_neighbours_learn(table, packet);
}
// table is a struct rn_neighbours; the shape of rn_jsonl_cfg.neighbour and rn_ui_query.neighbour.
bool app_neighbours_find(void *table, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES]);

#endif
