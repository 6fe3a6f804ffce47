// SPDX-License-Identifier: Apache-2.0
// Views: order, window, selection, totals.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "shard.h"

#define T0 (1000 * RN_SEC)
#define NOW (T0 + RN_SEC / 2)

static struct rn_flow_cfg cfg;
static struct rn_snapshot snap;
static struct rn_flow *flow;
static struct rn_flow_view *view;

static void make(uint32_t max, uint32_t shards)
{
    cfg =
        (struct rn_flow_cfg){.max_connections = max, .shards = shards, .dpi = true, .seed = {5, 6}};
    assert_true(rn_local_add_text(&cfg.local, "10.0.0.0/8"));
    assert_true(rn_local_add_text(&cfg.local, "2001:db8:f::/48"));
    flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
    view = rn_flow_view_new(flow, NULL);
    assert_non_null(view);
    snap =
        (struct rn_snapshot){.request = {.count = RN_VIEW_ROWS, .select_position = RN_VIEW_NONE}};
}

static void done(void)
{
    rn_flow_view_free(view);
    rn_flow_free(flow);
}

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    assert_true(rn_ip_parse(text, &out));
    return out;
}

static struct rn_packet packet_of(const char *local, uint16_t lport, const char *remote,
                                  uint16_t rport, uint16_t proto, rn_time time)
{
    struct rn_packet p = {.time = time, .wire_bytes = 60};
    p.from = (uint8_t)rn_key_make(&p.key, ip(local), lport, ip(remote), rport, proto);
    p.hash = rn_key_hash(cfg.seed, &p.key);
    return p;
}

static struct rn_key give(struct rn_packet p)
{
    rn_flow_ingest(flow, &p, 1, NULL, NULL);
    return p.key;
}

// Row n of many that differ in their local port, and are made one after the other.
static struct rn_key add(uint32_t n)
{
    return give(
        packet_of("10.0.0.1", (uint16_t)(1000 + n), "192.0.2.1", 443, RN_PROTO_UDP, T0 + n));
}

static uint32_t number_of(const struct rn_conn *conn)
{
    return conn->key.port[conn->local] - 1000u;
}

static struct rn_conn *row_of(const struct rn_key *key)
{
    uint64_t hash = rn_key_hash(cfg.seed, key);
    struct flow_shard *s = &flow->shard[rn_flow_shard(flow, hash)];
    uint32_t row = flow_find(s, hash, key);
    assert_true(row != FLOW_NONE);
    return flow_row(s, row);
}

static void look(const struct rn_view_ops *ops)
{
    static const struct rn_view_ops none;
    rn_flow_view(flow, view, ops ? ops : &none, NOW, &snap);
}

// Order.

struct row_spec {
    const char *local;
    uint16_t local_port;
    const char *remote;
    uint16_t remote_port;
    rn_dur first, rtt; // after T0; 0: not known
    uint32_t bytes;
    const char *text;
};
static const struct row_spec specs[] = {
    {"10.0.0.1", 1000, "203.0.113.9", 443, 3, 30, 900, "curl"},
    {"2001:db8:f::1", 5, "::5", 443, 1, 0, 500, ""},
    {"10.0.0.2", 1000, "203.0.113.9", 80, 1, 0, 500, "curl"},
    {"10.0.0.1", 999, "203.0.113.10", 443, 2, 5, 500, "Bash"},
    {"10.0.0.1", 1000, "203.0.113.9", 444, 0, 30, 9000, "curlx"},
    {"10.0.0.3", 1, "9.0.0.1", 1, 2, 0, 100, "abcdefghijklmnopqrstuvwxyz"},
};
enum { SPECS = sizeof specs / sizeof specs[0] };

static void add_spec(const struct row_spec *spec)
{
    struct rn_packet p = packet_of(spec->local, spec->local_port, spec->remote, spec->remote_port,
                                   RN_PROTO_TCP, T0 + spec->first);
    p.wire_bytes = spec->bytes;
    p.tcp.flags = RN_TCP_SYN;
    give(p);
    if (!spec->rtt)
        return;
    p.from = (uint8_t)(1 - p.from);
    p.wire_bytes = 0;
    p.time += spec->rtt;
    p.tcp.flags = RN_TCP_SYN | RN_TCP_ACK;
    give(p);
}

