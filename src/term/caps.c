// SPDX-License-Identifier: Apache-2.0
// What terminfo knows of the terminal. Asked first, because curses ends the process when it is not content.
#include "internal.h"

#include <curses.h>
#include <term.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/text.h"

// Name of a capability; terminfo's prototypes take it without const.
static char *capability(const char *name)
{
    union {
        const char *in;
        char *out;
    } cast = {name};
    char *value = tigetstr(cast.out);
    return value == (char *)-1 ? NULL : value;
}

// Appends a capability without its padding ("$<5/>"), which only curses itself can send.
static void append(struct term_saved *saved, const char *name)
{
    const char *s = capability(name);
    for (; s && *s; s++) {
        const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;
        if (end)
            s = end;
        else if (saved->reset_len < TERM_RESET_BYTES)
            saved->reset[saved->reset_len++] = *s;
    }
}

int term_caps_load(struct term_saved *saved, struct rn_err *err)
{
    int found = 0;
    const char *term = getenv("TERM");
    if (!term || !*term)
        return rn_err_set(
            err, -ENOTTY,
            "The environment variable TERM is not set, so the terminal's type is unknown.");
    if (setupterm(NULL, 1, &found) != OK)
        return rn_err_set(
            err, -ENOTTY,
            found < 0 ? "The description of the terminal type \"%s\" (TERM) is missing."
                      : "The terminal type \"%s\" (TERM) is unknown or too plain for a screen.",
            term);
    if (!capability("cup") || !capability("clear")) {
        del_curterm(cur_term);
        return rn_err_set(err, -ENOTTY,
                          "The terminal type \"%s\" (TERM) cannot move the cursor, so there is no "
                          "screen to draw on.",
                          term);
    }
    saved->reset_len = 0;
    append(saved, "sgr0");
    append(saved, "op");
    append(saved, "rmkx");
    append(saved, "cnorm");
    append(saved, "rmcup");
    del_curterm(cur_term); // curses will make its own
    return 0;
}
