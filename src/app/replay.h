// SPDX-License-Identifier: Apache-2.0
// A trace through the whole program on one thread. Private to app.
#ifndef APP_REPLAY_H
#define APP_REPLAY_H

#include "options.h"

// Writes the event stream of options->read. 0, or negative errno with a sentence; what could be read before has been
// written then (a capture cut in the middle is a warning: *out_warning says so and the result is 0).
int app_replay(const struct app_options *options, struct rn_err *out_warning, struct rn_err *err);

#endif
