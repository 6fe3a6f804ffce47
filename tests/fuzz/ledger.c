// SPDX-License-Identifier: Apache-2.0
// See ledger.h. Every event is also written as a line of the event stream, into memory of exactly the size that such a
// line may have, and read again.
#include "ledger.h"

#include "event.h"
#include "facts_check.h"
#include "json_check.h"
#include "shard.h"

static bool find_neighbour(void *table, const struct rn_ip *ip, uint8_t out_mac[RN_MAC_BYTES])
{
    return rn_neighbours_find(table, ip, out_mac);
}

static void check_line(const struct ledger *ledger, const struct rn_conn_event *event)
{
    static struct export_ctx ctx;
    static char *line;
    if (!line)
        line = malloc(EXPORT_LINE_MAX);
    must(line != NULL);
    ctx.cfg = (struct rn_jsonl_cfg){.names = ledger->names,
                                    .service = rn_service_of,
                                    .neighbour = find_neighbour,
                                    .neighbour_ctx = ledger->neighbours};
    ctx.local = ledger->local;
    size_t len = (size_t)(export_event(line, &ctx, event) - line);
    must(len > 1 && len <= EXPORT_LINE_MAX && line[len - 1] == '\n');
    must(json_fault(line, len - 1) == NULL);
}

static void check_texts(const struct rn_conn_event *event)
{
    struct rn_text64 state;
    struct rn_text256 app;
    rn_conn_state_text(&event->conn, &event->facts, event->time, &state);
    must_be_clean(state.s, state.len);
    rn_dpi_text((enum rn_app)event->conn.app, &event->facts, &app);
    must_be_clean(app.s, app.len);
}

static void check_row(const struct rn_conn_event *event)
{
    const struct rn_conn *c = &event->conn;
    must(c->key.zero == 0 && c->local < 2 && c->initiator < 2 && c->app < RN_APP_COUNT);
    must(c->vlan_count <= RN_VLAN_MAX && c->match < RN_MATCH_COUNT);
    must(!(c->flags & RN_CONN_TOMBSTONE));
    must(c->first_seen <= c->last_seen && c->packets[0] + c->packets[1] > 0);
    for (unsigned end = 0; end < 2; end++) {
        must(c->ip_bytes[end] <= c->bytes[end]);
        must(c->packets[end] > 0 || c->bytes[end] == 0);
    }
    must(rn_conn_timeout(c, &rn_timeouts_default, event->time) > 0 &&
         rn_conn_age(c, event->time) >= 0);
    must_be_facts(&event->facts);
}

static void check_close(const struct rn_conn_event *event)
{
    const struct rn_conn *c = &event->conn;
    bool terminal = c->flags & RN_CONN_TERMINAL;
    must(event->reason < RN_CLOSE_COUNT);
    if (event->reason != RN_CLOSE_CLOSED && event->reason != RN_CLOSE_TIMEOUT)
        return;
    must((event->reason == RN_CLOSE_CLOSED) == terminal);
    must(event->time > rn_conn_deadline(c, &rn_timeouts_default));
}

void ledger_forget(struct ledger *ledger, const struct rn_conn *conn)
{
    must(conn->id > 0 && conn->id < LEDGER_IDS && ledger->life[conn->id] == 1);
    ledger->life[conn->id] = 2;
    ledger->died++;
    ledger->packets += conn->packets[0] + conn->packets[1];
    ledger->bytes += conn->bytes[0] + conn->bytes[1];
}

static void take(struct ledger *ledger, const struct rn_conn_event *event)
{
    const struct rn_conn *c = &event->conn;
    must(c->id > 0 && c->id < LEDGER_IDS);
    uint8_t *life = &ledger->life[c->id];
    check_row(event);
    if (event->kind == RN_EVENT_NEW) {
        must(*life == 0 && c->packets[0] + c->packets[1] == 1);
        *life = 1;
        ledger->born++;
    } else {
        must(event->kind == RN_EVENT_CLOSED);
        check_close(event);
        ledger_forget(ledger, c);
        ledger->evicted += event->reason == RN_CLOSE_EVICTED;
    }
    check_texts(event);
    check_line(ledger, event);
}

void ledger_take(struct ledger *ledger, struct rn_flow_events *events)
{
    must(events->count <= RN_FLOW_EVENTS);
    for (unsigned i = 0; i < events->count; i++)
        take(ledger, &events->event[i]);
    events->count = 0;
}

void ledger_compare(const struct ledger *ledger, struct rn_flow *flow)
{
    struct rn_counts counts;
    rn_flow_counts(flow, &counts);
    must(counts.rows_created == ledger->born && counts.rows_closed == ledger->died);
    must(counts.rows_evicted == ledger->evicted);
    must(rn_flow_rows(flow) == ledger->born - ledger->died);
    must(rn_flow_rows(flow) <= ledger->rows_max);
    must(ledger->given >= ledger->ignored + ledger->ingested); // what is missing waits in a batch
}

// Everything that rows had has come back, tombstones and facts too.
static void must_be_empty(const struct flow_shard *s)
{
    must(s->rows.used == 0 && s->live == 0);
    for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
        must(s->facts[c].used == 0);
    must(s->rates.used == 1 && s->tcp_counts.used == 0);
    for (uint32_t i = 0; i < s->slots; i++)
        must((uint32_t)flow_slot_at(s, i) == 0);
    for (unsigned q = 0; q < FLOW_QUEUES; q++)
        must(s->queue[q].head == FLOW_NONE && s->queue[q].tail == FLOW_NONE);
}

void ledger_close(const struct ledger *ledger, struct rn_flow *flow)
{
    struct rn_counts counts;
    uint64_t bytes[2];
    ledger_compare(ledger, flow);
    must(rn_flow_rows(flow) == 0);
    must(ledger->given == ledger->ignored + ledger->ingested);
    rn_flow_counts(flow, &counts);
    must(ledger->ingested ==
         ledger->packets + counts.ignored[RN_IGNORE_LATE] + counts.dropped_table);
    rn_flow_traffic(flow, bytes);
    must(bytes[0] + bytes[1] == ledger->bytes);
    for (unsigned i = 0; i < rn_flow_shards(flow); i++)
        must_be_empty(&flow->shard[i]);
}
