// SPDX-License-Identifier: Apache-2.0
// uTP: a connection at work, and everything that has the same first byte.
#include "made_udp.h"

// type and version, extension, connection | time, delay, window | sequence, acknowledged
#define HEAD(type, connection) type " 00 " connection " ed639296 00000000 00100000 "
#define SYN HEAD("41", "4567") "23c6 0000"
#define STATE HEAD("21", "4567") "4567 23c6"

struct step {
    bool from_client;
    const char *hex;
};

static enum rn_app play(const struct step *steps)
{
    struct made_row row;
    row_open(&row, RN_PROTO_UDP, 50001, 50002);
    for (; steps->hex; steps++)
        feed_hex(&row, steps->from_client, steps->hex);
    enum rn_app app = row.row.app;
    if (app != RN_APP_NONE) {
        assert_string_equal(fact_of(&row.row.facts, RN_FACT_KIND), "utp");
        assert_true(row.row.settled);
    }
    row_close(&row);
    return app;
}

static void inv_2_the_answer_to_a_syn_proves_it(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        struct step steps[3];
    } cases[] = {
        {true, {{true, SYN}, {false, STATE}}},
        {false, {{true, SYN}, {true, STATE}}},                             // from the same end
        {false, {{true, SYN}, {false, HEAD("21", "4568") "4567 23c6"}}},   // another connection
        {false, {{true, SYN}, {false, HEAD("21", "4567") "4567 23c7"}}},   // another number
        {false, {{true, SYN " 00"}, {false, STATE}}},                      // inv 1: a SYN with data
        {false, {{true, HEAD("42", "4567") "23c6 0000"}, {false, STATE}}}, // version 2
        {false, {{true, HEAD("51", "4567") "23c6 0000"}, {false, STATE}}}, // type 5
        {false,
         {{true, SYN}, {false, "21 00 4567 ed639296 00000000 00000000 4567 23c6"}}}, // no window
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_int_equal(play(cases[i].steps), cases[i].yes ? RN_APP_BITTORRENT : RN_APP_NONE);
}

// Client sends on 4568 and server on 4567, in the middle of a connection.
#define DATA(sequence, acknowledged) HEAD("01", "4568") sequence acknowledged " 68656c6c6f"
#define ACK(sequence, acknowledged) HEAD("21", "4567") sequence acknowledged

static void inv_3_both_ends_have_to_fit(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        struct step steps[7];
    } cases[] = {
        {true,
         {{true, DATA("0010", "0200")},
          {false, ACK("0201", "0010")},
          {true, DATA("0011", "0201")},
          {false, ACK("0201", "0011")},
          {true, DATA("0012", "0201")},
          {false, ACK("0201", "0012")}}},
        {false, // acknowledged what was never sent
         {{true, DATA("0010", "0200")},
          {false, ACK("0201", "8010")},
          {true, DATA("0011", "0201")},
          {false, ACK("0201", "8011")},
          {true, DATA("0012", "0201")},
          {false, ACK("0201", "8012")}}},
        {false, // data without any
         {{true, HEAD("01", "4568") "0010 0200"},
          {false, ACK("0201", "0010")},
          {true, HEAD("01", "4568") "0011 0201"},
          {false, ACK("0201", "0011")},
          {true, HEAD("01", "4568") "0012 0201"},
          {false, ACK("0201", "0012")}}},
        {false, // one end alone
         {{true, DATA("0010", "0200")},
          {true, DATA("0011", "0200")},
          {true, DATA("0012", "0200")},
          {true, DATA("0013", "0200")},
          {true, DATA("0014", "0200")},
          {true, DATA("0015", "0200")}}},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_int_equal(play(cases[i].steps), cases[i].yes ? RN_APP_BITTORRENT : RN_APP_NONE);
}

static void a_handshake_of_wireguard_is_none(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "01 000000 cd4e67d5");
    while (m.len < 148)
        made_number(&m, 1, 0x5a);
    struct asked a = ask_udp(50001, &m);
    assert_int_equal(a.app, RN_APP_WIREGUARD);
}

static void one_packet_proves_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_bt_utp, 6881, "01 00", 20000);
    struct made m = {.len = 0};
    made_hex(&m, SYN);
    for (size_t len = 0; len <= m.len; len++) {
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 6881};
        ask_first(&a, &m, len);
        assert_no_claim(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_2_the_answer_to_a_syn_proves_it),
        cmocka_unit_test(inv_3_both_ends_have_to_fit),
        cmocka_unit_test(a_handshake_of_wireguard_is_none),
        cmocka_unit_test(one_packet_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
