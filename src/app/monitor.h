// SPDX-License-Identifier: Apache-2.0
// All that the threads of a run share, and who may touch it. Private to app.
// Thread: main for open, start, stop, close; the rest as it says.
// Owns:   everything a run needs.
// Fails:  negative errno and a sentence, before anything has been drawn.
#ifndef APP_MONITOR_H
#define APP_MONITOR_H

#include <stdatomic.h>

#include "clock.h"
#include "journal.h"
#include "options.h"
#include "pipeline.h"
#include "rustnet/base/log.h"
#include "rustnet/base/sync.h"
#include "rustnet/capture.h"
#include "rustnet/host.h"
#include "rustnet/lookup.h"
#include "slot.h"
#include "threads.h"

#define APP_NAMES_MAX 65536
#define app_log(level, ...) rn_log(level, rn_clock_wall(), "app", __VA_ARGS__)

// What the ticks tell the snapshot.
struct app_stats {
    struct rn_mutex lock; // guards the rest
    double packets_per_sec, tx_bps, rx_bps;
    unsigned iface_count;
    struct rn_iface_stats iface[RN_SNAPSHOT_IFACES];
    struct rn_local_addrs local;
    struct rn_host_status host;
    struct rn_err failure; // the capture died: why; code 0 while it lives
    bool trace_over;
};

// Memory of the last pass of a tick, each the tick's own.
struct app_rates {
    rn_time at;
    uint64_t packets, traffic[2];
};
struct app_ifaces {
    rn_time at;
    unsigned count;
    struct rn_iface_stats last[RN_SNAPSHOT_IFACES], now[RN_SNAPSHOT_IFACES];
};
struct app_enrich {
    rn_time all_at;      // when all rows, not the young ones only, are due
    rn_time local_at;    // when the addresses are due
    rn_time stranger_at; // when they are, if a row between strangers has appeared
    rn_dur backoff;
    bool strangers;
    struct rn_local_addrs local, next; // as last read; room to read them anew
};

struct app_monitor {
    const struct app_options *options;
    struct app_clock clock;
    struct rn_hash_key seed;
    struct rn_intern *names;
    struct rn_neighbours *neighbours;
    struct rn_flow *flow;
    struct app_pipeline *pipeline;
    struct app_journal journal;
    struct app_slot slot; // closed unless there is a screen
    struct app_stats stats;
    struct app_threads threads;
    atomic_bool stop; // somebody wants the run to end
    int bell;         // the write end of what main sleeps on, or -1

    // The capture thread's.
    struct rn_capture *capture;
    int link;
    _Atomic uint64_t kernel_drops;
    struct rn_wake pace; // ends the sleep between frames of a trace

    // One tick's each.
    struct app_rates rates;
    struct app_ifaces ifaces;
    struct app_enrich enrich;
    struct rn_host *host;                  // enrich
    struct rn_flow_view *view;             // snapshot
    struct rn_local_addrs view_local;      // snapshot: a copy of stats.local
    struct rn_flow_events *cleanup_events; // cleanup; NULL: nobody asks
};

// Opens the source of frames, the outputs, the tables: all that may fail, in the order that SECURITY.md tells.
int app_monitor_open(struct app_monitor *m, const struct app_options *options, struct rn_err *err);
// Gives rights away and starts the threads.
int app_monitor_start(struct app_monitor *m, struct rn_err *err);
// Ends all threads, closes every row and writes the summary. Fine after a start that failed.
void app_monitor_stop(struct app_monitor *m);
// 0, or what became of the event stream.
int app_monitor_close(struct app_monitor *m, struct rn_err *err);

// Any thread: what has been counted so far.
void app_monitor_counts(struct app_monitor *m, struct rn_counts *out);
// Any thread: wakes main.
void app_monitor_ring(struct app_monitor *m);

#endif
