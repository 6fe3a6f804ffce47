// SPDX-License-Identifier: Apache-2.0
// What the parts of this room tell each other. A tab is one file and one row of the table in ui.c.
// Thread: one (main).
// Owns:   nothing.
// Fails:  never.
#ifndef RUSTNET_UI_TAB_H
#define RUSTNET_UI_TAB_H

#include "draw.h"

// A section of the help: keys (or whatever is explained) and their meaning; ended by a row without key.
struct ui_help_row {
    const char *key, *meaning;
};
struct ui_help_section {
    const char *title; // NULL ends the list
    const struct ui_help_row *rows;
};
struct ui_hint {
    const char *key, *label; // key NULL ends the list
};

struct ui_tab {
    const char *name;
    const char *summary; // one sentence, first line of its help
    const struct ui_help_section *help;
    const struct ui_hint *hints; // of the status bar
    // True if the key meant something here; what must be done is added to *effects.
    bool (*update)(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot,
                   unsigned *effects);
    void (*view)(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now,
                 struct ui_area area, struct rn_screen *screen);
};
extern const struct ui_tab ui_tab_overview;
extern const struct ui_tab *const ui_tabs[];
extern const unsigned ui_tab_count;

// Where the parts of the picture are.
struct ui_layout {
    bool too_small;
    struct ui_area content;
    unsigned filter_y;           // 0: no filter row
    unsigned status_y, status_h; // 2 rows when a long failure needs them
    unsigned visible_rows;       // of the table
};
struct ui_layout ui_layout_of(const struct rn_ui *ui, const struct rn_snapshot *snapshot);
// Rows of the content above the first row of a table: title, header, blank.
#define UI_TABLE_HEAD 3

// select.c: which row is selected, and what must be asked for.
// Position of the selection in the snapshot; RN_VIEW_NONE: there is none, or it is not known yet.
uint32_t ui_selected(const struct rn_ui *ui, const struct rn_snapshot *snapshot);
// Position of the first row on a screen of so many rows, so that the selection is on it.
uint32_t ui_top_of(const struct rn_ui *ui, const struct rn_snapshot *snapshot, unsigned visible);
void ui_select(struct rn_ui *ui, uint32_t position);
// Moves by key; false if the key does not move.
bool ui_select_key(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot,
                   unsigned page);
// After any event: makes the selection a connection, scrolls, and says in effects whether rows are missing.
// before: the request as it was before the event.
unsigned ui_settle(struct rn_ui *ui, const struct rn_view_request *before,
                   const struct rn_snapshot *snapshot, unsigned visible);

// edit.c: the line of the filter row. False if the key means nothing to an editor.
bool ui_edit_key(char *text, size_t cap, uint8_t *cursor, uint32_t key);

// table.c, sidebar.c, bars.c, help.c
#define UI_SIDEBAR_COLS 34
const char *ui_sort_name(enum rn_sort sort);
void ui_table_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now,
                   struct ui_area area, struct rn_screen *screen);
rn_time ui_table_next_change(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                             unsigned visible, rn_time now);
void ui_sidebar_view(const struct rn_snapshot *snapshot, struct ui_area area,
                     struct rn_screen *screen);
bool ui_filtering(const struct rn_ui *ui); // typing, or a filter stands
void ui_tab_bar_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                     struct rn_screen *screen);
void ui_filter_row_view(const struct rn_ui *ui, unsigned y, struct rn_screen *screen);
// Rows that the status bar would like to have in a screen of so many columns.
unsigned ui_status_rows(const struct rn_ui *ui, const struct rn_snapshot *snapshot, unsigned cols);
void ui_status_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                    const struct ui_layout *layout, struct rn_screen *screen);
void ui_help_view(const struct rn_ui *ui, struct ui_area content, struct rn_screen *screen);
// True if the key scrolled.
bool ui_help_key(struct rn_ui *ui, uint32_t key, struct ui_area content);
bool ui_help_scrolls(const struct rn_ui *ui, struct ui_area content);

#endif
