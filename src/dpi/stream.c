// SPDX-License-Identifier: Apache-2.0
// What inspection keeps of a row between packets, and the two streams of a TCP connection put in order.
//
//   note   one per row: for each direction where its stream stands, and what protocols remember
//   side   base ......................... sequence number of the first byte that is not consumed
//          |== kept ==|...hole...|== held ==|      in a buffer, there only while something is kept or held
//
//   segment:  old? dropped | in order and nothing kept? given to the rows as it is
//             | else into the buffer; if the prefix grew, the prefix is given
//   The rows say how much of it shall come again (dpi_keep).
//
// 1. A byte of a stream is consumed once. What lies before `base` is never looked at again.
// 2. A hole is waited for until the peer acknowledges it, or DPI_PATIENCE segments long; then what lies behind it is
//    given.
// 3. A full pool is counted and costs knowledge, never a row: segments are then looked at one by one.
// 4. A row that is settled has no note.
#include "room.h"

#define DPI_PATIENCE 16      // segments that may come beyond a hole
#define DPI_WINDOW (1 << 20) // a segment farther away than this is of another connection
#define DPI_NONE RN_POOL_NONE
#define DPI_STATES 2

struct side {
    uint32_t base;
    uint32_t buffer;
    uint8_t beyond; // segments that came beyond a hole
    bool known : 1; // base means something
    bool begun : 1; // it has meant something before
    bool moved : 1; // it is not where the direction begins, as far as was seen
    bool blind : 1; // no SYN was seen: it may have begun in the middle of anything
};

struct note {
    uint32_t word; // the keeper's
    struct side side[2];
    uint32_t state[DPI_STATES];
    uint32_t buffer;
    uint8_t state_app[DPI_STATES]; // RN_APP_NONE: free
    uint8_t buffer_app;
};
_Static_assert(sizeof(struct note) <= 48, "one of four rows has one");

int rn_dpi_memory_init(struct rn_dpi_memory *memory, uint32_t rows, uint32_t buffers,
                       struct rn_err *err)
{
    *memory = (struct rn_dpi_memory){.refused = 0};
    int rc = rn_pool_init(&memory->notes, sizeof(struct note), rows, err);
    if (!rc)
        rc = rn_pool_init(&memory->states, DPI_STATE_SMALL, rows, err);
    if (!rc)
        rc = rn_pool_init(&memory->buffers, sizeof(struct dpi_assembly), buffers, err);
    if (rc)
        rn_dpi_memory_done(memory);
    return rc;
}

void rn_dpi_memory_done(struct rn_dpi_memory *memory)
{
    rn_pool_done(&memory->notes);
    rn_pool_done(&memory->states);
    rn_pool_done(&memory->buffers);
}

static uint32_t acquire(struct rn_dpi_memory *memory, struct rn_pool *pool)
{
    uint32_t ref = rn_pool_acquire(pool);
    memory->refused += ref == RN_POOL_NONE;
    return ref;
}

static void release(struct rn_pool *pool, uint32_t *ref)
{
    if (*ref != DPI_NONE)
        rn_pool_release(pool, *ref);
    *ref = DPI_NONE;
}

static struct note *note_at(const struct rn_dpi_memory *memory, uint32_t ref)
{
    return ref == RN_DPI_NO_NOTE ? NULL : rn_pool_at(&memory->notes, ref);
}

uint32_t *rn_dpi_note_word(const struct rn_dpi_memory *memory, uint32_t note)
{
    return &note_at(memory, note)->word;
}

static uint32_t acquire_buffer(struct rn_dpi_memory *memory)
{
    uint32_t ref = acquire(memory, &memory->buffers);
    if (ref != DPI_NONE)
        dpi_assembly_clear(rn_pool_at(&memory->buffers, ref));
    return ref;
}

static struct dpi_assembly *buffer_at(const struct rn_dpi_memory *memory, uint32_t ref)
{
    return ref == DPI_NONE ? NULL : rn_pool_at(&memory->buffers, ref);
}

