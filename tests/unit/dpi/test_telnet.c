// SPDX-License-Identifier: Apache-2.0
// Telnet: negotiation, and nothing of what is typed.
#include "made_tcp.h"

static void negotiation_proves_it(void **state)
{
    (void)state;
    static const struct said anywhere[] = {
        SERVER("\xff\xfd\x18\xff\xfd\x20\xff\xfd\x23\xff\xfd\x27"),
        SERVER("\xff\xfb\3\xff\xfb\1login: "),
        SERVER("\xff\xfd\0\xff\xfb\0\x11\0\6\x40\0\xf1\xc2"),
    };
    static const struct said at_home[] = {
        CLIENT("\xff\xfd\1"),
        SERVER("\xff\xfb\1login: "),
        SERVER("\xff\xfa\x25\2\x0f\0\4\xff\xf0\r\nTelnet server"),
    };
    for (size_t i = 0; i < MADE_COUNT(anywhere); i++) {
        struct made_row r;
        row_talk(&r, 2323, &anywhere[i], 1);
        assert_int_equal(r.row.app, RN_APP_TELNET);
        row_close(&r);
    }
    for (size_t i = 0; i < MADE_COUNT(at_home); i++) {
        struct made_row r;
        row_talk(&r, 23, &at_home[i], 1);
        assert_int_equal(r.row.app, RN_APP_TELNET);
        row_close(&r);
        assert_proves_nothing(2323, at_home[i]);
    }
}

static void the_terminal_is_told_and_nothing_typed(void **state)
{
    (void)state;
    static const struct said talk[] = {
        SERVER("\xff\xfd\x18\xff\xfd\x27"),
        CLIENT("\xff\xfa\x18\0xterm\xff\xf0\xff\xfa\x27\0\0USER\1secret\xff\xf0"),
        CLIENT("secret\r\n"),
    };
    struct made_row r;
    row_talk(&r, 23, talk, MADE_COUNT(talk));
    assert_string_equal(told(&r, RN_FACT_NAME), "xterm");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("\xff\xfb\x90\x44\0\0"), // a frame of MPEG audio
        CLIENT("\xff\xd8\xff\xe0"),     // JPEG
        CLIENT("\xff\xff\xff\xff\xff\xff"),
        CLIENT("\xff\xfd\1\x81\x93\x85"), // one command and noise
        CLIENT("\xff\xfa\x77\1\xff\xf0"),   CLIENT("login: "),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_whole_proves_nothing(23, no[i]);
    struct said start = CLIENT("\xff\xfd");
    assert_random_proves_nothing(&dpi_telnet, 2323, start, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(negotiation_proves_it),
        cmocka_unit_test(the_terminal_is_told_and_nothing_typed),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
