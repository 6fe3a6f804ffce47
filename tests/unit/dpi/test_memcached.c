// SPDX-License-Identifier: Apache-2.0
// Memcached: both forms, on the port only.
#include "made_tcp.h"

static void both_forms_prove_it_on_the_port(void **state)
{
    (void)state;
    static const struct said yes[] = {
        CLIENT("get secret\r\n"),
        CLIENT("set secret 0 -1 6\r\nsecret\r\n"),
        CLIENT("stats\r\n"),
        SERVER("STORED\r\n"),
        SERVER("VALUE secret 0 6\r\nsecret\r\nEND\r\n"),
        CLIENT("\x80\0\0\6\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\0secret"),
        SERVER("\x81\0\0\0\4\0\0\0\0\0\0\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0secret"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++) {
        struct made_row r;
        row_talk(&r, 11211, &yes[i], 1);
        assert_int_equal(r.row.app, RN_APP_MEMCACHED);
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
        assert_proves_nothing(11212, yes[i]);
    }
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("get\r\n"),
        CLIENT("set key 0 0\r\n"),
        CLIENT("set key 0 0 x\r\n"),
        CLIENT("fetch key\r\n"),
        SERVER("HELLO\r\n"),
        SERVER(
            "\x80\0\0\6\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\0secret"), // a request from the server
        CLIENT("\x80\0\0\7\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\0secret"),
        CLIENT("\x80\0\0\6\0\1\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\0secret"),
        CLIENT("\x80\x99\0\6\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\0secret"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(11211, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_prove_it_on_the_port),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