void rn_dpi_forget(struct rn_dpi_memory *memory, uint32_t ref)
{
    struct note *note = note_at(memory, ref);
    if (!note)
        return;
    for (unsigned i = 0; i < 2; i++)
        release(&memory->buffers, &note->side[i].buffer);
    for (unsigned i = 0; i < DPI_STATES; i++)
        release(&memory->states, &note->state[i]);
    release(&memory->buffers, &note->buffer);
    rn_pool_release(&memory->notes, ref);
}

static struct note *make_note(struct rn_dpi_memory *memory, struct rn_dpi_row *row)
{
    if (row->note == RN_DPI_NO_NOTE) {
        row->note = acquire(memory, &memory->notes);
        if (row->note == RN_POOL_NONE)
            return NULL;
        *note_at(memory, row->note) = (struct note){
            .word = UINT32_MAX,
            .side = {{.buffer = DPI_NONE}, {.buffer = DPI_NONE}},
            .state = {DPI_NONE, DPI_NONE},
            .buffer = DPI_NONE,
        };
    }
    return note_at(memory, row->note);
}

// What protocols remember.

void *dpi_state(struct rn_dpi_ctx *ctx, size_t bytes)
{
    RN_ASSERT(bytes <= DPI_STATE_SMALL);
    struct note *note = ctx->memory ? make_note(ctx->memory, ctx->row) : NULL;
    if (!note || bytes > DPI_STATE_SMALL)
        return NULL;
    unsigned at = DPI_STATES;
    for (unsigned i = DPI_STATES; i-- > 0;) {
        if (note->state_app[i] == ctx->asking)
            return rn_pool_at(&ctx->memory->states, note->state[i]);
        if (note->state_app[i] == RN_APP_NONE)
            at = i;
    }
    if (at == DPI_STATES)
        return NULL;
    uint32_t ref = acquire(ctx->memory, &ctx->memory->states);
    if (ref == DPI_NONE)
        return NULL;
    note->state[at] = ref;
    note->state_app[at] = (uint8_t)ctx->asking;
    return memset(rn_pool_at(&ctx->memory->states, ref), 0, DPI_STATE_SMALL);
}

struct dpi_assembly *dpi_buffer(struct rn_dpi_ctx *ctx)
{
    struct note *note = ctx->memory ? make_note(ctx->memory, ctx->row) : NULL;
    if (!note)
        return NULL;
    if (note->buffer == DPI_NONE) {
        note->buffer = acquire_buffer(ctx->memory);
        note->buffer_app = (uint8_t)ctx->asking;
    }
    return note->buffer_app == ctx->asking ? buffer_at(ctx->memory, note->buffer) : NULL;
}

static void drop_buffer(struct rn_dpi_memory *memory, struct note *note, enum rn_app app)
{
    if (note->buffer_app == app)
        release(&memory->buffers, &note->buffer);
}

static void drop_state(struct rn_dpi_memory *memory, struct note *note, unsigned i)
{
    release(&memory->states, &note->state[i]);
    note->state_app[i] = RN_APP_NONE;
}

void dpi_buffer_release(struct rn_dpi_ctx *ctx)
{
    struct note *note = ctx->memory ? note_at(ctx->memory, ctx->row->note) : NULL;
    if (note)
        drop_buffer(ctx->memory, note, ctx->asking);
}

void dpi_state_drop(struct rn_dpi_ctx *ctx, enum rn_app app)
{
    struct note *note = ctx->memory ? note_at(ctx->memory, ctx->row->note) : NULL;
    if (!note)
        return;
    for (unsigned i = 0; i < DPI_STATES; i++)
        if (note->state_app[i] == app)
            drop_state(ctx->memory, note, i);
    drop_buffer(ctx->memory, note, app);
}

// The row speaks `app` now: whatever others remember is of no use.
static void keep_state_of(struct rn_dpi_memory *memory, struct note *note, enum rn_app app)
{
    for (unsigned i = 0; i < DPI_STATES; i++)
        if (note->state_app[i] != RN_APP_NONE && note->state_app[i] != app)
            drop_state(memory, note, i);
    if (note->buffer_app != app)
        release(&memory->buffers, &note->buffer);
}

// Streams.

