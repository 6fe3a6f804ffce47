// SPDX-License-Identifier: Apache-2.0
// The life of a context.
#include "made_dpi.h"

static void a_context_counts_from_zero_and_takes_null(void **state)
{
    (void)state;
    struct rn_err err = {.code = 0};
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(&err);
    assert_non_null(ctx);
    assert_int_equal(err.code, 0);
    assert_int_equal(rn_dpi_parse_calls(ctx), 0);
    rn_dpi_ctx_free(ctx);
    rn_dpi_ctx_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_context_counts_from_zero_and_takes_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
