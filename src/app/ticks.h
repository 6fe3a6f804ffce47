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

struct app_monitor;

rn_dur app_tick_snapshot(struct app_monitor *m, rn_time now); // answers the screen's request
rn_dur app_tick_ifstats(struct app_monitor *m, rn_time now);  // counters of the interfaces
rn_dur app_tick_rates(struct app_monitor *m,
                      rn_time now); // totals per second; flushes the event stream
rn_dur app_tick_enrich(struct app_monitor *m, rn_time now);  // owners of sockets, our addresses
rn_dur app_tick_cleanup(struct app_monitor *m, rn_time now); // rows whose time is over

#endif
