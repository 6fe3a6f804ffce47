// SPDX-License-Identifier: Apache-2.0
// Main only waits here: all the work is done by the threads of the table.
#include "headless.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor.h"
#include "signals.h"

// Why the run must end, or 0.
static int trouble(struct app_monitor *m, struct rn_err *err)
{
    struct rn_err failure;
    rn_mutex_lock(&m->stats.lock);
    failure = m->stats.failure;
    rn_mutex_unlock(&m->stats.lock);
    if (failure.code)
        return rn_err_set(err, failure.code, "%s", failure.msg);
    int rc = app_journal_flush(&m->journal);
    return rc ? rn_err_set(err, rc, "The event stream cannot be written: %s", strerror(-rc)) : 0;
}

static int wait_for_end(struct app_monitor *m, const struct rn_bell *bell, struct rn_err *err)
{
    rn_dur duration = m->options->duration;
    rn_time end = duration ? rn_time_add(rn_clock_monotonic(), duration) : RN_TIME_MAX;
    for (;;) {
        int rc = trouble(m, err);
        rn_dur left = rn_time_since(end, rn_clock_monotonic());
        if (rc || app_signals_came() || left <= 0)
            return rc;
        rn_dur ms = left / RN_MSEC + 1;
        struct pollfd fd = {bell->fd[0], POLLIN, 0};
        (void)poll(&fd, 1, end == RN_TIME_MAX ? -1 : ms > 86400000 ? 86400000 : (int)ms);
        (void)rn_bell_hush(bell);
    }
}

static void tell(const struct app_monitor *m)
{
    char text[RN_TIME_TEXT_SIZE];
    (void)rn_time_rfc3339(rn_clock_wall(), text);
    fprintf(stderr, "rustnet: capturing on %s since %s\n", rn_capture_device(m->capture), text);
}

static int run(struct app_monitor *m, const struct rn_bell *bell, struct rn_err *err)
{
    m->bell = bell->fd[1];
    app_signals_catch(m->bell);
    int rc = app_monitor_start(m, err);
    if (!rc) {
        tell(m);
        rc = wait_for_end(m, bell, err);
    }
    app_monitor_stop(m);
    app_signals_release();
    return rc;
}

int app_headless(const struct app_options *options, struct rn_err *err)
{
    struct rn_bell bell;
    struct app_monitor *m = malloc(sizeof *m);
    if (!m)
        return rn_err_set(err, -ENOMEM, "No memory");
    int rc = app_monitor_open(m, options, err);
    if (!rc)
        rc = rn_bell_open(&bell, err);
    if (!rc) {
        rc = run(m, &bell, err);
        rn_bell_close(&bell);
    }
    int closed = app_monitor_close(m, rc ? NULL : err);
    free(m);
    return rc ? rc : closed;
}
