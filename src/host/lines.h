// SPDX-License-Identifier: Apache-2.0
// Lines of a file in /proc, read into the caller's memory: stdio would allocate.
#ifndef HOST_LINES_H
#define HOST_LINES_H

#include <stdbool.h>

#include "rustnet/base/reader.h"

#define HOST_LINES_BYTES 16384

struct host_lines {
    int fd;
    size_t from, to; // what is left of buf
    char buf[HOST_LINES_BYTES];
};

// 0 or a negative errno.
int host_lines_open(struct host_lines *lines, const char *path);
// The next line without its newline, borrowed until the next call. False: the end. A line longer than buf is left out.
bool host_lines_next(struct host_lines *lines, struct rn_bytes *out);
void host_lines_close(struct host_lines *lines);

#endif
