// SPDX-License-Identifier: Apache-2.0
// Closed rows: kept once, as they were, the newest of them, and never beside the same row in the table.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "made_flow.h"
#include "shard.h"

#define T0 MADE_T0
enum { KEPT = 100 };

static struct rn_flow_cfg cfg;
static struct rn_flow *flow;
static struct rn_archived out[2 * KEPT];

static void lay(uint32_t rows, uint32_t archive)
{
    cfg = (struct rn_flow_cfg){
        .max_connections = rows, .shards = 1, .seed = {5, 6}, .dpi = true, .archive = archive};
    flow = rn_flow_new(&cfg, NULL);
    assert_non_null(flow);
}

static void give(uint32_t n, bool back, uint8_t flags, rn_time time)
{
    struct made_packet made = {
        .flow = n, .proto = RN_PROTO_TCP, .back = back, .flags = flags, .time = time};
    struct rn_packet p = made_packet(cfg.seed, &made);
    rn_flow_ingest(flow, &p, 1, NULL, NULL);
}

static void talk(uint32_t n, rn_time time)
{
    give(n, false, RN_TCP_SYN, time);
    give(n, true, RN_TCP_SYN | RN_TCP_ACK, time);
    give(n, false, RN_TCP_ACK, time);
}

static void clean(rn_time now)
{
    while (rn_flow_cleanup(flow, 0, now, NULL))
        ;
}

static struct rn_conn *row_of(uint32_t n)
{
    struct made_packet made = {.flow = n, .proto = RN_PROTO_TCP};
    struct rn_packet p = made_packet(cfg.seed, &made);
    uint32_t row = flow_find(&flow->shard[0], p.hash, &p.key);
    return row == FLOW_NONE ? NULL : flow_row(&flow->shard[0], row);
}

static void a_closed_row_is_kept_as_it_was(void **state)
{
    (void)state;
    static const char name[] = "example.org";
    lay(100, KEPT);
    talk(1, T0);
    give(1, true, RN_TCP_RST, T0 + RN_SEC);
    struct rn_conn before = *row_of(1);
    struct rn_facts facts;
    rn_facts_clear(&facts);
    rn_facts_put_text(&facts, RN_FACT_SNI, rn_bytes_of(name, sizeof name - 1));
    row_of(1)->facts_ref = flow_store_save(flow->shard[0].facts, &facts);
    assert_int_equal(rn_flow_archive_count(flow), 0);
    clean(T0 + 10 * RN_SEC);
    assert_int_equal(rn_flow_archive_count(flow), 1);
    assert_int_equal(rn_flow_rows(flow), 0);
    give(1, false, RN_TCP_FIN | RN_TCP_ACK, T0 + 11 * RN_SEC); // late
    give(1, false, RN_TCP_SYN, T0 + 12 * RN_SEC);              // another generation
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, KEPT), 1);
    assert_int_equal(out[0].number, 0);
    assert_int_equal(out[0].reason, RN_CLOSE_CLOSED);
    assert_int_equal(out[0].closed_at, T0 + 10 * RN_SEC);
    before.facts_ref = out[0].conn.facts_ref;
    assert_memory_equal(&out[0].conn, &before, sizeof before);
    assert_int_equal(rn_facts_find(&out[0].facts, RN_FACT_SNI, 0).len, sizeof name - 1);
    assert_int_not_equal(row_of(1)->id, out[0].conn.id);
    rn_flow_free(flow);
}

static void the_newest_are_kept_and_each_once(void **state)
{
    (void)state;
    lay(1000, KEPT);
    for (uint32_t n = 0; n < 3 * KEPT; n++) {
        talk(n, T0 + n * RN_SEC);
        give(n, false, RN_TCP_RST, T0 + n * RN_SEC);
        clean(T0 + n * RN_SEC);
    }
    clean(T0 + 4 * KEPT * RN_SEC);
    assert_int_equal(rn_flow_archive_total(flow), 3 * KEPT);
    assert_int_equal(rn_flow_archive_count(flow), KEPT);
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 2 * KEPT), KEPT);
    for (uint32_t i = 0; i < KEPT; i++) {
        assert_int_equal(out[i].number, 3 * KEPT - 1 - i);
        assert_int_equal(out[i].conn.id, 3 * KEPT - i);
    }
    assert_int_equal(rn_flow_archive_copy(flow, 3 * KEPT - 10, out, 5), 5);
    assert_int_equal(out[0].number, 3 * KEPT - 11);
    assert_int_equal(rn_flow_archive_copy(flow, 2 * KEPT, out, 5), 0); // overwritten
    rn_flow_archive_clear(flow);
    assert_int_equal(rn_flow_archive_count(flow), 0);
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 5), 0);
    rn_flow_free(flow);
}

