// SPDX-License-Identifier: Apache-2.0
// Each case runs in a child process of its own, since nothing that is given away comes back.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "rustnet/sandbox.h"

#define PTRACE_AND_SEARCH (UINT64_C(1) << 19 | UINT64_C(1) << 2)
#define FAMILY_PACKET 17

#define EXPECT(cond)                                           \
    do {                                                       \
        if (!(cond)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #cond); \
            return 1;                                          \
        }                                                      \
    } while (0)

static void in_child(int (*body)(void))
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(body());
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

// A set of this thread: "CapEff", "CapPrm", ... ; UINT64_MAX where there is no such file.
static uint64_t set_of(const char *name)
{
    char line[256], found[16];
    unsigned long long v;
    uint64_t set = UINT64_MAX;
    FILE *f = fopen("/proc/thread-self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "%15[^:]: %llx", found, &v) == 2 && strcmp(found, name) == 0)
            set = v;
    if (f)
        fclose(f);
    return set;
}

static bool applies(void)
{
    struct rn_sandbox_report r;
    return rn_sandbox_apply(&r, NULL) == 0 && r.no_new_privs;
}

// A platform without a sandbox says so in its report.
static int probe(void)
{
    return applies() ? 0 : 1;
}

static void need_sandbox(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(probe());
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status != 0)
        skip();
}

static int body_apply(void)
{
    struct rn_sandbox_report r = {0};
    struct rn_err err = {0};
    EXPECT(rn_sandbox_apply(&r, &err) == 0);
    EXPECT(r.no_new_privs && r.not_dumpable);
    EXPECT(rn_sandbox_apply(&r, &err) == 0); // twice does no harm
    return 0;
}

static void apply_reports_what_holds(void **state)
{
    (void)state;
    need_sandbox();
    in_child(body_apply);
}

static int body_own_proc(void)
{
    char link[64];
    EXPECT(geteuid() != 0 || setuid(65534) == 0);
    EXPECT(applies());
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)getpid(), fd);
    EXPECT(readlink(path, link, sizeof link) > 0);
    EXPECT(strncmp(link, "socket:[", 8) == 0);
    snprintf(path, sizeof path, "/proc/%d/exe", (int)getpid());
    EXPECT(readlink(path, link, sizeof link) > 0);
    EXPECT(access("/proc/net/tcp", R_OK) == 0);
    EXPECT(access("/proc/self/comm", R_OK) == 0);
    return 0;
}

static void our_own_entries_in_proc_stay_readable(void **state)
{
    (void)state;
    need_sandbox();
    in_child(body_own_proc);
}

static int body_shed_all(void)
{
    static const enum rn_sandbox_role roles[] = {RN_ROLE_CAPTURE, RN_ROLE_PACKETS, RN_ROLE_UI};
    struct rn_err err = {0};
    for (size_t i = 0; i < 3; i++) {
        EXPECT(rn_sandbox_shed(roles[i], &err) == 0);
        EXPECT(set_of("CapEff") == 0 && set_of("CapPrm") == 0 && set_of("CapInh") == 0);
        EXPECT(set_of("CapAmb") == 0);
    }
    EXPECT(socket(FAMILY_PACKET, SOCK_RAW, 0) < 0 && errno == EPERM);
    return 0;
}

static void who_touches_packets_keeps_nothing(void **state)
{
    (void)state;
    need_sandbox();
    in_child(body_shed_all);
}

static int body_bounding(void)
{
    EXPECT(rn_sandbox_shed(RN_ROLE_UI, NULL) == 0);
    EXPECT(set_of("CapBnd") == 0);
    return 0;
}

static void what_is_executed_later_gets_nothing(void **state)
{
    (void)state;
    need_sandbox();
    if (geteuid() != 0)
        skip(); // no_new_privs has to do
    in_child(body_bounding);
}

static int body_enrich(void)
{
    uint64_t held = set_of("CapPrm");
    EXPECT(rn_sandbox_shed(RN_ROLE_ENRICH, NULL) == 0);
    EXPECT(set_of("CapPrm") == (held & PTRACE_AND_SEARCH));
    EXPECT(set_of("CapEff") == (held & PTRACE_AND_SEARCH));
    EXPECT(set_of("CapInh") == 0);
    EXPECT(rn_sandbox_shed(RN_ROLE_PACKETS, NULL) == 0);
    EXPECT(set_of("CapPrm") == 0);
    EXPECT(rn_sandbox_shed(RN_ROLE_ENRICH, NULL) == 0); // for good
    EXPECT(set_of("CapPrm") == 0);
    return 0;
}

static void who_looks_into_proc_keeps_what_that_takes_and_no_more(void **state)
{
    (void)state;
    need_sandbox();
    in_child(body_enrich);
}

static void *shed_here(void *arg)
{
    *(int *)arg = rn_sandbox_shed(RN_ROLE_PACKETS, NULL) == 0 && set_of("CapPrm") == 0 ? 0 : 1;
    return NULL;
}

static int body_thread(void)
{
    pthread_t t;
    int result = 1;
    uint64_t before = set_of("CapPrm");
    EXPECT(pthread_create(&t, NULL, shed_here, &result) == 0);
    EXPECT(pthread_join(t, NULL) == 0);
    EXPECT(result == 0);
    EXPECT(set_of("CapPrm") == before);
    return 0;
}

static void a_thread_sheds_for_itself_alone(void **state)
{
    (void)state;
    need_sandbox();
    in_child(body_thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apply_reports_what_holds),
        cmocka_unit_test(our_own_entries_in_proc_stay_readable),
        cmocka_unit_test(who_touches_packets_keeps_nothing),
        cmocka_unit_test(what_is_executed_later_gets_nothing),
        cmocka_unit_test(who_looks_into_proc_keeps_what_that_takes_and_no_more),
        cmocka_unit_test(a_thread_sheds_for_itself_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
