// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

#define IP4(total, proto) MADE_ETH4 "4500 " total " 1234 0000 40" proto " 0000 " MADE_ADDR4
#define TCP(offset_flags) "c000 0050 11223344 55667788 " offset_flags " 7fff 0000 0000 "

static void a_segment_keeps_its_numbers(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, IP4("002b", "06") TCP("5018") "474554", &p),
                     RN_IGNORE_NONE);
    assert_ends(&p, "0a000001", 0xc000, "0a000002", 80);
    assert_int_equal(p.tcp.seq, 0x11223344);
    assert_int_equal(p.tcp.ack, 0x55667788);
    assert_int_equal(p.tcp.window, 0x7fff);
    assert_int_equal(p.tcp.flags, RN_TCP_ACK | RN_TCP_PSH);
    assert_int_equal(p.tcp.mss, 0);
    assert_int_equal(p.tcp.window_scale, 0);
    assert_false(p.tcp.sack);
    assert_int_equal(p.payload_bytes, 3);
    assert_memory_equal(p.payload.p, "GET", 3);
    assert_int_equal(p.flags, 0);
}

static void a_syn_tells_its_options(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1,
                                     IP4("003c", "06")
                                         TCP("a002") "0204 05b4 0402 "
                                                     "080a 00000001 00000000 01 0303 07",
                                     &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.tcp.mss, 1460);
    assert_int_equal(p.tcp.window_scale, 7);
    assert_true(p.tcp.sack);
    assert_true(p.tcp.timestamps);
    assert_int_equal(p.flags, RN_PACKET_WINDOW_SCALE);
    assert_int_equal(p.payload_bytes, 0);
    // A scale of 0 is a scale; one beyond 14 counts as 14.
    assert_int_equal(made_decode_hex(1, IP4("002c", "06") TCP("6012") "030300 00", &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.tcp.window_scale, 0);
    assert_int_equal(p.flags, RN_PACKET_WINDOW_SCALE);
    made_decode_hex(1, IP4("002c", "06") TCP("6012") "0303ff 00", &p);
    assert_int_equal(p.tcp.window_scale, 14);
    assert_false(p.tcp.sack);
    assert_false(p.tcp.timestamps);
    // Timestamps of a wrong length are none.
    made_decode_hex(1, IP4("0034", "06") TCP("8002") "0809 00000001 000000 0402 01", &p);
    assert_false(p.tcp.timestamps);
    assert_true(p.tcp.sack);
}

static void options_of_other_segments_are_not_looked_at(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, IP4("002c", "06") TCP("6010") "020405b4", &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.tcp.mss, 0);
}

static void broken_options_stop_the_reading_of_options(void **state)
{
    (void)state;
    static const char *const cases[] = {
        IP4("0030", "06") TCP("7002") "0200 0000 0204 05b4", // length 0
        IP4("0030", "06") TCP("7002") "0501 0000 0204 05b4", // length 1
        IP4("0030", "06") TCP("7002") "0809 0000 0204 05b4", // longer than the header
        IP4("0030", "06") TCP("7002") "0000 0000 0204 05b4", // end of list
        IP4("0030", "06") TCP("7002") "0205 05b4 00 010101", // MSS of a wrong length
        IP4("0030", "06") TCP("7002") "0101010101010102",    // no room for a length
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i], &p), RN_IGNORE_NONE);
        assert_int_equal(p.tcp.mss, 0);
        assert_int_equal(p.key.port[p.from], 0xc000);
    }
}

static void a_header_cut_behind_its_ports_is_still_a_row(void **state)
{
    (void)state;
    struct made m = {.wire_bytes = 14 + 140};
    made_hex(&m, IP4("008c", "06") TCP("5018"));
    struct rn_packet p;
    for (m.len = 34; m.len < 38; m.len++)
        assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_TRANSPORT);
    for (; m.len <= 54; m.len++) {
        uint32_t held = m.len - 34;
        assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
        assert_ends(&p, "0a000001", 0xc000, "0a000002", 80);
        assert_int_equal(p.ip_bytes, 140);
        assert_int_equal(p.payload.len, 0);
        assert_int_equal(p.tcp.seq, held >= 8 ? 0x11223344 : 0);
        assert_int_equal(p.tcp.ack, held >= 12 ? 0x55667788 : 0);
        assert_int_equal(p.payload_bytes, held >= 13 ? 100 : 0);
        assert_int_equal(p.tcp.flags, held >= 14 ? 0x18 : 0);
        assert_int_equal(p.tcp.window, held >= 16 ? 0x7fff : 0);
        assert_int_equal(p.flags, held >= 16 ? 0 : RN_PACKET_HEADER_CUT);
    }
}

static void options_cut_by_the_capture_are_read_as_far_as_they_go(void **state)
{
    (void)state;
    struct made m = {.wire_bytes = 14 + 60};
    made_hex(&m, IP4("003c", "06") TCP("a002") "0204 05b4 0402");
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_int_equal(p.tcp.mss, 1460);
    assert_true(p.tcp.sack);
    assert_int_equal(p.payload.len, 0);
}

static void a_header_length_that_lies_is_no_segment(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, IP4("002b", "06") TCP("4018") "474554", &p),
                     RN_IGNORE_TRANSPORT);
    // Longer than the segment: the ports are good, there is no payload.
    assert_int_equal(made_decode_hex(1, IP4("002b", "06") TCP("f018") "474554", &p),
                     RN_IGNORE_NONE);
    assert_int_equal(p.payload_bytes, 0);
    assert_int_equal(p.payload.len, 0);
}

