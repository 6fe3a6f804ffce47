// SPDX-License-Identifier: Apache-2.0
// Time: stamps agree with the C library over all of int64, arithmetic saturates.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "rustnet/base/time.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void known_stamps(void **state)
{
    (void)state;
    static const struct {
        rn_time t;
        const char *want;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000000000Z"},
        {1, "1970-01-01T00:00:00.000000001Z"},
        {-1, "1969-12-31T23:59:59.999999999Z"},
        {-RN_SEC, "1969-12-31T23:59:59.000000000Z"},
        {-RN_SEC - 1, "1969-12-31T23:59:58.999999999Z"},
        {INT64_C(951782399999999999), "2000-02-28T23:59:59.999999999Z"},
        {INT64_C(951782400000000000), "2000-02-29T00:00:00.000000000Z"},
        {INT64_C(951868800123456789), "2000-03-01T00:00:00.123456789Z"},
        {INT64_C(-2203891200000000000), "1900-03-01T00:00:00.000000000Z"},
        {INT64_C(-2203891200000000001), "1900-02-28T23:59:59.999999999Z"},
        {INT64_C(1795536950000000001), "2026-11-24T16:15:50.000000001Z"},
        {RN_TIME_MAX, "2262-04-11T23:47:16.854775807Z"},
        {RN_TIME_MIN, "1677-09-21T00:12:43.145224192Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char out[RN_TIME_TEXT_SIZE];
        assert_int_equal(rn_time_rfc3339(cases[i].t, out), strlen(cases[i].want));
        assert_string_equal(out, cases[i].want);
    }
}

static void check_against_libc(rn_time t)
{
    time_t sec = (time_t)rn_time_sec(t);
    struct tm tm;
    assert_non_null(gmtime_r(&sec, &tm));
    char date[32], want[48], out[RN_TIME_TEXT_SIZE];
    (void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    int64_t nsec = t % RN_SEC < 0 ? t % RN_SEC + RN_SEC : t % RN_SEC;
    (void)snprintf(want, sizeof(want), "%s.%09ldZ", date, (long)nsec);
    (void)rn_time_rfc3339(t, out);
    assert_string_equal(out, want);
}

static void every_day_of_the_range_agrees_with_the_c_library(void **state)
{
    (void)state;
    const rn_dur day = 86400 * RN_SEC;
    for (rn_time t = RN_TIME_MIN + day; t < RN_TIME_MAX - day; t += day - 1234567)
        check_against_libc(t);
    for (int64_t d = -106751; d <= 106751; d++) { // both sides of each midnight
        check_against_libc(d * day);
        check_against_libc(d * day - 1);
    }
}

static void time_of_saturates_and_is_exact_up_to_the_ends(void **state)
{
    (void)state;
    static const struct {
        int64_t sec, nsec;
        rn_time want;
    } cases[] = {
        {0, 0, 0},
        {1, 2, 1000000002},
        {-1, 999999999, -1},
        {1, -1, 999999999},
        {0, 2500000000, 2500000000},
        {5, -2500000000, 2500000000},
        {9223372036, 854775807, INT64_MAX},
        {9223372036, 854775808, INT64_MAX},
        {9223372037, -145224193, INT64_MAX},
        {9223372037, 0, INT64_MAX},
        {-9223372037, 145224192, INT64_MIN},
        {-9223372037, 145224193, INT64_MIN + 1},
        {-9223372037, 145224191, INT64_MIN},
        {-9223372036, -854775808, INT64_MIN},
        {-9223372038, 0, INT64_MIN},
        {INT64_MAX, INT64_MAX, INT64_MAX},
        {INT64_MIN, INT64_MIN, INT64_MIN},
        {INT64_MIN, 0, INT64_MIN},
        {INT64_MAX, 0, INT64_MAX},
        {0, INT64_MAX, INT64_MAX},
        {0, INT64_MIN, INT64_MIN},
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        if (rn_time_of(cases[i].sec, cases[i].nsec) != cases[i].want)
            fail_msg("case %zu: %lld", i, (long long)rn_time_of(cases[i].sec, cases[i].nsec));
}

static void sums_and_differences_saturate(void **state)
{
    (void)state;
    assert_true(rn_time_add(1, 2) == 3);
    assert_true(rn_time_add(RN_TIME_MAX, 1) == RN_TIME_MAX);
    assert_true(rn_time_add(RN_TIME_MIN, -1) == RN_TIME_MIN);
    assert_true(rn_time_since(5, 7) == -2);
    assert_true(rn_time_since(RN_TIME_MAX, -1) == RN_TIME_MAX);
    assert_true(rn_time_since(RN_TIME_MIN, 1) == RN_TIME_MIN);
    assert_true(rn_time_sec(-1) == -1);
    assert_true(rn_time_sec(RN_SEC) == 1);
    assert_true(rn_time_sec(RN_TIME_MIN) == -9223372037);
}

static void the_clocks_run(void **state)
{
    (void)state;
    rn_time a = rn_clock_monotonic(), b = rn_clock_monotonic();
    assert_true(a > 0 && b >= a);
    rn_dur apart = rn_time_since(rn_clock_wall(), (rn_time)time(NULL) * RN_SEC);
    assert_true(apart > -2 * RN_SEC && apart < 2 * RN_SEC);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_stamps),
        cmocka_unit_test(every_day_of_the_range_agrees_with_the_c_library),
        cmocka_unit_test(time_of_saturates_and_is_exact_up_to_the_ends),
        cmocka_unit_test(sums_and_differences_saturate),
        cmocka_unit_test(the_clocks_run),
    };
    return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}
