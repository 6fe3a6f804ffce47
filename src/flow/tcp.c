// SPDX-License-Identifier: Apache-2.0
// Tracks and counts of TCP rows. A track lies at its row's number, so that both are fetched from memory at once. Rows of
// TCP lie together (shard.h), so pages of tracks that none of them needed were never touched; counts, which most rows do
// without, are in a pool.
//
// 1. s->tcp - s->tcp_gone is the sum of the counts of all rows.
// 2. The pool has as many objects as there are rows and a row has one at most, so it is never full.
#include "shard.h"

#include <errno.h>

static size_t tracks_bytes(const struct flow_shard *s)
{
    return (size_t)s->rows.cap * sizeof(struct rn_tcp_track);
}

int flow_tcp_init(struct flow_shard *s, uint32_t cap, struct rn_err *err)
{
    s->track = rn_pages_map(tracks_bytes(s));
    if (!s->track)
        return rn_err_set(err, -ENOMEM, "No memory for the tracks of %u connections", cap);
    return rn_pool_init(&s->tcp_counts, sizeof(struct rn_tcp_counts), cap, err);
}

void flow_tcp_done(struct flow_shard *s)
{
    rn_pages_unmap(s->track, tracks_bytes(s));
    rn_pool_done(&s->tcp_counts);
}

void flow_tcp_begin(struct flow_shard *s, uint32_t row)
{
    *flow_track(s, row) = (struct rn_tcp_track){.probe_end = 0};
}

void flow_tcp_inherit(struct flow_shard *s, uint32_t row, const struct rn_tcp_track *old)
{
    *flow_track(s, row) = *old;
    rn_tcp_inherit(flow_track(s, row));
}

static struct rn_tcp_counts *counts_of(struct flow_shard *s, struct rn_conn *conn)
{
    if (conn->tcp_ref == FLOW_NONE) {
        conn->tcp_ref = rn_pool_acquire(&s->tcp_counts);
        if (conn->tcp_ref == FLOW_NONE)
            return NULL;
        memset(rn_pool_at(&s->tcp_counts, conn->tcp_ref), 0, sizeof(struct rn_tcp_counts));
    }
    return rn_pool_at(&s->tcp_counts, conn->tcp_ref);
}

static void count_marks(struct flow_shard *s, struct rn_conn *conn, unsigned marks)
{
    struct rn_tcp_counts *counts = counts_of(s, conn);
    for (; counts && marks; marks &= marks - 1) {
        unsigned mark = (unsigned)__builtin_ctz(marks);
        if (counts->n[mark] == UINT32_MAX)
            continue;
        counts->n[mark]++;
        s->tcp[mark]++;
    }
}

bool flow_tcp_packet(struct flow_shard *s, uint32_t row, const struct rn_packet *packet)
{
    struct rn_conn *conn = flow_row(s, row);
    struct rn_tcp_news news = rn_conn_tcp_packet(conn, flow_track(s, row), packet);
    if (RN_UNLIKELY(news.marks))
        count_marks(s, conn, news.marks);
    return news.turned;
}

void flow_tcp_release(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    if (conn->tcp_ref == FLOW_NONE)
        return;
    const struct rn_tcp_counts *counts = rn_pool_at(&s->tcp_counts, conn->tcp_ref);
    for (unsigned mark = 0; mark < RN_TCP_MARK_COUNT; mark++)
        s->tcp_gone[mark] += counts->n[mark];
    rn_pool_release(&s->tcp_counts, conn->tcp_ref);
    conn->tcp_ref = FLOW_NONE;
}

void flow_tcp_report(const struct flow_shard *s, uint32_t row, struct rn_tcp_report *out)
{
    const struct rn_conn *conn = flow_row(s, row);
    *out = (struct rn_tcp_report){.rtt_known = false};
    if (conn->key.proto != RN_PROTO_TCP)
        return;
    const struct rn_tcp_track *track = flow_track(s, row);
    if (conn->tcp_ref != FLOW_NONE)
        memcpy(&out->counts, rn_pool_at(&s->tcp_counts, conn->tcp_ref), sizeof out->counts);
    out->rtt_known = rn_tcp_rtt(track, conn->local, &out->rtt);
    for (unsigned end = 0; end < 2; end++)
        out->options[end] = rn_tcp_options(track, end);
}

rn_dur flow_rtt(const struct flow_shard *s, uint32_t row)
{
    const struct rn_conn *conn = flow_row(s, row);
    struct rn_tcp_report tcp = {.rtt_known = false};
    rn_dur rtt;
    if (conn->key.proto == RN_PROTO_TCP)
        tcp.rtt_known = rn_tcp_rtt(flow_track(s, row), conn->local, &tcp.rtt);
    return rn_conn_rtt(conn, &tcp, &rtt) ? rtt : 0;
}

void flow_tcp_totals(const struct flow_shard *s, struct rn_counts *out)
{
    for (unsigned mark = 0; mark < RN_TCP_MARK_COUNT; mark++) {
        out->tcp[mark] += s->tcp[mark];
        out->tcp_rows[mark] += s->tcp[mark] - s->tcp_gone[mark];
    }
}
