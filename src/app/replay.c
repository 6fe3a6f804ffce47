// SPDX-License-Identifier: Apache-2.0
// Replay: one thread, one shard, time from the trace, so the same file gives the same bytes whatever the seed.
//
//   frame -> rn_wire_decode -> rn_fragments_resolve -> app_neighbours_hear -> batch -> rn_flow_ingest -> rn_jsonl_event
//
// 1. Cleanup runs every 5 s of trace time, before the first packet that is later; ticks without work are jumped over,
//    as traces may span centuries.
// 2. A batch never crosses such a tick. Frames are copied into it, since a frame is borrowed until the next one.
#include "replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/intern.h"
#include "rustnet/base/sync.h"
#include "rustnet/capture.h"
#include "rustnet/export.h"
#include "rustnet/flow.h"
#include "rustnet/lookup.h"
#include "rustnet/sandbox.h"
#include "rustnet/wire.h"
#include "neighbours.h"
#include "source.h"

#define CLEANUP_EVERY (5 * RN_SEC)
#define FRAMES_AT_ONCE 4096
#define FRAME_BYTES 2048 // of a frame that inspection gets to see
#define NAMES_MAX 65536

struct replay {
    struct rn_capture *capture;
    struct rn_flow *flow;
    struct rn_fragments *fragments;
    struct rn_neighbours *neighbours;
    struct rn_dpi_ctx *dpi;
    struct rn_intern *names;
    struct rn_jsonl *jsonl;
    struct rn_hash_key seed;
    struct rn_counts counts;
    int link;
    bool started;
    rn_time now, next_cleanup;
    unsigned batched;
    struct rn_packet batch[RN_FLOW_BATCH];
    uint8_t bytes[RN_FLOW_BATCH][FRAME_BYTES];
    struct rn_flow_events events;
};

static void write_events(struct replay *r)
{
    for (unsigned i = 0; i < r->events.count; i++)
        rn_jsonl_event(r->jsonl, &r->events.event[i]);
    r->events.count = 0;
}

static void flush(struct replay *r)
{
    rn_flow_ingest(r->flow, r->batch, r->batched, r->dpi, &r->events);
    r->batched = 0;
    write_events(r);
}

static void cleanup_at(struct replay *r, rn_time now)
{
    bool more = true;
    while (more) {
        more = rn_flow_cleanup(r->flow, 0, now, &r->events);
        write_events(r);
    }
}

// The first tick at or after target, counted from tick. Saturates.
static rn_time tick_from(rn_time tick, rn_time target)
{
    if (target <= tick)
        return tick;
    tick = rn_time_add(tick, rn_time_since(target, tick) / CLEANUP_EVERY * CLEANUP_EVERY);
    return tick < target ? rn_time_add(tick, CLEANUP_EVERY) : tick;
}

// Runs the ticks up to time as if each were run, but jumps over those with nothing to do. The last one always runs: it
// moves the wheel's hand, from which the rows to come are planned. None comes after the end of representable time.
static void run_ticks(struct replay *r, rn_time time)
{
    while (r->next_cleanup <= time && r->next_cleanup != RN_TIME_MAX) {
        rn_time tick = tick_from(r->next_cleanup, rn_flow_next_deadline(r->flow));
        rn_dur ahead = rn_time_since(time, r->next_cleanup);
        rn_time last = rn_time_add(r->next_cleanup, ahead / CLEANUP_EVERY * CLEANUP_EVERY);
        tick = tick < last ? tick : last;
        cleanup_at(r, tick);
        r->next_cleanup = rn_time_add(tick, CLEANUP_EVERY);
    }
}

static void keep_payload(struct replay *r, struct rn_packet *p)
{
    if (!r->dpi) {
        p->payload.len = 0;
        return;
    }
    if (p->payload.len > FRAME_BYTES)
        p->payload.len = FRAME_BYTES;
    uint8_t *copy = r->bytes[r->batched];
    if (p->payload.len)
        memcpy(copy, p->payload.p, p->payload.len);
    p->payload.p = copy;
}

