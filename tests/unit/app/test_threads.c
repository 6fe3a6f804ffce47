// SPDX-License-Identifier: Apache-2.0
// Which threads there are, in which order, under which names, and that all of them end.
#include "child.h"
#include "run.h"

#include <dirent.h>

static struct run r;

// Place of a thread in the order of the table; -1: it does not run.
static int place_of(const char *name)
{
    const struct rn_wake *wake = app_threads_wake_of(&r.m, name);
    for (unsigned i = 0; i < r.m.threads.count; i++)
        if (wake == &r.m.threads.thread[i].wake)
            return (int)i;
    assert_null(wake);
    return -1;
}

// How many threads of this process go by the name.
static unsigned named(const char *name)
{
    DIR *tasks = opendir("/proc/self/task");
    unsigned count = 0;
    assert_non_null(tasks);
    for (struct dirent *task; (task = readdir(tasks));) {
        char path[300], comm[32] = "";
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/comm", task->d_name);
        FILE *f = fopen(path, "r");
        if (!f)
            continue;
        if (fgets(comm, sizeof comm, f))
            comm[strcspn(comm, "\n")] = '\0';
        (void)fclose(f);
        count += strcmp(comm, name) == 0;
    }
    closedir(tasks);
    return count;
}

static int expect_threads(const char *const names[], unsigned workers)
{
    struct rn_err err = {0};
    CHECK(app_threads_start(&r.m, &err) == 0);
    int last = -1;
    unsigned count = 0;
    for (; *names; names++) {
        int place = place_of(*names);
        if (place <= last)
            fprintf(stderr, "%s is number %d after %d\n", *names, place, last);
        CHECK(place > last);
        last = place;
        unsigned want = strcmp(*names, "worker") == 0 ? workers : 1;
        if (strcmp(*names, "capture") != 0) // which may be over with its trace
            while (named(*names) != want)   // each gives itself its name
                nap(RN_MSEC);
        count += want;
    }
    CHECK(r.m.threads.count == count);
    app_threads_stop(&r.m);
    CHECK(r.m.threads.count == 0);
    CHECK(app_threads_wake_of(&r.m, "rates") == NULL);
    for (const char *const *name = (const char *const[]){"rates", "worker", "capture", NULL}; *name;
         name++)
        CHECK(named(*name) == 0);
    return 0;
}

static int over_a_trace(void *arg)
{
    const unsigned workers = *(const unsigned *)arg;
    static const char *const names[] = {"snapshot", "rates", "cleanup", "worker", "capture", NULL};
    run_defaults(&r);
    r.o.workers = workers;
    run_open(&r, 5, true);
    CHECK(expect_threads(names, workers) == 0);
    CHECK(run_counts(&r).packets == run_counts(&r).parsed);
    run_close(&r);
    return 0;
}

static void a_trace_on_the_screen_asks_no_system(void **state)
{
    (void)state;
    for (unsigned workers = 1; workers <= APP_WORKERS_MAX; workers *= 4)
        child_run(over_a_trace, &workers);
}

static int over_a_device(void *arg)
{
    const bool headless = *(const bool *)arg;
    static const char *const with_screen[] = {"snapshot", "ifstats", "rates",   "enrich",
                                              "cleanup",  "worker",  "capture", NULL};
    static const char *const without[] = {"rates", "enrich", "cleanup", "worker", "capture", NULL};
    struct rn_err err = {0};
    run_defaults(&r);
    file_name(r.json);
    r.o.json_log = r.json;
    r.o.interface = "lo";
    r.o.headless = headless;
    r.o.workers = 2;
    if (app_monitor_open(&r.m, &r.o, &err)) {
        (void)app_monitor_close(&r.m, NULL);
        (void)unlink(r.json);
        return child_skips(err.msg);
    }
    CHECK(expect_threads(headless ? without : with_screen, 2) == 0);
    run_close(&r);
    return 0;
}

static void a_device_has_all_of_them(void **state)
{
    (void)state;
    bool headless = false;
    child_run(over_a_device, &headless);
}

static void without_a_screen_nobody_feeds_it(void **state)
{
    (void)state;
    bool headless = true;
    child_run(over_a_device, &headless);
}

// Frames that the source has handed over go all the way through, however early the stop comes.
static int stop_while_it_runs(void *arg)
{
    (void)arg;
    for (unsigned round = 0; round < 20; round++) {
        struct rn_err err = {0};
        run_defaults(&r);
        r.o.workers = 3;
        run_open(&r, 2000, false);
        CHECK(app_threads_start(&r.m, &err) == 0);
        nap(round % 4 * (RN_MSEC / 4));
        app_threads_stop(&r.m);
        struct rn_counts c = run_counts(&r);
        CHECK(c.parsed == c.packets && c.rows_created == c.parsed);
        run_close(&r);
    }
    return 0;
}

static void nothing_is_lost_on_the_way_when_they_stop(void **state)
{
    (void)state;
    child_run(stop_while_it_runs, NULL);
}

static int ask_for_a_snapshot(void *arg)
{
    struct rn_err err = {0};
    (void)arg;
    run_defaults(&r);
    r.o.refresh_ms = 3600 * 1000;
    run_open(&r, 3, false);
    CHECK(app_threads_start(&r.m, &err) == 0);
    CHECK(r.m.slot.wake == app_threads_wake_of(&r.m, "snapshot"));
    for (uint64_t n = 1, seen = 0; n <= 3; n++) {
        while (seen < n) { // the alarm goes off if it does not come
            seen = app_slot_look(&r.m.slot)->generation;
            app_slot_done(&r.m.slot);
            nap(RN_MSEC);
        }
        app_slot_ask(&r.m.slot, &(struct rn_view_request){.count = 10}, true);
    }
    app_threads_stop(&r.m);
    run_close(&r);
    return 0;
}

static void a_request_wakes_the_snapshot_thread(void **state)
{
    (void)state;
    child_run(ask_for_a_snapshot, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trace_on_the_screen_asks_no_system),
        cmocka_unit_test(a_device_has_all_of_them),
        cmocka_unit_test(without_a_screen_nobody_feeds_it),
        cmocka_unit_test(nothing_is_lost_on_the_way_when_they_stop),
        cmocka_unit_test(a_request_wakes_the_snapshot_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
