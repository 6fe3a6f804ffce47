// SPDX-License-Identifier: Apache-2.0
// Pool: order of reuse, the cap, zeroed first use, and memory that is not there before it is used.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "rustnet/base/pool.h"

static void objects_come_in_order_and_zeroed(void **state)
{
    (void)state;
    struct rn_pool pool;
    static const uint8_t zero[24] = {0};
    assert_int_equal(rn_pool_init(&pool, 20, 100, NULL), 0);
    assert_int_equal(pool.size_bytes, 24);
    for (uint32_t i = 0; i < 100; i++) {
        assert_int_equal(rn_pool_acquire(&pool), i);
        assert_memory_equal(rn_pool_at(&pool, i), zero, sizeof(zero));
        assert_int_equal((uintptr_t)rn_pool_at(&pool, i) % 8, 0);
        memset(rn_pool_at(&pool, i), 0xff, pool.size_bytes);
    }
    rn_pool_done(&pool);
}

static void the_last_given_back_comes_first(void **state)
{
    (void)state;
    struct rn_pool pool;
    assert_int_equal(rn_pool_init(&pool, 1, 8, NULL), 0);
    for (int i = 0; i < 4; i++)
        (void)rn_pool_acquire(&pool);
    rn_pool_release(&pool, 1);
    rn_pool_release(&pool, 3);
    assert_int_equal(pool.used, 2);
    assert_int_equal(rn_pool_acquire(&pool), 3);
    assert_int_equal(rn_pool_acquire(&pool), 1);
    assert_int_equal(rn_pool_acquire(&pool), 4);
    rn_pool_done(&pool);
}

static void inv_1_never_more_than_the_cap(void **state)
{
    (void)state;
    struct rn_pool pool;
    bool out[50] = {false};
    uint32_t seed = 3, used = 0;
    assert_int_equal(rn_pool_init(&pool, 8, 50, NULL), 0);
    for (int i = 0; i < 100000; i++) {
        seed = seed * 1664525 + 1013904223;
        uint32_t pick = (seed >> 16) % 50;
        if (seed >> 31) {
            uint32_t ref = rn_pool_acquire(&pool);
            if (used == 50) {
                assert_int_equal(ref, RN_POOL_NONE);
                continue;
            }
            assert_true(ref < 50 && !out[ref]);
            out[ref] = true;
            used++;
        } else if (out[pick]) {
            rn_pool_release(&pool, pick);
            out[pick] = false;
            used--;
        }
        assert_int_equal(pool.used, used);
    }
    rn_pool_done(&pool);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    struct rn_pool pool;
    struct rn_err err;
    assert_int_equal(rn_pool_init(&pool, 0, 1, &err), -EINVAL);
    assert_int_equal(rn_pool_init(&pool, 8, 0, &err), -EINVAL);
    assert_int_equal(rn_pool_init(&pool, SIZE_MAX, 8, &err), -EINVAL);
    assert_int_equal(rn_pool_init(&pool, SIZE_MAX / 8, 1000, &err), -ENOMEM);
    assert_int_equal(rn_pool_init(&pool, (size_t)1 << 48, 1, &err), -ENOMEM);
    assert_int_equal(err.code, -ENOMEM);
    assert_int_equal(rn_pool_acquire(&pool), RN_POOL_NONE);
    rn_pool_done(&pool); // half-built
    rn_pool_done(NULL);
}

static size_t resident_pages(void *base, size_t len)
{
    static unsigned char vec[1 << 16];
    size_t n = 0, pages = len / (size_t)sysconf(_SC_PAGESIZE);
    assert_true(pages <= sizeof(vec));
    assert_int_equal(mincore(base, len, vec), 0);
    for (size_t i = 0; i < pages; i++)
        n += vec[i] & 1;
    return n;
}

static void inv_2_untouched_pages_cost_nothing(void **state)
{
    (void)state;
    struct rn_pool pool;
    assert_int_equal(rn_pool_init(&pool, 4096, 1 << 14, NULL), 0);
    size_t len = (size_t)4096 << 14;
    assert_int_equal(resident_pages(pool.base, len), 0);
    for (int i = 0; i < 3; i++)
        *(char *)rn_pool_at(&pool, rn_pool_acquire(&pool)) = 1;
    assert_int_equal(resident_pages(pool.base, len), 3);
    rn_pool_done(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_come_in_order_and_zeroed),
        cmocka_unit_test(the_last_given_back_comes_first),
        cmocka_unit_test(inv_1_never_more_than_the_cap),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(inv_2_untouched_pages_cost_nothing),
    };
    return cmocka_run_group_tests_name("base/pool", tests, NULL, NULL);
}
