// SPDX-License-Identifier: Apache-2.0
// Sync: locks exclude, wakes stick, threads are named and deaf to signals.
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "rustnet/base/sync.h"

#define ROUNDS 100000

struct shared {
    struct rn_mutex m;
    struct rn_rwlock l;
    struct rn_wake w, answer;
    uint64_t a, b; // equal whenever the lock is free
    uint64_t uneven;
};

static void init(struct shared *s)
{
    *s = (struct shared){.a = 0};
    rn_mutex_init(&s->m);
    rn_rwlock_init(&s->l);
    rn_wake_init(&s->w);
    rn_wake_init(&s->answer);
}

static void done(struct shared *s)
{
    rn_mutex_done(&s->m);
    rn_rwlock_done(&s->l);
    rn_wake_done(&s->w);
    rn_wake_done(&s->answer);
}

static void *count_under_mutex(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < ROUNDS; i++) {
        rn_mutex_lock(&s->m);
        s->a++;
        rn_mutex_unlock(&s->m);
    }
    return NULL;
}

static void a_mutex_excludes(void **state)
{
    (void)state;
    struct shared s;
    struct rn_thread t[2];
    init(&s);
    for (int i = 0; i < 2; i++)
        assert_int_equal(rn_thread_start(&t[i], "count", count_under_mutex, &s, NULL), 0);
    for (int i = 0; i < 2; i++)
        rn_thread_join(&t[i]);
    assert_int_equal(s.a, 2 * ROUNDS);
    done(&s);
}

static void *write_both(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < ROUNDS / 10; i++) {
        rn_rwlock_write(&s->l);
        s->a++;
        s->b++;
        rn_rwlock_unlock(&s->l);
    }
    return NULL;
}

static void readers_never_see_half_a_write(void **state)
{
    (void)state;
    struct shared s;
    struct rn_thread t;
    init(&s);
    assert_int_equal(rn_thread_start(&t, "write", write_both, &s, NULL), 0);
    for (int i = 0; i < ROUNDS / 10; i++) {
        rn_rwlock_read(&s.l);
        s.uneven += s.a != s.b;
        rn_rwlock_unlock(&s.l);
    }
    rn_thread_join(&t);
    assert_int_equal(s.uneven, 0);
    assert_int_equal(s.a, ROUNDS / 10);
    done(&s);
}

static void a_wake_is_sticky_and_used_up(void **state)
{
    (void)state;
    struct shared s;
    init(&s);
    rn_wake_ring(&s.w);
    rn_wake_ring(&s.w);
    assert_true(rn_wake_wait(&s.w, -1));
    assert_false(rn_wake_wait(&s.w, 0));
    rn_time start = rn_clock_monotonic();
    assert_false(rn_wake_wait(&s.w, 20 * RN_MSEC));
    rn_dur slept = rn_clock_monotonic() - start;
    assert_true(slept >= 20 * RN_MSEC && slept < 2 * RN_SEC);
    rn_wake_ring(&s.w);
    assert_true(rn_wake_wait(&s.w, RN_TIME_MAX));
    done(&s);
}

static void *answer_each(void *arg)
{
    struct shared *s = arg;
    for (int i = 0; i < 2000; i++) {
        (void)rn_wake_wait(&s->w, -1);
        rn_wake_ring(&s->answer);
    }
    return NULL;
}

static void no_wake_is_lost_between_two_threads(void **state)
{
    (void)state;
    struct shared s;
    struct rn_thread t;
    init(&s);
    assert_int_equal(rn_thread_start(&t, "answer", answer_each, &s, NULL), 0);
    for (int i = 0; i < 2000; i++) {
        rn_wake_ring(&s.w);
        assert_true(rn_wake_wait(&s.answer, 20 * RN_SEC));
    }
    rn_thread_join(&t);
    done(&s);
}

struct portrait {
    char name[16];
    bool blocked_int, blocked_winch, blocked_usr1, blocked_segv;
};

static void *look_at_myself(void *arg)
{
    struct portrait *p = arg;
    sigset_t set;
    FILE *f = fopen("/proc/thread-self/comm", "r");
    if (f) {
        if (!fgets(p->name, sizeof(p->name), f))
            p->name[0] = '\0';
        p->name[strcspn(p->name, "\n")] = '\0';
        (void)fclose(f);
    }
    (void)pthread_sigmask(SIG_SETMASK, NULL, &set);
    p->blocked_int = sigismember(&set, SIGINT);
    p->blocked_winch = sigismember(&set, SIGWINCH);
    p->blocked_usr1 = sigismember(&set, SIGUSR1);
    p->blocked_segv = sigismember(&set, SIGSEGV);
    return NULL;
}

static void a_thread_has_its_name_and_no_signals(void **state)
{
    (void)state;
    static const struct {
        const char *name, *want;
    } cases[] = {{"rn-capture", "rn-capture"}, {"a name that is far too long", "a name that is "}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct portrait p = {.name = ""};
        struct rn_thread t;
        assert_int_equal(rn_thread_start(&t, cases[i].name, look_at_myself, &p, NULL), 0);
        assert_true(t.running);
        rn_thread_join(&t);
        assert_false(t.running);
        rn_thread_join(&t); // again: nothing happens
        assert_int_equal(strncmp(p.name, cases[i].want, 15), 0);
        assert_true(p.blocked_int && p.blocked_winch && p.blocked_usr1);
        assert_false(p.blocked_segv); // a fault must reach its handler
    }
    // The starter's own mask is as it was.
    sigset_t set;
    (void)pthread_sigmask(SIG_SETMASK, NULL, &set);
    assert_false(sigismember(&set, SIGINT));
}

static void random_bytes_differ(void **state)
{
    (void)state;
    uint8_t a[16] = {0}, b[16] = {0}, big[1000] = {0}, zero[16] = {0};
    assert_int_equal(rn_random(a, sizeof(a), NULL), 0);
    assert_int_equal(rn_random(b, sizeof(b), NULL), 0);
    assert_memory_not_equal(a, b, sizeof(a));
    assert_int_equal(rn_random(big, sizeof(big), NULL), 0);
    assert_memory_not_equal(big + sizeof(big) - 16, zero, 16);
}

static void there_is_a_cpu(void **state)
{
    (void)state;
    assert_in_range(rn_cpu_count(), 1, (unsigned long)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mutex_excludes),
        cmocka_unit_test(readers_never_see_half_a_write),
        cmocka_unit_test(a_wake_is_sticky_and_used_up),
        cmocka_unit_test(no_wake_is_lost_between_two_threads),
        cmocka_unit_test(a_thread_has_its_name_and_no_signals),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(there_is_a_cpu),
    };
    return cmocka_run_group_tests_name("base/sync", tests, NULL, NULL);
}
