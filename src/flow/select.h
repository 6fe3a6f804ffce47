// SPDX-License-Identifier: Apache-2.0
// What a view sorts instead of rows, and how it gets at a few of them without sorting all. Private to flow.
// Thread: any; entries are the caller's.
// Fails:  never.
#ifndef FLOW_SELECT_H
#define FLOW_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FLOW_SORT_WORDS = 3,
    FLOW_WORD_CREATED = FLOW_SORT_WORDS,
    FLOW_WORD_ID,
    FLOW_WORDS,
};
struct flow_entry {
    uint64_t word[FLOW_WORDS]; // compared one after the other
    uint32_t place;            // the caller's
};

static inline bool flow_entry_before(const struct flow_entry *a, const struct flow_entry *b)
{
    for (unsigned i = 0; i < FLOW_WORDS - 1; i++)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i];
    return a->word[FLOW_WORDS - 1] < b->word[FLOW_WORDS - 1];
}

void flow_sort(struct flow_entry *e, size_t n);
// Afterwards none of e[from, k) comes after any of e[k, count). random: not 0; moved on.
void flow_select(struct flow_entry *e, size_t from, size_t k, size_t count, uint64_t *random);

#endif
