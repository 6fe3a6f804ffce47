// SPDX-License-Identifier: Apache-2.0
// Owners of real sockets of this process; who is asked for and when; addresses that change.
#include "child.h"
#include "run.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include "ticks.h"

#define T0 TRAFFIC_T0
#define HOUR (3600 * RN_SEC)

static struct run r;

// A TCP connection of this process with itself.
static struct {
    int server, client, accepted;
    uint16_t client_port, server_port;
} talk;

static uint16_t port_of(int fd)
{
    struct sockaddr_in at = {0};
    socklen_t len = sizeof at;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    return ntohs(at.sin_port);
}

static int open_talk(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    talk.server = socket(AF_INET, SOCK_STREAM, 0);
    talk.client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(talk.server, (const struct sockaddr *)&at, sizeof at) || listen(talk.server, 1))
        return -1;
    talk.server_port = port_of(talk.server);
    at.sin_port = htons(talk.server_port);
    if (connect(talk.client, (const struct sockaddr *)&at, sizeof at))
        return -1;
    talk.accepted = accept(talk.server, NULL, NULL);
    talk.client_port = port_of(talk.client);
    return talk.accepted < 0;
}

static int close_talk(void **state)
{
    (void)state;
    close(talk.accepted);
    close(talk.client);
    close(talk.server);
    return 0;
}

// A monitor over a trace that asks the system all the same. local: what it takes for its own address at first.
static void lay(const char *local)
{
    run_defaults(&r);
    if (local)
        assert_true(rn_local_add_text(&r.o.local, local));
    run_open(&r, 1, false);
    r.m.host = rn_host_open(1000, NULL);
    assert_non_null(r.m.host);
    r.m.enrich.local_at = r.m.enrich.stranger_at = T0 + HOUR;
}

// True if this system tells who owns a socket.
static bool owners_are_told(void)
{
    struct rn_host_status status;
    rn_host_status(r.m.host, &status);
    return strcmp(status.method.s, "none") != 0;
}

// The row of the talk, made at `time`.
static void make_row(rn_time time)
{
    struct traffic t;
    traffic_tcp(&t, 1, false, RN_TCP_SYN, 1, 0);
    traffic_between(&t, "127.0.0.1", talk.client_port, "127.0.0.1", talk.server_port);
    run_offer(&r, &t, time);
    run_ingest(&r);
    assert_int_equal(rn_flow_rows(r.m.flow), 1);
}

static void assert_owner_is_this_process(void)
{
    char name[32] = "";
    FILE *f = fopen("/proc/self/comm", "r");
    assert_non_null(f);
    assert_non_null(fgets(name, sizeof name, f));
    (void)fclose(f);
    name[strcspn(name, "\n")] = '\0';
    struct rn_conn conn = run_take_row(&r);
    assert_int_equal(conn.pid, getpid());
    assert_int_equal(conn.uid, getuid());
    assert_int_equal(conn.match, RN_MATCH_PROCFS_EXACT);
    // The kernel keeps 15 characters of it.
    assert_memory_equal(rn_intern_get(r.m.names, conn.process_name), name, strlen(name));
}

static void a_row_gets_the_process_that_owns_its_socket(void **state)
{
    (void)state;
    lay("127.0.0.0/8");
    make_row(T0);
    assert_int_equal(app_tick_enrich(&r.m, T0), 250 * RN_MSEC);
    if (owners_are_told())
        assert_owner_is_this_process();
    else
        assert_int_equal(run_take_row(&r).pid, 0);
    run_close(&r);
}

static void a_row_without_socket_has_no_owner(void **state)
{
    (void)state;
    struct traffic t;
    lay("10.0.0.0/8");
    traffic_udp(&t, 1, 10);
    run_offer(&r, &t, T0);
    run_ingest(&r);
    (void)app_tick_enrich(&r.m, T0);
    assert_int_equal(run_take_row(&r).pid, 0);
    run_close(&r);
}

static void older_rows_are_asked_for_every_two_seconds(void **state)
{
    (void)state;
    lay("127.0.0.0/8");
    make_row(T0 - 15 * RN_SEC);
    r.m.enrich.all_at = T0 + 2 * RN_SEC;
    struct rn_pending pending[RN_FLOW_STRETCH];
    (void)app_tick_enrich(&r.m, T0); // the young only
    unsigned waiting = 0;
    for (unsigned shard = 0; shard < rn_flow_shards(r.m.flow); shard++) {
        uint32_t cursor = 0;
        waiting += rn_flow_pending(r.m.flow, shard, &cursor, false, T0, pending);
    }
    assert_int_equal(waiting, 1);
    assert_int_equal(r.m.enrich.all_at, T0 + 2 * RN_SEC);
    (void)app_tick_enrich(&r.m, T0 + 2 * RN_SEC);
    assert_int_equal(r.m.enrich.all_at, T0 + 4 * RN_SEC);
    if (owners_are_told())
        assert_owner_is_this_process();
    run_close(&r);
}

static void a_row_between_strangers_is_nobody_of_ours(void **state)
{
    (void)state;
    lay("198.51.100.7");
    make_row(T0);
    (void)app_tick_enrich(&r.m, T0); // too early to look at the addresses
    assert_true(r.m.enrich.strangers);
    assert_int_equal(run_take_row(&r).pid, 0);
    run_close(&r);
}

