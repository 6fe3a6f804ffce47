// SPDX-License-Identifier: Apache-2.0
// The help: a panel over the content, made from the tab's own list of keys and the keys that work everywhere.
#include "tab.h"

#include <string.h>

static const struct ui_help_row global_rows[] = {
    {"h, Esc", "Open or close this help"},
    {"q", "Quit (press twice)"},
    {"Ctrl+C", "Quit at once"},
    {"Ctrl+Z", "Stop; the shell's fg goes on"},
    {NULL, NULL},
};
static const struct ui_help_section global = {"Global", global_rows};

// Walks all lines; those from `top` on are drawn into `text` (h == 0: none are).
struct page {
    struct rn_screen *screen; // NULL: only count
    struct ui_area text;
    unsigned top, line;
};

// A pen for the next line; false if it is scrolled away or below the end.
static bool next_line(struct page *page, struct ui_pen *pen)
{
    unsigned line = page->line++;
    if (!page->screen || line < page->top || line - page->top >= page->text.h)
        return false;
    *pen = (struct ui_pen){page->screen, page->text.x, page->text.y + line - page->top,
                           page->text.x + page->text.w, 0};
    return true;
}

// Bytes of text that fit into a line: up to a blank where there is one.
static size_t line_of(const char *text, unsigned cells)
{
    size_t left = strlen(text), len = 0, blank = 0, n;
    for (unsigned used = 0; len < left; len += n) {
        used += (unsigned)rn_wcwidth(rn_utf8_next(text + len, left - len, &n));
        if (text[len] == ' ')
            blank = len;
        if (used > cells)
            return blank > 0 ? blank : len > 0 ? len : n;
    }
    return len;
}

// A key and its meaning, which goes on below itself where it is too long.
static void put_row(struct page *page, const struct ui_help_row *row, unsigned key_width)
{
    const unsigned indent = 2 + key_width + 2;
    const char *text = row->meaning;
    unsigned cells = page->text.w > indent ? page->text.w - indent : 1;
    for (bool first = true; first || *text; first = false) {
        size_t len = line_of(text, cells);
        struct ui_pen pen;
        if (next_line(page, &pen)) {
            unsigned x = pen.x;
            pen.x = x + 2;
            if (first)
                ui_put(&pen, RN_STYLE_KEY, 0, row->key);
            pen.x = x + indent;
            ui_putf(&pen, RN_STYLE_LABEL, 0, "%.*s", (int)len, text);
        }
        text += len;
        text += *text == ' ';
    }
}

static void put_section(struct page *page, const struct ui_help_section *section)
{
    struct ui_pen pen;
    unsigned key_width = 0;
    next_line(page, &pen);
    if (next_line(page, &pen))
        ui_title(page->screen, (struct ui_area){pen.x, pen.y, page->text.w, 1}, section->title);
    for (const struct ui_help_row *row = section->rows; row->key; row++) {
        unsigned width = (unsigned)rn_text_cells(row->key);
        key_width = width > key_width ? width : key_width;
    }
    for (const struct ui_help_row *row = section->rows; row->key; row++)
        put_row(page, row, key_width);
}

static unsigned put_page(const struct ui_tab *tab, struct page *page)
{
    struct ui_pen pen;
    if (next_line(page, &pen))
        ui_put(&pen, RN_STYLE_LABEL, 0, tab->summary);
    for (const struct ui_help_section *section = tab->help; section->title; section++)
        put_section(page, section);
    put_section(page, &global);
    return page->line;
}

static unsigned panel_width(struct ui_area content)
{
    unsigned w = content.w > 4 ? content.w - 4 : content.w;
    return w < 92 ? w : 92;
}

static unsigned text_width(struct ui_area content)
{
    unsigned w = panel_width(content);
    return w > 6 ? w - 6 : 1; // borders, a blank inside each, the scrollbar and its blank
}

static unsigned line_count(const struct rn_ui *ui, struct ui_area content)
{
    struct page page = {.text = {.w = text_width(content)}};
    return put_page(ui_tabs[ui->tab], &page);
}