static void the_length_of_a_udp_datagram_is_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint32_t payload_bytes, held;
    } cases[] = {
        {IP4("0020", "11") "3039 0035 000c 0000 64617461", 4, 4},
        {IP4("0020", "11") "3039 0035 000a 0000 64617461", 2, 2}, // shorter than IP says
        {IP4("0020", "11") "3039 0035 0010 0000 64617461", 8, 4}, // longer
        {IP4("0020", "11") "3039 0035 0000 0000 64617461", 4, 4}, // left to IP
        {IP4("0020", "11") "3039 0035 0007 0000 64617461", 0, 0}, // shorter than its header
        {IP4("001c", "11") "3039 0035 0008 0000", 0, 0},
        {IP4("0018", "11") "3039 0035", 0, 0}, // ports and nothing else
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_ends(&p, "0a000001", 12345, "0a000002", 53);
        assert_int_equal(p.payload_bytes, cases[i].payload_bytes);
        assert_int_equal(p.payload.len, cases[i].held);
    }
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, IP4("0017", "11") "3039 0035 000c 0000", &p),
                     RN_IGNORE_TRANSPORT);
}

static void an_echo_keeps_identifier_and_sequence(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint8_t type, code;
        bool echo;
    } cases[] = {
        {IP4("001e", "01") "0800 0000 4d2a 0007 6162", 8, 0, true},
        {IP4("001e", "01") "0000 0000 4d2a 0007 6162", 0, 0, true},
        {IP4("001e", "01") "030a 0000 4d2a 0007 6162", 3, 10, false},
        {IP4("001e", "01") "8000 0000 4d2a 0007 6162", 128, 0, false},
        {MADE_ETH6 "60000000 000a 3a ff " MADE_ADDR6 "8000 0000 4d2a 0007 6162", 128, 0, true},
        {MADE_ETH6 "60000000 000a 3a ff " MADE_ADDR6 "8100 0000 4d2a 0007 6162", 129, 0, true},
        {MADE_ETH6 "60000000 000a 3a ff " MADE_ADDR6 "0800 0000 4d2a 0007 6162", 8, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_int_equal(p.icmp.type, cases[i].type);
        assert_int_equal(p.icmp.code, cases[i].code);
        assert_int_equal(p.icmp.echo, cases[i].echo);
        assert_int_equal(p.icmp.id, cases[i].echo ? 0x4d2a : 0);
        assert_int_equal(p.icmp.seq, cases[i].echo ? 7 : 0);
        assert_int_equal(p.payload_bytes, 0);
        assert_int_equal(p.payload.len, 2);
        assert_memory_equal(p.payload.p, "ab", 2);
        assert_int_equal(p.key.port[0] | p.key.port[1], 0);
    }
}

static void a_short_icmp_message_needs_its_type(void **state)
{
    (void)state;
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, IP4("0014", "01"), &p), RN_IGNORE_TRANSPORT);
    assert_int_equal(made_decode_hex(1, IP4("0015", "01") "08", &p), RN_IGNORE_NONE);
    assert_int_equal(p.icmp.type, 8);
    assert_false(p.icmp.echo);
    assert_int_equal(made_decode_hex(1, IP4("001b", "01") "0800 0000 4d2a 00", &p), RN_IGNORE_NONE);
    assert_false(p.icmp.echo);
    assert_int_equal(p.icmp.id, 0);
}

static void igmp_has_a_group_where_the_message_has_one(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint8_t type;
        const char *group; // four bytes or NULL
    } cases[] = {
        {IP4("001c", "02") "1164 0000 00000000", 0x11, "\0\0\0\0"},
        {IP4("001c", "02") "1600 0000 e00000fb", 0x16, "\xe0\0\0\xfb"},
        {IP4("001c", "02") "2200 0000 00000001", 0x22, NULL},
        {IP4("001b", "02") "1600 0000 e00000", 0x16, NULL},
        {IP4("0015", "02") "16", 0x16, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(1, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_int_equal(p.igmp.type, cases[i].type);
        assert_int_equal(p.igmp.has_group, cases[i].group != NULL);
        assert_memory_equal(p.igmp.group, cases[i].group ? cases[i].group : "\0\0\0\0", 4);
    }
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, IP4("0014", "02"), &p), RN_IGNORE_TRANSPORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_keeps_its_numbers),
        cmocka_unit_test(a_syn_tells_its_options),
        cmocka_unit_test(options_of_other_segments_are_not_looked_at),
        cmocka_unit_test(broken_options_stop_the_reading_of_options),
        cmocka_unit_test(a_header_cut_behind_its_ports_is_still_a_row),
        cmocka_unit_test(options_cut_by_the_capture_are_read_as_far_as_they_go),
        cmocka_unit_test(a_header_length_that_lies_is_no_segment),
        cmocka_unit_test(the_length_of_a_udp_datagram_is_its_own),
        cmocka_unit_test(an_echo_keeps_identifier_and_sequence),
        cmocka_unit_test(a_short_icmp_message_needs_its_type),
        cmocka_unit_test(igmp_has_a_group_where_the_message_has_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