// Begins anew at a sequence number, or nowhere.
static void restart(struct rn_dpi_memory *memory, struct side *side, bool known, uint32_t base)
{
    release(&memory->buffers, &side->buffer);
    side->base = base;
    side->known = known;
    side->beyond = 0;
}

static void finish_side(struct rn_dpi_ctx *ctx, unsigned from)
{
    struct rn_dpi_row *row = ctx->row;
    struct note *note = note_at(ctx->memory, row->note);
    row->seen[from] = RN_DPI_DONE;
    row->settled |= row->seen[1 - from] == RN_DPI_DONE;
    if (note)
        restart(ctx->memory, &note->side[from], false, 0);
}

// What an inspection has done to the row.
static void conclude(struct rn_dpi_ctx *ctx, unsigned from, enum rn_app before,
                     enum rn_dpi_more more)
{
    struct rn_dpi_row *row = ctx->row;
    struct note *note = note_at(ctx->memory, row->note);
    if (row->app != before) {
        if (note)
            keep_state_of(ctx->memory, note, row->app);
        if (before != RN_APP_NONE) // what it has turned into looks at both directions
            row->seen[0] = row->seen[1] = 0;
    }
    if (row->seen[from] < RN_DPI_DONE - 1)
        row->seen[from]++;
    if (more == RN_DPI_SETTLED)
        row->settled = true;
    else if (more == RN_DPI_SIDE_DONE)
        finish_side(ctx, from);
}

static bool is_done(const struct rn_dpi_ctx *ctx, unsigned from)
{
    return ctx->row->settled || ctx->row->seen[from] == RN_DPI_DONE;
}

static enum rn_verdict inspect(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in)
{
    struct rn_dpi_row *row = ctx->row;
    enum rn_dpi_more more;
    enum rn_app before = row->app;
    enum rn_verdict verdict =
        rn_dpi_inspect(ctx, in, row->seen[in->from], &row->facts, &row->app, &more);
    conclude(ctx, in->from, before, more);
    return verdict;
}

// Gives bytes to the rows. What they want to see again must fit the buffer, or it is all that they will ever see.
static enum rn_verdict deliver(struct rn_dpi_ctx *ctx, const struct side *side,
                               const struct rn_dpi_input *in, struct rn_bytes bytes, bool cut)
{
    struct rn_dpi_input now = *in;
    now.payload = bytes;
    now.cut = cut;
    now.start = !side->moved;
    now.seen = ctx->row->seen[in->from];
    enum rn_verdict verdict = inspect(ctx, &now);
    if (cut || ctx->keep < DPI_ASSEMBLY_BYTES || is_done(ctx, in->from))
        return verdict;
    now.cut = true;
    enum rn_verdict last = inspect(ctx, &now);
    ctx->keep = 0;
    return last == RN_YES ? last : verdict;
}

// Keeps the last n of bytes, which were not in the buffer, for the next time.
static void keep_last(struct rn_dpi_ctx *ctx, struct side *side, struct rn_bytes bytes, size_t n)
{
    side->buffer = acquire_buffer(ctx->memory);
    struct dpi_assembly *a = buffer_at(ctx->memory, side->buffer);
    struct rn_reader r = rn_reader_of(bytes);
    rn_skip(&r, bytes.len - n);
    if (a)
        dpi_assembly_put(a, 0, rn_reader_rest(&r));
    else
        side->base += (uint32_t)n;
}

// After a delivery of bytes at side->base.
static void consume(struct rn_dpi_ctx *ctx, struct side *side, unsigned from, struct rn_bytes bytes,
                    bool cut)
{
    if (is_done(ctx, from))
        return;
    size_t keep = cut || ctx->keep > bytes.len ? 0 : ctx->keep, taken = bytes.len - keep;
    struct dpi_assembly *a = buffer_at(ctx->memory, side->buffer);
    side->base += (uint32_t)taken;
    side->moved |= taken > 0;
    if (!a) {
        if (keep > 0)
            keep_last(ctx, side, bytes, keep);
        return;
    }
    dpi_assembly_take(a, (uint16_t)taken);
    if (a->len == 0 && a->ranges == 0)
        release(&ctx->memory->buffers, &side->buffer);
}