static enum rn_sort sort_asked;
static void spec_text(void *ctx, enum rn_sort sort, const struct rn_conn *conn,
                      const struct rn_facts *facts, rn_time now, char out[24])
{
    assert_ptr_equal(ctx, specs);
    assert_null(facts);
    assert_true(now == NOW);
    sort_asked = sort;
    size_t len = strlen(specs[conn->id - 1].text); // one shard: ids count from 1
    memcpy(out, specs[conn->id - 1].text, len < 24 ? len : 24);
}

static void rows_come_in_the_order_of_each_column_then_of_creation(void **state)
{
    (void)state;
    static const struct {
        enum rn_sort sort;
        const char *upwards, *downwards;
    } cases[] = {
        {RN_SORT_TIME, "ebcdfa", "afdcbe"},      {RN_SORT_REMOTE, "fcaedb", "bdeacf"},
        {RN_SORT_LOCAL, "deacfb", "bfcead"},     {RN_SORT_RTT, "bcfdea", "eadbcf"},
        {RN_SORT_BANDWIDTH, "fbcdae", "eabcdf"}, {RN_SORT_PROCESS, "bdfcae", "ecafdb"},
        {RN_SORT_SERVICE, "bdfcae", "ecafdb"},   {RN_SORT_APP, "bdfcae", "ecafdb"},
        {RN_SORT_STATE, "bdfcae", "ecafdb"},
    };
    make(100, 1);
    for (size_t i = 0; i < SPECS; i++)
        add_spec(&specs[i]);
    union {
        const void *in;
        void *out;
    } ctx = {specs};
    const struct rn_view_ops ops = {.ctx = ctx.out, .sort_text = spec_text};
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof cases[0]); i++) {
        char order[SPECS + 1] = "";
        snap.request.sort = cases[i / 2].sort;
        snap.request.descending = i % 2;
        sort_asked = snap.request.sort;
        look(&ops);
        assert_int_equal(sort_asked, snap.request.sort);
        assert_int_equal(snap.row_count, SPECS);
        for (size_t k = 0; k < SPECS; k++)
            order[k] = (char)('a' + (int)snap.row[k].conn.id - 1);
        assert_string_equal(order, i % 2 ? cases[i / 2].downwards : cases[i / 2].upwards);
    }
    done();
}

static void silent_rows_have_no_bandwidth(void **state)
{
    (void)state;
    make(100, 1);
    struct rn_packet p = packet_of("10.0.0.1", 1, "192.0.2.1", 443, RN_PROTO_UDP, T0 - 20 * RN_SEC);
    p.wire_bytes = 1000000;
    give(p);
    p = packet_of("10.0.0.1", 2, "192.0.2.1", 443, RN_PROTO_UDP, T0 - 10 * RN_SEC);
    give(p);
    snap.request.sort = RN_SORT_BANDWIDTH;
    snap.request.descending = true;
    look(NULL);
    assert_int_equal(snap.row[0].conn.key.port[snap.row[0].conn.local], 2);
    done();
}

// Against qsort: order and windows of many rows, also of patterns that are hard for a quicksort.

enum { MANY = 6000 };
static uint8_t text_of[MANY][24];
static struct rn_row copies[MANY];

static void many_text(void *ctx, enum rn_sort sort, const struct rn_conn *conn,
                      const struct rn_facts *facts, rn_time now, char out[24])
{
    (void)ctx, (void)sort, (void)facts, (void)now;
    memcpy(out, text_of[number_of(conn)], 24);
}

