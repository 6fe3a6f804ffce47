// SPDX-License-Identifier: Apache-2.0
// Answers the screen's request from the table, and adds what the table does not know.
#include <string.h>

#include "monitor.h"
#include "neighbours.h"
#include "rustnet/ui.h"
#include "rustnet/wire.h"
#include "ticks.h"

static void name_rows(const struct app_monitor *m, struct rn_snapshot *out)
{
    const struct rn_local_addrs *local = &m->view_local;
    for (uint32_t i = 0; i < out->row_count; i++) {
        struct rn_row *row = &out->row[i];
        const struct rn_conn *conn = &row->conn;
        unsigned remote = rn_conn_remote(conn);
        const char *process = rn_intern_get(m->names, conn->process_name);
        const char *service =
            rn_service_of(conn->key.proto, conn->key.port[remote], conn->key.port[conn->local]);
        rn_text_from_bytes(&row->process, rn_bytes_of(process, strlen(process)));
        row->service = (struct rn_text32){0};
        if (service)
            rn_text_from_bytes(&row->service, rn_bytes_of(service, strlen(service)));
        row->remote_kind = rn_local_kind(local, &conn->key.ip[remote]);
        row->remote_is_gateway = rn_local_is_gateway(local, &conn->key.ip[remote]);
        row->remote_mac_known =
            row->remote_kind == RN_ADDR_UNICAST &&
            rn_neighbours_find(m->neighbours, &conn->key.ip[remote], row->remote_mac);
    }
}

static void add_failure(const struct rn_err *failure, struct rn_snapshot *out)
{
    out->failure = (struct rn_text256){0};
    if (failure->code)
        rn_text_fmt(&out->failure, "%s", failure->msg);
}

// What other ticks have found out. Under their lock.
static void add_stats(const struct app_stats *stats, struct rn_snapshot *out)
{
    out->packets_per_sec = stats->packets_per_sec;
    out->tx_bps = stats->tx_bps;
    out->rx_bps = stats->rx_bps;
    out->detection = stats->host.method;
    out->detection_degraded = stats->host.degraded;
    out->detection_feature = stats->host.feature;
    out->detection_reason = stats->host.reason;
    out->iface_count = stats->iface_count;
    memcpy(out->iface, stats->iface, sizeof out->iface);
    out->notice = (struct rn_text64){0};
    if (stats->trace_over)
        rn_text_fmt(&out->notice, "End of trace");
    add_failure(&stats->failure, out);
}

static void add_source(const struct app_monitor *m, struct rn_snapshot *out)
{
    const char *device = rn_capture_device(m->capture);
    const char *base = strrchr(device, '/'); // of a trace, its name is enough
    rn_text_fmt(&out->interface, "%s", base && base[1] ? base + 1 : device);
    // A file's name says nothing about the link, even if it is tunnel.pcap.
    bool live = rn_capture_is_live(m->capture);
    rn_text_fmt(&out->link, "%s", rn_wire_link_name(m->link, live ? device : NULL));
}

rn_dur app_tick_snapshot(struct app_monitor *m, rn_time now)
{
    struct rn_snapshot *out = app_slot_begin(&m->slot);
    struct rn_ui_query query = {.names = m->names,
                                .service = rn_service_of,
                                .neighbour = app_neighbours_find,
                                .neighbour_ctx = m->neighbours,
                                .local = &m->view_local};
    rn_filter_parse(&query.filter, out->request.filter);
    const struct rn_view_ops ops = {.ctx = &query,
                                    .wants_facts =
                                        rn_ui_query_wants_facts(&query, out->request.sort),
                                    .match = query.filter.count ? rn_ui_match : NULL,
                                    .sort_text = rn_ui_sort_text};
    out->now = now;
    out->timeouts = m->options->timeouts;
    rn_mutex_lock(&m->stats.lock);
    m->view_local = m->stats.local;
    rn_mutex_unlock(&m->stats.lock);
    rn_flow_view(m->flow, m->view, &ops, now, out);
    rn_mutex_lock(&m->stats.lock);
    add_stats(&m->stats, out);
    rn_mutex_unlock(&m->stats.lock);
    name_rows(m, out);
    add_source(m, out);
    app_monitor_counts(m, &out->counts);
    app_slot_publish(&m->slot);
    return (rn_dur)m->options->refresh_ms * RN_MSEC;
}
