// SPDX-License-Identifier: Apache-2.0
// Addresses: the text is RFC 5952's, parsing is inet_pton's, and what is local is what was told.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>

#include "rustnet/model/addr.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    if (!rn_ip_parse(text, &out))
        fail_msg("not an address: %s", text);
    return out;
}

static void text_follows_rfc_5952(void **state)
{
    (void)state;
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"10.0.200.9", "10.0.200.9"},
        {"::ffff:192.0.2.7", "192.0.2.7"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:0DB8:0:0:0:0:0:00A1", "2001:db8::a1"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, // a single zero group stays
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          // the longest run
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    // the first of equals
        {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
        {"0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"},
        {"::102:304", "::102:304"},
        {"64:ff9b::c000:207", "64:ff9b::c000:207"},
        {"ffff:eeee:dddd:cccc:bbbb:aaaa:9999:8888", "ffff:eeee:dddd:cccc:bbbb:aaaa:9999:8888"},
        {"fe80::1000:100:10:1", "fe80::1000:100:10:1"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[RN_IP_TEXT_SIZE];
        struct rn_ip addr = ip(cases[i].in);
        assert_int_equal(rn_ip_text(&addr, text), strlen(cases[i].want));
        assert_string_equal(text, cases[i].want);
    }
}

static void ends_are_written_with_brackets_around_ipv6(void **state)
{
    (void)state;
    char text[RN_END_TEXT_SIZE];
    struct rn_ip v4 = ip("1.2.3.4"), v6 = ip("2001:db8::1");
    struct rn_ip longest = ip("ffff:eeee:dddd:cccc:bbbb:aaaa:9999:8888");
    assert_int_equal(rn_end_text(&v4, 53, text), 10);
    assert_string_equal(text, "1.2.3.4:53");
    rn_end_text(&v6, 0, text);
    assert_string_equal(text, "[2001:db8::1]:0");
    assert_int_equal(rn_end_text(&longest, 65535, text), 47);
    assert_string_equal(text, "[ffff:eeee:dddd:cccc:bbbb:aaaa:9999:8888]:65535");
}

// What inet_pton says of the same text, IPv4 first.
static bool system_parse(const char *text, struct rn_ip *out)
{
    uint8_t b[16];
    if (inet_pton(AF_INET, text, b) == 1)
        *out = rn_ip_v4(b);
    else if (inet_pton(AF_INET6, text, b) == 1)
        *out = rn_ip_v6(b);
    else
        return false;
    return true;
}

static void check_like_system(const char *text)
{
    struct rn_ip ours, theirs;
    bool want = system_parse(text, &theirs), got = rn_ip_parse(text, &ours);
    if (want != got)
        fail_msg("'%s': inet_pton says %d", text, want);
    if (got)
        assert_memory_equal(&ours, &theirs, sizeof ours);
}

static void parsing_accepts_what_inet_pton_accepts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        ":",
        "::",
        ":::",
        "::1",
        "1::",
        "1::2::3",
        "1:",
        ":1",
        "1:2",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "12345::",
        "g::",
        "1::g",
        "::1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3",
        "::1.2.3.4.5",
        "::1.2.3.4:5",
        "::256.1.1.1",
        "1.2.3.4",
        "1.2.3",
        "1.2.3.4.",
        ".1.2.3.4",
        "01.2.3.4",
        "1.2.3.00",
        "0.0.0.0",
        "256.0.0.1",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1..3.4",
        "fe80::1%eth0",
        "[::1]",
        "::ffff:1.2.3.4",
        "0000::0000",
        "00000::",
        "A:b:C::dEf",
        "1:2:3:4:5:6:7",
        "::0.0.0.0",
        "1.2.3.4/8",
        "::1.2.3.04",
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        check_like_system(texts[i]);
}

static void parsing_agrees_with_inet_pton_on_random_text(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789abfF::::....::12g";
    uint64_t x = 88172645463325252u;
    for (unsigned round = 0; round < 200000; round++) {
        char text[24];
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        size_t len = (size_t)(x >> 8) % (sizeof text - 1);
        uint64_t y = x;
        for (size_t i = 0; i < len; i++) {
            y ^= y << 13, y ^= y >> 7, y ^= y << 17;
            text[i] = alphabet[(y >> 11) % (sizeof alphabet - 1)];
        }
        text[len] = '\0';
        check_like_system(text);
    }
}