static int sign_by = 1;
static int compare(const void *a, const void *b)
{
    const struct rn_conn *x = &((const struct rn_row *)a)->conn,
                         *y = &((const struct rn_row *)b)->conn;
    int by_text = memcmp(text_of[number_of(x)], text_of[number_of(y)], 24);
    if (by_text)
        return sign_by * by_text;
    if (x->first_seen != y->first_seen)
        return x->first_seen < y->first_seen ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void fill_texts(unsigned pattern)
{
    uint32_t random = 12345;
    memset(text_of, 0, sizeof text_of);
    for (uint32_t n = 0; n < MANY; n++) {
        random = random * 1664525 + 1013904223;
        const uint32_t value[] = {random, n, MANY - n, 0, n % 7, n < MANY / 2 ? n : MANY - n};
        for (unsigned i = 0; i < 4; i++)
            text_of[n][pattern == 0 ? random % 21 + i : i] =
                (uint8_t)(value[pattern] >> (24 - 8 * i));
    }
}

static void copy_all(const struct rn_view_ops *ops)
{
    bool seen[MANY] = {false};
    for (uint32_t at = 0; at < MANY; at += snap.row_count) {
        snap.request.first = at;
        snap.request.count = RN_VIEW_ROWS < MANY - at ? RN_VIEW_ROWS : MANY - at;
        look(ops);
        assert_int_equal(snap.matched, MANY);
        assert_int_equal(snap.first, at);
        assert_int_equal(snap.row_count, snap.request.count);
        for (uint32_t i = 0; i < snap.row_count; i++) {
            uint32_t n = number_of(&snap.row[i].conn);
            assert_false(seen[n]);
            seen[n] = true;
            copies[at + i] = snap.row[i];
        }
    }
}

static void any_window_is_that_of_the_sorted_table(void **state)
{
    (void)state;
    static const uint32_t first[] = {0, 1, 59, 60, 700, MANY / 2, MANY - 61, MANY - 60};
    make(MANY + MANY / 4, 16);
    for (uint32_t n = 0; n < MANY; n++) // three rows each are made at the same time
        give(packet_of("10.0.0.1", (uint16_t)(1000 + n), "192.0.2.1", 443, RN_PROTO_UDP,
                       T0 + n / 3));
    const struct rn_view_ops ops = {.sort_text = many_text};
    for (unsigned pattern = 0; pattern < 6; pattern++) {
        fill_texts(pattern);
        snap.request.sort = RN_SORT_PROCESS;
        snap.request.descending = pattern % 2;
        snap.request.has_selected = false;
        sign_by = pattern % 2 ? -1 : 1;
        copy_all(&ops);
        qsort(copies, MANY, sizeof copies[0], compare);
        for (size_t i = 0; i < sizeof first / sizeof first[0]; i++) {
            snap.request.first = first[i];
            snap.request.count = 60;
            snap.request.has_selected = true;
            snap.request.selected = copies[first[i] + i].conn.key;
            look(&ops);
            assert_int_equal(snap.first, first[i]);
            assert_int_equal(snap.row_count, 60);
            assert_int_equal(snap.selected_position, first[i] + i);
            for (uint32_t k = 0; k < 60; k++)
                assert_memory_equal(&snap.row[k].conn, &copies[first[i] + k].conn,
                                    sizeof(struct rn_conn));
        }
    }
    done();
}

// Rates of a table that is larger than what gathers before a cut: long silent, steady, young, just begun.

enum { TALKERS = 20000 };
static const rn_dur heard_of[] = {-30 * RN_SEC, -12 * RN_SEC, -11 * RN_SEC, -10 * RN_SEC,
                                  -9 * RN_SEC,  -5 * RN_SEC,  -2 * RN_SEC,  -RN_SEC,
                                  -RN_SEC / 2,  -RN_SEC / 4};

static void talk_for_a_while(void)
{
    uint32_t random = 1;
    for (size_t t = 0; t < sizeof heard_of / sizeof heard_of[0]; t++) {
        for (uint32_t n = 0; n < TALKERS; n++) {
            random = random * 1664525 + 1013904223;
            if (t > 0 && (random >> 16) % 3)
                continue;
            struct rn_packet p = packet_of("10.0.0.1", (uint16_t)(1000 + n), "192.0.2.1", 443,
                                           RN_PROTO_UDP, NOW + heard_of[t]);
            p.wire_bytes = 60 + (random >> 20) % (n % 10 ? 1400 : 40);
            give(p);
        }
    }
}

static double rate_at(const struct rn_conn *conn)
{
    double bps[2];
    const struct flow_shard *s = &flow->shard[conn->id % flow->cfg.shards];
    size_t at = (size_t)((const uint8_t *)conn - s->rows.base);
    uint32_t row = (uint32_t)(at / FLOW_ROW_BYTES);
    rn_conn_rates_bps(conn, flow_rate(s, row), NOW, bps);
    return bps[0] + bps[1];
}

static int compare_rates(const void *a, const void *b)
{
    const struct rn_conn *x = *(const struct rn_conn *const *)a,
                         *y = *(const struct rn_conn *const *)b;
    double by = rate_at(x) - rate_at(y);
    if (by < 0 || by > 0)
        return by < 0 ? sign_by : -sign_by;
    if (x->first_seen != y->first_seen)
        return x->first_seen < y->first_seen ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static void the_fastest_are_those_of_the_sorted_table(void **state)
{
    (void)state;
    static const struct rn_conn *sorted[TALKERS];
    static const uint32_t first[] = {0, 30, 9000, TALKERS - 60};
    make(TALKERS + TALKERS / 4, 16);
    talk_for_a_while();
    uint32_t rows = 0;
    for (unsigned i = 0; i < 16; i++)
        for (uint32_t row = flow_used_from(&flow->shard[i], 0); row < flow->shard[i].rows.cap;
             row = flow_used_from(&flow->shard[i], row + 1))
            sorted[rows++] = flow_row(&flow->shard[i], row);
    assert_int_equal(rows, TALKERS);
    for (unsigned i = 0; i < 4 * sizeof first / sizeof first[0]; i++) {
        snap.request = (struct rn_view_request){.sort = RN_SORT_BANDWIDTH,
                                                .descending = i & 1,
                                                .first = first[i / 4],
                                                .count = 60,
                                                .select_position = RN_VIEW_NONE};
        sign_by = i & 1 ? 1 : -1;
        qsort(sorted, TALKERS, sizeof sorted[0], compare_rates);
        snap.request.has_selected = i & 2;
        snap.request.selected = sorted[first[i / 4] + 7]->key;
        look(NULL);
        assert_int_equal(snap.matched, TALKERS);
        assert_int_equal(snap.selected_position, i & 2 ? first[i / 4] + 7 : RN_VIEW_NONE);
        for (uint32_t k = 0; k < 60; k++)
            assert_int_equal(snap.row[k].conn.id, sorted[first[i / 4] + k]->id);
    }
    sign_by = 1;
    done();
}

// Window and selection.

#define NONE RN_VIEW_NONE
enum { BY_KEY = 0x10000, GONE = 0x20000 }; // in `select`: row n by its key

struct window_case {
    uint32_t rows, first, count, select;
    uint32_t first_got, count_got, selected_got;
};
static const struct window_case window_cases[] = {
    {0, 0, 10, NONE, 0, 0, NONE},
    {0, 5, 10, 3, 0, 0, NONE},
    {0, 5, 10, BY_KEY + GONE, 0, 0, NONE},
    {1, 0, 10, NONE, 0, 1, NONE},
    {1, 7, 10, NONE, 0, 1, NONE},
    {1, 0, 10, 0, 0, 1, 0},
    {1, 0, 1, 99, 0, 1, 0},
    {1, 3, 10, BY_KEY + 0, 0, 1, 0},
    {100, 0, 10, NONE, 0, 10, NONE},
    {100, 90, 10, NONE, 90, 10, NONE},
    {100, 95, 10, NONE, 90, 10, NONE}, // full where it can be
    {100, 2000, 10, NONE, 90, 10, NONE},
    {100, 3, 100, NONE, 0, 100, NONE},
    {100, 0, 200, NONE, 0, 100, NONE},
    {100, 50, UINT32_MAX, NONE, 0, 100, NONE},
    {100, UINT32_MAX, 1, NONE, 99, 1, NONE},
    {100, 20, 10, 20, 20, 10, 20}, // a selection inside moves nothing
    {100, 20, 10, 29, 20, 10, 29},
    {100, 20, 10, 30, 21, 10, 30}, // beyond it, no more than it takes
    {100, 20, 10, 19, 19, 10, 19},
    {100, 20, 10, 0, 0, 10, 0},
    {100, 20, 10, 99, 90, 10, 99},
    {100, 20, 10, 5000, 90, 10, 99},
    {100, 20, 1, 50, 50, 1, 50},
    {100, 20, 10, BY_KEY + 25, 20, 10, 25},
    {100, 20, 10, BY_KEY + 77, 68, 10, 77},
    {100, 20, 10, BY_KEY + 3, 3, 10, 3},
    {100, 20, 10, BY_KEY + 99, 90, 10, 99},
    {100, 20, 10, BY_KEY + GONE, 20, 10, NONE},
    {100, 20, 0, NONE, 20, 0, NONE}, // totals only
    {100, 20, 0, BY_KEY + 7, 20, 0, 7},
    {600, 0, 600, NONE, 0, RN_VIEW_ROWS, NONE},
    {600, 500, 600, 0, 0, RN_VIEW_ROWS, 0},
};

static void the_window_moves_as_far_as_the_selection_needs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof window_cases / sizeof window_cases[0]; i++) {
        const struct window_case *c = &window_cases[i];
        make(1000, 16);
        for (uint32_t n = 0; n < c->rows; n++)
            add(n);
        snap.request.first = c->first;
        snap.request.count = c->count;
        if (c->select != NONE && c->select & BY_KEY) {
            struct rn_packet p = packet_of(
                "10.0.0.1", (uint16_t)(c->select & GONE ? 1 : 1000 + (c->select & 0xffff)),
                "192.0.2.1", 443, RN_PROTO_UDP, T0);
            snap.request.has_selected = true;
            snap.request.selected = p.key;
        } else {
            snap.request.select_position = c->select;
        }
        look(NULL);
        assert_int_equal(snap.matched, c->rows);
        assert_int_equal(snap.rows_total, c->rows);
        assert_int_equal(snap.first, c->first_got);
        assert_int_equal(snap.row_count, c->count_got);
        assert_int_equal(snap.selected_position, c->selected_got);
        for (uint32_t k = 0; k < snap.row_count; k++)
            assert_int_equal(number_of(&snap.row[k].conn), snap.first + k);
        done();
    }
}

