// SPDX-License-Identifier: Apache-2.0
// Neither end blocks: a full pipe is audible already, and an empty one is silence.
#include "rustnet/base/bell.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define READS_MAX 1024 // whoever rings without pause must not hold up the one who hears

int rn_bell_open(struct rn_bell *bell, struct rn_err *err)
{
    int fd[2];
    if (pipe(fd) < 0) {
        *bell = RN_BELL_NONE;
        return rn_err_set(err, -errno, "No pipe could be made: %s", strerror(errno));
    }
    for (unsigned i = 0; i < 2; i++) {
        (void)fcntl(fd[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(fd[i], F_SETFL, O_NONBLOCK);
        bell->fd[i] = fd[i];
    }
    return 0;
}

void rn_bell_close(struct rn_bell *bell)
{
    for (unsigned i = 0; i < 2; i++)
        if (bell->fd[i] >= 0)
            (void)close(bell->fd[i]);
    *bell = RN_BELL_NONE;
}

void rn_bell_ring(int fd)
{
    int error = errno;
    if (fd >= 0) {
        ssize_t n = write(fd, "", 1);
        (void)n;
    }
    errno = error;
}

bool rn_bell_hush(const struct rn_bell *bell)
{
    char bytes[64];
    bool rung = false;
    for (unsigned i = 0; i < READS_MAX && read(bell->fd[0], bytes, sizeof bytes) > 0; i++)
        rung = true;
    return rung;
}
