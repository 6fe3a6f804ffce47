// SPDX-License-Identifier: Apache-2.0
// Many threads tell, the stream stays whole lines; what could not be written is told.
#include "child.h"
#include "traffic.h"

#include <errno.h>

#include "journal.h"

static struct rn_flow_events told;
static char path[64];

// Events of rows that differ by the client's port.
static void make_events(struct rn_flow_events *events, unsigned count, uint16_t first_port)
{
    const uint8_t client[4] = {10, 0, 0, 1}, server[4] = {192, 0, 2, 1};
    memset(events, 0, sizeof *events);
    events->count = count;
    for (unsigned i = 0; i < count; i++) {
        struct rn_conn *conn = &events->event[i].conn;
        conn->initiator = conn->local =
            (uint8_t)rn_key_make(&conn->key, rn_ip_v4(client), (uint16_t)(first_port + i),
                                 rn_ip_v4(server), 80, RN_PROTO_TCP);
        events->event[i].time = TRAFFIC_T0;
    }
}

static void open_in_file(struct app_journal *journal)
{
    struct rn_err err = {0};
    file_name(path);
    memset(journal, 0, sizeof *journal);
    if (app_journal_open(journal, path, NULL, NULL, &err))
        fail_msg("%s", err.msg);
}

static void a_neighbour_of_a_closed_row_comes_with_its_hardware_address(void **state)
{
    (void)state;
    struct app_journal journal = {0};
    struct rn_err err = {0};
    struct rn_neighbours *neighbours = rn_neighbours_new((struct rn_hash_key){1, 2}, &err);
    struct rn_binding server = {.mac = {2, 0, 0, 0, 0, 0x1f}};
    assert_true(neighbours && rn_ip_parse("192.0.2.1", &server.ip));
    rn_neighbours_learn(neighbours, &server, TRAFFIC_T0);
    file_name(path);
    if (app_journal_open(&journal, path, NULL, neighbours, &err))
        fail_msg("%s", err.msg);
    make_events(&told, 2, 1000);
    told.event[1].kind = RN_EVENT_CLOSED;
    app_journal_tell(&journal, &told);
    assert_int_equal(app_journal_close(&journal, &err), 0);
    char *text = file_text(path);
    assert_int_equal(text_count(text, "\"destination_mac\":\"02:00:00:00:00:1f\""), 1);
    free(text);
    (void)unlink(path);
    rn_neighbours_free(neighbours);
}

static void assert_lines(const char *text, unsigned lines)
{
    unsigned n = 0;
    for (const char *line = text, *end; *line; line = end + 1, n++) {
        assert_non_null(end = strchr(line, '\n'));
        assert_int_equal(line[0], '{');
        assert_int_equal(end[-1], '}');
    }
    assert_int_equal(n, lines);
}

static void events_are_in_the_file_after_a_flush(void **state)
{
    (void)state;
    struct app_journal journal;
    open_in_file(&journal);
    make_events(&told, 3, 1000);
    app_journal_tell(&journal, &told);
    assert_int_equal(app_journal_flush(&journal), 0);
    char *text = file_text(path);
    assert_lines(text, 3);
    assert_int_equal(text_count(text, "\"event\":\"new_connection\""), 3);
    assert_non_null(strstr(text, "\"source_port\":1002,"));
    assert_non_null(strstr(text, "\"service_name\":\"http\"")); // names of services are there
    free(text);
    const struct rn_counts counts = {.packets = 12345};
    app_journal_summary(&journal, &counts, TRAFFIC_T0);
    assert_int_equal(app_journal_close(&journal, NULL), 0);
    text = file_text(path);
    assert_lines(text, 4);
    assert_non_null(strstr(text, "\"packets\":12345"));
    free(text);
    (void)unlink(path);
}

static void what_is_not_open_takes_nothing_amiss(void **state)
{
    (void)state;
    struct app_journal journal = {.jsonl = NULL};
    const struct rn_local_addrs local = {0};
    const struct rn_counts counts = {0};
    struct rn_err err = {0};
    app_journal_set_local(&journal, &local);
    app_journal_summary(&journal, &counts, 0);
    assert_int_equal(app_journal_flush(&journal), 0);
    assert_int_equal(app_journal_close(&journal, &err), 0);
    assert_int_equal(err.code, 0);
    open_in_file(&journal);
    assert_int_equal(app_journal_close(&journal, &err), 0);
    assert_int_equal(app_journal_close(&journal, &err), 0);
    (void)unlink(path);
}

