// SPDX-License-Identifier: Apache-2.0
// Which entries of a table there are, by hash, and which goes when it is full: the one longest left alone.
// Thread: any under the owner's lock; flow_lru_first without it.
// Owns:   nothing: heads and entries lie with the owner, zeroed at first.
// Fails:  never; a full table forgets its oldest.
//
//   head[hash] -> entry -> entry       chains, so that an empty head says "not here" without a lock
//   oldest <-> ... <-> newest          a circle through entry 0: the order in which they were last touched
//
// 1. Which entry is forgotten depends on the order of the calls alone, never on a hash.
#ifndef FLOW_LRU_H
#define FLOW_LRU_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define FLOW_LRU_NONE 0 // entries count from 1
#define FLOW_LRU_MAX (UINT16_MAX - 1)

struct flow_lru_entry {
    uint64_t hash;
    uint16_t next; // of the chain
    uint16_t older,
        newer; // of the circle; entry 0: its `newer` is the oldest, its `older` the newest
    bool used;
};

struct flow_lru {
    _Atomic uint16_t *head;
    struct flow_lru_entry *entry; // cap + 1
    uint32_t heads, cap;          // heads is a power of two
    uint32_t fresh;               // entries ever used
};

// The first of the chain that the hash would be in.
static inline uint16_t flow_lru_first(const struct flow_lru *t, uint64_t hash)
{
    return atomic_load_explicit(&t->head[hash & (t->heads - 1)], memory_order_relaxed);
}
uint16_t flow_lru_find(const struct flow_lru *t, uint64_t hash);
void flow_lru_touch(struct flow_lru *t, uint16_t n); // it is the newest
// A new entry, the newest; the oldest is forgotten if need be.
uint16_t flow_lru_add(struct flow_lru *t, uint64_t hash);
void flow_lru_forget(struct flow_lru *t, uint16_t n); // its place is the next to be taken
void flow_lru_clear(struct flow_lru *t);

#endif
