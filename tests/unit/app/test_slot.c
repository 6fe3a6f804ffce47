// SPDX-License-Identifier: Apache-2.0
// Two buffers that are swapped: what is looked at is never written to, and news ring a bell.
#include "child.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "slot.h"

static struct app_slot slot;
static struct rn_wake filler;

static int open_slot(void **state)
{
    (void)state;
    struct rn_err err = {0};
    if (app_slot_open(&slot, &err))
        return -1;
    rn_wake_init(&filler);
    slot.wake = &filler;
    return 0;
}

static int close_slot(void **state)
{
    (void)state;
    app_slot_close(&slot);
    rn_wake_done(&filler);
    return 0;
}

static bool bell_rings(void)
{
    struct pollfd fd = {app_slot_bell(&slot), POLLIN, 0};
    return poll(&fd, 1, 0) == 1;
}

static uint64_t generation(void)
{
    uint64_t n = app_slot_look(&slot)->generation;
    app_slot_done(&slot);
    return n;
}

static void there_is_an_empty_picture_at_first(void **state)
{
    (void)state;
    const struct rn_snapshot *seen = app_slot_look(&slot);
    assert_int_equal(seen->generation, 0);
    assert_int_equal(seen->row_count, 0);
    assert_int_equal(seen->now, 0);
    app_slot_done(&slot);
    assert_false(bell_rings());
}

static void the_request_goes_to_who_fills(void **state)
{
    (void)state;
    struct rn_view_request request = {.sort = RN_SORT_BANDWIDTH, .first = 7, .filter = "port:80"};
    app_slot_ask(&slot, &request, false);
    request.first = 8; // it was copied
    struct rn_snapshot *fill = app_slot_begin(&slot);
    assert_int_equal(fill->request.sort, RN_SORT_BANDWIDTH);
    assert_int_equal(fill->request.first, 7);
    assert_string_equal(fill->request.filter, "port:80");
    app_slot_ask(&slot, &request, false); // too late for this one
    assert_int_equal(fill->request.first, 7);
    app_slot_publish(&slot);
    assert_int_equal(app_slot_begin(&slot)->request.first, 8);
    assert_int_equal(app_slot_look(&slot)->request.first, 7);
    app_slot_done(&slot);
}

static void only_an_urgent_request_wakes_who_fills(void **state)
{
    (void)state;
    const struct rn_view_request request = {0};
    app_slot_ask(&slot, &request, false);
    assert_false(rn_wake_wait(&filler, 0));
    app_slot_ask(&slot, &request, true);
    assert_true(rn_wake_wait(&filler, 0));
    assert_false(rn_wake_wait(&filler, 0));
}

static void what_is_filled_is_seen_after_it_was_published(void **state)
{
    (void)state;
    for (uint32_t n = 1; n <= 5; n++) {
        struct rn_snapshot *fill = app_slot_begin(&slot);
        fill->row_count = n;
        const struct rn_snapshot *seen = app_slot_look(&slot);
        assert_ptr_not_equal(seen, fill);
        assert_int_equal(seen->row_count, n - 1);
        app_slot_done(&slot);
        app_slot_publish(&slot);
        seen = app_slot_look(&slot);
        assert_ptr_equal(seen, fill);
        assert_int_equal(seen->row_count, n);
        assert_int_equal(seen->generation, n);
        app_slot_done(&slot);
    }
}

static void the_bell_rings_until_it_is_hushed(void **state)
{
    (void)state;
    (void)app_slot_begin(&slot);
    app_slot_publish(&slot);
    assert_true(bell_rings());
    assert_true(bell_rings());
    app_slot_hush(&slot);
    assert_false(bell_rings());
    app_slot_hush(&slot); // with nothing there it does not wait
    errno = EDOM;
    for (unsigned n = 0; n < 200000; n++) // more than a pipe holds
        app_slot_ring(&slot);
    assert_int_equal(errno, EDOM);
    assert_true(bell_rings());
    app_slot_hush(&slot);
    assert_false(bell_rings());
}

