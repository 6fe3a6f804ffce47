// SPDX-License-Identifier: Apache-2.0
// The panel "System" beside the table: what is known about the capture and the machine. What is too much for the height
// gives way: blank lines first, then rules, the marks of TCP, the traffic; the statistics are cut at the bottom.
#include "tab.h"

#include <stdio.h>
#include <string.h>

#include "format.h"

struct form {
    bool network, blanks, rules; // what is shown
};

// Writes line by line, downwards, and stops at the bottom.
struct panel {
    struct rn_screen *screen;
    struct ui_area area;
    unsigned line; // next one, from the top of the area
    struct form form;
};

static struct ui_pen next_line(struct panel *panel)
{
    struct ui_area a = panel->area;
    bool room = panel->line < a.h;
    struct ui_pen pen = {panel->screen, a.x, a.y + panel->line, room ? a.x + a.w : a.x, 0};
    panel->line++;
    return pen;
}

static unsigned lines_left(const struct panel *panel)
{
    return panel->line < panel->area.h ? panel->area.h - panel->line : 0;
}

// Text in as many lines as it takes, broken at blanks where there are any; all but the first are indented as it is.
static void put_wrapped(struct panel *panel, enum rn_style style, unsigned indent, const char *text)
{
    unsigned width = panel->area.w > indent ? panel->area.w - indent : 1;
    while (*text) {
        struct ui_pen pen = next_line(panel);
        pen.x += indent;
        size_t left = strlen(text), len = 0, at_blank = 0, n;
        for (unsigned used = 0; len < left; len += n) {
            used += (unsigned)rn_wcwidth(rn_utf8_next(text + len, left - len, &n));
            if (used > width)
                break;
            if (text[len] == ' ')
                at_blank = len;
        }
        if (len < left && text[len] == ' ')
            at_blank = len;
        if (len < left && at_blank > 0)
            len = at_blank;
        if (len == 0) // a glyph wider than the line
            break;
        ui_putf(&pen, style, 0, "%.*s", (int)len, text);
        text += len;
        while (*text == ' ')
            text++;
    }
}

static void put_text(struct panel *panel, const char *label, enum rn_style style, const char *value)
{
    struct ui_pen pen = next_line(panel);
    ui_putf(&pen, RN_STYLE_LABEL, 0, "%s: ", label);
    ui_put(&pen, style, 0, value);
}

static void put_count(struct panel *panel, const char *label, enum rn_style style, uint64_t n)
{
    struct ui_pen pen = next_line(panel);
    ui_putf(&pen, RN_STYLE_LABEL, 0, "%s: ", label);
    ui_putf(&pen, style, 0, "%llu", (unsigned long long)n);
}

static void put_heading(struct panel *panel, const char *title, const char *note)
{
    struct ui_pen pen = next_line(panel);
    ui_put(&pen, RN_STYLE_HEADING, RN_CELL_BOLD, title);
    ui_put(&pen, RN_STYLE_MUTED, 0, note);
}

static void put_blank(struct panel *panel)
{
    panel->line += panel->form.blanks;
}

static void put_rule(struct panel *panel)
{
    if (!panel->form.rules)
        return;
    bool room = lines_left(panel) > 0;
    struct ui_pen pen = next_line(panel);
    ui_fill(panel->screen, (struct ui_area){pen.x, pen.y, room ? panel->area.w : 0, 1}, 0x2500,
            RN_STYLE_BORDER, 0);
}

static void put_detection(struct panel *panel, const struct rn_snapshot *snapshot)
{
    bool degraded = snapshot->detection_degraded;
    put_text(panel, "Detection", degraded ? RN_STYLE_WARN : RN_STYLE_OK,
             snapshot->detection.len > 0 ? snapshot->detection.s : "initializing...");
    if (!degraded)
        return;
    if (snapshot->detection_feature.len > 0) {
        struct rn_text256 text;
        rn_text_fmt(&text, "%s unavailable", snapshot->detection_feature.s);
        put_wrapped(panel, RN_STYLE_MUTED, 2, text.s);
    }
    put_wrapped(panel, RN_STYLE_MUTED, 2, snapshot->detection_reason.s);
}

