// SPDX-License-Identifier: Apache-2.0
// The table of connections.
//
// Rates are those of the moment the snapshot was taken: between two snapshots no byte has been counted, so a later
// "now" would only make them sink. Age (colours, UDP states) is that of the picture.
#include "tab.h"

#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "format.h"
#include "rustnet/dpi.h"

const char *ui_sort_name(enum rn_sort sort)
{
    static const char *const names[RN_SORT_COUNT] = {
        [RN_SORT_TIME] = "Time",
        [RN_SORT_PROCESS] = "Process",
        [RN_SORT_REMOTE] = "Remote Addr",
        [RN_SORT_LOCAL] = "Local Addr",
        [RN_SORT_SERVICE] = "Service",
        [RN_SORT_APP] = "Application",
        [RN_SORT_STATE] = "State",
        [RN_SORT_RTT] = "RTT",
        [RN_SORT_BANDWIDTH] = "Bandwidth Total",
    };
    return (unsigned)sort < RN_SORT_COUNT ? names[sort] : "";
}

// Everything that the cells of one row are made from.
struct line {
    struct rn_screen *screen;
    const struct ui_columns *columns;
    const struct rn_row *row;
    unsigned x, y, end; // the table's part of the screen line
    bool port_numbers, addresses;
    bool whole;          // one style for the whole row
    enum rn_style style; // that one
    uint8_t attrs;
    const struct rn_timeouts *timeouts;
    rn_time now;
};

static enum rn_style tinted(const struct line *line, enum rn_style own)
{
    return line->whole ? line->style : own;
}

static struct ui_pen pen_of(const struct line *line, enum ui_col col)
{
    unsigned x = line->x + line->columns->x[col], end = x + line->columns->width[col];
    return (struct ui_pen){line->screen, x, line->y, end < line->end ? end : line->end,
                           line->attrs};
}

static void put_cell(const struct line *line, enum ui_col col, enum rn_style style,
                     const char *text)
{
    char cut[UI_TEXT_SIZE];
    unsigned width = line->columns->width[col], used = ui_cut(cut, text, width);
    struct ui_pen pen = pen_of(line, col);
    if (ui_column[col].right)
        pen.x += width - used;
    ui_put(&pen, tinted(line, style), 0, cut);
}

static void put_process(const struct line *line)
{
    char text[UI_TEXT_SIZE];
    const char *name = line->row->process.s;
    uint32_t pid = line->row->conn.pid;
    if (pid)
        snprintf(text, sizeof text, "%s (%u)", *name ? name : "-", (unsigned)pid);
    else
        snprintf(text, sizeof text, "%s", *name ? name : "-");
    bool known = pid || *name;
    put_cell(line, UI_COL_PROCESS, known ? RN_STYLE_PROCESS : RN_STYLE_MUTED, text);
}

static bool has_ports(uint16_t proto)
{
    return proto == RN_PROTO_TCP || proto == RN_PROTO_UDP;
}

// "ADDR:PORT"; where that is too long, the address is cut and the port kept: "[2001:db8::…]:443".
static void end_text(const struct rn_conn *conn, unsigned end, unsigned width,
                     char out[UI_TEXT_SIZE])
{
    const struct rn_ip *ip = &conn->key.ip[end];
    char text[RN_END_TEXT_SIZE];
    uint16_t port = conn->key.port[end];
    if (!has_ports(conn->key.proto) && port == 0) {
        rn_ip_text(ip, text);
        snprintf(out, UI_TEXT_SIZE, "%s", text);
        return;
    }
    size_t len = rn_end_text(ip, port, text);
    if (len <= width || rn_ip_is_v4(ip)) {
        snprintf(out, UI_TEXT_SIZE, "%s", text);
        return;
    }
    char tail[8];
    unsigned tail_len = (unsigned)snprintf(tail, sizeof tail, "]:%u", (unsigned)port);
    text[len - tail_len] = '\0';
    ui_cut(out, text, width > tail_len ? width - tail_len : 0);
    strncat(out, tail, UI_TEXT_SIZE - strlen(out) - 1);
}

static void put_local(const struct line *line)
{
    char text[UI_TEXT_SIZE];
    const struct rn_conn *conn = &line->row->conn;
    end_text(conn, conn->local, line->columns->width[UI_COL_LOCAL], text);
    put_cell(line, UI_COL_LOCAL, RN_STYLE_ADDR_LOCAL, text);
}

