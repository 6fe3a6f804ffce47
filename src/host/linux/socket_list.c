// SPDX-License-Identifier: Apache-2.0
// Each list is asked of sock_diag(7), which leaves out listeners and unconnected sockets by itself, and read from
// /proc/net where the kernel has no sock_diag. The text is slow: 10,000 UDP sockets take 110 ms (each page of it starts
// from the beginning of the kernel's table), sock_diag 9.
#include "socket_list.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

// States by their number in the kernel (include/net/tcp_states.h). Sockets of a connection that is just coming or just
// gone (SYN_RECV, TIME_WAIT) have no inode.
#define STATES_UDP (1u << 1) // ESTABLISHED: connected; 7 (CLOSE) is any other
#define STATES_TCP (1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 7 | 1u << 8 | 1u << 9 | 1u << 11)

static const struct list {
    const char *path;
    uint32_t states;
    uint16_t proto;
    uint8_t family;
} lists[] = {
    {"/proc/net/tcp", STATES_TCP, RN_PROTO_TCP, AF_INET},
    {"/proc/net/tcp6", STATES_TCP, RN_PROTO_TCP, AF_INET6},
    {"/proc/net/udp", STATES_UDP, RN_PROTO_UDP, AF_INET},
    {"/proc/net/udp6", STATES_UDP, RN_PROTO_UDP, AF_INET6},
};

struct target {
    struct host_sockets *sockets;
    uint16_t proto;
};

static void add(const struct target *target, struct host_socket *s)
{
    if (s->inode == 0 || s->remote_port == 0)
        return;
    s->proto = target->proto;
    host_sockets_add(target->sockets, s);
}

static enum host_netlink take_sockets(void *ctx, struct rn_bytes messages)
{
    struct rn_reader r = rn_reader_of(messages);
    struct host_socket s;
    enum host_netlink got;
    while ((got = host_take_inet_diag(&r, &s)) == HOST_NETLINK_ITEM)
        add(ctx, &s);
    return got;
}

static int ask_sock_diag(const struct list *list, struct target *target, uint8_t *buf)
{
    struct {
        struct nlmsghdr head;
        struct inet_diag_req_v2 body;
    } question = {
        .head = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY},
        .body = {.sdiag_family = list->family,
                 .sdiag_protocol = (uint8_t)list->proto,
                 .idiag_states = list->states},
    };
    return host_netlink_dump(NETLINK_SOCK_DIAG, &question.head, buf, take_sockets, target);
}

static void read_text(const char *path, const struct target *target, struct host_lines *lines)
{
    struct rn_bytes line;
    struct host_socket s;
    if (host_lines_open(lines, path) < 0)
        return; // a kernel without IPv6
    while (host_lines_next(lines, &line))
        if (host_parse_proc_net(line, &s))
            add(target, &s);
    host_lines_close(lines);
}

void host_list_sockets(struct host_sockets *out, union host_list_scratch *scratch)
{
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct target target = {out, lists[i].proto};
        if (ask_sock_diag(&lists[i], &target, scratch->netlink) < 0)
            read_text(lists[i].path, &target, &scratch->lines);
    }
}
