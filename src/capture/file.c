// SPDX-License-Identifier: Apache-2.0
// Captures that lie in a file or come through a pipe: pcap and pcapng, told apart by libpcap.
//
// The file is opened here and not by libpcap, so that the usual mistakes (a directory, an empty file, a text) each get
// one sentence.
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_path(const char *path, FILE **out, struct rn_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int code = errno;
        return rn_err_set(err, -code, "Cannot open %s: %s", path, strerror(code));
    }
    struct stat st;
    int code = 0;
    if (fstat(fd, &st) < 0)
        code = rn_err_set(err, -errno, "Cannot read %s: %s", path, strerror(errno));
    else if (S_ISDIR(st.st_mode))
        code = rn_err_set(err, -EISDIR, "%s is a directory, not a capture file", path);
    else if (S_ISREG(st.st_mode) && st.st_size == 0)
        code = rn_err_set(err, -EINVAL, "%s is empty, not a capture file", path);
    else if (!(*out = fdopen(fd, "rb")))
        code = rn_err_set(err, -errno, "Cannot read %s: %s", path, strerror(errno));
    if (code < 0)
        close(fd);
    return code;
}

static int open_stdin(FILE **out, struct rn_err *err)
{
    if (isatty(STDIN_FILENO))
        return rn_err_set(err, -EINVAL, "Standard input is a terminal, not a capture file");
    *out = stdin;
    return 0;
}

// libpcap's words for a header that it cannot make anything of.
static int explain(const char *name, const char *why, struct rn_err *err)
{
    if (strstr(why, "unknown file format") || strstr(why, "bad dump file format"))
        return rn_err_set(err, -EINVAL, "%s is not a capture file (pcap or pcapng)", name);
    if (strstr(why, "truncated dump file"))
        return rn_err_set(err, -EINVAL, "%s is too short for a capture file", name);
    return rn_err_set(err, -EINVAL, "%s cannot be read as a capture file: %s", name, why);
}

int rn_capture_open_file(const char *path, const char *filter, struct rn_capture **out,
                         struct rn_err *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    FILE *file = NULL;
    int r = standard ? open_stdin(&file, err) : open_path(path, &file, err);
    if (r < 0)
        return r;
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_t *p = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (!p) {
        if (!standard)
            fclose(file);
        return explain(name, why, err);
    }
    r = capture_set_filter(p, filter, 0, err);
    if (r < 0) {
        pcap_close(p);
        return r;
    }
    struct rn_capture *c = capture_new(p, name, err);
    if (!c)
        return -ENOMEM;
    *out = c;
    return 0;
}
