// SPDX-License-Identifier: Apache-2.0
// Widths of the table's columns.
//
//   |mark|Process_|Remote______|Local_|Service|App______|State|RTT|Rx/Tx|
//
// Every column has a floor. While the floors do not fit, steps are taken one by one: Service goes, Local goes, RTT goes,
// App shrinks, State goes; on a really narrow screen Process and Remote shrink and App goes, so that the bandwidth is
// always there. What is left over is shared by weight and the remainder goes to Remote, so that the last
// column is always flush right.
#include "columns.h"

const struct ui_column ui_column[UI_COL_COUNT] = {
    [UI_COL_PROCESS] = {"Process", RN_SORT_PROCESS, 22, 2, false},
    [UI_COL_REMOTE] = {"Remote", RN_SORT_REMOTE, 21, 4, false},
    [UI_COL_LOCAL] = {"Local", RN_SORT_LOCAL, 18, 1, false},
    [UI_COL_SERVICE] = {"Service", RN_SORT_SERVICE, 10, 0, false},
    [UI_COL_APP] = {"App", RN_SORT_APP, 24, 3, false},
    [UI_COL_STATE] = {"State", RN_SORT_STATE, 12, 0, false},
    [UI_COL_RTT] = {"RTT", RN_SORT_RTT, 7, 0, true},
    [UI_COL_BANDWIDTH] = {"Rx↓/Tx↑", RN_SORT_BANDWIDTH, 11, 0, true},
};

// In the order in which room is made.
static const struct {
    enum ui_col col;
    uint16_t width; // what the column is left with
} steps[] = {
    {UI_COL_SERVICE, 0},          {UI_COL_LOCAL, 0}, {UI_COL_RTT, 0},
    {UI_COL_APP, UI_APP_COMPACT}, {UI_COL_STATE, 0}, {UI_COL_PROCESS, 16},
    {UI_COL_REMOTE, 18},          {UI_COL_APP, 0},   {UI_COL_PROCESS, 8},
};

static unsigned needed(const uint16_t width[UI_COL_COUNT])
{
    unsigned sum = 0;
    for (unsigned i = 0; i < UI_COL_COUNT; i++)
        sum += width[i] ? width[i] + 1u : 0;
    return sum; // the gaps between columns and the mark's cell are as many as the columns
}

static unsigned weight_of(const struct ui_columns *columns, unsigned col)
{
    bool shares = columns->width[col] && !(col == UI_COL_APP && columns->compact);
    return shares ? ui_column[col].weight : 0;
}

static void share(struct ui_columns *columns, unsigned surplus)
{
    unsigned total = 0, left = surplus;
    for (unsigned i = 0; i < UI_COL_COUNT; i++)
        total += weight_of(columns, i);
    for (unsigned i = 0; i < UI_COL_COUNT; i++) {
        unsigned more = surplus * weight_of(columns, i) / total;
        columns->width[i] = (uint16_t)(columns->width[i] + more);
        left -= more;
    }
    columns->width[UI_COL_REMOTE] = (uint16_t)(columns->width[UI_COL_REMOTE] + left);
}

void ui_columns_fit(unsigned table_width, struct ui_columns *out)
{
    for (unsigned i = 0; i < UI_COL_COUNT; i++)
        out->width[i] = ui_column[i].floor;
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (needed(out->width) <= table_width)
            break;
        out->width[steps[i].col] = steps[i].width;
    }
    out->compact = out->width[UI_COL_APP] == UI_APP_COMPACT;
    unsigned need = needed(out->width);
    if (need < table_width)
        share(out, table_width - need);
    unsigned x = 1;
    for (unsigned i = 0; i < UI_COL_COUNT; i++) {
        out->x[i] = (uint16_t)x;
        x += out->width[i] ? out->width[i] + 1u : 0;
    }
}
