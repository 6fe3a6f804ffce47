// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

#define ETH_TCP                                                  \
    MADE_ETH4 "4500 0040 1234 4000 4006 0000 " MADE_ADDR4        \
              "c000 0050 11223344 55667788 a002 7fff 0000 0000 " \
              "0204 05b4 0402 080a 00000001 00000000 01 0303 07 64617461 0000"

// Whether the facts are the same, field by field: a struct has bytes between its fields.
static bool is_same(const struct rn_packet *a, const struct rn_packet *b)
{
    bool tcp = a->key.proto != RN_PROTO_TCP ||
               (a->tcp.seq == b->tcp.seq && a->tcp.ack == b->tcp.ack &&
                a->tcp.window == b->tcp.window && a->tcp.mss == b->tcp.mss &&
                a->tcp.flags == b->tcp.flags && a->tcp.window_scale == b->tcp.window_scale &&
                a->tcp.sack == b->tcp.sack && a->tcp.timestamps == b->tcp.timestamps);
    return tcp && rn_key_equal(&a->key, &b->key) && a->from == b->from && a->time == b->time &&
           a->hash == b->hash && a->payload.p == b->payload.p && a->payload.len == b->payload.len &&
           a->wire_bytes == b->wire_bytes && a->ip_bytes == b->ip_bytes &&
           a->payload_bytes == b->payload_bytes && a->fragment_id == b->fragment_id &&
           a->flags == b->flags && a->vlan_count == b->vlan_count && a->hop_limit == b->hop_limit &&
           memcmp(a->vlan, b->vlan, sizeof a->vlan) == 0 && a->pid == b->pid && a->comm == b->comm;
}

static void assert_both_ways_agree(const uint8_t *data, uint32_t captured, uint32_t wire_bytes)
{
    struct rn_frame frame = {data, captured, wire_bytes, -5};
    struct rn_packet fast, walk;
    memset(&fast, 0xa5, sizeof fast);
    memset(&walk, 0x5a, sizeof walk);
    enum rn_ignore a = rn_wire_decode(WIRE_DLT_ETHERNET, &frame, &fast);
    enum rn_ignore b = wire_decode_walk(WIRE_DLT_ETHERNET, &frame, &walk);
    assert_int_equal(a, b);
    if (a == RN_IGNORE_NONE)
        assert_true(is_same(&fast, &walk));
}

static void inv_1_the_fast_path_answers_as_the_walk_does(void **state)
{
    (void)state;
    static const char *const bases[] = {ETH_TCP, MADE_ETH4 MADE_IPV4_UDP "0000",
                                        MADE_ETH6 MADE_IPV6_UDP};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        struct made m = {.len = 0};
        made_hex(&m, bases[i]);
        for (uint32_t at = 12; at < m.len; at++) {
            uint8_t *exact = malloc(m.len);
            assert_non_null(exact);
            memcpy(exact, m.data, m.len);
            for (unsigned value = 0; value < 256; value++) {
                exact[at] = (uint8_t)value;
                assert_both_ways_agree(exact, m.len, m.len);
                assert_both_ways_agree(exact, m.len, 1514);
            }
            free(exact);
        }
        for (uint32_t len = 0; len <= m.len; len++) {
            uint8_t *exact = malloc(len ? len : 1);
            assert_non_null(exact);
            memcpy(exact, m.data, len);
            for (uint32_t wire = 0; wire <= 2 * m.len; wire++)
                assert_both_ways_agree(exact, len, wire);
            free(exact);
        }
    }
}

static void both_directions_have_one_key(void **state)
{
    (void)state;
    struct rn_packet there, back, tagged;
    made_decode_hex(
        1, MADE_ETH4 "4500 001c 1234 0000 4011 0000 0a000001 0a000002 3039 0035 0008 0000", &there);
    made_decode_hex(
        1, MADE_ETH4 "4500 001c 1234 0000 4011 0000 0a000002 0a000001 0035 3039 0008 0000", &back);
    made_decode_hex(1,
                    MADE_MAC "8100 0001 0800 4500 001c 1234 0000 4011 0000 0a000002 0a000001 0035 "
                             "3039 0008 0000",
                    &tagged);
    assert_true(rn_key_equal(&there.key, &back.key));
    assert_int_equal(there.from, 1 - back.from);
    assert_true(rn_key_equal(&tagged.key, &back.key));
    assert_int_equal(tagged.from, back.from);
    // To itself, only the ports tell the ends apart.
    made_decode_hex(
        1, MADE_ETH4 "4500 001c 1234 0000 4011 0000 7f000001 7f000001 3039 0035 0008 0000", &there);
    made_decode_hex(
        1, MADE_ETH4 "4500 001c 1234 0000 4011 0000 7f000001 7f000001 0035 3039 0008 0000", &back);
    assert_true(rn_key_equal(&there.key, &back.key));
    assert_int_equal(there.from, 1 - back.from);
}

static void an_empty_frame_is_no_packet(void **state)
{
    (void)state;
    static const int links[] = {0, 1, 12, 14, 101, 108, 113, 149, 258, 276};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        struct rn_frame frame = {NULL, 0, 0, 0};
        struct rn_packet p;
        assert_int_equal(rn_wire_decode(links[i], &frame, &p), RN_IGNORE_LINK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_the_fast_path_answers_as_the_walk_does),
        cmocka_unit_test(both_directions_have_one_key),
        cmocka_unit_test(an_empty_frame_is_no_packet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
