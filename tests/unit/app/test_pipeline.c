// SPDX-License-Identifier: Apache-2.0
// Every packet goes one way or the other and is counted once, in order and whole, whatever workers do.
#include "child.h"
#include "traffic.h"

#include <errno.h>
#include <stdatomic.h>

#include "pipeline.h"
#include "rustnet/base/sync.h"

#define SEED ((struct rn_hash_key){11, 22})
#define SHARDS 16
#define ROWS_MAX 10000
#define BLOCKS_LEAST 4u    // of a worker, however little memory it is given
#define BLOCK_BYTES 16384u // of payload
#define PAYLOAD_MOST 2048u // of a packet
#define LEAST_BYTES 1      // room for no more than the least blocks
#define LINK_PKTAP 258

struct bed {
    struct rn_intern *names;
    struct rn_flow *flow;
    struct app_pipeline *pipeline;
    unsigned workers, running;
    struct rn_thread thread[APP_WORKERS_MAX];
    struct life {
        struct bed *bed;
        unsigned number;
    } life[APP_WORKERS_MAX];
};

// What a bed is made with; the rest is 0.
struct plan {
    unsigned workers;
    uint32_t shards; // 0: SHARDS
    bool dpi;
    size_t bytes;
    rn_dur patience;
    void (*tell)(void *ctx, const struct rn_flow_events *events);
    void *ctx;
    struct rn_neighbours *neighbours;
};

static struct bed bed;
static struct rn_flow_events events;

static void lay(struct plan plan)
{
    memset(&bed, 0, sizeof bed);
    bed.workers = plan.workers;
    bed.names = rn_intern_new(1000, NULL);
    const struct rn_flow_cfg flow = {.max_connections = ROWS_MAX,
                                     .shards = plan.shards ? plan.shards : SHARDS,
                                     .dpi = plan.dpi,
                                     .seed = SEED,
                                     .names = bed.names};
    bed.flow = rn_flow_new(&flow, NULL);
    assert_non_null(bed.flow);
    const struct app_pipeline_cfg cfg = {.flow = bed.flow,
                                         .neighbours = plan.neighbours,
                                         .seed = SEED,
                                         .workers = plan.workers,
                                         .dpi = plan.dpi,
                                         .bytes = plan.bytes,
                                         .patience = plan.patience,
                                         .tell = plan.tell,
                                         .ctx = plan.ctx};
    struct rn_err err = {0};
    bed.pipeline = app_pipeline_new(&cfg, &err);
    if (!bed.pipeline)
        fail_msg("%s", err.msg);
}

static void *live(void *arg)
{
    struct life *life = arg;
    app_pipeline_work(life->bed->pipeline, life->number);
    return NULL;
}

static void start_workers(void)
{
    for (unsigned i = 0; i < bed.workers; i++) {
        bed.life[i] = (struct life){&bed, i};
        assert_int_equal(rn_thread_start(&bed.thread[i], "worker", live, &bed.life[i], NULL), 0);
    }
    bed.running = bed.workers;
}

// Ends the stream and lets it through, by the threads or, where none were started, here.
static void finish(void)
{
    app_pipeline_end(bed.pipeline);
    for (unsigned i = 0; i < bed.running; i++)
        rn_thread_join(&bed.thread[i]);
    for (unsigned i = bed.running; i < bed.workers; i++)
        app_pipeline_work(bed.pipeline, i);
}

static void clear_away(void)
{
    app_pipeline_free(bed.pipeline);
    rn_flow_free(bed.flow);
    rn_intern_free(bed.names);
}

static struct rn_counts counts(void)
{
    struct rn_counts c = {0};
    app_pipeline_counts(bed.pipeline, &c);
    return c;
}

static uint64_t ignored_in_all(const struct rn_counts *c)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < RN_IGNORE_COUNT; i++)
        sum += c->ignored[i];
    return sum;
}

// Takes every row out of the table and shows it.
static void each_row(void (*see)(const struct rn_conn_event *event, void *ctx), void *ctx)
{
    for (unsigned shard = 0; shard < SHARDS; shard++)
        for (bool more = true; more;) {
            events.count = 0;
            more = rn_flow_drain(bed.flow, shard, TRAFFIC_T0, &events);
            for (unsigned i = 0; i < events.count; i++)
                see(&events.event[i], ctx);
        }
}

