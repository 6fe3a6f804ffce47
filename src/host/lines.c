// SPDX-License-Identifier: Apache-2.0
// A window over the file: lines are found in it, and what is left of a cut one moves to the front before more is read.
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int host_lines_open(struct host_lines *lines, const char *path)
{
    lines->from = lines->to = 0;
    lines->fd = open(path, O_RDONLY | O_CLOEXEC);
    return lines->fd < 0 ? -errno : 0;
}

void host_lines_close(struct host_lines *lines)
{
    if (lines->fd >= 0)
        close(lines->fd);
    lines->fd = -1;
}

// More bytes behind what is left, which moves to the front. False: no more, or no room for any.
static bool fill(struct host_lines *lines)
{
    memmove(lines->buf, lines->buf + lines->from, lines->to - lines->from);
    lines->to -= lines->from;
    lines->from = 0;
    ssize_t n;
    do
        n = read(lines->fd, lines->buf + lines->to, sizeof lines->buf - lines->to);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return false;
    lines->to += (size_t)n;
    return true;
}

bool host_lines_next(struct host_lines *lines, struct rn_bytes *out)
{
    bool too_long = false;
    if (lines->fd < 0)
        return false;
    for (;;) {
        const char *at = lines->buf + lines->from;
        const char *end = memchr(at, '\n', lines->to - lines->from);
        if (end && !too_long) {
            *out = rn_bytes_of(at, (size_t)(end - at));
            lines->from += out->len + 1;
            return true;
        }
        if (end) { // the tail of the long one
            lines->from = (size_t)(end - lines->buf) + 1;
            too_long = false;
            continue;
        }
        if (lines->from == 0 && lines->to == sizeof lines->buf) {
            lines->to = 0;
            too_long = true;
        }
        if (!fill(lines))
            return false; // a last line without a newline is one that the kernel did not finish
    }
}
