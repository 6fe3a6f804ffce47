// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "tab.h"

static struct bench b;

static void q_twice_quits_and_any_other_key_stays(void **state)
{
    (void)state;
    bench_start(&b, 5, 80, 24);
    bench_key(&b, 'q');
    assert_int_equal(b.effects & RN_EFFECT_QUIT, 0);
    bench_tick(&b); // time and sizes do not answer the question
    bench_resize(&b, 90, 24);
    assert_true(b.ui.quit_asked);
    bench_key(&b, 'j'); // still does its work
    assert_false(b.ui.quit_asked);
    assert_true(b.ui.request.has_selected);
    bench_key(&b, 'q');
    assert_int_equal(b.effects & RN_EFFECT_QUIT, 0);
    bench_key(&b, 'q');
    assert_int_equal(b.effects & RN_EFFECT_QUIT, RN_EFFECT_QUIT);
}

static void control_keys_work_everywhere(void **state)
{
    (void)state;
    static const char *const before[] = {"", "/", "h", "q", "/abc"};
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        bench_start(&b, 5, 80, 24);
        bench_type(&b, before[i]);
        bench_key(&b, RN_KEY_CTRL('z'));
        assert_int_equal(b.effects & RN_EFFECT_SUSPEND, RN_EFFECT_SUSPEND);
        bench_key(&b, RN_KEY_CTRL('c'));
        assert_int_equal(b.effects & RN_EFFECT_QUIT, RN_EFFECT_QUIT);
        bench_key(&b, RN_KEY_CTRL('\\'));
        assert_int_equal(b.effects & RN_EFFECT_QUIT, RN_EFFECT_QUIT);
    }
}

static void while_typing_all_letters_are_text(void **state)
{
    (void)state;
    bench_start(&b, 50, 80, 24);
    bench_type(&b, "/");
    assert_true(b.ui.typing);
    bench_type(&b, "qhjks1 /");
    assert_string_equal(b.ui.request.filter, "qhjks1 /");
    assert_false(b.ui.help || b.ui.quit_asked);
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, RN_EFFECT_REQUEST); // live
    bench_key(&b, RN_KEY_DOWN);
    assert_int_equal(ui_selected(&b.ui, &b.snapshot), 1);
    bench_key(&b, RN_KEY_TAB);
    assert_string_equal(b.ui.request.filter, "qhjks1 /");
}

static void enter_keeps_a_filter_and_escape_drops_it(void **state)
{
    (void)state;
    bench_start(&b, 50, 80, 24);
    bench_type(&b, "/tcp");
    bench_key(&b, RN_KEY_ENTER);
    assert_false(b.ui.typing);
    assert_string_equal(b.ui.request.filter, "tcp");
    bench_type(&b, "/ x");
    assert_string_equal(b.ui.request.filter, "tcp x"); // goes on at its end
    bench_key(&b, RN_KEY_ESCAPE);
    assert_false(b.ui.typing);
    assert_string_equal(b.ui.request.filter, "");
    bench_type(&b, "/  ");
    bench_key(&b, RN_KEY_ENTER);
    assert_string_equal(b.ui.request.filter, ""); // blank is none
    bench_type(&b, "/udp");
    bench_key(&b, RN_KEY_ENTER);
    bench_key(&b, RN_KEY_ESCAPE);
    assert_string_equal(b.ui.request.filter, "");
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, RN_EFFECT_REQUEST);
}

static void a_filter_that_hides_the_selection_selects_its_first_row(void **state)
{
    (void)state;
    bench_start(&b, 50, 80, 24);
    for (unsigned i = 0; i < 9; i++)
        bench_key(&b, 'j');
    bench_key(&b, '/');
    bench_key_only(&b, 'x');
    bench_snapshot(&b);
    b.snapshot.selected_position = RN_VIEW_NONE;
    b.snapshot.matched = b.snapshot.row_count = 4;
    bench_tick(&b);
    assert_int_equal(ui_selected(&b.ui, &b.snapshot), 0);
}

static void messages_vanish_in_time(void **state)
{
    (void)state;
    bench_start(&b, 0, 80, 24);
    rn_text_fmt(&b.ui.message, "Done");
    b.ui.message_until = b.now + 3 * RN_SEC;
    assert_int_equal(rn_ui_next_change(&b.ui, &b.snapshot, b.now), b.ui.message_until);
    b.now += 3 * RN_SEC;
    bench_tick(&b);
    assert_int_equal(b.ui.message.len, 0);
    assert_int_equal(rn_ui_next_change(&b.ui, &b.snapshot, b.now), RN_TIME_MAX);
}

static void tabs_are_chosen_by_number_and_in_turn(void **state)
{
    (void)state;
    static const uint32_t keys[] = {'1', '2', '9',          RN_KEY_TAB, RN_KEY_BACKTAB,
                                    '[', ']', RN_KEY_ESCAPE};
    bench_start(&b, 5, 80, 24);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bench_key(&b, keys[i]);
        assert_true(b.ui.tab < ui_tab_count);
    }
}

