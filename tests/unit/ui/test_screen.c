// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

#include "draw.h"

static struct rn_screen screen;

static void blank(unsigned cols, unsigned rows)
{
    screen.cols = (uint16_t)cols;
    screen.rows = (uint16_t)rows;
    ui_clear(&screen);
}

static void inv_1_no_write_leaves_the_grid(void **state)
{
    (void)state;
    blank(4, 2);
    ui_glyph(&screen, 4, 0, 'x', RN_STYLE_TEXT, 0);
    ui_glyph(&screen, 0, 2, 'x', RN_STYLE_TEXT, 0);
    ui_glyph(&screen, UINT32_MAX, UINT32_MAX, 'x', RN_STYLE_TEXT, 0);
    ui_fill(&screen, (struct ui_area){2, 1, UINT32_MAX, UINT32_MAX}, 'f', RN_STYLE_TEXT, 0);
    assert_string_equal(golden_line(&screen, 0), "");
    assert_string_equal(golden_line(&screen, 1), "  ff");
    assert_int_equal(screen.cell[0][4].glyph, 0);
    blank(UINT16_MAX, UINT16_MAX);
    ui_glyph(&screen, RN_SCREEN_COLS, 0, 'x', RN_STYLE_TEXT, 0);
    ui_glyph(&screen, 0, RN_SCREEN_ROWS, 'x', RN_STYLE_TEXT, 0);
}

static void inv_2_half_a_wide_glyph_never_stays(void **state)
{
    (void)state;
    blank(6, 1);
    ui_glyph(&screen, 1, 0, 0x30cd, RN_STYLE_TEXT, 0);
    assert_int_equal(screen.cell[0][2].glyph, 0);
    ui_glyph(&screen, 2, 0, 'x', RN_STYLE_TEXT, 0); // over the right half
    assert_string_equal(golden_line(&screen, 0), "  x");
    ui_glyph(&screen, 1, 0, 0x30cd, RN_STYLE_TEXT, 0);
    ui_glyph(&screen, 1, 0, 'y', RN_STYLE_TEXT, 0); // over the left half
    assert_string_equal(golden_line(&screen, 0), " y");
    ui_glyph(&screen, 1, 0, 0x30cd, RN_STYLE_TEXT, 0);
    ui_glyph(&screen, 2, 0, 0x30cd, RN_STYLE_TEXT, 0); // half over the other
    assert_string_equal(golden_line(&screen, 0), "  ネ");
    ui_glyph(&screen, 5, 0, 0x30cd, RN_STYLE_TEXT, 0); // no room for the other half
    assert_string_equal(golden_line(&screen, 0), "  ネ");
}

static void inv_3_marks_that_combine_are_left_out(void **state)
{
    (void)state;
    blank(6, 1);
    struct ui_pen pen = {&screen, 0, 0, 6, 0};
    ui_put(&pen, RN_STYLE_TEXT, 0, "e\xcc\x81x");
    assert_string_equal(golden_line(&screen, 0), "ex");
    assert_int_equal(pen.x, 2);
}

static void a_pen_stops_at_its_end(void **state)
{
    (void)state;
    blank(8, 1);
    struct ui_pen pen = {&screen, 1, 0, 4, 0};
    ui_put(&pen, RN_STYLE_TEXT, 0, "abcネ");
    assert_string_equal(golden_line(&screen, 0), " abc");
    blank(8, 1);
    pen = (struct ui_pen){&screen, 1, 0, 4, 0};
    ui_put(&pen, RN_STYLE_TEXT, 0, "abネx"); // the wide one has one cell only
    assert_string_equal(golden_line(&screen, 0), " ab");
}

static void text_is_cut_with_an_ellipsis(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned cells, used;
        const char *want;
    } cases[] = {
        {"firefox", 7, 7, "firefox"},
        {"firefox", 8, 7, "firefox"},
        {"firefox", 6, 6, "firef…"},
        {"firefox", 1, 1, "…"},
        {"firefox", 0, 0, ""},
        {"", 3, 0, ""},
        {"ネットワーク", 12, 12, "ネットワーク"},
        {"ネットワーク", 11, 11, "ネットワー…"},
        {"ネットワーク", 10, 9, "ネットワ…"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[UI_TEXT_SIZE];
        assert_int_equal(ui_cut(out, cases[i].text, cases[i].cells), cases[i].used);
        assert_string_equal(out, cases[i].want);
    }
}

static void a_very_long_text_stays_within_its_buffer(void **state)
{
    (void)state;
    char text[2000], out[UI_TEXT_SIZE];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ui_cut(out, text, 5000);
    assert_true(strlen(out) < UI_TEXT_SIZE);
}

static void the_thumb_is_at_the_bottom_exactly_when_the_last_row_is_shown(void **state)
{
    (void)state;
    for (uint32_t total = 11; total < 3000; total += 13) {
        for (uint32_t top = 0; top <= total - 10; top += top + 3 < total - 10 ? 3 : 1) {
            blank(1, 10);
            ui_scrollbar(&screen, (struct ui_area){0, 0, 1, 10}, total, 10, top);
            bool bottom = screen.cell[9][0].glyph == 0x2590;
            if (bottom != (top == total - 10))
                fail_msg("total %u top %u", (unsigned)total, (unsigned)top);
        }
    }
    blank(1, 10);
    ui_scrollbar(&screen, (struct ui_area){0, 0, 1, 10}, 10, 10, 0);
    assert_string_equal(golden_line(&screen, 5), "");
}

static void the_text_of_a_screen_has_glyphs_and_styles(void **state)
{
    (void)state;
    blank(5, 2);
    struct ui_pen pen = {&screen, 0, 0, 5, 0};
    ui_put(&pen, RN_STYLE_ACCENT, 0, "a");
    ui_put(&pen, RN_STYLE_ACCENT, RN_CELL_BOLD, "b");
    ui_put(&pen, RN_STYLE_TEXT, RN_CELL_SELECTED, "ネ");
    ui_glyph(&screen, 4, 0, 'x', RN_STYLE_STALE, RN_CELL_SELECTED);
    char out[64];
    const char want[] = "abネx\n\n--\naA##%\n\n";
    assert_int_equal(rn_screen_text(&screen, out, sizeof out), strlen(want));
    assert_string_equal(out, want);
    assert_int_equal(rn_screen_text(&screen, out, 4), strlen(want)); // cut, but measured whole
    assert_int_equal(strlen(out), 3);
    assert_int_equal(rn_screen_text(&screen, NULL, 0), strlen(want));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_no_write_leaves_the_grid),
        cmocka_unit_test(inv_2_half_a_wide_glyph_never_stays),
        cmocka_unit_test(inv_3_marks_that_combine_are_left_out),
        cmocka_unit_test(a_pen_stops_at_its_end),
        cmocka_unit_test(text_is_cut_with_an_ellipsis),
        cmocka_unit_test(a_very_long_text_stays_within_its_buffer),
        cmocka_unit_test(the_thumb_is_at_the_bottom_exactly_when_the_last_row_is_shown),
        cmocka_unit_test(the_text_of_a_screen_has_glyphs_and_styles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
