// SPDX-License-Identifier: Apache-2.0
// SNMP: versions, PDUs, and the community that must not be told.
#include "made_udp.h"

#define GET_V2C                                                                                   \
    "3026 020101 0406 7075626c6963 a019 0201 01 0201 00 0201 00 300e 300c 0608 2b06010201010100 " \
    "0500"

static void a_message_tells_version_and_pdu(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(161, GET_V2C);
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_SNMP);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "v2c");
    assert_string_equal(fact_of(&a.facts, RN_FACT_PDU), "GET");
}

static void inv_2_the_community_is_not_told(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(161, GET_V2C);
    assert_false(facts_hold(&a.facts, "public"));
}

static void every_pdu_has_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"GET",     "GETNEXT", "RESPONSE", "SET",   "TRAP",
                                        "GETBULK", "INFORM",  "TRAPv2",   "REPORT"};
    for (unsigned i = 0; i < MADE_COUNT(names); i++) {
        struct made m = {.len = 0};
        made_hex(&m, GET_V2C);
        m.data[13] = (uint8_t)(0xa0 + i);
        struct asked a = ask_udp(162, &m);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_PDU), names[i]);
    }
}

static void the_latest_pdu_counts(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(161, GET_V2C);
    struct made m = {.len = 0};
    made_hex(&m, GET_V2C);
    m.data[13] = 0xa2;
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_PDU), "RESPONSE");
}

// RFC 3412, 6: global data, security parameters, then plain or encrypted.
static void version_3_is_plain_or_encrypted(void **state)
{
    (void)state;
    struct asked plain = ask_udp_hex(161, "3031 020103 300e 020104 020300ffe3 040104 020103 0400 "
                                          "301a 0400 0400 a014 020101 020100 020100 3009 "
                                          "3007 0603 2b0601 0500");
    struct asked sealed = ask_udp_hex(
        161, "301d 020103 300e 020104 020300ffe3 040107 020103 0402 3000 0404 deadbeef");
    assert_string_equal(fact_of(&plain.facts, RN_FACT_VERSION), "v3");
    assert_string_equal(fact_of(&plain.facts, RN_FACT_PDU), "GET");
    assert_string_equal(fact_of(&sealed.facts, RN_FACT_VERSION), "v3");
    assert_string_equal(fact_of(&sealed.facts, RN_FACT_PDU), "ENCRYPTED");
}

static void inv_1_elsewhere_everything_must_fit(void **state)
{
    (void)state;
    static const struct udp_case cases[] = {
        {16100, true, GET_V2C},
        {16100, false, GET_V2C "00"}, // something behind
        {161, true, GET_V2C "00"},
        {16100, false, "3011 020101 0406 7075626c6963 0204 0000002a"}, // no PDU
        {161, true, "3011 020101 0406 7075626c6963 0204 0000002a"},
        {161, false, "3011 020102 0406 7075626c6963 0204 0000002a"}, // version 2 is nobody's
        {161, false, "3011 020101 0306 7075626c6963 0204 0000002a"}, // no community
        {161, false, "3111 020101 0406 7075626c6963 0204 0000002a"}, // no sequence
        {161, false, "3011 040101 0406 7075626c6963 0204 0000002a"}, // no version
        {161, false, "3080 020101 0406 7075626c6963 0000 0000"},     // indefinite length
    };
    assert_udp_cases(cases, MADE_COUNT(cases));
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, GET_V2C);
    assert_cut_claims_nothing(161, &m, 13);
    assert_cut_claims_nothing(16100, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_snmp, 161, "30", 50000);
    assert_random_claims_nothing(&dpi_snmp, 16100, "3026 0201", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_tells_version_and_pdu),
        cmocka_unit_test(inv_2_the_community_is_not_told),
        cmocka_unit_test(every_pdu_has_a_name),
        cmocka_unit_test(the_latest_pdu_counts),
        cmocka_unit_test(version_3_is_plain_or_encrypted),
        cmocka_unit_test(inv_1_elsewhere_everything_must_fit),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
