// SPDX-License-Identifier: Apache-2.0
// Versions of QUIC: each by its number, with the salt and the packet types that belong to it.
#include "made_quic.h"

static void versions_are_known_by_number(void **state)
{
    (void)state;
    static const struct {
        uint32_t number;
        const char *name;
        enum quic_salt salt;
    } cases[] = {
        {0x00000001, "v1", QUIC_SALT_V1},
        {0x6b3343cf, "v2", QUIC_SALT_V2},
        {0xff000022, "draft-34", QUIC_SALT_V1},
        {0xff000021, "draft-33", QUIC_SALT_V1},
        {0xff000020, "draft-32", QUIC_SALT_DRAFT_29},
        {0xff00001d, "draft-29", QUIC_SALT_DRAFT_29},
        {0xff00001c, "draft-28", QUIC_SALT_DRAFT_23},
        {0xff000017, "draft-23", QUIC_SALT_DRAFT_23},
        {0xff000016, "draft-22", QUIC_SALT_DRAFT_22},
        {0xfaceb001, "mvfst-22", QUIC_SALT_DRAFT_22},
        {0xfaceb002, "mvfst-27", QUIC_SALT_DRAFT_23},
        {0x51303530, "Q050", QUIC_SALT_Q050},
        {0x54303530, "T050", QUIC_SALT_T050},
        {0x54303531, "T051", QUIC_SALT_T051},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct quic_version *v = quic_version_find(cases[i].number);
        assert_non_null(v);
        assert_string_equal(v->name, cases[i].name);
        assert_int_equal(v->salt, cases[i].salt);
        assert_int_equal(v->v2, cases[i].number == 0x6b3343cf);
    }
}

static void other_numbers_are_not_known(void **state)
{
    (void)state;
    static const uint32_t others[] = {0, 2, 0xff000015, 0xff000023, 0x0a0a0a0a, 0xfaceb000};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_null(quic_version_find(others[i]));
}

static void reserved_numbers_are_seen_by_their_pattern(void **state)
{
    (void)state;
    assert_true(quic_version_is_reserved(0x0a0a0a0a));
    assert_true(quic_version_is_reserved(0x1a2a3a4a));
    assert_true(quic_version_is_reserved(0xbabababa));
    assert_false(quic_version_is_reserved(0x00000001));
    assert_false(quic_version_is_reserved(0x0a0a0a0b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_known_by_number),
        cmocka_unit_test(other_numbers_are_not_known),
        cmocka_unit_test(reserved_numbers_are_seen_by_their_pattern),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
