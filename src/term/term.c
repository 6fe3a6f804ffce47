// SPDX-License-Identifier: Apache-2.0
// The terminal: cells to curses, keys to events.
//
//   open ──> ours ──suspend──> given back, stopped ──fg──> ours again, painted whole ──close──> given back
//             │ ^                                            ^
//             │ └─────────── SIGSTOP, then SIGCONT ──────────┘
//             └── crash, signal: rn_term_restore (signals.c)
//
// 1. Nothing is written for a picture that does not differ from the one before, not one byte: cells are compared before
//    curses hears of them.
// 2. Nobody wakes up without a reason: one poll(2) waits for keys, signals, and the caller's descriptor.
// 3. Descriptor 2 leads elsewhere while the screen is ours, so that no library can write between the cells.
// 4. Curses installs no handler of its own that outlives `open`.
#include "rustnet/term.h"

#include <curses.h>

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

#define ESCAPE_DELAY_MS 25

struct rn_term {
    SCREEN *curses;
    FILE *out; // curses' own, as it changes the buffering of what it is given
    uint16_t cols, rows;
    struct term_swallow swallow;
    uint32_t kept;           // a key that was read while looking behind an escape; 0: none
    struct term_saved found; // the terminal as it was
    int log_copy;            // where descriptor 2 leads while the screen is ours
    WINDOW *input;           // a pad: reading keys from it draws nothing
    struct term_painter painter;
};

// --- size -----------------------------------------------------------------------------------------------------------

static uint16_t clamp(unsigned value, unsigned fallback, unsigned max)
{
    unsigned v = value > 0 ? value : fallback;
    return (uint16_t)(v < max ? v : max);
}

static void read_size(struct rn_term *term)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
        size = (struct winsize){0};
    term->cols = clamp(size.ws_col, (unsigned)(COLS > 0 ? COLS : 80), RN_SCREEN_COLS);
    term->rows = clamp(size.ws_row, (unsigned)(LINES > 0 ? LINES : 24), RN_SCREEN_ROWS);
}

void rn_term_size(const struct rn_term *term, uint16_t *out_cols, uint16_t *out_rows)
{
    *out_cols = term->cols;
    *out_rows = term->rows;
}

// --- open and close -------------------------------------------------------------------------------------------------

// Descriptor 2 to the log, or nowhere. What it was is kept in found.stderr_copy.
static void take_stderr(struct rn_term *term, int log_fd)
{
    term->found.stderr_copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    term->log_copy =
        log_fd >= 0 ? fcntl(log_fd, F_DUPFD_CLOEXEC, 3) : open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (term->log_copy >= 0)
        dup2(term->log_copy, STDERR_FILENO);
}

static void drop_stderr(struct rn_term *term)
{
    if (term->found.stderr_copy >= 0) {
        dup2(term->found.stderr_copy, STDERR_FILENO);
        close(term->found.stderr_copy);
    }
    if (term->log_copy >= 0)
        close(term->log_copy);
}

// Curses takes these signals if nobody has them; they stay with the program.
static SCREEN *new_screen(FILE *out)
{
    static const int taken[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
    enum { TAKEN = sizeof taken / sizeof taken[0] };
    struct sigaction old[TAKEN];
    for (unsigned i = 0; i < TAKEN; i++)
        sigaction(taken[i], NULL, &old[i]);
    SCREEN *screen = newterm(NULL, out, stdin);
    for (unsigned i = 0; i < TAKEN; i++)
        sigaction(taken[i], &old[i], NULL);
    return screen;
}

static bool locale_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void set_modes(struct rn_term *term, bool colours)
{
    raw(); // ^C, ^Z and ^\ are keys
    noecho();
    nonl();
    leaveok(stdscr, TRUE);
    typeahead(-1);
    set_escdelay(ESCAPE_DELAY_MS);
    curs_set(0);
    term->input = newpad(1, 1);
    keypad(term->input, TRUE);
    nodelay(term->input, TRUE);
    term_painter_init(&term->painter, colours, locale_is_utf8());
    refresh();
}

static int check_terminal(struct term_saved *saved, struct rn_err *err)
{
    if (!isatty(STDIN_FILENO))
        return rn_err_set(err, -ENOTTY,
                          "Standard input is not a terminal, so no key could be read.");
    if (!isatty(STDOUT_FILENO))
        return rn_err_set(err, -ENOTTY,
                          "Standard output is not a terminal, so there is no screen to draw on.");
    if (tcgetattr(STDIN_FILENO, &saved->tty) < 0)
        return rn_err_set(err, -errno, "The terminal's settings could not be read.");
    return term_caps_load(saved, err);
}

static FILE *open_output(void)
{
    int fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!out && fd >= 0)
        close(fd);
    return out;
}

// The terminal as it was found, after curses has given it back.
static void give_back(struct rn_term *term)
{
    endwin();
    tcsetattr(STDIN_FILENO, TCSANOW, &term->found.tty);
    term_signals_own(false);
}

static int start_curses(struct rn_term *term, const struct rn_term_cfg *cfg, struct rn_err *err)
{
    setlocale(LC_CTYPE, ""); // before curses is asked for anything
    term->out = open_output();
    if (!term->out)
        return rn_err_set(err, -errno, "The terminal could not be opened for writing.");
    term_signals_own(true);
    term->curses = new_screen(term->out);
    if (!term->curses)
        return rn_err_set(err, -ENOTTY, "The terminal could not be set up.");
    set_modes(term, cfg->colours);
    read_size(term);
    resize_term(term->rows, term->cols);
    return 0;
}

