// SPDX-License-Identifier: Apache-2.0
// What cannot be opened is told in a sentence; what was opened runs, ends with everything written, and adds up.
#include "child.h"
#include "run.h"

#include <errno.h>
#include <fcntl.h>

#include "rustnet/wire.h"

static struct run r;

// --- what fails ---------------------------------------------------------------------------------------------------------

static void assert_open_fails(int code, const char *part)
{
    struct rn_err err = {0};
    int rc = app_monitor_open(&r.m, &r.o, &err);
    if (rc >= 0 || (code && rc != code) || !err.msg[0] || !strstr(err.msg, part))
        fail_msg("%d and \"%s\"", rc, err.msg);
    assert_int_equal(app_monitor_close(&r.m, NULL), 0);
}

static void a_file_that_is_not_there_is_told(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        run_defaults(&r);
        *(i ? &r.o.play : &r.o.read) = "/nowhere/at/all.pcap";
        assert_open_fails(-ENOENT, "/nowhere/at/all.pcap");
    }
}

static void a_file_that_is_no_capture_is_told(void **state)
{
    (void)state;
    run_defaults(&r);
    made_text(&r.trace, "what is this?");
    made_close(&r.trace);
    r.o.read = r.trace.path;
    assert_open_fails(-EINVAL, r.trace.path);
    (void)unlink(r.trace.path);
}

static void a_link_type_that_nobody_knows_is_told(void **state)
{
    (void)state;
    run_defaults(&r);
    made_pcap(&r.trace, MAGIC_NSEC, 187); // Bluetooth
    made_close(&r.trace);
    r.o.play = r.trace.path;
    assert_open_fails(-EINVAL, "link type");
    (void)unlink(r.trace.path);
}

static void a_filter_that_does_not_compile_is_told(void **state)
{
    (void)state;
    run_defaults(&r);
    trace_of_flows(&r.trace, 1, 1);
    r.o.read = r.trace.path;
    r.o.filter = "port eighty and";
    assert_open_fails(-EINVAL, "filter");
    (void)unlink(r.trace.path);
}

static void an_event_stream_that_cannot_be_written_is_told(void **state)
{
    (void)state;
    char link[80];
    run_defaults(&r);
    trace_of_flows(&r.trace, 1, 1);
    r.o.read = r.trace.path;
    r.o.json_log = "/nowhere/at/all.jsonl";
    assert_open_fails(-ENOENT, "/nowhere/at/all.jsonl");
    (void)snprintf(link, sizeof link, "%s.link", r.trace.path);
    assert_int_equal(symlink(r.trace.path, link), 0);
    r.o.json_log = link;
    assert_open_fails(0, link); // somebody else may have laid it there
    (void)unlink(link);
    (void)unlink(r.trace.path);
}

static void a_device_that_is_not_there_is_told(void **state)
{
    (void)state;
    run_defaults(&r);
    r.o.interface = "nosuchdev0";
    assert_open_fails(0, "");
}

static void a_table_that_makes_no_sense_is_told(void **state)
{
    (void)state;
    run_defaults(&r);
    trace_of_flows(&r.trace, 1, 1);
    r.o.read = r.trace.path;
    r.o.workers = APP_WORKERS_MAX + 1;
    assert_open_fails(-EINVAL, "workers");
    (void)unlink(r.trace.path);
}

// --- what runs ----------------------------------------------------------------------------------------------------------

static void a_trace_knows_no_system(void **state)
{
    (void)state;
    run_defaults(&r);
    r.o.play = "";
    assert_true(rn_local_add_text(&r.o.local, "10.0.0.0/8"));
    run_open(&r, 1, false);
    assert_null(r.m.host);
    assert_true(r.m.clock.plays);
    assert_int_equal(r.m.link, TRAFFIC_LINK);
    assert_int_equal(r.m.bell, -1);
    assert_string_equal(r.m.stats.host.method.s, "none (trace)");
    assert_memory_equal(&r.m.stats.local, &r.o.local, sizeof r.o.local);
    assert_null(r.m.cleanup_events); // nobody asks for events
    run_close(&r);
}

