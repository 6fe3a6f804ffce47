// SPDX-License-Identifier: Apache-2.0
// LDAP: operations that fit, names and no passwords, and the way into TLS.
#include "made_tcp.h"
#include "made_tls.h"

static void requests_tell_who_and_what(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *command, *user, *name;
    } cases[] = {
        {CLIENT("\x30\x1b\2\1\1\x60\x16\2\1\3\4\x09"
                "cn=admin,\x80\6secret"),
         "bind", "cn=admin,", ""},
        {CLIENT("\x30\x2f\2\1\1\x60\x2a\2\1\3\4\0\xa3\x23\4\x0a"
                "DIGEST-MD5\4\x15"
                "secretsecretsecretsec"),
         "bind", "", ""},
        {CLIENT("\x30\x84\0\0\0\x21\2\1\2\x63\x84\0\0\0\x18\4\5dc="
                "ex\x0a\1\2\x0a\1\0\2\1\0\2\1\0\1\1\0\x87\0"),
         "search", "", "dc=ex"},
        {CLIENT("\x30\x1d\2\1\1\x77\x18\x80\x16"
                "1.3.6.1.4.1.1466.20037"),
         "extended", "", ""},
        {CLIENT("\x30\x14\2\1\3\x68\x0f\4\4cn=x\x30\7\x30\5\4\1s\x31\0"), "add", "", ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        assert_proves(RN_APP_LDAP, 3890, cases[i].said, 12);
        row_talk(&r, 3890, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_COMMAND), cases[i].command);
        assert_string_equal(told(&r, RN_FACT_USER), cases[i].user);
        assert_string_equal(told(&r, RN_FACT_NAME), cases[i].name);
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
    }
}

static void results_prove_it_too(void **state)
{
    (void)state;
    static const struct said cases[] = {
        SERVER("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"),
        SERVER("\x30\x84\0\0\0\x10\2\1\1\x65\x84\0\0\0\7\x0a\1\0\4\0\4\0"),
        SERVER("\x30\x1c\2\1\1\x61\7\x0a\1\0\4\0\4\0\xa0\x0e\x30\x0c\4\x08"
               "1.2.3.40\4\0"), // controls
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 3890, &cases[i], 1);
        assert_int_equal(r.row.app, RN_APP_LDAP);
        row_close(&r);
    }
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("\x30\x1b\2\1\1\x60\x16\2\1\4\4\x09"
               "cn=admin,\x80\6secret"), // version
        CLIENT("\x30\x1b\2\1\1\x60\x16\2\1\3\4\x09"
               "cn=admin,\x81\6secret"), // proof
        CLIENT("\x30\x1b\2\1\xff\x60\x16\2\1\3\4\x09"
               "cn=admin,\x80\6secret"), // id
        CLIENT("\x30\x1b\4\1\1\x60\x16\2\1\3\4\x09"
               "cn=admin,\x80\6secret"),
        CLIENT("\x30\x1b\2\1\1\x60\x20\2\1\3\4\x09"
               "cn=admin,\x80\6secret"), // longer than the message
        CLIENT("\x30\x26\2\1\0\4\6public\xa0\x19\2\1\1\2\1\0\2\1\0\x30\x0e\x30\x0c\6\x08"
               "12345678\5\0"), // SNMP
        CLIENT("\x30\x80\2\1\1\x60\x16\2\1\3\4\0\x80\0"),
        CLIENT("\x30\5\2\1\3\x42\0"), // an unbind, off the port
        SERVER("\x30\x0c\2\1\1\x61\7\x0a\1\x80\4\0\4\0"),
        SERVER("\x30\x0c\2\1\1\x61\7\x02\1\0\4\0\4\0"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_whole_proves_nothing(3890, no[i]);
    struct said unbind = CLIENT("\x30\5\2\1\3\x42\0");
    struct said sealed = CLIENT("\0\0\0\x08\5\4\4\xff\0\0\0\0");
    assert_proves(RN_APP_LDAP, 389, unbind, 7);
    assert_proves_nothing(3890, sealed);
    struct made_row r;
    row_talk(&r, 389, &sealed, 1);
    assert_int_equal(r.row.app, RN_APP_LDAP);
    row_close(&r);
}

static void start_tls_leads_into_it(void **state)
{
    (void)state;
    static const struct said talk[] = {
        CLIENT("\x30\x1d\2\1\1\x77\x18\x80\x16"
               "1.3.6.1.4.1.1466.20037"),
        SERVER("\x30\x0c\2\1\1\x78\7\x0a\1\0\4\0\4\0"),
    };
    struct made hello = {.len = 0};
    struct made_row r;
    made_hello(&hello, (struct made_hello){.sni = "ldap.example.org"});
    row_talk(&r, 389, talk, MADE_COUNT(talk));
    row_feed(&r, true, &hello);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(told(&r, RN_FACT_SERVICE), "LDAP");
    row_close(&r);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("\x30\x0c\2\1\1\x61\7\x0a\1\0\4\0\4\0"),
                                        CLIENT("\x30\x1d\2\1\1\x77\x18\x80\x16"
                                               "1.3.6.1.4.1.1466.20037")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(3890, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_tell_who_and_what),    cmocka_unit_test(results_prove_it_too),
        cmocka_unit_test(near_misses_prove_nothing),     cmocka_unit_test(start_tls_leads_into_it),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
