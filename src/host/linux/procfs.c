// SPDX-License-Identifier: Apache-2.0
// Owners from /proc, which every Linux has: one pass over the sockets of this network namespace (socket_list.c), one
// over everybody's descriptors.
//
//   /proc/PID/fd/N         "socket:[inode]" -> PID
//   /proc/PID/{comm,exe}   PID -> name
//
// 1. Only connected sockets are looked at: a listener or an unconnected socket proves nothing about a flow.
// 2. The walk goes on after every inode has been found once, since a second holder makes the first one wrong.
// 3. A number of a process that is used again cannot mix two processes up: everything about one is opened relative to
//    its directory, and the kernel ties that to the process, not to the number (it is ESRCH once the process has gone).
// 4. Nothing is allocated after open.
//
// A pass sees only what lives while it runs, and without CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH only the processes of
// its own user.
#include "backend.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rustnet/base/pool.h"
#include "socket_list.h"

#define DENTS_BYTES 32768
#define LINK_BYTES 64   // "socket:[18446744073709551615]" is 29
#define PATH_BYTES 4096 // of an executable

struct procfs {
    struct host_sockets sockets;
    int proc_fd;
    bool others; // has the rights to look into other users' processes
    union host_list_scratch list;
    char pids[DENTS_BYTES], fds[DENTS_BYTES]; // directory entries: of /proc and of /proc/PID/fd
    char exe[PATH_BYTES];
};

// readdir(3) would allocate. A directory entry as getdents64(2) lays it out: u64 inode, s64 offset, u16 length, u8 type, name.
#define DENT_LEN_AT 16
#define DENT_NAME_AT 19

// The name of the entry at *pos, which moves on; NULL after the last.
static const char *next_name(const char *buf, size_t len, size_t *pos)
{
    uint16_t entry_len;
    if (*pos + DENT_NAME_AT >= len)
        return NULL;
    memcpy(&entry_len, buf + *pos + DENT_LEN_AT, sizeof entry_len);
    if (entry_len <= DENT_NAME_AT || entry_len > len - *pos)
        return NULL;
    const char *name = buf + *pos + DENT_NAME_AT;
    *pos += entry_len;
    return name;
}

static size_t read_entries(int fd, char buf[DENTS_BYTES])
{
    ssize_t n = getdents64(fd, buf, DENTS_BYTES);
    return n > 0 ? (size_t)n : 0;
}

static bool has_rights(struct host_lines *lines)
{
    struct rn_bytes line;
    uint64_t held = 0;
    if (host_lines_open(lines, "/proc/thread-self/status") < 0)
        return false;
    while (host_lines_next(lines, &line) && !host_parse_effective_caps(line, &held))
        ;
    host_lines_close(lines);
    uint64_t look = UINT64_C(1) << CAP_DAC_READ_SEARCH | UINT64_C(1) << CAP_DAC_OVERRIDE;
    return (held & look) && (held & UINT64_C(1) << CAP_SYS_PTRACE);
}

static void close_procfs(void *state)
{
    struct procfs *p = state;
    host_sockets_done(&p->sockets);
    if (p->proc_fd >= 0)
        close(p->proc_fd);
    rn_pages_unmap(p, sizeof *p);
}

static int open_procfs(uint32_t max_sockets, void **out_state, struct rn_text64 *out_why)
{
    struct rn_err err = {0};
    struct procfs *p = rn_pages_map(sizeof *p);
    if (!p) {
        rn_text_fmt(out_why, "no memory");
        return -ENOMEM;
    }
    p->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int r = p->proc_fd < 0 ? rn_err_set(&err, -errno, "cannot open /proc: %s", strerror(errno))
                           : host_sockets_init(&p->sockets, max_sockets, &err);
    if (r < 0) {
        rn_text_fmt(out_why, "%s", err.msg);
        close_procfs(p);
        return r;
    }
    p->others = has_rights(&p->list.lines);
    *out_state = p;
    return 0;
}

static struct rn_bytes read_comm(int fd_dir, char *buf, size_t size)
{
    int fd = openat(fd_dir, "../comm", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, size);
    if (fd >= 0)
        close(fd);
    return rn_bytes_of(buf, n > 0 ? (size_t)n : 0);
}

