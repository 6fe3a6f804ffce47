// SPDX-License-Identifier: Apache-2.0
// ck_ring carries the pointers, ck_ec wakes the consumer.
//
//     producer                          consumer
//     write slot, publish p_tail        value = ck_ec_value
//     ck_ec_inc  ---- flag set? --->    ring empty and not rung: ck_ec_wait(value), which sets the flag
//                     rn_wake_ring
//
// 1. No wake is lost: the consumer notes the count before it looks at the ring, and the producer counts after it
//    publishes, so either the look finds the item or the wait finds another count.
// 2. A push to a consumer that is awake is one plain `inc` more than the ring itself. ck_ec pays for that on the
//    consumer's side: it spins 100 times after it set the flag, then sleeps in steps of 2 ms, 16 ms, ... until it can
//    be sure that the flag was not overwritten by an `inc` in flight (see the implementation notes in ck_ec.h).
// 3. rn_ring_ring is sticky: one that comes before the sleep makes that sleep return at once.
//
// TSan sees neither ck's inline assembly nor libck. The accesses to the slots are hidden from it, and it is told of
// the one order that users rely on: what was written before a push is seen after the pop.
#include "rustnet/base/ring.h"

#include <ck_ec.h>
#include <ck_ring.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"

#define CAP_MIN 2
#define CAP_MAX (UINT32_C(1) << 24)
#define CACHE_LINE 64

#if defined(__SANITIZE_THREAD__)
#define RING_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RING_TSAN 1
#endif
#endif

#ifdef RING_TSAN
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
void AnnotateIgnoreReadsBegin(const char *file, int line);
void AnnotateIgnoreReadsEnd(const char *file, int line);
void AnnotateIgnoreWritesBegin(const char *file, int line);
void AnnotateIgnoreWritesEnd(const char *file, int line);
#define TSAN_PUSH_BEGIN(ring)                          \
    do {                                               \
        __tsan_release(&(ring)->order);                \
        AnnotateIgnoreWritesBegin(__FILE__, __LINE__); \
    } while (0)
#define TSAN_PUSH_END() AnnotateIgnoreWritesEnd(__FILE__, __LINE__)
#define TSAN_POP_BEGIN() AnnotateIgnoreReadsBegin(__FILE__, __LINE__)
#define TSAN_POP_END(ring)                          \
    do {                                            \
        AnnotateIgnoreReadsEnd(__FILE__, __LINE__); \
        __tsan_acquire(&(ring)->order);             \
    } while (0)
#else
#define TSAN_PUSH_BEGIN(ring) ((void)0)
#define TSAN_PUSH_END() ((void)0)
#define TSAN_POP_BEGIN() ((void)0)
#define TSAN_POP_END(ring) ((void)0)
#endif

struct rn_ring {
    struct ck_ring ring;
    struct ck_ring_buffer *slots;
    // The producer's line; the consumer flags it before a sleep.
    _Alignas(CACHE_LINE) struct ck_ec32 pushes;
    _Alignas(CACHE_LINE) _Atomic bool rung;
    struct rn_wake wake; // where the consumer sleeps: ck_ec leaves that to us, and this is portable
    char order;          // TSan: an address for the order of push and pop
};

static int ec_clock(const struct ck_ec_ops *ops, struct timespec *out)
{
    (void)ops;
    return clock_gettime(CLOCK_MONOTONIC, out);
}

static struct rn_wake *wake_of(const uint32_t *addr)
{
    uintptr_t ring = (uintptr_t)addr - offsetof(struct rn_ring, pushes.counter);
    return &((struct rn_ring *)ring)->wake;
}

// As a futex: a change before the look ends it, a wake after the look is kept by rn_wake. It may end early; ck_ec
// then looks again.
static void ec_wait(const struct ck_ec_wait_state *state, const uint32_t *addr, uint32_t expected,
                    const struct timespec *deadline)
{
    (void)state;
    rn_dur timeout = -1;
    if (deadline) {
        rn_time end = rn_time_of(deadline->tv_sec, deadline->tv_nsec);
        timeout = rn_time_since(end, rn_clock_monotonic());
        timeout = timeout < 0 ? 0 : timeout;
    }
    if (ck_pr_load_32(addr) == expected)
        (void)rn_wake_wait(wake_of(addr), timeout);
}

