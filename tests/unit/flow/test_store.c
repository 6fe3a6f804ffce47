// SPDX-License-Identifier: Apache-2.0
// Facts of any size come back as they were saved, and a class that is full refuses.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shard.h"

enum { ROWS = 64 };

static struct rn_pool pools[FLOW_FACT_CLASSES];

static int setup(void **state)
{
    (void)state;
    return flow_store_init(pools, ROWS, NULL);
}

static int teardown(void **state)
{
    (void)state;
    flow_store_done(pools);
    return 0;
}

static void make(struct rn_facts *facts, unsigned len)
{
    facts->len = (uint16_t)len;
    facts->dropped = (uint16_t)(len % 3);
    for (unsigned i = 0; i < len; i++)
        facts->data[i] = (uint8_t)(i * 7 + len);
}

static void assert_same(uint32_t ref, unsigned len)
{
    struct rn_facts want, got;
    make(&want, len);
    flow_store_load(pools, ref, &got);
    assert_int_equal(got.len, len);
    assert_int_equal(got.dropped, want.dropped);
    assert_memory_equal(got.data, want.data, len);
}

static uint32_t used(void)
{
    uint32_t n = 0;
    for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
        n += pools[c].used;
    return n;
}

static void facts_of_any_size_come_back(void **state)
{
    (void)state;
    struct rn_facts facts;
    for (unsigned len = 0; len <= RN_FACTS_BYTES; len++) {
        uint32_t ref[3];
        for (unsigned i = 0; i < 3; i++) {
            make(&facts, len > i ? len - i : 0);
            ref[i] = flow_store_save(pools, &facts);
            assert_int_not_equal(ref[i], FLOW_NONE);
        }
        for (unsigned i = 0; i < 3; i++)
            assert_same(ref[i], len > i ? len - i : 0);
        for (unsigned i = 0; i < 3; i++)
            flow_store_release(pools, ref[i]);
    }
    assert_int_equal(used(), 0);
}

// Less than 16 bytes are lost where most facts are, and never more than half of the place.
static void a_place_is_not_much_larger_than_what_lies_there(void **state)
{
    (void)state;
    struct rn_facts facts;
    for (unsigned len = 0; len <= RN_FACTS_BYTES; len++) {
        size_t bytes = offsetof(struct rn_facts, data) + len, place = 0;
        make(&facts, len);
        uint32_t ref = flow_store_save(pools, &facts);
        for (unsigned c = 0; c < FLOW_FACT_CLASSES; c++)
            if (pools[c].used)
                place = pools[c].size_bytes;
        assert_true(place >= bytes);
        assert_true(place <= 32 || place <= 2 * bytes);
        assert_true(bytes < 48 || bytes > 128 || place < bytes + 16);
        flow_store_release(pools, ref);
    }
}

static void a_full_class_refuses_and_takes_again(void **state)
{
    (void)state;
    struct rn_facts facts;
    for (unsigned len = 10; len <= RN_FACTS_BYTES; len += 290) {
        static uint32_t ref[4 * ROWS];
        unsigned n = 0;
        make(&facts, len);
        while ((ref[n] = flow_store_save(pools, &facts)) != FLOW_NONE)
            assert_true(++n < 4 * ROWS);
        assert_true(len > 250 ? n >= ROWS / 8 : n >= ROWS);
        flow_store_release(pools, ref[--n]);
        ref[n] = flow_store_save(pools, &facts);
        assert_same(ref[n++], len);
        while (n > 0) {
            assert_same(ref[--n], len);
            flow_store_release(pools, ref[n]);
        }
    }
    assert_int_equal(used(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(facts_of_any_size_come_back, setup, teardown),
        cmocka_unit_test_setup_teardown(a_place_is_not_much_larger_than_what_lies_there, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_full_class_refuses_and_takes_again, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
