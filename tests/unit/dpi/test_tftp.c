// SPDX-License-Identifier: Apache-2.0
// TFTP: requests, and transfers between ports of their own.
#include "made_udp.h"

#define BLOCK(n) "0003 " n " 68656c6c6f "

static void a_request_tells_file_and_mode(void **state)
{
    (void)state;
    struct asked a =
        ask_udp_hex(69, "0001 626f6f742e696d67 00 6f63746574 00 626c6b73697a65 00 31343238 00");
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_TFTP);
    assert_string_equal(fact_of(&a.facts, RN_FACT_COMMAND), "RRQ");
    assert_string_equal(fact_of(&a.facts, RN_FACT_PATH), "boot.img");
    assert_string_equal(fact_of(&a.facts, RN_FACT_MODE), "octet");
}

static void inv_1_words_prove_a_request(void **state)
{
    (void)state;
    static const struct udp_case cases[] = {
        {6900, true, "0002 61 00 6e65746173636969 00"},
        {69, true, "0001 000000 6f63746574 00"}, // a name of nothing: scanners
        {6900, false, "0001 000000 6f63746574 00"},
        {69, true, "0001 6f63746574 00"},                      // no name at all
        {69, false, "0001 61 00 6f63746575 00"},               // "octeu"
        {69, false, "0001 61 00 6f63746574"},                  // mode not ended
        {69, false, "0001 6107 00 6f63746574 00"},             // a control character
        {69, false, "0001 61 00 6f63746574 00 6162 00 31 00"}, // no known option
        {69, false, "0001 61 00 6f63746574 00 6162"},
        {69, true, "0006 626c6b73697a65 00 31343238 00"},
        {69, false, "0006"},
        {69, false, "0007 61 00"},
        {69, false, "0005 0001 61 00"},
    };
    assert_udp_cases(cases, MADE_COUNT(cases));
}

static void inv_2_a_transfer_is_proved_by_three_messages_in_turn(void **state)
{
    (void)state;
    static const struct {
        const char *message[3]; // client, server, client
        bool yes;
    } cases[] = {
        {{BLOCK("0001"), "0004 0001", BLOCK("0002")}, true},
        {{"0004 0000", BLOCK("0001"), "0004 0001"}, true},
        {{BLOCK("0001"), "0004 0001", BLOCK("0003")}, false},
        {{BLOCK("0001"), "0004 0002", BLOCK("0002")}, false},
        {{BLOCK("0001"), BLOCK("0001"), BLOCK("0002")}, false},
        {{BLOCK("0005"), "0004 0005", BLOCK("0006")}, false}, // no beginning
        {{BLOCK("0001"), "0004 0001 00", BLOCK("0002")}, false},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row row;
        row_open(&row, RN_PROTO_UDP, 50001, 50002);
        for (unsigned n = 0; n < 3; n++)
            feed_hex(&row, n != 1, cases[i].message[n]);
        assert_int_equal(row.row.app, cases[i].yes ? RN_APP_TFTP : RN_APP_NONE);
        row_close(&row);
    }
}

static void inv_2_retransmissions_do_no_harm(void **state)
{
    (void)state;
    struct made_row row;
    row_open(&row, RN_PROTO_UDP, 50001, 50002);
    feed_hex(&row, true, BLOCK("0001"));
    feed_hex(&row, true, BLOCK("0001"));
    feed_hex(&row, false, "0004 0001");
    feed_hex(&row, false, "0004 0001");
    assert_int_equal(row.row.app, RN_APP_NONE);
    feed_hex(&row, true, BLOCK("0002"));
    assert_int_equal(row.row.app, RN_APP_TFTP);
    assert_true(row.row.settled);
    row_close(&row);
}

static void a_request_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "0001 626f6f742e696d67 00 6f63746574 00");
    assert_cut_claims_nothing(69, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_tftp, 69, "0001", 20000);
    assert_random_claims_nothing(&dpi_tftp, 6900, "0003 0001", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_file_and_mode),
        cmocka_unit_test(inv_1_words_prove_a_request),
        cmocka_unit_test(inv_2_a_transfer_is_proved_by_three_messages_in_turn),
        cmocka_unit_test(inv_2_retransmissions_do_no_harm),
        cmocka_unit_test(a_request_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
