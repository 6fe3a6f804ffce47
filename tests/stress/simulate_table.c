// SPDX-License-Identifier: Apache-2.0
// simulate_table [SEED [STEPS]]
//
// Steps the tick table by chance, one call at a time, against a model that is as plain as can be: arrays of rows that
// are walked from end to end. After every step the table, its archive and its events must say what the model says.
//
// The model knows of the table: what packets do to counters, when a row is over (rn_conn_deadline), what a tombstone
// swallows, what is asked about and what is archived. It does not know which row is evicted, but that it must be an
// evictable one, and that nothing else may vanish. (Graves vanish without a word; the table is asked for them.) Same seed, same steps: a failure prints both.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/flow.h"
#include "shard.h"

#define T0 (1000000 * RN_SEC)
enum { FLOWS = 400, ROWS_MAX = 1 << 16, ARCHIVE = 64, GRAVE_SECONDS = 30 };

static const struct rn_hash_key seed = {21, 22};

enum life { LIVES, ASKED, CONDEMNED, GRAVE, GONE };
struct mirror { // a row as the model has it
    struct rn_key key;
    uint64_t id;
    enum life life;
    uint64_t packets[2], bytes[2];
    rn_time first_seen, last_seen, died;
    uint32_t pid;
    unsigned closed; // events
};

static struct {
    uint64_t random, steps, step;
    struct rn_flow *flow;
    struct rn_flow_view *view;
    struct rn_snapshot all;
    struct rn_flow_events events;
    struct rn_local_addrs local;
    struct rn_timeouts timeouts;
    unsigned shards;
    uint32_t cap;
    rn_time now;
    struct mirror row[ROWS_MAX];
    uint32_t rows;
    uint64_t late, evicted, archived, offered, died;
    uint64_t archive_id[ROWS_MAX]; // by number
    uint64_t archive_from;         // after a clear
} sim;

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "simulate_table: step %llu: %s\n", (unsigned long long)sim.step, what);
    exit(1);
}

static uint32_t below(uint32_t n) // xorshift64 (Marsaglia 2003)
{
    sim.random ^= sim.random << 13;
    sim.random ^= sim.random >> 7;
    sim.random ^= sim.random << 17;
    return (uint32_t)((sim.random >> 32) * n >> 32);
}

static struct mirror *mirror_of(uint64_t id)
{
    for (uint32_t i = 0; i < sim.rows; i++)
        if (sim.row[i].id == id)
            return &sim.row[i];
    return NULL;
}

static bool there(const struct mirror *m)
{
    return m->life == LIVES || m->life == ASKED || m->life == CONDEMNED;
}

// The row or grave of a key, if the model has one.
static struct mirror *standing(const struct rn_key *key)
{
    struct mirror *found = NULL;
    for (uint32_t i = 0; i < sim.rows; i++)
        if (sim.row[i].life != GONE && rn_key_equal(&sim.row[i].key, key)) {
            must(!found, "two rows of one key");
            found = &sim.row[i];
        }
    return found;
}

static bool same_counts(const struct mirror *m, const struct rn_conn *conn)
{
    return memcmp(m->packets, conn->packets, sizeof m->packets) == 0 &&
           memcmp(m->bytes, conn->bytes, sizeof m->bytes) == 0 && m->last_seen == conn->last_seen &&
           m->first_seen == conn->first_seen && m->pid == conn->pid && m->id == conn->id &&
           rn_key_equal(&m->key, &conn->key);
}

// Graves that are no longer in the table; at most `most` may have gone before their time.
static void sync_graves(unsigned most)
{
    for (uint32_t i = 0; i < sim.rows; i++) {
        struct mirror *m = &sim.row[i];
        uint64_t hash = rn_key_hash(seed, &m->key);
        const struct flow_shard *s = &sim.flow->shard[rn_flow_shard(sim.flow, hash)];
        if (m->life != GRAVE)
            continue;
        uint32_t row = flow_find(s, hash, &m->key);
        if (row != FLOW_NONE && flow_row(s, row)->id == m->id)
            continue;
        m->life = GONE;
        if (sim.now - m->died <= GRAVE_SECONDS * RN_SEC)
            must(most-- > 0, "a grave vanished");
    }
}