static void text_of_any_address_parses_to_the_same(void **state)
{
    (void)state;
    uint64_t x = 2463534242u;
    for (unsigned round = 0; round < 20000; round++) {
        struct rn_ip addr, back;
        char text[RN_IP_TEXT_SIZE];
        for (unsigned i = 0; i < 8; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            bool zero = (x >> 20) % 3 != 0; // so that runs of zeros are common
            addr.b[2 * i] = zero ? 0 : (uint8_t)(x >> 30);
            addr.b[2 * i + 1] = zero ? 0 : (uint8_t)(x >> 40);
        }
        size_t len = rn_ip_text(&addr, text);
        assert_int_equal(len, strlen(text));
        assert_true(rn_ip_parse(text, &back));
        assert_memory_equal(&addr, &back, sizeof addr);
    }
}

static void order_is_ipv4_first_then_by_number(void **state)
{
    (void)state;
    static const char *const ordered[] = {"0.0.0.0", "9.255.0.1", "10.0.0.1", "255.0.0.0",
                                          "::",      "::1",       "1::",      "ff02::1"};
    for (size_t i = 0; i < COUNT(ordered); i++) {
        for (size_t j = 0; j < COUNT(ordered); j++) {
            struct rn_ip a = ip(ordered[i]), b = ip(ordered[j]);
            int c = rn_ip_compare(&a, &b);
            assert_int_equal(c < 0, i < j);
            assert_int_equal(c > 0, i > j);
        }
    }
}

static void special_ranges_are_recognised(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        bool loopback, unspecified, multicast, link_local;
    } cases[] = {
        {"127.0.0.1", 1, 0, 0, 0},   {"127.255.255.255", 1, 0, 0, 0},
        {"128.0.0.1", 0, 0, 0, 0},   {"0.0.0.0", 0, 1, 0, 0},
        {"0.0.0.1", 0, 0, 0, 0},     {"223.255.255.255", 0, 0, 0, 0},
        {"224.0.0.0", 0, 0, 1, 0},   {"239.255.255.255", 0, 0, 1, 0},
        {"240.0.0.0", 0, 0, 0, 0},   {"169.254.0.0", 0, 0, 0, 1},
        {"169.255.0.0", 0, 0, 0, 0}, {"::", 0, 1, 0, 0},
        {"::1", 1, 0, 0, 0},         {"::2", 0, 0, 0, 0},
        {"1::", 0, 0, 0, 0},         {"ff02::fb", 0, 0, 1, 0},
        {"fe80::1", 0, 0, 0, 1},     {"febf::1", 0, 0, 0, 1},
        {"fec0::1", 0, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_ip addr = ip(cases[i].in);
        assert_int_equal(rn_ip_is_loopback(&addr), cases[i].loopback);
        assert_int_equal(rn_ip_is_unspecified(&addr), cases[i].unspecified);
        assert_int_equal(rn_ip_is_multicast(&addr), cases[i].multicast);
        assert_int_equal(rn_ip_is_link_local(&addr), cases[i].link_local);
    }
}

static void hardware_addresses_are_written_in_lower_case_with_colons(void **state)
{
    (void)state;
    static const struct {
        uint8_t mac[RN_MAC_BYTES];
        const char *want;
    } cases[] = {{{0}, "00:00:00:00:00:00"},
                 {{0x02, 0x0a, 0xa0, 0x9f, 0xf9, 0xff}, "02:0a:a0:9f:f9:ff"}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[RN_MAC_TEXT_SIZE];
        assert_int_equal(rn_mac_text(cases[i].mac, text), strlen(cases[i].want));
        assert_string_equal(text, cases[i].want);
    }
}

static void a_prefix_is_compared_to_its_last_bit(void **state)
{
    (void)state;
    struct rn_ip a = ip("2001:db8::"), b = ip("2001:db8:0:1::");
    assert_true(rn_ip_same_prefix(&a, &b, 0));
    assert_true(rn_ip_same_prefix(&a, &b, 63));
    assert_false(rn_ip_same_prefix(&a, &b, 64));
    assert_false(rn_ip_same_prefix(&a, &b, 128));
    assert_true(rn_ip_same_prefix(&a, &a, 128));
}

