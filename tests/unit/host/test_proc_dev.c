// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

static void each_column_goes_to_its_counter(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "eth0:1       2    3    4    5     6          7         8  9      10  11   12 13 14 15   "
        "16",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct rn_iface_stats s = {0};
        assert_true(host_parse_proc_dev(bytes_of(lines[i]), &s));
        assert_string_equal(s.name.s, "eth0");
        assert_int_equal(s.rx_bytes, 1);
        assert_int_equal(s.rx_packets, 2);
        assert_int_equal(s.rx_errors, 3);
        assert_int_equal(s.rx_dropped, 4);
        assert_int_equal(s.tx_bytes, 9);
        assert_int_equal(s.tx_packets, 10);
        assert_int_equal(s.tx_errors, 11);
        assert_int_equal(s.tx_dropped, 12);
        assert_int_equal(s.rx_bps, 0);
    }
}

static void what_is_no_interface_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "Inter-|   Receive                                                |  Transmit",
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs",
        "",
        ":",
        "  : 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
        "eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -16",
        "eth0: 99999999999999999999 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
        "a_name_that_is_longer_than_any_name_can_be: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct rn_iface_stats s = {.rx_bytes = 7};
        assert_false(host_parse_proc_dev(bytes_of(lines[i]), &s));
        assert_int_equal(s.rx_bytes, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_column_goes_to_its_counter),
        cmocka_unit_test(what_is_no_interface_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
