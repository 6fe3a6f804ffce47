// SPDX-License-Identifier: Apache-2.0
// Bytes put in by offset: whatever the order, the prefix is what a receiver would read.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "assembly.h"

static struct dpi_assembly a;

static bool put(uint32_t offset, const char *text)
{
    return dpi_assembly_put(&a, offset, rn_bytes_of(text, strlen(text)));
}

static void assert_prefix(const char *text)
{
    assert_int_equal(a.len, strlen(text));
    assert_memory_equal(dpi_assembly_prefix(&a).p, text, strlen(text));
}

static void what_comes_in_order_is_the_prefix(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    assert_true(put(0, "abc"));
    assert_true(put(3, "def"));
    assert_prefix("abcdef");
    assert_int_equal(a.ranges, 0);
}

static void a_hole_is_waited_for(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    put(6, "ghi");
    put(3, "de");
    assert_prefix("");
    assert_int_equal(a.ranges, 2);
    put(0, "abc");
    assert_prefix("abcde");
    put(5, "f");
    assert_prefix("abcdefghi");
    assert_int_equal(a.ranges, 0);
}

static void inv_2_what_came_first_stays(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    put(2, "CD");
    put(6, "G");
    put(0, "abcdefgh");
    assert_prefix("abCDefGh");
    put(0, "XXXXXXXXXX");
    assert_prefix("abCDefGhXX");
}

static void inv_1_ranges_that_touch_are_one(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    put(10, "k");
    put(12, "m");
    put(14, "o");
    assert_int_equal(a.ranges, 3);
    put(11, "lmn");
    assert_int_equal(a.ranges, 1);
    assert_int_equal(a.range[0].from, 10);
    assert_int_equal(a.range[0].to, 15);
    put(9, "jklmnop");
    assert_int_equal(a.ranges, 1);
    assert_int_equal(a.range[0].from, 9);
    assert_int_equal(a.range[0].to, 16);
}

static void taking_from_the_front_moves_everything(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    put(0, "abcd");
    put(6, "gh");
    dpi_assembly_take(&a, 3);
    assert_prefix("d");
    put(1, "ef");
    assert_prefix("defgh");
    dpi_assembly_take(&a, 100);
    assert_prefix("");
}

static void a_hole_can_be_skipped(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    put(0, "ab");
    put(5, "fg");
    put(9, "jk");
    assert_int_equal(dpi_assembly_skip(&a), 5);
    assert_prefix("fg");
    assert_int_equal(a.ranges, 1);
    assert_int_equal(dpi_assembly_skip(&a), 4);
    assert_prefix("jk");
    assert_int_equal(dpi_assembly_skip(&a), 2);
    assert_prefix("");
}

static void what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
    (void)state;
    dpi_assembly_clear(&a);
    put(0, "abc");
    assert_false(put(DPI_ASSEMBLY_BYTES - 1, "xy"));
    assert_false(put(UINT32_MAX, "x"));
    assert_true(put(DPI_ASSEMBLY_BYTES, ""));
    assert_true(put(DPI_ASSEMBLY_BYTES - 2, "xy"));
    for (uint32_t i = 1; i < DPI_ASSEMBLY_RANGES; i++)
        assert_true(put(10 * i, "x"));
    assert_false(put(5, "x")); // one hole too many
    assert_true(put(10, "xyz"));
    assert_prefix("abc");
}

// Against a map of bytes that knows nothing of ranges.
static void any_order_gives_the_same_as_a_map(void **state)
{
    (void)state;
    static uint8_t model[400];
    static bool there[400];
    uint64_t x = 88172645463325252u;
    for (int round = 0; round < 2000; round++) {
        memset(there, 0, sizeof(there));
        dpi_assembly_clear(&a);
        for (int i = 0; i < 40; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            uint8_t bytes[40];
            uint32_t at = (uint32_t)(x % 360), len = (uint32_t)(x >> 32) % 40;
            memset(bytes, (int)(x >> 24), sizeof(bytes));
            if (!dpi_assembly_put(&a, at, rn_bytes_of(bytes, len)))
                continue;
            for (uint32_t n = at; n < at + len; n++) {
                if (!there[n])
                    model[n] = bytes[0];
                there[n] = true;
            }
        }
        size_t prefix = 0;
        while (prefix < sizeof(there) && there[prefix])
            prefix++;
        assert_int_equal(a.len, prefix);
        assert_memory_equal(a.bytes, model, prefix);
        for (unsigned i = 0; i < a.ranges; i++)
            assert_memory_equal(a.bytes + a.range[i].from, model + a.range[i].from,
                                (size_t)(a.range[i].to - a.range[i].from));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_in_order_is_the_prefix),
        cmocka_unit_test(a_hole_is_waited_for),
        cmocka_unit_test(inv_2_what_came_first_stays),
        cmocka_unit_test(inv_1_ranges_that_touch_are_one),
        cmocka_unit_test(taking_from_the_front_moves_everything),
        cmocka_unit_test(a_hole_can_be_skipped),
        cmocka_unit_test(what_does_not_fit_is_refused_and_changes_nothing),
        cmocka_unit_test(any_order_gives_the_same_as_a_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
