// SPDX-License-Identifier: Apache-2.0
// What the threads with a cadence do each time. Private to app.
// Thread: each its own.
// Owns:   nothing; each keeps its memory in the monitor.
// Fails:  what the system refuses is left as it was, and tried again the next time.
//
// Each returns how long to sleep.
#ifndef APP_TICKS_H
#define APP_TICKS_H

#include "rustnet/base/time.h"

#include "rustnet/flow.h"

struct app_monitor;

// What grew, per second of the time that has passed (> 0); 0 after a counter was set back.
static inline double app_per_second(uint64_t now, uint64_t before, rn_dur passed)
{
    return now > before ? (double)(now - before) * (double)RN_SEC / (double)passed : 0;
}

// Goes through all shards with rn_flow_cleanup or rn_flow_drain, in short stretches, and tells what became of the rows.
typedef bool (*app_sweeper)(struct rn_flow *flow, unsigned shard, rn_time now,
                            struct rn_flow_events *events);
void app_sweep(struct app_monitor *m, app_sweeper sweeper, rn_time now);

// The addresses of this machine, so that two of them can be compared by bytes; false: the system does not tell (logged).
#define APP_LOCAL_EVERY (30 * RN_SEC)
bool app_local_read(struct rn_local_addrs *out);

rn_dur app_tick_snapshot(struct app_monitor *m, rn_time now); // answers the screen's request
rn_dur app_tick_ifstats(struct app_monitor *m, rn_time now);  // counters of the interfaces
rn_dur app_tick_rates(struct app_monitor *m,
                      rn_time now); // totals per second; flushes the event stream
rn_dur app_tick_enrich(struct app_monitor *m, rn_time now);  // owners of sockets, our addresses
rn_dur app_tick_cleanup(struct app_monitor *m, rn_time now); // rows whose time is over

#endif
