// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

static void words_end_at_blanks_and_at_the_end(void **state)
{
    (void)state;
    struct rn_reader r = rn_reader_of(bytes_of("  a\tbc   "));
    assert_true(host_word_is(host_take_word(&r), "a"));
    assert_true(host_word_is(host_take_word(&r), "bc"));
    assert_int_equal(host_take_word(&r).len, 0);
    assert_int_equal(host_take_word(&r).len, 0);
    r = rn_reader_of((struct rn_bytes){0});
    assert_int_equal(host_take_word(&r).len, 0);
    assert_false(host_word_is((struct rn_bytes){0}, "a"));
}

static void decimal_numbers_are_whole_and_fit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},   {"007", true, 7},
        {"", false, 0},   {"-1", false, 0},
        {"1x", false, 0}, {"18446744073709551615", true, UINT64_MAX},
        {" 1", false, 0}, {"18446744073709551616", false, 0},
        {"+1", false, 0}, {"99999999999999999999999", false, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint64_t v = 4711;
        assert_int_equal(host_word_dec(bytes_of(cases[i].text), &v), cases[i].ok);
        assert_true(v == (cases[i].ok ? cases[i].value : 4711));
    }
}

static void hexadecimal_numbers_are_whole_and_fit(void **state)
{
    (void)state;
    uint64_t v = 0;
    assert_true(host_word_hex(bytes_of("fFfFfFfFfFfFfFfF"), &v));
    assert_true(v == UINT64_MAX);
    assert_true(host_word_hex(bytes_of("0A"), &v));
    assert_int_equal(v, 10);
    assert_false(host_word_hex(bytes_of(""), &v));
    assert_false(host_word_hex(bytes_of("00000000000000000"), &v));
    assert_false(host_word_hex(bytes_of("0x1"), &v));
    assert_false(host_word_hex(bytes_of("g"), &v));
    uint8_t b[2] = {0};
    assert_true(host_word_bytes(bytes_of("fe80"), b, 2));
    assert_int_equal(b[0] << 8 | b[1], 0xfe80);
    assert_false(host_word_bytes(bytes_of("fe8"), b, 2));
    assert_false(host_word_bytes(bytes_of("fe800"), b, 2));
    assert_false(host_word_bytes(bytes_of("fe-0"), b, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_end_at_blanks_and_at_the_end),
        cmocka_unit_test(decimal_numbers_are_whole_and_fit),
        cmocka_unit_test(hexadecimal_numbers_are_whole_and_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