static void a_position_asked_for_outweighs_the_key(void **state)
{
    (void)state;
    make(1000, 16);
    for (uint32_t n = 0; n < 100; n++)
        add(n);
    snap.request.has_selected = true;
    snap.request.selected = add(7);
    snap.request.select_position = 50;
    snap.request.count = 10;
    look(NULL);
    assert_int_equal(snap.selected_position, 50);
    assert_int_equal(snap.first, 41);
    done();
}

static bool odd_only(void *ctx, const struct rn_conn *conn, const struct rn_facts *facts,
                     rn_time now)
{
    (void)ctx;
    assert_null(facts);
    assert_true(now == NOW);
    return number_of(conn) % 2;
}

static void a_filter_leaves_totals_alone_and_hides_the_selection(void **state)
{
    (void)state;
    make(1000, 16);
    const struct rn_view_ops ops = {.match = odd_only};
    for (uint32_t n = 0; n < 100; n++)
        add(n);
    snap.request.count = 10;
    snap.request.first = 45;
    snap.request.has_selected = true;
    snap.request.selected = add(7);
    look(&ops);
    assert_int_equal(snap.rows_total, 100);
    assert_int_equal(snap.matched, 50);
    assert_int_equal(snap.selected_position, 3);
    assert_int_equal(snap.first, 3);
    for (uint32_t k = 0; k < 10; k++)
        assert_int_equal(number_of(&snap.row[k].conn), 2 * (snap.first + k) + 1);
    snap.request.selected = add(8);
    look(&ops);
    assert_int_equal(snap.selected_position, RN_VIEW_NONE);
    assert_int_equal(snap.first, 40);
    done();
}

