// SPDX-License-Identifier: Apache-2.0
// Screens compared with files in tests/golden/screens. RN_GOLDEN_UPDATE=1 writes them anew.
#ifndef RUSTNET_TESTS_UI_GOLDEN_H
#define RUSTNET_TESTS_UI_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/ui.h"

enum { GOLDEN_CAP = 1 << 20 };

static inline void golden_compare(const char *name, const char *text)
{
    static char want[GOLDEN_CAP];
    char path[512];
    snprintf(path, sizeof path, RN_TEST_DATA "/golden/screens/%s.txt", name);
    if (getenv("RN_GOLDEN_UPDATE")) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(text, out);
        fclose(out);
        return;
    }
    FILE *in = fopen(path, "r");
    if (!in)
        fail_msg("%s is missing; RN_GOLDEN_UPDATE=1 makes it", path);
    want[fread(want, 1, sizeof want - 1, in)] = '\0';
    fclose(in);
    if (strcmp(want, text) == 0)
        return;
    size_t at = 0, line = 1;
    for (; want[at] == text[at]; at++)
        line += want[at] == '\n';
    fail_msg("%s differs from line %zu on; it is now:\n%s", name, line, text);
}

static inline void golden_check(const char *name, const struct rn_screen *screen)
{
    static char text[GOLDEN_CAP];
    assert_true(rn_screen_text(screen, text, sizeof text) < sizeof text);
    golden_compare(name, text);
}

// How the cells look without colours, a letter each: b bold, d dim, u underlined, capitals: reversed, . plain.
static inline void golden_check_mono(const char *name, const struct rn_screen *screen)
{
    static char text[GOLDEN_CAP];
    size_t len = 0;
    for (unsigned y = 0; y < screen->rows; y++) {
        for (unsigned x = 0; x < screen->cols; x++) {
            const struct rn_cell *cell = &screen->cell[y][x];
            struct rn_look look = rn_theme_look((enum rn_style)cell->style, cell->attrs, false);
            assert_int_equal(look.fg, -1);
            assert_int_equal(look.bg, -1);
            char plain = look.reverse ? 'R' : '.';
            char letter = look.underline ? 'u' : look.bold ? 'b' : look.dim ? 'd' : plain;
            if (look.reverse && letter != 'R')
                letter = (char)(letter - 'a' + 'A');
            text[len++] = letter;
        }
        text[len++] = '\n';
    }
    text[len] = '\0';
    golden_compare(name, text);
}

// The text of one line of the screen, without trailing blanks.
static inline const char *golden_line(const struct rn_screen *screen, unsigned y)
{
    static char text[RN_SCREEN_COLS * 4 + 1];
    size_t len = 0;
    for (unsigned x = 0; x < screen->cols; x++) {
        if (screen->cell[y][x].glyph)
            len += rn_utf8_put(text + len, screen->cell[y][x].glyph);
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    text[len] = '\0';
    return text;
}

#endif
