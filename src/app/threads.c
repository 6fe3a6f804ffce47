// SPDX-License-Identifier: Apache-2.0
// The thread table. A thread is a row: either a life of its own (`run`) or a tick with a cadence.
// ARCHITECTURE.md shows this table; a test compares the two.
#include "threads.h"

#include <string.h>

#include "monitor.h"
#include "source.h"
#include "ticks.h"

enum needs {
    SCREEN = 1, // there is a screen to feed
    LIVE = 2,   // the system is asked; a trace knows nothing of it
};

struct thread_row {
    const char *name;
    const char *cadence, *reads, *writes, *lock; // for the reader of the table
    enum rn_sandbox_role role;
    unsigned needs; // enum needs; 0: always there
    bool hurried;   // goes before the others: what waits in the kernel may be lost
    void (*run)(struct app_thread *self);
    // Or: what it does at `now`; returns how long to sleep.
    rn_dur (*tick)(struct app_monitor *m, rn_time now);
};

static void work(struct app_thread *self)
{
    app_pipeline_work(self->monitor->pipeline, self->number);
}

static void capture(struct app_thread *self)
{
    app_source_run(self->monitor);
}

static const struct thread_row rows[] = {
    {.name = "snapshot",
     .cadence = "1 s and on request",
     .reads = "flow, stats, neighbours",
     .writes = "snapshot slot",
     .lock = "one shard; then slot write",
     .role = RN_ROLE_UI,
     .needs = SCREEN,
     .tick = app_tick_snapshot},
    {.name = "ifstats",
     .cadence = "1 s",
     .reads = "interface counters",
     .writes = "stats",
     .lock = "stats",
     .role = RN_ROLE_UI,
     .needs = SCREEN | LIVE,
     .tick = app_tick_ifstats},
    {.name = "rates",
     .cadence = "1 s",
     .reads = "flow, pipeline",
     .writes = "stats, event stream",
     .lock = "one shard; stats; journal",
     .role = RN_ROLE_UI,
     .tick = app_tick_rates},
    {.name = "enrich",
     .cadence = "250 ms young, 2 s all",
     .reads = "/proc, netlink, flow",
     .writes = "flow, stats",
     .lock = "one shard, never while the system is asked",
     .role = RN_ROLE_ENRICH,
     .needs = LIVE,
     .tick = app_tick_enrich},
    {.name = "cleanup",
     .cadence = "5 s",
     .reads = "flow",
     .writes = "flow, event stream",
     .lock = "one shard; journal",
     .role = RN_ROLE_UI,
     .tick = app_tick_cleanup},
    {.name = "worker",
     .cadence = "its ring",
     .reads = "its ring",
     .writes = "flow, event stream",
     .lock = "one shard; journal",
     .role = RN_ROLE_PACKETS,
     .run = work},
    {.name = "capture",
     .cadence = "frame",
     .reads = "device or trace",
     .writes = "rings, neighbours",
     .lock = "neighbours",
     .role = RN_ROLE_CAPTURE,
     .hurried = true,
     .run = capture},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void run_ticks(struct app_thread *self)
{
    struct app_monitor *m = self->monitor;
    while (!atomic_load(&self->stop)) {
        rn_dur pause = self->row->tick(m, app_now(&m->clock));
        (void)rn_wake_wait(&self->wake, pause);
    }
}

static void *start(void *arg)
{
    struct app_thread *self = arg;
    struct rn_err err = {0};
    if (self->row->hurried)
        rn_host_hurry();
    if (rn_sandbox_shed(self->row->role, &err))
        app_log(RN_LOG_ERROR, "%s: %s", self->row->name, err.msg);
    if (self->row->run)
        self->row->run(self);
    else
        run_ticks(self);
    return NULL;
}

static bool wanted(const struct app_monitor *m, const struct thread_row *row)
{
    return !(row->needs & SCREEN && m->options->headless) &&
           !(row->needs & LIVE && !rn_capture_is_live(m->capture));
}

static struct app_thread *add(struct app_monitor *m, const struct thread_row *row, unsigned number)
{
    struct app_thread *t = &m->threads.thread[m->threads.count];
    *t = (struct app_thread){.row = row, .monitor = m, .number = number};
    rn_wake_init(&t->wake);
    m->threads.count++;
    return t;
}

// All of them are made before the first is started, as they may look at each other.
static void make(struct app_monitor *m)
{
    for (size_t i = 0; i < ROWS; i++) {
        unsigned count = rows[i].run == work ? m->options->workers : 1;
        for (unsigned n = 0; n < count && wanted(m, &rows[i]); n++)
            add(m, &rows[i], n);
    }
    m->slot.wake = app_threads_wake_of(m, "snapshot");
}

int app_threads_start(struct app_monitor *m, struct rn_err *err)
{
    make(m);
    for (unsigned i = 0; i < m->threads.count; i++) {
        struct app_thread *t = &m->threads.thread[i];
        int rc = rn_thread_start(&t->thread, t->row->name, start, t, err);
        if (rc)
            return rc;
    }
    return 0;
}

static void stop(struct app_monitor *m, struct app_thread *t)
{
    atomic_store(&t->stop, true);
    rn_wake_ring(&t->wake);
    bool is_source = t->row->run == capture;
    if (is_source)
        app_source_stop(m);
    rn_thread_join(&t->thread);
    if (is_source)
        app_pipeline_end(m->pipeline); // workers finish what they have
}

void app_threads_stop(struct app_monitor *m)
{
    for (unsigned i = m->threads.count; i-- > 0;)
        stop(m, &m->threads.thread[i]);
    for (unsigned i = 0; i < m->threads.count; i++)
        rn_wake_done(&m->threads.thread[i].wake);
    m->threads.count = 0;
}

struct rn_wake *app_threads_wake_of(struct app_monitor *m, const char *name)
{
    for (unsigned i = 0; i < m->threads.count; i++)
        if (strcmp(m->threads.thread[i].row->name, name) == 0)
            return &m->threads.thread[i].wake;
    return NULL;
}
