// SPDX-License-Identifier: Apache-2.0
// Handlers, and the terminal as it was found.
//
// 1. Whatever ends the process (a crash included) leaves the terminal as it was found: rn_term_restore uses nothing but
//    async-signal-safe calls on bytes that were prepared when the terminal was taken.
// 2. A change of size and a continue after a stop only write a byte into a pipe; the rest happens in rn_term_poll.
// 3. A fatal signal is handled once: the handler that was there before (the default, a sanitizer's) gets it afterwards.
#include "internal.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "rustnet/base/bell.h"
#include "rustnet/term.h"

static struct term_saved saved;
static volatile sig_atomic_t owned;     // the screen is ours
static volatile sig_atomic_t continued; // SIGCONT came
static struct rn_bell wake = {{-1, -1}};

enum {
    FATAL = 7,
    NOTICES = 2,
    STACK_BYTES = 65536,
};
static const int fatal[FATAL] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
static const int notices[NOTICES] = {SIGWINCH, SIGCONT};
static struct sigaction old_fatal[FATAL], old_notices[NOTICES];
static char stack[STACK_BYTES]; // a crash may be an overflow of the other one
static bool stack_is_ours;

void rn_term_restore(void)
{
    if (!owned)
        return;
    owned = 0;
    int error = errno;
    ssize_t n = write(STDOUT_FILENO, saved.reset, saved.reset_len);
    (void)n;
    tcsetattr(STDIN_FILENO, TCSANOW, &saved.tty);
    if (saved.stderr_copy >= 0)
        dup2(saved.stderr_copy, STDERR_FILENO);
    errno = error;
}

static void on_fatal(int sig, siginfo_t *info, void *context)
{
    (void)context;
    rn_term_restore();
    for (unsigned i = 0; i < FATAL; i++) {
        if (fatal[i] == sig)
            sigaction(sig, &old_fatal[i], NULL);
    }
    // A fault comes again by itself when its instruction is repeated; what somebody sent must be sent again.
    if (info->si_code <= 0 || sig == SIGTRAP || sig == SIGSYS)
        raise(sig);
}

static void on_notice(int sig)
{
    if (sig == SIGCONT)
        continued = 1;
    rn_bell_ring(wake.fd[1]);
}

static void use_own_stack(void)
{
    stack_t now;
    if (sigaltstack(NULL, &now) == 0 && (now.ss_flags & SS_DISABLE)) {
        const stack_t own = {.ss_sp = stack, .ss_size = sizeof stack};
        stack_is_ours = sigaltstack(&own, NULL) == 0;
    }
}

int term_signals_begin(const struct term_saved *found, struct rn_err *err)
{
    int rc = wake.fd[0] >= 0 ? 0 : rn_bell_open(&wake, err);
    if (rc < 0)
        return rc;
    saved = *found;
    use_own_stack();
    struct sigaction act = {.sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&act.sa_mask);
    for (unsigned i = 0; i < FATAL; i++)
        sigaction(fatal[i], &act, &old_fatal[i]);
    struct sigaction note = {.sa_handler = on_notice, .sa_flags = SA_RESTART};
    sigemptyset(&note.sa_mask);
    for (unsigned i = 0; i < NOTICES; i++)
        sigaction(notices[i], &note, &old_notices[i]);
    return 0;
}

void term_signals_end(void)
{
    for (unsigned i = 0; i < NOTICES; i++)
        sigaction(notices[i], &old_notices[i], NULL);
    for (unsigned i = 0; i < FATAL; i++)
        sigaction(fatal[i], &old_fatal[i], NULL);
    if (stack_is_ours) {
        const stack_t none = {.ss_flags = SS_DISABLE};
        sigaltstack(&none, NULL);
        stack_is_ours = false;
    }
    rn_bell_close(&wake);
}

int term_signals_fd(void)
{
    return wake.fd[0];
}

bool term_signals_drain(void)
{
    (void)rn_bell_hush(&wake);
    bool was = continued;
    continued = 0;
    return was;
}

void term_signals_own(bool own)
{
    owned = own;
}

void term_signals_stop(void)
{
    struct sigaction dfl = {.sa_handler = SIG_DFL}, old;
    sigemptyset(&dfl.sa_mask);
    sigaction(SIGTSTP, &dfl, &old);
    kill(
        0,
        SIGTSTP); // the whole group, as the terminal itself would; nothing happens where no shell could go on
    sigaction(SIGTSTP, &old, NULL);
    term_signals_drain();
}
