// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

#define SLL(hardware, type) "0000 " hardware " 0006 0200000000010000 " type " "
#define SLL2(hardware, type) type " 0000 00000002 " hardware " 00 06 0200000000010000 "
#define TAG4 "8100 0001 8100 0002 8100 0003 8100 0004 "

static void every_link_leads_to_the_same_datagram(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
        int dlt;
        uint32_t link_bytes;
    } cases[] = {
        {"ethernet", MADE_ETH4 MADE_IPV4_UDP, 1, 14},
        {"802.1Q", MADE_MAC "8100 0064 0800 " MADE_IPV4_UDP, 1, 18},
        {"802.1ad", MADE_MAC "88a8 0064 8100 0065 0800 " MADE_IPV4_UDP, 1, 22},
        {"0x9100", MADE_MAC "9100 0064 0800 " MADE_IPV4_UDP, 1, 18},
        {"0x9200", MADE_MAC "9200 0064 0800 " MADE_IPV4_UDP, 1, 18},
        {"sll", SLL("0001", "0800") MADE_IPV4_UDP, 113, 16},
        {"sll vlan", SLL("0001", "8100") "0064 0800 " MADE_IPV4_UDP, 113, 20},
        {"sll llc", SLL("0001", "0004") "aaaa03000000 0800 " MADE_IPV4_UDP, 113, 24},
        {"sll2", SLL2("0001", "0800") MADE_IPV4_UDP, 276, 20},
        {"sll2 qinq", SLL2("0001", "88a8") "0064 8100 0065 0800 " MADE_IPV4_UDP, 276, 28},
        {"null, little", "02000000 " MADE_IPV4_UDP, 0, 4},
        {"null, big", "00000002 " MADE_IPV4_UDP, 0, 4},
        {"loop", "00000002 " MADE_IPV4_UDP, 108, 4},
        {"raw", MADE_IPV4_UDP, 12, 0},
        {"raw of openbsd", MADE_IPV4_UDP, 14, 0},
        {"raw of files", MADE_IPV4_UDP, 101, 0},
        {"ipv4", MADE_IPV4_UDP, 228, 0},
        {"mpls", MADE_MAC "8847 00010140 " MADE_IPV4_UDP, 1, 18},
        {"mpls, three", MADE_MAC "8848 00010040 00011040 00012140 " MADE_IPV4_UDP, 1, 26},
        {"mpls in a vlan", MADE_MAC "8100 0064 8847 00010140 " MADE_IPV4_UDP, 1, 22},
        {"pppoe", MADE_MAC "8864 1100 0001 0022 0021 " MADE_IPV4_UDP, 1, 22},
        {"pppoe, short protocol", MADE_MAC "8864 1100 0001 0021 21 " MADE_IPV4_UDP, 1, 21},
        {"snap", MADE_MAC "0028 aaaa03000000 0800 " MADE_IPV4_UDP, 1, 22},
        {"vlan, snap", MADE_MAC "8100 0001 0028 aaaa03000000 0800 " MADE_IPV4_UDP, 1, 26},
        {"cisco metadata", MADE_MAC "8909 0101 0001 0007 0800 " MADE_IPV4_UDP, 1, 22},
        {"vn-tag", MADE_MAC "8926 00000000 0800 " MADE_IPV4_UDP, 1, 20},
        {"e-tag", MADE_MAC "893f 000000000000 0800 " MADE_IPV4_UDP, 1, 22},
        {"fabricpath", MADE_MAC "8903 0040 " MADE_ETH4 MADE_IPV4_UDP, 1, 30},
        {"802.1ah", MADE_MAC "88e7 00000001 " MADE_ETH4 MADE_IPV4_UDP, 1, 32},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        print_message("  %s\n", cases[i].name);
        assert_int_equal(made_decode_hex(cases[i].dlt, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_made_udp4(&p, cases[i].link_bytes);
        assert_null(p.comm);
        assert_int_equal(p.pid, 0);
    }
}

static void ipv6_goes_the_same_ways(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int dlt;
        uint32_t link_bytes;
    } cases[] = {
        {MADE_ETH6 MADE_IPV6_UDP, 1, 14},
        {MADE_MAC "8100 0064 86dd " MADE_IPV6_UDP, 1, 18},
        {SLL("0001", "86dd") MADE_IPV6_UDP, 113, 16},
        {SLL2("0001", "86dd") MADE_IPV6_UDP, 276, 20},
        {"1e000000 " MADE_IPV6_UDP, 0, 4},
        {"0000001e " MADE_IPV6_UDP, 0, 4},
        {"1c000000 " MADE_IPV6_UDP, 0, 4},
        {"00000018 " MADE_IPV6_UDP, 108, 4},
        {MADE_IPV6_UDP, 12, 0},
        {MADE_IPV6_UDP, 229, 0},
        {MADE_MAC "8847 00010140 " MADE_IPV6_UDP, 1, 18},
        {MADE_MAC "8864 1100 0001 0036 0057 " MADE_IPV6_UDP, 1, 22},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(cases[i].dlt, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_made_udp6(&p, cases[i].link_bytes);
    }
}

static void tags_are_kept_outermost_first(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, MADE_ETH4 MADE_IPV4_UDP, &p), RN_IGNORE_NONE);
    assert_int_equal(p.vlan_count, 0);
    assert_int_equal(p.vlan[0], 0);
    // The upper four bits are priority.
    assert_int_equal(made_decode_hex(1, MADE_MAC "88a8 f064 8100 2fff 0800 " MADE_IPV4_UDP, &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.vlan_count, 2);
    assert_int_equal(p.vlan[0], 100);
    assert_int_equal(p.vlan[1], 4095);
    assert_int_equal(p.vlan[2], 0);
}