static enum rn_verdict give(struct rn_dpi_ctx *ctx, struct side *side,
                            const struct rn_dpi_input *in, struct rn_bytes bytes, bool cut)
{
    enum rn_verdict verdict = deliver(ctx, side, in, bytes, cut);
    consume(ctx, side, in->from, bytes, cut);
    return verdict;
}

// What was kept will not go on: it is told as it is.
static enum rn_verdict give_up(struct rn_dpi_ctx *ctx, struct side *side,
                               const struct rn_dpi_input *in)
{
    struct dpi_assembly *a = buffer_at(ctx->memory, side->buffer);
    side->beyond = 0;
    return a && a->len > 0 ? give(ctx, side, in, dpi_assembly_prefix(a), true) : RN_NO;
}

// A hole will not be filled: what lies behind it comes next.
static enum rn_verdict skip_hole(struct rn_dpi_ctx *ctx, struct side *side,
                                 const struct rn_dpi_input *in)
{
    enum rn_verdict verdict = give_up(ctx, side, in);
    struct dpi_assembly *a = buffer_at(ctx->memory, side->buffer);
    if (!a || a->ranges == 0 || is_done(ctx, in->from))
        return verdict;
    side->base += dpi_assembly_skip(a);
    side->moved = true;
    enum rn_verdict after = give(ctx, side, in, dpi_assembly_prefix(a), false);
    return after == RN_YES ? after : verdict;
}

// A segment for which there is no room: the stream begins anew with it.
static enum rn_verdict begin_anew(struct rn_dpi_ctx *ctx, struct side *side,
                                  const struct rn_dpi_input *in)
{
    enum rn_verdict verdict = give_up(ctx, side, in);
    if (is_done(ctx, in->from))
        return verdict;
    restart(ctx->memory, side, true, in->seq);
    side->moved = true;
    enum rn_verdict after = give(ctx, side, in, in->payload, in->missing > 0);
    return after == RN_YES ? after : verdict;
}

// Nothing came of a segment together with what was kept. Where the beginning was not seen, what was kept may be the tail
// of something else, and the segment the beginning of what is looked for.
static enum rn_verdict look_alone(struct rn_dpi_ctx *ctx, struct side *side,
                                  const struct rn_dpi_input *in, uint32_t seq,
                                  struct rn_bytes bytes, bool cut)
{
    enum rn_verdict verdict = deliver(ctx, side, in, bytes, cut);
    if (verdict != RN_YES)
        return verdict;
    restart(ctx->memory, side, true, seq);
    consume(ctx, side, in->from, bytes, cut);
    return verdict;
}

// A segment that does not stand at the base, or finds something kept there.
static enum rn_verdict through_buffer(struct rn_dpi_ctx *ctx, struct side *side,
                                      const struct rn_dpi_input *in, uint32_t at,
                                      struct rn_bytes bytes, bool *cut)
{
    if (side->buffer == DPI_NONE)
        side->buffer = acquire_buffer(ctx->memory);
    struct dpi_assembly *a = buffer_at(ctx->memory, side->buffer);
    if (!a)
        return begin_anew(ctx, side, in);
    uint16_t before = a->len;
    if (at <= before && bytes.len > DPI_ASSEMBLY_BYTES - at) { // as much as there is room for
        bytes.len = DPI_ASSEMBLY_BYTES - at;
        *cut = true;
    }
    if (!dpi_assembly_put(a, at, bytes))
        return begin_anew(ctx, side, in);
    if (at > before)
        return ++side->beyond > DPI_PATIENCE ? skip_hole(ctx, side, in) : RN_NO;
    if (a->len == before)
        return RN_NO;
    uint32_t seq = side->base + at;
    enum rn_verdict verdict = give(ctx, side, in, dpi_assembly_prefix(a), *cut);
    if (verdict == RN_YES || !side->blind || ctx->row->app != RN_APP_NONE || at == 0)
        return verdict;
    return look_alone(ctx, side, in, seq, bytes, *cut);
}

