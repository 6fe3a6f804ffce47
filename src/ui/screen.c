// SPDX-License-Identifier: Apache-2.0
// The screen is a value: a grid of cells that views write into and a terminal (or a test) reads.
//
// 1. No write leaves the grid, whatever the coordinates.
// 2. A wide glyph is always followed by its right half (glyph 0), and a right half always follows a wide glyph:
//    overwriting one half turns the other into a blank.
// 3. One cell holds one code point: marks that combine are left out.
#include "draw.h"

#include <stdio.h>
#include <string.h>

static bool inside(const struct rn_screen *screen, unsigned x, unsigned y)
{
    return x < screen->cols && x < RN_SCREEN_COLS && y < screen->rows && y < RN_SCREEN_ROWS;
}

void ui_clear(struct rn_screen *screen)
{
    const struct rn_cell blank = {.glyph = ' '};
    for (unsigned y = 0; y < screen->rows && y < RN_SCREEN_ROWS; y++) {
        for (unsigned x = 0; x < screen->cols && x < RN_SCREEN_COLS; x++)
            screen->cell[y][x] = blank;
    }
}

// The other half of the wide glyph at (x, y), if there is one, turns blank.
static void unpair(struct rn_screen *screen, unsigned x, unsigned y)
{
    struct rn_cell *row = screen->cell[y];
    if (row[x].glyph == 0) {
        if (x > 0)
            row[x - 1].glyph = ' ';
    } else if (inside(screen, x + 1, y) && row[x + 1].glyph == 0) {
        row[x + 1].glyph = ' ';
    }
}

static void set_cell(struct rn_screen *screen, unsigned x, unsigned y, struct rn_cell cell)
{
    if (!inside(screen, x, y))
        return;
    unpair(screen, x, y);
    screen->cell[y][x] = cell;
}

void ui_glyph(struct rn_screen *screen, unsigned x, unsigned y, uint32_t glyph, enum rn_style style,
              unsigned attrs)
{
    struct rn_cell cell = {glyph, (uint8_t)style, (uint8_t)attrs};
    if (rn_wcwidth(glyph) < 2) {
        set_cell(screen, x, y, cell);
        return;
    }
    if (!inside(screen, x + 1, y)) { // half a glyph has no place on a screen
        cell.glyph = ' ';
        set_cell(screen, x, y, cell);
        return;
    }
    struct rn_cell right = cell;
    right.glyph = ' ';
    set_cell(screen, x + 1, y, right);
    set_cell(screen, x, y, cell);
    screen->cell[y][x + 1].glyph = 0;
}

void ui_fill(struct rn_screen *screen, struct ui_area area, uint32_t glyph, enum rn_style style,
             unsigned attrs)
{
    for (unsigned y = area.y; y - area.y < area.h && inside(screen, 0, y); y++) {
        for (unsigned x = area.x; x - area.x < area.w && inside(screen, x, y); x++)
            ui_glyph(screen, x, y, glyph, style, attrs);
    }
}

void ui_put(struct ui_pen *pen, enum rn_style style, unsigned attrs, const char *text)
{
    size_t left = strlen(text);
    while (left > 0) {
        size_t n;
        uint32_t glyph = rn_utf8_next(text, left, &n);
        unsigned width = (unsigned)rn_wcwidth(glyph);
        text += n;
        left -= n;
        if (width == 0)
            continue;
        if (pen->x >= pen->end)
            return;
        if (pen->x + width > pen->end) // half a glyph
            glyph = ' ';
        ui_glyph(pen->screen, pen->x, pen->y, glyph, style, attrs | pen->attrs);
        pen->x += width;
    }
}

void ui_putf(struct ui_pen *pen, enum rn_style style, unsigned attrs, const char *fmt, ...)
{
    char text[UI_TEXT_SIZE];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    ui_put(pen, style, attrs, text);
}

unsigned ui_cut(char out[UI_TEXT_SIZE], const char *text, unsigned cells)
{
    const char dots[] = "…";
    bool cut = rn_text_cells(text) > cells;
    unsigned room = cut && cells > 0 ? cells - 1 : cells, used = 0;
    size_t left = strlen(text), len = 0;
    while (left > 0) {
        size_t n;
        unsigned width = (unsigned)rn_wcwidth(rn_utf8_next(text, left, &n));
        if (used + width > room || len + n + sizeof dots > UI_TEXT_SIZE)
            break;
        memcpy(out + len, text, n);
        len += n;
        used += width;
        text += n;
        left -= n;
    }
    if (cut && cells > 0) {
        memcpy(out + len, dots, sizeof dots - 1);
        len += sizeof dots - 1;
        used++;
    }
    out[len] = '\0';
    return used;
}

