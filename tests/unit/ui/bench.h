// SPDX-License-Identifier: Apache-2.0
// A user in front of a screen: presses keys, and whoever serves the requests answers them at once.
#ifndef RUSTNET_TESTS_UI_BENCH_H
#define RUSTNET_TESTS_UI_BENCH_H

#include "golden.h"
#include "rows.h"

struct bench {
    struct rn_ui ui;
    struct rn_snapshot snapshot;
    struct rn_screen screen;
    struct rn_hits hits;
    uint32_t total; // rows of the table
    rn_time now;
    unsigned effects; // of the last event
};

static inline void bench_snapshot(struct bench *b)
{
    rows_snapshot(&b->snapshot, &b->ui.request, b->total);
}

static inline void bench_event(struct bench *b, struct rn_ui_event event)
{
    b->effects = rn_ui_update(&b->ui, &event, &b->snapshot, &b->hits, b->now);
}

static inline void bench_tick(struct bench *b)
{
    bench_event(b, (struct rn_ui_event){.type = RN_EV_TICK});
}

static inline void bench_key_only(struct bench *b, uint32_t key)
{
    bench_event(b, (struct rn_ui_event){.type = RN_EV_KEY, .key = key});
}

static inline void bench_key(struct bench *b, uint32_t key)
{
    bench_key_only(b, key);
    unsigned effects = b->effects;
    bench_snapshot(b);
    bench_tick(b);
    b->effects = effects;
}

static inline void bench_type(struct bench *b, const char *text)
{
    for (; *text; text++)
        bench_key(b, (uint32_t)(unsigned char)*text);
}

static inline void bench_resize(struct bench *b, unsigned cols, unsigned rows)
{
    bench_event(b, (struct rn_ui_event){
                       .type = RN_EV_RESIZE, .cols = (uint16_t)cols, .rows = (uint16_t)rows});
    bench_snapshot(b);
    bench_tick(b);
}

static inline void bench_view(struct bench *b)
{
    rn_ui_view(&b->ui, &b->snapshot, b->now, &b->screen, &b->hits);
}

static inline void bench_start(struct bench *b, uint32_t total, unsigned cols, unsigned rows)
{
    memset(b, 0, sizeof *b);
    b->total = total;
    b->now = ROWS_NOW;
    rn_ui_init(&b->ui);
    bench_resize(b, cols, rows);
}

// Line of the screen that carries the mark of the selection; 0: none.
static inline unsigned bench_marked(const struct bench *b)
{
    for (unsigned y = 0; y < b->screen.rows; y++) {
        if (b->screen.cell[y][0].glyph == 0x258c)
            return y;
    }
    return 0;
}

#endif
