// SPDX-License-Identifier: Apache-2.0
// What changes the process for good (rights, signals, the terminal) is done by a child; the test looks at how it ended.
#ifndef TEST_APP_CHILD_H
#define TEST_APP_CHILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "rustnet/base/time.h"

enum { CHILD_SKIP = 77, CHILD_PATIENCE_SEC = 50 };

// In a child, instead of cmocka's: says what is not so and returns 1.
#define CHECK(is)                                                            \
    do {                                                                     \
        if (!(is)) {                                                         \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #is); \
            return 1;                                                        \
        }                                                                    \
    } while (0)

static inline pid_t child_start(int (*body)(void *), void *arg)
{
    (void)fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        alarm(CHILD_PATIENCE_SEC);
        setenv("CMOCKA_TEST_ABORT", "1",
               1);       // an assertion must not go on with the parent's next test
        exit(body(arg)); // not _exit: sanitizers have their say
    }
    return child;
}

// Status as waitpid gives it.
static inline int child_end(pid_t child)
{
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

// The child must return 0, or CHILD_SKIP where it lacks a right.
static inline void child_run(int (*body)(void *), void *arg)
{
    int status = child_end(child_start(body, arg));
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_SKIP)
        skip();
    if (status)
        fail_msg("the child ended with status %x", (unsigned)status);
}

static inline int child_skips(const char *why)
{
    fprintf(stderr, "skipped: %s\n", why);
    return CHILD_SKIP;
}

static inline void nap(rn_dur time)
{
    struct timespec t = {.tv_sec = (time_t)(time / RN_SEC), .tv_nsec = (long)(time % RN_SEC)};
    nanosleep(&t, NULL);
}

#endif
