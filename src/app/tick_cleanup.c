// SPDX-License-Identifier: Apache-2.0
// Rows whose time is over, shard by shard in short stretches.
#include "monitor.h"
#include "ticks.h"

#define EVERY (5 * RN_SEC)

void app_sweep(struct app_monitor *m, app_sweeper sweeper, rn_time now)
{
    struct rn_flow_events *events = m->cleanup_events;
    for (unsigned shard = 0; shard < rn_flow_shards(m->flow); shard++) {
        bool more = true;
        while (more) {
            more = sweeper(m->flow, shard, now, events);
            if (events && events->count) {
                app_journal_tell(&m->journal, events);
                events->count = 0;
            }
        }
    }
}

rn_dur app_tick_cleanup(struct app_monitor *m, rn_time now)
{
    app_sweep(m, rn_flow_cleanup, now);
    return EVERY;
}
