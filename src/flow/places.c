// SPDX-License-Identifier: Apache-2.0
// Where rows lie: those of TCP from one end of the shard's memory on, others from the other end, until there is no room
// between them any more. A place belongs for good to the side from which it was first taken, and goes back there.
#include "shard.h"

#include <errno.h>

int flow_places_init(struct flow_places *rows, uint32_t cap, struct rn_err *err)
{
    *rows = (struct flow_places){.base = rn_pages_map((size_t)cap * FLOW_ROW_BYTES),
                                 .cap = cap,
                                 .high = cap,
                                 .free_head = {FLOW_NONE, FLOW_NONE}};
    return rows->base ? 0 : rn_err_set(err, -ENOMEM, "No memory for %u connections", cap);
}

void flow_places_done(struct flow_places *rows)
{
    rn_pages_unmap(rows->base, (size_t)rows->cap * FLOW_ROW_BYTES);
}

static uint32_t take_free(struct flow_shard *s, enum flow_side side)
{
    uint32_t row = s->rows.free_head[side];
    if (row != FLOW_NONE)
        memcpy(&s->rows.free_head[side], flow_row(s, row), sizeof(uint32_t));
    return row;
}

uint32_t flow_take_place(struct flow_shard *s, enum flow_side side)
{
    uint32_t row = take_free(s, side);
    if (row == FLOW_NONE && s->rows.low < s->rows.high)
        row = side == FLOW_BOTTOM ? s->rows.low++ : --s->rows.high;
    if (row == FLOW_NONE)
        row = take_free(s, side == FLOW_BOTTOM ? FLOW_TOP : FLOW_BOTTOM);
    s->rows.used += row != FLOW_NONE;
    return row;
}

void flow_give_place(struct flow_shard *s, uint32_t row)
{
    enum flow_side side = row < s->rows.low ? FLOW_BOTTOM : FLOW_TOP;
    memcpy(flow_row(s, row), &s->rows.free_head[side], sizeof(uint32_t));
    s->rows.free_head[side] = row;
    s->rows.used--;
}