// Where a direction begins: at its SYN, or at its first segment.
static void find_base(struct rn_dpi_ctx *ctx, struct side *side, const struct rn_dpi_input *in)
{
    int32_t ahead = (int32_t)(in->seq - in->base);
    bool from_syn = !side->begun && in->has_base && ahead >= 0 && ahead <= DPI_ASSEMBLY_BYTES;
    restart(ctx->memory, side, true, from_syn ? in->base : in->seq);
    side->moved = side->begun || (in->has_base && !from_syn);
    side->blind = !in->has_base;
    side->begun = true;
}

static enum rn_verdict segment(struct rn_dpi_ctx *ctx, struct side *side,
                               const struct rn_dpi_input *in)
{
    if (!side->begun && !in->has_base && in->payload.len == 1 && in->missing == 0)
        return RN_NO; // a keep-alive (RFC 9293, 3.8.4) of a stream that began before the capture: no byte of it
    int32_t at = (int32_t)(in->seq - side->base);
    if (!side->known || at > DPI_WINDOW || at < -DPI_WINDOW) {
        find_base(ctx, side, in);
        at = (int32_t)(in->seq - side->base);
    }
    struct rn_reader r = rn_reader_of(in->payload);
    bool cut = in->missing > 0;
    if (at < 0) {
        if (rn_reader_left(&r) <= (size_t) - (int64_t)at)
            return RN_NO; // seen before
        rn_skip(&r, (size_t) - (int64_t)at);
        at = 0;
    }
    enum rn_verdict verdict =
        at > 0 || side->buffer != DPI_NONE
            ? through_buffer(ctx, side, in, (uint32_t)at, rn_reader_rest(&r), &cut)
            : give(ctx, side, in, rn_reader_rest(&r), cut);
    if (cut && at <= 0)
        restart(ctx->memory, side, false, 0);
    return verdict;
}

// What a peer acknowledges has reached it: a hole before that is one of the capture.
static enum rn_verdict acknowledge(struct rn_dpi_ctx *ctx, struct side *side,
                                   const struct rn_dpi_input *in)
{
    struct dpi_assembly *a = buffer_at(ctx->memory, side->buffer);
    if (!in->has_ack || !a || a->ranges == 0 || (int32_t)(in->ack - side->base) <= a->len)
        return RN_NO;
    struct rn_dpi_input theirs = *in;
    theirs.src_port = in->dst_port;
    theirs.dst_port = in->src_port;
    theirs.from_initiator = !in->from_initiator;
    theirs.from = !in->from;
    return skip_hole(ctx, side, &theirs);
}

static enum rn_verdict tcp_packet(struct rn_dpi_ctx *ctx, struct note *note,
                                  const struct rn_dpi_input *in)
{
    enum rn_verdict theirs = acknowledge(ctx, &note->side[!in->from], in);
    if (is_done(ctx, in->from))
        return theirs;
    enum rn_verdict verdict = segment(ctx, &note->side[in->from], in);
    return theirs == RN_YES ? theirs : verdict;
}

enum rn_verdict rn_dpi_packet(struct rn_dpi_ctx *ctx, struct rn_dpi_memory *memory,
                              const struct rn_dpi_input *in, struct rn_dpi_row *row)
{
    ctx->dns_count = 0;
    ctx->quic_ids_told = false;
    if (row->settled || row->seen[in->from] == RN_DPI_DONE || in->payload.len == 0)
        return RN_NO;
    ctx->memory = memory;
    ctx->row = row;
    ctx->life = &row->life;
    enum rn_verdict verdict;
    struct note *note = in->proto == RN_PROTO_TCP ? make_note(memory, row) : NULL;
    if (note) {
        verdict = tcp_packet(ctx, note, in);
    } else {
        static const struct side datagrams = {.moved = false};
        verdict = deliver(ctx, &datagrams, in, in->payload, in->missing > 0);
    }
    if (row->settled) {
        rn_dpi_forget(memory, row->note);
        row->note = RN_DPI_NO_NOTE;
    }
    ctx->memory = NULL;
    ctx->row = NULL;
    return verdict;
}