static void counts_of_the_table_and_the_pipeline_come_together(void **state)
{
    (void)state;
    run_defaults(&r);
    run_open(&r, 1, false);
    struct traffic t;
    for (uint32_t n = 0; n < 3; n++) {
        traffic_udp(&t, n, 10);
        run_offer(&r, &t, TRAFFIC_T0);
    }
    t.len = 10;
    run_offer(&r, &t, TRAFFIC_T0);
    // Reset, and taken away: what comes later makes no row.
    traffic_tcp(&t, 9, false, RN_TCP_SYN, 1, 0);
    run_offer(&r, &t, TRAFFIC_T0);
    traffic_tcp(&t, 9, true, RN_TCP_RST | RN_TCP_ACK, 1, 2);
    run_offer(&r, &t, TRAFFIC_T0 + 1);
    atomic_store(&r.m.kernel_drops, 7);
    run_ingest(&r);
    struct rn_counts c = run_counts(&r);
    assert_int_equal(c.packets, 6);
    assert_int_equal(c.parsed, 5);
    assert_int_equal(c.ignored[RN_IGNORE_IP], 1);
    assert_int_equal(c.dropped_kernel, 7);
    assert_int_equal(c.rows_created, 4);
    for (unsigned shard = 0; shard < rn_flow_shards(r.m.flow); shard++)
        (void)rn_flow_cleanup(r.m.flow, shard, TRAFFIC_T0 + 20 * RN_SEC, NULL);
    traffic_tcp(&t, 9, true, RN_TCP_ACK, 1, 2);
    const struct rn_frame frame = traffic_frame(&t, TRAFFIC_T0 + 21 * RN_SEC);
    struct rn_packet late;
    assert_int_equal(rn_wire_decode(TRAFFIC_LINK, &frame, &late), RN_IGNORE_NONE);
    late.hash = rn_key_hash(r.m.seed, &late.key);
    rn_flow_ingest(r.m.flow, &late, 1, NULL, NULL);
    c = run_counts(&r);
    assert_int_equal(c.ignored[RN_IGNORE_LATE], 1);
    assert_int_equal(c.parsed, 4); // it moved from here to there
    run_close(&r);
}

static void a_ring_of_the_bell_is_a_byte(void **state)
{
    (void)state;
    int fd[2];
    char byte;
    run_defaults(&r);
    run_open(&r, 1, false);
    app_monitor_ring(&r.m); // nobody listens
    assert_int_equal(pipe(fd), 0);
    assert_int_equal(fcntl(fd[1], F_SETFL, O_NONBLOCK), 0);
    r.m.bell = fd[1];
    app_monitor_ring(&r.m);
    assert_int_equal(read(fd[0], &byte, 1), 1);
    for (unsigned n = 0; n < 100000; n++) // a full pipe holds nobody up
        app_monitor_ring(&r.m);
    close(fd[0]);
    close(fd[1]);
    run_close(&r);
}

static bool is_over(struct app_monitor *m)
{
    rn_mutex_lock(&m->stats.lock);
    bool over = m->stats.trace_over;
    rn_mutex_unlock(&m->stats.lock);
    return over;
}

// From here on in children: a start gives away rights for good.

static int play(void *arg)
{
    const unsigned flows = *(const unsigned *)arg;
    struct rn_err err = {0};
    run_defaults(&r);
    r.o.play = "";
    r.o.workers = flows % 3 + 1;
    run_open(&r, flows, true);
    CHECK(app_monitor_start(&r.m, &err) == 0);
    while (!is_over(&r.m))
        nap(RN_MSEC);
    app_monitor_stop(&r.m);
    struct rn_counts c = run_counts(&r);
    CHECK(c.packets == flows && c.parsed == flows && counts_ignored(&c) == 0);
    CHECK(c.rows_created == flows && c.rows_closed == flows && c.rows_evicted == 0);
    CHECK(c.dropped_ring == 0 && c.dropped_kernel == 0 && c.dropped_table == 0);
    CHECK(c.bytes == (uint64_t)flows * (TRAFFIC_UDP_HEADERS + 10));
    CHECK(app_now(&r.m.clock) == TRAFFIC_T0 + (flows - 1) * RN_MSEC);
    CHECK(app_monitor_close(&r.m, &err) == 0);
    char *text = file_text(r.json), want[64];
    CHECK(text_count(text, "\n") == 2 * flows + 1);
    for (unsigned n = 0; n < flows; n++) {
        (void)snprintf(want, sizeof want, "\"source_ip\":\"10.0.0.%u\",", n);
        CHECK(text_count(text, want) == 2);
    }
    CHECK(text_count(text, "\"event\":\"new_connection\"") == flows);
    CHECK(text_count(text, "\"event\":\"connection_closed\"") == flows);
    CHECK(text_count(text, "\"reason\":\"end\"") == flows);
    const char *summary = strstr(text, "\"event\":\"summary\"");
    CHECK(summary && text_count(summary, "\n") == 1); // the last line
    (void)snprintf(want, sizeof want, "\"packets\":%u,", flows);
    CHECK(strstr(summary, want) != NULL);
    free(text);
    (void)unlink(r.trace.path);
    (void)unlink(r.json);
    return 0;
}

