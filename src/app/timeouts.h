// SPDX-License-Identifier: Apache-2.0
// A file of time-outs: `name = seconds`, one a line; # begins a comment. Private to app.
#ifndef APP_TIMEOUTS_H
#define APP_TIMEOUTS_H

#include "rustnet/base/err.h"
#include "rustnet/model/timeouts.h"

// Sets those that the file names; docs/timeouts.md tells the names. Negative errno and one sentence (with the line, if
// it is a line's fault); *out is then as it was.
int app_timeouts_load(const char *path, struct rn_timeouts *out, struct rn_err *err);

#endif
