// SPDX-License-Identifier: Apache-2.0
// VNC: twelve bytes of each end.
#include "made_tcp.h"

static void the_clients_version_is_the_one_in_use(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER("RFB 003.889\n"), CLIENT("RFB 003.008\n"),
                                       SERVER("\2\2\x1e")};
    struct made_row r;
    assert_proves(RN_APP_VNC, 6900, talk[0], 12);
    row_talk(&r, 6900, talk, 1);
    assert_string_equal(told(&r, RN_FACT_VERSION), "003.889");
    say(&r, talk[1], 0, talk[1].len);
    assert_string_equal(told(&r, RN_FACT_VERSION), "003.008");
    assert_true(r.row.settled);
    row_close(&r);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        SERVER("RFB 003-008\n"), SERVER("RFB 003.008\r"), SERVER("RFB 03.0008\nx"),
        SERVER("RFC 003.008\n"), SERVER("rfb 003.008\n"), SERVER("RFB 3.8\n\n\n\n\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(5900, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clients_version_is_the_one_in_use),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
