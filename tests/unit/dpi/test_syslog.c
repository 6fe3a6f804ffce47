// SPDX-License-Identifier: Apache-2.0
// Syslog: both forms, and devices that have a form of their own.
#include "made_udp.h"

static void messages_tell_the_host(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *application;
    } cases[] = {
        // RFC 3164, 5.4; RFC 5424, 6.5
        {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "mymachine", "su"},
        {"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 - x",
         "mymachine.example.com", "evntslog"},
        {"<34>1 - - - - - - x", "", ""},
        {"<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", "10.0.0.99", ""},
        {"<189>72: Mar  3 19:57:17 r1 x", "r1", ""},
        {"<30>Mar  9 04:44:28 snmpd[1]: x", "", "snmpd"},                   // no host
        {"<13>Nov 25 11:00:02 client example: hello", "client", "example"}, // logger of util-linux
        {"<13>Nov 25 11:00:02 client postfix/smtpd[23]: x", "client", "postfix/smtpd"},
        {"<13>Nov 25 11:00:02 client 12: x", "client", ""},
        {"<13>Nov 25 11:00:02 client http://x", "client", ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(5140, cases[i].text);
        assert_int_equal(a.verdict, RN_YES);
        assert_int_equal(a.app, RN_APP_SYSLOG);
        assert_string_equal(fact_of(&a.facts, RN_FACT_HOSTNAME), cases[i].host);
        assert_string_equal(fact_of(&a.facts, RN_FACT_SOFTWARE), cases[i].application);
    }
}

static void inv_1_priority_and_time_prove_it(void **state)
{
    (void)state;
    static const struct {
        uint16_t port;
        bool yes;
        const char *text;
    } cases[] = {
        {514, true, "<0>x"},
        {514, true, "<191>date=2021-12-09 x"},
        {5140, false, "<191>date=2021-12-09 x"},
        {514, false, "<192>x"},
        {514, false, "<01>Oct 11 22:14:15 a"},
        {514, false, "<>x"},
        {514, false, "<1x>"},
        {514, false, "<13>"},
        {514, false, "<13>a\x01z"},
        {5140, false, "<13>Oct 11 22:14:1x a b"},
        {5140, false, "<1>2 2003-10-11T22:14:15.003Z a b c"},
        {5140, false, "<html><body>Oct 11 22:14:15</body>"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(cases[i].port, cases[i].text);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
    }
}

static void inv_2_the_message_is_not_told(void **state)
{
    (void)state;
    struct asked a = ask_udp_text(514, "<34>Oct 11 22:14:15 host app: password=hunter2");
    assert_false(facts_hold(&a.facts, "hunter2"));
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, "<34>Oct 11 22:14:15 mymachine su: x");
    assert_cut_claims_nothing(514, &m, 5);
    assert_cut_claims_nothing(5140, &m, 19);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_syslog, 514, "3c 34 3e", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_tell_the_host),
        cmocka_unit_test(inv_1_priority_and_time_prove_it),
        cmocka_unit_test(inv_2_the_message_is_not_told),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
