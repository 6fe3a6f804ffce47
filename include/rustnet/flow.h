// SPDX-License-Identifier: Apache-2.0
// Packet facts become the sharded table of connections with its life cycle.
// Thread: any; locks inside, one shard at a time, and results are copies.
// Owns:   all rows and their facts, in memory reserved by `new`.
// Fails:  `new` with -ENOMEM or -EINVAL; a full table evicts, a full side pool is counted, nothing else can fail.
#ifndef RUSTNET_FLOW_H
#define RUSTNET_FLOW_H

#include "rustnet/base/err.h"
#include "rustnet/base/hash.h"
#include "rustnet/base/intern.h"
#include "rustnet/dpi.h"
#include "rustnet/model/conn.h"
#include "rustnet/model/process.h"
#include "rustnet/model/snapshot.h"

#define RN_FLOW_BATCH 32
#define RN_FLOW_SHARDS_MAX 64
#define RN_FLOW_MAX_CONNECTIONS 4000000u
#define RN_FLOW_STRETCH 64 // rows that a visitor may look at before it lets the shard go

struct rn_flow_cfg {
    uint32_t max_connections; // rows in all; ceil(max / shards) in each shard
    uint32_t shards;          // a power of two, 1 to RN_FLOW_SHARDS_MAX
    bool dpi;
    bool
        ordered; // one tick's removals come in the order of creation, whatever the seed (replay; takes one shard)
    struct rn_hash_key seed;
    struct rn_local_addrs local; // addresses that are ours at the start
    struct rn_intern
        *names; // process names that come with packets (PKTAP); NULL: they are left out
    const struct rn_timeouts *timeouts; // copied; NULL: the defaults
    bool
        ask_open; // rows that are over wait for an answer, if their socket may still be open (rn_flow_doubtful)
    uint32_t archive; // closed rows that are kept; 0: none
};
#define RN_FLOW_ARCHIVE 5000

struct rn_flow;
struct rn_flow *rn_flow_new(const struct rn_flow_cfg *cfg, struct rn_err *err);
void rn_flow_free(struct rn_flow *flow);

// Events that a call gave rise to, in order within each shard; the caller's storage.
#define RN_FLOW_EVENTS (3 * RN_FLOW_BATCH) // a packet can evict a row, replace a row and make one
struct rn_flow_events {
    unsigned count;
    struct rn_conn_event event[RN_FLOW_EVENTS];
};

// Folds up to RN_FLOW_BATCH packets into their rows, in order. dpi may be NULL (then nothing is inspected).
// events may be NULL (then none are made). Packets' hash must be rn_key_hash(cfg.seed, key).
void rn_flow_ingest(struct rn_flow *flow, const struct rn_packet *packets, unsigned n,
                    struct rn_dpi_ctx *dpi, struct rn_flow_events *events);
// The shard that a hash leads to; a worker takes the shards that are its number modulo the workers.
unsigned rn_flow_shard(const struct rn_flow *flow, uint64_t hash);
unsigned rn_flow_shards(const struct rn_flow *flow);

// Removes rows of one shard whose time-out has passed, at most RN_FLOW_STRETCH at a time (in the order of their
// creation if cfg.ordered); true: call again, there is more to do.
bool rn_flow_cleanup(struct rn_flow *flow, unsigned shard, rn_time now,
                     struct rn_flow_events *events);
// Removes all rows of a shard with the reason `end` (or silently: events NULL), in the order of their creation; as above.
bool rn_flow_drain(struct rn_flow *flow, unsigned shard, rn_time now,
                   struct rn_flow_events *events);
// No cleanup before this removes a row (seconds are the wheel's grain); RN_TIME_MAX when there is none. A lower bound.
rn_time rn_flow_next_deadline(struct rn_flow *flow);

// New addresses of this machine: rows already there are turned round where need be.
void rn_flow_set_local(struct rn_flow *flow, const struct rn_local_addrs *local);
// True if, since the last call, a row was made between two unicast strangers: the addresses may be out of date.
bool rn_flow_take_ambiguous(struct rn_flow *flow);