// Totals.

static void totals_count_rows_and_names_by_what_is_shown(void **state)
{
    (void)state;
    static const struct {
        const char *local, *remote;
        uint16_t proto;
        uint32_t name; // 0: nobody's
    } rows[] = {
        {"10.0.0.1", "192.0.2.1", RN_PROTO_TCP, 1},
        {"10.0.0.1", "192.0.2.2", RN_PROTO_TCP, 1},
        {"10.0.0.1", "192.0.2.3", RN_PROTO_UDP, 2},
        {"10.0.0.1", "127.0.0.1", RN_PROTO_UDP, 0},
        {"10.0.0.1", "192.0.2.4", RN_PROTO_ARP, 0},
        {"127.0.0.1", "127.0.0.2", RN_PROTO_TCP, 3},
        {"::1", "::1", RN_PROTO_UDP, 4},
        {"::1", "2001:db8::1", RN_PROTO_UDP, 2},
        {"10.0.0.1", "192.0.2.5", RN_PROTO_ICMP, 0},
        {"10.0.0.1", "192.0.2.6", RN_PROTO_TCP, 65537},
    };
    make(1000, 16);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint16_t port = rows[i].proto == RN_PROTO_TCP || rows[i].proto == RN_PROTO_UDP ? 7 : 0;
        struct rn_key key = give(packet_of(rows[i].local, port, rows[i].remote,
                                           port ? (uint16_t)(port + i) : 0, rows[i].proto, T0));
        if (rows[i].name)
            assert_true(rn_flow_patch(flow, &key, row_of(&key)->id, 1, 0, rows[i].name));
    }
    struct rn_key closed = add(1); // and a tombstone, which counts nowhere
    row_of(&closed)->flags |= RN_CONN_TOMBSTONE;
    static const struct {
        bool loopback;
        uint32_t tcp, udp, total, processes;
    } cases[] = {{false, 3, 3, 8, 4}, {true, 4, 4, 10, 6}, {false, 3, 3, 8, 4}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snap.request.show_loopback = cases[i].loopback;
        look(NULL);
        assert_int_equal(snap.rows_tcp, cases[i].tcp);
        assert_int_equal(snap.rows_udp, cases[i].udp);
        assert_int_equal(snap.rows_total, cases[i].total);
        assert_int_equal(snap.matched, cases[i].total);
        assert_int_equal(snap.row_count, cases[i].total);
        assert_int_equal(snap.processes, cases[i].processes);
    }
    row_of(&closed)->flags &= (uint8_t)~RN_CONN_TOMBSTONE;
    done();
}

