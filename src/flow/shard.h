// SPDX-License-Identifier: Apache-2.0
// A shard: rows, their index, their facts, and the lists that say which row goes next. Private to flow.
//
//   index   open addressing, {tag, row + 1}, backward-shift deletion; the tag's low bits are the home slot
//   wheel   rows by the second in which they may time out; packets never move a row, cleanup looks again
//   queues  tombstones, embryos, settled: the order in which a full shard gives rows up
//
// 1. Everything but lock, index (pointer, mask and slots) and where the rows lie is guarded by the lock.
// 2. A row is in the index, in one wheel bucket (or the due list) and in one queue, or it is free (id 0).
// 3. No system call, no allocation and no callback but the view's under the lock; of other locks, only the leaves of
//    interned texts and of names (names.h).
#ifndef FLOW_SHARD_H
#define FLOW_SHARD_H

#include <stdatomic.h>

#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"
#include "rustnet/flow.h"

#include "names.h"

#define FLOW_WHEEL 2048 // seconds; more than the longest time-out
#define FLOW_DUE FLOW_WHEEL
#define FLOW_NONE UINT32_MAX
#define FLOW_TOMBSTONE_LIFE (30 * RN_SEC) // core.md 4.6
#define FLOW_FACT_CLASSES 7               // 32 to 2,048 bytes
#define FLOW_BUFFERS 1024                 // of 17 KiB, in all shards together

enum flow_queue {
    FLOW_TOMBSTONES,
    FLOW_EMBRYOS,
    FLOW_SETTLED,
    FLOW_QUEUES,
};

// tag << 32 | row + 1; the low half 0: empty. Atomic, though written under the lock only: rn_flow_ingest looks without
// it for what to fetch from memory, and a slot that has changed by then costs a useless fetch and nothing else.
typedef _Atomic uint64_t flow_slot;

struct flow_list {
    uint32_t head, tail;
};

struct flow_shard {
    _Alignas(64) struct rn_mutex lock;
    flow_slot *index;
    uint32_t mask;
    uint32_t number;
    struct rn_pool rows;
    struct rn_pool facts[FLOW_FACT_CLASSES];
    struct rn_dpi_memory inspection; // of rows that are not settled
    struct flow_list queue[FLOW_QUEUES];
    uint32_t wheel[FLOW_WHEEL + 1];     // heads; the last is the due list
    uint64_t occupied[FLOW_WHEEL / 64]; // hints: a clear bit is an empty bucket
    int64_t cursor;                     // second up to which buckets have been emptied
    bool running;                       // cursor has been set
    bool draining;
    rn_time youngest; // when the last row was made
    uint64_t made;    // rows ever, for ids
    uint32_t live;    // rows without tombstones
    uint64_t closed, evicted, dropped, late, facts_refused;
    uint64_t traffic[2];
    bool ambiguous;
    // Whose owner is still asked for (visit.c). As long as asked == made there is nobody, and no need to look.
    uint64_t asked;     // `made` when the last walk began that met nobody to ask for
    uint64_t walk_made; // `made` when the present walk began
    uint32_t walk_next; // row that it goes on with
    bool walk_met;      // it has met somebody to ask for
    struct rn_local_addrs local;
};

struct rn_flow {
    struct rn_flow_cfg cfg;
    struct flow_shard *shard;
    size_t shards_bytes;
    struct flow_names *learned; // NULL without inspection
};

// The low bits of a tag are its home slot.
static inline uint32_t flow_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline uint64_t flow_slot_at(const struct flow_shard *s, uint32_t i)
{
    return atomic_load_explicit(&s->index[i], memory_order_relaxed);
}

static inline struct rn_conn *flow_row(const struct flow_shard *s, uint32_t row)
{
    return rn_pool_at(&s->rows, row);
}

#ifdef RN_MUTANT_NO_SHARD_LOCK
static inline void flow_lock(struct flow_shard *s)
{
    (void)s;
}
static inline void flow_unlock(struct flow_shard *s)
{
    (void)s;
}
#else
static inline void flow_lock(struct flow_shard *s) RN_ACQUIRES(s->lock)
{
    rn_mutex_lock(&s->lock);
}
static inline void flow_unlock(struct flow_shard *s) RN_RELEASES(s->lock)
{
    rn_mutex_unlock(&s->lock);
}
#endif

// rows.c
uint32_t flow_find(const struct flow_shard *s, uint64_t hash, const struct rn_key *key);
// A new row, the shard's most expendable one evicted if it is full; FLOW_NONE: not even that.
uint32_t flow_make(struct rn_flow *flow, struct flow_shard *s, const struct rn_packet *packet,
                   struct rn_flow_events *events);
void flow_settle(struct flow_shard *s, uint32_t row, enum flow_queue queue);
// Schedules the row for its deadline if that is earlier than what is planned.
void flow_rearm(struct flow_shard *s, uint32_t row);
void flow_plan(struct flow_shard *s, uint32_t row, rn_time deadline);
void flow_unplan(struct flow_shard *s, uint32_t row);
void flow_push_due(struct flow_shard *s, uint32_t row);
// Reports a row as closed. grave: leave a tombstone behind; otherwise its memory is free at once.
void flow_close(struct rn_flow *flow, struct flow_shard *s, uint32_t row, rn_time now,
                enum rn_close_reason reason, bool grave, struct rn_flow_events *events);
void flow_drop(struct rn_flow *flow, struct flow_shard *s, uint32_t row);
void flow_orient(const struct flow_shard *s, struct rn_conn *conn);
// A last state has been reached; the row goes by its own time-out, and early if there is no room.
void flow_end(struct flow_shard *s, uint32_t row);
// The TCP state may be another now: whether it is terminal, its place in the queues, its deadline.
void flow_turned(struct flow_shard *s, uint32_t row);

// store.c
// What is known of a row, its inferred name too.
void flow_facts_load(const struct flow_shard *s, const struct rn_conn *conn, struct rn_facts *out);
void flow_facts_release(struct flow_shard *s, struct rn_conn *conn);
// The name of the remote end.
void flow_name_save(struct flow_shard *s, struct rn_conn *conn, struct flow_name *name);
// What inspection says of a row. While the row has a note, its reference leads to the note, and on to the facts.
void flow_inspection_load(const struct flow_shard *s, const struct rn_conn *conn,
                          struct rn_dpi_row *out);
// changed: there are new facts.
void flow_inspection_save(struct flow_shard *s, struct rn_conn *conn, const struct rn_dpi_row *row,
                          bool changed);

// events
struct rn_conn_event *flow_event(struct flow_shard *s, struct rn_flow_events *events,
                                 const struct rn_conn *conn, rn_time time);

#endif
