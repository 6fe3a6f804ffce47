// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

#define IP6(length, next) "60000000 " length " " next " 40 " MADE_ADDR6

static void padding_is_no_payload(void **state)
{
    (void)state;
    static const struct {
        int dlt;
        uint32_t link_bytes;
        const char *hex;
    } cases[] = {
        {1, 14, MADE_ETH4 MADE_IPV4_UDP "000000000000"},
        {113, 16, "0000 0001 0006 0200000000010000 0800" MADE_IPV4_UDP "000000000000"},
        {12, 0, MADE_IPV4_UDP "000000000000"},
    };
    struct rn_packet p;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(made_decode_hex(cases[i].dlt, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_made_udp4(&p, cases[i].link_bytes);
    }
    assert_int_equal(made_decode_hex(1, MADE_ETH6 MADE_IPV6_UDP "000000000000", &p),
                     RN_IGNORE_NONE);
    assert_made_udp6(&p, 14);
}

static void a_cut_frame_counts_what_its_headers_say(void **state)
{
    (void)state;
    struct made m = {.wire_bytes = 1514};
    made_hex(&m, MADE_ETH4 "4500 05dc 1234 0000 4006 0000 " MADE_ADDR4
                           "3039 0050 00000001 00000002 5018 ffff 0000 0000 4745");
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_int_equal(p.wire_bytes, 1514);
    assert_int_equal(p.ip_bytes, 1500);
    assert_int_equal(p.payload_bytes, 1460);
    assert_int_equal(p.payload.len, 2);
}

static void total_length_zero_is_the_length_of_the_frame(void **state)
{
    (void)state;
    struct made m = {.wire_bytes = 14 + 70000};
    made_hex(&m, MADE_ETH4 "4500 0000 1234 4000 4006 0000 " MADE_ADDR4
                           "3039 0050 00000001 00000002 5018 ffff 0000 0000 4745");
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_int_equal(p.ip_bytes, 70000);
    assert_int_equal(p.wire_bytes, 70014);
    assert_int_equal(p.payload_bytes, 70000 - 40);
    assert_int_equal(p.payload.len, 2);
}

static void payload_length_zero_is_the_length_of_the_frame(void **state)
{
    (void)state;
    // A jumbogram (RFC 2675): hop-by-hop option 0xc2.
    struct made m = {.wire_bytes = 14 + 40 + 8 + 100000};
    made_hex(&m, MADE_ETH6 IP6("0000", "00") "06 00 c2 04 000186a8 "
                                             "3039 0050 00000001 00000002 5018 ffff 0000 0000");
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_int_equal(p.ip_bytes, 100048);
    assert_int_equal(p.payload_bytes, 100000 - 20);
    // Nothing behind it is a length too.
    made_decode_hex(1, MADE_ETH6 IP6("0000", "3b") "000000000000", &p);
    assert_int_equal(p.ip_bytes, 40);
    assert_int_equal(p.key.proto, 59);
}

static void a_length_beyond_the_frame_is_counted_but_makes_no_payload(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH4 "4500 05dc 1234 0000 4006 0000 " MADE_ADDR4
                                               "3039 0050 00000001 00000002 5018 ffff 0000 0000 "
                                               "474554",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.ip_bytes, 1500);
    assert_int_equal(p.wire_bytes, 1514);
    assert_int_equal(p.payload_bytes, 3);
    assert_int_equal(p.payload.len, 3);
}

static void a_file_that_claims_less_than_it_holds_is_read_as_it_is(void **state)
{
    (void)state;
    struct made m = {.wire_bytes = 3};
    made_hex(&m, MADE_ETH4 MADE_IPV4_UDP);
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_made_udp4(&p, 14);
}

static void options_of_ipv4_are_skipped(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(
        made_decode_hex(
            1, MADE_ETH4 "4600 0024 1234 0000 4011 0000 " MADE_ADDR4 "94040000 " MADE_UDP, &p),
        RN_IGNORE_NONE);
    assert_ends(&p, "0a000001", 12345, "0a000002", 53);
    assert_int_equal(p.payload.len, 4);
}

static void what_is_no_ip_header_is_ignored(void **state)
{
    (void)state;
    static const char *const cases[] = {
        MADE_ETH4 "5500 0020 1234 0000 4011 0000 " MADE_ADDR4 MADE_UDP,   // version
        MADE_ETH4 "4400 0020 1234 0000 4011 0000 " MADE_ADDR4 MADE_UDP,   // header of 16 bytes
        MADE_ETH4 "4500 0013 1234 0000 4011 0000 " MADE_ADDR4 MADE_UDP,   // shorter than its header
        MADE_ETH4 "4f00 0040 1234 0000 4011 0000 " MADE_ADDR4 MADE_UDP,   // options cut off
        MADE_ETH4 "4500 0020 1234 0000 4011 0000 0a000001 0a0000",        // cut
        MADE_ETH4,                                                        //
        MADE_ETH6 "40000000 000c 11 40 " MADE_ADDR6 MADE_UDP,             // version
        MADE_ETH6 "60000000 000c 11 40 20010db8000000000000000000000001", // cut
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i], &p), RN_IGNORE_IP);
    }
}