// Facts.

static bool has_facts(void *ctx, const struct rn_conn *conn, const struct rn_facts *facts,
                      rn_time now)
{
    (void)ctx, (void)now;
    struct rn_bytes host = rn_facts_find(facts, RN_FACT_HOST, 0);
    return number_of(conn) == 1 ? host.p && host.len == 7 : !host.p;
}

static void facts_come_with_the_row(void **state)
{
    (void)state;
    make(1000, 1);
    add(0);
    struct rn_key key = add(1);
    struct rn_dpi_row inspected;
    flow_inspection_load(&flow->shard[0], row_of(&key), &inspected);
    const struct rn_facts *facts = &inspected.facts;
    assert_true(rn_facts_put_text(&inspected.facts, RN_FACT_HOST, rn_bytes_of("a.b.net", 7)));
    flow_inspection_save(&flow->shard[0], row_of(&key), &inspected, true);
    const struct rn_view_ops ops = {.match = has_facts, .wants_facts = true};
    look(&ops);
    assert_int_equal(snap.matched, 2);
    assert_int_equal(snap.row[0].facts.len, 0);
    assert_int_equal(snap.row[1].facts.len, facts->len);
    assert_memory_equal(snap.row[1].facts.data, facts->data, facts->len);
    done();
}

// Rows that go between being gathered and being copied. Nobody else is there to take them away, so the callback does, as
// it sees the last row; it runs under the shard's lock, as they would.

