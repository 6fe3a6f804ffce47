// SPDX-License-Identifier: Apache-2.0
#include "golden.h"

#include "format.h"

#define K 1024.0
#define M (K * K)
#define G (K * M)

static void rates_have_binary_units(void **state)
{
    (void)state;
    static const struct {
        double bps;
        const char *full, *compact;
    } cases[] = {
        {0, "0 B/s", "-"},
        {-3, "0 B/s", "-"},
        {0.4, "0 B/s", "-"},
        {1, "1 B/s", "1B"},
        {1023, "1023 B/s", "1023B"},
        {1023.6, "1.00 KB/s", "1K"}, // never "1024B"
        {K, "1.00 KB/s", "1K"},
        {1.5 * K, "1.50 KB/s", "2K"},
        {1023.4 * K, "1023.40 KB/s", "1023K"},
        {M, "1.00 MB/s", "1.0M"},
        {3.14 * M, "3.14 MB/s", "3.1M"},
        {99.9 * M, "99.90 MB/s", "99.9M"},
        {99.96 * M, "99.96 MB/s", "100M"},
        {1023.4 * M, "1023.40 MB/s", "1023M"},
        {G, "1.00 GB/s", "1.0G"},
        {12.34 * G, "12.34 GB/s", "12.3G"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[UI_NUMBER_SIZE];
        ui_fmt_rate(out, cases[i].bps);
        assert_string_equal(out, cases[i].full);
        ui_fmt_rate_compact(out, cases[i].bps);
        assert_string_equal(out, cases[i].compact);
    }
}

static void two_compact_rates_always_fit_their_column(void **state)
{
    (void)state;
    for (double bps = 0.1; bps < 900 * G; bps *= 1.0007) {
        char out[UI_NUMBER_SIZE];
        ui_fmt_rate_compact(out, bps);
        assert_true(strlen(out) <= 5);
    }
}

static void round_trip_times(void **state)
{
    (void)state;
    static const struct {
        rn_dur rtt;
        const char *want;
    } cases[] = {
        {0, "0.0ms"},
        {-5, "0.0ms"},
        {300 * RN_USEC, "0.3ms"},
        {9900 * RN_USEC, "9.9ms"},
        {9960 * RN_USEC, "10ms"},
        {23 * RN_MSEC, "23ms"},
        {999 * RN_MSEC, "999ms"},
        {999600 * RN_USEC, "1.0s"},
        {1234 * RN_MSEC, "1.2s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[UI_NUMBER_SIZE];
        ui_fmt_rtt(out, cases[i].rtt);
        assert_string_equal(out, cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_have_binary_units),
        cmocka_unit_test(two_compact_rates_always_fit_their_column),
        cmocka_unit_test(round_trip_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
