// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/base/err.h"

static void set_fills_and_returns_the_code(void **state)
{
    (void)state;
    struct rn_err err;
    assert_int_equal(rn_err_set(&err, -ENODEV, "no device %s", "eth9"), -ENODEV);
    assert_int_equal(err.code, -ENODEV);
    assert_string_equal(err.msg, "no device eth9");
}

static void null_is_fine(void **state)
{
    (void)state;
    assert_int_equal(rn_err_set(NULL, -EPERM, "%d", 1), -EPERM);
}

static void the_sentence_is_clean_and_fits(void **state)
{
    (void)state;
    struct rn_err err;
    (void)rn_err_set(&err, -EIO, "bad \x1b]0;title\x07 name");
    assert_string_equal(err.msg, "bad \xef\xbf\xbd]0;title\xef\xbf\xbd name");
    (void)rn_err_set(&err, -EIO, "%0400d", 1);
    assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
}

// `rn_err_set(&err, code, "...: %s", err.msg)` would read what it writes; the other order is the one callers use.
static void one_sentence_may_quote_another(void **state)
{
    (void)state;
    struct rn_err inner, outer;
    (void)rn_err_set(&inner, -EACCES, "permission denied");
    (void)rn_err_set(&outer, inner.code, "cannot open eth0: %s", inner.msg);
    assert_string_equal(outer.msg, "cannot open eth0: permission denied");
    assert_int_equal(outer.code, -EACCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_and_returns_the_code),
        cmocka_unit_test(null_is_fine),
        cmocka_unit_test(the_sentence_is_clean_and_fits),
        cmocka_unit_test(one_sentence_may_quote_another),
    };
    return cmocka_run_group_tests_name("base/err", tests, NULL, NULL);
}
