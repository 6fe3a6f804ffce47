// SPDX-License-Identifier: Apache-2.0
// CoAP: options that count up, and what must not be taken for it.
#include "made_udp.h"

static void a_request_tells_method_host_and_path(void **state)
{
    (void)state;
    // GET coap://a.example/.well-known/core
    struct asked a = ask_udp_hex(
        5683, "43 01 05ca 72b7e1 39 612e6578616d706c65 8b 2e77656c6c2d6b6e6f776e 04 636f7265");
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_COAP);
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "GET");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOST), "a.example");
    assert_string_equal(fact_of(&a.facts, RN_FACT_PATH), "/.well-known/core");
    struct made m = {.len = 0};
    made_hex(&m, "63 45 05ca 72b7e1 c1 28 ff 6869"); // 2.05 with Content-Format and payload
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_RCODE), "2.05");
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "GET");
}

static void inv_1_options_fill_it(void **state)
{
    (void)state;
    static const struct udp_case cases[] = {
        {5683, true, "40 00 1234"},                     // empty: a ping
        {5683, true, "70 00 1234"},                     // its reset
        {5683, true, "40 01 1234 d1 04 61"},            // delta 17 in two bytes
        {5683, true, "40 01 1234 e1 0001 61"},          // delta 270 in three
        {5683, false, "40 00 1234 11"},                 // empty with something
        {5683, false, "80 01 1234 b1 61"},              // version 2
        {5683, false, "49 01 1234 000102030405060708"}, // token of nine
        {5683, false, "42 01 1234 00"},                 // token cut
        {5683, false, "40 08 1234 b1 61"},              // no such method
        {5683, false, "40 e1 1234 b1 61"},              // class 7
        {5683, false, "40 01 1234 f1 61"},              // delta 15 is reserved
        {5683, false, "40 01 1234 bf 61"},              // so is length 15
        {5683, false, "40 01 1234 b2 61"},              // value cut
        {5683, false, "40 01 1234 b1 61 ff"},           // marker without payload
        {5683, false, "40 01 1234 01 61"},              // option 0
        {17500, false, "40 01 1234 b1 61"},             // another port
    };
    assert_udp_cases(cases, MADE_COUNT(cases));
}

static void a_path_has_a_bound(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "40 01 1234 b1 61");
    for (unsigned i = 0; i < 20; i++)
        made_hex(&m, "0a 30313233343536373839");
    struct asked a = ask_udp(5683, &m);
    assert_int_equal(a.verdict, RN_YES);
    assert_in_range(strlen(fact_of(&a.facts, RN_FACT_PATH)), 100, 128);
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "43 01 05ca 72b7e1 39 612e6578616d706c65 8b 2e77656c6c2d6b6e6f776e");
    assert_cut_claims_nothing(5683, &m, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_method_host_and_path),
        cmocka_unit_test(inv_1_options_fill_it),
        cmocka_unit_test(a_path_has_a_bound),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