static void offer_link(int link, const void *data, uint32_t len, rn_time time)
{
    // A copy of exactly that size which is gone at once, so that a late look at it shows.
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, data, len);
    const struct rn_frame frame = {copy, len, len, time};
    app_pipeline_offer(bed.pipeline, link, &frame);
    memset(copy, 0xee, len);
    free(copy);
}

static void offer(const struct traffic *t)
{
    offer_link(TRAFFIC_LINK, t->b, t->len, TRAFFIC_T0);
}

// A datagram in each of `flows` flows from `first` on.
static void offer_flows(uint32_t first, uint32_t flows, uint32_t payload_bytes)
{
    struct traffic t;
    for (uint32_t n = first; n < first + flows; n++) {
        traffic_udp(&t, n, payload_bytes);
        offer(&t);
    }
}

// --- counting ---------------------------------------------------------------------------------------------------------

// Three frames that no row wants.
static void offer_chaff(void)
{
    struct traffic t;
    traffic_udp(&t, 1, 10);
    offer_link(TRAFFIC_LINK, t.b, 10, TRAFFIC_T0); // no IP header
    traffic_put16(t.b + 6, 100); // far into a datagram of which nothing else was seen
    t.b[9] = RN_PROTO_TCP;
    offer(&t);
    traffic_udp(&t, 1, 0);
    offer_link(TRAFFIC_LINK, t.b, 22, TRAFFIC_T0); // the ports are cut off
}

static void add_up(const struct rn_conn_event *event, void *ctx)
{
    uint64_t *packets = ctx;
    packets[traffic_flow(&event->conn.key, NULL)] +=
        event->conn.packets[0] + event->conn.packets[1];
}

static void every_packet_is_counted_once(void **state)
{
    (void)state;
    enum { FLOWS = 300, ROUNDS = 20 };
    static uint64_t packets[FLOWS];
    for (unsigned workers = 1; workers <= 4; workers *= 2) {
        lay((struct plan){.workers = workers, .dpi = true, .patience = -1});
        start_workers();
        for (unsigned round = 0; round < ROUNDS; round++) {
            offer_flows(0, FLOWS, round);
            offer_chaff();
            if (round % 3 == 0)
                app_pipeline_flush(bed.pipeline);
        }
        finish();
        struct rn_counts c = counts();
        assert_int_equal(c.packets, ROUNDS * (FLOWS + 3));
        assert_int_equal(c.bytes, ROUNDS * (FLOWS * 28 + 10 + 38 + 22) + FLOWS * (19 * 20 / 2));
        assert_int_equal(c.parsed, ROUNDS * FLOWS);
        assert_int_equal(c.dropped_ring, 0);
        assert_int_equal(c.ignored[RN_IGNORE_IP], ROUNDS);
        assert_int_equal(c.ignored[RN_IGNORE_FRAGMENT], ROUNDS);
        assert_int_equal(c.ignored[RN_IGNORE_TRANSPORT], ROUNDS);
        assert_int_equal(ignored_in_all(&c), 3 * ROUNDS);
        memset(packets, 0, sizeof packets);
        each_row(add_up, packets);
        for (unsigned n = 0; n < FLOWS; n++)
            assert_int_equal(packets[n], ROUNDS);
        clear_away();
    }
}

static void counts_are_those_of_the_last_flush_and_leave_the_others_alone(void **state)
{
    (void)state;
    lay((struct plan){.workers = 2});
    offer_flows(0, 5, 1);
    struct rn_counts c;
    memset(&c, 0x11, sizeof c);
    const struct rn_counts before = c;
    app_pipeline_counts(bed.pipeline, &c);
    assert_int_equal(c.packets, 0);
    app_pipeline_flush(bed.pipeline);
    offer_flows(0, 1, 1);
    app_pipeline_counts(bed.pipeline, &c);
    assert_int_equal(c.packets, 5);
    assert_int_equal(c.parsed, 5);
    assert_int_equal(c.bytes, 5 * 29);
    assert_int_equal(c.dropped_ring, 0);
    assert_int_equal(c.ignored[RN_IGNORE_IP], 0);
    assert_int_equal(c.ignored[RN_IGNORE_LATE], before.ignored[RN_IGNORE_LATE]);
    assert_int_equal(c.dropped_kernel, before.dropped_kernel);
    assert_int_equal(c.dropped_table, before.dropped_table);
    assert_int_equal(c.rows_created, before.rows_created);
    assert_int_equal(c.rows_closed, before.rows_closed);
    assert_int_equal(c.rows_evicted, before.rows_evicted);
    finish();
    assert_int_equal(counts().packets, 6);
    clear_away();
}

