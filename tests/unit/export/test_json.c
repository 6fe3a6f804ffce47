// SPDX-License-Identifier: Apache-2.0
// Numbers, texts and times as JSON, held against printf and a reader that knows nothing of the writer.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "json.h"
#include "unit/export/json_check.h"

static void numbers_are_decimal(void **state)
{
    (void)state;
    for (uint64_t v = 1; v != 0; v = v > UINT64_MAX / 10 ? 0 : v * 10) {
        for (int64_t d = -1; d <= 1; d++) {
            char got[32], want[32];
            uint64_t n = v + (uint64_t)d;
            snprintf(want, sizeof want, "%" PRIu64 ",", n);
            *export_number(got, n) = '\0';
            assert_string_equal(got, want);
        }
    }
    char got[32];
    *export_number(got, UINT64_MAX) = '\0';
    assert_string_equal(got, "18446744073709551615,");
}

static void fixed_point_keeps_every_decimal(void **state)
{
    (void)state;
    static const struct {
        uint64_t v;
        unsigned digits;
        const char *want;
    } cases[] = {{0, 1, "0.0,"},
                 {5, 1, "0.5,"},
                 {120, 1, "12.0,"},
                 {0, 6, "0.000000,"},
                 {1, 6, "0.000001,"},
                 {999999, 6, "0.999999,"},
                 {1000000, 6, "1.000000,"},
                 {12345678, 6, "12.345678,"},
                 {UINT64_MAX, 6, "18446744073709.551615,"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[40];
        *export_fixed(got, cases[i].v, cases[i].digits) = '\0';
        assert_string_equal(got, cases[i].want);
    }
}

static void times_end_in_z_with_nine_decimals(void **state)
{
    (void)state;
    char got[RN_TIME_TEXT_SIZE + 4];
    *export_time(got, 1700000000 * RN_SEC + 1) = '\0';
    assert_string_equal(got, "\"2023-11-14T22:13:20.000000001Z\",");
    *export_time(got, RN_TIME_MIN) = '\0';
    assert_string_equal(got, "\"1677-09-21T00:12:43.145224192Z\",");
}

static void inv_1_no_byte_gets_through_unescaped(void **state)
{
    (void)state;
    // Every ASCII byte at every place of texts around the width of the fast path.
    for (unsigned c = 0; c < 0x80; c++) {
        for (unsigned len = 1; len <= 18; len++) {
            for (unsigned at = 0; at < len; at++) {
                char text[18], got[18 * EXPORT_ESCAPE_MAX + 8], want[18 * EXPORT_ESCAPE_MAX + 8];
                memset(text, 'x', sizeof text);
                text[at] = (char)c;
                char *end = export_text(got, rn_bytes_of(text, len));
                assert_null(json_fault(got, (size_t)(end - got) - 1));
                *end = '\0';
                bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
                char middle[8];
                if (plain)
                    snprintf(middle, sizeof middle, "%c", (int)c);
                else if (c == '"' || c == '\\')
                    snprintf(middle, sizeof middle, "\\%c", (int)c);
                else
                    snprintf(middle, sizeof middle, "\\u%04x", c);
                snprintf(want, sizeof want, "\"%.*s%s%.*s\",", (int)at, "xxxxxxxxxxxxxxxxxx",
                         middle, (int)(len - at - 1), "xxxxxxxxxxxxxxxxxx");
                assert_string_equal(got, want);
            }
        }
    }
}

static void other_characters_stay_as_they_are(void **state)
{
    (void)state;
    char got[128];
    *export_cstr(got, "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbd \"q\" \\") = '\0';
    assert_string_equal(
        got, "\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xef\xbf\xbd \\\"q\\\" \\\\\",");
    *export_cstr(got, "") = '\0';
    assert_string_equal(got, "\"\",");
}

static void the_checker_finds_what_is_wrong(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"b\":1,\"a\":2}",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"a\":1,}",
                                      "[1,]",
                                      "{\"a\"}",
                                      "\"\x01\"",
                                      "\"a",
                                      "01",
                                      "1 ",
                                      "{\"a\":1}}",
                                      "",
                                      "\"\\x\"",
                                      "\"\xff\"",
                                      "1.",
                                      "{\"ab\":1,\"a\":2}"};
    static const char *const good[] = {"{}", "[]", "{\"a\":1,\"a_b\":2,\"ab\":[0,1.5]}", "true"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(json_fault(bad[i], strlen(bad[i])));
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_null(json_fault(good[i], strlen(good[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_decimal),
        cmocka_unit_test(fixed_point_keeps_every_decimal),
        cmocka_unit_test(times_end_in_z_with_nine_decimals),
        cmocka_unit_test(inv_1_no_byte_gets_through_unescaped),
        cmocka_unit_test(other_characters_stay_as_they_are),
        cmocka_unit_test(the_checker_finds_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
