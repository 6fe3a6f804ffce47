// SPDX-License-Identifier: Apache-2.0
// Datagrams become packets, and never more than there is.
#include "made_quic.h"

static struct rn_reader reader_of(const struct made *m)
{
    return rn_reader_of(rn_bytes_of(m->data, m->len));
}

static void varints_of_the_rfc(void **state)
{
    (void)state;
    // RFC 9000, A.1.
    static const struct {
        const char *hex;
        uint64_t value;
    } cases[] = {
        {"c2197c5eff14e88c", 151288809941952652u},
        {"9d7f3e7d", 494878333},
        {"7bbd", 15293},
        {"25", 37},
        {"4025", 37},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        made_hex(&m, cases[i].hex);
        struct rn_reader r = reader_of(&m);
        assert_true(quic_take_varint(&r) == cases[i].value);
        assert_false(r.bad);
        assert_int_equal(rn_reader_left(&r), 0);
    }
    struct made cut = {.len = 0};
    made_hex(&cut, "c2197c");
    struct rn_reader r = reader_of(&cut);
    assert_int_equal(quic_take_varint(&r), 0);
    assert_true(r.bad);
}

static void an_initial_has_ids_token_and_length(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct quic_packet p;
    made_hex(&m, rfc_v1_client);
    struct rn_reader r = reader_of(&m);
    assert_true(quic_take_packet(&r, &p));
    assert_int_equal(p.type, QUIC_INITIAL);
    assert_int_equal(p.number, 1);
    assert_true(p.fixed);
    assert_false(p.cut);
    assert_int_equal(p.dcid.len, 8);
    assert_int_equal(p.scid.len, 0);
    assert_int_equal(p.rest.len, 0);
    assert_int_equal(p.pn_at, 18);
    assert_int_equal(p.whole.len, 1200);
    assert_int_equal(rn_reader_left(&r), 0);
}

static void version_2_numbers_types_otherwise(void **state)
{
    (void)state;
    // RFC 9369, 3.2, by the first byte.
    static const struct {
        const char *first;
        enum quic_type v1, v2;
    } cases[] = {
        {"c0", QUIC_INITIAL, QUIC_RETRY},
        {"d0", QUIC_0RTT, QUIC_INITIAL},
        {"e0", QUIC_HANDSHAKE, QUIC_0RTT},
        {"f0", QUIC_RETRY, QUIC_HANDSHAKE},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (int v2 = 0; v2 < 2; v2++) {
            struct made m = {.len = 0};
            struct quic_packet p;
            made_hex(&m, cases[i].first);
            made_hex(&m, v2 ? "6b3343cf 01aa 01bb" : "00000001 01aa 01bb");
            if ((v2 ? cases[i].v2 : cases[i].v1) == QUIC_INITIAL)
                made_hex(&m, "00");
            made_hex(&m, "14 000102030405060708090a0b0c0d0e0f10111213");
            struct rn_reader r = reader_of(&m);
            assert_true(quic_take_packet(&r, &p));
            assert_int_equal(p.type, v2 ? cases[i].v2 : cases[i].v1);
            assert_int_equal(rn_reader_left(&r), 0);
        }
}

static void retry_and_negotiation_have_no_length(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct quic_packet p;
    // RFC 9001, A.4.
    made_hex(&m, "ff000000010008f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
    struct rn_reader r = reader_of(&m);
    assert_true(quic_take_packet(&r, &p));
    assert_int_equal(p.type, QUIC_RETRY);
    assert_int_equal(p.scid.len, 8);
    assert_int_equal(p.rest.len, 5 + 16);
    m.len = 0;
    made_hex(&m, "80 00000000 02aabb 01cc 00000001 6b3343cf");
    r = reader_of(&m);
    assert_true(quic_take_packet(&r, &p));
    assert_int_equal(p.type, QUIC_NEGOTIATION);
    assert_int_equal(p.rest.len, 8);
}

static void inv_1_a_packet_ends_with_its_datagram(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct quic_packet p;
    made_hex(&m, rfc_v1_client);
    m.len -= 100;
    struct rn_reader r = reader_of(&m);
    assert_true(quic_take_packet(&r, &p));
    assert_true(p.cut);
    assert_int_equal(p.whole.len, m.len);
    assert_int_equal(rn_reader_left(&r), 0);
}

static void packets_follow_each_other_in_a_datagram(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct quic_packet p;
    made_hex(&m, rfc_v1_server);
    size_t first = m.len;
    made_hex(&m, "e0 00000001 00 08f067a5502a4262b5 14 000102030405060708090a0b0c0d0e0f10111213");
    size_t second = m.len - first;
    made_hex(&m, "40 000102030405060708090a0b0c0d0e0f10111213");
    struct rn_reader r = reader_of(&m);
    assert_true(quic_take_packet(&r, &p));
    assert_int_equal(p.whole.len, first);
    assert_true(quic_take_packet(&r, &p));
    assert_int_equal(p.type, QUIC_HANDSHAKE);
    assert_int_equal(p.whole.len, second);
    assert_true(quic_take_packet(&r, &p));
    assert_int_equal(p.type, QUIC_SHORT);
    assert_false(quic_take_packet(&r, &p));
}

static void lengths_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "c0",
        "c0 00000001",
        "c0 00000001 15 000102030405060708090a0b0c0d0e0f1011121314 00 00 14", // id of 21
        "c0 00000001 08 0001",                                                // id cut
        "c0 00000001 01aa 00 7fff 14",             // token beyond the end
        "c0 00000001 01aa 00 ffffffffffffffff 14", // likewise, 2^62 - 1
        "c0 00000001 01aa 00 00 13 000102030405060708090a0b0c0d0e0f10111213", // too short to be one
        "c0 00000001 01aa 00 00 00 000102030405060708090a0b0c0d0e0f10111213",
        "40 0001020304050607", // short header without room for a sample
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct quic_packet p;
        made_hex(&m, cases[i]);
        struct rn_reader r = reader_of(&m);
        assert_false(quic_take_packet(&r, &p));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(varints_of_the_rfc),
        cmocka_unit_test(an_initial_has_ids_token_and_length),
        cmocka_unit_test(version_2_numbers_types_otherwise),
        cmocka_unit_test(retry_and_negotiation_have_no_length),
        cmocka_unit_test(inv_1_a_packet_ends_with_its_datagram),
        cmocka_unit_test(packets_follow_each_other_in_a_datagram),
        cmocka_unit_test(lengths_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
