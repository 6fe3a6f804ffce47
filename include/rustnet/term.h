// SPDX-License-Identifier: Apache-2.0
// Cells to curses, keys to events. The only room that knows the terminal.
// Thread: one (main); `restore` from a signal handler too.
// Owns:   the terminal between `open` and `close`.
// Fails:  `open` with negative errno and a sentence, before anything has been drawn.
// Source: X/Open Curses; POSIX termios.
#ifndef RUSTNET_TERM_H
#define RUSTNET_TERM_H

#include <stdbool.h>

#include "rustnet/base/err.h"
#include "rustnet/ui.h"

struct rn_term_cfg {
    bool colours; // false: --no-color or NO_COLOR
};

struct rn_term;

// Standard input and output must be terminals whose type (TERM) can move the cursor. Takes over descriptor 2 for the
// log while the screen is ours, so that no library can write between the cells.
int rn_term_open(const struct rn_term_cfg *cfg, int log_fd, struct rn_term **out,
                 struct rn_err *err);
// Waits for a key, a change of size, wake_fd becoming readable, or the time-out (negative: for ever).
// 1: *out is an event; 0: nothing but time or wake_fd; -EIO: the terminal is gone.
int rn_term_poll(struct rn_term *term, int wake_fd, rn_dur timeout, struct rn_ui_event *out);
// Paints what differs from the picture before; nothing at all if nothing does.
void rn_term_paint(struct rn_term *term, const struct rn_screen *screen);
void rn_term_size(const struct rn_term *term, uint16_t *out_cols, uint16_t *out_rows);
// Gives the terminal back, stops the process (SIGTSTP's default), and takes the terminal again when it goes on.
void rn_term_suspend(struct rn_term *term);
void rn_term_close(struct rn_term *term);
// Puts the terminal back as it was found, with nothing but async-signal-safe calls; for handlers of fatal signals.
void rn_term_restore(void);

#endif
