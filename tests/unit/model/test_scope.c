// SPDX-License-Identifier: Apache-2.0
// Scopes: every range from its first address to its last, and what lies beside it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rustnet/model/addr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    assert_true(rn_ip_parse(text, &out));
    return out;
}

static void every_range_has_its_name_up_to_its_ends(void **state)
{
    (void)state;
    static const struct {
        const char *addr, *want;
    } cases[] = {
        {"0.0.0.0", "UNSPECIFIED"},
        {"0.0.0.1", "PUBLIC"},
        {"126.255.255.255", "PUBLIC"},
        {"127.0.0.0", "LOOPBACK"},
        {"127.255.255.255", "LOOPBACK"},
        {"128.0.0.0", "PUBLIC"},
        {"9.255.255.255", "PUBLIC"},
        {"10.0.0.0", "PRIVATE"},
        {"10.255.255.255", "PRIVATE"},
        {"11.0.0.0", "PUBLIC"},
        {"172.15.255.255", "PUBLIC"},
        {"172.16.0.0", "PRIVATE"},
        {"172.31.255.255", "PRIVATE"},
        {"172.32.0.0", "PUBLIC"},
        {"192.167.255.255", "PUBLIC"},
        {"192.168.0.0", "PRIVATE"},
        {"192.168.255.255", "PRIVATE"},
        {"192.169.0.0", "PUBLIC"},
        {"169.253.255.255", "PUBLIC"},
        {"169.254.0.0", "LINK-LOCAL"},
        {"169.254.255.255", "LINK-LOCAL"},
        {"169.255.0.0", "PUBLIC"},
        {"100.63.255.255", "PUBLIC"},
        {"100.64.0.0", "CGNAT"},
        {"100.127.255.255", "CGNAT"},
        {"100.128.0.0", "PUBLIC"},
        {"192.0.1.255", "PUBLIC"},
        {"192.0.2.0", "DOCUMENTATION"},
        {"192.0.2.255", "DOCUMENTATION"},
        {"192.0.3.0", "PUBLIC"},
        {"198.51.99.255", "PUBLIC"},
        {"198.51.100.0", "DOCUMENTATION"},
        {"198.51.100.255", "DOCUMENTATION"},
        {"198.51.101.0", "PUBLIC"},
        {"203.0.112.255", "PUBLIC"},
        {"203.0.113.0", "DOCUMENTATION"},
        {"203.0.113.255", "DOCUMENTATION"},
        {"203.0.114.0", "PUBLIC"},
        {"198.17.255.255", "PUBLIC"},
        {"198.18.0.0", "BENCHMARKING"},
        {"198.19.255.255", "BENCHMARKING"},
        {"198.20.0.0", "PUBLIC"},
        {"223.255.255.255", "PUBLIC"},
        {"224.0.0.0", "MULTICAST"},
        {"239.255.255.255", "MULTICAST"},
        {"240.0.0.0", "RESERVED"},
        {"255.255.255.254", "RESERVED"},
        {"255.255.255.255", "BROADCAST"},
        {"8.8.8.8", "PUBLIC"},
        {"::", "UNSPECIFIED"},
        {"::1", "LOOPBACK"},
        {"::2", "PUBLIC"},
        {"::ffff:10.1.2.3", "PRIVATE"}, // a mapped address is the IPv4 address
        {"::ffff:8.8.8.8", "PUBLIC"},
        {"::fffe:10.1.2.3", "PUBLIC"},
        {"ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "PUBLIC"},
        {"100::", "DISCARD"},
        {"100::ffff:ffff:ffff:ffff", "DISCARD"},
        {"100:0:0:1::", "PUBLIC"},
        {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "PUBLIC"},
        {"2001:db8::", "DOCUMENTATION"},
        {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "DOCUMENTATION"},
        {"2001:db9::", "PUBLIC"},
        {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "PUBLIC"},
        {"ff00::", "MULTICAST"},
        {"ff02::fb", "MULTICAST"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "MULTICAST"},
        {"fe7f:ffff::", "PUBLIC"},
        {"fe80::", "LINK-LOCAL"},
        {"febf:ffff::", "LINK-LOCAL"},
        {"fec0::", "PUBLIC"},
        {"fbff:ffff::", "PUBLIC"},
        {"fc00::", "UNIQUE-LOCAL"},
        {"fdff:ffff::", "UNIQUE-LOCAL"},
        {"fe00::", "PUBLIC"},
        {"2606:4700::1111", "PUBLIC"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_ip addr = ip(cases[i].addr);
        const char *name = rn_scope_name(rn_ip_scope(&addr));
        if (strcmp(name, cases[i].want) != 0)
            fail_msg("%s is %s, not %s", cases[i].addr, name, cases[i].want);
    }
}

static void the_kind_tells_the_broadcast_of_a_network(void **state)
{
    (void)state;
    struct rn_ip last = ip("192.168.1.255"), group = ip("224.0.0.251");
    assert_int_equal(rn_ip_scope_of_kind(&last, RN_ADDR_UNICAST), RN_SCOPE_PRIVATE);
    assert_int_equal(rn_ip_scope_of_kind(&last, RN_ADDR_BROADCAST), RN_SCOPE_BROADCAST);
    assert_int_equal(rn_ip_scope_of_kind(&group, RN_ADDR_MULTICAST), RN_SCOPE_MULTICAST);
}

static void every_scope_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned a = 0; a < RN_SCOPE_COUNT; a++) {
        assert_true(*rn_scope_name((enum rn_scope)a) != '\0');
        for (unsigned b = 0; b < a; b++)
            assert_string_not_equal(rn_scope_name((enum rn_scope)a),
                                    rn_scope_name((enum rn_scope)b));
    }
    assert_string_equal(rn_scope_name(RN_SCOPE_COUNT), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range_has_its_name_up_to_its_ends),
        cmocka_unit_test(the_kind_tells_the_broadcast_of_a_network),
        cmocka_unit_test(every_scope_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