static void a_slot_that_was_never_opened_can_be_closed(void **state)
{
    (void)state;
    struct app_slot none;
    memset(&none, 0, sizeof none);
    app_slot_close(&none);
    assert_int_equal(app_slot_open(&none, NULL), 0);
    app_slot_close(&none);
    app_slot_close(&none);
    assert_int_equal(app_slot_bell(&none), -1);
}

enum { PICTURES = 300 };

// Each picture is of one number, at both of its ends.
static void *keep_filling(void *arg)
{
    (void)arg;
    for (uint32_t n = 1; n <= PICTURES; n++) {
        struct rn_snapshot *fill = app_slot_begin(&slot);
        fill->now = n;
        fill->row_count = RN_VIEW_ROWS;
        for (unsigned i = 0; i < RN_VIEW_ROWS; i += 64)
            fill->row[i].conn.pid = n;
        fill->row[RN_VIEW_ROWS - 1].conn.pid = n;
        app_slot_publish(&slot);
    }
    return NULL;
}

static void a_picture_is_never_written_to_while_it_is_looked_at(void **state)
{
    (void)state;
    struct rn_thread thread;
    assert_int_equal(rn_thread_start(&thread, "filler", keep_filling, NULL, NULL), 0);
    uint64_t last = 0;
    unsigned torn = 0, back = 0;
    while (last < PICTURES) {
        struct pollfd fd = {app_slot_bell(&slot), POLLIN, 0};
        assert_int_equal(poll(&fd, 1, 40000), 1);
        app_slot_hush(&slot);
        const struct rn_snapshot *seen = app_slot_look(&slot);
        back += seen->generation < last;
        last = seen->generation;
        uint32_t n = (uint32_t)seen->generation;
        for (unsigned i = 0; n > 0 && i < RN_VIEW_ROWS; i += 64)
            torn += seen->row[i].conn.pid != n;
        torn += seen->now != n || (n > 0 && seen->row[RN_VIEW_ROWS - 1].conn.pid != n);
        app_slot_done(&slot);
        app_slot_ask(&slot, &(struct rn_view_request){.first = n}, true);
    }
    rn_thread_join(&thread);
    assert_int_equal(torn, 0);
    assert_int_equal(back, 0);
    assert_int_equal(generation(), PICTURES);
}

static void *publish_twice(void *arg)
{
    (void)arg;
    for (rn_time n = 1; n <= 2; n++) {
        app_slot_begin(&slot)->now = n;
        app_slot_publish(&slot);
    }
    return NULL;
}

// The second time round it would be filled again.
static void who_looks_holds_up_who_publishes(void **state)
{
    (void)state;
    struct rn_thread thread;
    const struct rn_snapshot *seen = app_slot_look(&slot);
    assert_int_equal(rn_thread_start(&thread, "filler", publish_twice, NULL, NULL), 0);
    nap(20 * RN_MSEC);
    rn_time now = seen->now;
    uint64_t at = seen->generation;
    app_slot_done(&slot);
    rn_thread_join(&thread);
    assert_int_equal(now, 0);
    assert_int_equal(at, 0);
    assert_int_equal(generation(), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(there_is_an_empty_picture_at_first, open_slot, close_slot),
        cmocka_unit_test_setup_teardown(the_request_goes_to_who_fills, open_slot, close_slot),
        cmocka_unit_test_setup_teardown(only_an_urgent_request_wakes_who_fills, open_slot,
                                        close_slot),
        cmocka_unit_test_setup_teardown(what_is_filled_is_seen_after_it_was_published, open_slot,
                                        close_slot),
        cmocka_unit_test_setup_teardown(the_bell_rings_until_it_is_hushed, open_slot, close_slot),
        cmocka_unit_test(a_slot_that_was_never_opened_can_be_closed),
        cmocka_unit_test_setup_teardown(who_looks_holds_up_who_publishes, open_slot, close_slot),
        cmocka_unit_test_setup_teardown(a_picture_is_never_written_to_while_it_is_looked_at,
                                        open_slot, close_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
