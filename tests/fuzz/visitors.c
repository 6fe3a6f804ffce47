// SPDX-License-Identifier: Apache-2.0
// See visitors.h.
#include "visitors.h"

#include <math.h>

#include "facts_check.h"
#include "rustnet/lookup.h"
#include "shard.h"

#define YOUNG (10 * RN_SEC) // flow.h, of rn_flow_pending

static struct rn_snapshot all, sorted, window; // a megabyte each

static void ask(struct visitors *v, const struct rn_view_ops *ops, rn_time now,
                struct rn_snapshot *out)
{
    rn_flow_view(v->flow, v->view, ops, now, out);
    must(out->row_count <= RN_VIEW_ROWS && out->matched <= out->rows_total);
    must(out->rows_tcp + out->rows_udp <= out->rows_total && out->processes <= out->rows_total);
    for (uint32_t i = 0; i < out->row_count; i++)
        must_be_facts(&out->row[i].facts);
}

static const struct rn_conn *conn_at(const struct rn_snapshot *snapshot, uint32_t i)
{
    return &snapshot->row[i].conn;
}

const struct rn_snapshot *visit_all(struct visitors *v, rn_time now)
{
    static const struct rn_view_ops everything;
    all.request = (struct rn_view_request){
        .show_loopback = true, .count = RN_VIEW_ROWS, .select_position = RN_VIEW_NONE};
    ask(v, &everything, now, &all);
    must(all.row_count == rn_flow_rows(v->flow) && all.rows_total == all.row_count);
    must(all.first == 0 && all.selected_position == RN_VIEW_NONE);
    uint32_t tcp = 0, udp = 0;
    for (uint32_t i = 0; i < all.row_count; i++) {
        const struct rn_conn *c = conn_at(&all, i);
        must(c->id > 0 && !(c->flags & RN_CONN_TOMBSTONE));
        tcp += c->key.proto == RN_PROTO_TCP;
        udp += c->key.proto == RN_PROTO_UDP;
    }
    must(all.rows_tcp == tcp && all.rows_udp == udp);
    return &all;
}

// Owners.

static bool may_have_owner(const struct rn_conn *c)
{
    return (c->key.proto == RN_PROTO_TCP || c->key.proto == RN_PROTO_UDP) && c->pid == 0;
}

static const struct rn_conn *find_row(const struct rn_snapshot *snapshot, uint64_t id)
{
    for (uint32_t i = 0; i < snapshot->row_count; i++)
        if (conn_at(snapshot, i)->id == id)
            return conn_at(snapshot, i);
    return NULL;
}

static void try_patch(struct visitors *v, const struct rn_pending *pending)
{
    uint32_t pid = (uint32_t)pending->id + 100;
    must(!rn_flow_patch(v->flow, &pending->key, pending->id + 1, pid, 0, 0)); // another generation
    if (pending->id % 3 == 0)
        return; // nobody knows
    must(rn_flow_patch(v->flow, &pending->key, pending->id, pid, 1000, pid % 3));
    must(!rn_flow_patch(v->flow, &pending->key, pending->id, pid, 0, 0)); // it has one now
}

// Walks all shards; marks in `met` (by row of `all`) who was asked for.
static void walk_pending(struct visitors *v, bool young, rn_time now, bool met[RN_VIEW_ROWS])
{
    struct rn_pending pending[RN_FLOW_STRETCH];
    for (unsigned shard = 0; shard < rn_flow_shards(v->flow); shard++) {
        uint32_t cursor = 0;
        for (unsigned n; (n = rn_flow_pending(v->flow, shard, &cursor, young, now, pending)) > 0;) {
            must(n <= RN_FLOW_STRETCH);
            for (unsigned i = 0; i < n; i++) {
                const struct rn_conn *c = find_row(&all, pending[i].id);
                must(c && rn_key_equal(&c->key, &pending[i].key) && may_have_owner(c));
                must(c->local == pending[i].local);
                uint32_t at = (uint32_t)((const struct rn_row *)(const void *)c - all.row);
                must(!met[at]);
                met[at] = true;
                if (!young)
                    try_patch(v, &pending[i]);
            }
        }
    }
}

