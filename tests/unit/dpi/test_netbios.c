// SPDX-License-Identifier: Apache-2.0
// NetBIOS: names and what is done with them.
#include "made_udp.h"

// RFC 1001, 14.1: "FRED" and blanks.
#define FRED "20 454746434546454543414341434143414341434143414341434143414341434143 00 "
#define FRED_NB "20 4547464345464545434143414341434143414341434143414341434143414341 00 "
#define NB "0020 0001 "

static void a_query_tells_service_operation_and_name(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(137, "1234 0110 0001 0000 0000 0000 " FRED_NB NB);
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_NETBIOS);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SERVICE), "NS");
    assert_string_equal(fact_of(&a.facts, RN_FACT_OPCODE), "Query");
    assert_string_equal(fact_of(&a.facts, RN_FACT_NAME), "FRED");
}

static void operations_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *flags, *name;
    } cases[] = {
        {"0110", "Query"},    {"2910", "Register"}, {"3000", "Release"},    {"3810", "WACK"},
        {"4110", "Refresh"},  {"4910", "Refresh"},  {"7910", "Register"},   {"8500", "Response"},
        {"ad80", "Response"}, {"bc00", "WACK"},     {"1110", "UNKNOWN(2)"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = {.len = 0};
        made_hex(&m, "1234");
        made_hex(&m, cases[i].flags);
        made_hex(&m, "0001 0000 0000 0000 " FRED_NB NB);
        struct asked a = ask_udp(137, &m);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_OPCODE), cases[i].name);
    }
}

// The letters of 16 bytes, and what stands behind them.
static void made_name(struct made *m, const char *bytes, const char *scope)
{
    made_number(m, 1, 32);
    for (unsigned i = 0; i < 16; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        made_number(m, 1, 'A' + (uint32_t)(byte >> 4));
        made_number(m, 1, 'A' + (uint32_t)(byte & 15));
    }
    made_hex(m, scope);
}

static void inv_2_names_of_all_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *scope, *text;
    } cases[] = {
        {"*\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "00", "*"},
        {"\1\2__MSBROWSE__\2\1", "00", "__MSBROWSE__"},
        {"A NAME         \x20", "00", "A NAME"},
        {"FIFTEEN-LETTERS\x1b", "00", "FIFTEEN-LETTERS"},
        {"FRED           \0", "03 6f7267 02 6575 00", "FRED"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = {.len = 0};
        made_hex(&m, "1234 0000 0001 0000 0000 0000 ");
        made_name(&m, cases[i].bytes, cases[i].scope);
        made_hex(&m, "0021 0001");
        struct asked a = ask_udp(137, &m);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_NAME), cases[i].text);
    }
}

static void a_datagram_tells_its_sender(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *operation, *name;
        bool yes;
    } cases[] = {
        {"11 1a 81b8 c0000201 008a 00bb 0000 " FRED_NB FRED_NB "ff534d42", "Datagram", "FRED",
         true},
        {"13 02 81b8 c0000201 008a 82", "Error", "", true},
        {"14 02 81b8 c0000201 008a " FRED_NB, "Query", "FRED", true},
        {"15 02 81b8 c0000201 008a " FRED_NB, "Response", "FRED", true},
        {"13 02 81b8 c0000201 008a 81", "", "", false},   // no such error
        {"13 02 81b8 c0000201 008a 8200", "", "", false}, // something behind
        {"17 02 81b8 c0000201 008a " FRED_NB, "", "", false},
        {"11 1a 81b8 c0000201 008a 00bb 0000 21 4547", "", "", false},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(138, cases[i].hex);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
        assert_string_equal(fact_of(&a.facts, RN_FACT_SERVICE), cases[i].yes ? "DGM" : "");
        assert_string_equal(fact_of(&a.facts, RN_FACT_OPCODE), cases[i].operation);
        assert_string_equal(fact_of(&a.facts, RN_FACT_NAME), cases[i].name);
    }
}

static void a_refusal_may_count_no_record(void **state)
{
    (void)state;
    struct asked a =
        ask_udp_hex(137, "1234 8583 0000 0000 0000 0000 " FRED_NB "000a 0001 00000000 0000");
    assert_int_equal(a.verdict, RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_OPCODE), "Response");
}

static void inv_1_near_misses_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint16_t port;
        const char *hex;
    } cases[] = {
        {13700, "1234 0110 0001 0000 0000 0000 " FRED_NB NB},        // another port
        {137, "1234 0110 0000 0000 0000 0000 " FRED_NB NB},          // no question
        {137, "1234 0110 0041 0000 0000 0000 " FRED_NB NB},          // 65 questions
        {137, "1234 0110 0001 0000 0000 0000 " FRED_NB "0020 0002"}, // another class
        {137, "1234 0110 0001 0000 0000 0000 " FRED_NB "001c 0001"}, // another type
        {137, "1234 0110 0001 0000 0000 0000 " FRED NB},             // one letter too many
        {137, "1234 0110 0001 0000 0000 0000 03777777 00 " NB},      // a name of DNS
        {137, "1234 0110 0001 0000 0000 0000 20 "
              "6547464345464545434143414341434143414341434143414341434143414341 00 " NB},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(cases[i].port, cases[i].hex);
        assert_no_claim(&a);
    }
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0}, d = {.len = 0};
    made_hex(&m, "1234 0110 0001 0000 0000 0000 " FRED_NB NB);
    assert_cut_claims_nothing(137, &m, m.len);
    made_hex(&d, "11 1a 81b8 c0000201 008a 00bb 0000 " FRED_NB);
    assert_cut_claims_nothing(138, &d, d.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_netbios_ns, 137, "1234 0110 0001 0000 0000 0000 20", 20000);
    assert_random_claims_nothing(&dpi_netbios_dgm, 138, "11", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_tells_service_operation_and_name),
        cmocka_unit_test(operations_have_names),
        cmocka_unit_test(inv_2_names_of_all_shapes),
        cmocka_unit_test(a_datagram_tells_its_sender),
        cmocka_unit_test(a_refusal_may_count_no_record),
        cmocka_unit_test(inv_1_near_misses_are_refused),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
