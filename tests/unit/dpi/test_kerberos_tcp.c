// SPDX-License-Identifier: Apache-2.0
// Kerberos over TCP: messages behind their length.
#include "made_tcp.h"

// KRB-ERROR (RFC 4120, 5.9.1): pvno 5, type 30, time, 0, PREAUTH_REQUIRED, realm, service.
#define ERROR                                                          \
    "\x7e\x58\x30\x56\xa0\3\2\1\5\xa1\3\2\1\x1e\xa4\x11\x18\x0f"       \
    "20240101000000Z"                                                  \
    "\xa5\3\2\1\0\xa6\3\2\1\x19\xa9\x0d\x1b\x0b"                       \
    "EXAMPLE.ORG"                                                      \
    "\xaa\x20\x30\x1e\xa0\3\2\1\2\xa1\x17\x30\x15\x1b\6krbtgt\x1b\x0b" \
    "EXAMPLE.ORG"

static void a_record_proves_it_whole(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("\0\0\0\x5a" ERROR)};
    struct made_row r;
    row_talk(&r, 88, cases, 1);
    assert_int_equal(r.row.app, RN_APP_KERBEROS);
    assert_string_equal(told(&r, RN_FACT_TYPE), "KRB-ERROR");
    row_close(&r);
    assert_proves(RN_APP_KERBEROS, 88, cases[0], 16);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        SERVER("\0\0\0\x08" ERROR), // much shorter than what came
        SERVER("\0\2\0\1" ERROR),   // longer than a record may be
        SERVER("\0\0\0\x5a\x30\x58\x30\x56\xa0\3\2\1\5\xa1\3\2\1\x1e"),
        SERVER("\0\0\0\x5a\x7e\x58\x30\x56\xa0\3\2\1\4\xa1\3\2\1\x1e"), // version 4
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(88, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_proves_it_whole),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
