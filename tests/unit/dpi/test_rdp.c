// SPDX-License-Identifier: Apache-2.0
// RDP: cookies and negotiations, and the other protocols in TPKT.
#include "made_tcp.h"

static void a_cookie_tells_the_user(void **state)
{
    (void)state;
    static const struct said talk[] = {
        CLIENT("\3\0\0\x2b\x26\xe0\0\0\0\0\0Cookie: mstshash=alice\r\n\1\0\x08\0\3\0\0\0"),
        SERVER("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\2\x1f\x08\0\2\0\0\0"),
    };
    struct made_row r;
    assert_proves(RN_APP_RDP, 13389, talk[0], talk[0].len);
    assert_proves(RN_APP_RDP, 13389, talk[1], talk[1].len);
    row_talk(&r, 13389, talk, MADE_COUNT(talk));
    assert_string_equal(told(&r, RN_FACT_USER), "alice");
    assert_string_equal(told(&r, RN_FACT_MODE), "CredSSP");
    row_close(&r);
}

static void inv_1_bare_requests_need_the_port(void **state)
{
    (void)state;
    static const struct said bare[] = {CLIENT("\3\0\0\x0b\6\xe0\0\0\0\0\0"),
                                       SERVER("\3\0\0\x0b\6\xd0\0\0\x12\x34\0")};
    static const struct said no[] = {
        // S7 and MMS: parameters of X.224
        CLIENT("\3\0\0\x16\x11\xe0\0\0\0\1\0\xc0\1\x0a\xc1\2\1\0\xc2\2\1\2"),
        SERVER("\3\0\0\x16\x11\xd0\0\1\0\1\0\xc0\1\x0a\xc1\2\1\0\xc2\2\1\2"),
        CLIENT("\3\0\0\x16\x11\xe0\0\0\7\x78\0\xc1\2\0\1\xc2\2\0\1\xc0\1\x0d"),
        CLIENT("\3\0\0\x13\x0e\xe0\0\0\0\0\0\1\0\x09\0\3\0\0\0"), // length
        CLIENT("\3\0\0\x13\x0e\xe0\0\0\0\0\1\1\0\x08\0\3\0\0\0"), // class
        CLIENT("\3\0\0\x13\x0d\xe0\0\0\0\0\0\1\0\x08\0\3\0\0\0"), // indicated length
        CLIENT("\3\0\0\x13\x0e\xf0\0\0\0\0\0\1\0\x08\0\3\0\0\0"),
        SERVER("\3\0\0\x13\x0e\xd0\0\0\x12\x34\0\1\x1f\x08\0\2\0\0\0"), // a request in a confirm
    };
    for (size_t i = 0; i < MADE_COUNT(bare); i++) {
        assert_proves(RN_APP_RDP, 3389, bare[i], 11);
        assert_proves_nothing(102, bare[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++) {
        assert_proves_nothing(102, no[i]);
        assert_proves_nothing(3389, no[i]);
    }
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("\3\0\0\x0b\6\xd0\0\0\x12\x34\0"),
                                        CLIENT("\3\0\0\x0b\6\xe0\0\0\0\0\0")};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(3389, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cookie_tells_the_user),
        cmocka_unit_test(inv_1_bare_requests_need_the_port),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