static void what_each_reason_leaves_behind(void **state)
{
    (void)state;
    lay(3, KEPT);
    talk(1, T0);
    talk(2, T0);
    give(3, false, RN_TCP_SYN, T0);
    give(4, false, RN_TCP_SYN, T0); // evicts a half-open row: not worth keeping
    assert_int_equal(rn_flow_archive_count(flow), 0);
    talk(4, T0);
    give(5, false, RN_TCP_SYN, T0); // evicts a talk
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 5), 1);
    assert_int_equal(out[0].reason, RN_CLOSE_EVICTED);
    clean(T0 + 70 * RN_SEC); // the half-open one
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 5), 2);
    assert_int_equal(out[0].reason, RN_CLOSE_TIMEOUT);
    give(4, false, RN_TCP_FIN | RN_TCP_ACK, T0 + 71 * RN_SEC);
    give(4, false, RN_TCP_SYN, T0 + 72 * RN_SEC);
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 5), 3);
    assert_int_equal(out[0].reason, RN_CLOSE_REPLACED);
    while (rn_flow_drain(flow, 0, T0 + 73 * RN_SEC, NULL))
        ;
    assert_int_equal(rn_flow_archive_count(flow), 3); // the end keeps nothing
    rn_flow_free(flow);
}

static void clearing_the_table_clears_it_too(void **state)
{
    (void)state;
    lay(100, KEPT);
    for (uint32_t n = 0; n < 50; n++)
        talk(n, T0);
    give(1, true, RN_TCP_RST, T0);
    clean(T0 + 10 * RN_SEC);
    assert_int_equal(rn_flow_archive_count(flow), 1);
    rn_flow_clear(flow);
    assert_int_equal(rn_flow_archive_count(flow), 0);
    assert_int_equal(rn_flow_rows(flow), 0);
    assert_int_equal(flow->shard[0].rows.used, 0);
    talk(7, T0 + 11 * RN_SEC);
    assert_int_equal(rn_flow_rows(flow), 1);
    rn_flow_free(flow);
}

static void without_an_archive_nothing_is_kept(void **state)
{
    (void)state;
    lay(100, 0);
    talk(1, T0);
    clean(T0 + 1000 * RN_SEC);
    assert_int_equal(rn_flow_rows(flow), 0);
    assert_int_equal(rn_flow_archive_count(flow), 0);
    assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 5), 0);
    rn_flow_archive_clear(flow);
    rn_flow_free(flow);
}

// Facts of every size, far more often than there is room for.
static void facts_of_overwritten_rows_are_given_back(void **state)
{
    (void)state;
    static char text[1500];
    memset(text, 'x', sizeof text);
    lay(10, 10);
    for (uint32_t n = 0; n < 500; n++) {
        rn_time t = T0 + n * 40 * RN_SEC;
        struct rn_facts facts;
        talk(n, t);
        rn_facts_clear(&facts);
        for (uint32_t left = n * 7 % 1500; left > 0; left -= left < 250 ? left : 250)
            rn_facts_put_text(&facts, RN_FACT_SNI, rn_bytes_of(text, left < 250 ? left : 250));
        row_of(n)->facts_ref = flow_store_save(flow->shard[0].facts, &facts);
        give(n, true, RN_TCP_RST, t);
        clean(t + 10 * RN_SEC);
        assert_int_equal(rn_flow_archive_copy(flow, UINT64_MAX, out, 1), 1);
        assert_int_equal(out[0].facts.len, facts.len);
    }
    rn_flow_archive_clear(flow);
    for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
        assert_int_equal(flow->archive.facts[c].used, 0);
    rn_flow_free(flow);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_row_is_kept_as_it_was),
        cmocka_unit_test(the_newest_are_kept_and_each_once),
        cmocka_unit_test(what_each_reason_leaves_behind),
        cmocka_unit_test(clearing_the_table_clears_it_too),
        cmocka_unit_test(without_an_archive_nothing_is_kept),
        cmocka_unit_test(facts_of_overwritten_rows_are_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
