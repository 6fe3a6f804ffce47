// SPDX-License-Identifier: Apache-2.0
// A view answers what a screen asks: totals over all rows, and the few rows that can be seen, in order.
//
//   gather ──────────> entry per row that matches: sort key, number of creation, place. Rows stay where they are.
//   keep_best ───────> now and then, entries that can no longer get into the window are cut off
//   position_of ─────> how many entries come before the selection: one pass, no sorting
//   isolate ─────────> introselect (select.c) brings entries [first, first + count) to where they belong; only they are sorted
//   copy_rows ───────> these rows, each under its shard's lock
//
// Gathering goes a stretch at a time through all shards in turn, not shard by shard: between two holds of the same lock
// lie those of all the others, so that a worker that waits for it gets it. While a row is looked at, the one at its place
// in the next stretch is on its way from memory: one by one, as a burst would fill the queue to memory and wait. A row
// that cannot get into the window of the fastest any more is counted and passed over; to tell so takes one of its four
// lines if it is silent, and two if it talks.
//
// 1. The order is total: after the sort key come first_seen and id, upwards in both directions. (SORT_TIME is that
//    order, and turns round as a whole.) It depends on no hash, address or place.
// 2. Neither entries nor names can overflow: both are sized for all rows of the table at once.
#include <errno.h>

#include "select.h"
#include "shard.h"

// Rows per hold of a lock where a callback looks at each: 30 us as long as that takes 3.5.
#define COSTLY_STRETCH 8
// A row that has been silent for so long has no rate (model/rate.c).
#define SILENT_AFTER (12 * RN_SEC)
#define AHEAD \
    8 // rows in front of the one that is looked at, of which is fetched what else is needed
#define READY_ENTRIES 1024
#define ROW_BITS 22
_Static_assert(RN_FLOW_MAX_CONNECTIONS <= UINT32_C(1) << ROW_BITS, "a place holds any row");
_Static_assert(RN_FLOW_SHARDS_MAX <= 1 << (32 - ROW_BITS), "a place holds any shard");
#define SLACK 4096 // entries beyond the window's end that may gather before they are cut off

// A set of interned names: a slot counts only if its round is the present one, so nothing has to be cleared.
struct name_slot {
    uint32_t name, round;
};

struct rn_flow_view {
    size_t bytes, names_bytes;
    struct name_slot *names;
    uint32_t names_mask, round;
    enum flow_side side;              // which is gathered
    uint32_t end[RN_FLOW_SHARDS_MAX]; // its rows in each shard, as far as is known
    uint64_t random;
    bool met;                 // ... the row that was asked for by key
    struct flow_entry chosen; // its entry
    uint32_t matched;
    size_t ready; // entries whose pages have been touched
    size_t count; // entries; all that match come after them, if `cut`
    size_t keep;  // how many of the first are of use
    bool cut;
    bool fastest_first;
    struct flow_entry bar; // the last of those that were kept; what comes after it is of no use
    uint64_t bar_rate;     // its rate, if the fastest come first, else 0
    struct rn_facts facts; // of the row that is looked at
    struct flow_entry entry[];
};

// What a view that is being made needs to know.
struct look {
    struct rn_flow *flow;
    struct rn_flow_view *view;
    const struct rn_view_ops *ops;
    struct rn_snapshot *out;
    rn_time now;
};

// Sort keys.

static uint64_t be64(const uint8_t b[8])
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++)
        v = v << 8 | b[i];
    return v;
}

// Signed to unsigned, in order.
static uint64_t in_order(int64_t v)
{
    return (uint64_t)v ^ UINT64_C(1) << 63;
}

// Family (one bit, IPv4 first), address, port.
static void end_key(const struct rn_conn *conn, unsigned end, uint64_t word[FLOW_SORT_WORDS])
{
    const struct rn_ip *ip = &conn->key.ip[end];
    uint64_t high = be64(ip->b), low = be64(ip->b + 8), v6 = !rn_ip_is_v4(ip);
    word[0] = v6 << 63 | high >> 1;
    word[1] = high << 63 | low >> 1;
    word[2] = low << 63 | conn->key.port[end];
}

