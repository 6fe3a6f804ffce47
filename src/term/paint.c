// SPDX-License-Identifier: Apache-2.0
// Cells to curses. Rows that are as they were are not touched, so that a still picture costs one comparison.
#include "internal.h"

#include <curses.h>

#include <string.h>
#include <wchar.h>

void term_painter_init(struct term_painter *painter, bool colours, bool utf8)
{
    painter->unknown = true;
    painter->utf8 = utf8;
    painter->colours = colours && has_colors() && start_color() == OK;
    if (!painter->colours)
        return;
    use_default_colors();
    // Terminals of direct colour (TERM=*-direct) take numbers from 8 on as RGB: only the first eight are a palette.
    painter->colour_count = COLORS > 256 ? 8 : COLORS;
    painter->colours = painter->colour_count >= 8;
}

// A colour that this terminal has. Gray is taken from the 256 where they are: palettes make "bright black" of it that
// nobody can read. With eight colours the bright half becomes the dark half.
static short colour_of(const struct term_painter *painter, int8_t colour)
{
    if (colour == 8 && painter->colour_count >= 256)
        return 244;
    if (colour < 8 || painter->colour_count >= 16)
        return colour;
    return (short)(colour == 8 ? -1 : colour - 8);
}

static short pair_of(struct term_painter *painter, short fg, short bg)
{
    for (unsigned i = 0; i < painter->pair_count; i++) {
        if (painter->pair[i].fg == fg && painter->pair[i].bg == bg)
            return (short)(i + 1);
    }
    if (painter->pair_count == TERM_PAIRS_MAX || (int)painter->pair_count + 1 >= COLOR_PAIRS)
        return 0;
    painter->pair[painter->pair_count].fg = fg;
    painter->pair[painter->pair_count].bg = bg;
    painter->pair_count++;
    init_pair((short)painter->pair_count, fg, bg);
    return (short)painter->pair_count;
}

static void set_cell(struct term_painter *painter, cchar_t *out, const struct rn_cell *cell,
                     wchar_t glyph)
{
    struct rn_look look = rn_theme_look((enum rn_style)cell->style, cell->attrs, painter->colours);
    attr_t attrs = (look.bold ? A_BOLD : 0) | (look.reverse ? A_REVERSE : 0) |
                   (look.underline ? A_UNDERLINE : 0);
    bool few =
        painter->colour_count < 16; // eight colours: dim stands for gray, bold for the bright half
    if (painter->colours ? look.fg == 8 && few : look.dim)
        attrs |= A_DIM;
    if (look.fg > 8 && few)
        attrs |= A_BOLD;
    short fg = colour_of(painter, look.fg), bg = colour_of(painter, look.bg);
    short pair = fg < 0 && bg < 0 ? 0 : pair_of(painter, fg, bg);
    const wchar_t text[2] = {glyph, L'\0'};
    setcchar(out, text, attrs, pair, NULL);
}

// Glyphs as this locale has them. Where its width differs from ours, a stand-in of the right width is drawn, so that
// the columns behind it stay where they are.
static wchar_t glyph_of(const struct term_painter *painter, uint32_t glyph, int width)
{
    if (!painter->utf8)
        return (wchar_t)term_ascii(glyph);
    if (glyph < 0x7f)
        return (wchar_t)(glyph < ' ' ? ' ' : glyph);
    return wcwidth((wchar_t)glyph) == width ? (wchar_t)glyph : L'?';
}

static void paint_row(struct term_painter *painter, const struct rn_screen *screen, unsigned y)
{
    const struct rn_cell *cell = screen->cell[y];
    for (unsigned x = 0; x < screen->cols; x++) {
        int width = x + 1 < screen->cols && cell[x + 1].glyph == 0 ? 2 : 1;
        wchar_t glyph = cell[x].glyph ? glyph_of(painter, cell[x].glyph, width) : L' ';
        cchar_t out;
        set_cell(painter, &out, &cell[x], glyph);
        mvadd_wchnstr((int)y, (int)x, &out, 1);
        if (width == 2 && wcwidth(glyph) == 2)
            x++;
    }
}

void term_paint(struct term_painter *painter, const struct rn_screen *screen)
{
    struct rn_screen *shown = &painter->shown;
    bool all = painter->unknown || shown->cols != screen->cols || shown->rows != screen->rows,
         any = all;
    if (all)
        clear(); // not erase: after a change of size nobody knows what the terminal made of the old picture
    shown->cols = screen->cols;
    shown->rows = screen->rows;
    for (unsigned y = 0; y < screen->rows && y < RN_SCREEN_ROWS; y++) {
        size_t bytes = screen->cols * sizeof screen->cell[0][0];
        if (!all && memcmp(shown->cell[y], screen->cell[y], bytes) == 0)
            continue;
        memcpy(shown->cell[y], screen->cell[y], bytes);
        paint_row(painter, screen, y);
        any = true;
    }
    painter->unknown = false;
    if (any)
        refresh();
}