// Everybody who is young and has no owner is asked for. The quick round of the young may miss some where capture time
// went back; the thorough one may not.
void visit_owners(struct visitors *v, rn_time now)
{
    struct rn_counts counts;
    rn_flow_counts(v->flow, &counts);
    for (int young = 1; young >= 0; young--) {
        static bool met[RN_VIEW_ROWS];
        memset(met, 0, sizeof met);
        (void)visit_all(v, now);
        walk_pending(v, young, now, met);
        for (uint32_t i = 0; i < all.row_count; i++) {
            const struct rn_conn *c = conn_at(&all, i);
            bool is_young = rn_time_since(now, c->first_seen) <= YOUNG;
            bool wanted = may_have_owner(c) && !(c->flags & RN_CONN_OWNER_FINAL);
            must(!wanted || !is_young || met[i] || (young && counts.rows_created > FLOW_RECENT));
            must(!met[i] || !young || is_young);
        }
    }
}

// Addresses.

void visit_addresses(struct visitors *v, const struct rn_local_addrs *local, rn_time now)
{
    rn_flow_set_local(v->flow, local);
    (void)rn_flow_take_ambiguous(v->flow);
    must(!rn_flow_take_ambiguous(v->flow));
    (void)visit_all(v, now);
    for (uint32_t i = 0; i < all.row_count; i++) {
        const struct rn_conn *c = conn_at(&all, i);
        bool ours[2] = {rn_local_has(local, &c->key.ip[0]), rn_local_has(local, &c->key.ip[1])};
        must((ours[0] != ours[1]) == ((c->flags & RN_CONN_LOCAL_KNOWN) != 0));
        must(c->local == (ours[0] != ours[1] ? ours[1] : c->initiator));
    }
}

// The screen.

struct look {
    struct rn_ui_query query;
    struct rn_view_request request;
    rn_time now;
};

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_ends(const struct rn_conn *a, unsigned a_end, const struct rn_conn *b,
                        unsigned b_end)
{
    int ips = rn_ip_compare(&a->key.ip[a_end], &b->key.ip[b_end]);
    return ips ? ips : compare_numbers(a->key.port[a_end], b->key.port[b_end]);
}

static double bandwidth(const struct rn_row *row)
{
    must(isfinite(row->bps[0]) && row->bps[0] >= 0 && isfinite(row->bps[1]) && row->bps[1] >= 0);
    return row->bps[0] + row->bps[1];
}

// As the column shows it.
static double rtt(const struct rn_row *row)
{
    rn_dur d;
    return rn_conn_rtt(&row->conn, &row->tcp, &d) ? (double)d : 0;
}

static int compare_texts(struct look *look, const struct rn_row *a, const struct rn_row *b)
{
    char texts[2][24];
    rn_ui_sort_text(&look->query, look->request.sort, &a->conn, &a->facts, look->now, texts[0]);
    rn_ui_sort_text(&look->query, look->request.sort, &b->conn, &b->facts, look->now, texts[1]);
    return memcmp(texts[0], texts[1], 24);
}

// By the column alone.
static int compare(struct look *look, const struct rn_row *a, const struct rn_row *b)
{
    const struct rn_conn *x = &a->conn, *y = &b->conn;
    switch (look->request.sort) {
    case RN_SORT_REMOTE:
        return compare_ends(x, rn_conn_remote(x), y, rn_conn_remote(y));
    case RN_SORT_LOCAL:
        return compare_ends(x, x->local, y, y->local);
    case RN_SORT_RTT:
        return compare_numbers(rtt(a), rtt(b));
    case RN_SORT_BANDWIDTH:
        return compare_numbers(bandwidth(a), bandwidth(b));
    case RN_SORT_PROCESS:
    case RN_SORT_SERVICE:
    case RN_SORT_APP:
    case RN_SORT_STATE:
        return compare_texts(look, a, b);
    case RN_SORT_TIME:
    case RN_SORT_COUNT:
        break;
    }
    return 0;
}

