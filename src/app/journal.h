// SPDX-License-Identifier: Apache-2.0
// The event stream of a live run: many workers, one writer at a time. Private to app.
// Thread: any.
// Owns:   the stream.
// Fails:  `open` with negative errno; a write that failed is told by `flush` and `close`.
#ifndef APP_JOURNAL_H
#define APP_JOURNAL_H

#include "rustnet/base/sync.h"
#include "rustnet/export.h"
#include "rustnet/flow.h"
#include "rustnet/lookup.h"

struct app_journal {
    struct rn_mutex lock; // guards the stream
    struct rn_jsonl *jsonl;
};

// names and neighbours may be NULL.
int app_journal_open(struct app_journal *journal, const char *path, const struct rn_intern *names,
                     struct rn_neighbours *neighbours, struct rn_err *err);
// ctx is the journal; the shape of app_pipeline_cfg.tell.
void app_journal_tell(void *ctx, const struct rn_flow_events *events);
void app_journal_set_local(struct app_journal *journal, const struct rn_local_addrs *local);
int app_journal_flush(struct app_journal *journal);
void app_journal_summary(struct app_journal *journal, const struct rn_counts *counts, rn_time now);
// 0, or the negative errno of the first write that failed. Nothing happens if it is not open.
int app_journal_close(struct app_journal *journal, struct rn_err *err);

#endif