static void ec_wake(const struct ck_ec_ops *ops, const uint32_t *addr)
{
    (void)ops;
    rn_wake_ring(wake_of(addr));
}

static const struct ck_ec_ops ec_ops = {.gettime = ec_clock, .wait32 = ec_wait, .wake32 = ec_wake};
static const struct ck_ec_mode one_producer = {.ops = &ec_ops, .single_producer = true};

static size_t slots_len(const struct rn_ring *ring)
{
    return (size_t)ck_ring_capacity(&ring->ring) * sizeof(struct ck_ring_buffer);
}

struct rn_ring *rn_ring_new(uint32_t cap, struct rn_err *err)
{
    if (cap > CAP_MAX) {
        rn_err_set(err, -EINVAL, "a ring of %u items makes no sense", cap);
        return NULL;
    }
    uint32_t size = CAP_MIN;
    while (size < cap)
        size *= 2;
    struct rn_ring *ring = aligned_alloc(CACHE_LINE, sizeof(*ring));
    if (ring) {
        ck_ring_init(&ring->ring, size);
        ck_ec32_init(&ring->pushes, 0);
        atomic_init(&ring->rung, false);
        ring->slots = rn_pages_map(slots_len(ring));
    }
    if (!ring || !ring->slots) {
        free(ring);
        rn_err_set(err, -ENOMEM, "no memory for a ring of %u items", cap);
        return NULL;
    }
    rn_wake_init(&ring->wake);
    return ring;
}

void rn_ring_free(struct rn_ring *ring)
{
    if (!ring)
        return;
    rn_pages_unmap(ring->slots, slots_len(ring));
    rn_wake_done(&ring->wake);
    free(ring);
}

bool rn_ring_push_quietly_sp(struct rn_ring *ring, void *item)
{
    TSAN_PUSH_BEGIN(ring);
    bool done = ck_ring_enqueue_spsc(&ring->ring, ring->slots, item);
    TSAN_PUSH_END();
    return done;
}

void rn_ring_nudge_sp(struct rn_ring *ring)
{
    ck_ec32_inc(&ring->pushes, &one_producer);
}

bool rn_ring_push_sp(struct rn_ring *ring, void *item)
{
    bool done = rn_ring_push_quietly_sp(ring, item);
    if (done)
        rn_ring_nudge_sp(ring);
    return done;
}

bool rn_ring_pop_sc(struct rn_ring *ring, void **out_item)
{
    TSAN_POP_BEGIN();
    bool done = ck_ring_dequeue_spsc(&ring->ring, ring->slots, out_item);
    TSAN_POP_END(ring);
    return done;
}

static struct timespec deadline_of(rn_dur timeout)
{
    rn_time end = rn_time_add(rn_clock_monotonic(), timeout);
    return (struct timespec){.tv_sec = (time_t)(end / RN_SEC), .tv_nsec = (long)(end % RN_SEC)};
}

void rn_ring_sleep_sc(struct rn_ring *ring, rn_dur timeout)
{
    uint32_t seen = ck_ec32_value(&ring->pushes);
    if (ck_ring_size(&ring->ring) == 0 && !atomic_load(&ring->rung)) {
        struct timespec deadline = timeout < 0 ? (struct timespec){0, 0} : deadline_of(timeout);
        (void)ck_ec32_wait(&ring->pushes, &one_producer, seen, timeout < 0 ? NULL : &deadline);
    }
    // An exchange, not a store: whatever was written before the ring that this uses up is seen from here on.
    (void)atomic_exchange(&ring->rung, false);
}

void rn_ring_ring(struct rn_ring *ring)
{
    atomic_store(&ring->rung, true);
    ck_ec32_inc(&ring->pushes, &one_producer);
}

uint32_t rn_ring_count(const struct rn_ring *ring)
{
    return ck_ring_size(&ring->ring);
}
