// SPDX-License-Identifier: Apache-2.0
// The file of the event stream: how it is opened, that nothing is lost, and what happens when it cannot be written.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "rustnet/export.h"
#include "unit/export/json_check.h"

static char folder[] = "/tmp/rn-jsonl-XXXXXX";
static char path[64], link_path[64];
static const struct rn_jsonl_cfg cfg = {.names = NULL};

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/log", folder);
    snprintf(link_path, sizeof link_path, "%s/link", folder);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    unlink(link_path);
    return rmdir(folder);
}

static int remove_files(void **state)
{
    (void)state;
    unlink(path);
    unlink(link_path);
    return 0;
}

static struct rn_jsonl *must_open(const char *where)
{
    struct rn_jsonl *jsonl = NULL;
    struct rn_err err = {0};
    if (rn_jsonl_open(where, &cfg, &jsonl, &err) != 0)
        fail_msg("%s", err.msg);
    return jsonl;
}

static struct rn_conn_event numbered(uint64_t n)
{
    struct rn_conn_event event = {.kind = RN_EVENT_CLOSED};
    event.conn.key.proto = RN_PROTO_UDP;
    event.conn.packets[0] = n;
    return event;
}

// Reads lines of numbered events from fd to its end; gives their number, and fails if one is damaged or out of order.
static uint64_t count_lines(int fd)
{
    FILE *file = fdopen(fd, "r");
    char *line = NULL, want[64];
    size_t cap = 0;
    uint64_t n = 0;
    for (ssize_t len; (len = getline(&line, &cap, file)) > 0; n++) {
        assert_int_equal(line[len - 1], '\n');
        assert_null(json_fault(line, (size_t)len - 1));
        snprintf(want, sizeof want, "\"packets_sent\":%llu,", (unsigned long long)n);
        assert_non_null(strstr(line, want));
    }
    free(line);
    fclose(file);
    return n;
}

