// SPDX-License-Identifier: Apache-2.0
// A monitor on a made trace. Without `app_monitor_start` nothing moves but what a test calls.
#ifndef TEST_APP_RUN_H
#define TEST_APP_RUN_H

#include "traffic.h"

#include "monitor.h"
#include "source.h"

struct run {
    struct app_options o;
    struct app_monitor m;
    struct made_file trace;
    char json[64];
};

// Options of a run with a screen over the trace, read at once, with one worker.
static inline void run_defaults(struct run *r)
{
    memset(r, 0, sizeof *r);
    r->o = (struct app_options){
        .max_connections = 1000, .workers = 1, .refresh_ms = 20, .timeouts = rn_timeouts_default};
}

// The trace is one of `flows` flows, or stands already in r->trace (flows 0).
static inline void run_open(struct run *r, uint32_t flows, bool json)
{
    struct rn_err err = {0};
    if (flows)
        trace_of_flows(&r->trace, flows, RN_MSEC);
    if (!r->o.play)
        r->o.read = r->trace.path;
    else
        r->o.play = r->trace.path;
    if (json) {
        file_name(r->json);
        r->o.json_log = r->json;
    }
    if (app_monitor_open(&r->m, &r->o, &err))
        fail_msg("%s", err.msg);
}

static inline void run_close(struct run *r)
{
    struct rn_err err = {0};
    if (app_monitor_close(&r->m, &err))
        fail_msg("%s", err.msg);
    (void)unlink(r->trace.path);
    if (r->json[0])
        (void)unlink(r->json);
}

static inline void run_offer(struct run *r, const struct traffic *t, rn_time time)
{
    const struct rn_frame frame = traffic_frame(t, time);
    app_pipeline_offer(r->m.pipeline, TRAFFIC_LINK, &frame);
}

// All that has been offered into the table. Once only.
static inline void run_ingest(struct run *r)
{
    app_pipeline_end(r->m.pipeline);
    for (unsigned i = 0; i < r->o.workers; i++)
        app_pipeline_work(r->m.pipeline, i);
}

static inline struct rn_counts run_counts(struct run *r)
{
    struct rn_counts c = {0};
    app_monitor_counts(&r->m, &c);
    return c;
}

static inline uint64_t counts_ignored(const struct rn_counts *c)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < RN_IGNORE_COUNT; i++)
        sum += c->ignored[i];
    return sum;
}

// The only row of the table, taken out of it.
static inline struct rn_conn run_take_row(struct run *r)
{
    static struct rn_flow_events events;
    for (unsigned shard = 0; shard < rn_flow_shards(r->m.flow); shard++) {
        events.count = 0;
        (void)rn_flow_drain(r->m.flow, shard, TRAFFIC_T0, &events);
        if (events.count) {
            assert_int_equal(events.count, 1);
            return events.event[0].conn;
        }
    }
    fail_msg("there is no row");
    return (struct rn_conn){0};
}

#endif
