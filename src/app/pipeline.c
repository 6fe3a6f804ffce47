// SPDX-License-Identifier: Apache-2.0
// The capture thread decodes each frame once and hands the facts on in blocks:
//
//   capture                               worker = shard modulo workers
//     rn_wire_decode                        rn_ring_pop_sc(full)
//     rn_fragments_resolve                  rn_flow_ingest(the whole block)
//     app_neighbours_hear                   tell(events)
//     rn_key_hash -> worker's open block
//     rn_ring_push_sp(full)  ------------>
//                            <------------  rn_ring_push_sp(empty)
//
// 1. A flow always goes to the same worker and in order, so a shard has one writer in steady state.
// 2. A block belongs to exactly one of: the producer (open), the ring `full`, the worker, the ring `empty`. The ring
//    `empty` gives it back, because a position of a ring is free before what it pointed to has been read.
// 3. Every packet offered is counted once: ignored, dropped_ring or parsed.
// 4. When a worker is behind by all its blocks the producer waits `patience` once (meanwhile the kernel's buffer takes
//    what comes), then it drops until a block comes back: a worker that hangs cannot hold up the others.
#include "pipeline.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "rustnet/base/pool.h"
#include "rustnet/base/ring.h"
#include "rustnet/wire.h"
#include "neighbours.h"

#define PAYLOAD_BYTES 2048     // of a packet that inspection gets to see: the snap length
#define AREA_DPI (16u * 1024)  // payload of a block
#define AREA_PLAIN (2u * 1024) // room for process names from link headers
#define BLOCKS_LEAST 4u        // per worker
#define BLOCKS_PER_WAKE 8 // a wake costs both sides some microseconds; one who is awake needs none
#define POLLS 64          // looks at an empty ring before a worker goes to sleep

struct block {
    unsigned count;
    uint32_t used; // bytes of the area
    struct rn_packet packet[RN_FLOW_BATCH];
    uint8_t area[];
};

struct worker {
    struct rn_ring *full, *empty;
    // The producer's.
    struct block *open; // NULL: none at hand
    unsigned unsaid;    // blocks that the worker has not been woken for
    bool starved;       // patience was spent and no block has come back since
    // The worker's.
    struct rn_dpi_ctx *dpi;
    struct rn_flow_events *events; // NULL: nobody asks
};

// What the producer counts, and what others see of it.
struct tally {
    uint64_t packets, bytes, parsed, dropped;
    uint64_t ignored[RN_IGNORE_COUNT];
};
#define TALLY_WORDS (sizeof(struct tally) / sizeof(uint64_t))

struct app_pipeline {
    struct app_pipeline_cfg cfg;
    struct rn_fragments *fragments;
    struct worker worker[APP_WORKERS_MAX];
    uint8_t *blocks;
    size_t block_bytes, area_bytes, blocks_bytes;
    struct tally tally; // the producer's
    _Alignas(64) _Atomic uint64_t seen[TALLY_WORDS];
    atomic_bool ended;
};

static void worker_done(struct worker *w)
{
    rn_ring_free(w->full);
    rn_ring_free(w->empty);
    rn_dpi_ctx_free(w->dpi);
    rn_pages_unmap(w->events, sizeof *w->events);
}

void app_pipeline_free(struct app_pipeline *p)
{
    if (!p)
        return;
    for (unsigned i = 0; i < p->cfg.workers; i++)
        worker_done(&p->worker[i]);
    rn_fragments_free(p->fragments);
    rn_pages_unmap(p->blocks, p->blocks_bytes);
    rn_pages_unmap(p, sizeof *p);
}

// blocks: the worker's share, one behind the other.
static int worker_init(struct app_pipeline *p, struct worker *w, uint8_t *blocks, uint32_t count,
                       struct rn_err *err)
{
    if (!(w->full = rn_ring_new(count + 1, err)) || !(w->empty = rn_ring_new(count + 1, err)))
        return -ENOMEM;
    if (p->cfg.dpi && !(w->dpi = rn_dpi_ctx_new(err)))
        return -ENOMEM;
    if (p->cfg.tell && !(w->events = rn_pages_map(sizeof *w->events)))
        return rn_err_set(err, -ENOMEM, "No memory for the events of a worker");
    for (uint32_t i = 0; i < count; i++)
        rn_ring_push_sp(w->empty, blocks + i * p->block_bytes);
    return 0;
}