static void extension_headers_are_walked(void **state)
{
    (void)state;
    static const struct {
        const char *name, *hex;
    } cases[] = {
        {"hop-by-hop", MADE_ETH6 IP6("0014", "00") "11 00 010400000000 " MADE_UDP},
        {"routing",
         MADE_ETH6 IP6("0024",
                       "2b") "11 02 0001 00000000 20010db8000000000000000000000003 " MADE_UDP},
        {"destination", MADE_ETH6 IP6("0014", "3c") "11 00 010400000000 " MADE_UDP},
        {"fragment of one", MADE_ETH6 IP6("0014", "2c") "11 00 0000 00000007 " MADE_UDP},
        {"authentication",
         MADE_ETH6 IP6("0024",
                       "33") "11 04 0000 00000001 00000001 000000000000000000000000 " MADE_UDP},
        {"mobility", MADE_ETH6 IP6("0014", "87") "11 00 0000 0000 0000 " MADE_UDP},
        {"hip", MADE_ETH6 IP6("0014", "8b") "11 00 000000000000 " MADE_UDP},
        {"shim6", MADE_ETH6 IP6("0014", "8c") "11 00 000000000000 " MADE_UDP},
        {"all in a row",
         MADE_ETH6 IP6("002c", "00") "2b 00 000000000000 3c 00 000000000000 2c 00 000000000000 "
                                     "11 00 0000 00000007 " MADE_UDP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        print_message("  %s\n", cases[i].name);
        assert_int_equal(made_decode_hex(1, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_int_equal(p.key.proto, RN_PROTO_UDP);
        assert_ends(&p, "20010db8000000000000000000000001", 12345,
                    "20010db8000000000000000000000002", 53);
        assert_int_equal(p.payload_bytes, 4);
        assert_memory_equal(p.payload.p, "data", 4);
        assert_int_equal(p.flags & ~RN_PACKET_FRAGMENT_ALONE, 0);
    }
}

static void a_chain_that_lies_about_its_length_ends_the_walk(void **state)
{
    (void)state;
    static const char *const cases[] = {
        MADE_ETH6 IP6("0014", "00") "11 ff 010400000000 " MADE_UDP, // beyond the datagram
        MADE_ETH6 IP6("0007", "00") "11 00 010400000000 " MADE_UDP, // beyond the payload length
        MADE_ETH6 IP6("0014", "00") "11",                           // cut off
        MADE_ETH6 IP6("0014", "2c") "11 00 0000 0000",              //
        MADE_ETH6 IP6("0001", "3c") "11",                           //
        MADE_ETH6 IP6("0008", "00") "11 00 010400000000 " MADE_UDP, // nothing left for UDP
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i], &p), RN_IGNORE_TRANSPORT);
    }
}

static void a_chain_is_followed_up_to_a_bound(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, MADE_ETH6 IP6("0000", "3c"));
    for (int i = 0; i < 40; i++)
        made_hex(&m, "3c 00 000000000000");
    made_hex(&m, "11 00 000000000000 " MADE_UDP);
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_int_equal(p.key.port[p.from], 12345);
    m.len = 54;
    for (int i = 0; i < 200; i++)
        made_hex(&m, "3c 00 000000000000");
    made_hex(&m, "11 00 000000000000 " MADE_UDP);
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NESTING);
}

static void any_other_protocol_is_a_row_by_its_number(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint16_t proto;
    } cases[] = {
        {MADE_ETH4 "4500 001c 1234 0000 4084 0000 " MADE_ADDR4 "0000000000000000", 132},
        {MADE_ETH4 "4500 001c 1234 0000 402f 0000 " MADE_ADDR4 "0000000000000000", 47},
        {MADE_ETH4 "4500 001c 1234 0000 4032 0000 " MADE_ADDR4 "0000000000000000", 50},
        {MADE_ETH4 "4500 0014 1234 0000 4059 0000 " MADE_ADDR4, 89},
        {MADE_ETH4 "4500 001c 1234 0000 40ff 0000 " MADE_ADDR4 "0000000000000000", 255},
        {MADE_ETH4 "4500 001c 1234 0000 4000 0000 " MADE_ADDR4 "0000000000000000", 0},
        {MADE_ETH6 IP6("0008", "32") "0000000000000000", 50},
        {MADE_ETH6 IP6("0010", "00") "29 00 000000000000 0000000000000000", 41},
        // A mobility message has nothing behind it, and is what is spoken here.
        {MADE_ETH6 IP6("0008", "87") "3b 00 0000 00000000", 135},
        {MADE_ETH6 IP6("0008", "3c") "3b 00 000000000000", 59},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_int_equal(p.key.proto, cases[i].proto);
        assert_int_equal(p.key.port[0], 0);
        assert_int_equal(p.key.port[1], 0);
        assert_int_equal(p.payload_bytes, 0);
    }
}

