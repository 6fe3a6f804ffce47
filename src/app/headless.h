// SPDX-License-Identifier: Apache-2.0
// A live run without a screen. Private to app.
#ifndef APP_HEADLESS_H
#define APP_HEADLESS_H

#include "options.h"

// Writes the event stream until the duration is over, a signal comes, or the capture or the reader goes away.
// 0, or negative errno with a sentence.
int app_headless(const struct app_options *options, struct rn_err *err);

#endif
