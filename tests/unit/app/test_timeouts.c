// SPDX-License-Identifier: Apache-2.0
// Files of time-outs: what is taken, and that anything else is refused with one sentence and changes nothing.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "timeouts.h"

static char path[] = "/tmp/rustnet-timeouts-XXXXXX";

static int make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static int load(const char *text, size_t len, struct rn_timeouts *t, struct rn_err *err)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
    *t = rn_timeouts_default;
    *err = (struct rn_err){0};
    return app_timeouts_load(path, t, err);
}

static void names_are_set_and_the_rest_stays(void **state)
{
    (void)state;
    static const char text[] = "# mine\n\n udp =  90 # longer\r\n\ttcp-closed=1\nweb\t=\t31622400";
    struct rn_timeouts t, want = rn_timeouts_default;
    struct rn_err err;
    assert_int_equal(load(text, sizeof text - 1, &t, &err), 0);
    want.after[RN_TIMEOUT_UDP] = 90 * RN_SEC;
    want.after[RN_TIMEOUT_TCP_CLOSED] = RN_SEC;
    want.after[RN_TIMEOUT_WEB] = RN_TIMEOUT_MOST;
    assert_memory_equal(&t, &want, sizeof t);
    assert_int_equal(load("", 0, &t, &err), 0);
    assert_memory_equal(&t, &rn_timeouts_default, sizeof t);
}

static void every_name_can_be_set(void **state)
{
    (void)state;
    char text[2048];
    int len = 0;
    struct rn_timeouts t;
    struct rn_err err;
    for (unsigned i = 0; i < RN_TIMEOUT_COUNT; i++)
        len += snprintf(text + len, sizeof text - (size_t)len, "%s = %u\n",
                        rn_timeout_name((enum rn_timeout)i), i + 1);
    assert_int_equal(load(text, (size_t)len, &t, &err), 0);
    for (unsigned i = 0; i < RN_TIMEOUT_COUNT; i++)
        assert_int_equal(t.after[i], (i + 1) * RN_SEC);
}

static void what_is_wrong_is_told_with_its_line_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"udp 90", "line 1: not of the form"},
        {"udp=1\n\nfoo = 3", "line 3: no time-out has this name"},
        {"= 3", "line 1: no time-out has this name"},
        {"udp=1\nudp=1", "line 2: udp is set twice"},
        {"udp=", "line 1: udp is not between"},
        {"udp=0", "line 1: udp is not between"},
        {"udp=-1", "line 1: udp is not between"},
        {"udp=1.5", "line 1: udp is not between"},
        {"udp=31622401", "line 1: udp is not between"},
        {"udp=99999999999999999999999999", "line 1: udp is not between"},
        {"udp=1 2", "line 1: udp is not between"},
        {"udp=1=2", "line 1: udp is not between"},
        {"UDP=1", "line 1: no time-out has this name"},
        {"\033[31m=1", "line 1: no time-out has this name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rn_timeouts t;
        struct rn_err err;
        assert_int_equal(load(cases[i].text, strlen(cases[i].text), &t, &err), -EINVAL);
        if (!strstr(err.msg, cases[i].part) || strpbrk(err.msg, "\n\033"))
            fail_msg("\"%s\" is told as \"%s\"", cases[i].text, err.msg);
        assert_memory_equal(&t, &rn_timeouts_default, sizeof t);
    }
}

static void a_file_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    static char large[70000];
    struct rn_timeouts t = rn_timeouts_default;
    struct rn_err err = {0};
    assert_int_equal(app_timeouts_load("/nonexistent/x", &t, &err), -ENOENT);
    assert_non_null(strstr(err.msg, "/nonexistent/x"));
    assert_int_equal(app_timeouts_load("/", &t, &err), -EISDIR);
    memset(large, '\n', sizeof large);
    assert_int_equal(load(large, sizeof large, &t, &err), -EFBIG);
    assert_int_equal(load(large, 65536, &t, &err), 0);
    assert_int_equal(load("udp\0=1", 6, &t, &err), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_set_and_the_rest_stays),
        cmocka_unit_test(every_name_can_be_set),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line_and_changes_nothing),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
