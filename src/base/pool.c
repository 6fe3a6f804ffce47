// SPDX-License-Identifier: Apache-2.0
// One mapping, a line of fresh objects behind `fresh`, and a stack of returned ones threaded through themselves.
//
// 1. used = fresh - (length of the free list) <= cap.
// 2. Objects at and after `fresh` were never written, so they are zero and their pages cost nothing.
#include "rustnet/base/pool.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rustnet/base/verdict.h"

void *rn_pages_map(size_t len_bytes)
{
    void *p = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return NULL;
    // A huge page would turn the first object of each pool into 2 MiB of resident memory. A kernel that was built
    // without huge pages refuses this, which is as good.
    (void)madvise(p, len_bytes, MADV_NOHUGEPAGE);
    return p;
}

void rn_pages_unmap(void *p, size_t len_bytes)
{
    if (p)
        (void)munmap(p, len_bytes);
}

void rn_pages_ready(struct rn_pages pages)
{
#ifdef MADV_POPULATE_WRITE
    uintptr_t mask = (uintptr_t)sysconf(_SC_PAGESIZE) - 1, skew = (uintptr_t)pages.p & mask;
    if (pages.len_bytes)
        (void)madvise((uint8_t *)pages.p - skew, pages.len_bytes + skew, MADV_POPULATE_WRITE);
#else
    (void)pages;
#endif
}

struct rn_pages rn_pool_next(const struct rn_pool *pool, uint32_t ahead)
{
    uint32_t left = pool->cap - pool->fresh;
    return (struct rn_pages){rn_pool_at(pool, pool->fresh),
                             (left < ahead ? left : ahead) * pool->size_bytes};
}

int rn_pool_init(struct rn_pool *pool, size_t size_bytes, uint32_t cap, struct rn_err *err)
{
    size_t len;
    *pool = (struct rn_pool){.free_head = RN_POOL_NONE};
    if (size_bytes == 0 || size_bytes > SIZE_MAX - 7 || cap == 0 || cap == RN_POOL_NONE)
        return rn_err_set(err, -EINVAL, "a pool of %u objects of %zu bytes makes no sense", cap,
                          size_bytes);
    size_bytes = (size_bytes + 7) & ~(size_t)7;
    if (__builtin_mul_overflow(size_bytes, (size_t)cap, &len) || !(pool->base = rn_pages_map(len)))
        return rn_err_set(err, -ENOMEM, "no memory for %u objects of %zu bytes", cap, size_bytes);
    pool->size_bytes = size_bytes;
    pool->cap = cap;
    return 0;
}

void rn_pool_done(struct rn_pool *pool)
{
    if (!pool)
        return;
    rn_pages_unmap(pool->base, pool->size_bytes * pool->cap);
    *pool = (struct rn_pool){.free_head = RN_POOL_NONE};
}

uint32_t rn_pool_acquire(struct rn_pool *pool)
{
    uint32_t ref = pool->free_head;
    if (ref != RN_POOL_NONE)
        memcpy(&pool->free_head, rn_pool_at(pool, ref), sizeof(pool->free_head));
    else if (pool->fresh < pool->cap)
        ref = pool->fresh++;
    else
        return RN_POOL_NONE;
    pool->used++;
    return ref;
}

void rn_pool_release(struct rn_pool *pool, uint32_t ref)
{
    RN_ASSERT(ref < pool->fresh && pool->used > 0);
    memcpy(rn_pool_at(pool, ref), &pool->free_head, sizeof(pool->free_head));
    pool->free_head = ref;
    pool->used--;
}
