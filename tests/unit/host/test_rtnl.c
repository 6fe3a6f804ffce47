// SPDX-License-Identifier: Apache-2.0
#include "made_netlink.h"

#define NEWADDR 20
#define DONE 3
#define ERROR 2
#define ADDRESS 1
#define LOCAL 2
#define LABEL 3

static void make_answer(struct made *m)
{
    static const uint8_t v6[16] = {0x20, 1, 0x0d, 0xb8, [15] = 5};
    memset(m, 0, sizeof *m);
    begin(m, NEWADDR, 2, 24, 8);
    attribute(m, ADDRESS, (uint8_t[]){192, 0, 2, 1}, 4);
    attribute(m, LOCAL, (uint8_t[]){192, 0, 2, 1}, 4);
    attribute(m, LABEL, "eth0", 5);
    end(m);
    begin(m, NEWADDR, 2, 32, 8); // point-to-point: the first is the peer's
    attribute(m, LOCAL, (uint8_t[]){10, 0, 0, 1}, 4);
    attribute(m, ADDRESS, (uint8_t[]){10, 0, 0, 2}, 4);
    end(m);
    begin(m, NEWADDR, 10, 64, 8);
    attribute(m, ADDRESS, v6, 16);
    end(m);
}

static void addresses_and_their_networks_are_found(void **state)
{
    (void)state;
    struct made m;
    static struct rn_local_addrs a;
    make_answer(&m);
    assert_int_equal(host_parse_rtnl_addrs(rn_bytes_of(m.buf, m.len), &a), HOST_NETLINK_MORE);
    assert_int_equal(a.net_count, 3);
    assert_ip(&a.net[0].ip, "192.0.2.1");
    assert_int_equal(a.net[0].prefix_len, 96 + 24);
    assert_ip(&a.net[1].ip, "10.0.0.1");
    assert_int_equal(a.net[1].prefix_len, 96 + 32);
    assert_ip(&a.net[2].ip, "2001:db8::5");
    assert_int_equal(a.net[2].prefix_len, 64);
}

static void the_end_and_a_refusal_are_told_apart(void **state)
{
    (void)state;
    static struct rn_local_addrs a;
    struct made m = {0};
    begin(&m, DONE, 0, 0, 8);
    end(&m);
    assert_int_equal(host_parse_rtnl_addrs(rn_bytes_of(m.buf, m.len), &a), HOST_NETLINK_DONE);
    memset(&m, 0, sizeof m);
    begin(&m, ERROR, 0, 0, 8);
    end(&m);
    assert_int_equal(host_parse_rtnl_addrs(rn_bytes_of(m.buf, m.len), &a), HOST_NETLINK_ERROR);
    assert_int_equal(a.net_count, 0);
}

static void nonsense_ends_and_adds_nothing(void **state)
{
    (void)state;
    struct made m;
    static struct rn_local_addrs a;
    // A length of 0 or less than the head must not go round for ever.
    for (uint32_t len = 0; len < 16; len++) {
        memset(&m, 0, sizeof m);
        memcpy(m.buf, &len, 4);
        assert_int_equal(host_parse_rtnl_addrs(rn_bytes_of(m.buf, 64), &a), HOST_NETLINK_ERROR);
    }
    // Wrong sizes, an impossible prefix, an unknown family, an attribute that is too short for its head.
    memset(&m, 0, sizeof m);
    begin(&m, NEWADDR, 2, 24, 8);
    attribute(&m, LOCAL, "abc", 3);
    end(&m);
    begin(&m, NEWADDR, 2, 33, 8);
    attribute(&m, LOCAL, "abcd", 4);
    end(&m);
    begin(&m, NEWADDR, 7, 24, 8);
    attribute(&m, LOCAL, "abcd", 4);
    end(&m);
    begin(&m, NEWADDR, 2, 24, 8);
    put(&m, (uint8_t[]){0, 0, 0, 0}, 4);
    attribute(&m, LOCAL, "abcd", 4);
    end(&m);
    (void)host_parse_rtnl_addrs(rn_bytes_of(m.buf, m.len), &a);
    assert_int_equal(a.net_count, 0);
}

static void every_cut_and_every_flipped_byte_is_safe(void **state)
{
    (void)state;
    struct made m;
    static struct rn_local_addrs a;
    make_answer(&m);
    for (size_t len = 0; len < m.len; len++)
        (void)host_parse_rtnl_addrs(rn_bytes_of(m.buf, len), &a);
    for (size_t i = 0; i < m.len; i++) {
        uint8_t saved = m.buf[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            m.buf[i] = (uint8_t)(saved ^ 1u << bit);
            memset(&a, 0, sizeof a);
            (void)host_parse_rtnl_addrs(rn_bytes_of(m.buf, m.len), &a);
            assert_true(a.net_count <= 3);
        }
        m.buf[i] = saved;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_their_networks_are_found),
        cmocka_unit_test(the_end_and_a_refusal_are_told_apart),
        cmocka_unit_test(nonsense_ends_and_adds_nothing),
        cmocka_unit_test(every_cut_and_every_flipped_byte_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
