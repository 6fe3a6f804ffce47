// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "tab.h"

static struct bench b;

static void pictures(void **state)
{
    (void)state;
    bench_start(&b, 40, 100, 40);
    bench_key(&b, 'h');
    bench_view(&b);
    golden_check("help-100x40", &b.screen);
    bench_start(&b, 40, 80, 24);
    bench_key(&b, 'h');
    bench_key(&b, 'G');
    bench_view(&b);
    golden_check("help-80x24-end", &b.screen);
}

static void h_and_escape_close_it_and_other_keys_stay_with_it(void **state)
{
    (void)state;
    bench_start(&b, 40, 80, 24);
    bench_key(&b, 'h');
    assert_true(b.ui.help);
    bench_type(&b, "sip/");
    assert_int_equal(b.ui.request.sort, RN_SORT_TIME);
    assert_false(b.ui.typing);
    assert_true(b.ui.sidebar);
    bench_key(&b, 'h');
    assert_false(b.ui.help);
    bench_key(&b, 'h');
    bench_key(&b, RN_KEY_ESCAPE);
    assert_false(b.ui.help);
    bench_key(&b, 'h');
    bench_key(&b, 'q');
    assert_true(b.ui.quit_asked);
    bench_key(&b, 'q');
    assert_int_equal(b.effects & RN_EFFECT_QUIT, RN_EFFECT_QUIT);
}

static void it_scrolls_to_its_last_line_and_no_further(void **state)
{
    (void)state;
    bench_start(&b, 40, 80, 24);
    bench_key(&b, 'h');
    struct ui_layout layout = ui_layout_of(&b.ui, &b.snapshot);
    assert_true(ui_help_scrolls(&b.ui, layout.content));
    bench_key(&b, 'k');
    assert_int_equal(b.ui.help_top, 0);
    bench_key(&b, 'G');
    unsigned last = b.ui.help_top;
    assert_true(last > 0);
    bench_key(&b, 'j');
    bench_key(&b, RN_KEY_PAGE_DOWN);
    assert_int_equal(b.ui.help_top, last);
    bench_key(&b, 'k');
    assert_int_equal(b.ui.help_top, last - 1);
    bench_key(&b, 'g');
    assert_int_equal(b.ui.help_top, 0);
    for (unsigned i = 0; i < 100; i++)
        bench_key(&b, 'j');
    assert_int_equal(b.ui.help_top, last);
    bench_key(&b, 'h');
    bench_key(&b, 'h'); // opens at the top again
    assert_int_equal(b.ui.help_top, 0);
}

static void long_rows_go_on_below_themselves(void **state)
{
    (void)state;
    bench_start(&b, 40, 44, 60);
    bench_key(&b, 'h');
    bench_key(&b, 'G');
    bench_view(&b);
    golden_check("help-44x60-end", &b.screen);
}

static void every_key_of_the_help_does_something(void **state)
{
    (void)state;
    static const uint32_t keys[] = {'s',
                                    'S',
                                    'p',
                                    'i',
                                    '/',
                                    'j',
                                    'k',
                                    'g',
                                    'G',
                                    'h',
                                    'q',
                                    RN_KEY_PAGE_UP,
                                    RN_KEY_PAGE_DOWN,
                                    RN_KEY_CTRL('b'),
                                    RN_KEY_CTRL('f'),
                                    RN_KEY_HOME,
                                    RN_KEY_END};
    static struct rn_screen before;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        bench_start(&b, 400, 200, 24);
        bench_key(&b, RN_KEY_PAGE_DOWN);
        bench_view(&b);
        before = b.screen;
        bench_key(&b, keys[i]);
        bench_view(&b);
        if (memcmp(&before, &b.screen, sizeof before) == 0)
            fail_msg("key %u", (unsigned)keys[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures),
        cmocka_unit_test(h_and_escape_close_it_and_other_keys_stay_with_it),
        cmocka_unit_test(it_scrolls_to_its_last_line_and_no_further),
        cmocka_unit_test(long_rows_go_on_below_themselves),
        cmocka_unit_test(every_key_of_the_help_does_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
