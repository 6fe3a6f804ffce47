// SPDX-License-Identifier: Apache-2.0
// Our addresses, asked of rtnetlink, and gateways, read from the routing tables. Everything lies on the stack.
#include "rustnet/host.h"

#include <linux/rtnetlink.h>
#include <string.h>

#include "lines.h"
#include "dump.h"
#include "parse/parse.h"

static enum host_netlink take_addresses(void *ctx, struct rn_bytes messages)
{
    return host_parse_rtnl_addrs(messages, ctx);
}

static int dump_addresses(struct rn_local_addrs *out)
{
    uint8_t buf[HOST_NETLINK_BYTES];
    struct {
        struct nlmsghdr head;
        struct ifaddrmsg body;
    } question = {.head = {.nlmsg_len = sizeof question, .nlmsg_type = RTM_GETADDR}};
    return host_netlink_dump(NETLINK_ROUTE, &question.head, buf, take_addresses, out);
}

static void read_gateways(const char *path, bool (*parse)(struct rn_bytes, struct rn_ip *),
                          struct rn_local_addrs *out)
{
    struct host_lines lines;
    struct rn_bytes line;
    struct rn_ip ip;
    if (host_lines_open(&lines, path) < 0)
        return;
    while (host_lines_next(&lines, &line))
        if (parse(line, &ip))
            host_add_gateway(out, &ip);
    host_lines_close(&lines);
}

int rn_host_addresses(struct rn_local_addrs *out, struct rn_err *err)
{
    struct rn_local_addrs fresh = {0};
    host_add_loopbacks(&fresh);
    int r = dump_addresses(&fresh);
    if (r < 0)
        return rn_err_set(err, r, "Cannot read the addresses of this machine: %s", strerror(-r));
    read_gateways("/proc/net/route", host_parse_gateway_v4, &fresh);
    read_gateways("/proc/net/ipv6_route", host_parse_gateway_v6, &fresh);
    *out = fresh;
    return 0;
}
