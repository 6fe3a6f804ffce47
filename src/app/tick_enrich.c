// SPDX-License-Identifier: Apache-2.0
// Owners of sockets, whether those of idle rows are still open, and the addresses of this machine.
//
//   rn_flow_pending  (copies keys, one shard locked) -> rn_host_owner  (no lock) -> rn_flow_patch (one shard locked)
//   rn_flow_doubtful (the same)                      -> rn_host_listed (no lock) -> rn_flow_keep  (the same)
//
// 1. The system is asked at most once a pass, and only if a row wants to know.
// 2. A row that was replaced meanwhile has another id, and the patch is refused.
#include <string.h>

#include "monitor.h"
#include "ticks.h"

#define YOUNG_EVERY (250 * RN_MSEC)
#define ALL_EVERY (2 * RN_SEC)
#define BACKOFF_LEAST \
    RN_SEC // strangers alone make nobody look at the addresses more often than this

// Whose end to ask about: a row of which neither end is ours has no socket here.
static bool is_ours(const struct app_monitor *m, const struct rn_pending *p)
{
    return p->local_known || rn_local_has(&m->enrich.local, &p->key.ip[p->local]);
}

// Asks the system, unless that was done in this pass.
static void ask(struct app_monitor *m, bool *fresh)
{
    if (!*fresh)
        rn_host_refresh(m->host);
    *fresh = true;
}

static void name_owner(struct app_monitor *m, const struct rn_pending *p)
{
    unsigned local = p->local, remote = 1 - local;
    struct rn_process owner;
    if (!rn_host_owner(m->host, p->key.proto, &p->key.ip[local], p->key.port[local],
                       &p->key.ip[remote], p->key.port[remote], &owner))
        return;
    uint32_t name = rn_intern_add(m->names, rn_bytes_of(owner.name.s, owner.name.len));
    (void)rn_flow_patch(m->flow, &p->key, p->id, owner.pid, owner.uid, name);
}

static void name_owners(struct app_monitor *m, bool young, rn_time now, bool *fresh)
{
    struct rn_pending pending[RN_FLOW_STRETCH];
    for (unsigned shard = 0; shard < rn_flow_shards(m->flow); shard++) {
        uint32_t cursor = 0;
        unsigned n;
        while ((n = rn_flow_pending(m->flow, shard, &cursor, young, now, pending)) > 0)
            for (unsigned i = 0; i < n; i++)
                if (is_ours(m, &pending[i])) {
                    ask(m, fresh);
                    name_owner(m, &pending[i]);
                }
    }
}

// Rows whose time is over stay as long as the system lists their sockets.
static void keep_open(struct app_monitor *m, rn_time now, bool *fresh)
{
    struct rn_pending doubtful[RN_FLOW_STRETCH];
    for (unsigned shard = 0; shard < rn_flow_shards(m->flow); shard++) {
        unsigned n;
        while ((n = rn_flow_doubtful(m->flow, shard, doubtful)) > 0)
            for (unsigned i = 0; i < n; i++) {
                const struct rn_pending *p = &doubtful[i];
                unsigned local = p->local, remote = 1 - local;
                ask(m, fresh);
                bool open =
                    rn_host_listed(m->host, p->key.proto, &p->key.ip[local], p->key.port[local],
                                   &p->key.ip[remote], p->key.port[remote]);
                (void)rn_flow_keep(m->flow, &p->key, p->id, now, open);
            }
    }
}

bool app_local_read(struct rn_local_addrs *out)
{
    struct rn_err err = {0};
    memset(out, 0, sizeof *out);
    if (rn_host_addresses(out, &err) == 0)
        return true;
    app_log(RN_LOG_WARN, "the addresses of this machine: %s", err.msg);
    return false;
}

// True if they have changed.
static bool read_local(struct app_monitor *m)
{
    struct rn_local_addrs *next = &m->enrich.next;
    if (!app_local_read(next) || memcmp(next, &m->enrich.local, sizeof *next) == 0)
        return false;
    m->enrich.local = *next;
    rn_mutex_lock(&m->stats.lock);
    m->stats.local = *next;
    rn_mutex_unlock(&m->stats.lock);
    rn_flow_set_local(m->flow, next);
    app_journal_set_local(&m->journal, next);
    return true;
}

// Every 30 s, and when a row appeared between strangers: then at once, but less and less often while that finds nothing.
static void look_after_local(struct app_monitor *m, rn_time now)
{
    struct app_enrich *e = &m->enrich;
    bool strangers = rn_flow_take_ambiguous(m->flow);
    e->strangers |= strangers;
    if (now < e->local_at && !(e->strangers && now >= e->stranger_at))
        return;
    bool changed = read_local(m);
    e->backoff = changed || !e->backoff ? BACKOFF_LEAST : e->backoff * 2;
    if (e->backoff > APP_LOCAL_EVERY)
        e->backoff = APP_LOCAL_EVERY;
    e->strangers = false;
    e->local_at = rn_time_add(now, APP_LOCAL_EVERY);
    e->stranger_at = rn_time_add(now, e->backoff);
}

rn_dur app_tick_enrich(struct app_monitor *m, rn_time now)
{
    struct app_enrich *e = &m->enrich;
    look_after_local(m, now);
    bool all = now >= e->all_at, fresh = false;
    if (all)
        e->all_at = rn_time_add(now, ALL_EVERY);
    name_owners(m, !all, now, &fresh);
    if (all)
        keep_open(m, now, &fresh);
    struct rn_host_status status;
    rn_host_status(m->host, &status);
    rn_mutex_lock(&m->stats.lock);
    m->stats.host = status;
    rn_mutex_unlock(&m->stats.lock);
    return YOUNG_EVERY;
}