static int compare_age(const struct rn_conn *a, const struct rn_conn *b)
{
    if (a->first_seen != b->first_seen)
        return a->first_seen < b->first_seen ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

// Ties are broken by age, upwards in both directions; by time itself, the whole order turns round.
static void check_order(struct look *look, const struct rn_snapshot *snapshot)
{
    for (uint32_t i = 1; i < snapshot->row_count; i++) {
        const struct rn_row *a = &snapshot->row[i - 1], *b = &snapshot->row[i];
        int column = compare(look, a, b), age = compare_age(&a->conn, &b->conn);
        must(age != 0);
        if (look->request.descending)
            column = -column;
        if (look->request.descending && look->request.sort == RN_SORT_TIME)
            age = -age;
        must(column < 0 || (column == 0 && age < 0));
    }
}

static bool is_shown(struct look *look, const struct rn_row *row)
{
    const struct rn_key *key = &row->conn.key;
    if (!look->request.show_loopback && rn_ip_is_loopback(&key->ip[0]) &&
        rn_ip_is_loopback(&key->ip[1]))
        return false;
    return rn_ui_match(&look->query, &row->conn, &row->facts, look->now);
}

static void check_window(const struct rn_snapshot *part)
{
    const struct rn_view_request *request = &part->request;
    must(part->matched == sorted.matched && part->rows_total == sorted.rows_total);
    must(part->row_count <= request->count);
    must(part->row_count == request->count || part->row_count == part->matched);
    for (uint32_t i = 0; i < part->row_count; i++)
        must(conn_at(part, i)->id == conn_at(&sorted, part->first + i)->id);
    uint32_t selected = part->selected_position;
    if (selected == RN_VIEW_NONE)
        return;
    must(selected < part->matched);
    must(request->count == 0 ||
         (selected >= part->first && selected - part->first < part->row_count));
    must(request->select_position != RN_VIEW_NONE ||
         rn_key_equal(&conn_at(&sorted, selected)->key, &request->selected));
}

static struct look choose(const struct visitors *v, uint8_t a, uint8_t b, rn_time now)
{
    static const char *const filters[] = {"",          "port:53", "proto:tcp",        "process:a",
                                          "state:udp", "example", "src:192 svc:http", "app:h"};
    struct look look = {.query = {.names = v->names, .service = rn_service_of}, .now = now};
    rn_filter_parse(&look.query.filter, filters[a >> 5]);
    look.request = (struct rn_view_request){.sort = (enum rn_sort)(b % RN_SORT_COUNT),
                                            .descending = a & 1,
                                            .show_loopback = a & 2,
                                            .first = b >> 3,
                                            .count = a >> 2 & 7,
                                            .select_position = RN_VIEW_NONE};
    return look;
}

void visit_screen(struct visitors *v, uint8_t a, uint8_t b, rn_time now)
{
    struct look look = choose(v, a, b, now);
    struct rn_view_ops ops = {.ctx = &look.query,
                              .match = look.query.filter.count ? rn_ui_match : NULL,
                              .sort_text = rn_ui_sort_text,
                              .wants_facts =
                                  rn_ui_query_wants_facts(&look.query, look.request.sort)};
    (void)visit_all(v, now);
    uint32_t shown = 0;
    for (uint32_t i = 0; i < all.row_count; i++)
        shown += is_shown(&look, &all.row[i]);
    sorted.request = look.request;
    sorted.request.first = 0;
    sorted.request.count = RN_VIEW_ROWS;
    ask(v, &ops, now, &sorted);
    must(sorted.matched == shown && sorted.row_count == shown && sorted.first == 0);
    check_order(&look, &sorted);

    window.request = look.request;
    if (all.row_count > 0 && a & 0x40) {
        window.request.has_selected = true;
        window.request.selected = conn_at(&all, b % all.row_count)->key;
    } else if (b & 1) {
        window.request.select_position = b >> 1;
    }
    ask(v, &ops, now, &window);
    check_window(&window);
}
