// SPDX-License-Identifier: Apache-2.0
// A bounded, lock-free queue of pointers between exactly two threads, over ck_ring and ck_ec.
// Thread: push from one producer (_sp), pop from one consumer (_sc).
// Owns:   its buffer; the pointers are the users'.
// Fails:  push says false when full, pop when empty; neither allocates.
//
// The consumer may sleep; a push costs a system call only while it does. ck_ring frees a position at dequeue, before
// the object is read, so what a pointer leads to must come back to the producer through a second ring.
#ifndef RUSTNET_BASE_RING_H
#define RUSTNET_BASE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/base/time.h"

struct rn_ring;

// cap is rounded up to a power of two; cap - 1 pointers fit.
struct rn_ring *rn_ring_new(uint32_t cap, struct rn_err *err);
void rn_ring_free(struct rn_ring *ring);
bool rn_ring_push_sp(struct rn_ring *ring, void *item);
// The same in two steps, so that several pushes wake the consumer once: one who sleeps stays asleep until `nudge`.
bool rn_ring_push_quietly_sp(struct rn_ring *ring, void *item);
void rn_ring_nudge_sp(struct rn_ring *ring);
bool rn_ring_pop_sc(struct rn_ring *ring, void **out_item);
// Sleeps until something is pushed, rn_ring_ring is called, or timeout has passed (negative: for ever).
void rn_ring_sleep_sc(struct rn_ring *ring, rn_dur timeout);
// Wakes the consumer without a push (to stop it). Any thread, after the producer has ended.
void rn_ring_ring(struct rn_ring *ring);
uint32_t rn_ring_count(const struct rn_ring *ring);

#endif