static void authentication_of_ipv4_shows_what_it_protects(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH4 "4500 0038 1234 0000 4033 0000 " MADE_ADDR4
                                               "11 04 0000 00000001 00000001 "
                                               "000000000000000000000000 " MADE_UDP,
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.key.proto, RN_PROTO_UDP);
    assert_int_equal(p.payload_bytes, 4);
}

static void fragments_of_ipv4_never_lend_bytes_as_ports(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH4 "4500 0020 1234 2000 4011 0000 " MADE_ADDR4
                                               "3039 0035 0800 0000 64617461",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.flags, RN_PACKET_FIRST_FRAGMENT);
    assert_int_equal(p.fragment_id, 0x1234);
    assert_int_equal(p.key.port[p.from], 12345);
    assert_int_equal(p.payload_bytes, 0x800 - 8);
    assert_int_equal(p.payload.len, 4);
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH4 "4500 0020 1234 0004 4011 0000 " MADE_ADDR4
                                               "3039 0035 0800 0000 64617461",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.flags, RN_PACKET_LATER_FRAGMENT);
    assert_int_equal(p.fragment_id, 0x1234);
    assert_int_equal(p.key.port[0], 0);
    assert_int_equal(p.key.port[1], 0);
    assert_int_equal(p.ip_bytes, 32);
    assert_int_equal(p.payload_bytes, 0); // UDP's own length has counted it
    assert_int_equal(p.payload.len, 0);
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH4 "4500 0020 1234 0004 4006 0000 " MADE_ADDR4
                                               "3039 0035 0800 0000 64617461",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.payload_bytes, 12);
}

static void fragments_of_ipv6_never_lend_bytes_as_ports(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(
        made_decode_hex(1, MADE_ETH6 IP6("0014", "2c") "11 00 0001 0badcafe " MADE_UDP, &p),
        RN_IGNORE_NONE);
    assert_int_equal(p.flags, RN_PACKET_FIRST_FRAGMENT);
    assert_int_equal(p.fragment_id, 0x0badcafe);
    assert_int_equal(p.key.port[p.from], 12345);
    assert_int_equal(
        made_decode_hex(1, MADE_ETH6 IP6("0014", "2c") "11 00 0008 0badcafe " MADE_UDP, &p),
        RN_IGNORE_NONE);
    assert_int_equal(p.flags, RN_PACKET_LATER_FRAGMENT);
    assert_int_equal(p.key.port[p.from], 0);
    assert_int_equal(p.key.proto, RN_PROTO_UDP);
    // What looks like an extension header in a later fragment is data.
    assert_int_equal(
        made_decode_hex(1, MADE_ETH6 IP6("0014", "2c") "3c 00 0008 0badcafe " MADE_UDP, &p),
        RN_IGNORE_NONE);
    assert_int_equal(p.flags, RN_PACKET_LATER_FRAGMENT);
    assert_int_equal(p.key.proto, 60);
}

static void a_fragment_of_one_is_whole_and_marked(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(
        made_decode_hex(1, MADE_ETH6 IP6("0014", "2c") "11 00 0000 0badcafe " MADE_UDP, &p),
        RN_IGNORE_NONE);
    assert_int_equal(p.flags, RN_PACKET_FRAGMENT_ALONE);
    assert_int_equal(p.key.port[p.from], 12345);
    assert_int_equal(p.payload.len, 4);
    assert_int_equal(p.fragment_id, 0);
}

static void an_ipv4_mapped_address_is_the_ipv4_address(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH6 "60000000 000c 11 40 "
                                               "00000000000000000000ffff0a000001 "
                                               "00000000000000000000ffff0a000002 " MADE_UDP,
                                     &p),
                     RN_IGNORE_NONE);
    assert_ends(&p, "0a000001", 12345, "0a000002", 53);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(padding_is_no_payload),
        cmocka_unit_test(a_cut_frame_counts_what_its_headers_say),
        cmocka_unit_test(total_length_zero_is_the_length_of_the_frame),
        cmocka_unit_test(payload_length_zero_is_the_length_of_the_frame),
        cmocka_unit_test(a_length_beyond_the_frame_is_counted_but_makes_no_payload),
        cmocka_unit_test(a_file_that_claims_less_than_it_holds_is_read_as_it_is),
        cmocka_unit_test(options_of_ipv4_are_skipped),
        cmocka_unit_test(what_is_no_ip_header_is_ignored),
        cmocka_unit_test(extension_headers_are_walked),
        cmocka_unit_test(a_chain_that_lies_about_its_length_ends_the_walk),
        cmocka_unit_test(a_chain_is_followed_up_to_a_bound),
        cmocka_unit_test(any_other_protocol_is_a_row_by_its_number),
        cmocka_unit_test(authentication_of_ipv4_shows_what_it_protects),
        cmocka_unit_test(fragments_of_ipv4_never_lend_bytes_as_ports),
        cmocka_unit_test(fragments_of_ipv6_never_lend_bytes_as_ports),
        cmocka_unit_test(a_fragment_of_one_is_whole_and_marked),
        cmocka_unit_test(an_ipv4_mapped_address_is_the_ipv4_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
