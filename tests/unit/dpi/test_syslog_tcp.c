// SPDX-License-Identifier: Apache-2.0
// Syslog over TCP: both framings of RFC 6587.
#include "made_tcp.h"

#define MESSAGE "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 - x"

static void both_framings_prove_it(void **state)
{
    (void)state;
    static const struct said cases[] = {
        CLIENT("73 " MESSAGE),
        CLIENT("73 " MESSAGE "73 " MESSAGE),
        CLIENT(MESSAGE "\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 1514, &cases[i], 1);
        assert_int_equal(r.row.app, RN_APP_SYSLOG);
        assert_string_equal(told(&r, RN_FACT_HOSTNAME), "mymachine.example.com");
        row_close(&r);
    }
    assert_proves(RN_APP_SYSLOG, 1514, cases[0], cases[0].len);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("73 x" MESSAGE),      CLIENT("220 <hello>\r\n"), CLIENT("0 " MESSAGE),
        CLIENT("99999999 " MESSAGE), CLIENT("<html>\n"),        CLIENT("<999>1 - - - - - -\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(1514, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_framings_prove_it),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