// Events.

static void expect_archived(const struct rn_conn_event *event)
{
    const struct rn_conn *c = &event->conn;
    bool embryo = c->flags & RN_CONN_EMBRYO && c->packets[0] + c->packets[1] <= 2;
    if (event->reason == RN_CLOSE_END || (event->reason == RN_CLOSE_EVICTED && embryo))
        return;
    must(sim.archived < ROWS_MAX, "the model is full");
    sim.archive_id[sim.archived++] = c->id;
}

static void take_closed(const struct rn_conn_event *event)
{
    struct mirror *m = mirror_of(event->conn.id);
    must(m && there(m) && m->closed == 0, "a row was closed that does not live, or twice");
    must(same_counts(m, &event->conn), "an update was lost: a closed row has other counters");
    m->closed++;
    sim.died++;
    bool terminal = event->conn.flags & RN_CONN_TERMINAL;
    switch (event->reason) {
    case RN_CLOSE_CLOSED:
    case RN_CLOSE_TIMEOUT:
        must((event->reason == RN_CLOSE_CLOSED) == terminal, "a reason that is not so");
        must(event->time > rn_conn_deadline(&event->conn, &sim.timeouts), "gone too early");
        m->life = terminal ? GRAVE : GONE;
        m->died = event->time;
        break;
    case RN_CLOSE_REPLACED:
        must(rn_conn_tcp_state(&event->conn) >= RN_TCP_FIN_WAIT1, "replaced while it was up");
        m->life = GONE;
        break;
    case RN_CLOSE_EVICTED:
        sim.evicted++;
        m->life = GONE;
        break;
    case RN_CLOSE_END:
        m->life = GONE;
        break;
    case RN_CLOSE_COUNT:
        must(false, "no reason");
    }
    expect_archived(event);
}

static void take_new(const struct rn_conn_event *event)
{
    const struct rn_conn *c = &event->conn;
    must(!mirror_of(c->id), "a number was used twice");
    must(sim.rows < ROWS_MAX, "the model is full");
    sim.row[sim.rows++] = (struct mirror){.key = c->key,
                                          .id = c->id,
                                          .life = LIVES,
                                          .packets = {c->packets[0], c->packets[1]},
                                          .bytes = {c->bytes[0], c->bytes[1]},
                                          .first_seen = c->first_seen,
                                          .last_seen = c->last_seen};
}

static unsigned take_events(void)
{
    unsigned made = 0;
    for (unsigned i = 0; i < sim.events.count; i++) {
        if (sim.events.event[i].kind == RN_EVENT_CLOSED)
            take_closed(&sim.events.event[i]);
        else
            take_new(&sim.events.event[i]), made++;
    }
    sim.events.count = 0;
    return made;
}

// Packets.

static struct rn_packet some_packet(void)
{
    static const uint8_t flags[] = {RN_TCP_SYN,
                                    RN_TCP_SYN | RN_TCP_ACK,
                                    RN_TCP_ACK,
                                    RN_TCP_ACK,
                                    RN_TCP_ACK | RN_TCP_PSH,
                                    RN_TCP_FIN | RN_TCP_ACK,
                                    RN_TCP_RST,
                                    0};
    uint32_t n = below(below(4) ? 40 : FLOWS); // some talk often
    const uint8_t a[4] = {10, 0, (uint8_t)(n >> 8), (uint8_t)n}, b[4] = {192, 0, 2, 1};
    static const uint16_t protos[] = {RN_PROTO_TCP, RN_PROTO_TCP, RN_PROTO_UDP, RN_PROTO_ICMP};
    uint16_t proto = protos[n % 4], from = proto == RN_PROTO_ICMP ? 0 : 4000;
    bool back = below(2);
    uint32_t payload = below(2) ? 0 : below(1400);
    struct rn_packet p = {.time = sim.now - (below(20) ? 0 : below(3000) * RN_MSEC),
                          .wire_bytes = 54 + payload,
                          .ip_bytes = 40 + payload,
                          .payload_bytes = payload};
    struct rn_ip c = rn_ip_v4(a), s = rn_ip_v4(b);
    p.from = (uint8_t)(back ? rn_key_make(&p.key, s, from / 50, c, from, proto)
                            : rn_key_make(&p.key, c, from, s, from / 50, proto));
    p.hash = rn_key_hash(seed, &p.key);
    if (proto == RN_PROTO_TCP) {
        p.tcp.flags = flags[below(sizeof flags)];
        p.tcp.seq = below(3);
        p.tcp.ack = below(3);
    }
    return p;
}

