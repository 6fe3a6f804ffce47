// SPDX-License-Identifier: Apache-2.0
// BitTorrent's trackers over UDP: connect and announce.
#include "made_udp.h"

#define CONNECT "0000041727101980 00000000 12345678"

static void a_connect_proves_it_and_an_announce_tells_the_info_hash(void **state)
{
    (void)state;
    struct made_row row;
    struct made m = {.len = 0};
    row_open(&row, RN_PROTO_UDP, 50001, 1337);
    assert_int_equal(feed_hex(&row, true, CONNECT), RN_YES);
    assert_int_equal(row.row.app, RN_APP_BITTORRENT);
    assert_string_equal(fact_of(&row.row.facts, RN_FACT_KIND), "tracker");
    feed_hex(&row, false, "00000000 12345678 a1a2a3a4a5a6a7a8");
    assert_false(row.row.settled);
    made_hex(&m, "a1a2a3a4a5a6a7a8 00000001 12345679 000102030405060708090a0b0c0d0e0f10111213");
    while (m.len < 98)
        made_number(&m, 1, 0);
    row_feed(&row, true, &m);
    assert_string_equal(fact_of(&row.row.facts, RN_FACT_INFO_HASH),
                        "000102030405060708090a0b0c0d0e0f10111213");
    assert_true(row.row.settled);
    row_close(&row);
}

static void inv_1_nothing_but_a_connect_proves_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "0000041727101981 00000000 12345678",
        "0000041727101980 00000001 12345678",
        "00000000 12345678 a1a2a3a4a5a6a7a8",
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(6969, cases[i]);
        assert_no_claim(&a);
    }
    struct made m = {.len = 0};
    made_hex(&m, "a1a2a3a4a5a6a7a8 00000001");
    while (m.len < 98)
        made_number(&m, 1, 0);
    struct asked a = ask_udp(6969, &m);
    assert_no_claim(&a);
}

static void a_connect_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, CONNECT);
    assert_cut_claims_nothing(6969, &m, m.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connect_proves_it_and_an_announce_tells_the_info_hash),
        cmocka_unit_test(inv_1_nothing_but_a_connect_proves_it),
        cmocka_unit_test(a_connect_cut_anywhere_claims_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
