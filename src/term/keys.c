// SPDX-License-Identifier: Apache-2.0
// Keys: from what curses reports to what the views know.
#include "internal.h"

#include <curses.h>

#include "rustnet/ui.h"

static uint32_t special_key(uint32_t code)
{
    switch (code) {
    case KEY_UP:
        return RN_KEY_UP;
    case KEY_DOWN:
        return RN_KEY_DOWN;
    case KEY_LEFT:
        return RN_KEY_LEFT;
    case KEY_RIGHT:
        return RN_KEY_RIGHT;
    case KEY_PPAGE:
        return RN_KEY_PAGE_UP;
    case KEY_NPAGE:
        return RN_KEY_PAGE_DOWN;
    case KEY_HOME:
        return RN_KEY_HOME;
    case KEY_END:
        return RN_KEY_END;
    case KEY_ENTER:
        return RN_KEY_ENTER;
    case KEY_BACKSPACE:
        return RN_KEY_BACKSPACE;
    case KEY_BTAB:
        return RN_KEY_BACKTAB;
    case KEY_DC:
        return RN_KEY_DELETE;
    default: // a size that curses noticed, function keys, ...
        return 0;
    }
}

uint32_t term_key(bool special, uint32_t code)
{
    if (special)
        return special_key(code);
    switch (code) {
    case '\r':
    case '\n':
        return RN_KEY_ENTER;
    case '\t':
        return RN_KEY_TAB;
    case 0x1b:
        return RN_KEY_ESCAPE;
    case 0x08: // terminals disagree about what Backspace sends
    case 0x7f:
        return RN_KEY_BACKSPACE;
    default:
        return code < RN_KEY_BASE ? code : 0;
    }
}

// ECMA-48, 5.4: CSI parameters and intermediates are 0x20 to 0x3f, the final byte is 0x40 to 0x7e.
// A string (OSC, DCS, APC, PM) ends with BEL or with ESC \, whose ESC ends it here and whose \ is lost.
#define SWALLOW_MAX 256

bool term_swallow_begins(struct term_swallow *swallow, uint32_t code)
{
    swallow->left = SWALLOW_MAX;
    switch (code) {
    case '[':
        swallow->state = TERM_SWALLOW_CSI;
        return true;
    case 'O':
        swallow->state = TERM_SWALLOW_SS3;
        return true;
    case ']':
    case 'P':
    case '_':
    case '^':
        swallow->state = TERM_SWALLOW_STRING;
        return true;
    default:
        swallow->state = TERM_SWALLOW_NOT;
        return false;
    }
}

bool term_swallow_takes(struct term_swallow *swallow, uint32_t code)
{
    bool ends = swallow->left == 0;
    swallow->left -= !ends;
    switch (swallow->state) {
    case TERM_SWALLOW_NOT:
        return false;
    case TERM_SWALLOW_CSI:
        ends = ends || code < 0x20 || code > 0x3f;
        break;
    case TERM_SWALLOW_SS3:
        ends = true;
        break;
    case TERM_SWALLOW_STRING:
        ends = ends || code == 0x07 || code == '\\';
        break;
    }
    if (ends)
        swallow->state = TERM_SWALLOW_NOT;
    return true;
}