static void a_bigger_screen_asks_for_more_rows(void **state)
{
    (void)state;
    bench_start(&b, 1000, 80, 24);
    bench_event(&b, (struct rn_ui_event){.type = RN_EV_RESIZE, .cols = 80, .rows = 200});
    assert_int_equal(b.effects & RN_EFFECT_REQUEST, RN_EFFECT_REQUEST);
    assert_true(b.ui.request.count >= 194);
    bench_event(&b, (struct rn_ui_event){.type = RN_EV_RESIZE, .cols = 9999, .rows = 9999});
    assert_int_equal(b.ui.cols, RN_SCREEN_COLS);
    assert_int_equal(b.ui.rows, RN_SCREEN_ROWS);
    assert_true(b.ui.request.count <= RN_VIEW_ROWS);
    bench_view(&b);
}

static void a_tiny_screen_says_so_and_can_still_be_left(void **state)
{
    (void)state;
    bench_start(&b, 50, 40, 6);
    bench_view(&b);
    assert_string_equal(golden_line(&b.screen, 0), "too small: 40x6, needs 24x7");
    bench_key(&b, 'q');
    bench_view(&b);
    assert_string_equal(golden_line(&b.screen, 0), "q again to quit");
    bench_key(&b, 'q');
    assert_int_equal(b.effects & RN_EFFECT_QUIT, RN_EFFECT_QUIT);
}

// Wide glyphs and their right halves come in pairs.
static void check_screen(const struct rn_screen *screen)
{
    for (unsigned y = 0; y < screen->rows; y++) {
        for (unsigned x = 0; x < screen->cols; x++) {
            bool half = x + 1u < screen->cols && screen->cell[y][x + 1].glyph == 0;
            bool wide = screen->cell[y][x].glyph && rn_wcwidth(screen->cell[y][x].glyph) == 2;
            assert_int_equal(half, wide);
            assert_true(screen->cell[y][x].style < RN_STYLE_COUNT);
        }
        assert_int_not_equal(screen->cell[y][0].glyph, 0);
    }
}

static void every_size_is_drawn_without_harm(void **state)
{
    (void)state;
    for (unsigned rows = 1; rows <= 40; rows++) {
        for (unsigned cols = 1; cols <= 150; cols += cols < 40 ? 1 : 7) {
            bench_start(&b, 30, cols, rows);
            if ((rows + cols) % 3 == 0)
                rn_text_fmt(&b.snapshot.failure, "Capture stopped: the interface went away");
            bench_view(&b);
            check_screen(&b.screen);
            bench_key_only(&b, (rows + cols) % 2 ? 'h' : '/');
            bench_view(&b);
            check_screen(&b.screen);
        }
    }
}

static uint32_t next_random(uint32_t *random)
{
    *random = *random * 1664525u + 1013904223u;
    return *random >> 12;
}

static struct rn_ui_event random_event(uint32_t *random)
{
    static const char keys[] = "jkgGsSpirqhq/[]1 tcp:4é\b\r";
    struct rn_ui_event event = {.type = RN_EV_KEY};
    uint32_t r = next_random(random);
    if (r % 16 == 0) {
        event = (struct rn_ui_event){.type = RN_EV_RESIZE,
                                     .cols = (uint16_t)(next_random(random) % 300 + 1),
                                     .rows = (uint16_t)(next_random(random) % 100 + 1)};
    } else if (r % 16 == 1) {
        event.type = RN_EV_TICK;
    } else if (r % 16 < 9) {
        event.key = (unsigned char)keys[next_random(random) % (sizeof keys - 1)];
    } else if (r % 16 < 15) {
        event.key = RN_KEY_BASE + next_random(random) % 16;
    } else {
        event.key = next_random(random) * 4099u;
    }
    return event;
}

static void random_events_do_no_harm(void **state)
{
    (void)state;
    uint32_t random = 7;
    bench_start(&b, 100, 80, 24);
    for (unsigned i = 0; i < 6000; i++) {
        bench_event(&b, random_event(&random));
        assert_true(b.ui.top == 0 || b.ui.top < b.snapshot.matched);
        if (next_random(&random) % 4 == 0) {
            if (next_random(&random) % 8 == 0)
                b.total = next_random(&random) % 3 ? next_random(&random) % 700 : 0;
            bench_snapshot(&b);
            if (next_random(&random) % 8 == 0)
                b.snapshot.selected_position = RN_VIEW_NONE;
        }
        if (i % 3 == 0) {
            bench_view(&b);
            check_screen(&b.screen);
        }
        assert_true(b.ui.request.count >= 1 && b.ui.request.count <= RN_VIEW_ROWS);
        assert_true(b.ui.cursor <= strlen(b.ui.request.filter));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(q_twice_quits_and_any_other_key_stays),
        cmocka_unit_test(control_keys_work_everywhere),
        cmocka_unit_test(while_typing_all_letters_are_text),
        cmocka_unit_test(enter_keeps_a_filter_and_escape_drops_it),
        cmocka_unit_test(a_filter_that_hides_the_selection_selects_its_first_row),
        cmocka_unit_test(messages_vanish_in_time),
        cmocka_unit_test(tabs_are_chosen_by_number_and_in_turn),
        cmocka_unit_test(a_bigger_screen_asks_for_more_rows),
        cmocka_unit_test(a_tiny_screen_says_so_and_can_still_be_left),
        cmocka_unit_test(every_size_is_drawn_without_harm),
        cmocka_unit_test(random_events_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
