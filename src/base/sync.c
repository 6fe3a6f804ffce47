// SPDX-License-Identifier: Apache-2.0
// pthreads with the choices made once: locks that check themselves in debug builds, waits on CLOCK_MONOTONIC (the
// wall clock may jump), threads that no signal can reach, so that only main() is ever interrupted.
#include "rustnet/base/sync.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "rustnet/base/text.h"
#include "rustnet/base/verdict.h"

#define THREAD_NAME_SIZE 16 // TASK_COMM_LEN of Linux, NUL included

static void must(int rc)
{
    RN_ASSERT(rc == 0);
    (void)rc;
}

void rn_mutex_init(struct rn_mutex *m)
{
    pthread_mutexattr_t attr;
    must(pthread_mutexattr_init(&attr));
#ifndef NDEBUG
    // Locking twice or unlocking what another thread holds gives an error instead of silence.
    must(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
#endif
    must(pthread_mutex_init(&m->m, &attr));
    must(pthread_mutexattr_destroy(&attr));
}

void rn_mutex_done(struct rn_mutex *m)
{
    must(pthread_mutex_destroy(&m->m));
}

RN_UNCHECKED void rn_mutex_lock(struct rn_mutex *m)
{
    must(pthread_mutex_lock(&m->m));
}

RN_UNCHECKED void rn_mutex_unlock(struct rn_mutex *m)
{
    must(pthread_mutex_unlock(&m->m));
}

void rn_rwlock_init(struct rn_rwlock *l)
{
    must(pthread_rwlock_init(&l->l, NULL));
}

void rn_rwlock_done(struct rn_rwlock *l)
{
    must(pthread_rwlock_destroy(&l->l));
}

void rn_rwlock_read(struct rn_rwlock *l)
{
    must(pthread_rwlock_rdlock(&l->l));
}

void rn_rwlock_write(struct rn_rwlock *l)
{
    must(pthread_rwlock_wrlock(&l->l));
}

void rn_rwlock_unlock(struct rn_rwlock *l)
{
    must(pthread_rwlock_unlock(&l->l));
}

void rn_wake_init(struct rn_wake *w)
{
    pthread_condattr_t attr;
    must(pthread_condattr_init(&attr));
    must(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
    must(pthread_cond_init(&w->c, &attr));
    must(pthread_condattr_destroy(&attr));
    must(pthread_mutex_init(&w->m, NULL));
    w->rung = false;
}

void rn_wake_done(struct rn_wake *w)
{
    must(pthread_cond_destroy(&w->c));
    must(pthread_mutex_destroy(&w->m));
}

void rn_wake_ring(struct rn_wake *w)
{
    must(pthread_mutex_lock(&w->m));
    w->rung = true;
    must(pthread_cond_signal(&w->c));
    must(pthread_mutex_unlock(&w->m));
}

bool rn_wake_wait(struct rn_wake *w, rn_dur timeout)
{
    rn_time end = timeout < 0 ? 0 : rn_time_add(rn_clock_monotonic(), timeout);
    struct timespec at = {.tv_sec = (time_t)(end / RN_SEC), .tv_nsec = (long)(end % RN_SEC)};
    must(pthread_mutex_lock(&w->m));
    for (int rc = 0; !w->rung && rc != ETIMEDOUT;) {
        if (timeout < 0)
            must(pthread_cond_wait(&w->c, &w->m));
        else
            rc = pthread_cond_timedwait(&w->c, &w->m, &at);
    }
    bool rung = w->rung;
    w->rung = false;
    must(pthread_mutex_unlock(&w->m));
    return rung;
}

struct start {
    void *(*run)(void *);
    void *arg;
    char name[THREAD_NAME_SIZE];
};

// The thread names itself: naming it from outside writes to /proc, which the sandbox may have closed by then.
static void *enter(void *p)
{
    struct start start = *(struct start *)p;
    free(p);
    (void)pthread_setname_np(pthread_self(), start.name);
    return start.run(start.arg);
}

int rn_thread_start(struct rn_thread *t, const char *name, void *(*run)(void *), void *arg,
                    struct rn_err *err)
{
    t->running = false;
    struct start *start = malloc(sizeof(*start));
    if (!start)
        return rn_err_set(err, -ENOMEM, "no memory to start the thread %s", name);
    *start = (struct start){.run = run, .arg = arg};
    (void)rn_text_clean(start->name, sizeof(start->name), rn_bytes_of(name, strlen(name)));
    sigset_t all, old;
    sigfillset(&all);
    // A blocked fault kills without its handler, and nobody would give the terminal back.
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    must(pthread_sigmask(SIG_SETMASK, &all, &old)); // a new thread inherits the mask
    int rc = pthread_create(&t->t, NULL, enter, start);
    must(pthread_sigmask(SIG_SETMASK, &old, NULL));
    if (rc != 0) {
        free(start);
        return rn_err_set(err, -rc, "cannot start the thread %s: %s", name, strerror(rc));
    }
    t->running = true;
    return 0;
}

void rn_thread_join(struct rn_thread *t)
{
    if (!t->running)
        return;
    must(pthread_join(t->t, NULL));
    t->running = false;
}

int rn_random(void *out, size_t len, struct rn_err *err)
{
    uint8_t *p = out;
    while (len > 0) {
        ssize_t n = getrandom(p, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int code = n < 0 ? -errno : -EIO;
            return rn_err_set(err, code, "the system gives no random bytes: %s", strerror(-code));
        }
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

unsigned rn_cpu_count(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    int n = 0;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        n = CPU_COUNT(&set);
    else // more than 1024 CPUs do not fit into the set
        n = (int)sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (unsigned)n : 1;
}
