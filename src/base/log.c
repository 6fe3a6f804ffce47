// SPDX-License-Identifier: Apache-2.0
// One file, one write(2) for each line, no memory but the stack: it works from any thread at any time.
//
// The program may run as root in a directory that belongs to somebody else, so neither the folder nor the file is
// reached through a link, and a file that has a second name is left alone.
#include "rustnet/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rustnet/base/text.h"

#define DIR_NAME "logs"
#define LINE_SIZE 1024

static const char *const level_names[RN_LOG_COUNT] = {"off",  "error", "warn",
                                                      "info", "debug", "trace"};

static _Atomic int log_fd = -1;
static _Atomic int log_level = RN_LOG_OFF;

int rn_log_level_find(const char *name)
{
    for (int i = 0; i < RN_LOG_COUNT; i++)
        if (strcasecmp(name, level_names[i]) == 0)
            return i;
    return -1;
}

static int open_dir(struct rn_err *err)
{
    if (mkdir(DIR_NAME, 0700) < 0 && errno != EEXIST)
        return rn_err_set(err, -errno, "cannot create the folder " DIR_NAME ": %s",
                          strerror(errno));
    int fd = open(DIR_NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    if (errno == ELOOP || errno == ENOTDIR)
        return rn_err_set(err, -errno, DIR_NAME " is a symbolic link or no folder");
    return rn_err_set(err, -errno, "cannot open the folder " DIR_NAME ": %s", strerror(errno));
}

// O_NONBLOCK: a FIFO of that name must not hold us up. Not O_TRUNC: look first, then cut.
static int open_file(int dir, const char *name, struct rn_err *err)
{
    int fd = openat(dir, name,
                    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                    0600);
    if (fd < 0)
        return rn_err_set(err, -errno, "cannot create " DIR_NAME "/%s: %s", name, strerror(errno));
    struct stat st;
    int code = 0;
    if (fstat(fd, &st) < 0)
        code = -errno;
    else if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
        code = -EEXIST;
    else if (fchmod(fd, 0600) < 0 || ftruncate(fd, 0) < 0)
        code = -errno;
    if (code == 0)
        return fd;
    (void)close(fd);
    return rn_err_set(err, code, "cannot use " DIR_NAME "/%s: %s", name, strerror(-code));
}

// In local time, because a person looks for it; the lines inside are UTC.
static void name_of(rn_time now, char *out, size_t cap)
{
    time_t sec = (time_t)rn_time_sec(now);
    struct tm tm;
    if (!localtime_r(&sec, &tm) || strftime(out, cap, "rustnet_%Y-%m-%d_%H-%M-%S.log", &tm) == 0)
        (void)rn_text_fmt_(out, cap, "rustnet.log");
}

int rn_log_open(enum rn_log_level level, rn_time now, struct rn_err *err)
{
    rn_log_close();
    if (level <= RN_LOG_OFF || level >= RN_LOG_COUNT)
        return 0;
    int dir = open_dir(err);
    if (dir < 0)
        return dir;
    char name[64];
    name_of(now, name, sizeof(name));
    int fd = open_file(dir, name, err);
    (void)close(dir);
    if (fd < 0)
        return fd;
    atomic_store(&log_fd, fd);
    atomic_store(&log_level, (int)level);
    return 0;
}

void rn_log(enum rn_log_level level, rn_time now, const char *room, const char *fmt, ...)
{
    if (level <= RN_LOG_OFF || (int)level > atomic_load_explicit(&log_level, memory_order_acquire))
        return;
    int saved_errno = errno;
    char stamp[RN_TIME_TEXT_SIZE], line[LINE_SIZE];
    (void)rn_time_rfc3339(now, stamp);
    // The last byte is kept for the newline.
    size_t len =
        rn_text_fmt_(line, sizeof(line) - 1, "%s %-5s %s: ", stamp, level_names[level], room);
    va_list args;
    va_start(args, fmt);
    len += rn_text_vfmt(line + len, sizeof(line) - 1 - len, fmt, args);
    va_end(args);
    line[len++] = '\n';
    ssize_t n;
    do {
        n = write(atomic_load(&log_fd), line, len);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)len)
        atomic_store(&log_level, RN_LOG_OFF);
    errno = saved_errno;
}

int rn_log_fd(void)
{
    return atomic_load(&log_fd);
}

void rn_log_close(void)
{
    atomic_store(&log_level, RN_LOG_OFF);
    int fd = atomic_exchange(&log_fd, -1);
    if (fd >= 0)
        (void)close(fd);
}
