// SPDX-License-Identifier: Apache-2.0
// The object of this room that takes memory: a context is made before the first packet comes.
#include "room.h"

#include <errno.h>
#include <stdlib.h>

struct rn_dpi_ctx *rn_dpi_ctx_new(struct rn_err *err)
{
    struct rn_dpi_ctx *ctx = calloc(1, sizeof(*ctx));
    if (!ctx) {
        rn_err_set(err, -ENOMEM, "not enough memory for protocol inspection");
        return NULL;
    }
    ctx->crypto = dpi_crypto_new(err);
    if (!ctx->crypto) {
        rn_dpi_ctx_free(ctx);
        return NULL;
    }
    dpi_index_init(&ctx->index);
    return ctx;
}

void rn_dpi_ctx_free(struct rn_dpi_ctx *ctx)
{
    if (!ctx)
        return;
    dpi_crypto_free(ctx->crypto);
    free(ctx);
}