static bool silent(const struct rn_conn *conn, rn_time now)
{
    return rn_time_since(now, conn->last_seen) > SILENT_AFTER;
}

// Numbers from 0 up are in the order of their bits (IEEE 754).
static uint64_t rate_bits(double bps)
{
    uint64_t bits;
    memcpy(&bits, &bps, sizeof bits);
    return bps > 0 ? bits : 0;
}

static uint64_t bandwidth_key(const struct flow_shard *s, uint32_t row, rn_time now)
{
    const struct rn_conn *conn = flow_row(s, row);
    if (silent(conn, now))
        return 0;
    double each[2];
    rn_conn_rates_bps(conn, flow_rate(s, row), now, each);
    return rate_bits(each[0] + each[1]);
}

// Whether the row may be as fast as the last one in the window.
static bool fast_enough(const struct look *look, const struct rn_conn *conn)
{
    return !look->view->bar_rate ||
           (!silent(conn, look->now) &&
            rate_bits(rn_conn_rates_most_bps(conn)) >= look->view->bar_rate);
}

static void text_key(const struct look *look, const struct rn_conn *conn,
                     const struct rn_facts *facts, uint64_t word[FLOW_SORT_WORDS])
{
    char text[24] = {0};
    if (look->ops->sort_text)
        look->ops->sort_text(look->ops->ctx, look->out->request.sort, conn, facts, look->now, text);
    for (unsigned i = 0; i < FLOW_SORT_WORDS; i++)
        word[i] = be64((const uint8_t *)text + (size_t)i * 8);
}

static void sort_key(const struct look *look, const struct flow_shard *s, uint32_t row,
                     const struct rn_facts *facts, uint64_t word[FLOW_WORDS])
{
    const struct rn_conn *conn = flow_row(s, row);
    word[0] = word[1] = word[2] = 0;
    word[FLOW_WORD_CREATED] = in_order(conn->first_seen);
    word[FLOW_WORD_ID] = conn->id;
    switch (look->out->request.sort) {
    case RN_SORT_TIME:
        word[0] = word[FLOW_WORD_CREATED];
        word[1] = word[FLOW_WORD_ID];
        break;
    case RN_SORT_REMOTE:
        end_key(conn, rn_conn_remote(conn), word);
        break;
    case RN_SORT_LOCAL:
        end_key(conn, conn->local, word);
        break;
    case RN_SORT_RTT:
        word[0] = in_order(flow_rtt(s, row));
        break;
    case RN_SORT_BANDWIDTH:
        word[0] = bandwidth_key(s, row, look->now);
        break;
    case RN_SORT_PROCESS:
    case RN_SORT_SERVICE:
    case RN_SORT_APP:
    case RN_SORT_STATE:
        text_key(look, conn, facts, word);
        break;
    case RN_SORT_COUNT:
        break;
    }
    for (unsigned i = 0; i < FLOW_SORT_WORDS && look->out->request.descending; i++)
        word[i] = ~word[i];
}

// Gathering.

static void count_name(struct look *look, uint32_t name)
{
    struct rn_flow_view *view = look->view;
    uint32_t i = name & view->names_mask; // names are numbered one after the other: no need to mix
    for (; view->names[i].round == view->round; i = (i + 1) & view->names_mask)
        if (view->names[i].name == name)
            return;
    view->names[i] = (struct name_slot){name, view->round};
    look->out->processes++;
}

static bool hidden(const struct look *look, const struct rn_key *key)
{
    return !look->out->request.show_loopback && rn_ip_is_loopback(&key->ip[0]) &&
           rn_ip_is_loopback(&key->ip[1]);
}

static void count_row(struct look *look, const struct rn_conn *conn)
{
    look->out->rows_total++;
    look->out->rows_tcp += conn->key.proto == RN_PROTO_TCP;
    look->out->rows_udp += conn->key.proto == RN_PROTO_UDP;
    count_name(look, conn->process_name);
}

