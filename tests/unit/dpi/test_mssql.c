// SPDX-License-Identifier: Apache-2.0
// TDS: prelogin, LOGIN7, and no password.
#include "made_tcp.h"

// [MS-TDS] 4.1, with fewer options.
#define PRELOGIN "\x12\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\1\xff\x09\0\0\0\0\0\1"

static void put_le(struct made *m, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++)
        made_number(m, 1, value >> (8 * i) & 0xff);
}

static void put_wide(struct made *m, const char *text)
{
    for (; *text; text++)
        put_le(m, 2, (uint8_t)*text);
}

// LOGIN7 with its texts one behind the other: host, user, password, program, server.
static void made_login(struct made *m)
{
    static const char *const texts[] = {"pc-1", "sa", "secret", "app", "db-1"};
    size_t start = m->len, offset = 94;
    made_hex(m, "10010000 0000 01 00");
    put_le(m, 4, 0);
    put_le(m, 4, 0x74000004);
    put_le(m, 4, 4096);
    for (int i = 0; i < 6; i++)
        put_le(m, 4, 0);
    for (size_t i = 0; i < 13; i++) {
        size_t len = i < 5 ? strlen(texts[i]) : 0;
        if (i == 9) { // the client's address
            made_hex(m, "010203040506");
            continue;
        }
        put_le(m, 2, (uint32_t)offset);
        put_le(m, 2, (uint32_t)len);
        offset += 2 * len;
    }
    while (m->len < start + 8 + 94)
        made_number(m, 1, 0);
    for (size_t i = 0; i < 5; i++)
        put_wide(m, texts[i]);
    size_t len = m->len - start;
    m->data[start + 2] = (uint8_t)(len >> 8);
    m->data[start + 3] = (uint8_t)len;
    m->data[start + 8] = (uint8_t)(len - 8);
    m->data[start + 9] = (uint8_t)((len - 8) >> 8);
}

static void a_login_tells_ends_and_user(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_login(&m);
    struct said login = {true, (const char *)m.data, m.len};
    struct made_row r;
    assert_proves(RN_APP_MSSQL, 14330, login, m.len);
    row_talk(&r, 14330, &login, 1);
    assert_string_equal(told(&r, RN_FACT_VERSION), "7.4");
    assert_string_equal(told(&r, RN_FACT_HOSTNAME), "pc-1");
    assert_string_equal(told(&r, RN_FACT_USER), "sa");
    assert_string_equal(told(&r, RN_FACT_CLIENT), "app");
    assert_string_equal(told(&r, RN_FACT_SERVER), "db-1");
    assert_false(facts_hold(&r.row.facts, "secret"));
    row_close(&r);
}

static void a_prelogin_proves_it_and_near_misses_do_not(void **state)
{
    (void)state;
    static const struct said yes = CLIENT(PRELOGIN);
    static const struct said no[] = {
        CLIENT("\x12\1\0\x1a\0\0\1\1\0\0\x0b\0\6\1\0\x11\0\1\xff\x09\0\0\0\0\0\1"), // window
        CLIENT("\x12\1\0\x1a\0\0\1\0\1\0\x0b\0\6\1\0\x11\0\1\xff\x09\0\0\0\0\0\1"), // no version
        CLIENT("\x12\1\0\x1a\0\0\1\0\0\0\x0b\0\7\1\0\x11\0\1\xff\x09\0\0\0\0\0\1"),
        CLIENT(
            "\x12\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\2\xff\x09\0\0\0\0\0\1"), // beyond the end
        CLIENT("\x13\1\0\x1a\0\0\1\0\0\0\x0b\0\6\1\0\x11\0\1\xff\x09\0\0\0\0\0\1"),
        CLIENT("\1\1\0\x0c\0\0\1\0secr"), // a batch, off the port
    };
    assert_proves(RN_APP_MSSQL, 14330, yes, sizeof(PRELOGIN) - 1);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(14330, no[i]);
}

static void on_the_port_lengths_that_fit_prove_it(void **state)
{
    (void)state;
    static const struct said yes[] = {CLIENT("\1\1\0\x0c\0\0\1\0secr"),
                                      SERVER("\4\1\0\x0c\0\0\1\0\xaa\2\0x")};
    static const struct said no[] = {CLIENT("\1\1\0\x0c\0\0\1\0secre"),
                                     SERVER("\4\1\0\x0c\0\0\1\0\x11\2\0x")};
    for (size_t i = 0; i < MADE_COUNT(yes); i++) {
        struct made_row r;
        row_talk(&r, 1433, &yes[i], 1);
        assert_int_equal(r.row.app, RN_APP_MSSQL);
        assert_int_equal(r.row.facts.len, 0);
        row_close(&r);
        assert_whole_proves_nothing(1433, no[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_tells_ends_and_user),
        cmocka_unit_test(a_prelogin_proves_it_and_near_misses_do_not),
        cmocka_unit_test(on_the_port_lengths_that_fit_prove_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