static struct ui_area panel_of(unsigned lines, struct ui_area content)
{
    unsigned w = panel_width(content), h = lines + 2;
    h = h < 32 ? h : 32;
    if (h + 2 > content.h)
        h = content.h > 2 ? content.h - 2 : content.h;
    return (struct ui_area){content.x + (content.w - w) / 2, content.y + (content.h - h) / 2, w, h};
}

static unsigned shown_lines(unsigned lines, struct ui_area content)
{
    unsigned h = panel_of(lines, content).h;
    return h > 2 ? h - 2 : 0;
}

static unsigned last_top(const struct rn_ui *ui, struct ui_area content)
{
    unsigned lines = line_count(ui, content), shown = shown_lines(lines, content);
    return lines > shown ? lines - shown : 0;
}

bool ui_help_scrolls(const struct rn_ui *ui, struct ui_area content)
{
    return last_top(ui, content) > 0;
}

bool ui_help_key(struct rn_ui *ui, uint32_t key, struct ui_area content)
{
    unsigned last = last_top(ui, content), page = shown_lines(line_count(ui, content), content);
    unsigned top = ui->help_top < last ? ui->help_top : last;
    switch (key) {
    case 'k':
    case RN_KEY_UP:
        top -= top > 0;
        break;
    case 'j':
    case RN_KEY_DOWN:
        top += top < last;
        break;
    case RN_KEY_PAGE_UP:
    case RN_KEY_CTRL('b'):
        top -= top < page ? top : page;
        break;
    case RN_KEY_PAGE_DOWN:
    case RN_KEY_CTRL('f'):
        top += last - top < page ? last - top : page;
        break;
    case 'g':
    case RN_KEY_HOME:
        top = 0;
        break;
    case 'G':
    case RN_KEY_END:
        top = last;
        break;
    default:
        return false;
    }
    ui->help_top = (uint16_t)top;
    return true;
}

static void put_border(struct rn_screen *screen, struct ui_area a)
{
    ui_fill(screen, a, ' ', RN_STYLE_TEXT, 0);
    ui_fill(screen, (struct ui_area){a.x, a.y, a.w, 1}, 0x2500, RN_STYLE_BORDER, 0);
    ui_fill(screen, (struct ui_area){a.x, a.y + a.h - 1, a.w, 1}, 0x2500, RN_STYLE_BORDER, 0);
    ui_fill(screen, (struct ui_area){a.x, a.y, 1, a.h}, 0x2502, RN_STYLE_BORDER, 0);
    ui_fill(screen, (struct ui_area){a.x + a.w - 1, a.y, 1, a.h}, 0x2502, RN_STYLE_BORDER, 0);
    ui_glyph(screen, a.x, a.y, 0x256d, RN_STYLE_BORDER, 0);
    ui_glyph(screen, a.x + a.w - 1, a.y, 0x256e, RN_STYLE_BORDER, 0);
    ui_glyph(screen, a.x, a.y + a.h - 1, 0x2570, RN_STYLE_BORDER, 0);
    ui_glyph(screen, a.x + a.w - 1, a.y + a.h - 1, 0x256f, RN_STYLE_BORDER, 0);
}

void ui_help_view(const struct rn_ui *ui, struct ui_area content, struct rn_screen *screen)
{
    const struct ui_tab *tab = ui_tabs[ui->tab];
    unsigned lines = line_count(ui, content), shown = shown_lines(lines, content);
    struct ui_area panel = panel_of(lines, content);
    if (panel.w < 8 || panel.h < 3)
        return;
    put_border(screen, panel);
    struct ui_pen pen = {screen, panel.x + 2, panel.y, panel.x + panel.w - 2, 0};
    ui_putf(&pen, RN_STYLE_TEXT, RN_CELL_BOLD, "Help · %s", tab->name);
    ui_put(&pen, RN_STYLE_TEXT, 0, " ");
    ui_glyph(screen, panel.x + 1, panel.y, ' ', RN_STYLE_TEXT, 0);

    unsigned last = lines > shown ? lines - shown : 0;
    struct page page = {screen,
                        {panel.x + 2, panel.y + 1, text_width(content), panel.h - 2},
                        ui->help_top < last ? ui->help_top : last,
                        0};
    put_page(tab, &page);
    ui_scrollbar(screen, (struct ui_area){panel.x + panel.w - 3, panel.y + 1, 1, panel.h - 2},
                 lines, shown, page.top);
}
