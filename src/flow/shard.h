// SPDX-License-Identifier: Apache-2.0
// A shard: rows, their index, their facts, and the lists that say which row goes next. Private to flow.
//
//   index   open addressing, {tag, row + 1}, linear probing, backward-shift deletion; the home slot is to the number of
//           slots as the tag is to 2^32, so that any number will do
//   wheel   rows by the second in which they may time out; packets never move a row, cleanup looks again (cleanup.c)
//   queues  tombstones, embryos, settled: the order in which a full shard gives rows up
//   places  |TCP ------> low|  never used  |high <------ others|; once the gap is gone, anybody takes what is free
//
// 1. Everything but lock, index (pointer, size and slots) and where the rows lie is guarded by the lock.
// 2. A row is in the index, in one wheel bucket (or one of the lists beside it) and in one queue, or it is free (id 0, and the
//    flag of a tombstone).
// 3. Rows of TCP and others begin at different ends, so pages of what only TCP needs (tcp.c) stay untouched. That is a
//    preference: who walks over rows walks over both parts, and finds rows of any protocol in either.
// 4. No system call, no allocation and no callback but the view's under the lock; of other locks, only the leaves of
//    interned texts, of names (names.h), of ids (quic_ids.h), of the archive, and of what the view's callback asks.
#ifndef FLOW_SHARD_H
#define FLOW_SHARD_H

#include <stdatomic.h>

#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"
#include "rustnet/flow.h"

#include "names.h"
#include "quic_ids.h"

#define FLOW_WHEEL 2048                 // seconds; more than the longest time-out
#define FLOW_DUE FLOW_WHEEL             // lists beside the buckets: may be over, look
#define FLOW_DOUBT (FLOW_WHEEL + 1)     // over, unless its socket is still open: ask
#define FLOW_CONDEMNED (FLOW_WHEEL + 2) // asked, and it is not
#define FLOW_LISTS (FLOW_WHEEL + 3)
#define FLOW_NONE UINT32_MAX
#define FLOW_TOMBSTONE_LIFE (30 * RN_SEC) // core.md 4.6
// Rows begin with a line of the cache: a row that straddles one more costs a view of a million rows ten milliseconds.
#define FLOW_ROW_BYTES ((sizeof(struct flow_place) + 63) / 64 * 64)
#define FLOW_REMOVALS (RN_FLOW_STRETCH / 2) // rows that are removed in one hold of the lock
#define FLOW_RECENT 512                     // rows of a shard that count as new, if they are young
#define FLOW_FACT_CLASSES 15                // 32 to 2,048 bytes
#define FLOW_BUFFERS 1024                   // of 17 KiB, in all shards together

enum flow_queue {
    FLOW_TOMBSTONES,
    FLOW_EMBRYOS,
    FLOW_SETTLED,
    FLOW_QUEUES,
};

// tag << 32 | row + 1; the low half 0: empty. Atomic, though written under the lock only: rn_flow_ingest looks without
// it for what to fetch from memory, and a slot that has changed by then costs a useless fetch and nothing else.
typedef _Atomic uint64_t flow_slot;
typedef _Atomic uint32_t flow_ref; // likewise

// A row as it lies in memory.
struct flow_place {
    struct rn_conn conn;
    flow_ref rate; // number in the pool of rates, or 0
};
_Static_assert(sizeof(struct flow_place) <= 256, "four lines of the cache");

struct flow_list {
    uint32_t head, tail;
};

enum flow_side {
    FLOW_BOTTOM, // rows of TCP, while there is a choice
    FLOW_TOP,
    FLOW_SIDES,
};

// Where rows lie: a row that was ever used is less than `low`, or `high` or more. A free one holds the number of the next
// free one of its side in its first four bytes.
struct flow_places {
    uint8_t *base;
    uint32_t cap;
    uint32_t low, high;
    uint32_t free_head[FLOW_SIDES];
    uint32_t used;
};
// How many rows were ever used.
static inline uint32_t flow_places_touched(const struct flow_places *rows)
{
    return rows->low + (rows->cap - rows->high);
}

struct flow_shard {
    _Alignas(64) struct rn_mutex lock;
    flow_slot *index;
    uint32_t slots; // of the index
    uint32_t number;
    struct flow_places rows;
    struct rn_pool facts[FLOW_FACT_CLASSES];
    struct rn_dpi_memory inspection; // of rows that are not settled
    bool index_ready;
    uint32_t
        pages_at; // flow_places_touched with which the next pages are made ready (flow_pages_claim)
    struct rn_tcp_track *track;     // by row; used by rows of TCP only
    struct rn_pool tcp_counts;      // of rows of TCP with anything to count
    struct rn_pool rates;           // of rows with packets of more than one second
    struct flow_question *question; // exchange.c
    uint32_t question_sets;
    bool looks_inside; // payloads may be looked at
    struct flow_list queue[FLOW_QUEUES];
    uint32_t wheel[FLOW_LISTS];         // heads
    uint64_t occupied[FLOW_WHEEL / 64]; // hints: a clear bit is an empty bucket
    int64_t cursor;                     // second up to which buckets have been emptied
    bool running;                       // cursor has been set
    bool draining;
    rn_time youngest;             // when the last row was made
    uint64_t made;                // rows ever, for ids
    uint32_t recent[FLOW_RECENT]; // where the n-th row ever made was put, at n modulo FLOW_RECENT
    uint32_t live;                // rows without tombstones
    uint64_t closed, evicted, dropped, late, facts_refused;
    uint64_t traffic[2];
    uint64_t tcp[RN_TCP_MARK_COUNT], tcp_gone[RN_TCP_MARK_COUNT]; // ever; of rows that are gone
    bool ambiguous;
    // Whose owner is still asked for (visit.c). As long as asked == made there is nobody, and no need to look.
    uint64_t asked;     // `made` when the last walk began that met nobody to ask for
    uint64_t walk_made; // `made` when the present walk began
    uint32_t walk_next; // row that it goes on with
    bool walk_met;      // it has met somebody to ask for
    const struct rn_timeouts *timeouts; // of the table
    struct rn_local_addrs local;
};

