// SPDX-License-Identifier: Apache-2.0
// FTP: commands, replies, and what must not be taken for them.
#include "made_tcp.h"

static void a_session_tells_user_software_command_and_code(void **state)
{
    (void)state;
    static const struct said talk[] = {
        SERVER("220 (vsFTPd 3.0.3)\r\n"),
        CLIENT("USER anonymous\r\n"),
        SERVER("331 Please specify the password.\r\n"),
        CLIENT("PASS secret\r\n"),
        SERVER("230 Login successful.\r\n"),
        CLIENT("ACCT secret\r\n"),
    };
    struct made_row r;
    row_talk(&r, 21, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_FTP);
    assert_string_equal(told(&r, RN_FACT_USER), "anonymous");
    assert_string_equal(told(&r, RN_FACT_SERVER), "vsFTPd");
    assert_string_equal(told(&r, RN_FACT_COMMAND), "ACCT");
    assert_int_equal(told_number(&r, RN_FACT_CODE), 230);
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void software_is_the_first_word_with_a_letter(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *server;
    } cases[] = {
        {SERVER("220 ProFTPD 1.3.0a Server (x) [10.0.0.1]\r\n"), "ProFTPD"},
        {SERVER("220-======\r\n220 === FileZilla Server ===\r\n"), "FileZilla"},
        {SERVER("220 *** 1234 ***\r\n"), "*** 1234 ***"},
        {SERVER("220-Welcome\r\nUSER friendly\r\n220 Pure-FTPd\r\n"), "Pure-FTPd"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 21, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_SERVER), cases[i].server);
        assert_string_equal(told(&r, RN_FACT_COMMAND), ""); // inv 2
        row_close(&r);
    }
}

static void inv_1_on_its_port_any_command_or_reply_proves_it(void **state)
{
    (void)state;
    static const struct said cases[] = {
        CLIENT("user joe\r\n"),  CLIENT("PASS secret\r\n"),
        CLIENT("QUIT\r\n"),      CLIENT("PORT 10,0,0,1,4,5\r\n"),
        SERVER("220 ready\r\n"), SERVER("530 Login incorrect.\r\n"),
        SERVER("150-a\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_proves(RN_APP_FTP, 21, cases[i], 4);
}

static void inv_1_elsewhere_it_must_be_what_only_ftp_says(void **state)
{
    (void)state;
    static const struct said yes[] = {
        SERVER("220 NzmxFtpd 0wns j0\n"),
        SERVER("227 Entering Passive Mode (10,0,0,1,4,5).\r\n"),
        SERVER("331 Password required for joe\r\n"),
        CLIENT("PASV\r\n"),
        CLIENT("TYPE I\r\n"),
        CLIENT("CWD /pub\r\n"),
        CLIENT("EPRT |1|10.0.0.1|4000|\r\n"),
    };
    static const struct said no[] = {
        SERVER("220 ready\r\n"),   SERVER("250 OK\r\n"),
        SERVER("200 x\r\n"),       CLIENT("USER joe\r\n"),
        CLIENT("PASS secret\r\n"), CLIENT("QUIT\r\n"),
        CLIENT("LIST\r\n"),        CLIENT("TYPE mykey\r\n"),
        CLIENT("PORT 1,2,3\r\n"),  CLIENT("PORT 1,2,3,4,5,256\r\n"),
        CLIENT("PASV now\r\n"),    CLIENT("CWD\r\n"),
        CLIENT("SYSTEM\r\n"),      SERVER("2200 FTP\r\n"),
        SERVER("620 FTP\r\n"),     SERVER("020 FTP\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++)
        assert_proves(RN_APP_FTP, 2121, yes[i], 5);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(2121, no[i]);
}

static void what_others_say_on_its_port_proves_nothing(void **state)
{
    (void)state;
    static const struct said cases[] = {
        SERVER("220 mx.example.org SMTP\r\n"),
        CLIENT("HTTP\r\n"),
        CLIENT("LOGIN x\r\n"),
        SERVER("999 x\r\n"),
        SERVER("22\r\n"),
        SERVER("260 x\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 21, &cases[i], 1);
        assert_int_not_equal(r.row.app, RN_APP_FTP);
        row_close(&r);
    }
}

static void commands_in_one_payload_are_all_read(void **state)
{
    (void)state;
    static const struct said talk[] = {CLIENT("USER a\r\nPASS secret\r\nSYST\r\n")};
    struct made_row r;
    row_talk(&r, 21, talk, 1);
    assert_string_equal(told(&r, RN_FACT_USER), "a");
    assert_string_equal(told(&r, RN_FACT_COMMAND), "SYST");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("220 x\r\n"), CLIENT("QUIT\r\n")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(21, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_user_software_command_and_code),
        cmocka_unit_test(software_is_the_first_word_with_a_letter),
        cmocka_unit_test(inv_1_on_its_port_any_command_or_reply_proves_it),
        cmocka_unit_test(inv_1_elsewhere_it_must_be_what_only_ftp_says),
        cmocka_unit_test(what_others_say_on_its_port_proves_nothing),
        cmocka_unit_test(commands_in_one_payload_are_all_read),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