// --- order ------------------------------------------------------------------------------------------------------------

struct order {
    uint32_t next;
    unsigned calls;
    bool wrong; // a worker cannot fail a test
};

static void note_order(void *ctx, const struct rn_flow_events *told)
{
    struct order *order = ctx;
    order->wrong |= told->count == 0;
    for (unsigned i = 0; i < told->count; i++)
        order->wrong |= told->event[i].kind != RN_EVENT_NEW ||
                        traffic_flow(&told->event[i].conn.key, NULL) != order->next++;
    order->calls++;
}

static void one_worker_sees_packets_in_the_order_they_came(void **state)
{
    (void)state;
    struct order order = {0};
    // One shard, as a batch is folded in shard by shard.
    lay((struct plan){
        .workers = 1, .shards = 1, .patience = -1, .tell = note_order, .ctx = &order});
    start_workers();
    for (uint32_t n = 0; n < 1000; n++) {
        offer_flows(n, 1, n % 30);
        if (n % 7 == 0)
            app_pipeline_flush(bed.pipeline);
    }
    finish();
    assert_false(order.wrong);
    assert_int_equal(order.next, 1000);
    assert_true(order.calls >= 1000 / RN_FLOW_BATCH);
    clear_away();
}

static void expect_talk(const struct rn_conn_event *event, void *ctx)
{
    unsigned client, *rows = ctx;
    (void)traffic_flow(&event->conn.key, &client);
    assert_int_equal(rn_conn_tcp_state(&event->conn), RN_TCP_TIME_WAIT);
    assert_int_equal(event->conn.initiator, client);
    assert_true(event->conn.rtt_known);
    assert_int_equal(event->conn.packets[client], 4);
    assert_int_equal(event->conn.packets[1 - client], 3);
    (*rows)++;
}

// A talk from SYN to TIME_WAIT: any other order of its packets leads elsewhere.
static void a_flow_stays_in_order_whatever_the_number_of_workers(void **state)
{
    (void)state;
    enum { FLOWS = 300, STEPS = 7 };
    static const struct {
        bool back;
        uint8_t flags;
        uint32_t seq, ack;
    } talk[STEPS] = {
        {false, RN_TCP_SYN, 1, 0}, {true, RN_TCP_SYN | RN_TCP_ACK, 1, 2},
        {false, RN_TCP_ACK, 2, 2}, {false, RN_TCP_ACK | RN_TCP_FIN, 2, 2},
        {true, RN_TCP_ACK, 2, 3},  {true, RN_TCP_ACK | RN_TCP_FIN, 2, 3},
        {false, RN_TCP_ACK, 3, 3},
    };
    for (unsigned workers = 1; workers <= 4; workers *= 2) {
        lay((struct plan){.workers = workers, .patience = -1, .bytes = LEAST_BYTES});
        start_workers();
        for (unsigned step = 0; step < STEPS; step++)
            for (uint32_t n = 0; n < FLOWS; n++) {
                struct traffic t;
                traffic_tcp(&t, n, talk[step].back, talk[step].flags, talk[step].seq,
                            talk[step].ack);
                offer_link(TRAFFIC_LINK, t.b, t.len, TRAFFIC_T0 + step * RN_MSEC);
            }
        finish();
        unsigned rows = 0;
        each_row(expect_talk, &rows);
        assert_int_equal(rows, FLOWS);
        clear_away();
    }
}