static void a_played_trace_is_written_whole(void **state)
{
    (void)state;
    for (unsigned flows = 1; flows <= 120; flows += 40)
        child_run(play, &flows);
}

static int stop_early(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    run_defaults(&r);
    r.o.play = "";
    trace_of_flows(&r.trace, 200, 3600 * RN_SEC); // would take 400 s
    run_open(&r, 0, true);
    CHECK(app_monitor_start(&r.m, &err) == 0);
    while (run_counts(&r).packets == 0)
        nap(RN_MSEC);
    app_monitor_stop(&r.m); // the alarm goes off if this waits for the trace
    struct rn_counts c = run_counts(&r);
    CHECK(c.packets >= 1 && c.packets < 200 && c.rows_closed == c.rows_created);
    CHECK(app_monitor_close(&r.m, &err) == 0);
    char *text = file_text(r.json);
    CHECK(text_count(text, "\"event\":\"connection_closed\"") == c.packets);
    CHECK(text_count(text, "\"event\":\"summary\"") == 1);
    free(text);
    (void)unlink(r.trace.path);
    (void)unlink(r.json);
    return 0;
}

static void a_run_ends_when_it_is_told_to(void **state)
{
    (void)state;
    child_run(stop_early, NULL);
}

static int start_and_stop_at_once(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    for (unsigned round = 0; round < 10; round++) {
        run_defaults(&r);
        r.o.workers = 4;
        run_open(&r, 50, round % 2);
        if (round % 3)
            CHECK(app_monitor_start(&r.m, &err) == 0);
        app_monitor_stop(&r.m); // also of what was never started
        struct rn_counts c = run_counts(&r);
        CHECK(c.packets == c.parsed && c.rows_created == c.parsed);
        run_close(&r);
    }
    return 0;
}

static void a_run_may_end_before_it_has_begun(void **state)
{
    (void)state;
    child_run(start_and_stop_at_once, NULL);
}

static int fail_at_close(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    run_defaults(&r);
    r.o.json_log = "/dev/full";
    trace_of_flows(&r.trace, 3, RN_MSEC);
    r.o.read = r.trace.path;
    if (app_monitor_open(&r.m, &r.o, &err))
        return child_skips("there is no /dev/full");
    CHECK(app_monitor_start(&r.m, &err) == 0);
    app_monitor_stop(&r.m);
    CHECK(app_monitor_close(&r.m, &err) == -ENOSPC);
    CHECK(err.msg[0] != 0);
    (void)unlink(r.trace.path);
    return 0;
}

static void an_event_stream_that_is_not_complete_is_told(void **state)
{
    (void)state;
    child_run(fail_at_close, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_not_there_is_told),
        cmocka_unit_test(a_file_that_is_no_capture_is_told),
        cmocka_unit_test(a_link_type_that_nobody_knows_is_told),
        cmocka_unit_test(a_filter_that_does_not_compile_is_told),
        cmocka_unit_test(an_event_stream_that_cannot_be_written_is_told),
        cmocka_unit_test(a_device_that_is_not_there_is_told),
        cmocka_unit_test(a_table_that_makes_no_sense_is_told),
        cmocka_unit_test(a_trace_knows_no_system),
        cmocka_unit_test(counts_of_the_table_and_the_pipeline_come_together),
        cmocka_unit_test(a_ring_of_the_bell_is_a_byte),
        cmocka_unit_test(a_played_trace_is_written_whole),
        cmocka_unit_test(a_run_ends_when_it_is_told_to),
        cmocka_unit_test(a_run_may_end_before_it_has_begun),
        cmocka_unit_test(an_event_stream_that_is_not_complete_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
