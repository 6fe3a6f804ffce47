// SPDX-License-Identifier: Apache-2.0
// Fixed-size objects from memory that is reserved once.
// Thread: one at a time (a pool has no lock of its own; its owner's lock guards it).
// Owns:   its memory; objects are borrowed by index and given back.
// Fails:  `new` with -ENOMEM; `acquire` gives RN_POOL_NONE when all are out and never allocates.
//
// Memory is mapped, not touched: a page costs nothing before an object on it is first used.
// Objects are handed out in the order 0, 1, 2, ... and last-given-back first, so reuse stays warm.
#ifndef RUSTNET_BASE_POOL_H
#define RUSTNET_BASE_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "rustnet/base/err.h"

#define RN_POOL_NONE UINT32_MAX

struct rn_pool {
    uint8_t *base;
    size_t size_bytes; // of one object, a multiple of 8, at least 8
    uint32_t cap;      // objects
    uint32_t fresh;    // objects ever handed out
    uint32_t
        free_head; // index of the first free one; a free object holds the next index in its first 4 bytes
    uint32_t used;
};

int rn_pool_init(struct rn_pool *pool, size_t size_bytes, uint32_t cap, struct rn_err *err);
void rn_pool_done(struct rn_pool *pool);
uint32_t rn_pool_acquire(struct rn_pool *pool);
void rn_pool_release(struct rn_pool *pool, uint32_t ref);

static inline void *rn_pool_at(const struct rn_pool *pool, uint32_t ref)
{
    return pool->base + (size_t)ref * pool->size_bytes;
}

// Part of a pool or of a table, to be made ready.
struct rn_pages {
    void *p;
    size_t len_bytes; // 0: nothing
};
// The memory of the objects that are handed out next, up to `ahead` of them. Under the owner's lock; made ready without.
struct rn_pages rn_pool_next(const struct rn_pool *pool, uint32_t ahead);

// Has the system put memory behind these pages now, so that nobody has to wait for it at the first touch, when he holds
// a lock. Their content stays as it is, so others may use them meanwhile. Where the system cannot (before Linux 5.14),
// nothing happens.
void rn_pages_ready(struct rn_pages pages);

// Zeroed pages straight from the system, for other large tables too; NULL when there are none.
void *rn_pages_map(size_t len_bytes);
void rn_pages_unmap(void *p, size_t len_bytes);

#endif
