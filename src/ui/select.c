// SPDX-License-Identifier: Apache-2.0
// The selection is a connection, not a line: it follows its key through every new order.
//
// A move names a position (request.select_position). As soon as a snapshot shows the row at that position, the position
// becomes a key (adopt). When the key's connection is gone, its neighbour takes over.
//
//   no key ──move──> position ──adopt──> key ──gone──> position (of the neighbour)
//
// 1. Before the first move there is no key: the first row is marked, whichever it is.
// 2. The view scrolls only when the selection leaves it, and never beyond the last row.
// 3. The request reaches one page further than the screen on both sides, so that most moves need no new snapshot.
#include "tab.h"

#include <string.h>

void ui_select(struct rn_ui *ui, uint32_t position)
{
    ui->request.select_position = position;
    ui->position = position;
}

static const struct rn_row *row_at(const struct rn_snapshot *snapshot, uint32_t position)
{
    if (position < snapshot->first || position - snapshot->first >= snapshot->row_count)
        return NULL;
    return &snapshot->row[position - snapshot->first];
}

// Whether the snapshot has looked for this very selection.
static bool looked_for(const struct rn_ui *ui, const struct rn_snapshot *snapshot)
{
    const struct rn_view_request *asked = &snapshot->request;
    return asked->select_position == RN_VIEW_NONE && asked->has_selected &&
           rn_key_equal(&asked->selected, &ui->request.selected);
}

static uint32_t position_of_key(const struct rn_ui *ui, const struct rn_snapshot *snapshot)
{
    if (looked_for(ui, snapshot))
        return snapshot->selected_position;
    for (uint32_t i = 0; i < snapshot->row_count; i++) {
        if (rn_key_equal(&snapshot->row[i].conn.key, &ui->request.selected))
            return snapshot->first + i;
    }
    return RN_VIEW_NONE;
}

uint32_t ui_selected(const struct rn_ui *ui, const struct rn_snapshot *snapshot)
{
    if (snapshot->matched == 0)
        return RN_VIEW_NONE;
    if (ui->request.select_position != RN_VIEW_NONE) {
        uint32_t last = snapshot->matched - 1;
        return ui->request.select_position < last ? ui->request.select_position : last;
    }
    return ui->request.has_selected ? position_of_key(ui, snapshot) : 0;
}

uint32_t ui_top_of(const struct rn_ui *ui, const struct rn_snapshot *snapshot, unsigned visible)
{
    uint32_t top = ui->top, selected = ui_selected(ui, snapshot);
    if (selected != RN_VIEW_NONE && visible > 0) {
        if (selected < top)
            top = selected;
        else if (selected - top >= visible)
            top = selected - visible + 1;
    }
    uint32_t last = snapshot->matched > visible ? snapshot->matched - visible : 0;
    return top < last ? top : last;
}

bool ui_select_key(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot,
                   unsigned page)
{
    uint32_t count = snapshot->matched, at = ui_selected(ui, snapshot);
    if (at == RN_VIEW_NONE)
        at = ui->position < count ? ui->position : 0;
    uint32_t last = count > 0 ? count - 1 : 0, to;
    switch (key) {
    case 'k':
    case RN_KEY_UP:
        to = at > 0 ? at - 1 : last;
        break;
    case 'j':
    case RN_KEY_DOWN:
        to = at < last ? at + 1 : 0;
        break;
    case RN_KEY_PAGE_UP:
    case RN_KEY_CTRL('b'):
        to = at > page ? at - page : 0;
        break;
    case RN_KEY_PAGE_DOWN:
    case RN_KEY_CTRL('f'):
        to = last - at > page ? at + page : last;
        break;
    case 'g':
    case RN_KEY_HOME:
        to = 0;
        break;
    case 'G':
    case RN_KEY_END:
        to = last;
        break;
    default:
        return false;
    }
    if (count > 0)
        ui_select(ui, to);
    return true;
}

static void adopt(struct rn_ui *ui, const struct rn_snapshot *snapshot)
{
    uint32_t at = ui_selected(ui, snapshot);
    const struct rn_row *row = at == RN_VIEW_NONE ? NULL : row_at(snapshot, at);
    if (ui->request.select_position == RN_VIEW_NONE || !row)
        return;
    ui->request.selected = row->conn.key;
    ui->request.has_selected = true;
    ui->request.select_position = RN_VIEW_NONE;
}

static bool same_rows(const struct rn_view_request *a, const struct rn_view_request *b)
{
    return a->sort == b->sort && a->descending == b->descending &&
           a->show_loopback == b->show_loopback && strcmp(a->filter, b->filter) == 0;
}

static bool same_selection(const struct rn_view_request *a, const struct rn_view_request *b)
{
    if (a->select_position != b->select_position || a->has_selected != b->has_selected)
        return false;
    return !a->has_selected || rn_key_equal(&a->selected, &b->selected);
}

// The selected connection is not in the table any more (or does not pass the filter).
static bool gone(const struct rn_ui *ui, const struct rn_snapshot *snapshot)
{
    return ui->request.has_selected && ui->request.select_position == RN_VIEW_NONE &&
           snapshot->matched > 0 && looked_for(ui, snapshot) &&
           same_rows(&ui->request, &snapshot->request) &&
           snapshot->selected_position == RN_VIEW_NONE;
}

// Whether all rows that belong on the screen are in the snapshot.
static bool covered(const struct rn_ui *ui, const struct rn_snapshot *snapshot, unsigned visible)
{
    uint32_t last = ui->top + visible < snapshot->matched ? ui->top + visible : snapshot->matched;
    return last <= ui->top ||
           (ui->top >= snapshot->first && last <= snapshot->first + snapshot->row_count);
}

static void want_window(struct rn_ui *ui, unsigned visible)
{
    unsigned page = visible < RN_VIEW_ROWS / 3 ? visible : RN_VIEW_ROWS / 3;
    unsigned count = visible > 0 ? visible + 2 * page : 1;
    ui->request.first = ui->top > page ? ui->top - page : 0;
    ui->request.count = count < RN_VIEW_ROWS ? count : RN_VIEW_ROWS;
}

unsigned ui_settle(struct rn_ui *ui, const struct rn_view_request *before,
                   const struct rn_snapshot *snapshot, unsigned visible)
{
    if (gone(ui, snapshot))
        ui_select(ui, ui->position);
    adopt(ui, snapshot);
    uint32_t at = ui_selected(ui, snapshot);
    if (at != RN_VIEW_NONE && same_rows(&ui->request, &snapshot->request))
        ui->position = at; // not in rows that are being asked for anew
    ui->top = ui_top_of(ui, snapshot, visible);
    want_window(ui, visible);

    const struct rn_view_request *now = &ui->request, *asked = &snapshot->request;
    bool moved = before->first != now->first || before->count != now->count;
    bool selected = !same_selection(before, now);
    unsigned effects = moved || selected ? RN_EFFECT_NOTE : 0;
    bool waits = selected && now->select_position != RN_VIEW_NONE;
    bool missing = !covered(ui, snapshot, visible) &&
                   (asked->first != now->first || asked->count != now->count);
    if (!same_rows(before, now) || waits || now->count > before->count || missing)
        effects |= RN_EFFECT_REQUEST;
    return effects;
}