static void release(struct rn_term *term)
{
    term_signals_end();
    if (term->input)
        delwin(term->input);
    if (term->curses)
        delscreen(term->curses);
    if (term->out)
        fclose(term->out);
    drop_stderr(term);
    free(term);
}

int rn_term_open(const struct rn_term_cfg *cfg, int log_fd, struct rn_term **out,
                 struct rn_err *err)
{
    struct term_saved found = {.stderr_copy = -1};
    int rc = check_terminal(&found, err);
    if (rc < 0)
        return rc;
    struct rn_term *term = calloc(1, sizeof *term);
    if (!term)
        return rn_err_set(err, -ENOMEM, "There is no memory for the screen.");
    term->found = found;
    take_stderr(term, log_fd);
    rc = term_signals_begin(&term->found, err);
    if (rc == 0)
        rc = start_curses(term, cfg, err);
    if (rc < 0) {
        rn_term_restore();
        release(term);
        return rc;
    }
    *out = term;
    return 0;
}

void rn_term_close(struct rn_term *term)
{
    if (!term)
        return;
    give_back(term);
    release(term);
}

// --- events ---------------------------------------------------------------------------------------------------------

// After a stop nothing is known about the terminal. Curses sets its modes anew when it draws after endwin. To leave the
// alternate screen twice would put the cursor back to where the shell stood before the first time.
static void take_again(struct rn_term *term)
{
    if (!isendwin())
        endwin();
    if (term->log_copy >= 0)
        dup2(term->log_copy, STDERR_FILENO);
    term_signals_own(true);
    clearok(curscr, TRUE);
    refresh();
    term->painter.unknown = true;
}

static int resized(struct rn_term *term, struct rn_ui_event *out)
{
    read_size(term);
    resize_term(term->rows, term->cols);
    term->painter.unknown = true;
    *out = (struct rn_ui_event){.type = RN_EV_RESIZE, .cols = term->cols, .rows = term->rows};
    return 1;
}

// What has been typed already; false: nothing.
static bool read_code(struct rn_term *term, bool *out_special, uint32_t *out_code)
{
    wint_t code = 0;
    int rc = wget_wch(term->input, &code);
    *out_special = rc == KEY_CODE_YES;
    *out_code = (uint32_t)code;
    return rc != ERR;
}

// The next key; 0: none. An escape is looked behind, as a sequence that curses does not know begins with one.
static uint32_t next_key(struct rn_term *term)
{
    uint32_t code, key = term->kept;
    bool special;
    term->kept = 0;
    if (key)
        return key;
    while (read_code(term, &special, &code)) {
        if (!special && term_swallow_takes(&term->swallow, code))
            continue;
        key = term_key(special, code);
        if (key == 0)
            continue;
        if (key != RN_KEY_ESCAPE || !read_code(term, &special, &code))
            return key;
        if (!special && term_swallow_begins(&term->swallow, code))
            continue;
        term->kept = term_key(special, code);
        return key;
    }
    return 0;
}

// End of input: a terminal that is gone is readable for ever and gives nothing.
static bool hung_up(const struct pollfd *in)
{
    if (in->revents & (POLLHUP | POLLERR | POLLNVAL))
        return true;
    int n = 0;
    return (in->revents & POLLIN) && (ioctl(STDIN_FILENO, FIONREAD, &n) < 0 || n == 0);
}

static int timeout_ms(rn_dur timeout)
{
    if (timeout < 0)
        return -1;
    rn_dur ms = timeout / RN_MSEC + (timeout % RN_MSEC > 0);
    return ms < 1000000000 ? (int)ms : 1000000000;
}

int rn_term_poll(struct rn_term *term, int wake_fd, rn_dur timeout, struct rn_ui_event *out)
{
    uint32_t key = next_key(term);
    if (!key) {
        struct pollfd fd[3] = {{STDIN_FILENO, POLLIN, 0},
                               {term_signals_fd(), POLLIN, 0},
                               {wake_fd, POLLIN, 0}}; // negative: ignored
        int n = poll(fd, 3, timeout_ms(timeout));
        if (n < 0 && errno == EINTR)
            n = poll(
                fd, 3,
                0); // a signal: its handler has written into one of these, or it was none of ours
        if (n < 0)
            return errno == EINTR ? 0 : -EIO;
        if (fd[1].revents & POLLIN) {
            if (term_signals_drain())
                take_again(term);
            return resized(term, out);
        }
        if (hung_up(&fd[0]))
            return -EIO;
        key = next_key(term);
    }
    *out = (struct rn_ui_event){.type = RN_EV_KEY, .key = key};
    return key ? 1 : 0;
}

void rn_term_suspend(struct rn_term *term)
{
    give_back(term);
    if (term->found.stderr_copy >= 0)
        dup2(term->found.stderr_copy, STDERR_FILENO);
    term_signals_stop();
    take_again(term);
    raise(SIGWINCH); // the window may have another size by now
}

void rn_term_paint(struct rn_term *term, const struct rn_screen *screen)
{
    term_paint(&term->painter, screen);
}
