// SPDX-License-Identifier: Apache-2.0
// The only object of this room that allocates: a context is made before the first packet comes.
#include "room.h"

#include <errno.h>
#include <stdlib.h>

struct rn_dpi_ctx *rn_dpi_ctx_new(struct rn_err *err)
{
    struct rn_dpi_ctx *ctx = calloc(1, sizeof(*ctx));
    if (!ctx)
        rn_err_set(err, -ENOMEM, "not enough memory for protocol inspection");
    return ctx;
}

void rn_dpi_ctx_free(struct rn_dpi_ctx *ctx)
{
    free(ctx);
}
