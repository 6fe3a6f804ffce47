// SPDX-License-Identifier: Apache-2.0
// How the views of this room write cells. Every cell passes ui_glyph, which ignores what lies outside the screen.
// Thread: one (main).
// Owns:   nothing.
// Fails:  never; what does not fit is cut.
#ifndef RUSTNET_UI_DRAW_H
#define RUSTNET_UI_DRAW_H

#include "rustnet/ui.h"

struct ui_area {
    unsigned x, y, w, h;
};

// Writes left to right and stops before column `end`.
struct ui_pen {
    struct rn_screen *screen;
    unsigned x, y, end;
    uint8_t attrs; // given to every cell
};

void ui_clear(struct rn_screen *screen);
void ui_glyph(struct rn_screen *screen, unsigned x, unsigned y, uint32_t glyph, enum rn_style style,
              unsigned attrs);
void ui_fill(struct rn_screen *screen, struct ui_area area, uint32_t glyph, enum rn_style style,
             unsigned attrs);
void ui_put(struct ui_pen *pen, enum rn_style style, unsigned attrs, const char *text);
void ui_putf(struct ui_pen *pen, enum rn_style style, unsigned attrs, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

// Longest text that a cell of the table or a line of the sidebar is made of.
#define UI_TEXT_SIZE 512
// Copies text, cut to so many cells with an ellipsis; returns the cells it takes.
unsigned ui_cut(char out[UI_TEXT_SIZE], const char *text, unsigned cells);
// Text in a field of so many cells, cut if need be.
struct ui_field {
    unsigned x, y, w;
    bool right; // flush right
};
void ui_cell(struct rn_screen *screen, struct ui_field field, enum rn_style style, unsigned attrs,
             const char *text);
// A section's title: a bar in the accent colour and the title in bold. The pen stands behind it.
struct ui_pen ui_title(struct rn_screen *screen, struct ui_area area, const char *title);
void ui_scrollbar(struct rn_screen *screen, struct ui_area track, uint32_t total, uint32_t visible,
                  uint32_t top);

#endif
