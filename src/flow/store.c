// SPDX-License-Identifier: Apache-2.0
// Facts of rows in size-classed pools: class c holds 32 << c bytes. A reference is class << 29 | number in the class.
// The class behind the last is a note of inspection, which knows the reference of the facts: a row that is being
// inspected has one, and rows are too many to pay for a second reference.
// An inferred name lies apart from the facts: inspection takes a row that has facts for one that it has proved.
#include "shard.h"

#define CLASS_SHIFT 29
#define NOTE_CLASS FLOW_FACT_CLASSES
#define HEAD_BYTES offsetof(struct rn_facts, data)

_Static_assert(NOTE_CLASS < 1 << (32 - CLASS_SHIFT), "one class more than facts have");

static unsigned class_of(size_t bytes)
{
    unsigned c = 0;
    while (((size_t)32 << c) < bytes && c < FLOW_FACT_CLASSES - 1)
        c++;
    return c;
}

static uint32_t number_of(uint32_t ref)
{
    return ref & ((1u << CLASS_SHIFT) - 1);
}

static uint32_t note_of(uint32_t ref)
{
    return ref != FLOW_NONE && ref >> CLASS_SHIFT == NOTE_CLASS ? number_of(ref) : RN_DPI_NO_NOTE;
}

static uint32_t facts_of(const struct flow_shard *s, uint32_t ref)
{
    uint32_t note = note_of(ref);
    return note == RN_DPI_NO_NOTE ? ref : *rn_dpi_note_word(&s->inspection, note);
}

static void load(const struct flow_shard *s, uint32_t ref, struct rn_facts *out)
{
    if (ref == FLOW_NONE) {
        rn_facts_clear(out);
        return;
    }
    const struct rn_facts *in = rn_pool_at(&s->facts[ref >> CLASS_SHIFT], number_of(ref));
    memcpy(out, in, HEAD_BYTES + in->len);
}

void flow_facts_load(const struct flow_shard *s, const struct rn_conn *conn, struct rn_facts *out)
{
    load(s, facts_of(s, conn->facts_ref), out);
    if (RN_LIKELY(conn->name_ref == FLOW_NONE))
        return;
    const struct flow_name *name =
        rn_pool_at(&s->facts[conn->name_ref >> CLASS_SHIFT], number_of(conn->name_ref));
    if (name->end == rn_conn_remote(conn)) // the row may have been turned round
        rn_facts_put_text(out, RN_FACT_DNS_NAME, rn_bytes_of(name->s, name->len));
}

static void release(struct flow_shard *s, uint32_t ref)
{
    if (ref != FLOW_NONE)
        rn_pool_release(&s->facts[ref >> CLASS_SHIFT], number_of(ref));
}

void flow_facts_release(struct flow_shard *s, struct rn_conn *conn)
{
    release(s, conn->name_ref);
    release(s, facts_of(s, conn->facts_ref));
    rn_dpi_forget(&s->inspection, note_of(conn->facts_ref));
    conn->facts_ref = conn->name_ref = FLOW_NONE;
}

// Bytes that take the place of those at ref.
static uint32_t save(struct flow_shard *s, uint32_t ref, const void *p, size_t bytes)
{
    unsigned c = class_of(bytes);
    if (ref == FLOW_NONE || ref >> CLASS_SHIFT != c) {
        uint32_t n = rn_pool_acquire(&s->facts[c]);
        if (n == RN_POOL_NONE) { // the row keeps what it has
            s->facts_refused++;
            return ref;
        }
        release(s, ref);
        ref = (uint32_t)c << CLASS_SHIFT | n;
    }
    memcpy(rn_pool_at(&s->facts[c], number_of(ref)), p, bytes);
    return ref;
}

void flow_name_save(struct flow_shard *s, struct rn_conn *conn, struct flow_name *name)
{
    name->end = (uint8_t)rn_conn_remote(conn);
    conn->name_ref = save(s, conn->name_ref, name, flow_name_bytes(name));
}

void flow_inspection_load(const struct flow_shard *s, const struct rn_conn *conn,
                          struct rn_dpi_row *out)
{
    out->app = conn->app;
    out->seen[0] = conn->dpi_seen[0];
    out->seen[1] = conn->dpi_seen[1];
    out->settled = false;
    out->note = note_of(conn->facts_ref);
    out->word = facts_of(s, conn->facts_ref);
    out->client = RN_DPI_NO_CLIENT;
    out->life = (struct rn_dpi_life){0};
    if (conn->app == RN_APP_QUIC)
        out->life = (struct rn_dpi_life){conn->quic.idle_ms, conn->quic.state};
    load(s, out->word, &out->facts);
}

void flow_inspection_save(struct flow_shard *s, struct rn_conn *conn, const struct rn_dpi_row *row,
                          bool changed)
{
    uint32_t facts = row->word; // the note may be gone
    if (changed && row->facts.len)
        facts = save(s, facts, &row->facts, HEAD_BYTES + row->facts.len);
    conn->facts_ref = facts;
    if (row->note != RN_DPI_NO_NOTE) {
        *rn_dpi_note_word(&s->inspection, row->note) = facts;
        conn->facts_ref = (uint32_t)NOTE_CLASS << CLASS_SHIFT | row->note;
    }
    conn->dpi_seen[0] = row->seen[0];
    conn->dpi_seen[1] = row->seen[1];
    if (row->settled)
        conn->flags |= RN_CONN_DPI_SETTLED;
    if (row->app == RN_APP_QUIC) {
        conn->quic.idle_ms = row->life.idle_ms;
        conn->quic.state = row->life.state;
    }
}

struct rn_conn_event *flow_event(struct flow_shard *s, struct rn_flow_events *events,
                                 const struct rn_conn *conn, rn_time time)
{
    if (!events || events->count >= RN_FLOW_EVENTS)
        return NULL;
    struct rn_conn_event *event = &events->event[events->count++];
    event->time = time;
    event->conn = *conn;
    flow_facts_load(s, conn, &event->facts);
    return event;
}
