// SPDX-License-Identifier: Apache-2.0
// Columns of the connection table and their widths, which follow from the terminal alone, never from the rows.
// Thread: any.
// Owns:   values.
// Fails:  never; what does not fit lies beyond the width.
#ifndef RUSTNET_UI_COLUMNS_H
#define RUSTNET_UI_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/model/snapshot.h"

enum ui_col {
    UI_COL_PROCESS,
    UI_COL_REMOTE,
    UI_COL_LOCAL,
    UI_COL_SERVICE,
    UI_COL_APP,
    UI_COL_STATE,
    UI_COL_RTT,
    UI_COL_BANDWIDTH,
    UI_COL_COUNT,
};

struct ui_column {
    const char *header;
    enum rn_sort sort; // the order that belongs to it
    uint16_t floor;    // cells it needs
    uint16_t weight;   // share of the surplus
    bool right;        // flush right
};
extern const struct ui_column ui_column[UI_COL_COUNT];

// Cells of the Application column in its narrow form, which has no room for a name in brackets.
#define UI_APP_COMPACT 14

struct ui_columns {
    uint16_t x[UI_COL_COUNT];     // from the table's left edge; column 0 is the selection's mark
    uint16_t width[UI_COL_COUNT]; // 0: not shown
    bool compact;                 // Application in its narrow form
};
void ui_columns_fit(unsigned table_width, struct ui_columns *out);

#endif
