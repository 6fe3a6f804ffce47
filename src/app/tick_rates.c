// SPDX-License-Identifier: Apache-2.0
// Totals per second, for the sidebar: what grew since the last pass, by the time that has really passed.
#include "monitor.h"
#include "ticks.h"

#define EVERY RN_SEC

rn_dur app_tick_rates(struct app_monitor *m, rn_time now)
{
    struct app_rates *last = &m->rates;
    struct rn_counts counts = {0};
    struct app_rates this = {.at = now};
    app_pipeline_counts(m->pipeline, &counts);
    this.packets = counts.packets;
    rn_flow_traffic(m->flow, this.traffic);
    rn_dur passed = rn_time_since(now, last->at);
    if (last->at && passed > 0) {
        rn_mutex_lock(&m->stats.lock);
        m->stats.packets_per_sec = app_per_second(this.packets, last->packets, passed);
        m->stats.tx_bps = app_per_second(this.traffic[0], last->traffic[0], passed);
        m->stats.rx_bps = app_per_second(this.traffic[1], last->traffic[1], passed);
        rn_mutex_unlock(&m->stats.lock);
    }
    *last = this;
    if (app_journal_flush(&m->journal)) // nobody reads it any more
        app_monitor_ring(m);
    return EVERY;
}
