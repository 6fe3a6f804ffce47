// SPDX-License-Identifier: Apache-2.0
// The bell: heard once rung, silent once hushed, and nobody ever waits for the other.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "rustnet/base/bell.h"

static bool is_heard(const struct rn_bell *bell)
{
    struct pollfd fd = {bell->fd[0], POLLIN, 0};
    return poll(&fd, 1, 0) == 1 && fd.revents & POLLIN;
}

static void it_is_heard_until_it_is_hushed(void **state)
{
    (void)state;
    struct rn_bell bell;
    assert_int_equal(rn_bell_open(&bell, NULL), 0);
    assert_false(is_heard(&bell));
    assert_false(rn_bell_hush(&bell));
    rn_bell_ring(bell.fd[1]);
    rn_bell_ring(bell.fd[1]);
    assert_true(is_heard(&bell));
    assert_true(rn_bell_hush(&bell));
    assert_false(is_heard(&bell));
    assert_false(rn_bell_hush(&bell));
    for (unsigned i = 0; i < 2; i++)
        assert_true(fcntl(bell.fd[i], F_GETFD) & FD_CLOEXEC);
    rn_bell_close(&bell);
    assert_int_equal(bell.fd[0], -1);
    rn_bell_close(&bell);
}

static void a_full_one_holds_nobody_up(void **state)
{
    (void)state;
    struct rn_bell bell;
    assert_int_equal(rn_bell_open(&bell, NULL), 0);
    for (unsigned i = 0; i < 1 << 17; i++) // more than a pipe holds
        rn_bell_ring(bell.fd[1]);
    while (rn_bell_hush(&bell))
        ;
    assert_false(is_heard(&bell));
    rn_bell_close(&bell);
}

static void ringing_leaves_errno_alone(void **state)
{
    (void)state;
    errno = ENOENT;
    rn_bell_ring(-1);
    rn_bell_ring(100000); // no such descriptor
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_heard_until_it_is_hushed),
        cmocka_unit_test(a_full_one_holds_nobody_up),
        cmocka_unit_test(ringing_leaves_errno_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