static void add_entry(struct look *look, const struct flow_shard *s, uint32_t row,
                      const struct rn_facts *facts, bool chosen)
{
    struct rn_flow_view *view = look->view;
    struct flow_entry *entry = &view->entry[view->count];
    entry->place = s->number << ROW_BITS | row;
    sort_key(look, s, row, facts, entry->word);
    if (RN_UNLIKELY(chosen) &&
        (!view->met || view->chosen.word[FLOW_WORD_ID] < entry->word[FLOW_WORD_ID])) {
        view->chosen = *entry;
        view->met = true;
    }
    if (!view->cut || flow_entry_before(entry, &view->bar))
        view->count++;
}

static void look_at(struct look *look, const struct flow_shard *s, uint32_t row)
{
    const struct rn_view_ops *ops = look->ops;
    const struct rn_view_request *request = &look->out->request;
    struct rn_flow_view *view = look->view;
    const struct rn_conn *conn = flow_row(s, row);
    if (conn->flags & RN_CONN_TOMBSTONE ||
        hidden(look, &conn->key)) // a free one has that flag, too
        return;
    count_row(look, conn);
    const struct rn_facts *facts = NULL;
    if (ops->wants_facts) {
        flow_facts_load(s, conn, &view->facts);
        facts = &view->facts;
    }
    if (ops->match && !ops->match(ops->ctx, conn, facts, look->now))
        return;
    view->matched++;
    bool chosen = request->has_selected && rn_key_equal(&conn->key, &request->selected);
    if (chosen || fast_enough(look, conn))
        add_entry(look, s, row, facts, chosen);
}

// What else of a row is needed, as its first line tells.
static inline __attribute__((always_inline)) void prefetch_rest(const struct look *look,
                                                                const struct flow_shard *s,
                                                                uint32_t row)
{
    const struct rn_conn *conn = flow_row(s, row);
    if (look->out->request.sort != RN_SORT_BANDWIDTH || silent(conn, look->now)) {
        if (!look->view->bar_rate)
            __builtin_prefetch(&conn->first_seen);
        return;
    }
    if (!fast_enough(look, conn))
        return;
    __builtin_prefetch(&conn->first_seen);
    flow_prefetch_rate(s, row);
}

static uint32_t stretch_of(const struct look *look)
{
    switch (look->out->request.sort) {
    case RN_SORT_PROCESS:
    case RN_SORT_SERVICE:
    case RN_SORT_APP:
    case RN_SORT_STATE:
        return COSTLY_STRETCH;
    case RN_SORT_TIME:
    case RN_SORT_REMOTE:
    case RN_SORT_LOCAL:
    case RN_SORT_RTT:
    case RN_SORT_BANDWIDTH:
    case RN_SORT_COUNT:
        break;
    }
    return look->ops->match || look->ops->wants_facts ? COSTLY_STRETCH : RN_FLOW_STRETCH;
}

// Inlined by force: gcc 12 takes a function that only prefetches for one without effect, and drops the call.
static inline __attribute__((always_inline)) void prefetch_row(const struct look *look,
                                                               const struct flow_shard *s,
                                                               uint32_t n)
{
    if (n >= look->view->end[s->number])
        return;
    const struct rn_conn *conn = flow_row(s, flow_side_row(s, look->view->side, n));
    __builtin_prefetch(conn);
    if (look->out->request.sort == RN_SORT_BANDWIDTH)
        __builtin_prefetch(&conn->packets);
}

// From the from-th row of the side on. `next`: the stretch that comes then, from the next_from-th of that shard on.
static void look_at_stretch(struct look *look, unsigned shard, uint32_t from, uint32_t rows,
                            const struct flow_shard *next, uint32_t next_from)
{
    struct flow_shard *s = &look->flow->shard[shard];
    enum flow_side side = look->view->side;
    flow_lock(s);
    uint32_t end = flow_side_rows(s, side);
    look->view->end[shard] = end;
    for (uint32_t n = from; n < end && n - from < rows; n++) {
        prefetch_row(look, next, next_from + (n - from));
        if (end - n > AHEAD)
            prefetch_rest(look, s, flow_side_row(s, side, n + AHEAD));
        look_at(look, s, flow_side_row(s, side, n));
    }
    flow_unlock(s);
}

