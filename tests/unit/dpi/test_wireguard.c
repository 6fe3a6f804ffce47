// SPDX-License-Identifier: Apache-2.0
// WireGuard: handshakes by length, data by its counter.
#include "made_udp.h"

static struct made made_message(const char *head, size_t len)
{
    struct made m = {.len = 0};
    made_hex(&m, head);
    while (m.len < len)
        made_number(&m, 1, 0x5a);
    return m;
}

static void inv_1_a_handshake_message_has_one_length(void **state)
{
    (void)state;
    static const struct {
        const char *head;
        size_t len;
        const char *type; // NULL: none
    } cases[] = {
        {"01000000 00000001", 148, "Initiation"}, {"02000000 00000001", 92, "Response"},
        {"03000000 00000001", 64, "Cookie"},      {"01000000 00000001", 147, NULL},
        {"01000000 00000001", 149, NULL},         {"01000001 00000001", 148, NULL},
        {"01010000 00000001", 148, NULL},         {"02000000 00000001", 148, NULL},
        {"00000000 00000001", 148, NULL},         {"05000000 00000001", 64, NULL},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = made_message(cases[i].head, cases[i].len);
        struct asked a = ask_udp(51820, &m);
        assert_int_equal(a.verdict == RN_YES, cases[i].type != NULL);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), cases[i].type ? cases[i].type : "");
    }
}

static void a_session_settles_with_its_data(void **state)
{
    (void)state;
    struct made_row row;
    struct made hello = made_message("01000000 00000001", 148);
    struct made reply = made_message("02000000 00000002 00000001", 92);
    struct made data = made_message("04000000 00000002 0000000000000000", 96);
    row_open(&row, RN_PROTO_UDP, 50001, 51820);
    row_feed(&row, true, &hello);
    assert_int_equal(row.row.app, RN_APP_WIREGUARD);
    row_feed(&row, false, &reply);
    assert_false(row.row.settled);
    row_feed(&row, true, &data);
    assert_true(row.row.settled);
    assert_string_equal(fact_of(&row.row.facts, RN_FACT_TYPE), "Data");
    row_close(&row);
}

static void inv_2_data_alone_is_proved_by_its_counter(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        size_t len;
        bool yes;
    } cases[] = {
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f8 0600000000000000", 32, true},
        {"04000000 7026e1f8 ff00000000000000", "04000000 7026e1f8 0901000000000000", 1424, true},
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f8 0500000000000000", 32, false},
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f8 0400000000000000", 32, false},
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f8 0500010000000000", 32, false},
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f9 0600000000000000", 32, false},
        {"04000000 7026e1f8 0500000001000000", "04000000 7026e1f8 0600000001000000", 32, false},
        {"04000000 00000000 0500000000000000", "04000000 00000000 0600000000000000", 32, false},
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f8 0600000000000000", 33, false},
        {"04000000 7026e1f8 0500000000000000", "04000000 7026e1f8 0600000000000000", 16, false},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row row;
        struct made first = made_message(cases[i].first, cases[i].len);
        struct made second = made_message(cases[i].second, cases[i].len);
        row_open(&row, RN_PROTO_UDP, 50001, 50002);
        row_feed(&row, true, &first);
        assert_int_equal(row.row.app, RN_APP_NONE);
        row_feed(&row, true, &second);
        assert_int_equal(row.row.app, cases[i].yes ? RN_APP_WIREGUARD : RN_APP_NONE);
        row_close(&row);
    }
}

static void inv_2_two_ends_are_no_proof_of_each_other(void **state)
{
    (void)state;
    struct made_row row;
    struct made first = made_message("04000000 7026e1f8 0500000000000000", 32);
    struct made second = made_message("04000000 7026e1f8 0600000000000000", 32);
    row_open(&row, RN_PROTO_UDP, 50001, 50002);
    row_feed(&row, true, &first);
    row_feed(&row, false, &second);
    assert_int_equal(row.row.app, RN_APP_NONE);
    row_close(&row);
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = made_message("01000000 00000001", 148);
    assert_cut_claims_nothing(51820, &m, m.len);
}

static void without_memory_data_proves_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_wireguard, 51820, "04000000 7026e1f8 05000000 00000000",
                                 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_a_handshake_message_has_one_length),
        cmocka_unit_test(a_session_settles_with_its_data),
        cmocka_unit_test(inv_2_data_alone_is_proved_by_its_counter),
        cmocka_unit_test(inv_2_two_ends_are_no_proof_of_each_other),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(without_memory_data_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
