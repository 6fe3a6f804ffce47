// SPDX-License-Identifier: Apache-2.0
// SIP over TCP.
#include "made_tcp.h"

static void a_request_split_anywhere_proves_it(void **state)
{
    (void)state;
    static const struct said cases[] = {
        CLIENT("REGISTER sip:example.org SIP/2.0\r\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\r\n\r\n"),
        SERVER("SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/TCP a\r\n\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 5060, &cases[i], 1);
        assert_int_equal(r.row.app, RN_APP_SIP);
        row_close(&r);
        for (size_t at = 1; at < 20; at++) {
            row_open(&r, RN_PROTO_TCP, 50000, 5060);
            say(&r, cases[i], 0, at);
            say(&r, cases[i], at, cases[i].len - at);
            assert_int_equal(r.row.app, RN_APP_SIP);
            row_close(&r);
        }
    }
}

static void its_kin_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("OPTIONS sip:example.org SIP/3.0\r\n\r\n"),
        CLIENT("REGISTER example.org\r\n\r\n"),
        SERVER("SIP/1.0 OK\r\n\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_whole_proves_nothing(5061, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_split_anywhere_proves_it),
        cmocka_unit_test(its_kin_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