// Between two holds: cuts off what cannot be among the first `keep` any more.
static void keep_best(struct rn_flow_view *view)
{
    size_t keep = view->keep;
    if (view->count < keep + SLACK)
        return;
    flow_select(view->entry, 0, keep, view->count, &view->random);
    view->bar = view->entry[0];
    for (size_t i = 1; i < keep; i++)
        if (flow_entry_before(&view->bar, &view->entry[i]))
            view->bar = view->entry[i];
    view->count = keep;
    view->cut = true;
    if (view->fastest_first)
        view->bar_rate = ~view->bar.word[0];
}

// Before a hold: memory for what it may add.
static void make_room(struct rn_flow_view *view, uint32_t rows)
{
    if (RN_LIKELY(view->count + rows <= view->ready))
        return;
    size_t most = (view->bytes - sizeof *view) / sizeof(struct flow_entry),
           left = most - view->ready;
    size_t more = left < READY_ENTRIES ? left : READY_ENTRIES;
    rn_pages_ready((struct rn_pages){&view->entry[view->ready], more * sizeof(struct flow_entry)});
    view->ready += more;
}

static void gather(struct look *look, enum flow_side side)
{
    struct rn_flow_view *view = look->view;
    unsigned shards = look->flow->cfg.shards;
    uint32_t rows = stretch_of(look), longest = 1;
    view->side = side;
    for (unsigned i = 0; i < shards; i++)
        view->end[i] = look->flow->shard[i].rows.cap; // never changes, so no lock is needed
    for (uint32_t from = 0; from < longest; from += rows) {
        for (unsigned i = 0; i < shards; i++) {
            if (from > 0 && from >= view->end[i])
                continue;
            unsigned next = (i + 1) & (shards - 1);
            make_room(view, rows);
            look_at_stretch(look, i, from, rows, &look->flow->shard[next],
                            next ? from : from + rows);
            keep_best(view);
            longest = view->end[i] > longest ? view->end[i] : longest;
        }
    }
}

static void isolate(struct rn_flow_view *view, size_t first, size_t end)
{
    if (first > 0)
        flow_select(view->entry, 0, first, view->count, &view->random);
    if (end < view->count)
        flow_select(view->entry, first, end, view->count, &view->random);
    flow_sort(&view->entry[first], end - first);
}

// The window.

// Of one that was not cut off: then all before it are there.
static uint32_t position_of(const struct rn_flow_view *view, const struct flow_entry *entry)
{
    uint32_t position = 0;
    for (size_t i = 0; i < view->count; i++)
        position += flow_entry_before(&view->entry[i], entry);
    return position;
}

static uint32_t selected_position(const struct look *look)
{
    const struct rn_view_request *request = &look->out->request;
    uint32_t matched = look->out->matched;
    if (request->select_position != RN_VIEW_NONE && matched > 0)
        return request->select_position < matched ? request->select_position : matched - 1;
    if (request->select_position != RN_VIEW_NONE || !look->view->met)
        return RN_VIEW_NONE;
    return position_of(look->view, &look->view->chosen);
}

// Where a window of `count` rows goes: as wanted, but full if it can be, and moved no further than the selection needs.
static uint32_t window_first(const struct rn_snapshot *out, uint32_t count)
{
    uint32_t first = out->request.first, last = out->matched - count;
    uint32_t selected = out->selected_position;
    first = first < last ? first : last;
    if (selected == RN_VIEW_NONE || count == 0)
        return first;
    if (selected < first)
        return selected;
    return selected - first < count ? first : selected - count + 1;
}

static bool copy_row(const struct look *look, const struct flow_entry *entry, struct rn_row *out)
{
    struct flow_shard *s = &look->flow->shard[entry->place >> ROW_BITS];
    uint32_t row = entry->place & ((UINT32_C(1) << ROW_BITS) - 1);
    flow_lock(s);
    const struct rn_conn *conn = flow_row(s, row);
    bool there = conn->id == entry->word[FLOW_WORD_ID] && !(conn->flags & RN_CONN_TOMBSTONE);
    if (there) {
        out->conn = *conn;
        flow_tcp_report(s, row, &out->tcp);
        flow_facts_load(s, conn, &out->facts);
        rn_conn_rates_bps(conn, flow_rate(s, row), look->now, out->bps);
    }
    flow_unlock(s);
    return there;
}

