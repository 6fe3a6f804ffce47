// SPDX-License-Identifier: Apache-2.0
// Hardware addresses: who is told by which message, and which messages are not believed.
#include "made_frame.h"

#define ETH_ARP "ffffffffffff 0200000000aa 0806 0001 0800 06 04 "
// fe80::1 -> ff02::1
#define ADDRS "fe800000000000000000000000000001 ff020000000000000000000000000001 "
#define HEADER(len, hops) MADE_ETH6 "60000000 " len " 3a " hops " " ADDRS
#define TARGET "fe8000000000000000000000000000cc "
#define DESTINATION "20010db8000000000000000000000009 "
#define SOURCE_OPTION "01 01 020000000011 "
#define TARGET_OPTION "02 01 020000000022 "
// Type, checksum, and what stands before the options.
#define SOLICIT_ROUTER "85 00 0000 00000000 "
#define ADVERTISE_ROUTER "86 00 0000 40000708 0000000000000000 "
#define SOLICIT "87 00 0000 00000000 " TARGET
#define ADVERTISE "88 00 0000 60000000 " TARGET
#define REDIRECT "89 00 0000 00000000 " TARGET DESTINATION

static struct rn_binding out[RN_WIRE_BINDINGS];

static unsigned bindings_of(const char *hex)
{
    struct rn_packet p;
    memset(out, 0xa5, sizeof out);
    assert_int_equal(made_decode_hex(1, hex, &p), RN_IGNORE_NONE);
    return rn_wire_may_bind(&p) ? rn_wire_bindings(&p, out) : 0;
}

// mac: its last byte behind 02:00:00:00:00.
static void assert_binding(const struct rn_binding *b, const char *ip, uint8_t mac)
{
    struct rn_ip want;
    assert_true(rn_ip_parse(ip, &want));
    assert_memory_equal(&b->ip, &want, sizeof want);
    const uint8_t bytes[6] = {2, 0, 0, 0, 0, mac};
    assert_memory_equal(b->mac, bytes, sizeof bytes);
}

static void a_request_tells_of_its_sender_only(void **state)
{
    (void)state;
    assert_int_equal(bindings_of(ETH_ARP "0001 0200000000aa c0a80101 0200000000bb c0a80102"), 1);
    assert_binding(&out[0], "192.168.1.1", 0xaa);
    // The sender may be either end of the key.
    assert_int_equal(bindings_of(ETH_ARP "0001 0200000000aa c0a80102 000000000000 c0a80101"), 1);
    assert_binding(&out[0], "192.168.1.2", 0xaa);
}

static void a_reply_tells_of_both(void **state)
{
    (void)state;
    assert_int_equal(bindings_of(ETH_ARP "0002 0200000000aa c0a80102 0200000000bb c0a80101"), 2);
    assert_binding(&out[0], "192.168.1.2", 0xaa);
    assert_binding(&out[1], "192.168.1.1", 0xbb);
}

static void discovery_tells_of_the_source_or_of_the_target(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        const char *ip;
        uint8_t mac;
    } cases[] = {
        {HEADER("0010", "ff") SOLICIT_ROUTER SOURCE_OPTION, "fe80::1", 0x11},
        {HEADER("0018", "ff") ADVERTISE_ROUTER SOURCE_OPTION, "fe80::1", 0x11},
        {HEADER("0020", "ff") SOLICIT SOURCE_OPTION, "fe80::1", 0x11},
        {HEADER("0020", "ff") ADVERTISE TARGET_OPTION, "fe80::cc", 0x22},
        {HEADER("0030", "ff") REDIRECT TARGET_OPTION, "fe80::cc", 0x22},
        // Behind other options, the first of its type, of the length of an Ethernet address.
        {HEADER("0028", "ff") SOLICIT_ROUTER "0e 01 010203040506 02 01 020000000033 " SOURCE_OPTION
                                             "01 01 020000000044",
         "fe80::1", 0x11},
        {HEADER("0030", "ff") ADVERTISE "02 02 02000000003300000000000000 00 " TARGET_OPTION,
         "fe80::cc", 0x22},
        // An extension header that fragments nothing.
        {MADE_ETH6 "60000000 0028 00 ff " ADDRS "3a 00 050200000100 " SOLICIT SOURCE_OPTION,
         "fe80::1", 0x11},
        // Behind a VLAN tag.
        {MADE_MAC "8100 0005 86dd 60000000 0010 3a ff " ADDRS SOLICIT_ROUTER SOURCE_OPTION,
         "fe80::1", 0x11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(bindings_of(cases[i].hex), 1);
        assert_binding(&out[0], cases[i].ip, cases[i].mac);
    }
}

