// SPDX-License-Identifier: Apache-2.0
// Ring: order, capacity, the wrap of its counters, and no lost wake.
//
// The source is included, so that the counters can be set to just before their wrap.
#include "ring.c"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

// Where the counters of ck_ring (32 bits) and ck_ec32 (31 bits and a flag) start; 0 as `new` gives it.
static void set_counters(struct rn_ring *ring, uint32_t positions, uint32_t pushes)
{
    ring->ring.c_head = ring->ring.p_tail = ring->ring.p_head = positions;
    ck_ec32_init(&ring->pushes, pushes);
}

static void *item_of(uintptr_t i)
{
    return (void *)i;
}

static void items_come_out_in_order_and_cap_less_one_fit(void **state)
{
    (void)state;
    static const struct {
        uint32_t cap, fit;
    } cases[] = {{0, 1}, {1, 1}, {2, 1}, {3, 3}, {4, 3}, {5, 7}, {1000, 1023}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rn_ring *ring = rn_ring_new(cases[i].cap, NULL);
        assert_non_null(ring);
        for (uintptr_t k = 1; k <= cases[i].fit; k++)
            assert_true(rn_ring_push_sp(ring, item_of(k)));
        assert_false(rn_ring_push_sp(ring, item_of(9999)));
        assert_int_equal(rn_ring_count(ring), cases[i].fit);
        void *out = NULL;
        for (uintptr_t k = 1; k <= cases[i].fit; k++) {
            assert_true(rn_ring_pop_sc(ring, &out));
            assert_int_equal((uintptr_t)out, k);
        }
        assert_false(rn_ring_pop_sc(ring, &out));
        assert_int_equal(rn_ring_count(ring), 0);
        rn_ring_free(ring);
    }
    rn_ring_free(NULL);
}

static void a_senseless_cap_is_refused(void **state)
{
    (void)state;
    struct rn_err err;
    assert_null(rn_ring_new(UINT32_MAX, &err));
    assert_int_equal(err.code, -EINVAL);
}

static void the_counters_may_wrap(void **state)
{
    (void)state;
    struct rn_ring *ring = rn_ring_new(8, NULL);
    set_counters(ring, UINT32_MAX - 20, INT32_MAX - 20);
    uintptr_t in = 0, out_want = 0;
    void *out;
    for (int i = 0; i < 100; i++) {
        while (rn_ring_push_sp(ring, item_of(in)))
            in++;
        assert_int_equal(rn_ring_count(ring), 7);
        for (int k = 0; k < 1 + i % 7; k++) {
            assert_true(rn_ring_pop_sc(ring, &out));
            assert_int_equal((uintptr_t)out, out_want++);
        }
    }
    rn_ring_free(ring);
}

static void sleep_ends_at_its_time(void **state)
{
    (void)state;
    struct rn_ring *ring = rn_ring_new(8, NULL);
    rn_time start = rn_clock_monotonic();
    rn_ring_sleep_sc(ring, 20 * RN_MSEC);
    rn_dur slept = rn_clock_monotonic() - start;
    assert_true(slept >= 20 * RN_MSEC && slept < 2 * RN_SEC);
    start = rn_clock_monotonic();
    rn_ring_sleep_sc(ring, 0);
    assert_true(rn_clock_monotonic() - start < RN_SEC);
    rn_ring_free(ring);
}

static void inv_1_sleep_returns_at_once_while_something_is_there(void **state)
{
    (void)state;
    struct rn_ring *ring = rn_ring_new(8, NULL);
    (void)rn_ring_push_sp(ring, item_of(1));
    rn_ring_sleep_sc(ring, -1);
    rn_ring_sleep_sc(ring, -1);
    rn_ring_free(ring);
}

static void inv_3_a_ring_before_the_sleep_is_not_lost(void **state)
{
    (void)state;
    struct rn_ring *ring = rn_ring_new(8, NULL);
    rn_ring_ring(ring);
    rn_ring_sleep_sc(ring, -1);
    // It is used up: the next sleep lasts.
    rn_time start = rn_clock_monotonic();
    rn_ring_sleep_sc(ring, 10 * RN_MSEC);
    assert_true(rn_clock_monotonic() - start >= 10 * RN_MSEC);
    rn_ring_free(ring);
}

// One line of talk between two threads: `there` carries numbered boxes, `back` gives them back.
struct box {
    uint64_t number;
    uint64_t check; // ~number, written before the push: shows that the pop sees it
};

#define BOXES 64

struct talk {
    struct rn_ring *there, *back;
    struct box boxes[BOXES];
    uint64_t items, pause_mask; // the producer rests whenever (number & pause_mask) == 0
    rn_dur rest;
    _Atomic bool stop;
    uint64_t seen, wrong, wakes;
    rn_dur worst_wake;
    _Atomic rn_time pushed_at; // of the item after a rest
};

