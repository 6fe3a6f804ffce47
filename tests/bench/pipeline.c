// SPDX-License-Identifier: Apache-2.0
// The whole pipeline: one producer offers the trace as fast as the workers take it, from frames in memory to rows.
// The source waits on a full ring, so nothing may be lost: a run fails unless every packet is in a row or accounted for.
// Wall time, as the threads run side by side.
#include "bench.h"

#include <stdio.h>

#include "pipeline.h"
#include "rustnet/base/sync.h"

#define AHEAD 16

static const struct rn_hash_key seed = {3, 4};

struct line {
    struct app_pipeline *pipeline;
    unsigned number;
    struct rn_thread thread;
};

static void *work(void *arg)
{
    struct line *line = arg;
    app_pipeline_work(line->pipeline, line->number);
    return NULL;
}

static void offer_all(const struct bench *bench, struct app_pipeline *pipeline)
{
    const struct bench_list *list = &bench->trace.list[BENCH_WHOLE];
    for (uint32_t i = 0; i < list->count; i++) {
        const uint8_t *ahead = list->frame[i + AHEAD < list->count ? i + AHEAD : i].data;
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + 64);
        app_pipeline_offer(pipeline, bench->trace.link, &list->frame[i]);
    }
    app_pipeline_end(pipeline);
}

// Packets of all rows, which this removes.
static uint64_t in_rows(struct rn_flow *flow)
{
    static struct rn_flow_events events;
    uint64_t packets = 0;
    for (unsigned s = 0; s < rn_flow_shards(flow); s++)
        for (bool more = true; more;) {
            events.count = 0;
            more = rn_flow_drain(flow, s, 0, &events);
            for (unsigned i = 0; i < events.count; i++)
                packets += events.event[i].conn.packets[0] + events.event[i].conn.packets[1];
        }
    return packets;
}

static bool adds_up(const struct bench *bench, const struct app_pipeline *pipeline,
                    struct rn_flow *flow)
{
    struct rn_counts c = {0};
    rn_flow_counts(flow, &c);
    app_pipeline_counts(pipeline, &c);
    uint64_t ignored = 0;
    for (unsigned i = 0; i < RN_IGNORE_COUNT; i++)
        ignored += i == RN_IGNORE_LATE ? 0 : c.ignored[i];
    uint64_t rows = in_rows(flow) + c.ignored[RN_IGNORE_LATE] + c.dropped_table;
    bool all = c.packets == bench->trace.list[BENCH_WHOLE].count && !c.dropped_ring &&
               c.parsed + ignored == c.packets;
    // Rows that were evicted or replaced took their packets with them: nobody asked for events.
    bool kept = !c.rows_evicted && c.rows_closed == 0;
    if (!all || (kept && rows != c.parsed))
        (void)fprintf(stderr, "pipeline: %llu offered, %llu parsed, %llu ignored, %llu in rows\n",
                      (unsigned long long)c.packets, (unsigned long long)c.parsed,
                      (unsigned long long)ignored, (unsigned long long)rows);
    return all && (!kept || rows == c.parsed);
}

static bool run_with(const struct bench *bench, const struct bench_case *c, struct rn_flow *flow,
                     struct app_pipeline *pipeline, struct bench_sample *out)
{
    struct line lines[APP_WORKERS_MAX];
    for (unsigned i = 0; i < c->workers; i++) {
        lines[i] = (struct line){.pipeline = pipeline, .number = i};
        if (rn_thread_start(&lines[i].thread, "worker", work, &lines[i], NULL))
            return false;
    }
    rn_time begin = rn_clock_monotonic();
    offer_all(bench, pipeline);
    for (unsigned i = 0; i < c->workers; i++)
        rn_thread_join(&lines[i].thread);
    uint32_t count = bench->trace.list[BENCH_WHOLE].count;
    double ns = (double)rn_time_since(rn_clock_monotonic(), begin);
    *out = (struct bench_sample){.ns = ns / count, .instructions = -1, .items = count};
    return adds_up(bench, pipeline, flow);
}

bool bench_pipeline_run(const struct bench *bench, const struct bench_case *c,
                        struct bench_sample *out)
{
    struct rn_flow_cfg cfg = {.max_connections = bench->options.rows,
                              .shards = bench->options.shards,
                              .dpi = c->dpi,
                              .seed = seed};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    struct app_pipeline_cfg pipes = {
        .flow = flow, .seed = seed, .workers = c->workers, .dpi = c->dpi, .patience = -1};
    struct app_pipeline *pipeline = flow ? app_pipeline_new(&pipes, NULL) : NULL;
    bool ok = pipeline && run_with(bench, c, flow, pipeline, out);
    app_pipeline_free(pipeline);
    rn_flow_free(flow);
    return ok;
}
