// SPDX-License-Identifier: Apache-2.0
// A run with the screen: live, or a trace that is played. Private to app.
#ifndef APP_SCREEN_H
#define APP_SCREEN_H

#include "options.h"

// Returns when the user leaves, a signal comes, or the terminal goes away. 0, or negative errno with a sentence; nothing
// has been drawn then, unless the event stream could not be written.
int app_screen(const struct app_options *options, struct rn_err *err);

#endif
