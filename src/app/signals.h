// SPDX-License-Identifier: Apache-2.0
// Signals that ask the program to end, as a flag and a byte in a pipe. Private to app.
// Thread: main; other threads have them blocked.
// Owns:   the handlers of SIGINT, SIGTERM, SIGHUP and SIGQUIT.
// Fails:  never; a signal that was ignored at the start (nohup) stays ignored.
#ifndef APP_SIGNALS_H
#define APP_SIGNALS_H

#include <stdbool.h>

// bell: the write end of a non-blocking pipe.
void app_signals_catch(int bell);
// Whether one has come.
bool app_signals_came(void);
// Restores what was there before.
void app_signals_release(void);

#endif
