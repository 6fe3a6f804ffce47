// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

struct piece {
    uint32_t id;
    uint16_t proto;
    uint16_t offset_units; // of 8 bytes
    bool more;
    uint8_t src;
    rn_time time;
};

// A fragment of an IPv4 datagram of 24 bytes of body: 0 to 16 in the first, the rest in the last.
static void make_piece(struct made *m, struct piece piece)
{
    m->len = 0;
    m->wire_bytes = 0;
    made_hex(m, MADE_ETH4 "4500 0000 0000 0000 4000 0000 " MADE_ADDR4);
    made_be16(m, 18, piece.id);
    made_be16(m, 20, piece.offset_units | (piece.more ? 0x2000u : 0));
    m->data[23] = (uint8_t)piece.proto;
    m->data[29] = piece.src;
    if (piece.offset_units == 0)
        made_hex(m, piece.proto == RN_PROTO_ICMP ? "0801 0000 4d2a 0007 6162636465666768"
                                                 : "3039 0035 0018 0000 6162636465666768");
    else
        made_hex(m, "6162636465666768");
    made_be16(m, 16, m->len - 14);
}

static enum rn_ignore resolve(struct rn_fragments *table, struct piece piece, struct rn_packet *p)
{
    struct made m;
    make_piece(&m, piece);
    enum rn_ignore reason = made_decode(1, &m, p);
    if (reason != RN_IGNORE_NONE)
        return reason;
    p->time = piece.time;
    return rn_fragments_resolve(table, p);
}

static struct rn_fragments *new_table(void)
{
    struct rn_fragments *table = rn_fragments_new((struct rn_hash_key){1, 2}, NULL);
    assert_non_null(table);
    return table;
}

static void a_later_fragment_gets_the_ports_of_its_first(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet first, later;
    struct piece piece = {7, RN_PROTO_UDP, 0, true, 1, 0};
    assert_int_equal(resolve(table, piece, &first), RN_IGNORE_NONE);
    assert_int_equal(first.payload_bytes, 16);
    piece.offset_units = 2;
    piece.more = false;
    assert_int_equal(resolve(table, piece, &later), RN_IGNORE_NONE);
    assert_true(rn_key_equal(&first.key, &later.key));
    assert_int_equal(first.from, later.from);
    assert_int_equal(later.ip_bytes, 28);
    assert_int_equal(later.payload_bytes, 0);
    assert_int_equal(later.tcp.seq, 0);
    rn_fragments_free(table);
}

static void source_protocol_and_identification_tell_datagrams_apart(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    resolve(table, (struct piece){7, RN_PROTO_UDP, 0, true, 1, 0}, &p);
    assert_int_equal(resolve(table, (struct piece){8, RN_PROTO_UDP, 2, false, 1, 0}, &p),
                     RN_IGNORE_FRAGMENT);
    assert_int_equal(resolve(table, (struct piece){7, RN_PROTO_TCP, 2, false, 1, 0}, &p),
                     RN_IGNORE_FRAGMENT);
    assert_int_equal(resolve(table, (struct piece){7, RN_PROTO_UDP, 2, false, 9, 0}, &p),
                     RN_IGNORE_FRAGMENT);
    assert_int_equal(resolve(table, (struct piece){7, RN_PROTO_UDP, 2, false, 1, 0}, &p),
                     RN_IGNORE_NONE);
    rn_fragments_free(table);
}

static void a_later_fragment_before_its_first_is_ignored(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    assert_int_equal(resolve(table, (struct piece){7, RN_PROTO_UDP, 2, false, 1, 0}, &p),
                     RN_IGNORE_FRAGMENT);
    resolve(table, (struct piece){7, RN_PROTO_UDP, 0, true, 1, 0}, &p);
    assert_int_equal(resolve(table, (struct piece){7, RN_PROTO_UDP, 2, false, 1, 0}, &p),
                     RN_IGNORE_NONE);
    rn_fragments_free(table);
}

static void a_first_fragment_is_remembered_for_thirty_seconds(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    resolve(table, (struct piece){7, RN_PROTO_UDP, 0, true, 1, 100}, &p);
    struct piece later = {7, RN_PROTO_UDP, 2, false, 1, 100 + 30 * RN_SEC};
    assert_int_equal(resolve(table, later, &p), RN_IGNORE_NONE);
    later.time++;
    assert_int_equal(resolve(table, later, &p), RN_IGNORE_FRAGMENT);
    later.time = RN_TIME_MIN; // time that goes back is not old
    assert_int_equal(resolve(table, later, &p), RN_IGNORE_NONE);
    // The identification comes round again: the new first one counts.
    resolve(table, (struct piece){7, RN_PROTO_UDP, 0, true, 1, 60 * RN_SEC}, &p);
    later.time = 61 * RN_SEC;
    assert_int_equal(resolve(table, later, &p), RN_IGNORE_NONE);
    rn_fragments_free(table);
}

static void the_oldest_is_forgotten_when_the_table_is_full(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    for (uint32_t id = 0; id < 3 * RN_FRAGMENTS_MAX; id++)
        assert_int_equal(resolve(table, (struct piece){id, RN_PROTO_UDP, 0, true, 1, 0}, &p),
                         RN_IGNORE_NONE);
    for (uint32_t id = 0; id < 3 * RN_FRAGMENTS_MAX; id++) {
        bool kept = id >= 2 * RN_FRAGMENTS_MAX;
        assert_int_equal(resolve(table, (struct piece){id, RN_PROTO_UDP, 2, false, 1, 0}, &p),
                         kept ? RN_IGNORE_NONE : RN_IGNORE_FRAGMENT);
    }
    rn_fragments_free(table);
}

