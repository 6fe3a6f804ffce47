// SPDX-License-Identifier: Apache-2.0
// The packet path of one worker: frame -> rn_wire_decode -> rn_key_hash -> rn_flow_ingest in batches.
//
// Passes go over the same trace with times moved on, and nobody cleans up between them: rows do not expire.
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "rustnet/dpi.h"
#include "rustnet/flow.h"
#include "rustnet/wire.h"

#define AHEAD 8 // frames that are fetched from memory before their turn, as a capture does
#define ONWARD (UINT32_C(1) << 24) // more than a connection of the trace sends
#define CLEANUP_EVERY (5 * RN_SEC)
// Each direction of a row has a payload packet in each pass, or never; 12 without a proof settle it (DPI_MAX_PACKETS).
#define SETTLING_PASSES 13

static const struct rn_hash_key seed = {1, 2};

struct path {
    const struct bench_list *list;
    int link;
    bool track;
    struct rn_flow *flow;
    struct rn_fragments *fragments;
    struct rn_dpi_ctx *dpi;        // NULL: no inspection
    struct rn_flow_events *events; // NULL: none
    rn_dur moved;                  // added to the frames' times
    uint32_t onward; // ... and to sequence numbers, so that a later pass repeats nothing
    // What came of it, over all passes.
    uint64_t offered, ignored, decoded, decoded_bytes, closed_packets;
    struct rn_packet batch[RN_FLOW_BATCH];
};

// Decodes the frames from i on into the batch; returns how many packets that gave.
static inline unsigned decode_batch(struct path *p, uint32_t i, uint32_t end)
{
    unsigned n = 0;
    for (; i < end; i++) {
        // Not in a function of its own: gcc finds that one pure, and drops the call.
        const uint8_t *ahead = p->list->frame[i + AHEAD < p->list->count ? i + AHEAD : i].data;
        __builtin_prefetch(ahead);
        __builtin_prefetch(ahead + 64);
        struct rn_frame frame = p->list->frame[i];
        frame.time += p->moved;
        struct rn_packet *packet = &p->batch[n];
        enum rn_ignore why = rn_wire_decode(p->link, &frame, packet);
        if (RN_UNLIKELY(!why &&
                        packet->flags & (RN_PACKET_FIRST_FRAGMENT | RN_PACKET_LATER_FRAGMENT)))
            why = rn_fragments_resolve(p->fragments, packet);
        if (RN_UNLIKELY(why)) {
            p->ignored++;
            continue;
        }
        if (packet->key.proto == RN_PROTO_TCP && !(packet->flags & RN_PACKET_LATER_FRAGMENT)) {
            packet->tcp.seq += p->onward;
            packet->tcp.ack += p->onward;
        }
        p->decoded_bytes += packet->wire_bytes;
        n++;
    }
    p->decoded += n;
    return n;
}

static void take_events(struct path *p)
{
    for (unsigned i = 0; p->events && i < p->events->count; i++) {
        const struct rn_conn_event *e = &p->events->event[i];
        if (e->kind == RN_EVENT_CLOSED)
            p->closed_packets += e->conn.packets[0] + e->conn.packets[1];
    }
    if (p->events)
        p->events->count = 0;
}

static void pass(void *ctx)
{
    struct path *p = ctx;
    uint32_t count = p->list->count;
    for (uint32_t i = 0; i < count; i += RN_FLOW_BATCH) {
        unsigned n = decode_batch(p, i, count - i < RN_FLOW_BATCH ? count : i + RN_FLOW_BATCH);
        if (!p->track) {
            bench_keep(p->batch);
            continue;
        }
        for (unsigned k = 0; k < n; k++)
            p->batch[k].hash = rn_key_hash(seed, &p->batch[k].key);
        rn_flow_ingest(p->flow, p->batch, n, p->dpi, p->events);
        take_events(p);
    }
    p->offered += count;
}

static bool path_open(struct path *p, const struct bench *bench, const struct bench_case *c)
{
    struct rn_err err = {0};
    *p = (struct path){.list = &bench->trace.list[c->frames],
                       .link = bench->trace.link,
                       .track = c->table != BENCH_NO_TABLE};
    struct rn_flow_cfg cfg = {.max_connections = bench->options.rows,
                              .shards = bench->options.shards,
                              .dpi = c->dpi,
                              .seed = seed};
    p->fragments = rn_fragments_new(seed, &err);
    bool ok = p->fragments != NULL;
    if (ok && c->dpi)
        ok = (p->dpi = rn_dpi_ctx_new(&err)) != NULL;
    if (ok && p->track)
        ok = (p->flow = rn_flow_new(&cfg, &err)) != NULL;
    if (!ok)
        (void)fprintf(stderr, "%s: %s\n", c->name, err.msg);
    return ok;
}

static void path_close(struct path *p)
{
    rn_flow_free(p->flow);
    rn_dpi_ctx_free(p->dpi);
    rn_fragments_free(p->fragments);
}

// Nothing is late, as nobody cleaned up; so all decoded bytes must have arrived in rows, unless some were dropped.
static bool adds_up(const struct path *p, const char *name)
{
    uint64_t traffic[2];
    struct rn_counts counts = {.packets = 0};
    bool ok = p->decoded + p->ignored == p->offered;
    if (p->track) {
        rn_flow_traffic(p->flow, traffic);
        rn_flow_counts(p->flow, &counts);
        if (!counts.dropped_table)
            ok &= traffic[0] + traffic[1] == p->decoded_bytes;
        ok &= !counts.ignored[RN_IGNORE_LATE];
    }
    if (!ok)
        (void)fprintf(stderr, "%s: the counts do not add up\n", name);
    return ok;
}

static void move_on(struct path *p, const struct bench *bench)
{
    p->moved += bench->trace.pass;
    p->onward += ONWARD;
}

