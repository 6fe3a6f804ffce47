// SPDX-License-Identifier: Apache-2.0
// IRC: messages of servers and clients, and nothing of what is said.
#include "made_tcp.h"

static void a_session_tells_server_and_nick(void **state)
{
    (void)state;
    static const struct said talk[] = {
        CLIENT("PASS secret\r\nNICK wiz\r\nUSER guest 0 * :Ronnie secret\r\n"),
        SERVER(":irc.example.org 001 wiz :Welcome\r\n"),
        CLIENT("PRIVMSG #chan :secret\r\n"),
    };
    struct made_row r;
    row_talk(&r, 7776, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_IRC);
    assert_string_equal(told(&r, RN_FACT_SERVER), "irc.example.org");
    assert_string_equal(told(&r, RN_FACT_USER), "wiz");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void inv_1_what_proves_it(void **state)
{
    (void)state;
    static const struct said anywhere[] = {
        SERVER(":irc.example.org NOTICE AUTH :*** Looking up\r\n"),
        SERVER(":wiz!u@h JOIN #a\r\n"),
        CLIENT("USER guest 0 * :Ronnie\r\n"),
        CLIENT("CAP LS 302\r\n"),
        CLIENT("JOIN #a\r\n"),
        CLIENT("PRIVMSG bob :\1DCC SEND a 1 2\1\r\n"),
    };
    static const struct said at_home[] = {CLIENT("NICK foo\r\n"), CLIENT("STARTTLS\r\n"),
                                          CLIENT("USER foo\nNICK foo\n")};
    static const struct said no[] = {
        SERVER(":hello 001 wiz :Welcome\r\n"),
        SERVER(":irc.example.org 01 wiz\r\n"),
        SERVER(":irc.example.org HELLO wiz\r\n"),
        SERVER(": irc.example.org 001 wiz\r\n"),
        CLIENT("USER joe\r\n"),
        CLIENT("JOIN a\r\n"),
        CLIENT("NOTICE\r\n"),
        CLIENT("HELLO x\r\n"),
        CLIENT("PRIVMSG bob x\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(anywhere); i++) {
        struct made_row r;
        row_talk(&r, 7776, &anywhere[i], 1);
        assert_int_equal(r.row.app, RN_APP_IRC);
        row_close(&r);
    }
    for (size_t i = 0; i < MADE_COUNT(at_home); i++) {
        struct made_row r;
        row_talk(&r, 6667, &at_home[i], 1);
        assert_int_equal(r.row.app, RN_APP_IRC);
        row_close(&r);
        assert_proves_nothing(7776, at_home[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(7776, no[i]);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER(":irc.example.org 001 wiz :x\r\n")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(7776, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_server_and_nick),
        cmocka_unit_test(inv_1_what_proves_it),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