// "~NAME:PORT" where an answer of DNS names the address and the payload tells no name of its own; where that is too long,
// the name is cut, the port kept. False: there is none.
static bool inferred_text(const struct rn_row *row, unsigned width, char out[UI_TEXT_SIZE])
{
    struct rn_bytes name = rn_facts_find(&row->facts, RN_FACT_DNS_NAME, 0);
    if (name.len == 0 || rn_dpi_hostname((enum rn_app)row->conn.app, &row->facts).len > 0)
        return false;
    char tail[8] = "", text[RN_FACT_TEXT_MAX + 2];
    if (has_ports(row->conn.key.proto))
        snprintf(tail, sizeof tail, ":%u",
                 (unsigned)row->conn.key.port[rn_conn_remote(&row->conn)]);
    snprintf(text, sizeof text, "~%.*s", (int)name.len, (const char *)name.p);
    unsigned room = width > strlen(tail) ? width - (unsigned)strlen(tail) : 0;
    ui_cut(out, text, room);
    strncat(out, tail, UI_TEXT_SIZE - strlen(out) - 1);
    return true;
}

static void put_remote(const struct line *line)
{
    const struct rn_conn *conn = &line->row->conn;
    unsigned remote = rn_conn_remote(conn), width = line->columns->width[UI_COL_REMOTE];
    const char *kind = line->row->remote_kind == RN_ADDR_BROADCAST   ? "bcast"
                       : line->row->remote_kind == RN_ADDR_MULTICAST ? "mcast"
                                                                     : NULL;
    char text[UI_TEXT_SIZE];
    if (!kind && !line->addresses && inferred_text(line->row, width, text)) {
        put_cell(line, UI_COL_REMOTE, RN_STYLE_MUTED, text);
        return;
    }
    if (kind && has_ports(conn->key.proto))
        snprintf(text, sizeof text, "%s:%u", kind, (unsigned)conn->key.port[remote]);
    else if (kind)
        snprintf(text, sizeof text, "%s", kind);
    else
        end_text(conn, remote, width, text);
    const char gateway[] = " (gw)";
    if (line->row->remote_is_gateway && rn_text_cells(text) + strlen(gateway) <= width)
        strncat(text, gateway, sizeof text - strlen(text) - 1);
    put_cell(line, UI_COL_REMOTE, RN_STYLE_ADDR_REMOTE, text);
}

static void put_service(const struct line *line)
{
    char port[8];
    const struct rn_conn *conn = &line->row->conn;
    snprintf(port, sizeof port, "%u", (unsigned)conn->key.port[rn_conn_remote(conn)]);
    const char *text = line->port_numbers && has_ports(conn->key.proto) ? port
                       : line->port_numbers                             ? ""
                                                                        : line->row->service.s;
    put_cell(line, UI_COL_SERVICE, *text ? RN_STYLE_SERVICE : RN_STYLE_MUTED, *text ? text : "-");
}

static void put_app(const struct line *line)
{
    const struct rn_conn *conn = &line->row->conn;
    struct ui_pen pen = pen_of(line, UI_COL_APP);
    char number[8], cut[UI_TEXT_SIZE];
    const char *proto = rn_proto_name(conn->key.proto, number);
    ui_put(&pen, tinted(line, RN_STYLE_MUTED), 0, proto);
    if (conn->app == RN_APP_NONE)
        return;
    ui_put(&pen, tinted(line, RN_STYLE_MUTED), 0, "·");
    struct rn_text256 text = {0};
    if (line->columns->compact)
        rn_text_fmt(&text, "%s", rn_dpi_name((enum rn_app)conn->app));
    else
        rn_dpi_text((enum rn_app)conn->app, &line->row->facts, &text);
    ui_cut(cut, text.s, pen.end > pen.x ? pen.end - pen.x : 0);
    ui_put(&pen, tinted(line, RN_STYLE_APP), 0, cut);
}

static enum rn_style state_style(const struct rn_conn *conn)
{
    if (conn->key.proto != RN_PROTO_TCP)
        return RN_STYLE_STATE;
    switch (rn_conn_tcp_state(conn)) {
    case RN_TCP_ESTABLISHED:
        return RN_STYLE_TCP_ESTABLISHED;
    case RN_TCP_SYN_SENT:
    case RN_TCP_SYN_RECV:
        return RN_STYLE_TCP_OPENING;
    case RN_TCP_FIN_WAIT1:
    case RN_TCP_FIN_WAIT2:
    case RN_TCP_CLOSING:
        return RN_STYLE_TCP_CLOSING;
    case RN_TCP_CLOSE_WAIT:
    case RN_TCP_LAST_ACK:
    case RN_TCP_TIME_WAIT:
        return RN_STYLE_TCP_WAITING;
    case RN_TCP_UNKNOWN:
    case RN_TCP_CLOSED:
    case RN_TCP_STATE_COUNT:
        break;
    }
    return RN_STYLE_TCP_CLOSED;
}

static void put_state(const struct line *line)
{
    struct rn_text64 text = {0};
    rn_conn_state_text(&line->row->conn, &line->row->facts, line->now, &text);
    put_cell(line, UI_COL_STATE, state_style(&line->row->conn), text.s);
}

