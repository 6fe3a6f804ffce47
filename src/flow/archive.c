// SPDX-License-Identifier: Apache-2.0
// Rows that have left the table, as they were when they left.
//
//   flow_close (rows.c) ──flow_archive_add──> ring of cap rows, the oldest overwritten ──copies──> whoever looks
//
// 1. A row comes here in the same hold of its shard's lock that takes it out of the table, so it is never in both.
// 2. Nothing here is ever changed, only overwritten or cleared.
// 3. What was never more than a half-open or one-packet row, and had to make room for others, is counted and not kept:
//    a flood would push out everything that is worth a look.
#include "shard.h"

#include <errno.h>

#define READY_ROWS (2 * FLOW_REMOVALS)
#define COPY_STRETCH 8 // rows per hold of the lock, behind which a worker may wait

int flow_archive_init(struct flow_archive *a, uint32_t cap, bool facts, struct rn_err *err)
{
    rn_mutex_init(&a->lock);
    if (!cap)
        return 0;
    a->row = rn_pages_map(cap * sizeof *a->row);
    if (!a->row)
        return rn_err_set(err, -ENOMEM, "No memory for an archive of %u rows", cap);
    a->cap = cap;
    return facts ? flow_store_init(a->facts, cap, err) : 0;
}

void flow_archive_done(struct flow_archive *a)
{
    rn_pages_unmap(a->row, a->cap * sizeof *a->row);
    flow_store_done(a->facts);
    rn_mutex_done(&a->lock);
}

void flow_archive_ready(struct flow_archive *a)
{
    if (!a->cap)
        return;
    struct rn_pages pages = {NULL, 0};
    rn_mutex_lock(&a->lock);
    if (a->ready < a->cap && a->total + FLOW_REMOVALS > a->ready) {
        uint32_t left = a->cap - a->ready, rows = left < READY_ROWS ? left : READY_ROWS;
        pages = (struct rn_pages){&a->row[a->ready], rows * sizeof *a->row};
        a->ready += rows;
    }
    rn_mutex_unlock(&a->lock);
    rn_pages_ready(pages);
}

static bool worth_keeping(const struct rn_conn *conn, enum rn_close_reason reason)
{
    if (reason == RN_CLOSE_END)
        return false;
    bool embryo = conn->flags & RN_CONN_EMBRYO && conn->packets[0] + conn->packets[1] <= 2;
    return !(reason == RN_CLOSE_EVICTED && embryo);
}

static struct flow_archived *at(const struct flow_archive *a, uint64_t number)
{
    return &a->row[number % a->cap];
}

void flow_archive_add(struct flow_archive *a, const struct flow_shard *s, uint32_t of,
                      rn_time closed_at, enum rn_close_reason reason)
{
    const struct rn_conn *conn = flow_row(s, of);
    if (!a->cap || !worth_keeping(conn, reason)) // cap never changes
        return;
    rn_mutex_lock(&a->lock);
    struct flow_archived *row = at(a, a->total);
    if (a->total - a->first == a->cap) {
        flow_store_release(a->facts, row->conn.facts_ref);
        a->first++;
    }
    row->conn = *conn;
    flow_tcp_report(s, of, &row->tcp);
    row->conn.facts_ref = row->conn.name_ref = FLOW_NONE;
    flow_facts_load(s, conn, &a->scratch);
    if (a->scratch.len)
        row->conn.facts_ref = flow_store_save(a->facts, &a->scratch);
    row->closed_at = closed_at;
    row->reason = reason;
    a->total++;
    rn_mutex_unlock(&a->lock);
}

uint32_t rn_flow_archive_count(struct rn_flow *flow)
{
    struct flow_archive *a = &flow->archive;
    rn_mutex_lock(&a->lock);
    uint32_t count = (uint32_t)(a->total - a->first);
    rn_mutex_unlock(&a->lock);
    return count;
}

uint64_t rn_flow_archive_total(struct rn_flow *flow)
{
    struct flow_archive *a = &flow->archive;
    rn_mutex_lock(&a->lock);
    uint64_t total = a->total;
    rn_mutex_unlock(&a->lock);
    return total;
}

// Rows before `before`, newest first, at most a stretch; returns how many.
static uint32_t copy_stretch(struct flow_archive *a, uint64_t before, struct rn_archived *out,
                             uint32_t max)
{
    uint32_t n = 0;
    before = before < a->total ? before : a->total;
    for (; n < max && n < COPY_STRETCH && before > a->first; n++) {
        const struct flow_archived *row = at(a, --before);
        out[n].number = before;
        out[n].conn = row->conn;
        out[n].tcp = row->tcp;
        out[n].closed_at = row->closed_at;
        out[n].reason = row->reason;
        flow_store_load(a->facts, row->conn.facts_ref, &out[n].facts);
    }
    return n;
}

uint32_t rn_flow_archive_copy(struct rn_flow *flow, uint64_t before, struct rn_archived *out,
                              uint32_t max)
{
    struct flow_archive *a = &flow->archive;
    uint32_t count = 0;
    for (uint32_t n = 1; n > 0 && count < max; count += n) {
        rn_mutex_lock(&a->lock);
        n = copy_stretch(a, before, out + count, max - count);
        rn_mutex_unlock(&a->lock);
        if (n > 0)
            before = out[count + n - 1].number;
    }
    return count;
}

void rn_flow_archive_clear(struct rn_flow *flow)
{
    struct flow_archive *a = &flow->archive;
    for (bool more = true; more;) {
        rn_mutex_lock(&a->lock);
        for (unsigned n = 0; n < RN_FLOW_STRETCH && a->first < a->total; n++)
            flow_store_release(a->facts, at(a, a->first++)->conn.facts_ref);
        more = a->first < a->total;
        rn_mutex_unlock(&a->lock);
    }
}
