// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "tab.h"

static struct bench b;

static uint32_t selected(void)
{
    return ui_selected(&b.ui, &b.snapshot);
}

static void moves_by_key(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        uint32_t key;
        uint32_t from, to;
    } cases[] = {
        {"down", RN_KEY_DOWN, 0, 1},
        {"j", 'j', 5, 6},
        {"down wraps", 'j', 99, 0},
        {"up", RN_KEY_UP, 5, 4},
        {"k", 'k', 1, 0},
        {"up wraps", 'k', 0, 99},
        {"page down", RN_KEY_PAGE_DOWN, 0, 18},
        {"^F", RN_KEY_CTRL('f'), 80, 98},
        {"page down stops", RN_KEY_PAGE_DOWN, 90, 99},
        {"page up", RN_KEY_PAGE_UP, 50, 32},
        {"^B", RN_KEY_CTRL('b'), 18, 0},
        {"page up stops", RN_KEY_PAGE_UP, 3, 0},
        {"g", 'g', 50, 0},
        {"home", RN_KEY_HOME, 50, 0},
        {"G", 'G', 50, 99},
        {"end", RN_KEY_END, 50, 99},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bench_start(&b, 100, 80, 24);
        ui_select(&b.ui, cases[i].from);
        bench_key(&b, cases[i].key);
        if (selected() != cases[i].to)
            fail_msg("%s: from %u to %u", cases[i].what, (unsigned)cases[i].from,
                     (unsigned)selected());
    }
}

static void inv_1_the_first_row_is_marked_before_the_first_move(void **state)
{
    (void)state;
    bench_start(&b, 100, 80, 24);
    assert_int_equal(selected(), 0);
    assert_false(b.ui.request.has_selected);
    bench_start(&b, 0, 80, 24);
    assert_int_equal(selected(), RN_VIEW_NONE);
    bench_key(&b, 'j'); // nothing to move over
    assert_int_equal(selected(), RN_VIEW_NONE);
    b.total = 5;
    bench_key(&b, 'x');
    assert_int_equal(selected(), 0);
}

static void a_move_becomes_a_key_at_once_where_the_row_is_at_hand(void **state)
{
    (void)state;
    bench_start(&b, 100, 80, 24);
    bench_key_only(&b, 'j');
    assert_true(b.ui.request.has_selected);
    assert_int_equal(b.ui.request.select_position, RN_VIEW_NONE);
    assert_true(rn_key_equal(&b.ui.request.selected, &b.snapshot.row[1].conn.key));
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, 0); // no snapshot is needed
    assert_int_equal(b.effects & RN_EFFECT_NOTE, RN_EFFECT_NOTE);
}

static void a_far_move_asks_and_becomes_a_key_when_it_is_answered(void **state)
{
    (void)state;
    bench_start(&b, 10000, 80, 24);
    bench_key_only(&b, 'G');
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, RN_EFFECT_REQUEST);
    assert_int_equal(b.ui.request.select_position, 9999);
    bench_key_only(&b, 'k'); // before the answer
    assert_int_equal(b.ui.request.select_position, 9998);
    bench_snapshot(&b);
    bench_tick(&b);
    assert_int_equal(b.ui.request.select_position, RN_VIEW_NONE);
    assert_int_equal(selected(), 9998);
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, 0); // all rows of the screen have come
}

static void the_selection_follows_its_connection(void **state)
{
    (void)state;
    bench_start(&b, 100, 80, 24);
    bench_key(&b, 'j');
    struct rn_key key = b.ui.request.selected;
    // A new order: the row is now the last one of the window, beyond the screen.
    struct rn_row moved = b.snapshot.row[1];
    memmove(&b.snapshot.row[1], &b.snapshot.row[2], 38 * sizeof moved);
    b.snapshot.row[39] = moved;
    b.snapshot.request = b.ui.request;
    b.snapshot.selected_position = 39;
    bench_tick(&b);
    assert_true(rn_key_equal(&b.ui.request.selected, &key));
    assert_int_equal(selected(), 39);
    assert_int_equal(b.ui.top, 39 - 17); // it is on the screen
}