// Packets that were lost, and where; 0 only if none was.
static void put_dropped(struct panel *panel, const struct rn_counts *counts)
{
    uint64_t dropped = counts->dropped_kernel + counts->dropped_ring + counts->dropped_table;
    put_count(panel, "Packets Dropped", dropped ? RN_STYLE_WARN : RN_STYLE_TEXT, dropped);
    if (dropped) {
        struct rn_text256 text;
        rn_text_fmt(
            &text, "kernel %llu  ring %llu  table %llu", (unsigned long long)counts->dropped_kernel,
            (unsigned long long)counts->dropped_ring, (unsigned long long)counts->dropped_table);
        put_wrapped(panel, RN_STYLE_MUTED, 2, text.s);
    }
    if (counts->rows_evicted) {
        put_count(panel, "Rows Evicted", RN_STYLE_WARN, counts->rows_evicted);
        put_wrapped(panel, RN_STYLE_MUTED, 2, "table full: --max-connections");
    }
    if (counts->facts_refused)
        put_count(panel, "Rows Without Facts", RN_STYLE_WARN, counts->facts_refused);
}

static void put_statistics(struct panel *panel, const struct rn_snapshot *snapshot)
{
    put_heading(panel, "Statistics", "");
    put_text(panel, "Interface", RN_STYLE_TEXT,
             snapshot->interface.len > 0 ? snapshot->interface.s : "Unknown");
    if (snapshot->link.len > 0) {
        bool tunnel = strcmp(snapshot->link.s, "Tun") == 0 || strcmp(snapshot->link.s, "Tap") == 0;
        struct rn_text64 link;
        rn_text_fmt(&link, "%s%s", snapshot->link.s, tunnel ? " (Tunnel)" : "");
        put_text(panel, "Link Layer", RN_STYLE_TEXT, link.s);
    }
    put_detection(panel, snapshot);
    put_blank(panel);
    put_count(panel, "TCP Connections", RN_STYLE_TEXT, snapshot->rows_tcp);
    put_count(panel, "UDP Connections", RN_STYLE_TEXT, snapshot->rows_udp);
    put_count(panel, "Processes", RN_STYLE_TEXT, snapshot->processes);
    put_count(panel, "Total Connections", RN_STYLE_TEXT, snapshot->rows_total);
    put_blank(panel);
    put_count(panel, "Packets Processed", RN_STYLE_TEXT, snapshot->counts.packets);
    double per_sec = snapshot->packets_per_sec;
    put_count(panel, "Packets/sec", RN_STYLE_TEXT, per_sec > 0 ? (uint64_t)(per_sec + 0.5) : 0);
    put_dropped(panel, &snapshot->counts);
}

// At most five characters.
static void fmt_short(char out[UI_NUMBER_SIZE], uint64_t n)
{
    static const char letters[][2] = {"", "K", "M", "G", "T", "P", "E"};
    unsigned unit = 0;
    for (; n >= 10000 && unit + 1 < sizeof letters / sizeof letters[0]; unit++)
        n /= 1000;
    snprintf(out, UI_NUMBER_SIZE, "%llu%s", (unsigned long long)n, letters[unit]);
}

static void put_mark(struct panel *panel, const char *label, const struct rn_counts *counts,
                     enum rn_tcp_mark mark)
{
    uint64_t active = counts->tcp_rows[mark], total = counts->tcp[mark];
    struct rn_text64 text;
    rn_text_fmt(&text, "%llu / %llu", (unsigned long long)active, (unsigned long long)total);
    if (strlen(label) + 2 + text.len > panel->area.w) { // a number that is cut would be another one
        char of_rows[UI_NUMBER_SIZE], of_all[UI_NUMBER_SIZE];
        fmt_short(of_rows, active);
        fmt_short(of_all, total);
        rn_text_fmt(&text, "%s / %s", of_rows, of_all);
    }
    put_text(panel, label, RN_STYLE_TEXT, text.s);
}

// Marked segments: of the rows that are in the table, and of all since the start.
static void put_network(struct panel *panel, const struct rn_snapshot *snapshot)
{
    put_rule(panel);
    put_heading(panel, "Network Stats", " (active / total)");
    put_mark(panel, "TCP Retransmits", &snapshot->counts, RN_TCP_MARK_RETRANSMIT);
    put_mark(panel, "Out-of-Order", &snapshot->counts, RN_TCP_MARK_OUT_OF_ORDER);
    put_mark(panel, "Fast Retransmits", &snapshot->counts, RN_TCP_MARK_FAST);
    put_count(panel, "Active TCP Flows", RN_STYLE_TEXT, snapshot->rows_tcp);
}