static void inv_1_what_may_have_come_through_a_router_or_in_pieces_is_not_believed(void **state)
{
    (void)state;
    static const char *const cases[] = {
        HEADER("0020", "fe") SOLICIT SOURCE_OPTION,
        HEADER("0020", "00") ADVERTISE TARGET_OPTION,
        HEADER("0020", "ff") "87 01 0000 00000000 " TARGET SOURCE_OPTION, // code 1
        // Fragment headers: alone, first of several.
        MADE_ETH6 "60000000 0028 2c ff " ADDRS "3a 00 0000 00000001 " SOLICIT SOURCE_OPTION,
        MADE_ETH6 "60000000 0028 2c ff " ADDRS "3a 00 0001 00000001 " SOLICIT SOURCE_OPTION,
        // IPv4 that claims to carry ICMPv6.
        MADE_ETH4 "4500 0024 1234 0000 ff3a 0000 " MADE_ADDR4 SOLICIT_ROUTER SOURCE_OPTION,
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(bindings_of(cases[i]), 0);
    struct rn_packet later;
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH6 "60000000 0028 2c ff " ADDRS
                                               "3a 00 0008 00000001 " SOLICIT SOURCE_OPTION,
                                     &later),
                     RN_IGNORE_NONE);
    assert_int_equal(rn_wire_bindings(&later, out), 0);
}

static void other_messages_say_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = {
        HEADER("0010", "ff") "80 00 0000 00010001 " SOURCE_OPTION, // echo
        HEADER("0010", "ff") "84 00 0000 00000000 " SOURCE_OPTION,
        HEADER("0030", "ff") "8a 00 0000 00000000 " TARGET DESTINATION TARGET_OPTION,
        HEADER("0020", "ff") SOLICIT TARGET_OPTION, // not its option
        HEADER("0020", "ff") ADVERTISE SOURCE_OPTION,
        HEADER("0018", "ff") SOLICIT, // no option at all
        MADE_ETH4 MADE_IPV4_UDP,
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(bindings_of(cases[i]), 0);
    struct rn_packet udp;
    assert_int_equal(made_decode_hex(1, MADE_ETH4 MADE_IPV4_UDP, &udp), RN_IGNORE_NONE);
    assert_false(rn_wire_may_bind(&udp));
    assert_int_equal(rn_wire_bindings(&udp, out), 0);
}

static void inv_2_one_option_out_of_shape_spoils_the_message(void **state)
{
    (void)state;
    static const char *const cases[] = {
        HEADER("0028", "ff") SOLICIT SOURCE_OPTION "05 00 000000000000",     // length 0
        HEADER("0028", "ff") SOLICIT SOURCE_OPTION "05 02 000000000000",     // runs past the end
        HEADER("0024", "ff") SOLICIT SOURCE_OPTION "05 01 0000",             // a tail
        HEADER("0021", "ff") SOLICIT SOURCE_OPTION "05",                     // of one byte
        HEADER("0028", "ff") SOLICIT "05 00 000000000000 " SOURCE_OPTION,    // before it
        HEADER("0028", "ff") SOLICIT "01 02 020000000011 0000000000000000 ", // EUI-64
        HEADER("0028", "ff") ADVERTISE TARGET_OPTION "ff ff 000000000000 ",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(bindings_of(cases[i]), 0);
}

static void a_message_that_is_cut_off_says_nothing(void **state)
{
    (void)state;
    static const char *const whole[] = {HEADER("0020", "ff") SOLICIT SOURCE_OPTION,
                                        HEADER("0030", "ff") REDIRECT TARGET_OPTION};
    for (size_t i = 0; i < 2; i++) {
        struct made m = {.len = 0};
        made_hex(&m, whole[i]);
        uint32_t len = m.len;
        for (m.len = 55; m.len < len; m.len++) {
            struct rn_packet p;
            m.wire_bytes = len;
            assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
            assert_int_equal(rn_wire_bindings(&p, out), 0);
        }
    }
}

static void inv_3_no_message_of_ipv6_binds_an_ipv4_address(void **state)
{
    (void)state;
    assert_int_equal(
        bindings_of(HEADER("0020", "ff") "88 00 0000 60000000 "
                                         "00000000000000000000ffffc0a80101 " TARGET_OPTION),
        0);
    assert_int_equal(bindings_of(MADE_ETH6
                                 "60000000 0010 3a ff 00000000000000000000ffffc0a80101 "
                                 "ff020000000000000000000000000001 " SOLICIT_ROUTER SOURCE_OPTION),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_of_its_sender_only),
        cmocka_unit_test(a_reply_tells_of_both),
        cmocka_unit_test(discovery_tells_of_the_source_or_of_the_target),
        cmocka_unit_test(inv_1_what_may_have_come_through_a_router_or_in_pieces_is_not_believed),
        cmocka_unit_test(other_messages_say_nothing),
        cmocka_unit_test(inv_2_one_option_out_of_shape_spoils_the_message),
        cmocka_unit_test(a_message_that_is_cut_off_says_nothing),
        cmocka_unit_test(inv_3_no_message_of_ipv6_binds_an_ipv4_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
