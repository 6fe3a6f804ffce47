// SPDX-License-Identifier: Apache-2.0
// A child process on a terminal of its own; the test is the one who sits in front of it.
#ifndef RUSTNET_TESTS_TERM_TERMINAL_H
#define RUSTNET_TESTS_TERM_TERMINAL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "rustnet/term.h"

enum { TERMINAL_OUTPUT = 1 << 18, TERMINAL_PATIENCE_MS = 10000 };

struct terminal {
    int master; // our end
    int slave;  // the child's end, held open so that its settings can be looked at
    pid_t child;
    struct termios found; // settings before the child began
    size_t len;
    char output[TERMINAL_OUTPUT]; // all that the child has written, NUL-terminated
};

// The child runs `body` and ends with what it returns. type: TERM.
static inline void terminal_start(struct terminal *t, const char *type, int (*body)(void))
{
    const struct winsize size = {.ws_col = 80, .ws_row = 24};
    memset(t, 0, sizeof *t);
    assert_int_equal(openpty(&t->master, &t->slave, NULL, NULL, &size), 0);
    assert_int_equal(tcgetattr(t->slave, &t->found), 0);
    t->child = fork();
    assert_true(t->child >= 0);
    if (t->child == 0) {
        setsid();
        ioctl(t->slave, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++)
            dup2(t->slave, fd);
        close(t->master);
        close(t->slave);
        setenv("TERM", type, 1);
        setenv("LC_ALL", "C.UTF-8", 1);
        _exit(body());
    }
}

// Reads until the text has come or time is up; false if it has not come.
static inline bool terminal_wait(struct terminal *t, const char *text)
{
    while (!strstr(t->output, text)) {
        struct pollfd fd = {t->master, POLLIN, 0};
        ssize_t n = 0;
        if (poll(&fd, 1, TERMINAL_PATIENCE_MS) > 0 && t->len + 1 < sizeof t->output)
            n = read(t->master, t->output + t->len, sizeof t->output - 1 - t->len);
        if (n <= 0)
            return false;
        t->len += (size_t)n;
        t->output[t->len] = '\0';
    }
    return true;
}

static inline void terminal_expect(struct terminal *t, const char *text)
{
    if (!terminal_wait(t, text))
        fail_msg("\"%s\" has not come after: %s", text, t->output);
}

static inline void terminal_forget(struct terminal *t)
{
    t->len = 0;
    t->output[0] = '\0';
}

static inline void terminal_type(const struct terminal *t, const char *keys)
{
    assert_int_equal(write(t->master, keys, strlen(keys)), (ssize_t)strlen(keys));
}

static inline struct termios terminal_settings(const struct terminal *t)
{
    struct termios tty;
    assert_int_equal(tcgetattr(t->slave, &tty), 0);
    return tty;
}

// Whether the terminal's settings are those that the child found.
static inline bool terminal_restored(const struct terminal *t)
{
    const struct termios *a = &t->found, b = terminal_settings(t);
    return a->c_iflag == b.c_iflag && a->c_oflag == b.c_oflag && a->c_cflag == b.c_cflag &&
           a->c_lflag == b.c_lflag && memcmp(a->c_cc, b.c_cc, sizeof a->c_cc) == 0;
}

// Waits for the end of the child; its status as waitpid gives it. Kills it when it takes too long.
static inline int terminal_end(struct terminal *t)
{
    int status = -1;
    for (unsigned ms = 0; waitpid(t->child, &status, WNOHANG) == 0; ms += 10) {
        if (ms >= TERMINAL_PATIENCE_MS)
            kill(t->child, SIGKILL);
        struct pollfd fd = {t->master, POLLIN, 0};
        if (t->master >= 0 && poll(&fd, 1, 10) > 0 && t->len + 1 < sizeof t->output) {
            ssize_t n = read(t->master, t->output + t->len, sizeof t->output - 1 - t->len);
            t->len += n > 0 ? (size_t)n : 0;
            t->output[t->len] = '\0';
        } else {
            usleep(10000);
        }
    }
    // What was written last.
    struct pollfd fd = {t->master, POLLIN, 0};
    while (t->master >= 0 && poll(&fd, 1, 50) > 0 && t->len + 1 < sizeof t->output) {
        ssize_t n = read(t->master, t->output + t->len, sizeof t->output - 1 - t->len);
        if (n <= 0)
            break;
        t->len += (size_t)n;
        t->output[t->len] = '\0';
    }
    return status;
}

static inline void terminal_close(struct terminal *t)
{
    if (t->master >= 0)
        close(t->master);
    if (t->slave >= 0)
        close(t->slave);
    t->master = t->slave = -1;
}

#endif
