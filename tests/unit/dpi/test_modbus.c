// SPDX-License-Identifier: Apache-2.0
// Modbus: messages whose data fits their function.
#include "made_tcp.h"

static void messages_tell_the_function(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *command;
    } cases[] = {
        {CLIENT("\0\1\0\0\0\6\1\3\0\0\0\3"), "Read Holding Registers"},
        {SERVER("\0\1\0\0\0\5\1\3\2\0\7"), "Read Holding Registers"},
        {CLIENT("\0\1\0\0\0\x08\1\x0f\0\0\0\3\1\0"), "Write Multiple Coils"},
        {SERVER("\0\1\0\0\0\3\xff\xab\4"), "Encapsulated Interface Transport"},
        {CLIENT("\0\1\0\0\0\6\1\1\0\0\0\3\0\2\0\0\0\6\1\5\0\0\xff\0"), "Write Single Coil"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 502, &cases[i].said, 1);
        assert_int_equal(r.row.app, RN_APP_MODBUS);
        assert_string_equal(told(&r, RN_FACT_COMMAND), cases[i].command);
        row_close(&r);
        assert_proves_nothing(503, cases[i].said);
    }
    assert_proves(RN_APP_MODBUS, 502, cases[0].said, cases[0].said.len);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("\0\1\0\1\0\6\1\3\0\0\0\3"),   // protocol
        CLIENT("\0\1\0\0\0\5\1\3\0\0\0\3"),   // length
        CLIENT("\0\1\0\0\0\6\1\x63\0\0\0\3"), // function
        CLIENT("\0\1\0\0\0\7\1\3\0\0\0\3\0"), // data
        CLIENT("\0\1\0\0\0\3\1\x83\2"),       // a client reports no error
        SERVER("\0\1\0\0\0\5\1\3\3\0\7"),     // count
        CLIENT("\0\1\0\0\0\1\1"),
        CLIENT("\0\1\0\0\1\xff\1\3\0\0\0\3"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(502, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_tell_the_function),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
