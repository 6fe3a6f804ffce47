// SPDX-License-Identifier: Apache-2.0
// Keeps the books over a table: every packet that went in is in a row that came out, and no row comes twice.
//
// 1. What was given = what wire ignored + what came too late + what found no row + what closed rows counted.
// 2. An id is born once and dies once, in this order; a row in a close event is what its packets made of it.
// 3. The table's own counters say the same.
#ifndef RUSTNET_TESTS_FUZZ_LEDGER_H
#define RUSTNET_TESTS_FUZZ_LEDGER_H

#include "fuzz.h"

#include "rustnet/flow.h"
#include "rustnet/lookup.h"

#define LEDGER_IDS 4096

struct ledger {
    uint64_t given, ignored, ingested; // packets
    uint64_t packets, bytes;           // of the rows that were closed
    uint64_t born, died, evicted;
    uint32_t rows_max;
    uint8_t life[LEDGER_IDS]; // by id: 0 not yet, 1 lives, 2 has died
    const struct rn_intern *names;
    struct rn_neighbours *neighbours;
    struct rn_local_addrs local;
};

// Looks at the events of one call, which happened at `now` or at the time of a packet, and empties them.
void ledger_take(struct ledger *ledger, struct rn_flow_events *events);
// A row that is about to go without an event.
void ledger_forget(struct ledger *ledger, const struct rn_conn *conn);
// Holds the table's counters against the books, at any time between two calls.
void ledger_compare(const struct ledger *ledger, struct rn_flow *flow);
// When the table has been drained: nothing is left, nothing was lost.
void ledger_close(const struct ledger *ledger, struct rn_flow *flow);

#endif
