// SPDX-License-Identifier: Apache-2.0
// POP3: greetings, commands, no passwords, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

static void a_session_tells_server_user_and_command(void **state)
{
    (void)state;
    static const struct said talk[] = {
        SERVER("+OK POP3 ready\r\n"),
        CLIENT("USER alice\r\n"),
        SERVER("+OK\r\n"),
        CLIENT("PASS secret\r\n"),
        SERVER("+OK secret\r\n"),
        CLIENT("RETR 1\r\n"),
        SERVER("+OK 100 octets\r\nReceived: secret\r\n"),
    };
    struct made_row r;
    row_talk(&r, 1110, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_POP3);
    assert_string_equal(told(&r, RN_FACT_SERVER), "POP3 ready");
    assert_string_equal(told(&r, RN_FACT_USER), "alice");
    assert_string_equal(told(&r, RN_FACT_COMMAND), "RETR");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void inv_2_a_digest_is_not_told(void **state)
{
    (void)state;
    static const struct said talk[] = {CLIENT("APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n")};
    struct made_row r;
    row_talk(&r, 110, talk, 1);
    assert_string_equal(told(&r, RN_FACT_USER), "mrose");
    assert_false(facts_hold(&r.row.facts, "c4c9"));
    row_close(&r);
}

static void inv_1_what_proves_it(void **state)
{
    (void)state;
    static const struct said anywhere[] = {
        SERVER("+OK POP3 server ready\r\n"),
        SERVER("+OK ready <1896.697170952@dbc.mtview.ca.us>\r\n"),
        SERVER("-ERR POP is closed\r\n"),
        CLIENT("CAPA\r\n"),
        CLIENT("STLS\r\n"),
        CLIENT("UIDL 1\r\n"),
    };
    static const struct said at_home[] = {SERVER("+OK\r\n"), SERVER("-ERR no\r\n"),
                                          CLIENT("USER a\r\n"), CLIENT("LIST\r\n")};
    static const struct said no[] = {
        SERVER("+OKAY POP\r\n"), SERVER("+PONG\r\n"), SERVER("-ERROR POP\r\n"),
        CLIENT("CAPA x\r\n"),    CLIENT("STLSX\r\n"), CLIENT("TOPS\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(anywhere); i++)
        assert_proves(RN_APP_POP3, 1110, anywhere[i], 5);
    for (size_t i = 0; i < MADE_COUNT(at_home); i++) {
        assert_proves(RN_APP_POP3, 110, at_home[i], 3);
        assert_proves_nothing(1110, at_home[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(1110, no[i]);
}

static void stls_leads_into_tls(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER("+OK POP3\r\n"), CLIENT("STLS\r\n"),
                                       SERVER("+OK\r\n")};
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "pop.example.org"});
    row_talk(&r, 110, talk, MADE_COUNT(talk));
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SERVICE), "POP3");
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("+OK x\r\n"), CLIENT("QUIT\r\n")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(110, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_server_user_and_command),
        cmocka_unit_test(inv_2_a_digest_is_not_told),
        cmocka_unit_test(inv_1_what_proves_it),
        cmocka_unit_test(stls_leads_into_tls),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
