// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "made_file.h"

static void frames_come_in_order_and_whole(void **state)
{
    (void)state;
    struct made_file m;
    made_pcap(&m, MAGIC_USEC, LINK_ETHERNET);
    for (uint8_t i = 0; i < 10; i++)
        made_frame(&m, 100u + i, 250000, i, 60u + i, 60u + i);
    struct rn_capture *c = open_made(&m, NULL);
    assert_int_equal(rn_capture_link(c), 1);
    assert_string_equal(rn_capture_device(c), m.path);
    assert_false(rn_capture_is_live(c));
    assert_int_equal(rn_capture_dropped(c), 0);
    assert_true(rn_capture_wait(c, RN_SEC));
    rn_capture_wake(c);
    struct got got = {0};
    struct rn_err err = {0};
    assert_int_equal(read_all(c, 3, &got, &err), -ENODATA);
    assert_int_equal(rn_capture_next(c, 3, take, &got, &err), -ENODATA);
    assert_int_equal(got.count, 10);
    for (uint8_t i = 0; i < 10; i++) {
        assert_int_equal(got.number[i], i);
        assert_int_equal(got.captured[i], 60 + i);
        assert_int_equal(got.time[i], (100 + i) * RN_SEC + 250 * RN_MSEC);
    }
    close_made(&m, c);
}

static void times_are_nanoseconds_and_saturate_nowhere_early(void **state)
{
    (void)state;
    static const struct {
        uint32_t magic, sec, part;
        rn_time want;
    } cases[] = {
        {MAGIC_USEC, 1, 999999, RN_SEC + 999999 * RN_USEC},
        {MAGIC_NSEC, 1, 999999999, RN_SEC + 999999999},
        {MAGIC_NSEC, 0, 1, 1},
        {MAGIC_USEC, 0x7fffffffu, 0, 0x7fffffff * RN_SEC},
        // Seconds are unsigned: 2038 to 2106.
        {MAGIC_USEC, 0x80000000u, 0, 0x80000000 * RN_SEC},
        {MAGIC_NSEC, 0xffffffffu, 5, 0xffffffff * RN_SEC + 5},
        // A fraction beyond a second carries over.
        {MAGIC_NSEC, 1, 1500000000, 2 * RN_SEC + 500000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_file m;
        made_pcap(&m, cases[i].magic, LINK_ETHERNET);
        made_frame(&m, cases[i].sec, cases[i].part, 0, 14, 14);
        struct rn_capture *c = open_made(&m, NULL);
        struct got got = {0};
        struct rn_err err = {0};
        assert_int_equal(read_all(c, 10, &got, &err), -ENODATA);
        assert_int_equal(got.count, 1);
        assert_int_equal(got.time[0], cases[i].want);
        close_made(&m, c);
    }
}

static void the_wire_length_is_never_below_the_captured_one(void **state)
{
    (void)state;
    struct made_file m;
    made_pcap(&m, MAGIC_USEC, LINK_ETHERNET);
    made_frame(&m, 1, 0, 0, 60, 1514);
    made_frame(&m, 1, 0, 1, 60, 20);
    made_frame(&m, 1, 0, 2, 0, 0);
    struct rn_capture *c = open_made(&m, NULL);
    struct got got = {0};
    struct rn_err err = {0};
    assert_int_equal(read_all(c, 10, &got, &err), -ENODATA);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.wire[0], 1514);
    assert_int_equal(got.wire[1], 60);
    assert_int_equal(got.wire[2], 0);
    close_made(&m, c);
}

static void inv_2_all_before_a_cut_is_given_and_then_the_error(void **state)
{
    (void)state;
    struct made_file m;
    made_pcap(&m, MAGIC_USEC, LINK_ETHERNET);
    for (uint8_t i = 0; i < 5; i++)
        made_frame(&m, 1, 0, i, 60, 60);
    made_record(&m, 1, 0, 60, 60);
    fputs("cut", m.f);
    struct rn_capture *c = open_made(&m, NULL);
    struct got got = {0};
    struct rn_err err = {0};
    assert_int_equal(rn_capture_next(c, 100, take, &got, &err), 5);
    assert_int_equal(err.code, 0);
    for (int again = 0; again < 2; again++) { // inv. 1
        memset(&err, 0, sizeof err);
        assert_int_equal(rn_capture_next(c, 100, take, &got, &err), -EPIPE);
        assert_int_equal(err.code, -EPIPE);
        assert_non_null(strstr(err.msg, m.path));
        assert_non_null(strstr(err.msg, "truncated"));
    }
    assert_int_equal(got.count, 5);
    close_made(&m, c);
}

static void a_length_that_no_frame_can_have_is_an_error(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0xffffffffu, 0x80000000u, 0x7fffffffu, 300000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct made_file m;
        made_pcap(&m, MAGIC_USEC, LINK_ETHERNET);
        made_frame(&m, 1, 0, 7, 60, 60);
        made_frame(&m, 1, 0, 8, 0, 0);
        made_record(&m, 1, 0, lengths[i], lengths[i]);
        struct rn_capture *c = open_made(&m, NULL);
        struct got got = {0};
        struct rn_err err = {0};
        assert_int_equal(read_all(c, 10, &got, &err), -EBADMSG);
        assert_int_equal(got.count, 2);
        close_made(&m, c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_in_order_and_whole),
        cmocka_unit_test(times_are_nanoseconds_and_saturate_nowhere_early),
        cmocka_unit_test(the_wire_length_is_never_below_the_captured_one),
        cmocka_unit_test(inv_2_all_before_a_cut_is_given_and_then_the_error),
        cmocka_unit_test(a_length_that_no_frame_can_have_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