static void a_file_that_cannot_be_opened_is_told(void **state)
{
    (void)state;
    static const char *const wrong[] = {"/nowhere/at/all.jsonl", "/tmp"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct app_journal journal = {.jsonl = NULL};
        struct rn_err err = {0};
        assert_true(app_journal_open(&journal, wrong[i], NULL, NULL, &err) < 0);
        assert_non_null(strstr(err.msg, wrong[i]));
        assert_null(journal.jsonl);
        assert_int_equal(app_journal_close(&journal, &err), 0);
    }
}

static void a_write_that_failed_is_told_by_flush_and_close(void **state)
{
    (void)state;
    struct app_journal journal = {.jsonl = NULL};
    struct rn_err err = {0};
    if (app_journal_open(&journal, "/dev/full", NULL, NULL, NULL))
        skip(); // no such device here
    assert_int_equal(app_journal_flush(&journal), 0);
    make_events(&told, 1, 1);
    app_journal_tell(&journal, &told);
    assert_int_equal(app_journal_flush(&journal), -ENOSPC);
    app_journal_tell(&journal, &told);
    assert_int_equal(app_journal_flush(&journal), -ENOSPC);
    assert_int_equal(app_journal_close(&journal, &err), -ENOSPC);
    assert_true(err.msg[0] != 0);
}

static void our_addresses_are_known_from_when_they_were_set(void **state)
{
    (void)state;
    struct app_journal journal;
    open_in_file(&journal);
    make_events(&told, 1, 1);
    app_journal_tell(&journal, &told);
    struct rn_local_addrs local = {.gateway_count = 1};
    assert_true(rn_ip_parse("192.0.2.1", &local.gateway[0]));
    app_journal_set_local(&journal, &local);
    memset(&local, 0, sizeof local); // it was copied
    app_journal_tell(&journal, &told);
    assert_int_equal(app_journal_close(&journal, NULL), 0);
    char *text = file_text(path);
    assert_lines(text, 2);
    const char *gateway = strstr(text, "\"destination_is_gateway\":true");
    assert_non_null(gateway);
    assert_int_equal(text_count(gateway, "\n"), 1); // in the second line only
    free(text);
    (void)unlink(path);
}

enum { TELLERS = 4, TELLS = 30 };

static struct app_journal shared;

static void *keep_telling(void *arg)
{
    uint16_t first_port = *(const uint16_t *)arg;
    struct rn_flow_events *mine = calloc(1, sizeof *mine);
    for (uint16_t n = 0; mine && n < TELLS; n++) {
        make_events(mine, 10, (uint16_t)(first_port + 10 * n));
        app_journal_tell(&shared, mine);
        (void)app_journal_flush(&shared);
    }
    free(mine);
    return NULL;
}

static void many_threads_write_whole_lines(void **state)
{
    (void)state;
    struct rn_thread thread[TELLERS];
    static uint16_t first_port[TELLERS];
    open_in_file(&shared);
    for (unsigned i = 0; i < TELLERS; i++) {
        first_port[i] = (uint16_t)(10000 + 1000 * i);
        assert_int_equal(rn_thread_start(&thread[i], "teller", keep_telling, &first_port[i], NULL),
                         0);
    }
    const struct rn_local_addrs local = {0};
    app_journal_set_local(&shared, &local);
    for (unsigned i = 0; i < TELLERS; i++)
        rn_thread_join(&thread[i]);
    assert_int_equal(app_journal_close(&shared, NULL), 0);
    char *text = file_text(path), want[32];
    assert_lines(text, TELLERS * TELLS * 10);
    for (unsigned i = 0; i < TELLERS; i++)
        for (unsigned n = 0; n < TELLS * 10; n++) {
            (void)snprintf(want, sizeof want, "\"source_port\":%u,", first_port[i] + n);
            assert_non_null(strstr(text, want));
        }
    free(text);
    (void)unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_neighbour_of_a_closed_row_comes_with_its_hardware_address),
        cmocka_unit_test(events_are_in_the_file_after_a_flush),
        cmocka_unit_test(what_is_not_open_takes_nothing_amiss),
        cmocka_unit_test(a_file_that_cannot_be_opened_is_told),
        cmocka_unit_test(a_write_that_failed_is_told_by_flush_and_close),
        cmocka_unit_test(our_addresses_are_known_from_when_they_were_set),
        cmocka_unit_test(many_threads_write_whole_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
