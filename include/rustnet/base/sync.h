// SPDX-License-Identifier: Apache-2.0
// Threads, locks and sleep. The only file beside the platform folders that may differ between systems.
// Thread: any.
// Owns:   caller's storage.
// Fails:  `start` with negative errno; locks cannot fail in a correct program and assert.
//
// Locks that others see are pthread locks: TSan and clang's -Wthread-safety know them, and a waiter behind a
// preempted holder sleeps instead of spinning.
#ifndef RUSTNET_BASE_SYNC_H
#define RUSTNET_BASE_SYNC_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/base/time.h"

#if defined(__clang__)
#define RN_CAPABILITY(x) __attribute__((capability(x)))
#define RN_ACQUIRES(...) __attribute__((acquire_capability(__VA_ARGS__)))
#define RN_RELEASES(...) __attribute__((release_capability(__VA_ARGS__)))
#define RN_REQUIRES(...) __attribute__((requires_capability(__VA_ARGS__)))
#define RN_UNCHECKED __attribute__((no_thread_safety_analysis))
#else
#define RN_CAPABILITY(x)
#define RN_ACQUIRES(...)
#define RN_RELEASES(...)
#define RN_REQUIRES(...)
#define RN_UNCHECKED
#endif

struct RN_CAPABILITY("mutex") rn_mutex {
    pthread_mutex_t m;
};

void rn_mutex_init(struct rn_mutex *m);
void rn_mutex_done(struct rn_mutex *m);
void rn_mutex_lock(struct rn_mutex *m) RN_ACQUIRES(*m);
void rn_mutex_unlock(struct rn_mutex *m) RN_RELEASES(*m);

struct RN_CAPABILITY("rwlock") rn_rwlock {
    pthread_rwlock_t l;
};

void rn_rwlock_init(struct rn_rwlock *l);
void rn_rwlock_done(struct rn_rwlock *l);
void rn_rwlock_read(struct rn_rwlock *l) RN_UNCHECKED;
void rn_rwlock_write(struct rn_rwlock *l) RN_UNCHECKED;
void rn_rwlock_unlock(struct rn_rwlock *l) RN_UNCHECKED;

// A condition to sleep on, with its own small mutex; wakes are sticky: one that comes before the wait is not lost.
struct rn_wake {
    pthread_mutex_t m;
    pthread_cond_t c;
    bool rung;
};

void rn_wake_init(struct rn_wake *w);
void rn_wake_done(struct rn_wake *w);
void rn_wake_ring(struct rn_wake *w);
// Sleeps until rung or until timeout (negative: for ever). True if it was rung, which is thereby used up.
bool rn_wake_wait(struct rn_wake *w, rn_dur timeout);

struct rn_thread {
    pthread_t t;
    bool running;
};

// Starts a thread with all signals but faults blocked and the name shown by ps and top (15 characters at most).
int rn_thread_start(struct rn_thread *t, const char *name, void *(*run)(void *), void *arg,
                    struct rn_err *err);
void rn_thread_join(struct rn_thread *t);

// 16 random bytes from the system, for hash keys.
int rn_random(void *out, size_t len, struct rn_err *err);
// CPUs this process may use, at least 1.
unsigned rn_cpu_count(void);

#endif
