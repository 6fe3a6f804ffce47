// SPDX-License-Identifier: Apache-2.0
// The event stream's file: lines gather in a buffer that goes out with one write when it is nearly full, or on flush.
//
// 1. Nothing is allocated after open; a line never meets the end of the buffer (EXPORT_LINE_MAX is always left).
// 2. The first error is remembered and told by flush and close; from then on lines are dropped, so a full disk costs no
//    time and what was written stays a whole number of lines but for the last.
#include "rustnet/export.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"

#define BUFFER_SIZE (256 * 1024)
_Static_assert(BUFFER_SIZE >= 2 * EXPORT_LINE_MAX, "several lines in one write");

struct rn_jsonl {
    int fd;
    int failed; // negative errno of the first error, or 0
    size_t len;
    struct export_ctx ctx;
    char buffer[BUFFER_SIZE];
};

int rn_jsonl_open(const char *path, const struct rn_jsonl_cfg *cfg, struct rn_jsonl **out,
                  struct rn_err *err)
{
    int fd = STDOUT_FILENO;
    if (strcmp(path, "-") != 0)
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return rn_err_set(err, -errno, "Failed to open JSON log file '%s': %s", path,
                          strerror(errno));
    struct rn_jsonl *jsonl = calloc(1, sizeof(*jsonl));
    if (!jsonl) {
        if (fd != STDOUT_FILENO)
            close(fd);
        return rn_err_set(err, -ENOMEM, "no memory for the JSON log");
    }
    jsonl->fd = fd;
    jsonl->ctx.cfg = *cfg;
    *out = jsonl;
    return 0;
}

void rn_jsonl_set_local(struct rn_jsonl *jsonl, const struct rn_local_addrs *local)
{
    jsonl->ctx.local = *local;
}

// Waits where a pipe or terminal is full: somebody made it non-blocking, but no event may be lost.
static int wait_writable(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    while (poll(&poll_fd, 1, -1) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

static int write_all(int fd, const char *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, p, len);
        if (n >= 0) {
            p += n;
            len -= (size_t)n;
            continue;
        }
        int rc = errno == EINTR                            ? 0
                 : errno == EAGAIN || errno == EWOULDBLOCK ? wait_writable(fd)
                                                           : -errno;
        if (rc < 0)
            return rc;
    }
    return 0;
}

int rn_jsonl_flush(struct rn_jsonl *jsonl)
{
    if (jsonl->failed == 0)
        jsonl->failed = write_all(jsonl->fd, jsonl->buffer, jsonl->len);
    jsonl->len = 0;
    return jsonl->failed;
}

// Where the next line goes, or NULL if there is nowhere to write it to.
static char *room_for_line(struct rn_jsonl *jsonl)
{
    if (jsonl->len > BUFFER_SIZE - EXPORT_LINE_MAX)
        rn_jsonl_flush(jsonl);
    return jsonl->failed == 0 ? jsonl->buffer + jsonl->len : NULL;
}

void rn_jsonl_event(struct rn_jsonl *jsonl, const struct rn_conn_event *event)
{
    char *line = room_for_line(jsonl);
    if (line)
        jsonl->len += (size_t)(export_event(line, &jsonl->ctx, event) - line);
}

void rn_jsonl_summary(struct rn_jsonl *jsonl, const struct rn_counts *counts, rn_time now)
{
    char *line = room_for_line(jsonl);
    if (line)
        jsonl->len += (size_t)(export_summary(line, counts, now) - line);
}

int rn_jsonl_close(struct rn_jsonl *jsonl, struct rn_err *err)
{
    if (!jsonl)
        return 0;
    int rc = rn_jsonl_flush(jsonl);
    if (jsonl->fd != STDOUT_FILENO && close(jsonl->fd) < 0 && rc == 0 && errno != EINTR)
        rc = -errno;
    free(jsonl);
    return rc < 0 ? rn_err_set(err, rc, "the JSON log is not complete: %s", strerror(-rc)) : 0;
}