// Rows of TCP and UDP that nobody owns yet, until 30 s after first_seen, without those of strangers where our addresses
// are known: copies up to RN_FLOW_STRETCH keys of a shard, from *cursor (0 at first), and moves it on; 0 when the shard
// has been walked. young: only rows seen first within the last 10 s, and of these no more than the last 512 of the shard.
struct rn_pending {
    struct rn_key key;
    uint64_t id;
    uint8_t local;
    bool local_known;
};
unsigned rn_flow_pending(struct rn_flow *flow, unsigned shard, uint32_t *cursor, bool young,
                         rn_time now, struct rn_pending out[RN_FLOW_STRETCH]);
// Names the owner of the row with this key and id; refused (false) if that row is gone or has one already.
bool rn_flow_patch(struct rn_flow *flow, const struct rn_key *key, uint64_t id, uint32_t pid,
                   uint32_t uid, uint32_t name_id);

// With cfg.ask_open: rows whose time-out has passed, but whose socket may still be open on this machine. Copies up to
// RN_FLOW_STRETCH of a shard; they wait, and are told again, until rn_flow_keep answers or a packet comes.
unsigned rn_flow_doubtful(struct rn_flow *flow, unsigned shard,
                          struct rn_pending out[RN_FLOW_STRETCH]);
// The answer: open, and its age counts from `now`; or not, and the next cleanup removes it. Refused (false) if that row
// is gone, or nobody asked.
bool rn_flow_keep(struct rn_flow *flow, const struct rn_key *key, uint64_t id, rn_time now,
                  bool open);

// Rows that have left the table, as they were then, the newest cfg.archive of them. Not in it: rows that were evicted
// before they were more than half-open or one packet, and those that were still there at the end (RN_CLOSE_END).
struct rn_archived {
    uint64_t number; // in the order in which they left, from 0
    rn_time closed_at;
    enum rn_close_reason reason;
    struct rn_conn conn;
    struct rn_tcp_report tcp; // of a row of TCP
    struct rn_facts facts;
};
uint32_t rn_flow_archive_count(struct rn_flow *flow);
// Rows that were ever archived: the number of the next one.
uint64_t rn_flow_archive_total(struct rn_flow *flow);
// Copies the newest rows whose number is less than `before` (UINT64_MAX: of all), newest first; returns how many.
// A row that leaves the table after rn_flow_archive_total and before a view has a number >= that total: who looks at
// both lists in this order, with `before` = that total, sees no row twice.
uint32_t rn_flow_archive_copy(struct rn_flow *flow, uint64_t before, struct rn_archived *out,
                              uint32_t max);
void rn_flow_archive_clear(struct rn_flow *flow);

// Pure helpers of a view; called under a shard lock, so they may do nothing but look.
struct rn_view_ops {
    void *ctx;
    bool wants_facts; // facts of each row are loaded for match and sort_text
    // Whether a row passes the filter; NULL: all do.
    bool (*match)(void *ctx, const struct rn_conn *conn, const struct rn_facts *facts, rn_time now);
    // Text by which a row is ordered, at most 24 bytes count; for SORT_PROCESS, _SERVICE, _APP and _STATE.
    void (*sort_text)(void *ctx, enum rn_sort sort, const struct rn_conn *conn,
                      const struct rn_facts *facts, rn_time now, char out[24]);
};

// Scratch of a view, sized for the table; belongs to one thread.
struct rn_flow_view;
struct rn_flow_view *rn_flow_view_new(const struct rn_flow *flow, struct rn_err *err);
void rn_flow_view_free(struct rn_flow_view *view);
// Answers out->request: totals, positions and the visible rows (conn and facts only; names are the caller's to add).
void rn_flow_view(struct rn_flow *flow, struct rn_flow_view *view, const struct rn_view_ops *ops,
                  rn_time now, struct rn_snapshot *out);

// Rows and drops of the table so far: rows_created, rows_closed, rows_evicted, dropped_table, ignored[LATE],
// facts_refused are set, the others left alone.
void rn_flow_counts(struct rn_flow *flow, struct rn_counts *out);
// Rows that live now.
uint32_t rn_flow_rows(struct rn_flow *flow);
// Bytes of all rows that ever were: [0] sent by the local end, [1] received.
void rn_flow_traffic(struct rn_flow *flow, uint64_t out_bytes[2]);
// Forgets every row that is there when it begins, without events; the archive too.
void rn_flow_clear(struct rn_flow *flow);

#endif
