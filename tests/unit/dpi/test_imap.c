// SPDX-License-Identifier: Apache-2.0
// IMAP: greetings, commands behind tags, no passwords, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

static void a_session_tells_server_user_and_command(void **state)
{
    (void)state;
    static const struct {
        struct said login;
        const char *user;
    } cases[] = {
        {CLIENT("a2 LOGIN alice secret\r\n"), "alice"},
        {CLIENT("a2 login \"alice b\" \"secret\"\r\n"), "alice b"},
        {CLIENT("a2 LOGIN {5}\r\n"), ""},
        {CLIENT("a2 LOGIN secret\r\n"), ""}, // not both: who knows which
        {CLIENT("a2 LOGIN \"secret\"\r\n"), ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct said talk[] = {SERVER("* OK [CAPABILITY IMAP4rev1] ready\r\n"),
                              CLIENT("a1 CAPABILITY\r\n"), cases[i].login};
        struct made_row r;
        row_talk(&r, 1143, talk, MADE_COUNT(talk));
        assert_int_equal(r.row.app, RN_APP_IMAP);
        assert_string_equal(told(&r, RN_FACT_SERVER), "[CAPABILITY IMAP4rev1] ready");
        assert_string_equal(told(&r, RN_FACT_USER), cases[i].user);
        assert_string_equal(told(&r, RN_FACT_COMMAND), "LOGIN");
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
    }
}

static void inv_1_what_proves_it(void **state)
{
    (void)state;
    static const struct said anywhere[] = {
        SERVER("* OK IMAP4 ready\r\n"),
        SERVER("* PREAUTH IMAP4rev1\r\n"),
        CLIENT("a0000 CAPABILITY\r\n"),
        CLIENT("1 AUTHENTICATE PLAIN\r\n"),
    };
    static const struct said at_home[] = {
        SERVER("* OK ready\r\n"), SERVER("* 3 EXISTS\r\n"),        SERVER("a001 NO really\r\n"),
        CLIENT("a001 NOOP\r\n"),  CLIENT("x FETCH 1 (FLAGS)\r\n"),
    };
    static const struct said no[] = {
        SERVER("530 Login incorrect.\r\n"), CLIENT("a CAPABILITIES\r\n"), CLIENT("CAPABILITY\r\n"),
        CLIENT("a-b CAPABILITY\r\n"),       SERVER("*OK IMAP\r\n"),       SERVER("* OKAY IMAP\r\n"),
        CLIENT("a001 select 1 from t\r\n"), CLIENT("*1\r\n$4\r\nIMAP"),
    };
    for (size_t i = 0; i < MADE_COUNT(anywhere); i++)
        assert_proves(RN_APP_IMAP, 1143, anywhere[i], 8);
    for (size_t i = 0; i < MADE_COUNT(at_home); i++) {
        assert_proves(RN_APP_IMAP, 143, at_home[i], 3);
        assert_proves_nothing(1143, at_home[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(1143, no[i]);
}

static void starttls_leads_into_tls(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER("* OK IMAP4 ready\r\n"), CLIENT("a STARTTLS\r\n"),
                                       SERVER("a OK begin\r\n")};
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "imap.example.org"});
    row_talk(&r, 143, talk, MADE_COUNT(talk));
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SERVICE), "IMAP");
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("* OK x\r\n"), CLIENT("a NOOP\r\n")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(143, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_server_user_and_command),
        cmocka_unit_test(inv_1_what_proves_it),
        cmocka_unit_test(starttls_leads_into_tls),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
