// SPDX-License-Identifier: Apache-2.0
// Which threads there are. Private to app.
// Thread: main.
// Owns:   the threads between `start` and `stop`.
// Fails:  `start` with negative errno; those that have started are stopped by `stop`.
#ifndef APP_THREADS_H
#define APP_THREADS_H

#include <stdatomic.h>

#include "pipeline.h"
#include "rustnet/base/sync.h"
#include "rustnet/sandbox.h"

#define APP_THREADS_MAX (APP_WORKERS_MAX + 8)

struct app_monitor;
struct thread_row;

struct app_thread {
    const struct thread_row *row;
    struct app_monitor *monitor;
    unsigned number; // of a worker
    struct rn_thread thread;
    struct rn_wake wake;
    atomic_bool stop;
};

struct app_threads {
    unsigned count;
    struct app_thread thread[APP_THREADS_MAX];
};

int app_threads_start(struct app_monitor *m, struct rn_err *err);
// In reverse order of the table: first the source, so that what it has seen goes all the way through.
void app_threads_stop(struct app_monitor *m);
// What the snapshot thread sleeps on; NULL if it does not run.
struct rn_wake *app_threads_wake_of(struct app_monitor *m, const char *name);

#endif
