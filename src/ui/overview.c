// SPDX-License-Identifier: Apache-2.0
// Tab 1: the table of connections and, beside it, the panel "System".
#include "tab.h"

#include <string.h>

#define SIDEBAR_FROM 90 // columns of content below which the table has them all

static const struct ui_help_row navigation_rows[] = {
    {"↑/k, ↓/j", "Select previous or next connection"},
    {"g, G", "Jump to first or last connection (also Home, End)"},
    {"Page Up/Down", "Move by one page"},
    {"Ctrl+B/F", "Move by one page"},
    {NULL, NULL},
};
static const struct ui_help_row action_rows[] = {
    {"/", "Enter filter mode"},
    {"Esc", "Clear the active filter"},
    {"s, S", "Change sort column or direction"},
    {"p", "Toggle service names and port numbers"},
    {"d", "Toggle inferred names and addresses"},
    {"i", "Toggle the System panel"},
    {"r", "Reset sorting, filter and scrolling"},
    {NULL, NULL},
};
static const struct ui_help_row display_rows[] = {
    {"Yellow", "Idle for 75 % of the connection's timeout"},
    {"Red", "Idle for 90 %: about to be removed, unless its socket is still open"},
    {"~name", "Inferred: this host asked DNS for it and got the address"},
    {"(gw)", "The address is a default gateway"},
    {"bcast, mcast", "Broadcast or multicast address"},
    {"App column", "Transport, application protocol, SNI, HTTP Host or DNS name"},
    {"Rx↓/Tx↑", "Received and sent, bytes per second, mean of ten seconds"},
    {"active / total", "Counts of the connections present, and of all since the start"},
    {NULL, NULL},
};
static const struct ui_help_row filter_rows[] = {
    {"/google", "Any field contains \"google\""},
    {"/port:22", "Local or remote port is 22; sport: local, dport: remote"},
    {"/src:192.168", "Local address contains; dst: remote address"},
    {"/process:firefox", "Process name contains; service: likewise"},
    {"/sni:github", "SNI, HTTP Host or inferred name contains"},
    {"/app:dns", "Application contains; proto: transport"},
    {"/state:established", "State contains"},
    {"/scope:private", "Scope of the remote address contains"},
    {"/mac:02:00:5e", "MAC address of the neighbour contains"},
    {"/tcp port:443", "Several words must all match"},
    {NULL, NULL},
};
static const struct ui_help_section help[] = {
    {"Connection Navigation", navigation_rows},
    {"Overview Actions", action_rows},
    {"Connection Display", display_rows},
    {"Filter Examples", filter_rows},
    {NULL, NULL},
};
static const struct ui_hint hints[] = {
    {"↑↓", "select"}, {"/", "filter"}, {"s", "sort"}, {"p", "ports"}, {"i", "info"}, {NULL, NULL},
};

static void next_sort(struct rn_view_request *request)
{
    request->sort = (enum rn_sort)((request->sort + 1u) % RN_SORT_COUNT);
    // Of these the largest come first.
    request->descending = request->sort == RN_SORT_RTT || request->sort == RN_SORT_BANDWIDTH;
}

static void clear_filter(struct rn_ui *ui)
{
    memset(ui->request.filter, 0, sizeof ui->request.filter);
    ui->cursor = 0;
}

static void reset(struct rn_ui *ui)
{
    clear_filter(ui);
    ui->request.sort = RN_SORT_TIME;
    ui->request.descending = false;
    ui->top = 0;
}

static bool update(struct rn_ui *ui, uint32_t key, const struct rn_snapshot *snapshot,
                   unsigned *effects)
{
    (void)effects;
    switch (key) {
    case '/':
        ui->typing = true;
        ui->cursor = (uint8_t)strlen(ui->request.filter);
        return true;
    case RN_KEY_ESCAPE:
        if (!ui->request.filter[0])
            return false;
        clear_filter(ui);
        return true;
    case 's':
        next_sort(&ui->request);
        return true;
    case 'S':
        ui->request.descending = !ui->request.descending;
        return true;
    case 'p':
        ui->port_numbers = !ui->port_numbers;
        return true;
    case 'd':
        ui->addresses = !ui->addresses;
        return true;
    case 'i':
        ui->sidebar = !ui->sidebar;
        return true;
    case 'r':
        reset(ui);
        return true;
    default: {
        struct ui_layout layout = ui_layout_of(ui, snapshot);
        return ui_select_key(ui, key, snapshot, layout.visible_rows);
    }
    }
}

static void view(const struct rn_ui *ui, const struct rn_snapshot *snapshot, rn_time now,
                 struct ui_area area, struct rn_screen *screen)
{
    if (ui->sidebar && area.w >= SIDEBAR_FROM) {
        area.w -= UI_SIDEBAR_COLS;
        ui_sidebar_view(snapshot,
                        (struct ui_area){area.x + area.w, area.y, UI_SIDEBAR_COLS, area.h}, screen);
    }
    ui_table_view(ui, snapshot, now, area, screen);
}

const struct ui_tab ui_tab_overview = {
    .name = "Overview",
    .summary = "Inspect, filter and sort captured connections.",
    .help = help,
    .hints = hints,
    .update = update,
    .view = view,
};