static int make(struct app_pipeline *p, struct rn_err *err)
{
    p->area_bytes = p->cfg.dpi ? AREA_DPI : AREA_PLAIN;
    p->block_bytes = (sizeof(struct block) + p->area_bytes + 63) & ~(size_t)63;
    size_t bytes = p->cfg.bytes ? p->cfg.bytes : APP_PIPELINE_BYTES;
    uint32_t count = (uint32_t)(bytes / p->block_bytes / p->cfg.workers);
    count = count < BLOCKS_LEAST ? BLOCKS_LEAST : count;
    p->blocks_bytes = p->block_bytes * count * p->cfg.workers;
    if (!(p->fragments = rn_fragments_new(p->cfg.seed, err)))
        return -ENOMEM;
    if (!(p->blocks = rn_pages_map(p->blocks_bytes)))
        return rn_err_set(err, -ENOMEM, "No memory for %zu bytes of packets", p->blocks_bytes);
    for (unsigned i = 0; i < p->cfg.workers; i++) {
        int rc = worker_init(p, &p->worker[i], p->blocks + i * count * p->block_bytes, count, err);
        if (rc)
            return rc;
    }
    return 0;
}

struct app_pipeline *app_pipeline_new(const struct app_pipeline_cfg *cfg, struct rn_err *err)
{
    if (!cfg->workers || cfg->workers > APP_WORKERS_MAX ||
        cfg->workers > rn_flow_shards(cfg->flow)) {
        rn_err_set(err, -EINVAL, "%u workers for %u shards", cfg->workers,
                   rn_flow_shards(cfg->flow));
        return NULL;
    }
    struct app_pipeline *p = rn_pages_map(sizeof *p);
    if (!p) {
        rn_err_set(err, -ENOMEM, "No memory for the pipeline");
        return NULL;
    }
    p->cfg = *cfg;
    if (make(p, err)) {
        app_pipeline_free(p);
        return NULL;
    }
    return p;
}

// The producer's side.

static void wake(struct worker *w)
{
    if (w->unsaid)
        rn_ring_nudge_sp(w->full);
    w->unsaid = 0;
}

static void hand_over(struct worker *w)
{
    rn_ring_push_quietly_sp(w->full, w->open); // has room for every block of the worker
    w->open = NULL;
    if (++w->unsaid >= BLOCKS_PER_WAKE)
        wake(w);
}

static bool open_block(struct app_pipeline *p, struct worker *w)
{
    void *block;
    bool there = rn_ring_pop_sc(w->empty, &block);
    if (!there)
        wake(w);
    if (!there && p->cfg.patience && !w->starved) {
        do {
            rn_ring_sleep_sc(w->empty, p->cfg.patience);
            there = rn_ring_pop_sc(w->empty, &block);
        } while (!there && p->cfg.patience < 0);
    }
    w->starved = !there;
    if (!there)
        return false;
    w->open = block;
    w->open->count = 0;
    w->open->used = 0;
    return true;
}

// Bytes of the frame that the packet goes on referring to.
static uint32_t borrowed(const struct app_pipeline *p, const struct rn_packet *packet)
{
    size_t payload = packet->payload.len < PAYLOAD_BYTES ? packet->payload.len : PAYLOAD_BYTES;
    return (uint32_t)(p->cfg.dpi ? payload : 0) + (packet->comm ? RN_COMM_BYTES : 0);
}

static void append(struct app_pipeline *p, struct block *b, const struct rn_packet *packet,
                   uint32_t bytes)
{
    struct rn_packet *to = &b->packet[b->count++];
    *to = *packet;
    uint8_t *area = b->area + b->used;
    b->used += bytes;
    to->payload.len = 0;
    if (packet->comm) {
        to->comm = memcpy(area, packet->comm, RN_COMM_BYTES);
        area += RN_COMM_BYTES;
        bytes -= RN_COMM_BYTES;
    }
    if (p->cfg.dpi && bytes)
        to->payload = rn_bytes_of(memcpy(area, packet->payload.p, bytes), bytes);
}

