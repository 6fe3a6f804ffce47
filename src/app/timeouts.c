// SPDX-License-Identifier: Apache-2.0
// See timeouts.h. The file may be anybody's, so it is read as foreign bytes: bounded, and no part of it but names of
// this program's own is ever repeated.
#include "timeouts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define FILE_MOST 65536
#define SECONDS_MOST ((uint64_t)(RN_TIMEOUT_MOST / RN_SEC))

struct words {
    const char *p, *end;
};

static struct words trim(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (p < end && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return (struct words){p, end};
}

static const char *find(const char *p, const char *end, char c)
{
    const char *at = memchr(p, c, (size_t)(end - p));
    return at ? at : end;
}

// Seconds as digits only; 0: they are not.
static uint64_t seconds(struct words w)
{
    uint64_t n = 0;
    for (; w.p < w.end; w.p++) {
        if (*w.p < '0' || *w.p > '9' || n > SECONDS_MOST)
            return 0;
        n = n * 10 + (uint64_t)(*w.p - '0');
    }
    return n <= SECONDS_MOST ? n : 0;
}

static int take_line(struct words line, const char *path, unsigned number, struct rn_timeouts *out,
                     uint32_t *seen, struct rn_err *err)
{
    line = trim(line.p, find(line.p, line.end, '#'));
    if (line.p == line.end)
        return 0;
    const char *equals = find(line.p, line.end, '=');
    struct words name = trim(line.p, equals);
    enum rn_timeout timeout = rn_timeout_find(name.p, (size_t)(name.end - name.p));
    if (equals == line.end)
        return rn_err_set(err, -EINVAL, "%s, line %u: not of the form name = seconds", path,
                          number);
    if (timeout == RN_TIMEOUT_COUNT)
        return rn_err_set(err, -EINVAL, "%s, line %u: no time-out has this name", path, number);
    if (*seen >> timeout & 1)
        return rn_err_set(err, -EINVAL, "%s, line %u: %s is set twice", path, number,
                          rn_timeout_name(timeout));
    uint64_t n = seconds(trim(equals + 1, line.end));
    if (!n)
        return rn_err_set(err, -EINVAL, "%s, line %u: %s is not between 1 and %llu seconds", path,
                          number, rn_timeout_name(timeout), (unsigned long long)SECONDS_MOST);
    out->after[timeout] = (rn_dur)n * RN_SEC;
    *seen |= UINT32_C(1) << timeout;
    return 0;
}

_Static_assert(RN_TIMEOUT_COUNT <= 32, "seen has a bit for each");

static int take_text(const char *text, size_t len, const char *path, struct rn_timeouts *out,
                     struct rn_err *err)
{
    struct rn_timeouts all = *out;
    uint32_t seen = 0;
    unsigned number = 0;
    int rc = 0;
    for (const char *p = text, *end = text + len; p < end && !rc; number++) {
        const char *stop = find(p, end, '\n');
        rc = take_line((struct words){p, stop}, path, number + 1, &all, &seen, err);
        p = stop + 1;
    }
    if (!rc)
        *out = all;
    return rc;
}

int app_timeouts_load(const char *path, struct rn_timeouts *out, struct rn_err *err)
{
    char text[FILE_MOST + 1];
    FILE *f = fopen(path, "re");
    if (!f)
        return rn_err_set(err, -errno, "%s: %s", path, strerror(errno));
    errno = 0;
    size_t len = fread(text, 1, sizeof text, f);
    int wrong = ferror(f) ? (errno ? errno : EIO) : 0;
    (void)fclose(f);
    if (wrong)
        return rn_err_set(err, -wrong, "%s: %s", path, strerror(wrong));
    if (len > FILE_MOST)
        return rn_err_set(err, -EFBIG, "%s: more than %d bytes cannot be time-outs", path,
                          FILE_MOST);
    return take_text(text, len, path, out, err);
}