static void it_makes_the_addresses_be_read_anew(void **state)
{
    (void)state;
    lay("198.51.100.7");
    make_row(T0);
    r.m.enrich.stranger_at = 0;
    (void)app_tick_enrich(&r.m, T0);
    assert_false(r.m.enrich.strangers);
    struct rn_ip loopback;
    assert_true(rn_ip_parse("127.0.0.1", &loopback));
    assert_true(rn_local_has(&r.m.enrich.local, &loopback));
    assert_true(rn_local_has(&r.m.stats.local, &loopback)); // the screen is told
    if (owners_are_told())
        assert_owner_is_this_process(); // in the same pass
    run_close(&r);
}

static void rows_are_turned_round_when_addresses_change(void **state)
{
    (void)state;
    struct traffic t;
    lay("198.51.100.7");
    traffic_tcp(&t, 1, false, RN_TCP_SYN, 1, 0);
    traffic_between(&t, "192.0.2.9", 1, "127.0.0.1", 2);
    run_offer(&r, &t, T0);
    run_ingest(&r);
    r.m.enrich.local_at = T0;
    (void)app_tick_enrich(&r.m, T0);
    assert_int_equal(r.m.enrich.local_at, T0 + 30 * RN_SEC);
    struct rn_conn conn = run_take_row(&r);
    assert_true(rn_ip_is_loopback(&conn.key.ip[conn.local]));
    assert_int_not_equal(conn.initiator, conn.local);
    run_close(&r);
}

static void strangers_that_stay_are_looked_at_less_and_less_often(void **state)
{
    (void)state;
    static const rn_dur waits[] = {1, 2, 4, 8, 16, 30, 30, 30};
    struct app_enrich *e = &r.m.enrich;
    lay("198.51.100.7");
    rn_time now = T0;
    e->stranger_at = now;
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        e->strangers = true;
        (void)app_tick_enrich(&r.m, now);
        assert_false(e->strangers);
        assert_int_equal(e->stranger_at - now, waits[i] * RN_SEC);
        assert_int_equal(e->local_at - now, 30 * RN_SEC);
        e->strangers = true;
        (void)app_tick_enrich(&r.m, e->stranger_at - 1); // too early
        assert_true(e->strangers);
        now = e->stranger_at;
    }
    e->local.net_count = 0; // as if there were new ones now
    (void)app_tick_enrich(&r.m, now);
    assert_true(e->local.net_count > 0);
    assert_int_equal(e->stranger_at - now, RN_SEC);
    run_close(&r);
}

static void the_way_owners_are_found_is_told(void **state)
{
    (void)state;
    lay(NULL);
    assert_string_equal(r.m.stats.host.method.s, "none (trace)");
    (void)app_tick_enrich(&r.m, T0);
    struct rn_host_status want;
    rn_host_status(r.m.host, &want);
    assert_string_equal(r.m.stats.host.method.s, want.method.s);
    assert_int_equal(r.m.stats.host.degraded, want.degraded);
    run_close(&r);
}

// A table that asks, with the row of the talk in it: up, and its time over. off: added to the client's port.
static void lay_idle_row(uint16_t off)
{
    const uint8_t loopback[4] = {127, 0, 0, 1};
    struct rn_ip ip = rn_ip_v4(loopback);
    struct rn_packet p = {.time = T0, .wire_bytes = 54, .ip_bytes = 40};
    struct rn_flow_cfg cfg = {.max_connections = 100, .shards = 1, .ask_open = true};
    cfg.local = r.m.enrich.local;
    rn_flow_free(r.m.flow);
    r.m.flow = rn_flow_new(&cfg, NULL);
    assert_non_null(r.m.flow);
    p.from = (uint8_t)rn_key_make(&p.key, ip, (uint16_t)(talk.client_port + off), ip,
                                  talk.server_port, RN_PROTO_TCP);
    p.hash = rn_key_hash(cfg.seed, &p.key);
    p.tcp.flags = RN_TCP_ACK;
    rn_flow_ingest(r.m.flow, &p, 1, NULL, NULL);
    (void)app_tick_cleanup(&r.m, T0 + 400 * RN_SEC);
    assert_int_equal(rn_flow_rows(r.m.flow), 1);
}

static void a_row_with_an_open_socket_outlives_its_timeout(void **state)
{
    (void)state;
    for (uint16_t off = 0; off < 2; off++) { // with an odd port out, it is nobody's
        lay("127.0.0.0/8");
        lay_idle_row(off);
        r.m.enrich.all_at = T0 + 401 * RN_SEC;
        (void)app_tick_enrich(&r.m, T0 + 400 * RN_SEC); // the young only
        (void)app_tick_cleanup(&r.m, T0 + 400 * RN_SEC);
        assert_int_equal(rn_flow_rows(r.m.flow), 1);
        (void)app_tick_enrich(&r.m, T0 + 401 * RN_SEC);
        (void)app_tick_cleanup(&r.m, T0 + 405 * RN_SEC);
        assert_int_equal(rn_flow_rows(r.m.flow), off == 0 && owners_are_told());
        run_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_gets_the_process_that_owns_its_socket),
        cmocka_unit_test(a_row_without_socket_has_no_owner),
        cmocka_unit_test(older_rows_are_asked_for_every_two_seconds),
        cmocka_unit_test(a_row_between_strangers_is_nobody_of_ours),
        cmocka_unit_test(it_makes_the_addresses_be_read_anew),
        cmocka_unit_test(rows_are_turned_round_when_addresses_change),
        cmocka_unit_test(strangers_that_stay_are_looked_at_less_and_less_often),
        cmocka_unit_test(the_way_owners_are_found_is_told),
        cmocka_unit_test(a_row_with_an_open_socket_outlives_its_timeout),
    };
    return cmocka_run_group_tests(tests, open_talk, close_talk);
}
