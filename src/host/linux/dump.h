// SPDX-License-Identifier: Apache-2.0
// Questions to the kernel over netlink whose answer is a list.
//
// (This file cannot be called netlink.h: src/host is on the include path, so <linux/netlink.h> would find it.)
#ifndef HOST_LINUX_DUMP_H
#define HOST_LINUX_DUMP_H

#include <linux/netlink.h>

#include "parse/parse.h"

// The kernel fills up to 32 KiB at a time for those who offer that much.
#define HOST_NETLINK_BYTES 32768

typedef enum host_netlink (*host_netlink_sink)(void *ctx, struct rn_bytes messages);

// Asks `question` (nlmsg_len, nlmsg_type and the body are set) and gives each part of the answer, read into `buf`, to
// sink. 0 when it is complete, or a negative errno.
int host_netlink_dump(int protocol, struct nlmsghdr *question, uint8_t buf[HOST_NETLINK_BYTES],
                      host_netlink_sink sink, void *ctx);

#endif
