// SPDX-License-Identifier: Apache-2.0
// The table at two sizes, side by side: what grows with it, and what does not.
//
// Flow n is 10.a.b.c:p to 192.0.2.1:443 of TCP, up, and without facts. Rows are made over 300 s, the idle time-out, so
// that from then on each cleanup of 5 s meets 1/60 of them. Packets are made outside the measured time; each carries the
// data that comes next, as nothing is lost here.
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include "rustnet/base/time.h"
#include "rustnet/flow.h"

#define T0 (1000000 * RN_SEC)
#define FILL_SECONDS 300
#define TICK (5 * RN_SEC)
#define TICKS 12
#define CHUNK 256 // packets that are made at a time
#define UPDATES 2000000u
#define INSERTS 1000000u
#define VIEWS 9
#define PAYLOAD 946

static const struct rn_hash_key seed = {0x0123456789abcdef, 0xfedcba9876543210};

struct scale {
    uint32_t rows;
    struct rn_flow *flow;
    uint32_t next;       // number of the next new flow
    uint32_t (*sent)[2]; // bytes, by flow modulo `sents` and direction
    uint32_t sents;
    rn_time now;
    struct rn_packet chunk[CHUNK];
    unsigned count;
    double ns; // spent in the table
    uint64_t random;
    double value[BENCH_SCALES];
};

static const struct {
    const char *name, *unit;
    double most; // 0: nobody has set a limit
} rows[BENCH_SCALES] = {
    [BENCH_ROW_BYTES] = {"memory of a row", "bytes", 400},
    [BENCH_UPDATE] = {"lookup and update, random flows", "ns", 150},
    [BENCH_INSERT] = {"insert into a table with room", "ns", 0},
    [BENCH_EVICT] = {"insert and evict, SYN flood", "ns", 250},
    [BENCH_TICK_QUIET] = {"cleanup tick, 1/60 looked at, none over", "ms", 5},
    [BENCH_TICK_OVER] = {"cleanup tick, 1/60 over and removed", "ms", 5},
    [BENCH_VIEW_IDLE] = {"view of 60 rows by rate, 5 % talk", "ms", 25},
    [BENCH_VIEW_BUSY] = {"view of 60 rows by rate, all talk", "ms", 25},
};

static double elapsed(double begin)
{
    return bench_cpu_ns() - begin;
}

static uint32_t random_below(struct scale *s, uint32_t n) // xorshift64 (Marsaglia 2003)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return (uint32_t)((s->random >> 32) * n >> 32);
}

static void flush(struct scale *s)
{
    double begin = bench_cpu_ns();
    for (unsigned i = 0; i < s->count; i += RN_FLOW_BATCH) {
        unsigned left = s->count - i;
        rn_flow_ingest(s->flow, s->chunk + i, left < RN_FLOW_BATCH ? left : RN_FLOW_BATCH, NULL,
                       NULL);
    }
    s->ns += elapsed(begin);
    s->count = 0;
}

