// SPDX-License-Identifier: Apache-2.0
// ASCII instead of the few glyphs that views use beyond text.
#include "internal.h"

static const struct {
    uint32_t glyph;
    char ascii;
} table[] = {
    {0x00b7, '.'}, // · middle dot
    {0x2022, '*'}, // • bullet
    {0x2026, '~'}, // … ellipsis: one cell, so no three dots
    {0x2190, '<'}, // ←
    {0x2191, '^'}, // ↑
    {0x2192, '>'}, // →
    {0x2193, 'v'}, // ↓
    {0x2500, '-'}, // ─
    {0x2501, '='}, // ━
    {0x2502, '|'}, // │
    {0x256d, '+'}, // ╭
    {0x256e, '+'}, // ╮
    {0x256f, '+'}, // ╯
    {0x2570, '+'}, // ╰
    {0x258c, '>'}, // ▌ the selection's mark
    {0x258e, '|'}, // ▎ before a title
    {0x2590, '#'}, // ▐ scrollbar
    {0x25cf, '*'}, // ●
};

char term_ascii(uint32_t glyph)
{
    if (glyph < 0x7f)
        return glyph < ' ' ? ' ' : (char)glyph;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].glyph == glyph)
            return table[i].ascii;
    }
    return '?';
}
