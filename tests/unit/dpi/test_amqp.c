// SPDX-License-Identifier: Apache-2.0
// AMQP: headers of each version, and methods in the middle of a connection.
#include "made_tcp.h"

static void headers_tell_the_version(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *version;
    } cases[] = {
        {CLIENT("AMQP\0\0\x09\1"), "0-9-1"}, {CLIENT("AMQP\1\1\0\x09"), "0-9"},
        {CLIENT("AMQP\1\1\x08\0"), "0-8"},   {CLIENT("AMQP\0\1\0\0"), "1.0"},
        {CLIENT("AMQP\3\1\0\0"), "1.0"},     {SERVER("AMQP\0\0\x09\1"), "0-9-1"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        assert_proves(RN_APP_AMQP, 5673, cases[i].said, 8);
        row_talk(&r, 5673, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_VERSION), cases[i].version);
        row_close(&r);
    }
}

static void a_method_with_its_end_proves_it(void **state)
{
    (void)state;
    static const struct said yes = CLIENT("\1\0\1\0\0\0\x0d\0\x3c\0\x50\0\0\0\0\0\1\xbd\x17\0\xce");
    static const struct said no[] = {
        CLIENT("\1\0\1\0\0\0\x0d\0\x3c\0\x50\0\0\0\0\0\1\xbd\x17\0\xcd"),
        CLIENT("\1\0\1\0\0\0\x0e\0\x3c\0\x50\0\0\0\0\0\1\xbd\x17\0\xce"),
        CLIENT("\1\0\1\0\0\0\x0d\0\x3d\0\x50\0\0\0\0\0\1\xbd\x17\0\xce"),
        CLIENT("\1\0\1\0\0\0\x0d\0\x3c\0\xf0\0\0\0\0\0\1\xbd\x17\0\xce"),
        CLIENT("AMQP\0\0\x08\1"),
        CLIENT("AMQX\0\0\x09\1"),
        CLIENT("AMQP\4\1\0\0"),
    };
    struct made_row r;
    row_talk(&r, 5673, &yes, 1);
    assert_int_equal(r.row.app, RN_APP_AMQP);
    assert_string_equal(told(&r, RN_FACT_CLASS), "basic");
    row_close(&r);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(5672, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_tell_the_version),
        cmocka_unit_test(a_method_with_its_end_proves_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
