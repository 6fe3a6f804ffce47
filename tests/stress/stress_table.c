// SPDX-License-Identifier: Apache-2.0
// Two workers fold packets while cleanup, views, owners and addresses visit the same shards, as the thread table has it.
// Afterwards every packet that was offered is in exactly one row that was closed, or counted as late or dropped.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/sync.h"
#include "rustnet/flow.h"

enum {
    WORKERS = 2,
    BATCHES = 3000,
    FLOWS = 1500, // more than fit, so that rows are evicted
    ROWS_MAX = 1000,
    ARCHIVE = 128,
    SHARDS = 16,
};
#define T0 (1000 * RN_SEC)

static struct rn_flow *flow;
static const struct rn_hash_key seed = {7, 9};
static atomic_bool over;
static _Atomic rn_time now = T0;
static atomic_uint_fast64_t in_closed_rows, patched, seen_rows, answered;

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "stress_table: %s\n", what);
        exit(1);
    }
}

static void count_closed(struct rn_flow_events *events)
{
    for (unsigned i = 0; i < events->count; i++) {
        const struct rn_conn *conn = &events->event[i].conn;
        if (events->event[i].kind == RN_EVENT_CLOSED)
            atomic_fetch_add(&in_closed_rows, conn->packets[0] + conn->packets[1]);
    }
    events->count = 0;
}

static uint32_t next(uint32_t *x)
{
    *x ^= *x << 13;
    *x ^= *x >> 17;
    return *x ^= *x << 5;
}

// A packet of a flow whose shard is this worker's: UDP, or TCP in any state.
static struct rn_packet make(uint32_t *x, unsigned worker)
{
    struct rn_packet p;
    do {
        uint32_t n = next(x) % FLOWS, r = next(x);
        const uint8_t a[4] = {10, 0, (uint8_t)(n >> 8), (uint8_t)n}, b[4] = {192, 0, 2, 1};
        bool back = r & 1, tcp = n & 1;
        uint16_t proto = tcp ? RN_PROTO_TCP : RN_PROTO_UDP;
        struct rn_ip from = rn_ip_v4(back ? b : a), to = rn_ip_v4(back ? a : b);
        p = (struct rn_packet){.time = atomic_load(&now), .wire_bytes = 60, .ip_bytes = 46};
        p.from = (uint8_t)rn_key_make(&p.key, from, back ? 80 : 4000, to, back ? 4000 : 80, proto);
        if (tcp)
            p.tcp.flags = (uint8_t)(r >> 8 & 31);
        p.hash = rn_key_hash(seed, &p.key);
    } while (rn_flow_shard(flow, p.hash) % WORKERS != worker);
    return p;
}

static void *work(void *arg)
{
    unsigned worker = (unsigned)(size_t)arg;
    uint32_t x = 12345 + worker;
    struct rn_flow_events *events = calloc(1, sizeof *events);
    struct rn_packet batch[RN_FLOW_BATCH];
    for (unsigned i = 0; i < BATCHES; i++) {
        for (unsigned n = 0; n < RN_FLOW_BATCH; n++)
            batch[n] = make(&x, worker);
        rn_flow_ingest(flow, batch, RN_FLOW_BATCH, NULL, events);
        count_closed(events);
        atomic_fetch_add(&now, 100 * RN_MSEC);
    }
    free(events);
    return NULL;
}

static void *clean(void *arg)
{
    (void)arg;
    struct rn_flow_events *events = calloc(1, sizeof *events);
    while (!atomic_load(&over))
        for (unsigned s = 0; s < SHARDS; s++)
            for (bool more = true; more; count_closed(events))
                more = rn_flow_cleanup(flow, s, atomic_load(&now), events);
    free(events);
    return NULL;
}

// No row of the snapshot that was taken meanwhile may have left the table before that.
static void look_at_archive(const struct rn_snapshot *snapshot)
{
    static struct rn_archived out[ARCHIVE];
    static uint64_t total;
    uint32_t n = rn_flow_archive_copy(flow, total, out, ARCHIVE);
    for (uint32_t i = 0; i < n; i++) {
        must(i == 0 || out[i].number < out[i - 1].number, "the archive is out of order");
        for (uint32_t row = 0; row < snapshot->row_count; row++)
            must(snapshot->row[row].conn.id != out[i].conn.id, "a row is in both lists");
    }
    total = rn_flow_archive_total(flow); // of the next snapshot
}

