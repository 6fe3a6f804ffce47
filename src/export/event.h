// SPDX-License-Identifier: Apache-2.0
// One event as one line.
#ifndef EXPORT_EVENT_H
#define EXPORT_EVENT_H

#include "rustnet/export.h"

// Longest line, newline included. Most of it is facts: a byte of them takes EXPORT_ESCAPE_MAX bytes at most, and a
// record of a DNS query without a name about as many for its head.
#define EXPORT_LINE_MAX 32768
_Static_assert(RN_FACTS_BYTES * 8 + 8192 <= EXPORT_LINE_MAX, "facts, texts and numbers fit");

struct export_ctx {
    struct rn_jsonl_cfg cfg;
    struct rn_local_addrs local;
};

// Write a line at p, which has room for EXPORT_LINE_MAX bytes, and return its end.
char *export_event(char *p, const struct export_ctx *ctx, const struct rn_conn_event *event);
char *export_summary(char *p, const struct rn_counts *counts, rn_time now);

#endif
