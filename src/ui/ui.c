// SPDX-License-Identifier: Apache-2.0
// The frame around the tabs: who gets an event, and where everything is on the screen.
//
//   row 0  rustnet   1 Overview                    ● eth0 · Ethernet     tab bar
//   row 1  ──────────━━━━━━━━━━─────────────────────────────────────
//          content of the tab (the help lies over it)
//          / filter|                                                     only while a filter is typed
//   last   keys                                              h help     status bar; two rows for a long failure
//
// An event goes to the first of these that wants it: keys that always work, help, filter editor, tab, global keys.
#include "tab.h"

#include <string.h>

const struct ui_tab *const ui_tabs[] = {
    &ui_tab_overview,
};
const unsigned ui_tab_count = sizeof ui_tabs / sizeof ui_tabs[0];

enum {
    TAB_BAR_ROWS = 2,
    MIN_COLS = 24,
    MIN_ROWS = TAB_BAR_ROWS + UI_TABLE_HEAD + 2, // one row of the table and the status bar
};

void rn_ui_init(struct rn_ui *ui)
{
    *ui = (struct rn_ui){.sidebar = true, .cols = 80, .rows = 24};
    ui->request.select_position = RN_VIEW_NONE;
    ui->request.count = 64; // until the size of the screen is told
}

struct ui_layout ui_layout_of(const struct rn_ui *ui, const struct rn_snapshot *snapshot)
{
    unsigned cols = ui->cols, rows = ui->rows;
    struct ui_layout layout = {.too_small = cols < MIN_COLS || rows < MIN_ROWS};
    if (layout.too_small)
        return layout;
    unsigned extra = rows - MIN_ROWS; // what may be taken from the table
    layout.status_h = extra > 0 ? ui_status_rows(ui, snapshot, cols) : 1;
    layout.status_y = rows - layout.status_h;
    extra -= layout.status_h - 1;
    bool filter_row = ui->typing && extra > 0;
    layout.filter_y = filter_row ? layout.status_y - 1 : 0;
    unsigned bottom = layout.status_y - (filter_row ? 1 : 0);
    layout.content = (struct ui_area){0, TAB_BAR_ROWS, cols, bottom - TAB_BAR_ROWS};
    layout.visible_rows = layout.content.h - UI_TABLE_HEAD;
    return layout;
}

static unsigned quit_key(struct rn_ui *ui)
{
    if (ui->quit_asked)
        return RN_EFFECT_QUIT;
    ui->quit_asked = true;
    return 0;
}

static void select_tab(struct rn_ui *ui, unsigned tab)
{
    ui->tab = (uint8_t)tab;
    ui->help_top = 0;
}

static unsigned global_key(struct rn_ui *ui, uint32_t key)
{
    switch (key) {
    case 'q':
        return quit_key(ui);
    case 'h':
        ui->help = true;
        ui->help_top = 0;
        return 0;
    case ']':
    case RN_KEY_TAB:
        select_tab(ui, (ui->tab + 1u) % ui_tab_count);
        return 0;
    case '[':
    case RN_KEY_BACKTAB:
        select_tab(ui, (ui->tab + ui_tab_count - 1) % ui_tab_count);
        return 0;
    case RN_KEY_ESCAPE:
        select_tab(ui, 0);
        return 0;
    default:
        if (key >= '1' && key < '1' + ui_tab_count)
            select_tab(ui, key - '1');
        return 0;
    }
}

static unsigned help_key(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot)
{
    struct ui_layout layout = ui_layout_of(ui, snapshot);
    if (key == 'h' || key == RN_KEY_ESCAPE) {
        ui->help = false;
        return 0;
    }
    if (ui_help_key(ui, key, layout.content))
        return 0;
    bool passes = key == 'q' || key == RN_KEY_TAB || key == RN_KEY_BACKTAB || key == '[' ||
                  key == ']' || (key >= '1' && key <= '9');
    return passes ? global_key(ui, key) : 0;
}