static struct rn_conn *victim[4];
static bool take_away(void *ctx, const struct rn_conn *conn, const struct rn_facts *facts,
                      rn_time now)
{
    (void)ctx, (void)facts, (void)now;
    if (number_of(conn) == 19)
        for (unsigned i = 0; i < 4 && victim[i]; i++) {
            if (i % 2)
                victim[i]->flags |= RN_CONN_TOMBSTONE;
            else
                victim[i]->id += 1000;
        }
    return true;
}

static void rows_that_go_meanwhile_are_left_out(void **state)
{
    (void)state;
    static const struct {
        bool descending;
        uint32_t gone[4], first, count, select;
        uint32_t matched, row_count, selected;
        uint32_t selected_row; // that stands there
    } cases[] = {
        {false, {5, 6, NONE, NONE}, 4, 5, NONE, 18, 3, NONE, 0},
        {false, {5, 6, NONE, NONE}, 4, 5, BY_KEY + 8, 18, 3, 6, 8},
        {false, {5, 6, NONE, NONE}, 4, 5, BY_KEY + 4, 18, 3, 4, 4},
        {false, {5, 6, NONE, NONE}, 4, 5, BY_KEY + 6, 18, 3, NONE, 0},
        {false, {5, 6, NONE, NONE}, 4, 5, 5, 18, 3, 5, 7},
        {true, {0, NONE, NONE, NONE}, 15, 5, 19, 19, 4, 18, 1},
        {false, {0, 1, 2, NONE}, 0, 3, 0, 17, 0, 0, NONE},
        {false, {1, 2, NONE, NONE}, 4, 5, BY_KEY + 4, 20, 5, 4, 4}, // out of sight: next time
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        make(100, 1);
        struct rn_key key[20];
        for (uint32_t n = 0; n < 20; n++)
            key[n] = add(n);
        for (unsigned k = 0; k < 4; k++)
            victim[k] = cases[i].gone[k] == NONE ? NULL : row_of(&key[cases[i].gone[k]]);
        snap.request.first = cases[i].first;
        snap.request.count = cases[i].count;
        snap.request.descending = cases[i].descending;
        if (cases[i].select != NONE && cases[i].select & BY_KEY) {
            snap.request.has_selected = true;
            snap.request.selected = key[cases[i].select & 0xff];
        } else {
            snap.request.select_position = cases[i].select;
        }
        const struct rn_view_ops ops = {.match = take_away};
        look(&ops);
        assert_int_equal(snap.first, cases[i].first);
        assert_int_equal(snap.matched, cases[i].matched);
        assert_int_equal(snap.row_count, cases[i].row_count);
        assert_int_equal(snap.selected_position, cases[i].selected);
        if (cases[i].selected != NONE && cases[i].selected_row != NONE)
            assert_int_equal(number_of(&snap.row[cases[i].selected - snap.first].conn),
                             cases[i].selected_row);
        done();
    }
}

static void the_largest_table_has_a_view(void **state)
{
    (void)state;
    rn_flow_view_free(NULL);
    make(RN_FLOW_MAX_CONNECTIONS, RN_FLOW_SHARDS_MAX); // the largest there is: its pages are free
    add(1);
    look(NULL);
    assert_int_equal(snap.row_count, 1);
    done();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_order_of_each_column_then_of_creation),
        cmocka_unit_test(silent_rows_have_no_bandwidth),
        cmocka_unit_test(any_window_is_that_of_the_sorted_table),
        cmocka_unit_test(the_fastest_are_those_of_the_sorted_table),
        cmocka_unit_test(the_window_moves_as_far_as_the_selection_needs),
        cmocka_unit_test(a_position_asked_for_outweighs_the_key),
        cmocka_unit_test(a_filter_leaves_totals_alone_and_hides_the_selection),
        cmocka_unit_test(totals_count_rows_and_names_by_what_is_shown),
        cmocka_unit_test(facts_come_with_the_row),
        cmocka_unit_test(rows_that_go_meanwhile_are_left_out),
        cmocka_unit_test(the_largest_table_has_a_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
