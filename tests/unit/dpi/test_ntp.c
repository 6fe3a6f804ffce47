// SPDX-License-Identifier: Apache-2.0
// NTP: time messages, control messages, and other guests on its port.
#include "made_udp.h"

#define STAMP "d2c63d4e 12345678 "
#define REST "00000123 00000456 c0000201 " STAMP STAMP STAMP STAMP

static void a_request_tells_version_mode_and_stratum(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(123, "e3 00 06 ec " REST);
    uint32_t stratum = 99;
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_NTP);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "4");
    assert_string_equal(fact_of(&a.facts, RN_FACT_MODE), "Client");
    assert_true(rn_facts_number(&a.facts, RN_FACT_STRATUM, &stratum));
    assert_int_equal(stratum, 0);
}

static void the_latest_message_counts(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(123, "1b 00 06 ec " REST);
    struct made m = {.len = 0};
    uint32_t stratum = 0;
    made_hex(&m, "24 02 06 ec " REST);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "4");
    assert_string_equal(fact_of(&a.facts, RN_FACT_MODE), "Server");
    assert_true(rn_facts_number(&a.facts, RN_FACT_STRATUM, &stratum));
    assert_int_equal(stratum, 2);
}

static void messages_of_all_modes(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *mode;
    } cases[] = {
        {"21 02 06 ec " REST, "SymActive"},
        {"22 02 06 ec " REST, "SymPassive"},
        {"25 02 06 ec " REST, "Broadcast"},
        {"08 02 06 ec " REST, "Reserved"}, // version 1 had no modes
        {"23 02 06 ec " REST "00000001 000102030405060708090a0b0c0d0e0f",
         "Client"}, // key and digest
        {"16 02 0001 0000 0000 0000 0000", "Control"},
        {"16 82 0001 0615 0000 0000 0004 613d310a", "Control"},
        {"17 00 03 2a 0000 0000", "Private"}, // the monitor list
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(123, cases[i].hex);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_MODE), cases[i].mode);
    }
}

static void inv_1_what_has_a_field_out_of_range_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "03 00 06 ec " REST,                       // version 0
        "2b 00 06 ec " REST,                       // version 5
        "20 00 06 ec " REST,                       // mode 0 of version 4
        "23 11 06 ec " REST,                       // stratum 17
        "23 00 40 ec " REST,                       // poll every 2^64 seconds
        "23 00 06 ec " REST "00",                  // 49 bytes
        "16 02 0001 0000 0000 0000 0008 61626364", // control data that is not there
        "17 00 09 2a 0000 0000",                   // an implementation that nobody has
        "17 00 03 2a 0001 0008",                   // items that are not there
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(123, cases[i]);
        assert_no_claim(&a);
    }
}

static void ntp_is_asked_on_its_port_only(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(124, "e3 00 06 ec " REST);
    assert_no_claim(&a);
}

static void a_cut_message_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "e3 00 06 ec " REST);
    assert_cut_claims_nothing(123, &m, 48);
}

static void a_captured_beginning_is_enough(void **state)
{
    (void)state;
    struct made_row row;
    struct made m = {.len = 0};
    made_hex(&m, "e3 00 06 ec " REST);
    for (uint32_t missing = 19; missing <= 20; missing++) {
        row_open(&row, RN_PROTO_UDP, 50001, 123);
        row_packet(&row, true, 0, m.data, 28, missing);
        assert_int_equal(row.row.app, missing == 20 ? RN_APP_NTP : RN_APP_NONE);
        row_close(&row);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_version_mode_and_stratum),
        cmocka_unit_test(the_latest_message_counts),
        cmocka_unit_test(messages_of_all_modes),
        cmocka_unit_test(inv_1_what_has_a_field_out_of_range_is_refused),
        cmocka_unit_test(ntp_is_asked_on_its_port_only),
        cmocka_unit_test(a_captured_beginning_is_enough),
        cmocka_unit_test(a_cut_message_claims_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
