// SPDX-License-Identifier: Apache-2.0
// Reader: exact to the last byte, sticky after the first short take.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/base/reader.h"

static const uint8_t bytes[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0xfe, 0xff};

static void takes_are_in_network_order_and_advance(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(rn_bytes_of(bytes, sizeof(bytes)));
    assert_int_equal(rn_take_u8(&r), 0x01);
    assert_int_equal(rn_take_be16(&r), 0x0203);
    assert_int_equal(rn_take_be24(&r), 0x040506);
    assert_int_equal(rn_take_be32(&r), 0x0708090a);
    assert_int_equal(rn_take_le32(&r), 0x0e0d0c0b);
    assert_int_equal(rn_reader_left(&r), 2);
    assert_int_equal(rn_reader_rest(&r).len, 2);
    assert_int_equal(rn_take_be16(&r), 0xfeff);
    assert_int_equal(rn_reader_left(&r), 0);
    assert_false(r.bad);
}

static void high_bits_do_not_spill(void **state)
{
    (void)state;
    static const uint8_t ff[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct rn_reader r = rn_reader_of(rn_bytes_of(ff, sizeof(ff)));
    assert_int_equal(rn_take_be16(&r), 0xffff);
    assert_int_equal(rn_take_be24(&r), 0xffffff);
    assert_int_equal(rn_take_be32(&r), UINT32_MAX);
    assert_int_equal(rn_take_le32(&r), UINT32_MAX);
}

enum take { U8, BE16, BE24, BE32, LE32, BYTES, SKIP, SUB, TAKE_COUNT };
static const size_t sizes[TAKE_COUNT] = {1, 2, 3, 4, 4, 5, 5, 5};

static uint64_t take(struct rn_reader *r, enum take what)
{
    switch (what) {
    case U8:
        return rn_take_u8(r);
    case BE16:
        return rn_take_be16(r);
    case BE24:
        return rn_take_be24(r);
    case BE32:
        return rn_take_be32(r);
    case LE32:
        return rn_take_le32(r);
    case BYTES:
        return rn_take_bytes(r, 5).len;
    case SKIP:
        rn_skip(r, 5);
        return 0;
    case SUB: {
        struct rn_reader sub = rn_reader_sub(r, 5);
        return rn_reader_left(&sub);
    }
    case TAKE_COUNT:
        break;
    }
    return 0;
}

// On the heap and exactly as long as it says, so that the address sanitizer sees one byte too many.
static void every_take_is_safe_at_every_length(void **state)
{
    (void)state;
    for (size_t len = 0; len <= 6; len++) {
        for (enum take what = U8; what < TAKE_COUNT; what++) {
            uint8_t *p = malloc(len ? len : 1);
            assert_non_null(p);
            memset(p, 0xaa, len ? len : 1);
            struct rn_reader r = rn_reader_of(rn_bytes_of(p, len));
            uint64_t v = take(&r, what);
            assert_int_equal(r.bad, len < sizes[what]);
            assert_int_equal(rn_reader_left(&r), r.bad ? 0 : len - sizes[what]);
            if (r.bad)
                assert_int_equal(v, 0);
            free(p);
        }
    }
}

static void bad_is_sticky_and_leaves_nothing(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(rn_bytes_of(bytes, 3));
    assert_int_equal(rn_take_be32(&r), 0);
    assert_true(r.bad);
    assert_int_equal(rn_take_u8(&r), 0); // though one byte was there before
    assert_int_equal(rn_reader_left(&r), 0);
    rn_skip(&r, 0);
    assert_true(r.bad);
    struct rn_reader sub = rn_reader_sub(&r, 0);
    assert_true(sub.bad);
}

static void a_huge_length_does_not_wrap(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(rn_bytes_of(bytes, sizeof(bytes)));
    struct rn_bytes b = rn_take_bytes(&r, SIZE_MAX);
    assert_true(r.bad);
    assert_int_equal(b.len, 0);
}

static void a_sub_reader_ends_where_it_was_told(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(rn_bytes_of(bytes, sizeof(bytes)));
    struct rn_reader sub = rn_reader_sub(&r, 2);
    assert_int_equal(rn_take_be16(&sub), 0x0102);
    assert_int_equal(rn_take_u8(&sub), 0);
    assert_true(sub.bad);
    assert_false(r.bad); // the outer one goes on
    assert_int_equal(rn_take_u8(&r), 0x03);
}

static void no_bytes_at_all_are_fine(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(rn_bytes_of(NULL, 0));
    assert_int_equal(rn_reader_left(&r), 0);
    assert_false(r.bad);
    assert_int_equal(rn_take_bytes(&r, 0).len, 0);
    assert_false(r.bad);
    assert_int_equal(rn_take_u8(&r), 0);
    assert_true(r.bad);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_are_in_network_order_and_advance),
        cmocka_unit_test(high_bits_do_not_spill),
        cmocka_unit_test(every_take_is_safe_at_every_length),
        cmocka_unit_test(bad_is_sticky_and_leaves_nothing),
        cmocka_unit_test(a_huge_length_does_not_wrap),
        cmocka_unit_test(a_sub_reader_ends_where_it_was_told),
        cmocka_unit_test(no_bytes_at_all_are_fine),
    };
    return cmocka_run_group_tests_name("base/reader", tests, NULL, NULL);
}