// Segments that are lost, late, doubled and repeated: what they are marked as depends on the order of all of a flow.
static void segments_are_marked_alike_whatever_the_number_of_workers(void **state)
{
    (void)state;
    enum { FLOWS = 200, STEPS = 60 };
    struct rn_counts all[3] = {{0}};
    for (unsigned run = 0; run < 3; run++) {
        lay((struct plan){.workers = 1u << run, .patience = -1, .bytes = LEAST_BYTES});
        start_workers();
        for (unsigned step = 0; step < STEPS; step++)
            for (uint32_t n = 0; n < FLOWS; n++) {
                uint32_t dice = (n * 2654435761u + step * 40503u) >> 7;
                uint32_t at = step < 5 || dice % 5 ? step : step - dice % 4;
                struct traffic t;
                if (dice % 11 == 0)
                    continue;
                traffic_tcp(&t, n, dice % 3 == 0, RN_TCP_ACK, 1 + 10 * at, 1 + 10 * (at / 2));
                if (dice % 4)
                    traffic_append(&t, "0123456789", 10);
                offer_link(TRAFFIC_LINK, t.b, t.len, TRAFFIC_T0 + step * 2 * RN_MSEC);
            }
        finish();
        rn_flow_counts(bed.flow, &all[run]);
        clear_away();
    }
    assert_true(all[0].tcp[RN_TCP_MARK_RETRANSMIT] > FLOWS);
    assert_true(all[0].tcp[RN_TCP_MARK_LOST_SEGMENT] > FLOWS);
    for (unsigned run = 1; run < 3; run++)
        assert_memory_equal(all[run].tcp, all[0].tcp, sizeof all[0].tcp);
}

// --- patience -----------------------------------------------------------------------------------------------------------

#define HELD (BLOCKS_LEAST * RN_FLOW_BATCH)

static void a_full_ring_drops_and_counts(void **state)
{
    (void)state;
    lay((struct plan){.workers = 1, .bytes = LEAST_BYTES});
    offer_flows(0, HELD + 72, 10);
    app_pipeline_flush(bed.pipeline);
    struct rn_counts c = counts();
    assert_int_equal(c.packets, HELD + 72);
    assert_int_equal(c.parsed, HELD);
    assert_int_equal(c.dropped_ring, 72);
    finish();
    assert_int_equal(rn_flow_rows(bed.flow), HELD);
    clear_away();
}

static void a_starved_producer_waits_only_once(void **state)
{
    (void)state;
    const rn_dur patience = 50 * RN_MSEC;
    lay((struct plan){.workers = 1, .bytes = LEAST_BYTES, .patience = patience});
    offer_flows(0, HELD, 10);
    rn_time start = rn_clock_monotonic();
    offer_flows(HELD, 1, 10);
    assert_true(rn_clock_monotonic() - start >= patience);
    offer_flows(HELD, 1999, 10); // waiting for each would take 100 s
    assert_true(rn_clock_monotonic() - start < 1000 * patience);
    finish();
    assert_int_equal(counts().dropped_ring, 2000);
    clear_away();
}

// The worker is held up in `tell` until the gate opens.
struct gate {
    struct rn_wake open, there;
    atomic_bool held;
};

static void stand_at_gate(void *ctx, const struct rn_flow_events *told)
{
    struct gate *gate = ctx;
    (void)told;
    if (atomic_exchange(&gate->held, false)) {
        rn_wake_ring(&gate->there);
        (void)rn_wake_wait(&gate->open, -1);
    }
}

static void *open_later(void *arg)
{
    struct gate *gate = arg;
    nap(20 * RN_MSEC);
    rn_wake_ring(&gate->open);
    return NULL;
}

static void with_patience_the_producer_waits_for_a_worker(void **state)
{
    (void)state;
    static const rn_dur patience[] = {40 * RN_SEC, -1};
    for (unsigned i = 0; i < 2; i++) {
        struct gate gate = {.held = true};
        struct rn_thread opener;
        rn_wake_init(&gate.open);
        rn_wake_init(&gate.there);
        lay((struct plan){.workers = 1,
                          .bytes = LEAST_BYTES,
                          .patience = patience[i],
                          .tell = stand_at_gate,
                          .ctx = &gate});
        start_workers();
        offer_flows(0, RN_FLOW_BATCH, 10);
        app_pipeline_flush(bed.pipeline);
        assert_true(rn_wake_wait(&gate.there, 40 * RN_SEC));
        assert_int_equal(rn_thread_start(&opener, "opener", open_later, &gate, NULL), 0);
        offer_flows(RN_FLOW_BATCH, 5 * HELD, 10);
        finish();
        rn_thread_join(&opener);
        assert_int_equal(counts().dropped_ring, 0);
        assert_int_equal(rn_flow_rows(bed.flow), RN_FLOW_BATCH + 5 * HELD);
        clear_away();
        rn_wake_done(&gate.open);
        rn_wake_done(&gate.there);
    }
}