// The captured interface; all with any traffic where that is not one of the machine's ("any").
static bool shown(const struct rn_snapshot *snapshot, const struct rn_iface_stats *iface)
{
    for (uint32_t i = 0; i < snapshot->iface_count && i < RN_SNAPSHOT_IFACES; i++) {
        if (strcmp(snapshot->iface[i].name.s, snapshot->interface.s) == 0)
            return strcmp(iface->name.s, snapshot->interface.s) == 0;
    }
    return iface->rx_packets || iface->tx_packets;
}

static void put_iface(struct panel *panel, const struct rn_iface_stats *iface)
{
    uint64_t errors = iface->rx_errors + iface->tx_errors;
    uint64_t drops = iface->rx_dropped + iface->tx_dropped;
    struct ui_pen pen = next_line(panel);
    ui_putf(&pen, RN_STYLE_LABEL, 0, "%s: Err: ", iface->name.s);
    ui_putf(&pen, errors ? RN_STYLE_ERR : RN_STYLE_OK, 0, "%llu", (unsigned long long)errors);
    ui_put(&pen, RN_STYLE_LABEL, 0, "  Drop: ");
    ui_putf(&pen, drops ? RN_STYLE_WARN : RN_STYLE_OK, 0, "%llu", (unsigned long long)drops);
}

static void put_rates(struct panel *panel, double rx_bps, double tx_bps)
{
    char rx[UI_NUMBER_SIZE], tx[UI_NUMBER_SIZE];
    ui_fmt_rate(rx, rx_bps);
    ui_fmt_rate(tx, tx_bps);
    struct ui_pen pen = next_line(panel);
    ui_putf(&pen, RN_STYLE_RX, 0, "↓%s ", rx);
    ui_putf(&pen, RN_STYLE_TX, 0, "↑%s", tx);
}

static void put_traffic(struct panel *panel, const struct rn_snapshot *snapshot)
{
    const struct rn_iface_stats *list[RN_SNAPSHOT_IFACES];
    unsigned count = 0;
    for (uint32_t i = 0; i < snapshot->iface_count && i < RN_SNAPSHOT_IFACES; i++) {
        if (shown(snapshot, &snapshot->iface[i]))
            list[count++] = &snapshot->iface[i];
    }
    put_rule(panel);
    put_heading(panel, "Traffic", "");
    put_rates(panel, snapshot->rx_bps, snapshot->tx_bps);
    unsigned room = lines_left(panel);
    unsigned fits = count <= room ? count : room > 0 ? room - 1 : 0;
    for (unsigned i = 0; i < fits; i++)
        put_iface(panel, list[i]);
    if (fits < count) {
        struct ui_pen pen = next_line(panel);
        ui_putf(&pen, RN_STYLE_MUTED, 0, "... %u more", count - fits);
    }
}

static void put_blocks(struct panel *panel, const struct rn_snapshot *snapshot)
{
    put_statistics(panel, snapshot);
    if (panel->form.network)
        put_network(panel, snapshot);
    if (panel->area.h == 0 || lines_left(panel) >= 2) // heading and rates
        put_traffic(panel, snapshot);
}

// Lines of all blocks, and of interfaces one: what is drawn without any height is only counted.
static unsigned lines_of(struct panel panel, const struct rn_snapshot *snapshot)
{
    panel.area.h = panel.line = 0;
    put_blocks(&panel, snapshot);
    return panel.line;
}

void ui_sidebar_view(const struct rn_snapshot *snapshot, struct ui_area area,
                     struct rn_screen *screen)
{
    static const struct form forms[] = {{true, true, true},   {true, false, true},
                                        {true, false, false}, {false, true, true},
                                        {false, false, true}, {false, false, false}};
    ui_fill(screen, (struct ui_area){area.x, area.y, 1, area.h}, 0x2502, RN_STYLE_BORDER, 0);
    struct panel panel = {screen, {area.x + 2, area.y, area.w - 3, area.h}, 1, forms[0]};
    ui_title(screen, panel.area, "System");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        panel.form = forms[i];
        if (lines_of(panel, snapshot) <= lines_left(&panel))
            break;
    }
    put_blocks(&panel, snapshot);
}
