// SPDX-License-Identifier: Apache-2.0
// The table as a whole: made, counted, freed. Nothing takes memory but `new` here and in view.c.
#include "shard.h"

#include <errno.h>

#define FLOW_PAGES_AHEAD RN_FLOW_STRETCH // rows

static void shard_done(struct flow_shard *s)
{
    rn_pages_unmap(s->index, s->slots * sizeof *s->index);
    flow_tcp_done(s);
    flow_exchange_done(s);
    rn_pool_done(&s->rates);
    flow_places_done(&s->rows);
    flow_store_done(s->facts);
    rn_dpi_memory_done(&s->inspection);
    rn_mutex_done(&s->lock);
}

void rn_flow_free(struct rn_flow *flow)
{
    if (!flow)
        return;
    for (unsigned i = 0; flow->shard && i < flow->cfg.shards; i++)
        shard_done(&flow->shard[i]);
    flow_archive_done(&flow->archive);
    rn_pages_unmap(flow->shard, flow->shards_bytes);
    flow_names_free(flow->learned);
    flow_quic_ids_free(flow->quic_ids);
    rn_pages_unmap(flow, sizeof *flow);
}

static struct rn_pages pages_of(void *base, size_t size_bytes, uint32_t from, uint32_t to)
{
    return (struct rn_pages){(uint8_t *)base + from * size_bytes, (to - from) * size_bytes};
}

// Rows of each side come in the order in which they lie, so what new ones will touch is known: their own pages, and of
// those of TCP the tracks. Index slots come in no order: of a shard with a few rows, soon every page of it has been
// touched, and the rest is made ready at once.
void flow_pages_claim(struct flow_shard *s, struct flow_pages *out)
{
    uint32_t low = s->rows.low, high = s->rows.high, left = high - low;
    uint32_t ahead = left < FLOW_PAGES_AHEAD ? left : FLOW_PAGES_AHEAD;
    out->count = 0;
    out->part[out->count++] = pages_of(s->rows.base, FLOW_ROW_BYTES, low, low + ahead);
    out->part[out->count++] = pages_of(s->rows.base, FLOW_ROW_BYTES, high - ahead, high);
    out->part[out->count++] = pages_of(s->track, sizeof *s->track, low, low + ahead);
    if (s->tcp_counts.fresh) // their counts, where any were needed so far
        out->part[out->count++] = rn_pool_next(&s->tcp_counts, FLOW_PAGES_AHEAD);
    if (!s->index_ready && flow_places_touched(&s->rows) >= RN_FLOW_STRETCH) {
        out->part[out->count++] = pages_of(s->index, sizeof *s->index, 0, s->slots);
        s->index_ready = true;
    }
    s->pages_at = left > FLOW_PAGES_AHEAD
                      ? flow_places_touched(&s->rows) + FLOW_PAGES_AHEAD - RN_FLOW_BATCH
                      : UINT32_MAX;
}

void flow_pages_ready(const struct flow_pages *pages)
{
    for (unsigned i = 0; i < pages->count; i++)
        rn_pages_ready(pages->part[i]);
}

static int shard_init(struct flow_shard *s, const struct rn_flow_cfg *cfg, unsigned number,
                      struct rn_err *err)
{
    uint32_t cap = (cfg->max_connections + cfg->shards - 1) / cfg->shards;
    uint32_t slots = cap + cap / 5 * 4 + 16; // four of nine are free at least, for short probes
    rn_mutex_init(&s->lock);
    s->number = number;
    s->slots = slots;
    s->local = cfg->local;
    s->timeouts = cfg->timeouts;
    for (unsigned q = 0; q < FLOW_QUEUES; q++)
        s->queue[q] = (struct flow_list){FLOW_NONE, FLOW_NONE};
    for (unsigned i = 0; i < FLOW_LISTS; i++)
        s->wheel[i] = FLOW_NONE;
    s->index = rn_pages_map((size_t)slots * sizeof *s->index);
    if (!s->index)
        return rn_err_set(err, -ENOMEM, "No memory for an index of %u slots", slots);
    int rc = flow_places_init(&s->rows, cap, err);
    if (!rc)
        rc = flow_rates_init(s, cap, err);
    if (!rc)
        rc = flow_tcp_init(s, cap, err);
    if (!rc)
        rc = flow_exchange_init(s, cfg->shards, err);
    s->looks_inside = cfg->dpi;
    if (!rc && cfg->dpi)
        rc = flow_store_init(s->facts, cap, err);
    if (!rc && cfg->dpi)
        rc = rn_dpi_memory_init(&s->inspection, cap, FLOW_BUFFERS / cfg->shards, err);
    return rc;
}

