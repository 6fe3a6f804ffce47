// SPDX-License-Identifier: Apache-2.0
// PostgreSQL: starts, messages on the port, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

#define START "\0\0\0\x38\0\3\0\0user\0alice\0database\0shop\0application_name\0psql\0\0"

static void a_start_tells_user_database_and_client(void **state)
{
    (void)state;
    struct said start = CLIENT(START);
    static const struct said talk[] = {
        CLIENT(START),
        SERVER("R\0\0\0\x0c\0\0\0\5salt"),
        CLIENT("p\0\0\0\x0bsecret\0"),
        SERVER("R\0\0\0\x08\0\0\0\0"),
        CLIENT("Q\0\0\0\x12select secret\0"),
    };
    struct made_row r;
    assert_proves(RN_APP_POSTGRESQL, 15432, start, sizeof(START) - 1);
    row_talk(&r, 15432, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_POSTGRESQL);
    assert_string_equal(told(&r, RN_FACT_USER), "alice");
    assert_string_equal(told(&r, RN_FACT_NAME), "shop");
    assert_string_equal(told(&r, RN_FACT_CLIENT), "psql");
    assert_string_equal(told(&r, RN_FACT_VERSION), "3.0");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void inv_1_what_proves_it_and_what_does_not(void **state)
{
    (void)state;
    static const struct said anywhere[] = {
        CLIENT("\0\0\0\x08\x04\xd2\x16\x2f"),
        CLIENT("\0\0\0\x08\x04\xd2\x16\x30"),
        CLIENT("\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\1\0\0\0\2"),
    };
    static const struct said at_home[] = {
        SERVER("R\0\0\0\x08\0\0\0\0Z\0\0\0\5I"),
        CLIENT("Q\0\0\0\x0dselect 1\0"),
        CLIENT("P\0\0\0\x08\0x\0\0S\0\0\0\4"),
    };
    static const struct said no[] = {
        CLIENT("\0\0\0\x09\x04\xd2\x16\x2f"),
        CLIENT("\0\0\0\x08\x04\xd2\x16\x2fx"),
        CLIENT("\0\0\0\x0c\0\4\0\0user"),
        CLIENT("\0\0\0\x10\0\3\0\0abcd\0ef\0"),
        CLIENT("\0\0\0\x10\0\3\0\0user\0\1\0\0"),
        CLIENT("Q\0\0\0\x0dselect 1x"),
        CLIENT("y\0\0\0\x0dselect 1\0"),
        SERVER("I\0\0\0\x0a"
               "8.4.2\0\x11\0\0"),
        SERVER("S"),
        SERVER("N"),
    };
    for (size_t i = 0; i < MADE_COUNT(anywhere); i++)
        assert_proves(RN_APP_POSTGRESQL, 15432, anywhere[i], 8);
    for (size_t i = 0; i < MADE_COUNT(at_home); i++) {
        struct made_row r;
        row_talk(&r, 5432, &at_home[i], 1);
        assert_int_equal(r.row.app, RN_APP_POSTGRESQL);
        row_close(&r);
        assert_proves_nothing(15432, at_home[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_whole_proves_nothing(5432, no[i]);
}

static void a_request_for_tls_leads_into_it_or_to_a_start(void **state)
{
    (void)state;
    static const struct said yes[] = {CLIENT("\0\0\0\x08\x04\xd2\x16\x2f"), SERVER("S")};
    static const struct said no[] = {CLIENT("\0\0\0\x08\x04\xd2\x16\x2f"), SERVER("N"),
                                     CLIENT(START)};
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "db.example.org"});
    row_talk(&r, 5432, yes, MADE_COUNT(yes));
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SERVICE), "PostgreSQL");
    row_close(&r);
    row_talk(&r, 5432, no, MADE_COUNT(no));
    assert_int_equal(r.row.app, RN_APP_POSTGRESQL);
    assert_string_equal(told(&r, RN_FACT_USER), "alice");
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {CLIENT(START)};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(15432, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_tells_user_database_and_client),
        cmocka_unit_test(inv_1_what_proves_it_and_what_does_not),
        cmocka_unit_test(a_request_for_tls_leads_into_it_or_to_a_start),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
