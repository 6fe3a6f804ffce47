// SPDX-License-Identifier: Apache-2.0
// MySQL: greetings, logins, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

#define GREETING                                                       \
    "\x4a\0\0\0\x0a"                                                   \
    "8.0.32\0\x0a\0\0\0ABCDEFGH\0\xff\xff\xff\2\0\xff\xdf\x15\0\0\0\0" \
    "\0\0\0\0\0\0abcdefghijkl\0mysql_native_password\0"
#define MARIADB                                                                        \
    "\x5a\0\0\0\x0a"                                                                   \
    "5.5.5-10.11.19-MariaDB\0\x0a\0\0\0ABCDEFGH\0\xff\xff\xff\2\0\xff\xdf\x15\0\0\0\0" \
    "\0\0\0\0\0\0abcdefghijkl\0mysql_native_password\0"
#define ZEROS_23 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define LOGIN "\x34\0\0\1\x85\xa6\xff\1\0\0\0\1\x21" ZEROS_23 "alice\0\6secret\1\2\3\4\5\6\7"
#define TLS_REQUEST "\x20\0\0\1\x85\xae\xff\1\0\0\0\1\x21" ZEROS_23

static void a_session_tells_server_and_user(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER(GREETING), CLIENT(LOGIN)};
    struct made_row r;
    row_talk(&r, 13306, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_MYSQL);
    assert_string_equal(told(&r, RN_FACT_SERVER), "8.0.32");
    assert_string_equal(told(&r, RN_FACT_USER), "alice");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
    assert_proves(RN_APP_MYSQL, 13306, talk[0], 24);
    assert_proves(RN_APP_MYSQL, 13306, talk[1], 41);
}

static void mariadb_is_told_by_its_own_version(void **state)
{
    (void)state;
    static const struct said greeting = SERVER(MARIADB);
    struct made_row r;
    row_talk(&r, 13306, &greeting, 1);
    assert_int_equal(r.row.app, RN_APP_MYSQL);
    assert_string_equal(told(&r, RN_FACT_SERVER), "10.11.19-MariaDB");
    row_close(&r);
}

static void inv_1_what_proves_it_and_what_does_not(void **state)
{
    (void)state;
    static const struct said no[] = {
        SERVER("\x4a\0\0\0\x09"
               "8.0.32\0\x0a\0\0\0ABCDEFGH\0\xff\xff"),
        SERVER("\x4a\0\0\0\x0a"
               "x.0.32\0\x0a\0\0\0ABCDEFGH\0\xff\xff"),
        SERVER("\x4a\0\0\0\x0a"
               "8.0.32\0\x0a\0\0\0ABCDEFGHx\xff\xff"),
        SERVER("\x4a\0\0\2\x0a"
               "8.0.32\0\x0a\0\0\0ABCDEFGH\0\xff\xff"),
        SERVER("\x4a\0\1\0\x0a"
               "8.0.32\0\x0a\0\0\0ABCDEFGH\0\xff\xff"),
        SERVER("\x0f\0\0\0\x0a"
               "8.0.32\0\x0a\0\0\0ABCDEFGH\0\xff\xff"),                    // shorter than what came
        CLIENT("\x30\0\0\1\x85\xa4\xff\1\0\0\0\1\x21" ZEROS_23 "alice\0"), // not of 4.1
        CLIENT("\x30\0\0\1\x85\xa6\xff\1\0\0\0\1\x21\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0a"
               "lice\0"),
        SERVER("\x17\0\0\0\xff\x69\4Host is not allowed"), // an error, off the port
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(13306, no[i]);
    struct said error = SERVER("\x17\0\0\0\xff\x69\4Host is not allowed ");
    struct made_row r;
    row_talk(&r, 3306, &error, 1);
    assert_int_equal(r.row.app, RN_APP_MYSQL);
    row_close(&r);
}

static void a_request_for_tls_leads_into_it(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER(GREETING), CLIENT(TLS_REQUEST)};
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "db.example.org"});
    row_talk(&r, 3306, talk, MADE_COUNT(talk));
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SERVICE), "MySQL");
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER(GREETING), CLIENT(LOGIN)};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(13306, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_tells_server_and_user),
        cmocka_unit_test(mariadb_is_told_by_its_own_version),
        cmocka_unit_test(inv_1_what_proves_it_and_what_does_not),
        cmocka_unit_test(a_request_for_tls_leads_into_it),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
