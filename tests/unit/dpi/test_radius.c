// SPDX-License-Identifier: Apache-2.0
// RADIUS: RFC 2865's example, lengths that lie, and the password that must not be told.
#include "made_udp.h"

// RFC 2865, 7.1: user "nemo" with a hidden password.
#define REQUEST                                                   \
    "01 00 0038 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f " \
    "02 12 0dbe708d93d413ce3196e43f782a0aee 04 06 c0a80110 05 06 00000003 "
#define ACCEPT \
    "02 00 0026 86fe220e7624ba2a1005f6bf9b55e0b2 06 06 00000001 0f 06 00000000 0e 06 c0a80103"

static void a_request_tells_type_and_user(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(1812, REQUEST);
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_RADIUS);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "Access-Request");
    assert_string_equal(fact_of(&a.facts, RN_FACT_USER), "nemo");
    assert_false(facts_hold(&a.facts, "\x0d\xbe\x70"));
    struct made m = {.len = 0};
    made_hex(&m, ACCEPT);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "Access-Accept");
    assert_string_equal(fact_of(&a.facts, RN_FACT_USER), "nemo");
}

static void inv_1_lengths_are_exact(void **state)
{
    (void)state;
    static const struct udp_case cases[] = {
        {18120, true, REQUEST},
        {1812, false, REQUEST "00"},
        {1812, false, "01 00 0039 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f"},
        {1812, false, "01 00 0013 0f403f9473978057bd83d5cb98f422"},    // below a header
        {1812, false, "06 00 0014 0f403f9473978057bd83d5cb98f4227a"},  // code 6
        {1812, true, "0c 00 0014 0f403f9473978057bd83d5cb98f4227a"},   // Status-Server
        {18120, false, "0c 00 0014 0f403f9473978057bd83d5cb98f4227a"}, // nothing inside
        {18120, false, "01 00 001a 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f"}, // one only
        {18120, false, "01 00 001c 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f 02 01"},
        {18120, false, "01 00 001c 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f 02 03"},
        {18120, false, "01 00 001c 0f403f9473978057bd83d5cb98f4227a 01 06 6e656d6f 00 02"},
    };
    assert_udp_cases(cases, MADE_COUNT(cases));
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, REQUEST);
    assert_cut_claims_nothing(1812, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_radius, 1812, "01 00", 50000);
    assert_random_claims_nothing(&dpi_radius, 18120, "01 00 0030", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_type_and_user),
        cmocka_unit_test(inv_1_lengths_are_exact),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
