// SPDX-License-Identifier: Apache-2.0
// The loop of the capture thread. It touches foreign bytes, so it has no right left but its open device.
#include "source.h"

#include <errno.h>

#include "monitor.h"
#include "rustnet/wire.h"

#define FRAMES_AT_ONCE 4096
#define DROPS_EVERY RN_SEC // how often the kernel is asked what it dropped
// After the stop, if somebody writes down what was seen: the kernel hands over a block that is not full after 50 ms.
#define LAST_WAIT (100 * RN_MSEC)
#define LAST_LOOKS 64 // and then at most so many blocks are emptied

int app_source_link(const struct rn_capture *capture, int *out_link, struct rn_err *err)
{
    int link = rn_capture_link(capture);
    if (!rn_wire_link_known(link))
        return rn_err_set(err, -EINVAL, "%s: link type %d is not known to this program",
                          rn_capture_device(capture), link);
    *out_link = link;
    return 0;
}

static void offer(void *ctx, const struct rn_frame *frame)
{
    struct app_monitor *m = ctx;
    app_pipeline_offer(m->pipeline, m->link, frame);
}

static void fail(struct app_monitor *m, const struct rn_err *err)
{
    app_log(RN_LOG_ERROR, "the capture ended: %s", err->msg);
    rn_mutex_lock(&m->stats.lock);
    m->stats.failure = *err;
    rn_mutex_unlock(&m->stats.lock);
    app_monitor_ring(m);
}

static void note_drops(struct app_monitor *m)
{
    atomic_store(&m->kernel_drops, rn_capture_dropped(m->capture));
}

static void run_live(struct app_monitor *m)
{
    struct rn_err err = {0};
    rn_time drops_at = 0, end = RN_TIME_MAX;
    unsigned looks = 0;
    int n;
    while ((n = rn_capture_next(m->capture, FRAMES_AT_ONCE, offer, m, &err)) >= 0) {
        app_pipeline_flush(m->pipeline);
        rn_time now = rn_clock_monotonic();
        if (now >= drops_at) {
            note_drops(m);
            drops_at = rn_time_add(now, DROPS_EVERY);
        }
        if (end == RN_TIME_MAX && atomic_load(&m->stop))
            end = rn_time_add(now, m->journal.jsonl ? LAST_WAIT : 0);
        rn_dur left = rn_time_since(end, now);
        if (left <= 0 && (n == 0 || ++looks > LAST_LOOKS))
            break;
        if (n == 0)
            (void)rn_capture_wait(m->capture, left < DROPS_EVERY ? left : DROPS_EVERY);
    }
    app_pipeline_flush(m->pipeline);
    note_drops(m);
    if (n < 0)
        fail(m, &err);
}

// The trace's own pace; a frame waits for its time.
static void offer_in_time(void *ctx, const struct rn_frame *frame)
{
    struct app_monitor *m = ctx;
    rn_dur wait = app_clock_next(&m->clock, frame->time);
    if (wait > 0) {
        app_pipeline_flush(m->pipeline);
        (void)rn_wake_wait(&m->pace, wait);
    }
    if (!atomic_load(&m->stop))
        offer(m, frame);
}

static void offer_at_once(void *ctx, const struct rn_frame *frame)
{
    struct app_monitor *m = ctx;
    app_clock_jump(&m->clock, frame->time);
    offer(m, frame);
}

static void run_trace(struct app_monitor *m)
{
    struct rn_err err = {0};
    bool paced = m->options->play != NULL;
    int n = 1;
    while (n > 0 && !atomic_load(&m->stop)) {
        n = rn_capture_next(m->capture, paced ? 1 : FRAMES_AT_ONCE,
                            paced ? offer_in_time : offer_at_once, m, &err);
        app_pipeline_flush(m->pipeline);
    }
    if (n < 0 && n != -ENODATA) {
        fail(m, &err);
        return;
    }
    rn_mutex_lock(&m->stats.lock);
    m->stats.trace_over = true;
    rn_mutex_unlock(&m->stats.lock);
}

void app_source_run(struct app_monitor *m)
{
    if (rn_capture_is_live(m->capture))
        run_live(m);
    else
        run_trace(m);
}

void app_source_stop(struct app_monitor *m)
{
    atomic_store(&m->stop, true);
    if (rn_capture_is_live(m->capture))
        rn_capture_wake(m->capture);
    else
        rn_wake_ring(&m->pace);
}