static uint32_t meet_process(struct procfs *p, int fd_dir, uint32_t pid)
{
    char buf[64];
    uint32_t i = host_sockets_add_process(&p->sockets, pid);
    if (i == HOST_NOBODY)
        return i;
    struct rn_bytes comm = read_comm(fd_dir, buf, sizeof buf);
    struct rn_bytes exe = {0};
    if (comm.len >= HOST_COMM_CUT) {
        ssize_t n = readlinkat(fd_dir, "../exe", p->exe, sizeof p->exe);
        if (n > 0 && (size_t)n < sizeof p->exe)
            exe = rn_bytes_of(p->exe, (size_t)n);
    }
    host_process_name(comm, exe, &p->sockets.process[i].name);
    return i;
}

// One descriptor of a process: the index of the process if it has turned out to hold a socket that is wanted.
static uint32_t look_at(struct procfs *p, int fd_dir, const char *name, uint32_t pid,
                        uint32_t known)
{
    char link[LINK_BYTES];
    uint64_t inode;
    ssize_t n = readlinkat(fd_dir, name, link, sizeof link);
    if (n <= 0 || !host_parse_socket_link(rn_bytes_of(link, (size_t)n), &inode) ||
        !host_sockets_wants(&p->sockets, inode))
        return known;
    if (known == HOST_NOBODY)
        known = meet_process(p, fd_dir, pid);
    if (known != HOST_NOBODY)
        host_sockets_hold(&p->sockets, inode, known);
    return known;
}

static void walk_process(struct procfs *p, const char *name, uint32_t pid)
{
    char path[32];
    uint32_t known = HOST_NOBODY;
    (void)snprintf(path, sizeof path, "%s/fd", name);
    int fd_dir = openat(p->proc_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd_dir < 0)
        return; // gone, or somebody else's
    for (size_t len; (len = read_entries(fd_dir, p->fds)) > 0;)
        for (size_t pos = 0; (name = next_name(p->fds, len, &pos)) != NULL;)
            if (name[0] != '.')
                known = look_at(p, fd_dir, name, pid, known);
    close(fd_dir);
}

static void walk_processes(struct procfs *p)
{
    const char *name;
    if (lseek(p->proc_fd, 0, SEEK_SET) < 0)
        return;
    for (size_t len; (len = read_entries(p->proc_fd, p->pids)) > 0;)
        for (size_t pos = 0; (name = next_name(p->pids, len, &pos)) != NULL;) {
            uint64_t pid;
            if (host_word_dec(rn_bytes_of(name, strnlen(name, 16)), &pid) && pid <= INT32_MAX)
                walk_process(p, name, (uint32_t)pid);
        }
}

static void refresh(void *state)
{
    struct procfs *p = state;
    host_sockets_clear(&p->sockets);
    host_list_sockets(&p->sockets, &p->list);
    if (p->sockets.count > 0)
        walk_processes(p);
    host_sockets_settle(&p->sockets);
}

static bool find_owner(const void *state, const struct host_socket *tuple, struct rn_process *out)
{
    const struct procfs *p = state;
    return host_sockets_owner(&p->sockets, tuple, out);
}

static bool is_listed(const void *state, const struct host_socket *tuple)
{
    const struct procfs *p = state;
    return host_sockets_listed(&p->sockets, tuple);
}

static void tell_limits(const void *state, struct rn_host_status *out)
{
    const struct procfs *p = state;
    if (!p->others) {
        out->degraded = true;
        rn_text_fmt(&out->feature, "Other users' processes");
        rn_text_fmt(&out->reason, "needs CAP_SYS_PTRACE+CAP_DAC_READ_SEARCH");
    } else if (p->sockets.refused > 0) {
        out->degraded = true;
        rn_text_fmt(&out->feature, "Sockets beyond %u", p->sockets.cap);
        rn_text_fmt(&out->reason, "%llu more than the table holds",
                    (unsigned long long)p->sockets.refused);
    }
}

const struct host_backend host_procfs = {
    .name = "procfs",
    .feature = "Process names",
    .open = open_procfs,
    .refresh = refresh,
    .owner = find_owner,
    .listed = is_listed,
    .limits = tell_limits,
    .close = close_procfs,
};
