// SPDX-License-Identifier: Apache-2.0
// DHCP for IPv6: types, options, relays.
#include "made_udp.h"

#define DUID "0001 000f 000100011865 9849b888 d30a00163e "

static void a_message_tells_type_host_name_and_vendor(void **state)
{
    (void)state;
    struct asked a =
        ask_udp_hex(547, "01 ca8e45 0008 0002 0000 " DUID "0027 000b 00 066c6170746f70 00 0000 "
                         "0010 000e 00000137 0008 4d53465420352e30");
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_DHCPV6);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "SOLICIT");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOSTNAME), "laptop");
    assert_string_equal(fact_of(&a.facts, RN_FACT_VENDOR), "MSFT 5.0");
}

static void a_relay_has_another_header(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "0c 01 fc000502041100010000000000000001 fc000502041100010000000000000002 "
                 "0009 000a 01 ca8e45 0008 0002 0000");
    struct asked a = ask_udp(547, &m);
    assert_int_equal(a.verdict, RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "RELAY-FORW");
}

static void inv_1_options_that_do_not_fill_it_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint16_t port;
        const char *hex;
    } cases[] = {
        {547, "01 ca8e45"},                   // nothing inside
        {547, "00 ca8e45 0008 0002 0000"},    // type 0
        {547, "25 ca8e45 0008 0002 0000"},    // type 37
        {547, "01 ca8e45 0008 0003 0000"},    // a first option that is too long
        {547, "01 ca8e45 0000 0000"},         // option 0
        {547, "01 ca8e45 4008 0002 0000"},    // an option far beyond those assigned
        {547, "01 ca8e45 0008 0002 0000 00"}, // something behind
        {5470, "01 ca8e45 0008 0002 0000"},   // another port
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(cases[i].port, cases[i].hex);
        assert_no_claim(&a);
    }
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "01 ca8e45 0008 0002 0000 " DUID "0027 0008 00 066c6170746f70");
    assert_cut_claims_nothing(547, &m, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_tells_type_host_name_and_vendor),
        cmocka_unit_test(a_relay_has_another_header),
        cmocka_unit_test(inv_1_options_that_do_not_fill_it_are_refused),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