static void route(struct app_pipeline *p, const struct rn_packet *packet)
{
    struct worker *w = &p->worker[rn_flow_shard(p->cfg.flow, packet->hash) % p->cfg.workers];
    uint32_t bytes = borrowed(p, packet);
    if (w->open && w->open->used + bytes > p->area_bytes)
        hand_over(w);
    if (!w->open && !open_block(p, w)) {
        p->tally.dropped++;
        return;
    }
    p->tally.parsed++;
    append(p, w->open, packet, bytes);
    if (w->open->count == RN_FLOW_BATCH)
        hand_over(w);
}

void app_pipeline_offer(struct app_pipeline *p, int link, const struct rn_frame *frame)
{
    struct rn_packet packet;
    p->tally.packets++;
    p->tally.bytes += frame->wire_bytes;
    enum rn_ignore why = rn_wire_decode(link, frame, &packet);
    if (!why && packet.flags & (RN_PACKET_FIRST_FRAGMENT | RN_PACKET_LATER_FRAGMENT))
        why = rn_fragments_resolve(p->fragments, &packet);
    if (why) {
        p->tally.ignored[why]++;
        return;
    }
    if (p->cfg.neighbours)
        app_neighbours_hear(p->cfg.neighbours, &packet);
    packet.hash = rn_key_hash(p->cfg.seed, &packet.key);
    route(p, &packet);
}

void app_pipeline_flush(struct app_pipeline *p)
{
    for (unsigned i = 0; i < p->cfg.workers; i++) {
        if (p->worker[i].open && p->worker[i].open->count)
            hand_over(&p->worker[i]);
        wake(&p->worker[i]);
    }
    uint64_t words[TALLY_WORDS];
    memcpy(words, &p->tally, sizeof words);
    for (unsigned i = 0; i < TALLY_WORDS; i++)
        atomic_store_explicit(&p->seen[i], words[i], memory_order_relaxed);
}

void app_pipeline_end(struct app_pipeline *p)
{
    app_pipeline_flush(p);
    atomic_store(&p->ended, true);
    for (unsigned i = 0; i < p->cfg.workers; i++)
        rn_ring_ring(p->worker[i].full);
}

void app_pipeline_counts(const struct app_pipeline *p, struct rn_counts *out)
{
    uint64_t words[TALLY_WORDS];
    struct tally t;
    for (unsigned i = 0; i < TALLY_WORDS; i++)
        words[i] = atomic_load_explicit(&p->seen[i], memory_order_relaxed);
    memcpy(&t, words, sizeof t);
    out->packets = t.packets;
    out->bytes = t.bytes;
    out->parsed = t.parsed;
    out->dropped_ring = t.dropped;
    for (unsigned i = 0; i < RN_IGNORE_COUNT; i++)
        if (i != RN_IGNORE_LATE) // the table's
            out->ignored[i] = t.ignored[i];
}

// The worker's side.

static bool next_block(struct app_pipeline *p, struct worker *w, void **out)
{
    for (;;) {
        for (unsigned i = 0; i < POLLS; i++)
            if (rn_ring_pop_sc(w->full, out))
                return true;
        if (atomic_load(&p->ended)) // nothing is pushed after it was set
            return rn_ring_pop_sc(w->full, out);
        rn_ring_sleep_sc(w->full, -1);
    }
}

void app_pipeline_work(struct app_pipeline *p, unsigned worker)
{
    struct worker *w = &p->worker[worker];
    void *item;
    while (next_block(p, w, &item)) {
        struct block *b = item;
        rn_flow_ingest(p->cfg.flow, b->packet, b->count, w->dpi, w->events);
        if (w->events && w->events->count) {
            p->cfg.tell(p->cfg.ctx, w->events);
            w->events->count = 0;
        }
        rn_ring_push_sp(w->empty, b);
    }
}
