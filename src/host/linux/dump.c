// SPDX-License-Identifier: Apache-2.0
// A socket of its own for each question: nothing that is left over from a broken answer can get into the next.
#include "dump.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PARTS_MAX 65536
#define PATIENCE_SEC 2

static int ask(int fd, struct nlmsghdr *question)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    question->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    ssize_t n = sendto(fd, question, question->nlmsg_len, 0, (struct sockaddr *)(void *)&kernel,
                       sizeof kernel);
    return n < 0 ? -errno : 0;
}

static int read_answer(int fd, uint8_t *buf, host_netlink_sink sink, void *ctx)
{
    enum host_netlink state = HOST_NETLINK_MORE;
    for (int i = 0; i < PARTS_MAX && state == HOST_NETLINK_MORE; i++) {
        ssize_t n;
        do
            n = recv(fd, buf, HOST_NETLINK_BYTES, MSG_TRUNC);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return -errno;
        if (n == 0 || n > HOST_NETLINK_BYTES)
            return -EMSGSIZE;
        state = sink(ctx, rn_bytes_of(buf, (size_t)n));
    }
    return state == HOST_NETLINK_DONE ? 0 : -EBADMSG;
}

int host_netlink_dump(int protocol, struct nlmsghdr *question, uint8_t buf[HOST_NETLINK_BYTES],
                      host_netlink_sink sink, void *ctx)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return -errno;
    struct timeval patience = {.tv_sec = PATIENCE_SEC};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    int r = ask(fd, question);
    if (r == 0)
        r = read_answer(fd, buf, sink, ctx);
    close(fd);
    return r;
}
