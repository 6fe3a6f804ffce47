// SPDX-License-Identifier: Apache-2.0
// The connected sockets of this network namespace.
#ifndef HOST_LINUX_SOCKET_LIST_H
#define HOST_LINUX_SOCKET_LIST_H

#include "lines.h"
#include "dump.h"
#include "sockets.h"

union host_list_scratch {
    struct host_lines lines;
    uint8_t netlink[HOST_NETLINK_BYTES];
};

// Adds them to *out.
void host_list_sockets(struct host_sockets *out, union host_list_scratch *scratch);

#endif
