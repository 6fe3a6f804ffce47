// SPDX-License-Identifier: Apache-2.0
// Names that many rows share, kept once: an append-only, capped table of texts.
// Thread: any; `add` locks, `get` does not.
// Owns:   its texts, for its whole life; ids never dangle.
// Fails:  `add` gives id 0 (the empty text) when the table is full and counts it.
#ifndef RUSTNET_BASE_INTERN_H
#define RUSTNET_BASE_INTERN_H

#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/base/reader.h"

struct rn_intern;

struct rn_intern *rn_intern_new(uint32_t cap, struct rn_err *err);
void rn_intern_free(struct rn_intern *table);
// Id of the cleaned text (63 bytes at most), added if it is new. 0 for an empty text.
uint32_t rn_intern_add(struct rn_intern *table, struct rn_bytes raw);
// The text of an id, NUL-terminated; "" for 0 and for ids never given out.
const char *rn_intern_get(const struct rn_intern *table, uint32_t id);
uint32_t rn_intern_count(const struct rn_intern *table);
uint64_t rn_intern_refused(const struct rn_intern *table);

#endif
