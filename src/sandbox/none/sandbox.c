// SPDX-License-Identifier: Apache-2.0
// A system about which nothing is known: nothing is given away, and the report says so.
#include "rustnet/sandbox.h"

int rn_sandbox_apply(struct rn_sandbox_report *out, struct rn_err *err)
{
    (void)err;
    *out = (struct rn_sandbox_report){0};
    return 0;
}

int rn_sandbox_shed(enum rn_sandbox_role role, struct rn_err *err)
{
    (void)role, (void)err;
    return 0;
}