void ui_cell(struct rn_screen *screen, struct ui_field field, enum rn_style style, unsigned attrs,
             const char *text)
{
    char cut[UI_TEXT_SIZE];
    unsigned used = ui_cut(cut, text, field.w);
    struct ui_pen pen = {screen, field.x + (field.right ? field.w - used : 0), field.y,
                         field.x + field.w, 0};
    ui_put(&pen, style, attrs, cut);
}

struct ui_pen ui_title(struct rn_screen *screen, struct ui_area area, const char *title)
{
    struct ui_pen pen = {screen, area.x, area.y, area.x + area.w, 0};
    ui_put(&pen, RN_STYLE_ACCENT, 0, "▎");
    ui_put(&pen, RN_STYLE_TEXT, RN_CELL_BOLD, " ");
    ui_put(&pen, RN_STYLE_TEXT, RN_CELL_BOLD, title);
    return pen;
}

// The thumb touches the bottom exactly when the last row is on the screen.
void ui_scrollbar(struct rn_screen *screen, struct ui_area track, uint32_t total, uint32_t visible,
                  uint32_t top)
{
    if (total <= visible || track.h == 0)
        return;
    uint64_t length = (uint64_t)track.h * visible / total;
    if (length == 0)
        length = 1;
    uint64_t range = total - visible, room = track.h - length;
    uint64_t at = top >= range ? room : room * top / range;
    ui_fill(screen, (struct ui_area){track.x, track.y + (unsigned)at, track.w, (unsigned)length},
            0x2590, RN_STYLE_ACCENT, 0);
}

// A letter per cell. Style TEXT is '.', the others count from 'a'; bold or underlined ones are capitals. The band of
// the selection hides them, but for the rows that are about to go.
static char style_letter(const struct rn_cell *cell)
{
    if (cell->attrs & RN_CELL_SELECTED) {
        if (cell->style == RN_STYLE_STALE)
            return '%';
        return cell->style == RN_STYLE_EXPIRING ? '!' : '#';
    }
    bool strong = cell->attrs & (RN_CELL_BOLD | RN_CELL_UNDERLINE);
    if (cell->style == RN_STYLE_TEXT)
        return strong ? ':' : '.';
    return (char)((strong ? 'A' : 'a') + cell->style - 1);
}
_Static_assert(RN_STYLE_COUNT - 1 <= 26, "a letter each");

struct sink {
    char *out;
    size_t cap, len; // len goes on counting when out is full
};

static void sink_put(struct sink *sink, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++, sink->len++) {
        if (sink->len + 1 < sink->cap)
            sink->out[sink->len] = bytes[i];
    }
}

// Cells up to the last that is not blank; lines end without trailing blanks.
static unsigned line_end(const struct rn_screen *screen, unsigned y, bool styles)
{
    unsigned end = screen->cols;
    while (end > 0) {
        const struct rn_cell *cell = &screen->cell[y][end - 1];
        if (styles ? style_letter(cell) != '.' : cell->glyph != ' ')
            break;
        end--;
    }
    return end;
}

static void put_line(struct sink *sink, const struct rn_screen *screen, unsigned y, bool styles)
{
    unsigned end = line_end(screen, y, styles);
    for (unsigned x = 0; x < end; x++) {
        const struct rn_cell *cell = &screen->cell[y][x];
        char bytes[4] = {styles ? style_letter(cell) : '\0'};
        size_t n = 1;
        if (!styles)
            n = cell->glyph ? rn_utf8_put(bytes, cell->glyph) : 0;
        sink_put(sink, bytes, n);
    }
    sink_put(sink, "\n", 1);
}

size_t rn_screen_text(const struct rn_screen *screen, char *out, size_t cap)
{
    struct sink sink = {out, cap, 0};
    for (unsigned y = 0; y < screen->rows; y++)
        put_line(&sink, screen, y, false);
    sink_put(&sink, "--\n", 3);
    for (unsigned y = 0; y < screen->rows; y++)
        put_line(&sink, screen, y, true);
    if (cap > 0)
        out[sink.len < cap ? sink.len : cap - 1] = '\0';
    return sink.len;
}