static void tags_beyond_those_kept_are_followed_up_to_a_bound(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, MADE_MAC TAG4 TAG4 "0800 " MADE_IPV4_UDP, &p),
                     RN_IGNORE_NONE);
    assert_made_udp4(&p, 14 + 32);
    assert_int_equal(p.vlan_count, RN_VLAN_MAX);
    for (uint16_t i = 0; i < RN_VLAN_MAX; i++)
        assert_int_equal(p.vlan[i], i + 1);
    assert_int_equal(
        made_decode_hex(
            1, MADE_MAC TAG4 TAG4 TAG4 TAG4 TAG4 TAG4 TAG4 TAG4 TAG4 "0800 " MADE_IPV4_UDP, &p),
        RN_IGNORE_NESTING);
}

static void labels_are_followed_up_to_a_bound(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, MADE_MAC "8847 ");
    for (int i = 0; i < 100; i++)
        made_hex(&m, "00010040");
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NESTING);
}

static void what_is_neither_ip_nor_arp_is_ignored_by_its_type(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int dlt;
    } cases[] = {
        {MADE_MAC "88cc 0207", 1},                                    // LLDP
        {MADE_MAC "8100 0001 88cc 0207", 1},                          //
        {MADE_MAC "0026 424203 0000 0000 0000", 1},                   // spanning tree over LLC
        {MADE_MAC "0003 f0f07f", 1},                                  // shorter than SNAP
        {MADE_MAC "0028 aaaa03 00000c 2000", 1},                      // CDP: another organisation
        {MADE_MAC "8863 1109 0000 0000", 1},                          // PPPoE discovery
        {MADE_MAC "8864 1100 0001 000a c021 0101 0008 0000 0000", 1}, // LCP
        {MADE_MAC "8864 11a7 0001 0000", 1},                          // session that ends
        {MADE_MAC "8847 00010140 00000000 " MADE_ETH4 MADE_IPV4_UDP, 1}, // pseudowire
        {SLL("0338", "0800") MADE_IPV4_UDP, 113},                        // netlink
        {SLL("0118", "000c") "00000000", 113},                           // CAN
        {SLL2("0323", "0800") MADE_IPV4_UDP, 276},                       // radiotap
        {"02000000 00", 0},
        {"10000000", 12},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        print_message("  %zu\n", i);
        assert_int_equal(made_decode_hex(cases[i].dlt, cases[i].hex, &p), RN_IGNORE_ETHERTYPE);
    }
}

static void raw_types_of_one_family_take_no_other(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(228, MADE_IPV6_UDP, &p), RN_IGNORE_IP);
    assert_int_equal(made_decode_hex(229, MADE_IPV4_UDP MADE_IPV4_UDP, &p), RN_IGNORE_IP);
}

static void a_link_header_cut_anywhere_is_no_packet(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        int dlt;
        uint32_t link_bytes;
    } cases[] = {
        {MADE_ETH4, 1, 14},
        {MADE_MAC "8100 0064 0800", 1, 18},
        {MADE_MAC "893f 000000000000 0800 ", 1, 22},
        {MADE_MAC "8847 00010140", 1, 18},
        {MADE_MAC "8864 1100 0001 0022 0021", 1, 22},
        {SLL("0001", "0800"), 113, 16},
        {SLL2("0001", "0800"), 276, 20},
        {"02000000", 0, 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made m = {.len = 0};
        made_hex(&m, cases[i].hex);
        for (m.len = 0; m.len < cases[i].link_bytes; m.len++) {
            struct rn_packet p;
            assert_int_equal(made_decode(cases[i].dlt, &m, &p), RN_IGNORE_LINK);
        }
    }
}

static void pppoe_ends_its_payload(void **state)
{
    (void)state;
    // The IP header claims more than PPPoE gives it; what follows is a trailer.
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1,
                                     MADE_MAC "8864 1100 0001 0020 0021 4500 0030 1234 0000 4011 "
                                              "0000 " MADE_ADDR4
                                              "3039 0035 001c 0000 6461 7878787878",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.ip_bytes, 48);
    assert_int_equal(p.payload.len, 2);
    // Segmentation offload: the length is PPPoE's, not the frame's.
    assert_int_equal(made_decode_hex(1,
                                     MADE_MAC "8864 1100 0001 0022 0021 4500 0000 1234 0000 4011 "
                                              "0000 " MADE_ADDR4 MADE_UDP "78787878",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.ip_bytes, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_link_leads_to_the_same_datagram),
        cmocka_unit_test(ipv6_goes_the_same_ways),
        cmocka_unit_test(tags_are_kept_outermost_first),
        cmocka_unit_test(tags_beyond_those_kept_are_followed_up_to_a_bound),
        cmocka_unit_test(labels_are_followed_up_to_a_bound),
        cmocka_unit_test(what_is_neither_ip_nor_arp_is_ignored_by_its_type),
        cmocka_unit_test(raw_types_of_one_family_take_no_other),
        cmocka_unit_test(a_link_header_cut_anywhere_is_no_packet),
        cmocka_unit_test(pppoe_ends_its_payload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