static bool swallowed(const struct mirror *m, const struct rn_packet *p)
{
    rn_dur since = p->time - m->died;
    bool noise = p->key.proto == RN_PROTO_TCP && !(p->tcp.flags & RN_TCP_SYN) &&
                 (p->tcp.flags & (RN_TCP_FIN | RN_TCP_RST) ||
                  (p->tcp.flags & RN_TCP_ACK && !p->payload_bytes));
    return m->life == GRAVE && noise && since >= 0 && since <= GRAVE_SECONDS * RN_SEC;
}

static void offer(void)
{
    struct rn_packet p = some_packet();
    struct mirror *m = standing(&p.key);
    bool late = m && swallowed(m, &p);
    uint64_t before = m ? m->id : 0;
    const struct flow_places *rows = &sim.flow->shard[rn_flow_shard(sim.flow, p.hash)].rows;
    bool full = rows->used == rows->cap;
    rn_flow_ingest(sim.flow, &p, 1, NULL, &sim.events);
    sim.offered++;
    unsigned made = take_events();
    m = before ? mirror_of(before) : NULL;
    if (late) {
        must(made == 0, "teardown noise made a row");
        sim.late++;
        return;
    }
    if (m && m->life == GRAVE) // it gave way
        m->life = GONE;
    sync_graves(made && full);
    if (made) {
        must(made == 1 && (!m || m->life == GONE), "a second row of a key");
        must(sim.row[sim.rows - 1].packets[p.from] == 1, "a new row without its packet");
        return;
    }
    must(m && there(m), "a packet went nowhere");
    m->packets[p.from]++;
    m->bytes[p.from] += p.wire_bytes;
    m->last_seen = p.time > m->last_seen ? p.time : m->last_seen;
}

// Looking.

static void look(void)
{
    static const struct rn_view_ops everything;
    uint64_t total = rn_flow_archive_total(sim.flow);
    sim.all.request = (struct rn_view_request){.show_loopback = true,
                                               .sort = (enum rn_sort)below(RN_SORT_COUNT),
                                               .descending = below(2),
                                               .count = RN_VIEW_ROWS,
                                               .select_position = RN_VIEW_NONE};
    rn_flow_view(sim.flow, sim.view, &everything, sim.now, &sim.all);
    uint32_t living = 0;
    for (uint32_t i = 0; i < sim.rows; i++)
        living += there(&sim.row[i]);
    must(sim.all.row_count == living && rn_flow_rows(sim.flow) == living, "rows are missing");
    for (uint32_t i = 0; i < sim.all.row_count; i++) {
        const struct rn_conn *c = &sim.all.row[i].conn;
        const struct mirror *m = mirror_of(c->id);
        must(m && there(m) && same_counts(m, c), "an update was lost: a row has other counters");
    }
    must(total == sim.archived, "the archive has another number of rows");
}

