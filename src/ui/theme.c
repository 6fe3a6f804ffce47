// SPDX-License-Identifier: Apache-2.0
// What a style looks like: the terminal's own 16 colours, so that the user's palette decides the shades.
//
// Only colours that can be read on a dark and on a light ground are used, since nobody asks the terminal which it has:
// no white, no pale gray; blue is the bright one, as plain blue on black is the classic unreadable pair.
#include "rustnet/ui.h"

enum {
    NONE = -1, // the terminal's own
    RED = 1,
    GREEN = 2,
    YELLOW = 3,
    MAGENTA = 5,
    CYAN = 6,
    GRAY = 8,
    BLUE = 12,
};

// The second half is for NO_COLOR: what is told by colour alone must be told by something else.
struct row {
    int8_t fg;
    bool bold, dim;
    bool mono_bold, mono_dim;
};

static const struct row theme[RN_STYLE_COUNT] = {
    [RN_STYLE_TEXT] = {.fg = NONE},
    [RN_STYLE_ACCENT] = {.fg = CYAN},
    [RN_STYLE_MUTED] = {.fg = GRAY, .mono_dim = true},
    [RN_STYLE_FAINT] = {.fg = GRAY, .dim = true, .mono_dim = true},
    [RN_STYLE_HEADING] = {.fg = NONE, .mono_bold = true},
    [RN_STYLE_LABEL] = {.fg = NONE},
    [RN_STYLE_KEY] = {.fg = CYAN, .mono_bold = true},
    [RN_STYLE_BORDER] = {.fg = GRAY, .mono_dim = true},
    [RN_STYLE_OK] = {.fg = GREEN},
    [RN_STYLE_WARN] = {.fg = YELLOW, .mono_bold = true},
    [RN_STYLE_ERR] = {.fg = RED, .mono_bold = true},
    [RN_STYLE_RX] = {.fg = GREEN},
    [RN_STYLE_TX] = {.fg = BLUE},
    [RN_STYLE_ADDR_LOCAL] = {.fg = CYAN},
    [RN_STYLE_ADDR_REMOTE] = {.fg = BLUE},
    [RN_STYLE_PROCESS] = {.fg = NONE},
    [RN_STYLE_SERVICE] = {.fg = NONE},
    [RN_STYLE_APP] = {.fg = NONE},
    [RN_STYLE_STATE] = {.fg = NONE},
    [RN_STYLE_TCP_ESTABLISHED] = {.fg = NONE},
    [RN_STYLE_TCP_OPENING] = {.fg = YELLOW},
    [RN_STYLE_TCP_CLOSING] = {.fg = CYAN},
    [RN_STYLE_TCP_WAITING] = {.fg = MAGENTA},
    [RN_STYLE_TCP_CLOSED] = {.fg = GRAY, .mono_dim = true},
    [RN_STYLE_STALE] = {.fg = YELLOW, .mono_dim = true},
    [RN_STYLE_EXPIRING] = {.fg = RED, .mono_bold = true},
    [RN_STYLE_STATUS] = {.fg = NONE},
};

struct rn_look rn_theme_look(enum rn_style style, uint8_t attrs, bool colours)
{
    const struct row *row = &theme[(unsigned)style < RN_STYLE_COUNT ? style : RN_STYLE_TEXT];
    struct rn_look look = {
        .fg = colours ? row->fg : NONE,
        .bg = NONE,
        .bold = (colours ? row->bold : row->mono_bold) || (attrs & RN_CELL_BOLD),
        .dim = colours ? row->dim : row->mono_dim,
        .underline = attrs & RN_CELL_UNDERLINE,
        .reverse = !colours && (attrs & RN_CELL_BAR),
    };
    if (attrs & RN_CELL_SELECTED) {
        // One band: colours of single cells would tear it. The whole row's own colour may stay.
        if (style != RN_STYLE_STALE && style != RN_STYLE_EXPIRING)
            look.fg = NONE;
        look.bold = look.reverse = true;
        look.dim = false;
    }
    return look;
}