static void protocols_have_their_names(void **state)
{
    (void)state;
    static const struct {
        uint16_t proto;
        const char *want;
    } cases[] = {
        {6, "TCP"},    {17, "UDP"},   {1, "ICMP"},
        {58, "ICMP"},  {2, "IGMP"},   {RN_PROTO_ARP, "ARP"},
        {132, "SCTP"}, {47, "GRE"},   {50, "ESP"},
        {51, "AH"},    {4, "IPIP"},   {41, "IPv6"},
        {103, "PIM"},  {89, "OSPF"},  {112, "VRRP"},
        {115, "L2TP"}, {88, "EIGRP"}, {46, "RSVP"},
        {0, "IP-0"},   {33, "IP-33"}, {255, "IP-255"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[8];
        assert_ptr_equal(rn_proto_name(cases[i].proto, out), out);
        assert_string_equal(out, cases[i].want);
    }
    char out[8];
    for (unsigned proto = 0; proto <= UINT16_MAX; proto++)
        assert_true(strlen(rn_proto_name((uint16_t)proto, out)) < sizeof out);
}

static void the_key_is_the_same_for_both_directions(void **state)
{
    (void)state;
    static const char *const addrs[] = {"10.0.0.1", "10.0.0.2", "2001:db8::1", "10.0.0.1"};
    for (size_t i = 0; i < COUNT(addrs); i++) {
        for (size_t j = 0; j < COUNT(addrs); j++) {
            struct rn_key there, back;
            unsigned a = rn_key_make(&there, ip(addrs[i]), 1, ip(addrs[j]), 2, 6);
            unsigned b = rn_key_make(&back, ip(addrs[j]), 2, ip(addrs[i]), 1, 6);
            assert_true(rn_key_equal(&there, &back));
            assert_int_equal(a, 1 - b);
            assert_int_equal(there.port[a], 1);
        }
    }
}

static struct rn_local_addrs machine(void)
{
    static const struct {
        const char *addr;
        uint8_t prefix;
    } nets[] = {{"192.168.1.10", 96 + 24},
                {"10.9.8.1", 96 + 31},
                {"10.9.9.1", 96 + 32},
                {"172.16.0.1", 96 + 12},
                {"127.0.0.1", 96 + 8},
                {"2001:db8::5", 64},
                {"::1", 128},
                {"10.20.30.40", 96 + 30}};
    struct rn_local_addrs local = {0};
    for (size_t i = 0; i < COUNT(nets); i++)
        local.net[local.net_count++] =
            (struct rn_local_net){.ip = ip(nets[i].addr), .prefix_len = nets[i].prefix};
    local.gateway[local.gateway_count++] = ip("192.168.1.1");
    return local;
}

static void local_is_the_address_and_not_its_network(void **state)
{
    (void)state;
    struct rn_local_addrs local = machine();
    static const struct {
        const char *addr;
        bool want;
    } cases[] = {{"192.168.1.10", true},    {"192.168.1.11", false},
                 {"192.168.1.255", false},  {"10.9.8.1", true},
                 {"10.9.8.0", false},       {"127.0.0.1", true},
                 {"127.0.0.53", true},      {"::1", true},
                 {"2001:db8::5", true},     {"2001:db8::6", false},
                 {"127.255.255.255", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_ip addr = ip(cases[i].addr);
        assert_int_equal(rn_local_has(&local, &addr), cases[i].want);
    }
    struct rn_ip gateway = ip("192.168.1.1"), other = ip("192.168.1.2");
    assert_true(rn_local_is_gateway(&local, &gateway));
    assert_false(rn_local_is_gateway(&local, &other));
}

static void without_addresses_nothing_is_local(void **state)
{
    (void)state;
    struct rn_local_addrs none = {0};
    struct rn_ip loopback = ip("127.0.0.1"), zero = ip("0.0.0.0");
    assert_false(rn_local_has(&none, &loopback));
    assert_false(rn_local_has(&none, &zero));
}

static void broadcast_comes_from_the_prefix(void **state)
{
    (void)state;
    struct rn_local_addrs local = machine();
    static const struct {
        const char *addr;
        enum rn_addr_kind want;
    } cases[] = {
        {"255.255.255.255", RN_ADDR_BROADCAST},
        {"192.168.1.255", RN_ADDR_BROADCAST},
        {"192.168.1.254", RN_ADDR_UNICAST},
        {"192.168.2.255", RN_ADDR_UNICAST},
        {"172.31.255.255", RN_ADDR_BROADCAST},
        {"172.16.255.255", RN_ADDR_UNICAST},
        {"10.20.30.43", RN_ADDR_BROADCAST},
        {"10.9.8.1", RN_ADDR_UNICAST}, // /31
        {"10.9.9.1", RN_ADDR_UNICAST}, // /32
        {"224.0.0.251", RN_ADDR_MULTICAST},
        {"ff02::fb", RN_ADDR_MULTICAST},
        {"2001:db8::ffff:ffff:ffff:ffff", RN_ADDR_UNICAST}, // IPv6 has none
        {"8.8.8.8", RN_ADDR_UNICAST},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_ip addr = ip(cases[i].addr);
        assert_int_equal(rn_local_kind(&local, &addr), cases[i].want);
    }
    struct rn_local_addrs none = {0}, all = {0};
    struct rn_ip limited = ip("255.255.255.255"), group = ip("239.1.2.3");
    assert_int_equal(rn_local_kind(&none, &limited), RN_ADDR_BROADCAST);
    assert_int_equal(rn_local_kind(&none, &group), RN_ADDR_MULTICAST);
    all.net[all.net_count++] = (struct rn_local_net){.ip = ip("10.0.0.1"), .prefix_len = 96};
    assert_int_equal(rn_local_kind(&all, &limited), RN_ADDR_BROADCAST);
}

static void an_added_prefix_is_local_as_a_whole(void **state)
{
    (void)state;
    struct rn_local_addrs local = {0};
    assert_true(rn_local_add_text(&local, "10.1.0.0/16"));
    assert_true(rn_local_add_text(&local, "192.0.2.7"));
    assert_true(rn_local_add_text(&local, "2001:db8::/33"));
    assert_true(rn_local_add_text(&local, "::ffff:172.16.0.0/108"));
    assert_int_equal(local.net_count, 4);
    static const struct {
        const char *addr;
        bool want;
    } cases[] = {{"10.1.2.3", true},   {"10.2.0.0", false},        {"192.0.2.7", true},
                 {"192.0.2.8", false}, {"2001:db8:7fff::1", true}, {"2001:db8:8000::1", false},
                 {"172.31.0.1", true}, {"172.32.0.1", false},      {"10.1.255.255", false}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_ip addr = ip(cases[i].addr);
        assert_int_equal(rn_local_has(&local, &addr), cases[i].want);
    }
    static const char *const bad[] = {"",
                                      "10.0.0.0/",
                                      "10.0.0.0/33",
                                      "10.0.0.0/-1",
                                      "x/8",
                                      "::/129",
                                      "10.0.0.0/8 ",
                                      "10.0.0.0/8/8",
                                      "10.0.0/8",
                                      "10.0.0.0/4294967304",
                                      "1:2:3:4:5:6:7:8:9:a:b:c:d:e:f:10:11:12:13:14/8"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(rn_local_add_text(&local, bad[i]));
    assert_int_equal(local.net_count, 4);
    while (local.net_count < RN_LOCAL_MAX)
        assert_true(rn_local_add_text(&local, "192.0.2.9"));
    assert_false(rn_local_add_text(&local, "192.0.2.9"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_follows_rfc_5952),
        cmocka_unit_test(ends_are_written_with_brackets_around_ipv6),
        cmocka_unit_test(parsing_accepts_what_inet_pton_accepts),
        cmocka_unit_test(parsing_agrees_with_inet_pton_on_random_text),
        cmocka_unit_test(text_of_any_address_parses_to_the_same),
        cmocka_unit_test(order_is_ipv4_first_then_by_number),
        cmocka_unit_test(special_ranges_are_recognised),
        cmocka_unit_test(hardware_addresses_are_written_in_lower_case_with_colons),
        cmocka_unit_test(a_prefix_is_compared_to_its_last_bit),
        cmocka_unit_test(protocols_have_their_names),
        cmocka_unit_test(the_key_is_the_same_for_both_directions),
        cmocka_unit_test(local_is_the_address_and_not_its_network),
        cmocka_unit_test(without_addresses_nothing_is_local),
        cmocka_unit_test(broadcast_comes_from_the_prefix),
        cmocka_unit_test(an_added_prefix_is_local_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
