// SPDX-License-Identifier: Apache-2.0
// A lock around the JSON writer. It is taken after a shard's lock has been let go, never under it: a reader that is slow
// makes the rings fill up, and what they cannot hold is counted.
#include "journal.h"

#include "neighbours.h"

int app_journal_open(struct app_journal *journal, const char *path, const struct rn_intern *names,
                     struct rn_neighbours *neighbours, struct rn_err *err)
{
    const struct rn_jsonl_cfg cfg = {.names = names,
                                     .service = rn_service_of,
                                     .neighbour = neighbours ? app_neighbours_find : NULL,
                                     .neighbour_ctx = neighbours};
    rn_mutex_init(&journal->lock);
    int rc = rn_jsonl_open(path, &cfg, &journal->jsonl, err);
    if (rc)
        rn_mutex_done(&journal->lock);
    return rc;
}

void app_journal_tell(void *ctx, const struct rn_flow_events *events)
{
    struct app_journal *journal = ctx;
    rn_mutex_lock(&journal->lock);
    for (unsigned i = 0; i < events->count; i++)
        rn_jsonl_event(journal->jsonl, &events->event[i]);
    rn_mutex_unlock(&journal->lock);
}

void app_journal_set_local(struct app_journal *journal, const struct rn_local_addrs *local)
{
    if (!journal->jsonl)
        return;
    rn_mutex_lock(&journal->lock);
    rn_jsonl_set_local(journal->jsonl, local);
    rn_mutex_unlock(&journal->lock);
}

int app_journal_flush(struct app_journal *journal)
{
    if (!journal->jsonl)
        return 0;
    rn_mutex_lock(&journal->lock);
    int rc = rn_jsonl_flush(journal->jsonl);
    rn_mutex_unlock(&journal->lock);
    return rc;
}

void app_journal_summary(struct app_journal *journal, const struct rn_counts *counts, rn_time now)
{
    if (!journal->jsonl)
        return;
    rn_mutex_lock(&journal->lock);
    rn_jsonl_summary(journal->jsonl, counts, now);
    rn_mutex_unlock(&journal->lock);
}

int app_journal_close(struct app_journal *journal, struct rn_err *err)
{
    if (!journal->jsonl)
        return 0;
    int rc = rn_jsonl_close(journal->jsonl, err);
    journal->jsonl = NULL;
    rn_mutex_done(&journal->lock);
    return rc;
}