// Copies of rows that have left the table: a ring. Row n since the beginning lies at n modulo cap.
struct flow_archived {
    struct rn_conn conn; // facts_ref leads into the archive's own pools
    struct rn_tcp_report tcp;
    rn_time closed_at;
    enum rn_close_reason reason;
};
struct flow_archive {
    struct rn_mutex lock; // guards the rest
    struct flow_archived *row;
    uint32_t cap;   // 0: nothing is kept
    uint64_t first; // the oldest that is there
    uint64_t total; // rows ever
    uint32_t ready; // rows from the first whose pages have been touched
    struct rn_pool facts[FLOW_FACT_CLASSES];
    struct rn_facts scratch;
};

struct rn_flow {
    struct rn_flow_cfg cfg;
    struct rn_timeouts timeouts;
    struct flow_archive archive;
    struct flow_shard *shard;
    size_t shards_bytes;
    struct flow_names *learned;     // NULL without inspection
    struct flow_quic_ids *quic_ids; // likewise
};

static inline uint32_t flow_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline uint32_t flow_home(const struct flow_shard *s, uint32_t tag)
{
    return (uint32_t)((uint64_t)tag * s->slots >> 32);
}

static inline uint32_t flow_next_slot(const struct flow_shard *s, uint32_t i)
{
    return i + 1 < s->slots ? i + 1 : 0;
}

static inline uint64_t flow_slot_at(const struct flow_shard *s, uint32_t i)
{
    return atomic_load_explicit(&s->index[i], memory_order_relaxed);
}

static inline struct flow_place *flow_place_at(const struct flow_shard *s, uint32_t row)
{
    return (struct flow_place *)(void *)(s->rows.base + (size_t)row * FLOW_ROW_BYTES);
}

static inline struct rn_conn *flow_row(const struct flow_shard *s, uint32_t row)
{
    return &flow_place_at(s, row)->conn;
}

// The first row from `row` on that was ever used; cap: none.
static inline uint32_t flow_used_from(const struct flow_shard *s, uint32_t row)
{
    return row >= s->rows.low && row < s->rows.high ? s->rows.high : row;
}

