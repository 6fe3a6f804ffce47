// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

#include "columns.h"

static void widths_at_some_sizes(void **state)
{
    (void)state;
    static const struct {
        unsigned table;
        uint16_t width[UI_COL_COUNT]; // Process Remote Local Service App State RTT Bandwidth
    } cases[] = {
        {138, {23, 24, 18, 10, 25, 12, 7, 11}}, {133, {22, 21, 18, 10, 24, 12, 7, 11}},
        {132, {24, 25, 19, 0, 27, 12, 7, 11}},  {122, {22, 21, 18, 0, 24, 12, 7, 11}},
        {121, {26, 29, 0, 0, 30, 12, 7, 11}},   {104, {22, 22, 0, 0, 24, 12, 7, 11}},
        {103, {22, 21, 0, 0, 24, 12, 7, 11}},   {102, {23, 25, 0, 0, 26, 12, 0, 11}},
        {95, {22, 21, 0, 0, 24, 12, 0, 11}},    {94, {25, 27, 0, 0, 14, 12, 0, 11}},
        {85, {22, 21, 0, 0, 14, 12, 0, 11}},    {84, {26, 29, 0, 0, 14, 0, 0, 11}},
        {78, {24, 25, 0, 0, 14, 0, 0, 11}},     {72, {22, 21, 0, 0, 14, 0, 0, 11}},
        {71, {17, 25, 0, 0, 14, 0, 0, 11}},     {63, {16, 18, 0, 0, 14, 0, 0, 11}},
        {62, {20, 28, 0, 0, 0, 0, 0, 11}},      {48, {16, 18, 0, 0, 0, 0, 0, 11}},
        {40, {8, 18, 0, 0, 0, 0, 0, 11}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ui_columns columns;
        ui_columns_fit(cases[i].table, &columns);
        for (unsigned col = 0; col < UI_COL_COUNT; col++) {
            if (columns.width[col] != cases[i].width[col])
                fail_msg("table %u, column %u: %u, not %u", cases[i].table, col,
                         (unsigned)columns.width[col], (unsigned)cases[i].width[col]);
        }
    }
}

static void bandwidth_is_flush_right_at_every_size(void **state)
{
    (void)state;
    for (unsigned table = 40; table < 600; table++) {
        struct ui_columns columns;
        ui_columns_fit(table, &columns);
        assert_int_equal(columns.x[UI_COL_BANDWIDTH] + columns.width[UI_COL_BANDWIDTH], table);
        assert_int_equal(columns.x[UI_COL_PROCESS], 1);
    }
}

static void columns_never_overlap(void **state)
{
    (void)state;
    for (unsigned table = 0; table < 600; table++) {
        struct ui_columns columns;
        unsigned end = 0;
        ui_columns_fit(table, &columns);
        for (unsigned col = 0; col < UI_COL_COUNT; col++) {
            if (!columns.width[col])
                continue;
            assert_true(columns.x[col] > end || end == 0);
            end = columns.x[col] + columns.width[col];
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_at_some_sizes),
        cmocka_unit_test(bandwidth_is_flush_right_at_every_size),
        cmocka_unit_test(columns_never_overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