static void patience_is_back_once_a_block_has_come_back(void **state)
{
    (void)state;
    struct gate gate = {.held = true};
    const rn_dur patience = 20 * RN_MSEC;
    rn_wake_init(&gate.open);
    rn_wake_init(&gate.there);
    lay((struct plan){.workers = 1,
                      .bytes = LEAST_BYTES,
                      .patience = patience,
                      .tell = stand_at_gate,
                      .ctx = &gate});
    start_workers();
    offer_flows(0, HELD, 10);
    app_pipeline_flush(bed.pipeline);
    assert_true(rn_wake_wait(&gate.there, 40 * RN_SEC));
    offer_flows(HELD, 10, 10);
    app_pipeline_flush(bed.pipeline);
    assert_int_equal(counts().dropped_ring, 10);
    rn_wake_ring(&gate.open);
    while (rn_flow_rows(bed.flow) < HELD)
        nap(RN_MSEC);
    atomic_store(&gate.held, true);
    uint64_t dropped = counts().dropped_ring;
    while (counts().parsed == HELD) { // blocks come back a moment after their rows are there
        offer_flows(HELD, 1, 10);
        app_pipeline_flush(bed.pipeline);
        dropped = counts().dropped_ring;
    }
    assert_true(rn_wake_wait(&gate.there, 40 * RN_SEC)); // held up again
    rn_time start = rn_clock_monotonic();
    while (counts().dropped_ring == dropped) {
        offer_flows(2 * HELD, 1, 10);
        app_pipeline_flush(bed.pipeline);
    }
    assert_true(rn_clock_monotonic() - start >= patience);
    rn_wake_ring(&gate.open);
    finish();
    struct rn_counts c = counts();
    assert_int_equal(c.packets, c.parsed + c.dropped_ring);
    clear_away();
    rn_wake_done(&gate.open);
    rn_wake_done(&gate.there);
}

static void one_worker_that_hangs_holds_up_no_other(void **state)
{
    (void)state;
    lay((struct plan){.workers = 2, .bytes = LEAST_BYTES});
    bed.life[0] = (struct life){&bed, 0};
    assert_int_equal(rn_thread_start(&bed.thread[0], "worker", live, &bed.life[0], NULL), 0);
    bed.running = 1; // the other one never starts
    offer_flows(0, 5000, 10);
    app_pipeline_flush(bed.pipeline);
    struct rn_counts c = counts();
    assert_int_equal(c.parsed + c.dropped_ring, 5000);
    assert_true(c.dropped_ring > 0);
    while (rn_flow_rows(bed.flow) + HELD < c.parsed) // all but the other's are done
        nap(RN_MSEC);
    finish();
    assert_int_equal(rn_flow_rows(bed.flow), c.parsed);
    clear_away();
}

static void be_slow(void *ctx, const struct rn_flow_events *told)
{
    atomic_uint *seen = ctx;
    atomic_fetch_add(seen, told->count);
    nap(RN_MSEC);
}

static void endless_patience_loses_nothing(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers *= 2) {
        atomic_uint seen = 0;
        lay((struct plan){.workers = workers,
                          .bytes = LEAST_BYTES,
                          .patience = -1,
                          .tell = be_slow,
                          .ctx = &seen});
        start_workers();
        offer_flows(0, 3000, 10);
        finish();
        struct rn_counts c = counts();
        assert_int_equal(c.parsed, 3000);
        assert_int_equal(c.dropped_ring, 0);
        assert_int_equal(atomic_load(&seen), 3000);
        clear_away();
    }
}

// --- payload and names --------------------------------------------------------------------------------------------------