static void *look(void *arg)
{
    (void)arg;
    static const struct rn_view_ops ops = {0};
    struct rn_flow_view *view = rn_flow_view_new(flow, NULL);
    struct rn_snapshot *snapshot = calloc(1, sizeof *snapshot);
    must(view && snapshot, "no memory for a view");
    while (!atomic_load(&over)) {
        snapshot->request = (struct rn_view_request){.sort = RN_SORT_BANDWIDTH, .count = 60};
        rn_flow_view(flow, view, &ops, atomic_load(&now), snapshot);
        must(snapshot->rows_total <= ROWS_MAX + SHARDS, "more rows than the cap");
        atomic_fetch_add(&seen_rows, snapshot->row_count);
        struct rn_counts counts = {0};
        rn_flow_counts(flow, &counts);
        look_at_archive(snapshot);
    }
    free(snapshot);
    rn_flow_view_free(view);
    return NULL;
}

static void *enrich(void *arg)
{
    (void)arg;
    struct rn_local_addrs local = {0};
    struct rn_pending pending[RN_FLOW_STRETCH];
    for (unsigned round = 0; !atomic_load(&over); round++) {
        memset(&local, 0, sizeof local);
        must(rn_local_add_text(&local, round & 1 ? "10.0.0.0/16" : "192.0.2.1"), "no address");
        rn_flow_set_local(flow, &local);
        for (unsigned s = 0; s < SHARDS; s++) {
            uint32_t cursor = 0;
            unsigned n;
            while ((n = rn_flow_pending(flow, s, &cursor, false, atomic_load(&now), pending)) > 0)
                for (unsigned i = 0; i < n; i++)
                    atomic_fetch_add(&patched, rn_flow_patch(flow, &pending[i].key, pending[i].id,
                                                             1 + round, 0, 0));
        }
        (void)rn_flow_take_ambiguous(flow);
        for (unsigned s = 0; s < SHARDS; s++) {
            unsigned n = rn_flow_doubtful(flow, s, pending);
            for (unsigned i = 0; i < n; i++)
                answered += rn_flow_keep(flow, &pending[i].key, pending[i].id, atomic_load(&now),
                                         (i + round) & 1);
        }
    }
    return NULL;
}

static void drain(void)
{
    struct rn_flow_events *events = calloc(1, sizeof *events);
    for (unsigned s = 0; s < SHARDS; s++)
        for (bool more = true; more; count_closed(events))
            more = rn_flow_drain(flow, s, atomic_load(&now), events);
    free(events);
}

int main(void)
{
    struct rn_timeouts timeouts = rn_timeouts_default; // so short that rows get as old as that
    timeouts.after[RN_TIMEOUT_TCP_ACTIVE] = timeouts.after[RN_TIMEOUT_TCP_IDLE] = RN_SEC;
    struct rn_flow_cfg cfg = {.max_connections = ROWS_MAX,
                              .shards = SHARDS,
                              .seed = seed,
                              .timeouts = &timeouts,
                              .ask_open = true,
                              .archive = ARCHIVE};
    struct rn_err err = {0};
    flow = rn_flow_new(&cfg, &err);
    must(flow, err.msg);
    static void *(*const visitors[])(void *) = {clean, look, enrich};
    struct rn_thread visitor[3], worker[WORKERS];
    for (unsigned i = 0; i < 3; i++)
        must(!rn_thread_start(&visitor[i], "visitor", visitors[i], NULL, &err), err.msg);
    for (size_t i = 0; i < WORKERS; i++)
        must(!rn_thread_start(&worker[i], "worker", work, (void *)i, &err), err.msg);
    for (unsigned i = 0; i < WORKERS; i++)
        rn_thread_join(&worker[i]);
    atomic_store(&over, true);
    for (unsigned i = 0; i < 3; i++)
        rn_thread_join(&visitor[i]);
    drain();
    struct rn_counts counts = {0};
    rn_flow_counts(flow, &counts);
    uint64_t offered = (uint64_t)WORKERS * BATCHES * RN_FLOW_BATCH;
    uint64_t found =
        atomic_load(&in_closed_rows) + counts.ignored[RN_IGNORE_LATE] + counts.dropped_table;
    printf("%llu packets offered, %llu found; %llu rows, %llu evicted, %llu named, %llu looked at, "
           "%llu "
           "asked about\n",
           (unsigned long long)offered, (unsigned long long)found,
           (unsigned long long)counts.rows_created, (unsigned long long)counts.rows_evicted,
           (unsigned long long)atomic_load(&patched), (unsigned long long)atomic_load(&seen_rows),
           (unsigned long long)atomic_load(&answered));
    must(offered == found, "packets were lost or counted twice");
    must(counts.rows_evicted && atomic_load(&patched) && atomic_load(&seen_rows) &&
             atomic_load(&answered),
         "a visitor had nothing to do");
    rn_flow_free(flow);
    return 0;
}