// Rows of a side that were ever used, and the n-th of them, counted from its end.
static inline uint32_t flow_side_rows(const struct flow_shard *s, enum flow_side side)
{
    return side == FLOW_BOTTOM ? s->rows.low : s->rows.cap - s->rows.high;
}
static inline uint32_t flow_side_row(const struct flow_shard *s, enum flow_side side, uint32_t n)
{
    return side == FLOW_BOTTOM ? n : s->rows.cap - 1 - n;
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
#ifdef RN_FLOW_HELD // tests/bench/hold.c measures how long
void flow_held_begin(void);
void flow_held_end(void);
#else
#define flow_held_begin() ((void)0)
#define flow_held_end() ((void)0)
#endif
static inline void flow_lock(struct flow_shard *s) RN_ACQUIRES(s->lock)
{
    rn_mutex_lock(&s->lock);
    flow_held_begin();
}
static inline void flow_unlock(struct flow_shard *s) RN_RELEASES(s->lock)
{
    flow_held_end();
    rn_mutex_unlock(&s->lock);
}
#endif

// Rows that leave one after the other, in the order of a list, come from memory in two steps before their turn: first the
// row, then, once its key is there, its index slot. Inlined by force: gcc 12 takes a function that only prefetches for
// one without effect, and may drop the call.
static inline __attribute__((always_inline)) void flow_prefetch_row(const struct flow_shard *s,
                                                                    uint32_t row)
{
    if (row == FLOW_NONE)
        return;
    const char *p = (const char *)flow_row(s, row);
    for (size_t at = 0; at < sizeof(struct rn_conn); at += 64)
        __builtin_prefetch(p + at, 1);
    __builtin_prefetch(&s->track[row], 1); // written by the row that comes in its place
}
static inline __attribute__((always_inline)) void flow_prefetch_slot(const struct flow_shard *s,
                                                                     struct rn_hash_key seed,
                                                                     uint32_t row)
{
    uint64_t hash = rn_key_hash(seed, &flow_row(s, row)->key);
    __builtin_prefetch(&s->index[flow_home(s, (uint32_t)(hash >> 32))], 1);
}

// Pages that will be touched next under the lock: claimed under it, made ready after it.
#define FLOW_PAGES 5
struct flow_pages {
    struct rn_pages part[FLOW_PAGES];
    unsigned count;
};
void flow_pages_claim(struct flow_shard *s, struct flow_pages *out);
void flow_pages_ready(const struct flow_pages *pages);

// places.c
int flow_places_init(struct flow_places *rows, uint32_t cap, struct rn_err *err);
void flow_places_done(struct flow_places *rows);
// A row of this side that was given back, one that was never used, or one of the other side; FLOW_NONE: all are out.
uint32_t flow_place_take(struct flow_shard *s, enum flow_side side);
void flow_place_give(struct flow_shard *s, uint32_t row);

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
void flow_push(struct flow_shard *s, uint32_t row, uint32_t list); // FLOW_DUE and what follows
// Reports a row as closed. grave: leave a tombstone behind; otherwise its memory is free at once.
void flow_close(struct rn_flow *flow, struct flow_shard *s, uint32_t row, rn_time now,
                enum rn_close_reason reason, bool grave, struct rn_flow_events *events);
void flow_drop(struct rn_flow *flow, struct flow_shard *s, uint32_t row);
void flow_orient(const struct flow_shard *s, struct rn_conn *conn);

// rates.c
int flow_rates_init(struct flow_shard *s, uint32_t cap, struct rn_err *err);
// A packet of another second than the last one is going to be counted.
void flow_rate_roll(struct flow_shard *s, uint32_t row, rn_time now);
void flow_rate_release(struct flow_shard *s, uint32_t row);
// The row's rates; NULL: it has none yet.
static inline struct rn_rate *flow_rate(const struct flow_shard *s, uint32_t row)
{
    uint32_t n = atomic_load_explicit(&flow_place_at(s, row)->rate, memory_order_relaxed);
    return n ? rn_pool_at(&s->rates, n) : NULL;
}
// Inlined by force, as flow_prefetch_row; and no branch, as nobody could guess which way it goes.
static inline __attribute__((always_inline)) void flow_prefetch_rate(const struct flow_shard *s,
                                                                     uint32_t row)
{
    uint32_t n = atomic_load_explicit(&flow_place_at(s, row)->rate, memory_order_relaxed);
    __builtin_prefetch(rn_pool_at(&s->rates, n), 1);
}
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
// What inspection remembers besides the facts: of a connection that is over, nothing will come of it.
void flow_inspection_forget(struct flow_shard *s, struct rn_conn *conn);

// Any set of pools. `save` gives FLOW_NONE where there is no room.
int flow_store_init(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t rows, struct rn_err *err);
void flow_store_done(struct rn_pool pools[FLOW_FACT_CLASSES]);
void flow_store_load(const struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref,
                     struct rn_facts *out);
uint32_t flow_store_save(struct rn_pool pools[FLOW_FACT_CLASSES], const struct rn_facts *facts);
void flow_store_release(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref);

// archive.c
int flow_archive_init(struct flow_archive *a, uint32_t cap, bool facts, struct rn_err *err);
void flow_archive_done(struct flow_archive *a);
// Makes the pages ready for rows that a hold of a shard's lock may add. Takes the archive's lock.
void flow_archive_ready(struct flow_archive *a);
void flow_archive_add(struct flow_archive *a, const struct flow_shard *s, uint32_t of,
                      rn_time closed_at, enum rn_close_reason reason);

// exchange.c
int flow_exchange_init(struct flow_shard *s, uint32_t shards, struct rn_err *err);
void flow_exchange_done(struct flow_shard *s);
// Times the round trip if the packet (not of TCP) asks or answers.
void flow_exchange(struct flow_shard *s, uint32_t row, const struct rn_packet *packet);

// tcp.c
int flow_tcp_init(struct flow_shard *s, uint32_t cap, struct rn_err *err);
void flow_tcp_done(struct flow_shard *s);
void flow_tcp_begin(struct flow_shard *s, uint32_t row);
// The row goes on with the incarnation of a row before it: its track.
void flow_tcp_inherit(struct flow_shard *s, uint32_t row, const struct rn_tcp_track *old);
// Takes a packet into the row's track and counts its marks; true: its state may be another now.
bool flow_tcp_packet(struct flow_shard *s, uint32_t row, const struct rn_packet *packet);
void flow_tcp_release(struct flow_shard *s, uint32_t row);
void flow_tcp_report(const struct flow_shard *s, uint32_t row, struct rn_tcp_report *out);
// The round-trip time that the row shows; 0: none.
rn_dur flow_rtt(const struct flow_shard *s, uint32_t row);
void flow_tcp_totals(const struct flow_shard *s, struct rn_counts *out);
static inline struct rn_tcp_track *flow_track(const struct flow_shard *s, uint32_t row)
{
    return &s->track[row];
}

// events
struct rn_conn_event *flow_event(struct flow_shard *s, struct rn_flow_events *events, uint32_t row,
                                 rn_time time);

#endif