static void expect_host(const struct rn_conn_event *event, void *ctx)
{
    unsigned *hosts = ctx;
    char want[32];
    int len = snprintf(want, sizeof want, "h%u.example", traffic_flow(&event->conn.key, NULL));
    struct rn_bytes host = rn_facts_find(&event->facts, RN_FACT_HOST, 0);
    assert_int_equal(event->conn.app, RN_APP_HTTP);
    assert_int_equal(host.len, len);
    assert_memory_equal(host.p, want, (size_t)len);
    (*hosts)++;
}

// The host stands at the end of the payload, so all of it must have come.
static void payloads_of_every_size_arrive_whole(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= 4; workers *= 4) {
        lay((struct plan){.workers = workers, .dpi = true, .patience = -1});
        start_workers();
        for (uint32_t size = TRAFFIC_HTTP_LEAST; size <= PAYLOAD_MOST; size++) {
            struct traffic t;
            traffic_http(&t, size, size);
            offer(&t);
        }
        finish();
        unsigned hosts = 0;
        each_row(expect_host, &hosts);
        assert_int_equal(hosts, PAYLOAD_MOST + 1 - TRAFFIC_HTTP_LEAST);
        clear_away();
    }
}

static void add_payload(const struct rn_conn_event *event, void *ctx)
{
    uint64_t *bytes = ctx;
    *bytes += event->conn.payload_bytes[0] + event->conn.payload_bytes[1];
}

static void small_payloads_and_those_beyond_the_snap_length_count_in_full(void **state)
{
    (void)state;
    lay((struct plan){.workers = 1, .dpi = true, .patience = -1});
    start_workers();
    uint64_t want = 0, got = 0;
    for (uint32_t size = 0; size < TRAFFIC_HTTP_LEAST; size++, want += size - 1)
        offer_flows(size, 1, size);
    for (uint32_t size = PAYLOAD_MOST + 1; size < PAYLOAD_MOST + 100; size++, want += size - 1)
        offer_flows(size, 1, size);
    finish();
    each_row(add_payload, &got);
    assert_int_equal(got, want);
    clear_away();
}

// With nobody to take them, as many packets get in as fit into the blocks.
static void blocks_are_handed_over_when_their_bytes_are_full(void **state)
{
    (void)state;
    static const struct {
        bool dpi;
        uint32_t payload, fit; // into a block
    } cases[] = {
        {true, PAYLOAD_MOST, BLOCK_BYTES / PAYLOAD_MOST},
        {true, PAYLOAD_MOST + 500, BLOCK_BYTES / PAYLOAD_MOST},
        {true, PAYLOAD_MOST - 1, BLOCK_BYTES / PAYLOAD_MOST},
        {true, 1460, BLOCK_BYTES / 1460},
        {true, 512, RN_FLOW_BATCH},
        {true, 513, BLOCK_BYTES / 513},
        {true, 0, RN_FLOW_BATCH},
        {false, PAYLOAD_MOST, RN_FLOW_BATCH}, // nothing is copied
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lay((struct plan){.workers = 1, .dpi = cases[i].dpi, .bytes = LEAST_BYTES});
        offer_flows(0, 200, cases[i].payload);
        app_pipeline_flush(bed.pipeline);
        assert_int_equal(counts().parsed, BLOCKS_LEAST * cases[i].fit);
        finish();
        assert_int_equal(rn_flow_rows(bed.flow), BLOCKS_LEAST * cases[i].fit);
        clear_away();
    }
}

static void expect_no_app(const struct rn_conn_event *event, void *ctx)
{
    unsigned *rows = ctx;
    assert_int_equal(event->conn.app, RN_APP_NONE);
    assert_int_equal(event->conn.payload_bytes[0] + event->conn.payload_bytes[1], 100);
    (*rows)++;
}

static void without_inspection_nothing_is_inspected(void **state)
{
    (void)state;
    lay((struct plan){.workers = 1});
    struct traffic t;
    for (uint32_t n = 0; n < 50; n++) {
        traffic_http(&t, n, 100);
        offer(&t);
    }
    finish();
    unsigned rows = 0;
    each_row(expect_no_app, &rows);
    assert_int_equal(rows, 50);
    clear_away();
}

