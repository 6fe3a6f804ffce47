// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

#define ARP_BODY(op) "0001 0800 06 04 " op " 0200000000aa c0a80101 000000000000 c0a80102 "
#define ETH_ARP "ffffffffffff 0200000000aa 0806 "

static void a_request_keeps_both_ends(void **state)
{
    (void)state;
    // With the padding of a minimal Ethernet frame, which counts: there is no inner length.
    struct made m = {.len = 0};
    made_hex(&m, ETH_ARP ARP_BODY("0001"));
    made_fill(&m, 0, 60 - m.len);
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_ends(&p, "c0a80101", 0, "c0a80102", 0);
    assert_int_equal(p.key.proto, RN_PROTO_ARP);
    assert_int_equal(p.arp.op, 1);
    assert_memory_equal(p.arp.sender_mac, "\x02\0\0\0\0\xaa", 6);
    assert_memory_equal(p.arp.target_mac, "\0\0\0\0\0\0", 6);
    assert_int_equal(p.wire_bytes, 60);
    assert_int_equal(p.ip_bytes, 0);
    assert_int_equal(p.payload_bytes, 0);
    assert_int_equal(p.payload.len, 0);
    assert_int_equal(p.hop_limit, 0);
    assert_int_equal(p.time, 77);
}

static void arp_counts_the_frame_on_the_wire_not_the_capture(void **state)
{
    (void)state;
    struct made m = {.wire_bytes = 64};
    made_hex(&m, ETH_ARP ARP_BODY("0002"));
    struct rn_packet p;
    assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_NONE);
    assert_int_equal(p.arp.op, 2);
    assert_int_equal(p.wire_bytes, 64);
}

static void arp_is_read_behind_other_links(void **state)
{
    (void)state;
    static const struct {
        int dlt;
        const char *hex;
    } cases[] = {
        {1, "ffffffffffff 0200000000aa 8100 0005 0806 " ARP_BODY("0001")},
        {113, "0001 0001 0006 0200000000aa0000 0806 " ARP_BODY("0001")},
        {276, "0806 0000 00000002 0001 01 06 0200000000aa0000 " ARP_BODY("0001")},
        {1, "ffffffffffff 0200000000aa 0024 aaaa03000000 0806 "
            "0006 0800 06 04 0001 0200000000aa c0a80101 000000000000 c0a80102"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_packet p;
        assert_int_equal(made_decode_hex(cases[i].dlt, cases[i].hex, &p), RN_IGNORE_NONE);
        assert_ends(&p, "c0a80101", 0, "c0a80102", 0);
    }
}

static void other_hardware_protocols_and_operations_are_ignored(void **state)
{
    (void)state;
    static const char *const cases[] = {
        ETH_ARP "0020 0800 06 04 0001 0200000000aa c0a80101 000000000000 c0a80102",
        ETH_ARP "0001 86dd 06 04 0001 0200000000aa c0a80101 000000000000 c0a80102",
        ETH_ARP "0001 0800 08 04 0001 0200000000aa c0a80101 000000000000 c0a80102",
        ETH_ARP "0001 0800 06 10 0001 0200000000aa c0a80101 000000000000 c0a80102",
        ETH_ARP ARP_BODY("0003"),
        ETH_ARP ARP_BODY("0000"),
    };
    struct rn_packet p;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(made_decode_hex(1, cases[i], &p), RN_IGNORE_ARP);
    struct made m = {.len = 0};
    made_hex(&m, ETH_ARP ARP_BODY("0001"));
    for (uint32_t len = 14; len < 42; len++) {
        m.len = len;
        assert_int_equal(made_decode(1, &m, &p), RN_IGNORE_ARP);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_keeps_both_ends),
        cmocka_unit_test(arp_counts_the_frame_on_the_wire_not_the_capture),
        cmocka_unit_test(arp_is_read_behind_other_links),
        cmocka_unit_test(other_hardware_protocols_and_operations_are_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
