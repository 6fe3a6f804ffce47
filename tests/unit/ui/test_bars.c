// SPDX-License-Identifier: Apache-2.0
#include "bench.h"

#include "tab.h"

static struct bench b;

static const char *line(unsigned y)
{
    bench_view(&b);
    return golden_line(&b.screen, y);
}

static const char *last_line(void)
{
    return line(b.ui.rows - 1u);
}

static void the_interface_is_flush_right_as_far_as_it_fits(void **state)
{
    (void)state;
    bench_start(&b, 5, 60, 24);
    assert_string_equal(line(0), " rustnet    1 Overview                     ● eth0 · Ethernet");
    bench_resize(&b, 41, 24);
    assert_string_equal(line(0), " rustnet    1 Overview  ● eth0 · Ethernet");
    bench_resize(&b, 40, 24);
    assert_string_equal(line(0), " rustnet    1 Overview            ● eth0");
    bench_resize(&b, 29, 24);
    assert_string_equal(line(0), " rustnet    1 Overview");
    bench_resize(&b, 60, 24);
    rn_text_fmt(&b.snapshot.link, "Unknown");
    assert_string_equal(line(0), " rustnet    1 Overview                                ● eth0");
}

static void the_dot_turns_red_after_a_failure(void **state)
{
    (void)state;
    bench_start(&b, 5, 60, 24);
    line(0);
    assert_int_equal(b.screen.cell[0][43].style, RN_STYLE_OK);
    rn_text_fmt(&b.snapshot.failure, "x");
    line(0);
    assert_int_equal(b.screen.cell[0][43].style, RN_STYLE_ERR);
}

static void a_filter_is_marked_in_the_tab(void **state)
{
    (void)state;
    bench_start(&b, 5, 60, 24);
    bench_type(&b, "/tcp");
    bench_key(&b, RN_KEY_ENTER);
    assert_memory_equal(line(0), " rustnet    1 Overview • ", strlen(" rustnet    1 Overview • "));
    assert_non_null(strstr(line(2), "Live Connections · 5 shown [tcp]"));
}

static void hints_make_room_from_the_end_and_quit_stays(void **state)
{
    (void)state;
    static const struct {
        unsigned cols;
        const char *want;
    } cases[] = {
        {80, " ↑↓ select  / filter  s sort  p ports  i info                    h help  q quit"},
        {63, " ↑↓ select  / filter  s sort  p ports  i info   h help  q quit"},
        {62, " ↑↓ select  / filter  s sort  p ports          h help  q quit"},
        {40, " ↑↓  /  s  p  i                    h  q"},
        {24, " ↑↓  /  s  p  i    h  q"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bench_start(&b, 5, cases[i].cols, 24);
        assert_string_equal(last_line(), cases[i].want);
    }
    bench_start(&b, 5, 80, 24);
    bench_type(&b, "/a");
    assert_string_equal(
        last_line(),
        " ↑↓ select                                              enter apply  esc cancel");
    bench_key(&b, RN_KEY_ENTER);
    assert_memory_equal(last_line(), " esc clear filter  ↑↓ select",
                        strlen(" esc clear filter  ↑↓ select"));
}

static void the_filter_row_shows_the_cursor(void **state)
{
    (void)state;
    bench_start(&b, 5, 80, 24);
    bench_type(&b, "/port:443");
    assert_string_equal(
        line(22),
        " / port:443|                           ↑↓ navigate · Enter confirm · Esc cancel");
    bench_key(&b, RN_KEY_LEFT);
    bench_key(&b, RN_KEY_LEFT);
    bench_key(&b, 0xe9);
    assert_memory_equal(line(22), " / port:4é|43 ", strlen(" / port:4é|43 "));
}

static void a_long_query_scrolls_so_that_the_cursor_is_seen(void **state)
{
    (void)state;
    bench_start(&b, 5, 30, 24);
    bench_type(&b, "/0123456789012345678901234567890123456789");
    assert_string_equal(line(22), " / 5678901234567890123456789|");
    bench_key(&b, RN_KEY_HOME);
    assert_string_equal(line(22), " / |01234567890123456789012345");
}

static void a_failure_stays_and_gives_advice(void **state)
{
    (void)state;
    static const struct {
        const char *failure, *want;
    } cases[] = {
        {"Capture stopped: eth0 went down.",
         " Capture stopped: eth0 went down. Restart rustnet to capture again; q quits."},
        {"Capture failed to start: no!",
         " Capture failed to start: no! Restart rustnet to capture again; q quits."},
        {"eth0   went  down ",
         " Capture stopped: eth0 went down. Restart rustnet to capture again; q quits."},
        {" ", " Capture stopped: unknown error. Restart rustnet to capture again; q quits."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bench_start(&b, 5, 100, 24);
        rn_text_fmt(&b.snapshot.failure, "%s", cases[i].failure);
        assert_string_equal(last_line(), cases[i].want);
    }
}

static void a_long_failure_takes_two_rows_from_the_table(void **state)
{
    (void)state;
    bench_start(&b, 50, 50, 24);
    bench_view(&b);
    assert_int_equal(b.hits.visible_rows, 18);
    rn_text_fmt(&b.snapshot.failure,
                "Capture stopped: the interface went away and nobody knows where");
    bench_view(&b);
    assert_int_equal(b.hits.visible_rows, 17);
    assert_string_equal(line(22), " Capture stopped: the interface went away and no…");
    assert_string_equal(line(23), " Restart rustnet to capture again; q quits.");
    bench_resize(&b, 50, 7); // no row to spare: the cause is cut, the advice stays
    rn_text_fmt(&b.snapshot.failure,
                "Capture stopped: the interface went away and nobody knows where");
    assert_non_null(strstr(line(6), "Capture stopped… Restart rustnet to capture"));
}

static void a_question_and_a_message_come_before_the_failure(void **state)
{
    (void)state;
    bench_start(&b, 5, 80, 24);
    rn_text_fmt(&b.snapshot.failure, "x");
    rn_text_fmt(&b.ui.message, "Saved");
    assert_string_equal(last_line(), " Saved");
    b.ui.quit_asked = true;
    assert_string_equal(last_line(), " Press q again to quit, any other key to stay");
}

static void a_notice_stands_in_the_title(void **state)
{
    (void)state;
    bench_start(&b, 5, 80, 24);
    rn_text_fmt(&b.snapshot.notice, "End of trace");
    assert_string_equal(line(2), "▎ Live Connections · End of trace");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_interface_is_flush_right_as_far_as_it_fits),
        cmocka_unit_test(the_dot_turns_red_after_a_failure),
        cmocka_unit_test(a_filter_is_marked_in_the_tab),
        cmocka_unit_test(hints_make_room_from_the_end_and_quit_stays),
        cmocka_unit_test(the_filter_row_shows_the_cursor),
        cmocka_unit_test(a_long_query_scrolls_so_that_the_cursor_is_seen),
        cmocka_unit_test(a_failure_stays_and_gives_advice),
        cmocka_unit_test(a_long_failure_takes_two_rows_from_the_table),
        cmocka_unit_test(a_question_and_a_message_come_before_the_failure),
        cmocka_unit_test(a_notice_stands_in_the_title),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
