// SPDX-License-Identifier: Apache-2.0
// OpenVPN over TCP: resets, plain, with an HMAC, wrapped.
#include "made_tcp.h"

#define SESSION "\x8a\x71\x85\xe6\xca\x77\x9c\xda"
#define MAC_20 "\1\2\3\4\5\6\7\x08\1\2\3\4\5\6\7\x08\1\2\3\4"
#define MAC_32 MAC_20 "\1\2\3\4\5\6\7\x08\1\2\3\4"

static void resets_prove_it(void **state)
{
    (void)state;
    static const struct said cases[] = {
        CLIENT("\0\x0e\x38" SESSION "\0\0\0\0\0"),
        CLIENT("\0\x2a\x38" SESSION MAC_20 "\0\0\0\1\x5e\0\0\0\0\0\0\0\0"),
        SERVER("\0\x36\x40" SESSION MAC_20 "\0\0\0\1\x5e\0\0\0\1\0\0\0\0" SESSION "\0\0\0\0"),
        SERVER("\0\x1a\x40" SESSION "\1\0\0\0\0" SESSION "\0\0\0\0"),
        CLIENT("\0\x36\x38" SESSION "\0\0\0\1\x5e\0\0\0" MAC_32 "\x99\x98\x97\x96\x95"),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_proves(RN_APP_OPENVPN, 443, cases[i], cases[i].len);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("\0\x0e\x38" SESSION "\0\0\0\0\1"),
        CLIENT("\0\x0e\x30" SESSION "\0\0\0\0\0"),
        CLIENT("\0\x0d\x38" SESSION "\0\0\0\0"),
        CLIENT("\0\x2a\x38" SESSION MAC_20 "\0\0\0\2\x5e\0\0\0\0\0\0\0\0"),
        CLIENT("\0\x2a\x38" SESSION MAC_20 "\0\0\0\1\x5e\0\0\0\2\0\0\0\0"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(1194, no[i]);
    struct said start = CLIENT("\0\x40\x38");
    assert_random_proves_nothing(&dpi_openvpn_tcp, 1194, start, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resets_prove_it),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