static void rest(rn_dur d)
{
    struct timespec ts = {.tv_sec = 0, .tv_nsec = (long)d};
    (void)nanosleep(&ts, NULL);
}

static void *produce(void *arg)
{
    struct talk *talk = arg;
    uint64_t fresh = 0;
    for (uint64_t i = 0; i < talk->items; i++) {
        void *p = NULL;
        if (fresh < BOXES)
            p = &talk->boxes[fresh++];
        else
            while (!rn_ring_pop_sc(talk->back, &p))
                rn_ring_sleep_sc(talk->back, -1);
        struct box *box = p;
        box->number = i;
        box->check = ~i;
        if ((i & talk->pause_mask) == 0) {
            rest(talk->rest);
            atomic_store(&talk->pushed_at, rn_clock_monotonic());
        }
        while (!rn_ring_push_sp(talk->there, box))
            (void)sched_yield();
    }
    return NULL;
}

static void take(struct talk *talk, struct box *box)
{
    if (box->number != talk->seen || box->check != ~talk->seen)
        talk->wrong++;
    if ((box->number & talk->pause_mask) == 0) {
        rn_dur late = rn_clock_monotonic() - atomic_load(&talk->pushed_at);
        if (late > talk->worst_wake)
            talk->worst_wake = late;
        talk->wakes++;
    }
    talk->seen++;
    while (!rn_ring_push_sp(talk->back, box))
        (void)sched_yield();
}

static void *consume(void *arg)
{
    struct talk *talk = arg;
    for (;;) {
        void *p;
        if (rn_ring_pop_sc(talk->there, &p))
            take(talk, p);
        else if (atomic_load(&talk->stop))
            return NULL;
        else
            rn_ring_sleep_sc(talk->there, -1); // a lost wake hangs here
    }
}

static void run_talk(struct talk *talk, uint32_t cap, uint32_t positions, uint32_t pushes)
{
    pthread_t producer, consumer;
    talk->there = rn_ring_new(cap, NULL);
    talk->back = rn_ring_new(BOXES * 2, NULL);
    set_counters(talk->there, positions, pushes);
    set_counters(talk->back, positions, pushes);
    assert_int_equal(pthread_create(&consumer, NULL, consume, talk), 0);
    assert_int_equal(pthread_create(&producer, NULL, produce, talk), 0);
    (void)pthread_join(producer, NULL);
    atomic_store(&talk->stop, true);
    rn_ring_ring(talk->there);
    (void)pthread_join(consumer, NULL);
    assert_int_equal(talk->seen, talk->items);
    assert_int_equal(talk->wrong, 0);
    assert_int_equal(rn_ring_count(talk->there), 0);
    rn_ring_free(talk->there);
    rn_ring_free(talk->back);
}

static void half_a_million_items_without_rest(void **state)
{
    (void)state;
    static struct talk talk = {.items = 500000, .pause_mask = UINT64_MAX};
    run_talk(&talk, 32, 0, 0);
}

static void many_items_across_the_wrap(void **state)
{
    (void)state;
    static struct talk talk = {.items = 300000, .pause_mask = UINT64_MAX};
    run_talk(&talk, 32, UINT32_MAX - 150000, INT32_MAX - 150000);
}

// Rests of about the time that a consumer takes to fall asleep hit the windows between its look and its wait.
static void inv_1_no_wake_is_lost_while_the_producer_rests(void **state)
{
    (void)state;
    static struct talk talk = {.items = 200000, .pause_mask = 15, .rest = 1000};
    run_talk(&talk, 32, UINT32_MAX - 100000, INT32_MAX - 100000);
    assert_true(talk.worst_wake < 2 * RN_SEC);
}

// By now the steps in which ck_ec sleeps are so long that only a real wake comes in time (without one: 600 ms late).
static void inv_2_a_wake_after_a_long_sleep_is_prompt(void **state)
{
    (void)state;
    static struct talk talk = {.items = 2, .pause_mask = 0, .rest = 700 * RN_MSEC};
    run_talk(&talk, 32, 0, 0);
    assert_int_equal(talk.wakes, 2);
    assert_true(talk.worst_wake < 300 * RN_MSEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_come_out_in_order_and_cap_less_one_fit),
        cmocka_unit_test(a_senseless_cap_is_refused),
        cmocka_unit_test(the_counters_may_wrap),
        cmocka_unit_test(sleep_ends_at_its_time),
        cmocka_unit_test(inv_1_sleep_returns_at_once_while_something_is_there),
        cmocka_unit_test(inv_3_a_ring_before_the_sleep_is_not_lost),
        cmocka_unit_test(half_a_million_items_without_rest),
        cmocka_unit_test(many_items_across_the_wrap),
        cmocka_unit_test(inv_1_no_wake_is_lost_while_the_producer_rests),
        cmocka_unit_test(inv_2_a_wake_after_a_long_sleep_is_prompt),
    };
    return cmocka_run_group_tests_name("base/ring", tests, NULL, NULL);
}
