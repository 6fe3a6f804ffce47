// SPDX-License-Identifier: Apache-2.0
// The start order is the security contract (SECURITY.md): the source of frames, the outputs and the system's tables are
// opened first, then rights are given away, then the threads start, and each of them gives away the rest.
#include "monitor.h"

#include <errno.h>
#include <string.h>

#include "rustnet/base/pool.h"
#include "source.h"
#include "ticks.h"

#define SHARDS 16

static int open_source(struct app_monitor *m, struct rn_err *err)
{
    const struct app_options *o = m->options;
    const char *file = o->play ? o->play : o->read;
    struct rn_capture_cfg cfg = {
        .device = o->interface, .filter = o->filter, .buffer_bytes = o->buffer_bytes};
    int rc = file ? rn_capture_open_file(file, o->filter, &m->capture, err)
                  : rn_capture_open_live(&cfg, &m->capture, err);
    if (rc)
        return rc;
    if (file)
        app_clock_play(&m->clock);
    return app_source_link(m->capture, &m->link, err);
}

static int open_outputs(struct app_monitor *m, struct rn_err *err)
{
    const struct app_options *o = m->options;
    if (!o->json_log && !o->headless)
        return 0;
    if (!(m->cleanup_events = rn_pages_map(sizeof *m->cleanup_events)))
        return rn_err_set(err, -ENOMEM, "No memory for events");
    return app_journal_open(&m->journal, o->json_log ? o->json_log : "-", m->names, m->neighbours,
                            err);
}

// A trace is told by its options which addresses are local; a live run asks the system.
static int open_system(struct app_monitor *m, struct rn_err *err)
{
    struct app_enrich *e = &m->enrich;
    if (!rn_capture_is_live(m->capture)) {
        e->local = m->options->local;
        rn_text_fmt(&m->stats.host.method, "none (trace)");
        return 0;
    }
    if (!(m->host = rn_host_open(m->options->max_connections, err)))
        return -ENOMEM;
    rn_host_status(m->host, &m->stats.host);
    (void)app_local_read(&e->local);
    e->local_at = rn_time_add(rn_clock_wall(), APP_LOCAL_EVERY);
    return 0;
}

static int open_tables(struct app_monitor *m, struct rn_err *err)
{
    const struct app_options *o = m->options;
    struct rn_flow_cfg cfg = {.max_connections = o->max_connections,
                              .shards = SHARDS,
                              .dpi = !o->no_dpi,
                              .seed = m->seed,
                              .local = m->enrich.local,
                              .names = m->names,
                              .timeouts = &o->timeouts,
                              .ask_open = m->host != NULL,
                              .archive = o->headless ? 0 : RN_FLOW_ARCHIVE};
    if (!(m->flow = rn_flow_new(&cfg, err)))
        return err->code;
    bool live = rn_capture_is_live(m->capture);
    struct app_pipeline_cfg pipeline = {.flow = m->flow,
                                        .neighbours = m->neighbours,
                                        .seed = m->seed,
                                        .workers = o->workers,
                                        .dpi = !o->no_dpi,
                                        .patience = live ? 2 * RN_MSEC : -1,
                                        .tell = m->journal.jsonl ? app_journal_tell : NULL,
                                        .ctx = &m->journal};
    if (!(m->pipeline = app_pipeline_new(&pipeline, err)))
        return err->code;
    if (o->headless)
        return 0;
    if (!(m->view = rn_flow_view_new(m->flow, err)))
        return err->code;
    return app_slot_open(&m->slot, err);
}

int app_monitor_open(struct app_monitor *m, const struct app_options *options, struct rn_err *err)
{
    memset(m, 0, sizeof *m);
    m->options = options;
    m->bell = -1;
    rn_mutex_init(&m->stats.lock);
    rn_wake_init(&m->pace);
    int rc = rn_random(&m->seed, sizeof m->seed, err);
    if (!rc && !(m->names = rn_intern_new(APP_NAMES_MAX, err)))
        rc = -ENOMEM;
    if (!rc && !(m->neighbours = rn_neighbours_new(m->seed, err)))
        rc = -ENOMEM;
    if (!rc)
        rc = open_source(m, err);
    if (!rc)
        rc = open_outputs(m, err);
    if (!rc)
        rc = open_system(m, err);
    if (!rc)
        rc = open_tables(m, err);
    m->stats.local = m->enrich.local;
    app_journal_set_local(&m->journal, &m->enrich.local);
    return rc;
}

int app_monitor_start(struct app_monitor *m, struct rn_err *err)
{
    struct rn_sandbox_report report;
    int rc = rn_sandbox_apply(&report, err);
    if (!rc)
        rc = app_threads_start(m, err);
    if (!rc)
        rc = rn_sandbox_shed(RN_ROLE_UI, err);
    app_log(RN_LOG_INFO, "capturing on %s with %u workers", rn_capture_device(m->capture),
            m->options->workers);
    return rc;
}

void app_monitor_stop(struct app_monitor *m)
{
    atomic_store(&m->stop, true);
    app_threads_stop(m);
    rn_time now = app_now(&m->clock);
    if (m->cleanup_events) // somebody wants to know what becomes of the rows
        app_sweep(m, rn_flow_drain, now);
    struct rn_counts counts = {0};
    app_monitor_counts(m, &counts);
    app_journal_summary(&m->journal, &counts, now);
    // While SIGPIPE is still ignored; what went wrong is told by `close`.
    (void)app_journal_flush(&m->journal);
    app_log(RN_LOG_INFO, "stopped: %llu packets, %llu dropped by the kernel, %llu by rings",
            (unsigned long long)counts.packets, (unsigned long long)counts.dropped_kernel,
            (unsigned long long)counts.dropped_ring);
}

int app_monitor_close(struct app_monitor *m, struct rn_err *err)
{
    int rc = app_journal_close(&m->journal, err);
    app_slot_close(&m->slot);
    rn_flow_view_free(m->view);
    app_pipeline_free(m->pipeline);
    rn_flow_free(m->flow);
    rn_neighbours_free(m->neighbours);
    rn_host_close(m->host);
    rn_pages_unmap(m->cleanup_events, sizeof *m->cleanup_events);
    rn_capture_close(m->capture);
    rn_intern_free(m->names);
    rn_wake_done(&m->pace);
    rn_mutex_done(&m->stats.lock);
    return rc;
}

void app_monitor_counts(struct app_monitor *m, struct rn_counts *out)
{
    rn_flow_counts(m->flow, out);
    app_pipeline_counts(m->pipeline, out);
    uint64_t late = out->ignored[RN_IGNORE_LATE];
    out->parsed = out->parsed > late ? out->parsed - late : 0;
    out->dropped_kernel = atomic_load(&m->kernel_drops);
}

void app_monitor_ring(struct app_monitor *m)
{
    rn_bell_ring(m->bell);
}