static enum rn_style rtt_style(rn_dur rtt)
{
    if (rtt < 50 * RN_MSEC)
        return RN_STYLE_OK;
    return rtt < 150 * RN_MSEC ? RN_STYLE_WARN : RN_STYLE_ERR;
}

static void put_rtt(const struct line *line)
{
    const struct rn_conn *conn = &line->row->conn;
    rn_dur rtt;
    if (!rn_conn_rtt(conn, &line->row->tcp, &rtt)) {
        put_cell(line, UI_COL_RTT, RN_STYLE_MUTED, "-");
        return;
    }
    char text[UI_NUMBER_SIZE];
    ui_fmt_rtt(text, rtt);
    put_cell(line, UI_COL_RTT, rtt_style(rtt), text);
}

static void put_bandwidth(const struct line *line)
{
    const struct rn_conn *conn = &line->row->conn;
    char rx[UI_NUMBER_SIZE], tx[UI_NUMBER_SIZE];
    ui_fmt_rate_compact(rx, line->row->bps[rn_conn_remote(conn)]);
    ui_fmt_rate_compact(tx, line->row->bps[conn->local]);
    bool idle = rx[0] == '-' && tx[0] == '-';
    unsigned width = line->columns->width[UI_COL_BANDWIDTH];
    unsigned used = (unsigned)(strlen(rx) + 1 + strlen(tx));
    struct ui_pen pen = pen_of(line, UI_COL_BANDWIDTH);
    pen.x += used < width ? width - used : 0;
    ui_put(&pen, tinted(line, idle ? RN_STYLE_MUTED : RN_STYLE_RX), 0, rx);
    ui_put(&pen, tinted(line, RN_STYLE_MUTED), 0, "/");
    ui_put(&pen, tinted(line, idle ? RN_STYLE_MUTED : RN_STYLE_TX), 0, tx);
}

static void (*const put_column[UI_COL_COUNT])(const struct line *) = {
    [UI_COL_PROCESS] = put_process, [UI_COL_REMOTE] = put_remote,
    [UI_COL_LOCAL] = put_local,     [UI_COL_SERVICE] = put_service,
    [UI_COL_APP] = put_app,         [UI_COL_STATE] = put_state,
    [UI_COL_RTT] = put_rtt,         [UI_COL_BANDWIDTH] = put_bandwidth,
};

// The time-out is near from 75 % on, and very near from 90 % on.
static const struct {
    rn_dur of_100;
    enum rn_style style;
} nearness[] = {{90, RN_STYLE_EXPIRING}, {75, RN_STYLE_STALE}};
enum { NEARNESS = sizeof nearness / sizeof nearness[0] };

static enum rn_style age_style(const struct rn_conn *conn, const struct rn_timeouts *timeouts,
                               rn_time now)
{
    rn_dur timeout = rn_conn_timeout(conn, timeouts, now), age = rn_conn_age(conn, now);
    for (unsigned i = 0; timeout > 0 && i < NEARNESS; i++) {
        if (age >= timeout / 100 * nearness[i].of_100)
            return nearness[i].style;
    }
    return RN_STYLE_TEXT;
}

static void put_row(struct line *line, bool selected)
{
    line->style = age_style(&line->row->conn, line->timeouts, line->now);
    line->whole = line->style != RN_STYLE_TEXT;
    line->attrs = selected ? RN_CELL_SELECTED : 0;
    if (selected) {
        ui_glyph(line->screen, line->x, line->y, 0x258c, RN_STYLE_ACCENT, 0);
        ui_fill(line->screen, (struct ui_area){line->x + 1, line->y, line->end - line->x - 1, 1},
                ' ', tinted(line, RN_STYLE_TEXT), RN_CELL_SELECTED);
    }
    for (unsigned col = 0; col < UI_COL_COUNT; col++) {
        if (line->columns->width[col])
            put_column[col](line);
    }
}

static void put_bandwidth_header(struct ui_pen *pen)
{
    ui_put(pen, RN_STYLE_HEADING, 0, "Rx");
    ui_put(pen, RN_STYLE_RX, 0, "↓");
    ui_put(pen, RN_STYLE_HEADING, 0, "/Tx");
    ui_put(pen, RN_STYLE_TX, 0, "↑");
}

static void put_header(const struct rn_ui *ui, const struct line *line)
{
    for (enum ui_col col = 0; col < UI_COL_COUNT; col++) {
        unsigned width = line->columns->width[col];
        if (!width)
            continue;
        bool active = ui_column[col].sort == ui->request.sort;
        char text[UI_TEXT_SIZE];
        const char *name =
            col == UI_COL_SERVICE && ui->port_numbers ? "Port" : ui_column[col].header;
        snprintf(text, sizeof text, "%s%s", name,
                 !active                  ? ""
                 : ui->request.descending ? " ↓"
                                          : " ↑");
        struct ui_pen pen = pen_of(line, col);
        unsigned used = (unsigned)rn_text_cells(text);
        if (ui_column[col].right && used < width)
            pen.x += width - used;
        if (active)
            ui_put(&pen, RN_STYLE_ACCENT, RN_CELL_BOLD | RN_CELL_UNDERLINE, text);
        else if (col == UI_COL_BANDWIDTH)
            put_bandwidth_header(&pen);
        else
            ui_put(&pen, RN_STYLE_HEADING, 0, text);
    }
}