static void take_frame(void *ctx, const struct rn_frame *frame)
{
    struct replay *r = ctx;
    if (!r->started) {
        r->started = true;
        r->now = frame->time;
        r->next_cleanup = rn_time_add(frame->time, CLEANUP_EVERY);
    }
    if (frame->time > r->now)
        r->now = frame->time;
    if (r->now >= r->next_cleanup) {
        flush(r);
        run_ticks(r, r->now);
    }
    r->counts.packets++;
    r->counts.bytes += frame->wire_bytes;
    struct rn_packet *p = &r->batch[r->batched];
    enum rn_ignore why = rn_wire_decode(r->link, frame, p);
    if (!why && p->flags & (RN_PACKET_FIRST_FRAGMENT | RN_PACKET_LATER_FRAGMENT))
        why = rn_fragments_resolve(r->fragments, p);
    if (why) {
        r->counts.ignored[why]++;
        return;
    }
    r->counts.parsed++;
    app_neighbours_hear(r->neighbours, p);
    keep_payload(r, p);
    // The process of a PKTAP header borrows the frame, so such a packet goes in at once.
    bool borrows = p->comm != NULL;
    p->hash = rn_key_hash(r->seed, &p->key);
    if (++r->batched == RN_FLOW_BATCH || borrows)
        flush(r);
}

static int open_all(struct replay *r, const struct app_options *o, struct rn_err *err)
{
    int rc = rn_random(&r->seed, sizeof r->seed, err);
    if (!rc)
        rc = rn_capture_open_file(o->read, o->filter, &r->capture, err);
    if (rc)
        return rc;
    if ((rc = app_source_link(r->capture, &r->link, err)))
        return rc;
    if (!(r->names = rn_intern_new(NAMES_MAX, err)) ||
        !(r->fragments = rn_fragments_new(r->seed, err)) ||
        !(r->neighbours = rn_neighbours_new(r->seed, err)))
        return -ENOMEM;
    if (!o->no_dpi && !(r->dpi = rn_dpi_ctx_new(err)))
        return -ENOMEM;
    struct rn_flow_cfg cfg = {.max_connections = o->max_connections,
                              .shards = 1,
                              .dpi = !o->no_dpi,
                              .ordered = true,
                              .seed = r->seed,
                              .local = o->local,
                              .names = r->names,
                              .timeouts = &o->timeouts};
    if (!(r->flow = rn_flow_new(&cfg, err)))
        return err->code;
    struct rn_jsonl_cfg jsonl = {.names = r->names,
                                 .service = rn_service_of,
                                 .neighbour = app_neighbours_find,
                                 .neighbour_ctx = r->neighbours};
    rc = rn_jsonl_open(o->json_log ? o->json_log : "-", &jsonl, &r->jsonl, err);
    if (!rc)
        rn_jsonl_set_local(r->jsonl, &o->local);
    return rc;
}

static void finish(struct replay *r)
{
    flush(r);
    bool more = true;
    while (more) {
        more = rn_flow_drain(r->flow, 0, r->now, &r->events);
        write_events(r);
    }
    rn_flow_counts(r->flow, &r->counts);
    r->counts.parsed -= r->counts.ignored[RN_IGNORE_LATE];
    rn_jsonl_summary(r->jsonl, &r->counts, r->now);
}

static void close_all(struct replay *r)
{
    rn_flow_free(r->flow);
    rn_dpi_ctx_free(r->dpi);
    rn_fragments_free(r->fragments);
    rn_neighbours_free(r->neighbours);
    rn_intern_free(r->names);
    rn_capture_close(r->capture);
    free(r);
}

// Everything is open: foreign bytes are read without any right.
static int shed(struct rn_err *err)
{
    struct rn_sandbox_report report;
    int rc = rn_sandbox_apply(&report, err);
    return rc ? rc : rn_sandbox_shed(RN_ROLE_PACKETS, err);
}

int app_replay(const struct app_options *options, struct rn_err *out_warning, struct rn_err *err)
{
    struct replay *r = calloc(1, sizeof *r);
    if (!r)
        return rn_err_set(err, -ENOMEM, "No memory for a replay");
    int rc = open_all(r, options, err);
    if (!rc)
        rc = shed(err);
    if (!rc) {
        int n;
        while ((n = rn_capture_next(r->capture, FRAMES_AT_ONCE, take_frame, r, out_warning)) > 0)
            ;
        finish(r);
        if (n != -ENODATA && n != -EPIPE) { // what is merely cut off is a warning
            rc = n;
            *err = *out_warning;
            out_warning->code = 0;
        }
    }
    if (r->jsonl) {
        int written = rn_jsonl_close(r->jsonl, rc ? NULL : err);
        rc = rc ? rc : written;
    }
    close_all(r);
    return rc;
}