static void give(struct scale *s, uint32_t n, bool back, uint8_t flags, rn_time time)
{
    const uint8_t client[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    const uint8_t server[4] = {192, 0, 2, 1};
    struct rn_ip c = rn_ip_v4(client), to = rn_ip_v4(server);
    uint16_t port = (uint16_t)(10000 + (n >> 24));
    struct rn_packet *p = &s->chunk[s->count];
    *p = (struct rn_packet){.time = time, .wire_bytes = 1000, .ip_bytes = 986};
    p->from = (uint8_t)(back ? rn_key_make(&p->key, to, 443, c, port, RN_PROTO_TCP)
                             : rn_key_make(&p->key, c, port, to, 443, RN_PROTO_TCP));
    uint32_t *sent = s->sent[n % s->sents];
    p->tcp.flags = flags;
    p->tcp.window = 8192;
    p->tcp.seq = 1 + sent[back];
    p->tcp.ack = flags & RN_TCP_ACK ? 1 + sent[!back] : 0;
    if (!(flags & RN_TCP_SYN)) {
        p->payload_bytes = PAYLOAD;
        sent[back] += PAYLOAD;
    }
    p->hash = rn_key_hash(seed, &p->key);
    if (++s->count == CHUNK)
        flush(s);
}

static void talk(struct scale *s, uint32_t n, rn_time time)
{
    give(s, n, false, RN_TCP_ACK, time);
    give(s, n, true, RN_TCP_ACK, time);
}

static double tick(struct scale *s)
{
    double begin = bench_cpu_ns();
    for (unsigned shard = 0; shard < rn_flow_shards(s->flow); shard++)
        while (rn_flow_cleanup(s->flow, shard, s->now, NULL))
            ;
    return elapsed(begin) / 1e6;
}

// A second's share of the rows, made anew at s->now.
static void make_share(struct scale *s)
{
    uint32_t share = s->rows / FILL_SECONDS;
    for (uint32_t i = 0; i < share; i++)
        talk(s, s->next++, s->now);
    flush(s);
}

static void fill(struct scale *s)
{
    s->ns = 0;
    for (unsigned second = 0; second < FILL_SECONDS; second++) {
        make_share(s);
        s->now += RN_SEC;
        if (second % 5 == 4)
            (void)tick(s);
    }
    s->value[BENCH_INSERT] = s->ns / (2.0 * s->next);
}

static bool over(const struct scale *s, uint64_t want)
{
    struct rn_counts c = {0};
    rn_flow_counts(s->flow, &c);
    if (c.rows_closed == want && !c.rows_evicted)
        return true;
    (void)fprintf(stderr, "scale: %llu rows closed instead of %llu, %llu evicted\n",
                  (unsigned long long)c.rows_closed, (unsigned long long)want,
                  (unsigned long long)c.rows_evicted);
    return false;
}

// The rows of flows [from, from + 5 shares) would be over; they speak first, or they go and others come.
static bool ticks(struct scale *s, bool speak, double *out)
{
    uint32_t window = s->rows / FILL_SECONDS * 5, first = s->next - 60 * window;
    uint64_t closed = 0;
    double sum = 0;
    for (unsigned t = 0; t < TICKS; t++, first += window) {
        for (uint32_t n = first; speak && n < first + window; n++)
            give(s, n, false, RN_TCP_ACK, s->now);
        flush(s);
        for (unsigned second = 0; second < 5; second++) {
            if (!speak)
                make_share(s);
            s->now += RN_SEC;
        }
        sum += tick(s);
        closed += speak ? 0 : window;
    }
    *out = sum / TICKS;
    // Deadlines are looked at to the second: one share may be over a tick later.
    struct rn_counts c = {0};
    rn_flow_counts(s->flow, &c);
    return speak ? over(s, 0)
                 : c.rows_closed + window >= closed && c.rows_closed <= closed + window;
}

static int compare_numbers(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static bool view(struct scale *s, double *out)
{
    static const struct rn_view_ops ops;
    static struct rn_snapshot snapshot;
    double ms[VIEWS];
    struct rn_flow_view *view = rn_flow_view_new(s->flow, NULL);
    bool ok = view != NULL;
    for (unsigned i = 0; ok && i < VIEWS; i++) {
        snapshot.request = (struct rn_view_request){.sort = RN_SORT_BANDWIDTH,
                                                    .descending = true,
                                                    .count = 60,
                                                    .select_position = RN_VIEW_NONE};
        double begin = bench_cpu_ns();
        rn_flow_view(s->flow, view, &ops, s->now, &snapshot);
        ms[i] = elapsed(begin) / 1e6;
        ok = snapshot.row_count == 60 || snapshot.row_count == rn_flow_rows(s->flow);
    }
    if (ok) {
        qsort(ms, VIEWS, sizeof *ms, compare_numbers);
        *out = ms[VIEWS / 2];
    }
    rn_flow_view_free(view);
    return ok;
}

static double updates(struct scale *s, uint32_t live, uint32_t count)
{
    s->ns = 0;
    for (uint32_t i = 0; i < count; i++)
        give(s, s->next - 1 - random_below(s, live), i & 1, RN_TCP_ACK, s->now + i);
    flush(s);
    return s->ns / count;
}

static double floods(struct scale *s)
{
    struct rn_counts before = {0}, after = {0};
    for (uint32_t i = 0; i < s->rows; i++) // until it is full, and no talk but embryos go
        give(s, s->next++, false, RN_TCP_SYN, s->now);
    flush(s);
    rn_flow_counts(s->flow, &before);
    s->ns = 0;
    for (uint32_t i = 0; i < INSERTS; i++)
        give(s, s->next++, false, RN_TCP_SYN, s->now);
    flush(s);
    rn_flow_counts(s->flow, &after);
    return after.rows_evicted - before.rows_evicted == INSERTS ? s->ns / INSERTS : -1;
}

static bool run_size(struct scale *s)
{
    struct rn_flow_cfg cfg = {.max_connections = s->rows + s->rows / 32 + 3200,
                              .shards = 16,
                              .seed = seed,
                              .dpi = true,
                              .archive = RN_FLOW_ARCHIVE};
    s->sents = 4 * s->rows; // those of flows that have gone are used again, and go on
    s->sent = calloc(s->sents, sizeof *s->sent);
    s->flow = rn_flow_new(&cfg, NULL);
    if (!s->flow || !s->sent)
        return false;
    for (uint32_t n = 0; n < s->sents; n++)
        s->sent[n][0] = s->sent[n][1] = n; // touched before memory is measured
    double before = bench_rss();
    fill(s);
    uint32_t live = rn_flow_rows(s->flow);
    s->value[BENCH_ROW_BYTES] = before < 0 ? 0 : (bench_rss() - before) / live;
    bool ok = over(s, 0) && ticks(s, true, &s->value[BENCH_TICK_QUIET]) &&
              ticks(s, false, &s->value[BENCH_TICK_OVER]);
    s->now += 20 * RN_SEC; // nobody has a rate any more
    live = rn_flow_rows(s->flow);
    (void)updates(s, live, live / 20);
    ok = ok && view(s, &s->value[BENCH_VIEW_IDLE]);
    s->value[BENCH_UPDATE] = updates(s, live, UPDATES);
    for (uint32_t n = 0; n < live; n++)
        give(s, s->next - 1 - n, false, RN_TCP_ACK, s->now);
    flush(s);
    ok = ok && view(s, &s->value[BENCH_VIEW_BUSY]);
    s->value[BENCH_EVICT] = floods(s);
    ok = ok && s->value[BENCH_EVICT] > 0;
    rn_flow_free(s->flow);
    free(s->sent);
    return ok;
}

bool bench_scale_run(const struct bench *bench)
{
    static struct scale sizes[2];
    for (unsigned i = 0; i < 2; i++) {
        uint32_t n = i ? bench->options.scale : 10000;
        sizes[i] = (struct scale){
            .rows = n / FILL_SECONDS * FILL_SECONDS, .now = T0, .random = 88172645463325252u};
        if (!run_size(&sizes[i])) {
            (void)fprintf(stderr, "scale: a run with %u rows failed\n", n);
            return false;
        }
    }
    (void)printf("scale %-42s %10u %10u rows\n", "", sizes[0].rows, sizes[1].rows);
    for (unsigned v = 0; v < BENCH_SCALES; v++) {
        (void)printf("scale %-42s %10.2f %10.2f %s", rows[v].name, sizes[0].value[v],
                     sizes[1].value[v], rows[v].unit);
        if (rows[v].most > 0)
            (void)printf(", at most %.0f%s", rows[v].most,
                         sizes[1].value[v] > rows[v].most ? " (MISSED)" : "");
        (void)printf("\n");
    }
    return true;
}