static void look_at_archive(void)
{
    static struct rn_archived out[2 * ARCHIVE];
    uint64_t from = sim.archived > ARCHIVE ? sim.archived - ARCHIVE : 0;
    from = from > sim.archive_from ? from : sim.archive_from;
    uint32_t n = rn_flow_archive_copy(sim.flow, UINT64_MAX, out, 2 * ARCHIVE);
    must(n == sim.archived - from && n == rn_flow_archive_count(sim.flow),
         "the archive has lost a row, or has one twice");
    for (uint32_t i = 0; i < n; i++) {
        const struct mirror *m = mirror_of(out[i].conn.id);
        must(out[i].number == sim.archived - 1 - i, "the archive is out of order");
        must(out[i].conn.id == sim.archive_id[out[i].number], "the archive has another row");
        must(m && !there(m), "a row is in the table and in the archive");
        must(same_counts(m, &out[i].conn), "a row changed in the archive");
    }
}

// Ticks.

static void clean(void)
{
    for (unsigned s = 0; s < sim.shards; s++)
        for (bool more = true; more; (void)take_events())
            more = rn_flow_cleanup(sim.flow, s, sim.now, &sim.events);
    sync_graves(0);
    look();
    // Nothing that is over has been left behind, but for the second that the wheel's grain is; and a row whose deadline
    // was moved into the past is looked at in the next second.
    for (uint32_t i = 0; i < sim.all.row_count; i++) {
        const struct rn_conn *c = &sim.all.row[i].conn;
        struct mirror *m = mirror_of(c->id);
        const struct flow_shard *s =
            &sim.flow->shard[rn_flow_shard(sim.flow, rn_key_hash(seed, &c->key))];
        bool next = c->wheel_slot == (uint64_t)(s->cursor + 1) % FLOW_WHEEL;
        bool late = !next && sim.now > rn_conn_deadline(c, &sim.timeouts) + RN_SEC;
        if (late)
            must(sim.flow->cfg.ask_open && (rn_conn_tcp_state(c) == RN_TCP_ESTABLISHED ||
                                            rn_conn_tcp_state(c) == RN_TCP_CLOSE_WAIT ||
                                            (c->key.proto == RN_PROTO_UDP && c->pid)),
                 "a row that is over was left behind");
        if (m->life == CONDEMNED)
            m->life = LIVES; // it spoke after the answer
    }
}

static void answer(void)
{
    struct rn_pending out[RN_FLOW_STRETCH];
    for (unsigned s = 0; s < sim.shards; s++) {
        unsigned n = rn_flow_doubtful(sim.flow, s, out);
        for (unsigned i = 0; i < n; i++) {
            struct mirror *m = mirror_of(out[i].id);
            bool open = below(2);
            must(m && there(m) && m->life != CONDEMNED, "asked about a row that is none");
            must(!rn_flow_keep(sim.flow, &out[i].key, out[i].id + 1, sim.now, open),
                 "an answer about another generation was taken");
            if (below(3) == 0)
                continue; // later
            must(rn_flow_keep(sim.flow, &out[i].key, out[i].id, sim.now, open),
                 "an answer was refused");
            m->life = open ? LIVES : CONDEMNED;
        }
    }
}

static void patch(void)
{
    struct rn_pending out[RN_FLOW_STRETCH];
    for (unsigned s = 0; s < sim.shards; s++) {
        uint32_t cursor = 0;
        for (unsigned n; (n = rn_flow_pending(sim.flow, s, &cursor, below(2), sim.now, out)) > 0;)
            for (unsigned i = 0; i < n; i++) {
                struct mirror *m = mirror_of(out[i].id);
                must(m && there(m) && !m->pid, "asked for a row that is none, or has an owner");
                if (below(2))
                    continue;
                uint32_t pid = 1 + below(1000);
                must(!rn_flow_patch(sim.flow, &out[i].key, out[i].id + 1, pid, 0, 0),
                     "another generation was named");
                must(rn_flow_patch(sim.flow, &out[i].key, out[i].id, pid, 0, 0), "not named");
                m->pid = pid;
            }
    }
}

