// SPDX-License-Identifier: Apache-2.0
// The handler does nothing but set a flag and write a byte: whoever polls the pipe ends the run in order.
#include "signals.h"

#include <signal.h>
#include <stddef.h>

#include "rustnet/base/bell.h"

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define SIGNALS (sizeof signals / sizeof signals[0])

static struct sigaction old[SIGNALS], old_pipe;
static volatile sig_atomic_t came, bell_fd = -1;

static void on_signal(int sig)
{
    (void)sig;
    came = 1;
    rn_bell_ring(bell_fd);
}

void app_signals_catch(int bell)
{
    came = 0;
    bell_fd = bell;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, action = {.sa_handler = on_signal};
    sigaction(SIGPIPE, &ignore, &old_pipe);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
    }
}

bool app_signals_came(void)
{
    return came;
}

void app_signals_release(void)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &old[i], NULL);
    sigaction(SIGPIPE, &old_pipe, NULL);
    bell_fd = -1;
}