static void put_title(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                      struct ui_area area, struct rn_screen *screen)
{
    struct ui_pen pen = ui_title(screen, area, "Live Connections");
    if (ui->request.filter[0]) {
        char query[UI_TEXT_SIZE];
        ui_cut(query, ui->request.filter, 20);
        ui_putf(&pen, RN_STYLE_MUTED, 0, " · %u shown [%s]", (unsigned)snapshot->matched, query);
    }
    if (ui->request.sort != RN_SORT_TIME || ui->request.descending)
        ui_putf(&pen, RN_STYLE_MUTED, 0, " · sort %s %s", ui_sort_name(ui->request.sort),
                ui->request.descending ? "↓" : "↑");
    if (snapshot->notice.len > 0)
        ui_putf(&pen, RN_STYLE_WARN, 0, " · %s", snapshot->notice.s);
}

void ui_table_view(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now,
                   struct ui_area area, struct rn_screen *screen)
{
    struct ui_columns columns;
    unsigned width = area.w > 2 ? area.w - 2 : 0; // a blank and the scrollbar
    ui_columns_fit(width, &columns);
    put_title(ui, snapshot, area, screen);
    struct line line = {.screen = screen,
                        .columns = &columns,
                        .x = area.x,
                        .y = area.y + 1,
                        .end = area.x + width,
                        .port_numbers = ui->port_numbers,
                        .addresses = ui->addresses,
                        .timeouts = &snapshot->timeouts,
                        .now = now};
    put_header(ui, &line);

    unsigned visible = area.h > UI_TABLE_HEAD ? area.h - UI_TABLE_HEAD : 0;
    uint32_t top = ui_top_of(ui, snapshot, visible), selected = ui_selected(ui, snapshot);
    for (unsigned i = 0; i < visible; i++) {
        uint32_t at = top + i;
        if (at < snapshot->first || at - snapshot->first >= snapshot->row_count)
            continue;
        line.row = &snapshot->row[at - snapshot->first];
        line.y = area.y + UI_TABLE_HEAD + i;
        put_row(&line, at == selected);
    }
    struct ui_area track = {area.x + area.w - 1, area.y + UI_TABLE_HEAD, 1, visible};
    ui_scrollbar(screen, track, snapshot->matched, visible, top);
}

static rn_time sooner(rn_time a, rn_time b, rn_time now)
{
    return b > now && b < a ? b : a;
}

// When the row's colour, or its state where that is one of silence, changes for want of packets. A time-out may itself
// depend on the silence so far, so the one of much later counts too; at worst this is too early.
static rn_time row_next_change(const struct rn_conn *conn, const struct rn_timeouts *t, rn_time now)
{
    static const rn_dur silences[] = {30 * RN_SEC, 60 * RN_SEC}; // "..._IDLE", "..._STALE"
    rn_time since = rn_time_add(now, -rn_conn_age(conn, now)), next = RN_TIME_MAX;
    const rn_dur timeouts[] = {rn_conn_timeout(conn, t, now),
                               rn_conn_timeout(conn, t, RN_TIME_MAX)};
    if (timeouts[0] != timeouts[1])
        next = sooner(next, rn_time_add(since, t->after[RN_TIMEOUT_ACTIVE_FOR]), now);
    for (unsigned k = 0; k < 2; k++) {
        for (unsigned i = 0; timeouts[k] > 0 && i < NEARNESS; i++)
            next = sooner(next, rn_time_add(since, timeouts[k] / 100 * nearness[i].of_100), now);
    }
    for (unsigned i = 0; conn->key.proto != RN_PROTO_TCP && i < 2; i++)
        next = sooner(next, rn_time_add(conn->last_seen, silences[i] + 1), now);
    return next;
}

rn_time ui_table_next_change(const struct rn_ui *ui, const struct rn_snapshot *snapshot,
                             unsigned visible, rn_time now)
{
    rn_time next = RN_TIME_MAX;
    uint32_t top = ui_top_of(ui, snapshot, visible);
    for (uint32_t i = 0; i < snapshot->row_count; i++) {
        uint32_t at = snapshot->first + i;
        if (at < top || at - top >= visible)
            continue;
        rn_time t = row_next_change(&snapshot->row[i].conn, &snapshot->timeouts, now);
        next = t < next ? t : next;
    }
    return next;
}
