// SPDX-License-Identifier: Apache-2.0
// Facts of rows in size-classed pools. A reference is class << 28 | number in the class. Most facts have 30 to 160 bytes,
// so the classes lie close together there.
// The class behind the last is a note of inspection, which knows the reference of the facts: a row that is being
// inspected has one, and rows are too many to pay for a second reference.
// An inferred name lies apart from the facts: inspection takes a row that has facts for one that it has proved.
#include "shard.h"

#define CLASS_SHIFT 28
#define NOTE_CLASS FLOW_FACT_CLASSES
#define HEAD_BYTES offsetof(struct rn_facts, data)

_Static_assert(NOTE_CLASS < 1 << (32 - CLASS_SHIFT), "one class more than facts have");
_Static_assert(2 * RN_FLOW_MAX_CONNECTIONS < 1u << CLASS_SHIFT, "any number of a class");

static const uint16_t class_bytes[FLOW_FACT_CLASSES] = {32,  48,  64,  80,  96,  112,  128, 160,
                                                        192, 256, 384, 512, 768, 1024, 2048};
_Static_assert(sizeof(struct rn_facts) <= 2048, "the last class holds any facts");

static unsigned class_of(size_t bytes)
{
    unsigned c = bytes > 128 ? 7 : 0; // not all the way for what is large
    while (class_bytes[c] < bytes && c < FLOW_FACT_CLASSES - 1)
        c++;
    return c;
}

static uint32_t number_of(uint32_t ref)
{
    return ref & ((1u << CLASS_SHIFT) - 1);
}

static void *at(const struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref)
{
    return rn_pool_at(&pools[ref >> CLASS_SHIFT], number_of(ref));
}

// How many there are of a class: of the smallest ones one for a row's facts and one for its name; large facts are rare.
static uint32_t cap_of(uint32_t rows, uint32_t bytes)
{
    return bytes <= 64    ? 2 * rows
           : bytes <= 256 ? rows
                          : (uint32_t)(rows * UINT64_C(256) / bytes) + 8;
}

int flow_store_init(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t rows, struct rn_err *err)
{
    int rc = 0;
    for (unsigned c = 0; !rc && c < FLOW_FACT_CLASSES; c++)
        rc = rn_pool_init(&pools[c], class_bytes[c], cap_of(rows, class_bytes[c]), err);
    return rc;
}

void flow_store_done(struct rn_pool pools[FLOW_FACT_CLASSES])
{
    for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
        rn_pool_done(&pools[c]);
}

void flow_store_load(const struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref,
                     struct rn_facts *out)
{
    if (ref == FLOW_NONE) {
        rn_facts_clear(out);
        return;
    }
    const struct rn_facts *in = at(pools, ref);
    memcpy(out, in, HEAD_BYTES + in->len);
}

void flow_store_release(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t ref)
{
    if (ref != FLOW_NONE)
        rn_pool_release(&pools[ref >> CLASS_SHIFT], number_of(ref));
}

// Bytes that take the place of those at *ref; false: there is no room, and *ref keeps what it has.
static bool put(struct rn_pool pools[FLOW_FACT_CLASSES], uint32_t *ref, const void *p, size_t bytes)
{
    unsigned c = class_of(bytes);
    if (*ref == FLOW_NONE || *ref >> CLASS_SHIFT != c) {
        uint32_t n = rn_pool_acquire(&pools[c]);
        if (n == RN_POOL_NONE)
            return false;
        flow_store_release(pools, *ref);
        *ref = (uint32_t)c << CLASS_SHIFT | n;
    }
    memcpy(at(pools, *ref), p, bytes);
    return true;
}

uint32_t flow_store_save(struct rn_pool pools[FLOW_FACT_CLASSES], const struct rn_facts *facts)
{
    uint32_t ref = FLOW_NONE;
    (void)put(pools, &ref, facts, HEAD_BYTES + facts->len);
    return ref;
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

void flow_facts_load(const struct flow_shard *s, const struct rn_conn *conn, struct rn_facts *out)
{
    flow_store_load(s->facts, facts_of(s, conn->facts_ref), out);
    if (RN_LIKELY(conn->name_ref == FLOW_NONE))
        return;
    const struct flow_name *name = at(s->facts, conn->name_ref);
    if (name->end == rn_conn_remote(conn)) // the row may have been turned round
        rn_facts_put_text(out, RN_FACT_DNS_NAME, rn_bytes_of(name->s, name->len));
}

void flow_facts_release(struct flow_shard *s, struct rn_conn *conn)
{
    flow_store_release(s->facts, conn->name_ref);
    flow_store_release(s->facts, facts_of(s, conn->facts_ref));
    rn_dpi_forget(&s->inspection, note_of(conn->facts_ref));
    conn->facts_ref = conn->name_ref = FLOW_NONE;
}

static void save(struct flow_shard *s, uint32_t *ref, const void *p, size_t bytes)
{
    if (!put(s->facts, ref, p, bytes))
        s->facts_refused++;
}

void flow_name_save(struct flow_shard *s, struct rn_conn *conn, struct flow_name *name)
{
    name->end = (uint8_t)rn_conn_remote(conn);
    save(s, &conn->name_ref, name, flow_name_bytes(name));
}

static void load_life(const struct rn_conn *conn, struct rn_dpi_life *out)
{
    out->idle_ms = conn->quic.idle_ms;
    out->state = conn->quic.state;
    memcpy(out->begun, conn->quic.begun, sizeof out->begun);
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
        load_life(conn, &out->life);
    flow_store_load(s->facts, out->word, &out->facts);
}

void flow_inspection_save(struct flow_shard *s, struct rn_conn *conn, const struct rn_dpi_row *row,
                          bool changed)
{
    uint32_t facts = row->word; // the note may be gone
    if (changed && row->facts.len)
        save(s, &facts, &row->facts, HEAD_BYTES + row->facts.len);
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
        memcpy(conn->quic.begun, row->life.begun, sizeof conn->quic.begun);
    }
}

void flow_inspection_forget(struct flow_shard *s, struct rn_conn *conn)
{
    uint32_t facts = facts_of(s, conn->facts_ref);
    rn_dpi_forget(&s->inspection, note_of(conn->facts_ref));
    conn->facts_ref = facts;
}

struct rn_conn_event *flow_event(struct flow_shard *s, struct rn_flow_events *events, uint32_t row,
                                 rn_time time)
{
    if (!events || events->count >= RN_FLOW_EVENTS)
        return NULL;
    struct rn_conn_event *event = &events->event[events->count++];
    const struct rn_conn *conn = flow_row(s, row);
    event->time = time;
    event->conn = *conn;
    flow_tcp_report(s, row, &event->tcp);
    flow_facts_load(s, conn, &event->facts);
    return event;
}
