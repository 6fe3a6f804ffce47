// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "made_file.h"

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
        cmocka_unit_test(pcapng_is_read_and_its_time_saturates),
        cmocka_unit_test(what_is_no_capture_gets_one_sentence),
        cmocka_unit_test(a_header_that_is_cut_off_is_too_short),
        cmocka_unit_test(standard_input_is_a_file_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