static void set_local(void)
{
    memset(&sim.local, 0, sizeof sim.local);
    static const char *const nets[] = {"10.0.0.0/24", "10.0.0.0/8", "192.0.2.1", "203.0.113.1"};
    must(rn_local_add_text(&sim.local, nets[below(4)]), "no address");
    rn_flow_set_local(sim.flow, &sim.local);
}

static void clear(void)
{
    rn_flow_clear(sim.flow);
    must(rn_flow_archive_count(sim.flow) == 0, "the archive was not cleared");
    sim.archive_from = sim.archived;
    for (uint32_t i = 0; i < sim.rows; i++) {
        sim.died += there(&sim.row[i]);
        sim.row[i].life = GONE;
    }
}

static void pass_time(void)
{
    static const rn_dur steps[] = {RN_MSEC,     100 * RN_MSEC, RN_SEC,       RN_SEC,
                                   5 * RN_SEC,  5 * RN_SEC,    61 * RN_SEC,  310 * RN_SEC,
                                   RN_SEC / 10, 10 * RN_SEC,   5000 * RN_SEC};
    uint32_t n = below(200);
    sim.now += n < 11 ? steps[n] : steps[n % 4];
}

static void check_counts(void)
{
    struct rn_counts c = {0};
    rn_flow_counts(sim.flow, &c);
    must(c.rows_created == sim.rows && c.rows_closed == sim.died, "rows made or closed unseen");
    must(c.rows_evicted == sim.evicted && c.ignored[RN_IGNORE_LATE] == sim.late && !c.dropped_table,
         "the counters say something else");
    must(c.rows_created - c.rows_closed <= sim.cap, "more rows than the cap");
}

static void step(void)
{
    uint32_t what = below(1000);
    pass_time();
    if (what < 900)
        offer();
    else if (what < 930)
        clean();
    else if (what < 950)
        answer();
    else if (what < 965)
        patch();
    else if (what < 975)
        set_local();
    else if (what < 990)
        look();
    else if (what < 999)
        look_at_archive();
    else if (below(20) == 0)
        clear();
    check_counts();
}

static void run(uint64_t from, uint64_t steps)
{
    memset(&sim, 0, sizeof sim);
    sim.random = from * 2654435761u + 88172645463325252u;
    sim.steps = steps;
    sim.now = T0;
    sim.shards = 1u << below(4);
    sim.timeouts = rn_timeouts_default;
    if (below(2))
        for (unsigned i = 0; i < RN_TIMEOUT_COUNT; i++)
            sim.timeouts.after[i] = (1 + below(400)) * RN_SEC;
    uint32_t max = 20 + below(300);
    sim.cap = (max + sim.shards - 1) / sim.shards * sim.shards;
    struct rn_flow_cfg cfg = {.max_connections = max,
                              .shards = sim.shards,
                              .seed = seed,
                              .timeouts = &sim.timeouts,
                              .ask_open = below(2),
                              .archive = ARCHIVE};
    must(rn_local_add_text(&cfg.local, "10.0.0.0/8"), "no address");
    sim.flow = rn_flow_new(&cfg, NULL);
    sim.view = sim.flow ? rn_flow_view_new(sim.flow, NULL) : NULL;
    must(sim.view != NULL, "no memory");
    for (sim.step = 0; sim.step < steps; sim.step++)
        step();
    look();
    look_at_archive();
    (void)printf("seed %llu: %llu packets, %u rows, %llu evicted, %llu late, %llu archived\n",
                 (unsigned long long)from, (unsigned long long)sim.offered, sim.rows,
                 (unsigned long long)sim.evicted, (unsigned long long)sim.late,
                 (unsigned long long)sim.archived);
    rn_flow_view_free(sim.view);
    rn_flow_free(sim.flow);
}

int main(int argc, char **argv)
{
    uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 10) : 4000;
    if (argc > 1) {
        run(strtoull(argv[1], NULL, 10), steps);
        return 0;
    }
    for (uint64_t s = 1; s <= 40; s++)
        run(s, steps);
    return 0;
}
