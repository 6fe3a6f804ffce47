// SPDX-License-Identifier: Apache-2.0
// Redis: commands by name, and none of their arguments.
#include "made_tcp.h"

static void commands_tell_their_name_alone(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *command;
    } cases[] = {
        {CLIENT("*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n"), "AUTH"},
        {CLIENT("*3\r\n$3\r\nset\r\n$6\r\nsecret\r\n$6\r\nsecret\r\n"), "SET"},
        {CLIENT("*1\r\n$9\r\nft.search\r\n"), "FT.SEARCH"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        assert_proves(RN_APP_REDIS, 7777, cases[i].said, 13);
        row_talk(&r, 7777, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_COMMAND), cases[i].command);
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
    }
}

static void inv_1_inline_commands_and_answers_need_the_port(void **state)
{
    (void)state;
    static const struct said yes[] = {
        CLIENT("PING\r\n"),     CLIENT("AUTH secret\r\n"), SERVER("+PONG\r\n"),
        SERVER("-ERR no\r\n"),  SERVER(":1000\r\n"),       SERVER("$5\r\nhello\r\n"),
        SERVER("*2\r\n:1\r\n"), SERVER("$-1\r\n"),         SERVER("%2\r\n+a\r\n:1\r\n"),
        SERVER("_\r\n"),        SERVER("#t\r\n"),
    };
    static const struct said no[] = {
        SERVER("+\r\n"),
        SERVER(":x\r\n"),
        SERVER("$\r\n"),
        SERVER("#x\r\n"),
        CLIENT("GET / HTTP\x01\r\n"),
        CLIENT("*x\r\n"),
        CLIENT("*1\r\n+PING\r\n"),
        CLIENT("*0\r\n"),
        CLIENT("*1\r\n$4\r\nPI G\r\n"),
        CLIENT("*1\r\n$4\r\nPINGx\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++) {
        struct made_row r;
        row_talk(&r, 6379, &yes[i], 1);
        assert_int_equal(r.row.app, RN_APP_REDIS);
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
        assert_proves_nothing(7777, yes[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_whole_proves_nothing(7777, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_tell_their_name_alone),
        cmocka_unit_test(inv_1_inline_commands_and_answers_need_the_port),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