static void filter_key(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot)
{
    char *text = ui->request.filter, old[sizeof ui->request.filter];
    memcpy(old, text, sizeof old);
    switch (key) {
    case RN_KEY_UP:
    case RN_KEY_DOWN:
        ui_select_key(ui, key, snapshot, 1);
        return;
    case RN_KEY_ENTER:
        ui->typing = false;
        if (!ui_filtering(ui))
            text[0] = '\0';
        break;
    case RN_KEY_ESCAPE:
        ui->typing = false;
        text[0] = '\0';
        break;
    default:
        ui_edit_key(text, sizeof ui->request.filter, &ui->cursor, key);
        break;
    }
    if (!text[0])
        ui->cursor = 0;
    // A connection that the new filter hides is followed by the first one that it shows.
    if (strcmp(old, text) != 0)
        ui->position = 0;
}

static unsigned update_key(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot)
{
    unsigned effects = 0;
    if (key == RN_KEY_CTRL('c') || key == RN_KEY_CTRL('\\'))
        return RN_EFFECT_QUIT;
    if (key == RN_KEY_CTRL('z'))
        return RN_EFFECT_SUSPEND;
    if (key != 'q' || ui->typing)
        ui->quit_asked = false;
    if (ui->help)
        return help_key(ui, key, snapshot);
    if (ui->typing) {
        filter_key(ui, key, snapshot);
        return 0;
    }
    if (ui_tabs[ui->tab]->update(ui, key, snapshot, &effects))
        return effects;
    return effects | global_key(ui, key);
}

unsigned rn_ui_update(struct rn_ui *ui, const struct rn_ui_event *event,
                      const struct rn_snapshot *snapshot, const struct rn_hits *hits, rn_time now)
{
    (void)
        hits; // the keyboard asks the layout, so that it is right already before the first picture
    struct rn_view_request before = ui->request;
    unsigned effects = RN_EFFECT_REDRAW;
    switch (event->type) {
    case RN_EV_KEY:
        effects |= update_key(ui, event->key, snapshot);
        break;
    case RN_EV_RESIZE:
        ui->cols = event->cols < RN_SCREEN_COLS ? event->cols : RN_SCREEN_COLS;
        ui->rows = event->rows < RN_SCREEN_ROWS ? event->rows : RN_SCREEN_ROWS;
        break;
    case RN_EV_TICK:
        break;
    }
    if (ui->message.len > 0 && now >= ui->message_until)
        ui->message = (struct rn_text64){0};
    struct ui_layout layout = ui_layout_of(ui, snapshot);
    return effects | ui_settle(ui, &before, snapshot, layout.visible_rows);
}

static void view_too_small(const struct rn_ui *ui, struct rn_screen *screen)
{
    struct ui_pen pen = {screen, 0, 0, screen->cols, 0};
    if (ui->quit_asked) {
        ui_put(&pen, RN_STYLE_WARN, RN_CELL_BOLD, "q again to quit");
        return;
    }
    ui_putf(&pen, RN_STYLE_WARN, 0, "too small: %ux%u, needs %ux%u", (unsigned)screen->cols,
            (unsigned)screen->rows, (unsigned)MIN_COLS, (unsigned)MIN_ROWS);
}

void rn_ui_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now,
                struct rn_screen *screen, struct rn_hits *hits)
{
    screen->cols = ui->cols;
    screen->rows = ui->rows;
    ui_clear(screen);
    struct ui_layout layout = ui_layout_of(ui, snapshot);
    *hits = (struct rn_hits){.visible_rows = (uint16_t)layout.visible_rows};
    if (layout.too_small) {
        view_too_small(ui, screen);
        return;
    }
    ui_tab_bar_view(ui, snapshot, screen);
    ui_tabs[ui->tab]->view(ui, snapshot, now, layout.content, screen);
    if (layout.filter_y > 0)
        ui_filter_row_view(ui, layout.filter_y, screen);
    ui_status_view(ui, snapshot, &layout, screen);
    if (ui->help)
        ui_help_view(ui, layout.content, screen);
}

rn_time rn_ui_next_change(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now)
{
    struct ui_layout layout = ui_layout_of(ui, snapshot);
    rn_time next = ui_table_next_change(ui, snapshot, layout.visible_rows, now);
    if (ui->message.len > 0 && ui->message_until < next)
        next = ui->message_until;
    return next;
}
