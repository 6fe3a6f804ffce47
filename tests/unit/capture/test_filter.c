// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "internal.h"

static void a_filter_that_does_not_compile_is_named(void **state)
{
    (void)state;
    pcap_t *p = pcap_open_dead(DLT_EN10MB, 2048);
    struct rn_err err = {0};
    assert_int_equal(capture_set_filter(p, "port banana\n", 0, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "The filter \"port banana"));
    assert_non_null(strstr(err.msg, "does not compile: "));
    assert_null(strchr(err.msg, '\n'));
    char longest[3000];
    memset(longest, '(', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(capture_set_filter(p, longest, 0, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "does not compile: "));
    pcap_close(p);
}

static void no_filter_needs_nothing(void **state)
{
    (void)state;
    pcap_t *p = pcap_open_dead(DLT_EN10MB, 2048);
    struct rn_err err = {0};
    assert_int_equal(capture_set_filter(p, NULL, 0, &err), 0);
    assert_int_equal(capture_set_filter(p, "", 0, &err), 0);
    assert_int_equal(capture_set_filter(p, "  ", 0, &err), 0);
    pcap_close(p);
}

static void parentheses_of_the_user_cannot_undo_ours(void **state)
{
    (void)state;
    pcap_t *p = pcap_open_dead(DLT_LINUX_SLL2, 2048);
    struct rn_err err = {0};
    assert_int_equal(capture_set_filter(p, "tcp) or (udp", 3, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "does not compile: "));
    pcap_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_that_does_not_compile_is_named),
        cmocka_unit_test(no_filter_needs_nothing),
        cmocka_unit_test(parentheses_of_the_user_cannot_undo_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