static void a_file_is_private_and_appended_to(void **state)
{
    (void)state;
    struct stat st;
    for (unsigned round = 0; round < 2; round++) {
        struct rn_jsonl *jsonl = must_open(path);
        struct rn_conn_event event = numbered(round);
        rn_jsonl_event(jsonl, &event);
        assert_int_equal(rn_jsonl_flush(jsonl), 0);
        assert_int_equal(rn_jsonl_close(jsonl, NULL), 0);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    assert_int_equal(count_lines(open(path, O_RDONLY)), 2);
}

static void links_and_impossible_places_are_refused_with_a_sentence(void **state)
{
    (void)state;
    struct rn_jsonl *jsonl = NULL;
    struct rn_err err = {0};
    assert_int_equal(symlink(path, link_path), 0);
    assert_int_equal(rn_jsonl_open(link_path, &cfg, &jsonl, &err), -ELOOP);
    assert_non_null(strstr(err.msg, "Failed to open JSON log file '"));
    assert_non_null(strstr(err.msg, link_path));
    assert_int_equal(rn_jsonl_open(folder, &cfg, &jsonl, &err), -EISDIR);
    assert_int_equal(rn_jsonl_open("/nonexistent/x", &cfg, &jsonl, &err), -ENOENT);
    assert_null(jsonl);
    assert_int_equal(rn_jsonl_close(NULL, NULL), 0);
}

static void inv_1_many_lines_arrive_whole_and_in_order(void **state)
{
    (void)state;
    enum { LINES = 5000 }; // several buffers full
    struct rn_jsonl *jsonl = must_open(path);
    for (uint64_t n = 0; n < LINES; n++) {
        struct rn_conn_event event = numbered(n);
        rn_jsonl_event(jsonl, &event);
    }
    assert_int_equal(rn_jsonl_close(jsonl, NULL), 0);
    assert_int_equal(count_lines(open(path, O_RDONLY)), LINES);
}

static void *read_slowly(void *arg)
{
    static uint64_t lines;
    usleep(50000);
    lines = count_lines(*(int *)arg);
    return &lines;
}

// Standard output as a full, non-blocking pipe: writes are partial, or refused with EAGAIN.
static void a_full_pipe_loses_nothing(void **state)
{
    (void)state;
    enum { LINES = 3000 };
    int pipe_fd[2], saved = dup(STDOUT_FILENO);
    fflush(stdout);
    assert_int_equal(pipe(pipe_fd), 0);
    assert_int_equal(fcntl(pipe_fd[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(dup2(pipe_fd[1], STDOUT_FILENO), STDOUT_FILENO);
    close(pipe_fd[1]);
    pthread_t reader;
    assert_int_equal(pthread_create(&reader, NULL, read_slowly, &pipe_fd[0]), 0);
    struct rn_jsonl *jsonl = must_open("-");
    for (uint64_t n = 0; n < LINES; n++) {
        struct rn_conn_event event = numbered(n);
        rn_jsonl_event(jsonl, &event);
    }
    int rc = rn_jsonl_close(jsonl, NULL);
    assert_int_equal(fcntl(STDOUT_FILENO, F_GETFD) < 0, false); // it was not ours to close
    dup2(saved, STDOUT_FILENO);
    close(saved);
    void *lines;
    pthread_join(reader, &lines);
    assert_int_equal(rc, 0);
    assert_int_equal(*(uint64_t *)lines, LINES);
}

static void inv_2_a_write_error_is_told_once_and_stops_nobody(void **state)
{
    (void)state;
    struct rn_jsonl *jsonl = must_open("/dev/full");
    struct rn_err err = {0};
    struct rn_conn_event event = numbered(0);
    const struct rn_counts counts = {0};
    rn_jsonl_event(jsonl, &event);
    assert_int_equal(rn_jsonl_flush(jsonl), -ENOSPC);
    for (unsigned i = 0; i < 5000; i++)
        rn_jsonl_event(jsonl, &event);
    rn_jsonl_summary(jsonl, &counts, 0);
    assert_int_equal(rn_jsonl_flush(jsonl), -ENOSPC);
    assert_int_equal(rn_jsonl_close(jsonl, &err), -ENOSPC);
    assert_int_equal(err.code, -ENOSPC);
    assert_true(strlen(err.msg) > 0);
}

static void a_reader_that_went_away_is_an_error(void **state)
{
    (void)state;
    int pipe_fd[2], saved = dup(STDOUT_FILENO);
    fflush(stdout);
    assert_int_equal(pipe(pipe_fd), 0);
    close(pipe_fd[0]);
    dup2(pipe_fd[1], STDOUT_FILENO);
    close(pipe_fd[1]);
    struct rn_jsonl *jsonl = must_open("-");
    struct rn_conn_event event = numbered(0);
    rn_jsonl_event(jsonl, &event);
    int rc = rn_jsonl_close(jsonl, NULL);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    assert_int_equal(rc, -EPIPE);
}

static void local_addresses_tell_broadcasts(void **state)
{
    (void)state;
    struct rn_jsonl *jsonl = must_open(path);
    struct rn_local_addrs local = {0};
    struct rn_ip a, b;
    assert_true(rn_local_add_text(&local, "10.0.0.1/24"));
    assert_true(rn_ip_parse("10.0.0.1", &a));
    assert_true(rn_ip_parse("10.0.0.255", &b));
    struct rn_conn_event event = numbered(0);
    event.conn.local = (uint8_t)rn_key_make(&event.conn.key, a, 1, b, 2, RN_PROTO_UDP);
    rn_jsonl_event(jsonl, &event);
    rn_jsonl_set_local(jsonl, &local);
    rn_jsonl_event(jsonl, &event);
    rn_jsonl_close(jsonl, NULL);
    FILE *file = fopen(path, "r");
    char line[2048];
    assert_non_null(fgets(line, sizeof line, file));
    assert_null(strstr(line, "broadcast"));
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(strstr(line, "\"destination_addr_kind\":\"broadcast\""));
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_file_is_private_and_appended_to, remove_files),
        cmocka_unit_test_teardown(links_and_impossible_places_are_refused_with_a_sentence,
                                  remove_files),
        cmocka_unit_test_teardown(inv_1_many_lines_arrive_whole_and_in_order, remove_files),
        cmocka_unit_test(a_full_pipe_loses_nothing),
        cmocka_unit_test(inv_2_a_write_error_is_told_once_and_stops_nobody),
        cmocka_unit_test(a_reader_that_went_away_is_an_error),
        cmocka_unit_test_teardown(local_addresses_tell_broadcasts, remove_files),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
