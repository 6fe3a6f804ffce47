// SPDX-License-Identifier: Apache-2.0
// The sentence is cleaned like any other text: device names and file names in it are foreign.
#include "rustnet/base/err.h"

#include <stdarg.h>

#include "rustnet/base/text.h"

int rn_err_set(struct rn_err *err, int code, const char *fmt, ...)
{
    if (!err)
        return code;
    va_list args;
    va_start(args, fmt);
    (void)rn_text_vfmt(err->msg, sizeof(err->msg), fmt, args);
    va_end(args);
    err->code = code;
    return code;
}
