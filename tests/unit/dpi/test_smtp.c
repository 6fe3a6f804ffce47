// SPDX-License-Identifier: Apache-2.0
// SMTP: greetings, commands, mail that is not looked at, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

static void a_session_tells_ends_command_and_code(void **state)
{
    (void)state;
    static const struct said talk[] = {
        SERVER("220 mx.example.org ESMTP Postfix\r\n"),
        CLIENT("EHLO client.example.org\r\n"),
        SERVER("250-mx.example.org\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"),
        CLIENT("AUTH PLAIN c2VjcmV0\r\n"),
        SERVER("235 ok\r\n"),
        CLIENT("MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"),
        SERVER("250 ok\r\n250 ok\r\n354 go on\r\n"),
        CLIENT("HELP me, said bob\r\nQUIT\r\n.\r\n"),
        SERVER("250 queued\r\n"),
        CLIENT("RSET\r\n"),
    };
    struct made_row r;
    row_talk(&r, 10025, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_SMTP);
    assert_string_equal(told(&r, RN_FACT_HOST), "mx.example.org");
    assert_string_equal(told(&r, RN_FACT_SERVER), "mx.example.org ESMTP Postfix");
    assert_string_equal(told(&r, RN_FACT_CLIENT), "client.example.org");
    assert_string_equal(told(&r, RN_FACT_COMMAND), "RSET");
    assert_int_equal(told_number(&r, RN_FACT_CODE), 250);
    assert_false(facts_hold(&r.row.facts, "c2Vj"));
    assert_false(facts_hold(&r.row.facts, "alice"));
    assert_false(facts_hold(&r.row.facts, "bob"));
    row_close(&r);
}

static void inv_2_mail_is_no_command(void **state)
{
    (void)state;
    static const struct said talk[] = {
        SERVER("220 mx ESMTP\r\n"),
        CLIENT("DATA\r\n"),
        SERVER("354 go on\r\n"),
        CLIENT("QUIT\r\nHELO x\r\n"),
    };
    struct made_row r;
    row_talk(&r, 25, talk, MADE_COUNT(talk));
    assert_string_equal(told(&r, RN_FACT_COMMAND), "DATA");
    assert_string_equal(told(&r, RN_FACT_CLIENT), "");
    row_close(&r);
}

static void inv_1_greetings_and_commands_prove_it(void **state)
{
    (void)state;
    static const struct said anywhere[] = {
        SERVER("220 a.b ESMTP x\r\n"),
        SERVER("220-a.b SMTP\r\n220 x\r\n"),
        SERVER("554 no SMTP service\r\n"),
        CLIENT("EHLO [10.0.0.1]\r\n"),
        CLIENT("helo x\n"),
        CLIENT("LHLO x.y\r\n"),
        CLIENT("MAIL FROM:<a@b>\r\n"),
        CLIENT("RCPT TO:<a@b>\r\n"),
    };
    static const struct said at_home[] = {SERVER("220 hello\r\n"), CLIENT("RSET\r\n"),
                                          CLIENT("QUIT\r\n"), SERVER("421 busy\r\n")};
    static const struct said no[] = {
        CLIENT("EHLO\r\n"),       CLIENT("EHLOX a\r\n"), CLIENT("MAIL bob\r\n"),
        SERVER("120 x SMTP\r\n"), SERVER("250 x\r\n"),   CLIENT("HELP\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(anywhere); i++)
        assert_proves(RN_APP_SMTP, 10025, anywhere[i], 6);
    for (size_t i = 0; i < MADE_COUNT(at_home); i++) {
        assert_proves(RN_APP_SMTP, 25, at_home[i], 4);
        assert_proves_nothing(10025, at_home[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(10025, no[i]);
    struct made_row r;
    struct said ftp = SERVER("220 example FTP server\r\n");
    row_talk(&r, 25, &ftp, 1);
    assert_int_equal(r.row.app, RN_APP_FTP);
    row_close(&r);
}

static void starttls_leads_into_tls(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER("220 mx.example.org ESMTP\r\n"),
                                       CLIENT("STARTTLS\r\n"), SERVER("220 go on\r\n")};
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "mx.example.org"});
    row_talk(&r, 587, talk, MADE_COUNT(talk));
    assert_string_equal(told(&r, RN_FACT_SERVER), "mx.example.org ESMTP");
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SNI), "mx.example.org");
    assert_string_equal(told(&r, RN_FACT_SERVICE), "SMTP");
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("220 x\r\n"), CLIENT("QUIT\r\n")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(25, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_ends_command_and_code),
        cmocka_unit_test(inv_2_mail_is_no_command),
        cmocka_unit_test(inv_1_greetings_and_commands_prove_it),
        cmocka_unit_test(starttls_leads_into_tls),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