static void offer_named(uint32_t flow, uint32_t payload_bytes)
{
    enum { HEADER = 156, PID = 52, COMMAND = 56 };
    uint8_t frame[HEADER + 4096] = {HEADER, [4] = 1, [8] = TRAFFIC_LINK};
    struct traffic t;
    traffic_http(&t, flow, payload_bytes);
    memcpy(frame + HEADER, t.b, t.len);
    traffic_put16(frame + PID, (flow + 1) << 8); // little-endian: at most 255 is tested
    (void)snprintf((char *)frame + COMMAND, 20, "command %u", flow);
    offer_link(LINK_PKTAP, frame, HEADER + t.len, TRAFFIC_T0);
}

static void expect_name(const struct rn_conn_event *event, void *ctx)
{
    unsigned *rows = ctx;
    char want[24];
    uint32_t flow = traffic_flow(&event->conn.key, NULL);
    (void)snprintf(want, sizeof want, "command %u", flow);
    assert_string_equal(rn_intern_get(bed.names, event->conn.process_name), want);
    assert_int_equal(event->conn.pid, flow + 1);
    (*rows)++;
}

static void names_from_the_link_header_outlive_the_frame(void **state)
{
    (void)state;
    for (unsigned dpi = 0; dpi < 2; dpi++) {
        lay((struct plan){.workers = 1, .dpi = dpi});
        for (uint32_t n = 0; n < 200; n++)
            offer_named(n, n < 100 ? 64 : PAYLOAD_MOST); // full blocks as well
        finish();
        unsigned rows = 0, hosts = 0;
        assert_int_equal(counts().dropped_ring, 0);
        each_row(expect_name, &rows);
        assert_int_equal(rows, 200);
        clear_away();
        if (!dpi)
            continue;
        lay((struct plan){.workers = 1, .dpi = true});
        for (uint32_t n = 0; n < 200; n++)
            offer_named(n, 64 + n * 9);
        finish();
        each_row(expect_host, &hosts); // name and payload do not get into each other's way
        assert_int_equal(hosts, 200);
        clear_away();
    }
}

// --- life ---------------------------------------------------------------------------------------------------------------

static void workers_return_after_the_end_with_everything_done(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200;
         round++) { // the end comes at any moment of a worker's sleep
        lay((struct plan){.workers = 1 + round % 4, .patience = -1, .bytes = LEAST_BYTES});
        start_workers();
        uint32_t packets = round % 3 * 40;
        if (round % 5 == 0)
            nap(RN_MSEC / 4);
        offer_flows(0, packets, 1);
        finish();
        assert_int_equal(rn_flow_rows(bed.flow), packets);
        clear_away();
    }
}

// Waits for as long as a test may take.
static void wait_for_rows(uint32_t rows)
{
    while (rn_flow_rows(bed.flow) < rows)
        nap(RN_MSEC);
}

static void a_flush_wakes_a_worker_that_sleeps(void **state)
{
    (void)state;
    lay((struct plan){.workers = 2});
    start_workers();
    for (uint32_t n = 0; n < 10; n++) {
        nap(n % 3 * RN_MSEC);
        offer_flows(n, 1, 10);
        app_pipeline_flush(bed.pipeline);
        wait_for_rows(n + 1);
    }
    finish();
    clear_away();
}

static void many_blocks_wake_it_without_a_flush(void **state)
{
    (void)state;
    enum { BLOCKS_PER_WAKE = 8 };
    lay((struct plan){.workers = 1});
    start_workers();
    nap(5 * RN_MSEC); // it sleeps by now, or wakes by itself: the test holds either way
    offer_flows(0, BLOCKS_PER_WAKE * RN_FLOW_BATCH, 10);
    wait_for_rows(BLOCKS_PER_WAKE * RN_FLOW_BATCH);
    finish();
    clear_away();
}

