// SPDX-License-Identifier: Apache-2.0
// The loop of the screen: an event or a new snapshot -> update -> view -> paint.
//
// 1. The snapshot is looked at under the read lock, and the picture is painted after that has been let go.
// 2. All keys that are there are taken before one picture is painted.
// 3. Nothing is painted that has not changed, and nobody wakes up for a still picture but by a new snapshot.
#include "screen.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "monitor.h"
#include "rustnet/base/pool.h"
#include "rustnet/term.h"
#include "signals.h"

struct screen {
    struct app_monitor monitor;
    struct rn_term *term;
    struct rn_ui ui;
    struct rn_hits hits;
    uint64_t generation; // of the snapshot that the UI has been told of
    rn_time change_at;   // when the picture changes by itself
    struct rn_screen cells;
};

static unsigned update(struct screen *s, const struct rn_ui_event *event)
{
    struct app_slot *slot = &s->monitor.slot;
    const struct rn_snapshot *snapshot = app_slot_look(slot);
    unsigned effects = rn_ui_update(&s->ui, event, snapshot, &s->hits, app_now(&s->monitor.clock));
    app_slot_done(slot);
    if (effects & (RN_EFFECT_REQUEST | RN_EFFECT_NOTE))
        app_slot_ask(slot, &s->ui.request, effects & RN_EFFECT_REQUEST);
    if (effects & RN_EFFECT_SUSPEND)
        rn_term_suspend(s->term);
    return effects;
}

// The new snapshot, if there is one, and what changes by itself.
static unsigned tick(struct screen *s)
{
    struct app_slot *slot = &s->monitor.slot;
    app_slot_hush(slot);
    uint64_t generation = app_slot_look(slot)->generation;
    app_slot_done(slot);
    if (generation == s->generation && app_now(&s->monitor.clock) < s->change_at)
        return 0;
    s->generation = generation;
    return update(s, &(struct rn_ui_event){.type = RN_EV_TICK});
}

static void draw(struct screen *s)
{
    rn_time now = app_now(&s->monitor.clock);
    const struct rn_snapshot *snapshot = app_slot_look(&s->monitor.slot);
    rn_ui_view(&s->ui, snapshot, now, &s->cells, &s->hits);
    s->change_at = rn_ui_next_change(&s->ui, snapshot, now);
    app_slot_done(&s->monitor.slot);
    rn_term_paint(s->term, &s->cells);
}

static rn_dur pause_of(const struct screen *s)
{
    if (s->change_at == RN_TIME_MAX)
        return -1;
    rn_dur left = rn_time_since(s->change_at, app_now(&s->monitor.clock));
    return left > 0 ? left : 0;
}

// Everything that has happened; -EIO: the terminal is gone.
static int take_events(struct screen *s, unsigned *out_effects)
{
    struct rn_ui_event event;
    int n = rn_term_poll(s->term, app_slot_bell(&s->monitor.slot), pause_of(s), &event);
    *out_effects = 0;
    while (n > 0 && !(*out_effects & RN_EFFECT_QUIT)) {
        *out_effects |= update(s, &event);
        n = rn_term_poll(s->term, -1, 0, &event);
    }
    *out_effects |= tick(s);
    return n < 0 ? n : 0;
}

static void loop(struct screen *s)
{
    struct rn_ui_event size = {.type = RN_EV_RESIZE};
    rn_term_size(s->term, &size.cols, &size.rows);
    unsigned effects = update(s, &size);
    app_slot_ask(&s->monitor.slot, &s->ui.request, true);
    int rc = 0;
    while (!rc && !(effects & RN_EFFECT_QUIT) && !app_signals_came()) {
        if (effects & RN_EFFECT_REDRAW)
            draw(s);
        rc = take_events(s, &effects);
    }
}

static int run(struct screen *s, struct rn_err *err)
{
    const struct app_options *o = s->monitor.options;
    int rc = app_monitor_start(&s->monitor, err);
    if (rc)
        return rc;
    rn_ui_init(&s->ui);
    s->ui.request.show_loopback = o->show_loopback;
    loop(s);
    return 0;
}

static int open_and_run(struct screen *s, const struct app_options *o, struct rn_err *err)
{
    int rc = app_monitor_open(&s->monitor, o, err);
    if (rc)
        return rc;
    struct rn_term_cfg cfg = {.colours = !o->no_color};
    if ((rc = rn_term_open(&cfg, rn_log_fd(), &s->term, err)))
        return rc;
    s->monitor.bell = s->monitor.slot.bell.fd[1];
    app_signals_catch(s->monitor.bell);
    rc = run(s, err);
    rn_term_close(s->term); // before the threads are joined, so that leaving is instant
    app_monitor_stop(&s->monitor);
    app_signals_release();
    return rc;
}

int app_screen(const struct app_options *options, struct rn_err *err)
{
    struct screen *s = rn_pages_map(sizeof *s);
    if (!s)
        return rn_err_set(err, -ENOMEM, "No memory for the screen");
    int rc = open_and_run(s, options, err);
    int closed = app_monitor_close(&s->monitor, rc ? NULL : err);
    rn_pages_unmap(s, sizeof *s);
    return rc ? rc : closed;
}
