// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

static void links_are_known_or_refused(void **state)
{
    (void)state;
    static const int known[] = {0, 1, 12, 14, 101, 108, 113, 149, 228, 229, 258, 276};
    static const int foreign[] = {-1, 2, 9, 50, 51, 104, 105, 119, 127, 147, 189, 195, 1000, 65536};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_true(rn_wire_link_known(known[i]));
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_false(rn_wire_link_known(foreign[i]));
}

static void a_foreign_link_is_never_taken_for_ethernet(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(105, MADE_ETH4 MADE_IPV4_UDP, &p), RN_IGNORE_LINK);
}

static void the_interface_names_the_link_before_its_type(void **state)
{
    (void)state;
    static const struct {
        int dlt;
        const char *interface, *name;
    } cases[] = {
        {1, "eth0", "Ethernet"},   {1, NULL, "Ethernet"},   {12, "ppp0", "RawIP"},
        {0, "lo0", "RawIP"},       {108, "lo0", "RawIP"},   {101, "x", "RawIP"},
        {228, "x", "RawIP"},       {229, "x", "RawIP"},     {113, "any", "LinuxSLL"},
        {276, "any", "LinuxSLL2"}, {149, "pktap", "Pktap"}, {258, "pktap", "Pktap"},
        {105, "wlan0", "Unknown"}, {12, "tun0", "Tun"},     {0, "utun3", "Tun"},
        {1, "tap0", "Tap"},        {1, "tunnel", "Tun"},    {1, "mytap0", "Ethernet"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(rn_wire_link_name(cases[i].dlt, cases[i].interface), cases[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_known_or_refused),
        cmocka_unit_test(a_foreign_link_is_never_taken_for_ethernet),
        cmocka_unit_test(the_interface_names_the_link_before_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
