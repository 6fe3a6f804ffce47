// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

static void without_colours_there_is_none(void **state)
{
    (void)state;
    for (unsigned style = 0; style < RN_STYLE_COUNT; style++) {
        for (unsigned attrs = 0; attrs < 16; attrs++) {
            struct rn_look look = rn_theme_look((enum rn_style)style, (uint8_t)attrs, false);
            assert_int_equal(look.fg, -1);
            assert_int_equal(look.bg, -1);
        }
    }
}

static void staleness_can_be_told_without_colours(void **state)
{
    (void)state;
    assert_true(rn_theme_look(RN_STYLE_STALE, 0, false).dim);
    assert_true(rn_theme_look(RN_STYLE_EXPIRING, 0, false).bold);
    assert_int_equal(rn_theme_look(RN_STYLE_STALE, 0, true).fg, 3);
    assert_int_equal(rn_theme_look(RN_STYLE_EXPIRING, 0, true).fg, 1);
}

static void the_selection_is_one_band(void **state)
{
    (void)state;
    for (unsigned style = 0; style < RN_STYLE_COUNT; style++) {
        struct rn_look look = rn_theme_look((enum rn_style)style, RN_CELL_SELECTED, true);
        assert_true(look.reverse && look.bold && !look.dim);
        if (style != RN_STYLE_STALE && style != RN_STYLE_EXPIRING)
            assert_int_equal(look.fg, -1);
    }
}

static void the_status_bar_is_reversed_without_colours_only(void **state)
{
    (void)state;
    assert_true(rn_theme_look(RN_STYLE_KEY, RN_CELL_BAR, false).reverse);
    assert_false(rn_theme_look(RN_STYLE_KEY, RN_CELL_BAR, true).reverse);
    assert_false(rn_theme_look(RN_STYLE_KEY, 0, false).reverse);
}

static void attributes_show(void **state)
{
    (void)state;
    assert_true(rn_theme_look(RN_STYLE_ACCENT, RN_CELL_UNDERLINE, true).underline);
    assert_true(rn_theme_look(RN_STYLE_ACCENT, RN_CELL_BOLD, true).bold);
    assert_int_equal(rn_theme_look((enum rn_style)250, 0, true).fg, -1); // no such style: plain
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_colours_there_is_none),
        cmocka_unit_test(staleness_can_be_told_without_colours),
        cmocka_unit_test(the_selection_is_one_band),
        cmocka_unit_test(the_status_bar_is_reversed_without_colours_only),
        cmocka_unit_test(attributes_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