struct rn_flow *rn_flow_new(const struct rn_flow_cfg *cfg, struct rn_err *err)
{
    bool valid = cfg->max_connections && cfg->max_connections <= RN_FLOW_MAX_CONNECTIONS &&
                 cfg->shards && cfg->shards <= RN_FLOW_SHARDS_MAX &&
                 !(cfg->shards & (cfg->shards - 1)) && !(cfg->ordered && cfg->shards > 1);
    if (!valid) {
        rn_err_set(err, -EINVAL, "The table cannot have %u rows in %u shards", cfg->max_connections,
                   cfg->shards);
        return NULL;
    }
    struct rn_flow *flow = rn_pages_map(sizeof *flow);
    if (!flow) {
        rn_err_set(err, -ENOMEM, "No memory for the table");
        return NULL;
    }
    flow->cfg = *cfg;
    flow->timeouts = cfg->timeouts ? *cfg->timeouts : rn_timeouts_default;
    flow->cfg.timeouts = &flow->timeouts;
    flow->shards_bytes = cfg->shards * sizeof *flow->shard;
    flow->shard = rn_pages_map(flow->shards_bytes);
    int rc = flow->shard ? 0 : rn_err_set(err, -ENOMEM, "No memory for the table");
    for (unsigned i = 0; !rc && i < cfg->shards; i++)
        rc = shard_init(&flow->shard[i], &flow->cfg, i, err);
    if (!rc && cfg->dpi && !(flow->learned = flow_names_new(cfg->seed, err)))
        rc = -ENOMEM;
    if (!rc && cfg->dpi && !(flow->quic_ids = flow_quic_ids_new(cfg->seed, err)))
        rc = -ENOMEM;
    int archived = flow_archive_init(&flow->archive, cfg->archive, cfg->dpi, rc ? NULL : err);
    rc = rc ? rc : archived;
    if (rc) {
        rn_flow_free(flow);
        return NULL;
    }
    return flow;
}

unsigned rn_flow_shard(const struct rn_flow *flow, uint64_t hash)
{
    return (unsigned)hash & (flow->cfg.shards - 1);
}

unsigned rn_flow_shards(const struct rn_flow *flow)
{
    return flow->cfg.shards;
}

void rn_flow_counts(struct rn_flow *flow, struct rn_counts *out)
{
    out->rows_created = out->rows_closed = out->rows_evicted = 0;
    out->dropped_table = out->facts_refused = out->ignored[RN_IGNORE_LATE] = 0;
    memset(out->tcp, 0, sizeof out->tcp);
    memset(out->tcp_rows, 0, sizeof out->tcp_rows);
    for (unsigned i = 0; i < flow->cfg.shards; i++) {
        struct flow_shard *s = &flow->shard[i];
        flow_lock(s);
        out->rows_created += s->made;
        out->rows_closed += s->closed;
        out->rows_evicted += s->evicted;
        out->dropped_table += s->dropped;
        out->facts_refused += s->facts_refused + s->inspection.refused;
        out->ignored[RN_IGNORE_LATE] += s->late;
        flow_tcp_totals(s, out);
        flow_unlock(s);
    }
}

uint32_t rn_flow_rows(struct rn_flow *flow)
{
    uint32_t rows = 0;
    for (unsigned i = 0; i < flow->cfg.shards; i++) {
        flow_lock(&flow->shard[i]);
        rows += flow->shard[i].live;
        flow_unlock(&flow->shard[i]);
    }
    return rows;
}

void rn_flow_traffic(struct rn_flow *flow, uint64_t out_bytes[2])
{
    out_bytes[0] = out_bytes[1] = 0;
    for (unsigned i = 0; i < flow->cfg.shards; i++) {
        flow_lock(&flow->shard[i]);
        out_bytes[0] += flow->shard[i].traffic[0];
        out_bytes[1] += flow->shard[i].traffic[1];
        flow_unlock(&flow->shard[i]);
    }
}
