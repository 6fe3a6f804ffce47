// SPDX-License-Identifier: Apache-2.0
// A full table forgets what was left alone longest, whatever the hashes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lru.h"

enum { CAP = 4, HEADS = 2 };

struct made {
    struct flow_lru lru;
    struct flow_lru_entry entry[CAP + 1];
    _Atomic uint16_t head[HEADS];
};

static void made_init(struct made *m)
{
    memset(m, 0, sizeof(*m));
    m->lru = (struct flow_lru){.head = m->head, .entry = m->entry, .heads = HEADS, .cap = CAP};
}

static bool has(const struct made *m, uint64_t hash)
{
    return flow_lru_find(&m->lru, hash) != FLOW_LRU_NONE;
}

static void inv_1_the_one_longest_left_alone_goes(void **state)
{
    (void)state;
    static const uint64_t patterns[][6] = {
        {1, 2, 3, 4, 5, 6}, {8, 6, 4, 2, 10, 12}, {9, 1, 8, 3, 7, 2}};
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const uint64_t *h = patterns[i];
        struct made m;
        made_init(&m);
        for (unsigned n = 0; n < CAP; n++)
            flow_lru_add(&m.lru, h[n]);
        flow_lru_touch(&m.lru, flow_lru_find(&m.lru, h[0]));
        flow_lru_add(&m.lru, h[4]);
        assert_false(has(&m, h[1]));
        flow_lru_add(&m.lru, h[5]);
        assert_false(has(&m, h[2]));
        for (unsigned n = 0; n < 6; n++)
            assert_int_equal(has(&m, h[n]), n != 1 && n != 2);
    }
}

static void a_place_that_was_forgotten_is_taken_first(void **state)
{
    (void)state;
    struct made m;
    made_init(&m);
    for (uint64_t h = 1; h <= CAP; h++)
        flow_lru_add(&m.lru, h);
    uint16_t place = flow_lru_find(&m.lru, 3);
    flow_lru_forget(&m.lru, place);
    assert_false(has(&m, 3));
    assert_int_equal(flow_lru_add(&m.lru, 9), place);
    for (uint64_t h = 1; h <= CAP; h++)
        assert_int_equal(has(&m, h), h != 3);
}

static void clear_leaves_an_empty_table_that_can_be_filled(void **state)
{
    (void)state;
    struct made m;
    made_init(&m);
    flow_lru_clear(&m.lru);
    for (unsigned round = 0; round < 3; round++) {
        for (uint64_t h = 0; h < CAP + round; h++)
            flow_lru_add(&m.lru, h);
        for (uint64_t h = round; h < CAP + round; h++)
            assert_true(has(&m, h));
        flow_lru_clear(&m.lru);
        for (uint64_t h = 0; h < CAP + round; h++)
            assert_false(has(&m, h));
        assert_int_equal(m.lru.fresh, CAP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_the_one_longest_left_alone_goes),
        cmocka_unit_test(a_place_that_was_forgotten_is_taken_first),
        cmocka_unit_test(clear_leaves_an_empty_table_that_can_be_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
