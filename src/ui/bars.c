// SPDX-License-Identifier: Apache-2.0
// The bars: tabs at the top, the filter row and the status bar at the bottom.
#include "tab.h"

#include <stdio.h>
#include <string.h>

bool ui_filtering(const struct rn_ui *ui)
{
    return ui->typing || ui->request.filter[strspn(ui->request.filter, " ")] != '\0';
}

// "● IFACE · LINK" at the right end; what does not fit goes, the link first. `from`: first column that is free.
static void put_cluster(const struct rn_snapshot *snapshot, unsigned from, struct rn_screen *screen)
{
    if (snapshot->interface.len == 0)
        return;
    struct rn_text64 link = {0};
    if (snapshot->link.len > 0 && strcmp(snapshot->link.s, "Unknown") != 0)
        rn_text_fmt(&link, " · %s", snapshot->link.s);
    unsigned name = 2 + (unsigned)rn_text_cells(snapshot->interface.s);
    unsigned suffix = (unsigned)rn_text_cells(link.s);
    if (from + name + suffix > screen->cols)
        suffix = 0;
    if (from + name > screen->cols)
        return;
    struct ui_pen pen = {screen, screen->cols - name - suffix, 0, screen->cols, 0};
    bool failed = snapshot->failure.len > 0;
    ui_put(&pen, failed ? RN_STYLE_ERR : RN_STYLE_OK, 0, "● ");
    ui_put(&pen, RN_STYLE_TEXT, 0, snapshot->interface.s);
    if (suffix)
        ui_put(&pen, RN_STYLE_MUTED, 0, link.s);
}

void ui_tab_bar_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                     struct rn_screen *screen)
{
    struct ui_pen pen = {screen, 0, 0, screen->cols, 0};
    ui_fill(screen, (struct ui_area){0, 1, screen->cols, 1}, 0x2500, RN_STYLE_BORDER, 0);
    ui_put(&pen, RN_STYLE_ACCENT, RN_CELL_BOLD, " rustnet ");
    for (unsigned i = 0; i < ui_tab_count; i++) {
        bool active = i == ui->tab;
        pen.x += 3;
        unsigned start = pen.x;
        ui_putf(&pen, active ? RN_STYLE_ACCENT : RN_STYLE_MUTED, 0, "%u ", i + 1);
        ui_put(&pen, active ? RN_STYLE_ACCENT : RN_STYLE_MUTED, active ? RN_CELL_BOLD : 0,
               ui_tabs[i]->name);
        if (ui_tabs[i] == &ui_tab_overview && ui_filtering(ui))
            ui_put(&pen, RN_STYLE_ACCENT, 0, " •");
        if (active && pen.x > start)
            ui_fill(screen, (struct ui_area){start, 1, pen.x - start, 1}, 0x2501, RN_STYLE_ACCENT,
                    0);
    }
    put_cluster(snapshot, pen.x + 2, screen);
}

// Bytes of text that have to be scrolled away so that the cursor is within so many cells.
static size_t scrolled(const char *text, size_t cursor, unsigned cells)
{
    size_t from = 0, n;
    char head[sizeof(((struct rn_view_request *)NULL)->filter)];
    snprintf(head, sizeof head, "%.*s", (int)cursor, text);
    while (from < cursor && rn_text_cells(head + from) > cells) {
        rn_utf8_next(head + from, cursor - from, &n);
        from += n;
    }
    return from;
}

void ui_filter_row_view(const struct rn_ui *ui, unsigned y, struct rn_screen *screen)
{
    static const char hint[] = "↑↓ navigate · Enter confirm · Esc cancel ";
    const char *text = ui->request.filter;
    struct ui_pen pen = {screen, 0, y, screen->cols, 0};
    ui_put(&pen, RN_STYLE_ACCENT, RN_CELL_BOLD, " / ");
    size_t from = scrolled(text, ui->cursor, pen.end > pen.x + 2 ? pen.end - pen.x - 2 : 0);
    ui_putf(&pen, RN_STYLE_TEXT, 0, "%.*s", (int)(ui->cursor - from), text + from);
    ui_put(&pen, RN_STYLE_ACCENT, 0, "|");
    ui_put(&pen, RN_STYLE_TEXT, 0, text + ui->cursor);
    unsigned width = (unsigned)rn_text_cells(hint);
    if (pen.x + 2 + width <= pen.end) {
        pen.x = pen.end - width;
        ui_put(&pen, RN_STYLE_MUTED, 0, hint);
    }
}