// Packets that get in are a measure of the blocks.
static void blocks_stay_within_the_bytes_they_are_given(void **state)
{
    (void)state;
    enum { BYTES = 1024 * 1024, EACH = RN_FLOW_BATCH * sizeof(struct rn_packet) };
    for (unsigned dpi = 0; dpi < 2; dpi++)
        for (unsigned workers = 1; workers <= 4; workers *= 2) {
            lay((struct plan){.workers = workers, .dpi = dpi, .bytes = BYTES});
            for (uint32_t n = 0; n < 20000; n++)
                offer_flows(n % 5000, 1, 10);
            app_pipeline_flush(bed.pipeline);
            struct rn_counts c = counts();
            uint64_t blocks = (c.parsed + RN_FLOW_BATCH - 1) / RN_FLOW_BATCH;
            uint64_t bytes = blocks * (EACH + (dpi ? BLOCK_BYTES : 2048));
            assert_in_range(bytes, BYTES * 3 / 4, BYTES);
            assert_int_equal(c.parsed + c.dropped_ring, 20000);
            finish();
            clear_away();
        }
}

static void neighbours_are_learned_from_what_is_offered(void **state)
{
    (void)state;
    static const uint8_t reply[42] = {2, 0, 0,   0,   0, 1, 2,   0,   0, 0, 0, 2, 8, 6, // Ethernet
                                      0, 1, 8,   0,   6, 4, 0,   2,                     // ARP
                                      2, 0, 0,   0,   0, 2, 192, 168, 1, 2, 2, 0, 0, 0,
                                      0, 1, 192, 168, 1, 1};
    struct rn_neighbours *neighbours = rn_neighbours_new(SEED, NULL);
    assert_non_null(neighbours);
    const struct rn_frame frame = {reply, sizeof reply, sizeof reply, TRAFFIC_T0};
    for (unsigned learns = 0; learns < 2; learns++) {
        lay((struct plan){.workers = 1, .neighbours = learns ? neighbours : NULL});
        app_pipeline_offer(bed.pipeline, 1, &frame);
        assert_int_equal(rn_neighbours_count(neighbours), learns ? 2 : 0);
        finish();
        assert_int_equal(counts().parsed, 1);
        clear_away();
    }
    rn_neighbours_free(neighbours);
}

static void a_number_of_workers_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t shards;
        unsigned workers;
    } cases[] = {{16, 0}, {64, APP_WORKERS_MAX + 1}, {1, 2}, {4, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct rn_flow_cfg flow_cfg = {.max_connections = 100, .shards = cases[i].shards};
        struct rn_flow *flow = rn_flow_new(&flow_cfg, NULL);
        const struct app_pipeline_cfg cfg = {.flow = flow, .workers = cases[i].workers};
        struct rn_err err = {0};
        assert_null(app_pipeline_new(&cfg, &err));
        assert_int_equal(err.code, -EINVAL);
        assert_true(err.msg[0] != 0);
        rn_flow_free(flow);
    }
    app_pipeline_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_packet_is_counted_once),
        cmocka_unit_test(counts_are_those_of_the_last_flush_and_leave_the_others_alone),
        cmocka_unit_test(one_worker_sees_packets_in_the_order_they_came),
        cmocka_unit_test(a_flow_stays_in_order_whatever_the_number_of_workers),
        cmocka_unit_test(segments_are_marked_alike_whatever_the_number_of_workers),
        cmocka_unit_test(a_full_ring_drops_and_counts),
        cmocka_unit_test(a_starved_producer_waits_only_once),
        cmocka_unit_test(with_patience_the_producer_waits_for_a_worker),
        cmocka_unit_test(patience_is_back_once_a_block_has_come_back),
        cmocka_unit_test(one_worker_that_hangs_holds_up_no_other),
        cmocka_unit_test(endless_patience_loses_nothing),
        cmocka_unit_test(payloads_of_every_size_arrive_whole),
        cmocka_unit_test(small_payloads_and_those_beyond_the_snap_length_count_in_full),
        cmocka_unit_test(blocks_are_handed_over_when_their_bytes_are_full),
        cmocka_unit_test(without_inspection_nothing_is_inspected),
        cmocka_unit_test(names_from_the_link_header_outlive_the_frame),
        cmocka_unit_test(workers_return_after_the_end_with_everything_done),
        cmocka_unit_test(a_flush_wakes_a_worker_that_sleeps),
        cmocka_unit_test(many_blocks_wake_it_without_a_flush),
        cmocka_unit_test(blocks_stay_within_the_bytes_they_are_given),
        cmocka_unit_test(neighbours_are_learned_from_what_is_offered),
        cmocka_unit_test(a_number_of_workers_that_makes_no_sense_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
