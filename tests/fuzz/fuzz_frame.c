// SPDX-License-Identifier: Apache-2.0
// Frames through everything that a packet passes: wire, fragments, DPI and a table so small that rows have to go, with
// cleanup and all other visitors in between, until the table is drained.
//
//   byte 0   link type, by position in `links`
//   byte 1   the table: bits 0-1 rows (8, 16, 32, 64), 2 two shards (else rows go in the order of their creation),
//            3 no inspection, 4 no names, 5 own addresses known from the start, 6-7 the time at which it begins
//   records  of five bytes and a frame, until the input or MAX_FRAMES is used up:
//            u8   what happens before it: bit 0 the batch goes in, 1 cleanup, 2 own addresses change, 3 all is drained,
//                 4 owners are named, 5 somebody looks at the screen, 6 the table is cleared
//            u8   time that has passed: bits 5-7 unit, 0-4 how many
//            u8   bytes that the capture has cut off, in units of eight; 255: the file claims less than it holds
//            be16 bytes of the frame (cut at the end of the input)
//
// ledger.h, packet_check.h and visitors.h say what must hold.
#include <stddef.h>

#include "ledger.h"
#include "packet_check.h"
#include "visitors.h"

#define MAX_FRAMES 512
#define YEAR (365 * 86400 * RN_SEC)

static const int links[] = {1, 113, 276, 0, 108, 12, 14, 101, 228, 229, 149, 258, 147};
static const struct rn_hash_key seed = {0x0123456789abcdef, 0xfedcba9876543210};

struct run {
    int link;
    struct rn_flow *flow;
    struct rn_fragments *fragments;
    struct rn_neighbours *neighbours;
    struct rn_dpi_ctx *dpi;
    struct rn_intern *names;
    struct ledger ledger;
    struct visitors visitors;
    unsigned addresses;
    rn_time stamp; // of the last packet, which may go back
    rn_time now;   // which may not
    unsigned batched;
    struct rn_packet batch[RN_FLOW_BATCH];
    uint8_t *frame[RN_FLOW_BATCH];
    struct rn_flow_events events; // last, and large: start() leaves it as it is
};

static struct rn_local_addrs some_addresses(unsigned which)
{
    static const char *const nets[2][3] = {{"192.0.2.10/32", "10.0.0.1/24", "2001:db8::/64"},
                                           {"192.0.2.20/31", "127.0.0.1/8", "fe80::/10"}};
    struct rn_local_addrs local = {0};
    for (unsigned i = 0; i < 3; i++)
        must(rn_local_add_text(&local, nets[which & 1][i]));
    return local;
}

static rn_time begin_time(unsigned which)
{
    static const rn_time times[] = {1764061200 * RN_SEC, 0, -5 * RN_SEC / 2,
                                    RN_TIME_MAX - 90 * RN_SEC};
    return times[which & 3];
}

static void start(struct run *run, uint8_t link, uint8_t table)
{
    uint32_t shards = table & 4 ? 2 : 1, rows = 8u << (table & 3);
    run->link = links[link % (sizeof links / sizeof links[0])];
    run->stamp = run->now = begin_time(table >> 6);
    struct rn_flow_cfg cfg = {.max_connections = rows - 1, // does not divide
                              .shards = shards,
                              .dpi = !(table & 8),
                              .ordered = shards == 1,
                              .seed = seed};
    if (table & 0x20)
        cfg.local = run->ledger.local = some_addresses(0);
    if (!(table & 0x10))
        cfg.names = run->names = rn_intern_new(4, NULL);
    static struct rn_dpi_ctx *dpi;
    if (!dpi)
        dpi = rn_dpi_ctx_new(NULL);
    run->dpi = dpi;
    run->ledger.names = run->names;
    run->ledger.rows_max = (rows - 1 + shards - 1) / shards * shards;
    run->flow = rn_flow_new(&cfg, NULL);
    run->fragments = rn_fragments_new(seed, NULL);
    run->ledger.neighbours = run->neighbours = rn_neighbours_new(seed, NULL);
    must(run->flow && run->fragments && run->neighbours && run->dpi &&
         (run->names || table & 0x10));
    run->visitors = (struct visitors){
        .flow = run->flow, .view = rn_flow_view_new(run->flow, NULL), .names = run->names};
    must(run->visitors.view != NULL);
}

