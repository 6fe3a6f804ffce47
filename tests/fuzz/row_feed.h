// SPDX-License-Identifier: Apache-2.0
// A packet given to a row, and what must hold of the row afterwards, over either transport.
#ifndef RUSTNET_TESTS_ROW_FEED_H
#define RUSTNET_TESTS_ROW_FEED_H

#include "fuzz.h"
#include "rustnet/dpi.h"

// The payload lies in a buffer of exactly its size, so that a sanitizer sees every byte too far.
static inline enum rn_verdict row_feed(struct rn_dpi_ctx *ctx, struct rn_dpi_memory *memory,
                                       struct rn_dpi_row *row, struct rn_dpi_input *in)
{
    size_t len = in->payload.len;
    uint8_t *exact = fuzz_exact(in->payload);
    in->payload = rn_bytes_of(exact, len);
    uint32_t facts = row->facts.len;
    enum rn_verdict verdict = rn_dpi_packet(ctx, memory, in, row);
    free(exact);
    must(row->app < RN_APP_COUNT && row->facts.len <= RN_FACTS_BYTES);
    must(verdict == RN_YES || row->facts.len == facts);
    must(!row->settled || row->note == RN_DPI_NO_NOTE);
    struct rn_text256 text;
    rn_dpi_text(row->app, &row->facts, &text);
    must(text.s[text.len] == '\0' && strlen(text.s) == text.len);
    struct rn_bytes name = rn_dpi_hostname(row->app, &row->facts);
    must((name.p == NULL) == (name.len == 0));
    return verdict;
}

#endif
