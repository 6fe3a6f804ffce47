// SPDX-License-Identifier: Apache-2.0
// LDAP over UDP: searches and their results.
#include "made_udp.h"

// The search of a client for a domain controller: base "", scope base, no aliases, no limits, a filter "(a=b)".
#define SEARCH "3020 020101 631b 0400 0a0100 0a0100 020100 020100 0101ff a306 0401 61 0401 62 3000"

static void operations_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *name;
    } cases[] = {
        {SEARCH, "SearchRequest"},
        {"3009 020101 6404 0400 3000", "SearchResultEntry"},
        {"300c 020101 6507 0a0100 0400 0400", "SearchResultDone"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(3890, cases[i].hex);
        assert_int_equal(a.verdict, RN_YES);
        assert_int_equal(a.app, RN_APP_LDAP);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), cases[i].name);
    }
}

static void inv_1_near_misses_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "3009 020101 6704 0400 3000",        // no operation of these
        "3009 040101 6404 0400 3000",        // no number
        "3009 020101 6404 0200 3000",        // no name
        "300a 020101 6404 0400 3000",        // longer than it is
        "300c 020101 6507 020100 0400 0400", // a code that is none
        "3020 020101 631b 0400 0a0100 020100 020100 020100 0101ff a306 0401 61 0401 62 3000",
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(389, cases[i]);
        assert_no_claim(&a);
    }
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, SEARCH);
    assert_cut_claims_nothing(389, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_cldap, 389, "301f 0201 01 63", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_have_names),
        cmocka_unit_test(inv_1_near_misses_are_refused),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
