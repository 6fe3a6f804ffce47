// SPDX-License-Identifier: Apache-2.0
// Selection against a full sort.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "select.h"

enum { N = 5000 };
static struct flow_entry all[N], sorted[N];

// few: many entries differ in their last word alone.
static void fill(bool few)
{
    uint64_t x = 88172645463325252u;
    for (uint32_t i = 0; i < N; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        all[i] = (struct flow_entry){.word = {few ? x % 3 : x, 0, 0, 0, i}, .place = i};
        sorted[i] = all[i];
    }
    flow_sort(sorted, N);
}

static void a_sort_keeps_all_and_puts_them_in_order(void **state)
{
    (void)state;
    for (unsigned few = 0; few < 2; few++) {
        static bool seen[N];
        fill(few);
        for (uint32_t i = 0; i < N; i++)
            seen[i] = false;
        for (uint32_t i = 0; i < N; i++) {
            assert_false(seen[sorted[i].place]);
            seen[sorted[i].place] = true;
            assert_true(i == 0 || flow_entry_before(&sorted[i - 1], &sorted[i]));
        }
    }
}

static void a_selection_parts_as_a_sort_does(void **state)
{
    (void)state;
    static const size_t ranks[] = {0, 1, 60, 127, 2500, 4999, N};
    for (unsigned few = 0; few < 2; few++)
        for (size_t r = 0; r < sizeof ranks / sizeof ranks[0]; r++) {
            uint64_t random = 7;
            size_t k = ranks[r];
            fill(few);
            flow_select(all, 0, k, N, &random);
            for (size_t i = 0; i < N; i++)
                if (i < k)
                    assert_true(k == N || flow_entry_before(&all[i], &sorted[k]));
                else
                    assert_false(flow_entry_before(&all[i], &sorted[k]));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sort_keeps_all_and_puts_them_in_order),
        cmocka_unit_test(a_selection_parts_as_a_sort_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