// What the table looks like before the measured pass: one pass before, or as many as it takes until rows settle.
static void fill(struct path *p, const struct bench *bench, enum bench_frames frames)
{
    bool settle = frames == BENCH_STEADY || frames == BENCH_SETTLED;
    p->list = &bench->trace.list[settle ? BENCH_STEADY : frames];
    for (unsigned i = 0; i < (settle ? SETTLING_PASSES : 1); i++) {
        pass(p);
        move_on(p, bench);
    }
    p->list = &bench->trace.list[frames];
}

// One frame, and whether inspection had a look at it.
static bool inspected(struct path *p, uint32_t i)
{
    uint64_t before = rn_dpi_parse_calls(p->dpi);
    struct bench_list one = {p->list->frame + i, 1};
    const struct bench_list *all = p->list;
    p->list = &one;
    pass(p);
    p->list = all;
    return rn_dpi_parse_calls(p->dpi) != before;
}

bool bench_path_settle(struct bench *bench)
{
    static const struct bench_case c = {
        .name = "settle", .frames = BENCH_STEADY, .table = BENCH_FULL, .dpi = true};
    struct bench_list *out = &bench->trace.list[BENCH_SETTLED];
    struct path p;
    bool ok = path_open(&p, bench, &c) && bench_list_new(out, p.list->count);
    if (ok) {
        fill(&p, bench, c.frames);
        for (uint32_t i = 0; i < p.list->count; i++)
            if (!inspected(&p, i))
                out->frame[out->count++] = p.list->frame[i];
        (void)printf("settled: %u of the %u frames that open, close or ask nothing\n", out->count,
                     p.list->count);
    }
    path_close(&p);
    return ok && out->count > 0;
}

bool bench_path_run(const struct bench *bench, const struct bench_case *c, struct bench_sample *out)
{
    struct path p;
    bool ok = path_open(&p, bench, c);
    if (ok) {
        if (c->table == BENCH_FULL)
            fill(&p, bench, c->frames);
        uint64_t before = p.dpi ? rn_dpi_parse_calls(p.dpi) : 0;
        bench_measured(pass, &p, p.list->count, out);
        if (p.dpi)
            out->parses = (double)(rn_dpi_parse_calls(p.dpi) - before) / out->items;
        ok = adds_up(&p, c->name);
    }
    path_close(&p);
    return ok;
}

static void clean(struct path *p, rn_time now, bool drain)
{
    for (unsigned shard = 0; shard < rn_flow_shards(p->flow); shard++)
        for (bool more = true; more; take_events(p))
            more = drain ? rn_flow_drain(p->flow, shard, now, p->events)
                         : rn_flow_cleanup(p->flow, shard, now, p->events);
}

// Two passes in pieces of about 5 s, with a cleanup behind each, as a live program does.
static void live(struct path *p, const struct bench *bench)
{
    const struct bench_list all = *p->list;
    struct bench_list piece = {all.frame, 0};
    p->list = &piece;
    for (unsigned n = 0; n < 2; n++, p->moved += bench->trace.pass, p->onward += ONWARD) {
        for (uint32_t i = 0; i < all.count; i += piece.count) {
            piece = (struct bench_list){all.frame + i, 1};
            rn_time until = rn_time_add(piece.frame[0].time, CLEANUP_EVERY);
            while (i + piece.count < all.count && piece.frame[piece.count].time < until)
                piece.count++;
            pass(p);
            clean(p, rn_time_add(until, p->moved), false);
        }
    }
    clean(p, RN_TIME_MAX, true);
}

bool bench_path_check(const struct bench *bench)
{
    static struct rn_flow_events events;
    static const struct bench_case c = {.name = "check", .table = BENCH_FULL, .dpi = true};
    struct path p;
    bool ok = path_open(&p, bench, &c);
    if (ok) {
        struct rn_counts counts;
        p.events = &events;
        live(&p, bench);
        rn_flow_counts(p.flow, &counts);
        uint64_t late = counts.ignored[RN_IGNORE_LATE];
        uint64_t sum = p.closed_packets + p.ignored + late + counts.dropped_table;
        ok = sum == p.offered && counts.rows_created == counts.rows_closed;
        if (!ok)
            (void)fprintf(stderr,
                          "the counts do not add up: %llu packets, but %llu in rows, %llu ignored, "
                          "%llu late, %llu dropped; %llu rows made, %llu closed\n",
                          (unsigned long long)p.offered, (unsigned long long)p.closed_packets,
                          (unsigned long long)p.ignored, (unsigned long long)late,
                          (unsigned long long)counts.dropped_table,
                          (unsigned long long)counts.rows_created,
                          (unsigned long long)counts.rows_closed);
    }
    path_close(&p);
    return ok;
}

bool bench_path_memory(const struct bench *bench, bool dpi, struct bench_memory *out)
{
    const struct bench_case c = {.name = "memory", .table = BENCH_EMPTY, .dpi = dpi};
    struct path p;
    double before = bench_rss();
    bool ok = path_open(&p, bench, &c);
    if (ok) {
        double empty = bench_rss();
        pass(&p);
        double full = bench_rss();
        out->rows = rn_flow_rows(p.flow);
        out->empty = before < 0 ? -1 : empty - before;
        out->per_row = before < 0 || !out->rows ? -1 : (full - empty) / out->rows;
        ok = adds_up(&p, c.name);
        if (ok && bench->trace.flows && bench->options.rows >= 2 * bench->trace.flows &&
            out->rows != bench->trace.flows) {
            (void)fprintf(stderr, "%u flows became %u rows\n", bench->trace.flows, out->rows);
            ok = false;
        }
    }
    path_close(&p);
    return ok;
}