static void settle(struct run *run)
{
    ledger_take(&run->ledger, &run->events);
    ledger_compare(&run->ledger, run->flow);
}

static void flush(struct run *run)
{
    rn_flow_ingest(run->flow, run->batch, run->batched, run->dpi, &run->events);
    run->ledger.ingested += run->batched;
    while (run->batched > 0)
        free(run->frame[--run->batched]);
    settle(run);
}

static void cleanup(struct run *run)
{
    uint64_t died = run->ledger.died;
    bool nothing_due = run->now < rn_flow_next_deadline(run->flow);
    for (unsigned shard = 0; shard < rn_flow_shards(run->flow); shard++) {
        unsigned calls = 0;
        for (bool more = true; more; must(++calls < 4096)) {
            more = rn_flow_cleanup(run->flow, shard, run->now, &run->events);
            settle(run);
        }
    }
    must(!nothing_due || run->ledger.died == died);
}

// Every row that is still there goes, in the order of creation, and none of them is older than it may be.
static void drain(struct run *run, rn_time none_due_before)
{
    for (unsigned shard = 0; shard < rn_flow_shards(run->flow); shard++) {
        uint64_t last = 0;
        for (bool more = true; more;) {
            more = rn_flow_drain(run->flow, shard, run->now, &run->events);
            for (unsigned i = 0; i < run->events.count; i++) {
                const struct rn_conn_event *event = &run->events.event[i];
                must(event->reason == RN_CLOSE_END && event->conn.id > last);
                must(rn_conn_deadline(&event->conn, &rn_timeouts_default) >= none_due_before);
                last = event->conn.id;
            }
            settle(run);
        }
    }
    must(rn_flow_rows(run->flow) == 0);
    must(rn_flow_next_deadline(run->flow) == RN_TIME_MAX);
}

static void change_addresses(struct run *run)
{
    run->ledger.local = some_addresses(++run->addresses);
    visit_addresses(&run->visitors, &run->ledger.local, run->now);
}

// Clearing is silent, so the books are closed beforehand.
static void clear(struct run *run)
{
    const struct rn_snapshot *all = visit_all(&run->visitors, run->now);
    for (uint32_t i = 0; i < all->row_count; i++)
        ledger_forget(&run->ledger, &all->row[i].conn);
    rn_flow_clear(run->flow);
    rn_neighbours_clear(run->neighbours);
    settle(run);
}

static void act(struct run *run, uint8_t what, uint8_t a, uint8_t b)
{
    if (what & 0x01)
        flush(run);
    if (what & 0x02)
        cleanup(run);
    if (what & 0x04)
        change_addresses(run);
    if (what & 0x10)
        visit_owners(&run->visitors, run->now);
    if (what & 0x20)
        visit_screen(&run->visitors, a, b, run->now);
    if (what & 0x40)
        clear(run);
    if (what & 0x08)
        drain(run, RN_TIME_MIN);
}

static void pass_time(struct run *run, uint8_t code)
{
    static const rn_dur unit[] = {RN_USEC,     RN_MSEC,     100 * RN_MSEC, RN_SEC,
                                  10 * RN_SEC, 60 * RN_SEC, -RN_SEC,       YEAR};
    rn_dur passed = unit[code >> 5] * (code & 0x1f);
    run->stamp = code == 0xff   ? RN_TIME_MAX
                 : code == 0xfe ? RN_TIME_MIN
                                : rn_time_add(run->stamp, passed);
    if (run->stamp > run->now)
        run->now = run->stamp;
}

