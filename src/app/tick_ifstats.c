// SPDX-License-Identifier: Apache-2.0
// Counters of the interfaces and what they grew by.
#include <string.h>

#include "monitor.h"
#include "ticks.h"

#define EVERY RN_SEC

static const struct rn_iface_stats *before(const struct app_ifaces *i, const char *name)
{
    for (unsigned n = 0; n < i->count; n++)
        if (strcmp(i->last[n].name.s, name) == 0)
            return &i->last[n];
    return NULL;
}

rn_dur app_tick_ifstats(struct app_monitor *m, rn_time now)
{
    struct app_ifaces *i = &m->ifaces;
    unsigned count = rn_host_interfaces(i->now, RN_SNAPSHOT_IFACES);
    rn_dur passed = rn_time_since(now, i->at);
    for (unsigned n = 0; n < count; n++) {
        struct rn_iface_stats *s = &i->now[n];
        const struct rn_iface_stats *old = before(i, s->name.s);
        if (!old || passed <= 0)
            continue;
        s->rx_bps = (uint64_t)app_per_second(s->rx_bytes, old->rx_bytes, passed);
        s->tx_bps = (uint64_t)app_per_second(s->tx_bytes, old->tx_bytes, passed);
    }
    rn_mutex_lock(&m->stats.lock);
    m->stats.iface_count = count;
    memcpy(m->stats.iface, i->now, sizeof i->now);
    rn_mutex_unlock(&m->stats.lock);
    memcpy(i->last, i->now, sizeof i->now);
    i->count = count;
    i->at = now;
    return EVERY;
}
