// SPDX-License-Identifier: Apache-2.0
// Who else comes to the table while packets go in: the enricher, the screen, new addresses. Each is answered twice, by
// the table and by a look at all of its rows, and the answers are held against each other.
#ifndef RUSTNET_TESTS_FUZZ_VISITORS_H
#define RUSTNET_TESTS_FUZZ_VISITORS_H

#include "fuzz.h"

#include "rustnet/flow.h"
#include "rustnet/ui.h"

struct visitors {
    struct rn_flow *flow;
    struct rn_flow_view *view;
    const struct rn_intern *names;
};

// All rows that live, in the order of their creation. Valid until the next visit.
const struct rn_snapshot *visit_all(struct visitors *v, rn_time now);
// Asks for rows without owner, and names some.
void visit_owners(struct visitors *v, rn_time now);
void visit_addresses(struct visitors *v, const struct rn_local_addrs *local, rn_time now);
// A window of the sorted, filtered table; two bytes choose which.
void visit_screen(struct visitors *v, uint8_t a, uint8_t b, rn_time now);

#endif
