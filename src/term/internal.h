// SPDX-License-Identifier: Apache-2.0
// What the parts of this room tell each other.
// Thread: one (main), but for the handlers in signals.c.
// Owns:   nothing.
// Fails:  as each function says.
#ifndef RUSTNET_TERM_INTERNAL_H
#define RUSTNET_TERM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <termios.h>

#include "rustnet/base/err.h"
#include "rustnet/ui.h"

// glyph.c: what is drawn instead of a code point where the locale knows only ASCII.
char term_ascii(uint32_t glyph);

// keys.c: from what curses reports to RN_KEY_*; 0: nothing that anybody wants.
uint32_t term_key(bool special, uint32_t code);
// Control sequences that curses does not know (mouse reports, late answers of the terminal) are swallowed whole.
struct term_swallow {
    enum { TERM_SWALLOW_NOT, TERM_SWALLOW_CSI, TERM_SWALLOW_SS3, TERM_SWALLOW_STRING } state;
    unsigned left; // bytes that it may still take
};
// Whether `code`, which came right behind an escape, begins such a sequence.
bool term_swallow_begins(struct term_swallow *swallow, uint32_t code);
// Whether `code` belongs to the sequence that is being swallowed.
bool term_swallow_takes(struct term_swallow *swallow, uint32_t code);

// signals.c: the terminal as it was found, and the handlers that put it back.
#define TERM_RESET_BYTES 256
struct term_saved {
    struct termios tty;
    int stderr_copy;              // -1: descriptor 2 is not taken over
    char reset[TERM_RESET_BYTES]; // leaves the alternate screen, shows the cursor
    size_t reset_len;
};
// Installs the handlers. From here on rn_term_restore does something.
int term_signals_begin(const struct term_saved *saved, struct rn_err *err);
// Puts the old handlers back.
void term_signals_end(void);
// Descriptor that becomes readable when the size may have changed or the process was continued.
int term_signals_fd(void);
// Empties that descriptor; true if the process was stopped and continued since the last call.
bool term_signals_drain(void);
// Whether the screen is ours, which is when rn_term_restore has work to do.
void term_signals_own(bool own);
// Stops the process group as ^Z does where the terminal knows it, and returns when it goes on.
void term_signals_stop(void);

// paint.c: cells to curses.
#define TERM_PAIRS_MAX 64
struct term_painter {
    bool colours, utf8;
    bool unknown; // the terminal may show something else than `shown`
    int colour_count;
    unsigned pair_count;
    struct {
        short fg, bg;
    } pair[TERM_PAIRS_MAX];
    struct rn_screen shown;
};
// After curses has been started.
void term_painter_init(struct term_painter *painter, bool colours, bool utf8);
void term_paint(struct term_painter *painter, const struct rn_screen *screen);

// caps.c: what terminfo says, before curses may draw (or end the process).
// Fails with a sentence if the terminal's type is unknown or cannot move the cursor. Fills in the reset string.
int term_caps_load(struct term_saved *saved, struct rn_err *err);

#endif