static void a_neighbour_takes_over_when_the_connection_is_gone(void **state)
{
    (void)state;
    bench_start(&b, 30, 80, 24);
    for (unsigned i = 0; i < 7; i++)
        bench_key(&b, 'j');
    struct rn_key next = b.snapshot.row[8].conn.key;
    memmove(&b.snapshot.row[7], &b.snapshot.row[8], 22 * sizeof b.snapshot.row[0]);
    b.snapshot.row_count = b.snapshot.matched = 29;
    b.snapshot.request = b.ui.request;
    b.snapshot.selected_position = RN_VIEW_NONE;
    bench_tick(&b);
    assert_int_equal(selected(), 7);
    assert_true(rn_key_equal(&b.ui.request.selected, &next));
}

static void the_last_row_takes_over_at_the_end(void **state)
{
    (void)state;
    bench_start(&b, 10, 80, 24);
    bench_key(&b, 'G');
    b.snapshot.row_count = b.snapshot.matched = 9;
    b.snapshot.request = b.ui.request;
    b.snapshot.selected_position = RN_VIEW_NONE;
    bench_tick(&b);
    assert_int_equal(selected(), 8);
}

static void inv_2_the_view_scrolls_only_when_the_selection_leaves_it(void **state)
{
    (void)state;
    bench_start(&b, 100, 80, 24); // 18 rows
    for (unsigned i = 0; i < 17; i++)
        bench_key(&b, 'j');
    assert_int_equal(b.ui.top, 0);
    bench_key(&b, 'j');
    assert_int_equal(b.ui.top, 1);
    for (unsigned i = 0; i < 17; i++)
        bench_key(&b, 'k');
    assert_int_equal(b.ui.top, 1);
    bench_key(&b, 'k');
    assert_int_equal(b.ui.top, 0);
    bench_key(&b, 'G');
    assert_int_equal(b.ui.top, 82);
    b.total = 20; // the table shrinks below the view
    bench_key(&b, RN_KEY_CTRL('l'));
    assert_true(b.ui.top <= 2);
}

static void inv_3_scrolling_by_lines_never_shows_a_hole(void **state)
{
    (void)state;
    bench_start(&b, 3000, 100, 40);
    unsigned asked = 0;
    for (unsigned i = 0; i < 400; i++) {
        bench_key_only(&b, 'j');
        asked += (b.effects & RN_EFFECT_REQUEST) != 0;
        if (b.effects & RN_EFFECT_REQUEST) {
            bench_snapshot(&b);
            bench_tick(&b);
        }
        assert_true(b.ui.top >= b.snapshot.first);
        assert_true(b.ui.top + 34 <= b.snapshot.first + b.snapshot.row_count);
    }
    assert_true(asked > 0 && asked < 20);
}

static void a_request_is_not_repeated_for_rows_that_do_not_come(void **state)
{
    (void)state;
    bench_start(&b, 1000, 80, 24);
    bench_key(&b, 'G');
    b.snapshot.row_count = 3; // whatever the reason
    b.snapshot.request = b.ui.request;
    bench_tick(&b);
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_by_key),
        cmocka_unit_test(inv_1_the_first_row_is_marked_before_the_first_move),
        cmocka_unit_test(a_move_becomes_a_key_at_once_where_the_row_is_at_hand),
        cmocka_unit_test(a_far_move_asks_and_becomes_a_key_when_it_is_answered),
        cmocka_unit_test(the_selection_follows_its_connection),
        cmocka_unit_test(a_neighbour_takes_over_when_the_connection_is_gone),
        cmocka_unit_test(the_last_row_takes_over_at_the_end),
        cmocka_unit_test(inv_2_the_view_scrolls_only_when_the_selection_leaves_it),
        cmocka_unit_test(inv_3_scrolling_by_lines_never_shows_a_hole),
        cmocka_unit_test(a_request_is_not_repeated_for_rows_that_do_not_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