// --- status bar -----------------------------------------------------------------------------------------------------

#define ADVICE "Restart rustnet to capture again; q quits."

// "Capture stopped: cause." with blanks run together and a full stop at the end.
static void failure_text(const struct rn_snapshot *snapshot, struct rn_text256 *out)
{
    char text[sizeof out->s];
    size_t len = 0;
    for (const char *s = snapshot->failure.s; *s; s++) {
        if (*s != ' ' || (len > 0 && text[len - 1] != ' '))
            text[len++] = *s;
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    text[len] = '\0';
    bool named = strncmp(text, "Capture ", 8) == 0;
    bool ends = len > 0 && strchr(".!?", text[len - 1]);
    rn_text_fmt(out, "%s%s%s", named ? "" : "Capture stopped: ", len > 0 ? text : "unknown error",
                ends ? "" : ".");
}

// Whether a message stands in for the hints, and for the failure too.
static bool message_stands(const struct rn_ui *ui)
{
    return ui->quit_asked || ui->message.len > 0;
}

unsigned ui_status_rows(const struct rn_ui *ui, const struct rn_snapshot *snapshot, unsigned cols)
{
    if (snapshot->failure.len == 0 || message_stands(ui))
        return 1;
    struct rn_text256 text;
    failure_text(snapshot, &text);
    return rn_text_cells(text.s) + strlen(ADVICE) + 3 <= cols ? 1 : 2;
}

static void put_failure(const struct rn_snapshot *snapshot, const struct ui_layout *layout,
                        struct rn_screen *screen)
{
    struct rn_text256 text;
    failure_text(snapshot, &text);
    char cut[UI_TEXT_SIZE];
    unsigned cols = screen->cols, advice = (unsigned)strlen(ADVICE);
    struct ui_pen pen = {screen, 1, layout->status_y, cols, RN_CELL_BAR};
    if (layout->status_h > 1) {
        ui_cut(cut, text.s, cols > 2 ? cols - 2 : 0);
        ui_put(&pen, RN_STYLE_ERR, RN_CELL_BOLD, cut);
        pen = (struct ui_pen){screen, 1, layout->status_y + 1, cols, RN_CELL_BAR};
        ui_put(&pen, RN_STYLE_ERR, RN_CELL_BOLD, ADVICE);
        return;
    }
    unsigned room = cols > advice + 4 + 16 ? cols - advice - 4 : 16;
    ui_cut(cut, text.s, room);
    ui_putf(&pen, RN_STYLE_ERR, RN_CELL_BOLD, "%s %s", cut, ADVICE);
}

static const struct ui_hint typing_left[] = {{"↑↓", "select"}, {NULL, NULL}};
static const struct ui_hint typing_right[] = {{"enter", "apply"}, {"esc", "cancel"}, {NULL, NULL}};
static const struct ui_hint help_left[] = {{"j/k", "scroll"}, {NULL, NULL}};
static const struct ui_hint help_right[] = {{"h/esc", "close"}, {"q", "quit"}, {NULL, NULL}};
static const struct ui_hint right[] = {{"h", "help"}, {"q", "quit"}, {NULL, NULL}};
static const struct ui_hint clear_filter = {"esc", "clear filter"};

#define HINTS_MAX 12
struct hints {
    unsigned count;
    const struct ui_hint *hint[HINTS_MAX];
};

static void add_hints(struct hints *hints, const struct ui_hint *list)
{
    for (; list->key && hints->count < HINTS_MAX; list++)
        hints->hint[hints->count++] = list;
}

// Cells of the first n hints, two blanks between them.
static unsigned hints_width(const struct hints *hints, unsigned n, bool labels)
{
    unsigned width = 0;
    for (unsigned i = 0; i < n; i++) {
        width += (i ? 2u : 0u) + (unsigned)rn_text_cells(hints->hint[i]->key);
        width += labels ? 1 + (unsigned)rn_text_cells(hints->hint[i]->label) : 0;
    }
    return width;
}

static void put_hints(struct ui_pen *pen, const struct hints *hints, unsigned n, bool labels)
{
    for (unsigned i = 0; i < n; i++) {
        if (i)
            ui_put(pen, RN_STYLE_STATUS, 0, "  ");
        ui_put(pen, RN_STYLE_KEY, RN_CELL_BOLD, hints->hint[i]->key);
        if (labels)
            ui_putf(pen, RN_STYLE_STATUS, 0, " %s", hints->hint[i]->label);
    }
}

// How many of the left hints fit beside the right cluster: one pad cell at each edge, three blanks between the groups.
static unsigned fitting(const struct hints *left, const struct hints *cluster, unsigned cols,
                        bool labels)
{
    unsigned taken = 2 + 3 + hints_width(cluster, cluster->count, labels), n = left->count;
    while (n > 0 && taken + hints_width(left, n, labels) > cols)
        n--;
    return n;
}

static void put_two_groups(const struct hints *left, const struct hints *cluster, unsigned y,
                           struct rn_screen *screen)
{
    unsigned cols = screen->cols, few = left->count < 3 ? left->count : 3;
    bool labels = true;
    unsigned n = fitting(left, cluster, cols, labels);
    if (n < few || hints_width(cluster, cluster->count, labels) + 2 > cols) {
        labels = false;
        n = fitting(left, cluster, cols, labels);
    }
    unsigned width = hints_width(cluster, cluster->count, labels);
    struct ui_pen pen = {screen, 1, y, cols, RN_CELL_BAR};
    if (width + 2 > cols) { // quitting must stay findable to the last
        struct hints last = {1, {cluster->hint[cluster->count - 1]}};
        put_hints(&pen, &last, 1, false);
        return;
    }
    put_hints(&pen, left, n, labels);
    pen.x = cols - 1 - width;
    put_hints(&pen, cluster, cluster->count, labels);
}

static void put_all_hints(const struct rn_ui *ui, const struct ui_layout *layout,
                          struct rn_screen *screen)
{
    struct hints left = {0}, cluster = {0};
    if (ui->help) {
        if (ui_help_scrolls(ui, layout->content))
            add_hints(&left, help_left);
        add_hints(&cluster, help_right);
    } else if (ui->typing) {
        add_hints(&left, typing_left);
        add_hints(&cluster, typing_right);
    } else {
        if (ui_filtering(ui))
            left.hint[left.count++] = &clear_filter;
        add_hints(&left, ui_tabs[ui->tab]->hints);
        add_hints(&cluster, right);
    }
    put_two_groups(&left, &cluster, layout->status_y, screen);
}

void ui_status_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                    const struct ui_layout *layout, struct rn_screen *screen)
{
    ui_fill(screen, (struct ui_area){0, layout->status_y, screen->cols, layout->status_h}, ' ',
            RN_STYLE_STATUS, RN_CELL_BAR);
    struct ui_pen pen = {screen, 1, layout->status_y, screen->cols, RN_CELL_BAR};
    if (ui->quit_asked)
        ui_put(&pen, RN_STYLE_WARN, RN_CELL_BOLD, "Press q again to quit, any other key to stay");
    else if (ui->message.len > 0)
        ui_put(&pen, RN_STYLE_OK, RN_CELL_BOLD, ui->message.s);
    else if (snapshot->failure.len > 0)
        put_failure(snapshot, layout, screen);
    else
        put_all_hints(ui, layout, screen);
}
