// SPDX-License-Identifier: Apache-2.0
// Memcached over UDP: a frame that makes sense, and a word behind it.
#include "made_udp.h"

#define STATS "7374617473 0d0a"

static void a_command_is_told_and_its_key_is_not(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(11211, "0001 0000 0001 0000 676574 20 736563726574 0d0a");
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_MEMCACHED);
    assert_string_equal(fact_of(&a.facts, RN_FACT_COMMAND), "get");
    assert_false(facts_hold(&a.facts, "secret"));
}

static void inv_1_frame_and_word_prove_it(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        const char *hex;
    } cases[] = {
        {true, "0001 0000 0001 0000 " STATS},           {true, "0001 0002 0003 0000 454e44 0d0a"},
        {false, "0001 0001 0001 0000 " STATS},     // the second of one
        {false, "0001 0000 0000 0000 " STATS},     // the first of none
        {false, "0001 0000 0001 0001 " STATS},     // reserved
        {false, "0001 0000 ffff 0000 " STATS},     // too many
        {false, "0001 0000 0001 0000 7374617473"}, // no line
        {false, "0001 0000 0001 0000 7374617474 0d0a"}, {false, "0001 0000 0001 0000"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(50001, cases[i].hex);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
    }
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "0001 0000 0001 0000 " STATS);
    assert_cut_claims_nothing(11211, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_memcached_udp, 11211, "0001 0000 0001 0000", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_is_told_and_its_key_is_not),
        cmocka_unit_test(inv_1_frame_and_word_prove_it),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