// The row that would have come next is gone: all behind it move up.
static void move_up(struct rn_snapshot *out)
{
    uint32_t at = out->first + out->row_count;
    out->matched--;
    if (out->selected_position == RN_VIEW_NONE || out->selected_position < at)
        return;
    if (out->selected_position > at)
        out->selected_position--;
    else if (out->request.select_position == RN_VIEW_NONE)
        out->selected_position = RN_VIEW_NONE; // otherwise the position is what was asked for
}

static void copy_rows(const struct look *look, const struct flow_entry *entry, uint32_t count)
{
    struct rn_snapshot *out = look->out;
    for (uint32_t i = 0; i < count; i++) {
        if (copy_row(look, &entry[i], &out->row[out->row_count]))
            out->row_count++;
        else
            move_up(out);
    }
    if (out->selected_position != RN_VIEW_NONE && out->selected_position >= out->matched)
        out->selected_position = out->matched > 0 ? out->matched - 1 : RN_VIEW_NONE;
}

static void gather_first(struct look *look, size_t keep)
{
    struct rn_flow_view *view = look->view;
    struct rn_snapshot *out = look->out;
    view->round++;
    view->count = view->matched = 0;
    view->met = view->cut = false;
    view->fastest_first = out->request.sort == RN_SORT_BANDWIDTH && out->request.descending;
    view->bar_rate = 0;
    view->keep = keep > 0 ? keep : 1;
    out->rows_tcp = out->rows_udp = out->rows_total = out->processes = out->row_count = 0;
    gather(look, FLOW_BOTTOM);
    gather(look, FLOW_TOP);
}

// Gathers what is needed to show the window, and places it. The end of the window is known beforehand, unless the
// selection, asked for by key, turns out to lie behind it: then everything is gathered.
static uint32_t find_window(struct look *look)
{
    struct rn_snapshot *out = look->out;
    const struct rn_view_request *request = &out->request;
    uint32_t count = request->count < RN_VIEW_ROWS ? request->count : RN_VIEW_ROWS;
    size_t end = (size_t)request->first + count;
    if (request->select_position != RN_VIEW_NONE && request->select_position >= end)
        end = (size_t)request->select_position + 1;
    gather_first(look, end);
    if (look->view->met && look->view->cut &&
        flow_entry_before(&look->view->bar, &look->view->chosen))
        gather_first(look, SIZE_MAX - SLACK);
    out->matched = look->view->matched;
    out->selected_position = selected_position(look);
    count = count < out->matched ? count : out->matched;
    out->first = window_first(out, count);
    return count;
}

void rn_flow_view(struct rn_flow *flow, struct rn_flow_view *view, const struct rn_view_ops *ops,
                  rn_time now, struct rn_snapshot *out)
{
    struct look look = {flow, view, ops, out, now};
    uint32_t count = find_window(&look);
    if (count > 0)
        isolate(view, out->first, (size_t)out->first + count);
    copy_rows(&look, &view->entry[out->first], count);
}

// Life.

struct rn_flow_view *rn_flow_view_new(const struct rn_flow *flow, struct rn_err *err)
{
    size_t rows = 0;
    for (unsigned i = 0; i < flow->cfg.shards; i++)
        rows += flow->shard[i].rows.cap;
    size_t bytes = sizeof(struct rn_flow_view) + rows * sizeof(struct flow_entry), slots = 16;
    while (slots < 2 * rows)
        slots *= 2;
    struct rn_flow_view *view = rn_pages_map(bytes);
    if (view) {
        view->bytes = bytes;
        view->names_bytes = slots * sizeof *view->names;
        view->names_mask = (uint32_t)(slots - 1);
        view->random = flow->cfg.seed.k0 | 1;
        view->names = rn_pages_map(view->names_bytes);
    }
    if (!view || !view->names) {
        rn_err_set(err, -ENOMEM, "No memory for a view of %zu rows", rows);
        rn_flow_view_free(view);
        return NULL;
    }
    return view;
}

void rn_flow_view_free(struct rn_flow_view *view)
{
    if (!view)
        return;
    rn_pages_unmap(view->names, view->names_bytes);
    rn_pages_unmap(view, view->bytes);
}