static uint32_t wire_bytes(uint32_t captured, uint8_t cut)
{
    return cut == 0xff ? captured / 2 : captured + cut * 8u;
}

// What a packet says of hardware addresses is within bounds, and what the table keeps of it is somebody's.
static void learn(struct run *run, const struct rn_packet *p)
{
    static const uint8_t zero[RN_MAC_BYTES];
    struct rn_binding binding[RN_WIRE_BINDINGS];
    unsigned n = rn_wire_bindings(p, binding);
    must(n <= RN_WIRE_BINDINGS && (n == 0 || rn_wire_may_bind(p)));
    for (unsigned i = 0; i < n; i++) {
        const struct rn_binding *b = &binding[i];
        uint8_t mac[RN_MAC_BYTES];
        rn_neighbours_learn(run->neighbours, b, p->time);
        if (!rn_neighbours_find(run->neighbours, &b->ip, mac))
            continue;
        must(!(mac[0] & 1) && memcmp(mac, zero, sizeof zero) != 0);
        must(!rn_ip_is_multicast(&b->ip) && !rn_ip_is_unspecified(&b->ip));
    }
}

static enum rn_ignore decode(struct run *run, const struct rn_frame *frame, struct rn_packet *p)
{
    memset(p, 0xa5, sizeof *p);
    enum rn_ignore why = rn_wire_decode(run->link, frame, p);
    must_agree_with_walk(run->link, frame, why, p);
    if (why)
        return why;
    must_be_packet(frame, p);
    learn(run, p);
    if (p->flags & (RN_PACKET_FIRST_FRAGMENT | RN_PACKET_LATER_FRAGMENT))
        why = rn_fragments_resolve(run->fragments, p);
    if (!why)
        must_be_packet(frame, p);
    return why;
}

static void take_frame(struct run *run, struct rn_bytes bytes, uint8_t cut)
{
    struct rn_packet *p = &run->batch[run->batched];
    uint8_t *exact = fuzz_exact(bytes);
    struct rn_frame frame = {.data = exact,
                             .captured_bytes = (uint32_t)bytes.len,
                             .wire_bytes = wire_bytes((uint32_t)bytes.len, cut),
                             .time = run->stamp};
    run->ledger.given++;
    enum rn_ignore why = decode(run, &frame, p);
    must(why < RN_IGNORE_COUNT && why != RN_IGNORE_LATE);
    if (why) {
        run->ledger.ignored++;
        free(exact);
        return;
    }
    p->hash = rn_key_hash(seed, &p->key);
    run->frame[run->batched] = exact;
    if (++run->batched == RN_FLOW_BATCH)
        flush(run);
}

// A last look after everything that is over by now has had its second to go.
static void finish(struct run *run)
{
    flush(run);
    rn_time later = rn_time_add(run->now, 5 * RN_SEC);
    bool saturated = later - run->now < 5 * RN_SEC;
    run->now = later;
    cleanup(run);
    drain(run, saturated ? RN_TIME_MIN : rn_time_add(later, -2 * RN_SEC));
    ledger_close(&run->ledger, run->flow);
    rn_flow_view_free(run->visitors.view);
    rn_flow_free(run->flow);
    rn_fragments_free(run->fragments);
    rn_neighbours_free(run->neighbours);
    rn_intern_free(run->names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct run run;
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    uint8_t link = rn_take_u8(&r), table = rn_take_u8(&r);
    if (r.bad)
        return 0;
    memset(&run, 0, offsetof(struct run, events));
    start(&run, link, table);
    for (unsigned n = 0; n < MAX_FRAMES && rn_reader_left(&r) >= 5; n++) {
        uint8_t what = rn_take_u8(&r), passed = rn_take_u8(&r), cut = rn_take_u8(&r);
        size_t len = rn_take_be16(&r), left = rn_reader_left(&r);
        pass_time(&run, passed);
        act(&run, what, passed, cut);
        take_frame(&run, rn_take_bytes(&r, len < left ? len : left), cut);
    }
    finish(&run);
    return 0;
}
