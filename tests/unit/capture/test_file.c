// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "made_file.h"
#include "rustnet/base/time.h"
#include "rustnet/capture.h"

#define GOT_MAX 64

struct got {
    unsigned count;
    rn_time time[GOT_MAX];
    uint8_t number[GOT_MAX];
    uint32_t captured[GOT_MAX], wire[GOT_MAX];
};

static void take(void *ctx, const struct rn_frame *frame)
{
    struct got *got = ctx;
    assert_true(got->count < GOT_MAX);
    got->time[got->count] = frame->time;
    got->number[got->count] = frame->captured_bytes ? frame->data[0] : 0;
    got->captured[got->count] = frame->captured_bytes;
    got->wire[got->count++] = frame->wire_bytes;
}

static struct rn_capture *open_made(struct made_file *m, const char *filter)
{
    struct rn_capture *c = NULL;
    struct rn_err err = {0};
    made_close(m);
    if (rn_capture_open_file(m->path, filter, &c, &err) < 0)
        fail_msg("%s", err.msg);
    return c;
}

static void close_made(struct made_file *m, struct rn_capture *c)
{
    rn_capture_close(c);
    unlink(m->path);
}

// Reads to the end in bites of `max`; returns what the end was.
static int read_all(struct rn_capture *c, unsigned max, struct got *got, struct rn_err *err)
{
    for (int i = 0; i < 1000; i++) {
        unsigned before = got->count;
        int n = rn_capture_next(c, max, take, got, err);
        if (n < 0)
            return n;
        assert_true((unsigned)n <= max);
        assert_int_equal(got->count, before + (unsigned)n);
    }
    return 0;
}

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
        assert_int_equal(rn_capture_next(c, 100, take, &got, &err), -EBADMSG);
        assert_int_equal(err.code, -EBADMSG);
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

static void made_block(struct made_file *m, uint32_t type, const uint32_t *words, size_t count)
{
    uint32_t len = (uint32_t)(count + 3) * 4;
    made_u32(m, type);
    made_u32(m, len);
    for (size_t i = 0; i < count; i++)
        made_u32(m, words[i]);
    made_u32(m, len);
}

static void pcapng_is_read_and_its_time_saturates(void **state)
{
    (void)state;
    struct made_file m;
    made_open(&m);
    made_block(&m, 0x0a0d0d0a, (uint32_t[]){0x1a2b3c4d, 1, 0xffffffff, 0xffffffff}, 4);
    // if_tsresol = 9 (nanoseconds)
    made_block(&m, 1, (uint32_t[]){LINK_ETHERNET, 0, 1u << 16 | 9u, 9, 0}, 5);
    made_block(&m, 6, (uint32_t[]){0, 0, 1500000001, 4, 60, 0x2a}, 6);
    // if_tsresol = 0 (whole seconds): the second section's stamp lies far beyond 2262
    made_block(&m, 0x0a0d0d0a, (uint32_t[]){0x1a2b3c4d, 1, 0xffffffff, 0xffffffff}, 4);
    made_block(&m, 1, (uint32_t[]){LINK_ETHERNET, 0, 1u << 16 | 9u, 0, 0}, 5);
    made_block(&m, 6, (uint32_t[]){0, 0x7fffffff, 0, 4, 60, 0x2b}, 6);
    struct rn_capture *c = open_made(&m, NULL);
    struct got got = {0};
    struct rn_err err = {0};
    assert_int_equal(read_all(c, 10, &got, &err), -ENODATA);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.time[0], RN_SEC + 500000001);
    assert_int_equal(got.number[0], 0x2a);
    assert_int_equal(got.wire[0], 60);
    assert_true(got.time[1] == RN_TIME_MAX);
    close_made(&m, c);
}

static void what_is_no_capture_gets_one_sentence(void **state)
{
    (void)state;
    struct rn_capture *c = NULL;
    struct rn_err err;
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {
        {"", " is empty, not a capture file"},
        {"ab", " is too short for a capture file"},
        {"Dear reader,\nthis is a text of some length, and nothing else.\n",
         " is not a capture file (pcap or pcapng)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_file m;
        char want[200];
        made_text(&m, cases[i].text);
        made_close(&m);
        assert_int_equal(rn_capture_open_file(m.path, NULL, &c, &err), -EINVAL);
        snprintf(want, sizeof want, "%s%s", m.path, cases[i].want);
        assert_string_equal(err.msg, want);
        unlink(m.path);
    }
    assert_int_equal(rn_capture_open_file("/tmp", NULL, &c, &err), -EISDIR);
    assert_string_equal(err.msg, "/tmp is a directory, not a capture file");
    assert_int_equal(rn_capture_open_file("/no/such\x1b[31m", NULL, &c, &err), -ENOENT);
    assert_non_null(strstr(err.msg, "Cannot open /no/such"));
    assert_null(strchr(err.msg, 0x1b));
    assert_null(c);
}

static void a_header_that_is_cut_off_is_too_short(void **state)
{
    (void)state;
    struct made_file m;
    struct rn_capture *c = NULL;
    struct rn_err err;
    made_open(&m);
    made_u32(&m, MAGIC_USEC);
    made_u32(&m, 4u << 16 | 2u);
    made_close(&m);
    assert_int_equal(rn_capture_open_file(m.path, NULL, &c, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "too short"));
    unlink(m.path);
}

static void standard_input_is_a_file_too(void **state)
{
    (void)state;
    struct made_file m;
    made_pcap(&m, MAGIC_USEC, LINK_ETHERNET);
    made_frame(&m, 1, 0, 9, 60, 60);
    made_close(&m);
    assert_non_null(freopen(m.path, "rb", stdin));
    struct rn_capture *c = NULL;
    struct rn_err err = {0};
    assert_int_equal(rn_capture_open_file("-", NULL, &c, &err), 0);
    assert_string_equal(rn_capture_device(c), "standard input");
    struct got got = {0};
    assert_int_equal(read_all(c, 10, &got, &err), -ENODATA);
    assert_int_equal(got.number[0], 9);
    close_made(&m, c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_in_order_and_whole),
        cmocka_unit_test(times_are_nanoseconds_and_saturate_nowhere_early),
        cmocka_unit_test(the_wire_length_is_never_below_the_captured_one),
        cmocka_unit_test(inv_2_all_before_a_cut_is_given_and_then_the_error),
        cmocka_unit_test(a_length_that_no_frame_can_have_is_an_error),
        cmocka_unit_test(pcapng_is_read_and_its_time_saturates),
        cmocka_unit_test(what_is_no_capture_gets_one_sentence),
        cmocka_unit_test(a_header_that_is_cut_off_is_too_short),
        cmocka_unit_test(standard_input_is_a_file_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
