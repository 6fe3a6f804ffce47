// SPDX-License-Identifier: Apache-2.0
// BGP: markers, lengths, types.
#include "made_tcp.h"

#define MARKER "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
#define OPEN MARKER "\0\x1d\1\4\xfd\xe8\0\xb4\x0a\0\0\1\0"

static void messages_tell_version_and_type(void **state)
{
    (void)state;
    static const struct said talk[] = {CLIENT(OPEN), CLIENT(MARKER "\0\x13\4")};
    struct made_row r;
    row_talk(&r, 1790, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_BGP);
    assert_string_equal(told(&r, RN_FACT_VERSION), "4");
    assert_string_equal(told(&r, RN_FACT_TYPE), "KEEPALIVE");
    row_close(&r);
    static const struct said both = CLIENT(OPEN MARKER "\0\x13\4");
    assert_proves(RN_APP_BGP, 179, both, 19);
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT(MARKER "\0\x14\4x"), CLIENT(MARKER "\0\x13\1"),
        CLIENT(MARKER "\0\x13\6"),  CLIENT(MARKER "\0\x12\4"),
        CLIENT(MARKER "\0\x13\0"),  CLIENT("\xff\xff\xff\xfe\0\x13\4\0\0\0\0\0\0\0\0\0\0\0\0"),
        CLIENT(MARKER MARKER),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(179, no[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_tell_version_and_type),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
