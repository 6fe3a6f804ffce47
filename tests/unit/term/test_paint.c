// SPDX-License-Identifier: Apache-2.0
// What the painter makes of cells on terminals of different kinds.
#include "terminal.h"

static struct terminal t;
static struct rn_screen screen;

// One line of cells in several styles.
static int paint_styles(void)
{
    struct rn_err err;
    struct rn_term *term;
    const struct rn_term_cfg cfg = {.colours = true};
    if (rn_term_open(&cfg, -1, &term, &err) < 0)
        return 90;
    static const struct rn_cell cells[] = {
        {'A', RN_STYLE_ADDR_REMOTE, 0},
        {'M', RN_STYLE_MUTED, 0},
        {'S', RN_STYLE_TEXT, RN_CELL_SELECTED},
        {0x30cd, RN_STYLE_TEXT, 0},
        {0, RN_STYLE_TEXT, 0},
        {'Z', RN_STYLE_TEXT, 0},
    };
    screen.cols = 80;
    screen.rows = 24;
    for (unsigned y = 0; y < 24; y++) {
        for (unsigned x = 0; x < 80; x++)
            screen.cell[y][x] = y == 0 && x < 6 ? cells[x] : (struct rn_cell){.glyph = ' '};
    }
    screen.cell[23][79].glyph = '$'; // the last cell of all
    rn_term_paint(term, &screen);
    rn_term_close(term);
    return 0;
}

static void colours_are_those_the_terminal_has(void **state)
{
    (void)state;
    static const struct {
        const char *term, *blue,
            *gray; // sequences that stand before A and M; NULL: no colour at all
    } cases[] = {
        {"xterm-256color", "\x1b[94mA", "\x1b[38;5;244mM"},
        {"xterm-16color", "\x1b[94mA", "\x1b[90mM"},
        {"linux", "\x1b[34mA", NULL},
        {"xterm-mono", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        terminal_start(&t, cases[i].term, paint_styles);
        int status = terminal_end(&t);
        if (WEXITSTATUS(status) == 90) { // this machine does not know that terminal
            terminal_close(&t);
            continue;
        }
        assert_int_equal(status, 0);
        if (cases[i].blue && !strstr(t.output, cases[i].blue))
            fail_msg("%s: no %s in %s", cases[i].term, cases[i].blue, t.output);
        if (cases[i].gray && !strstr(t.output, cases[i].gray))
            fail_msg("%s: no %s in %s", cases[i].term, cases[i].gray, t.output);
        if (!cases[i].blue)
            assert_null(strstr(t.output, "\x1b[34m"));
        assert_non_null(strstr(t.output, "$")); // in the corner, and nothing has scrolled
        terminal_close(&t);
    }
}

static void a_wide_glyph_takes_two_cells(void **state)
{
    (void)state;
    terminal_start(&t, "xterm-256color", paint_styles);
    assert_int_equal(terminal_end(&t), 0);
    assert_non_null(strstr(t.output, "ネZ"));
    terminal_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_those_the_terminal_has),
        cmocka_unit_test(a_wide_glyph_takes_two_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
