// SPDX-License-Identifier: Apache-2.0
// Frames from one producer to N workers, and from there into the table. Private to app.
// Thread: one producer for `offer`, `flush` and `end`; one thread per worker for `work`; any for `counts`.
// Owns:   its blocks and rings, made by `new`; nothing allocates afterwards.
// Fails:  `new` with -ENOMEM; a full ring drops and counts.
#ifndef APP_PIPELINE_H
#define APP_PIPELINE_H

#include "rustnet/flow.h"
#include "rustnet/lookup.h"

#define APP_WORKERS_MAX 16
#define APP_PIPELINE_BYTES (8u * 1024 * 1024)

struct app_pipeline_cfg {
    struct rn_flow *flow;
    struct rn_neighbours *neighbours; // learn from what is offered; NULL: nobody does
    struct rn_hash_key seed;          // that of flow
    unsigned workers;                 // 1 to APP_WORKERS_MAX, at most the shards of flow
    bool dpi;
    size_t bytes;    // of all blocks together; 0: APP_PIPELINE_BYTES
    rn_dur patience; // how long the producer waits for a block before it drops; negative: for ever
    // What happened to rows, told by the workers, one call at a time for each; NULL: nobody asks.
    void (*tell)(void *ctx, const struct rn_flow_events *events);
    void *ctx;
};

struct app_pipeline;
struct app_pipeline *app_pipeline_new(const struct app_pipeline_cfg *cfg, struct rn_err *err);
void app_pipeline_free(struct app_pipeline *pipeline); // after all workers have returned

// Decodes a frame and puts it into a block for its worker; the frame is not needed afterwards.
void app_pipeline_offer(struct app_pipeline *pipeline, int link, const struct rn_frame *frame);
// Hands over what has been offered; to be called before the producer sleeps.
void app_pipeline_flush(struct app_pipeline *pipeline);
// No more will be offered: workers return once their rings are empty. Not before the producer has ended.
void app_pipeline_end(struct app_pipeline *pipeline);

// The life of a worker; returns after `end`.
void app_pipeline_work(struct app_pipeline *pipeline, unsigned worker);

// packets, bytes, parsed, dropped_ring and the producer's part of ignored are set, the rest left alone.
// As of the last flush. `parsed` counts what a worker got: dropped packets are not in it.
void app_pipeline_counts(const struct app_pipeline *pipeline, struct rn_counts *out);

#endif