static void a_repeated_first_fragment_takes_no_second_place(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    resolve(table, (struct piece){1, RN_PROTO_UDP, 0, true, 1, 0}, &p);
    for (int i = 0; i < 2 * RN_FRAGMENTS_MAX; i++)
        resolve(table, (struct piece){2, RN_PROTO_UDP, 0, true, 1, 0}, &p);
    assert_int_equal(resolve(table, (struct piece){1, RN_PROTO_UDP, 2, false, 1, 0}, &p),
                     RN_IGNORE_NONE);
    rn_fragments_free(table);
}

static void a_fragment_that_ends_elsewhere_than_udp_says_is_no_part_of_it(void **state)
{
    (void)state;
    static const struct {
        uint16_t offset_units;
        bool more;
        enum rn_ignore reason;
    } cases[] = {
        {2, false, RN_IGNORE_NONE},     // 16 to 24: the end
        {1, true, RN_IGNORE_NONE},      // overlaps, but within
        {1, false, RN_IGNORE_FRAGMENT}, // the last one ends too early
        {3, false, RN_IGNORE_FRAGMENT}, // too late
        {2, true, RN_IGNORE_FRAGMENT},  // at the end, but more to come
        {8000, true, RN_IGNORE_FRAGMENT},
    };
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    resolve(table, (struct piece){7, RN_PROTO_UDP, 0, true, 1, 0}, &p);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct piece later = {7, RN_PROTO_UDP, cases[i].offset_units, cases[i].more, 1, 0};
        assert_int_equal(resolve(table, later, &p), cases[i].reason);
    }
    rn_fragments_free(table);
}

static void a_later_fragment_of_icmp_is_the_same_message(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    struct piece later = {7, RN_PROTO_ICMP, 2, false, 1, 0};
    assert_int_equal(resolve(table, later, &p), RN_IGNORE_FRAGMENT);
    resolve(table, (struct piece){7, RN_PROTO_ICMP, 0, true, 1, 0}, &p);
    assert_int_equal(resolve(table, later, &p), RN_IGNORE_NONE);
    assert_int_equal(p.icmp.type, 8);
    assert_int_equal(p.icmp.code, 1);
    assert_true(p.icmp.echo);
    assert_int_equal(p.icmp.id, 0x4d2a);
    assert_int_equal(p.icmp.seq, 7);
    rn_fragments_free(table);
}

static void protocols_without_ports_need_no_first(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    assert_int_equal(resolve(table, (struct piece){7, 47, 2, false, 1, 0}, &p), RN_IGNORE_NONE);
    assert_int_equal(p.key.proto, 47);
    rn_fragments_free(table);
}

static void whole_packets_are_left_alone(void **state)
{
    (void)state;
    struct rn_fragments *table = new_table();
    struct rn_packet p;
    assert_int_equal(made_decode_hex(1, MADE_ETH4 MADE_IPV4_UDP, &p), RN_IGNORE_NONE);
    assert_int_equal(rn_fragments_resolve(table, &p), RN_IGNORE_NONE);
    assert_made_udp4(&p, 14);
    rn_fragments_free(table);
    rn_fragments_free(NULL);
}

static void ipv6_fragments_find_the_protocol_behind_extension_headers(void **state)
{
    (void)state;
    // Destination options and UDP of 24 bytes behind the Fragment header: 32 bytes in all.
    struct rn_fragments *table = new_table();
    struct rn_packet first, later;
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH6 "60000000 0020 2c 40 " MADE_ADDR6
                                               "3c 00 0001 00000007 11 00 010400000000 "
                                               "3039 0035 0018 0000 6162636465666768",
                                     &first),
                     RN_IGNORE_NONE);
    assert_int_equal(rn_fragments_resolve(table, &first), RN_IGNORE_NONE);
    assert_int_equal(made_decode_hex(1,
                                     MADE_ETH6 "60000000 0010 2c 40 " MADE_ADDR6
                                               "3c 00 0018 00000007 6162636465666768",
                                     &later),
                     RN_IGNORE_NONE);
    assert_int_equal(later.key.proto, 60);
    assert_int_equal(rn_fragments_resolve(table, &later), RN_IGNORE_NONE);
    assert_true(rn_key_equal(&first.key, &later.key));
    assert_int_equal(later.key.proto, RN_PROTO_UDP);
    // Without a first one nobody knows what it carries.
    made_decode_hex(
        1, MADE_ETH6 "60000000 0010 2c 40 " MADE_ADDR6 "3c 00 0018 00000008 6162636465666768",
        &later);
    assert_int_equal(rn_fragments_resolve(table, &later), RN_IGNORE_FRAGMENT);
    rn_fragments_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_fragment_gets_the_ports_of_its_first),
        cmocka_unit_test(source_protocol_and_identification_tell_datagrams_apart),
        cmocka_unit_test(a_later_fragment_before_its_first_is_ignored),
        cmocka_unit_test(a_first_fragment_is_remembered_for_thirty_seconds),
        cmocka_unit_test(the_oldest_is_forgotten_when_the_table_is_full),
        cmocka_unit_test(a_repeated_first_fragment_takes_no_second_place),
        cmocka_unit_test(a_fragment_that_ends_elsewhere_than_udp_says_is_no_part_of_it),
        cmocka_unit_test(a_later_fragment_of_icmp_is_the_same_message),
        cmocka_unit_test(protocols_without_ports_need_no_first),
        cmocka_unit_test(whole_packets_are_left_alone),
        cmocka_unit_test(ipv6_fragments_find_the_protocol_behind_extension_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
