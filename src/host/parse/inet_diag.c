// SPDX-License-Identifier: Apache-2.0
// Sockets out of sock_diag messages (linux/inet_diag.h, struct inet_diag_msg). Unlike the rest of netlink, ports and
// addresses are in network order.
//
//   body: u8 family, u8 state, u8 timer, u8 retransmits
//         be16 source port, be16 destination port, source (16 bytes), destination (16), u32 interface, u32 cookie[2]
//         u32 expires, u32 receive queue, u32 send queue, u32 uid, u32 inode | attributes
#include "parse/parse.h"

#define IS_BY_FAMILY 20
#define FAMILY_V4 2 // AF_INET, AF_INET6 on Linux
#define FAMILY_V6 10

static struct rn_ip take_ip(struct rn_reader *r, bool v4)
{
    static const uint8_t none[16];
    struct rn_bytes b = rn_take_bytes(r, 16);
    const uint8_t *p = b.len ? b.p : none;
    return v4 ? rn_ip_v4(p) : rn_ip_v6(p);
}

static bool parse_socket(struct rn_reader body, struct host_socket *out)
{
    uint8_t family = rn_take_u8(&body);
    bool v4 = family == FAMILY_V4;
    struct host_socket s = {0};
    rn_skip(&body, 3);
    s.local_port = rn_take_be16(&body);
    s.remote_port = rn_take_be16(&body);
    s.local = take_ip(&body, v4);
    s.remote = take_ip(&body, v4);
    rn_skip(&body, 12 + 12);
    s.uid = host_take_u32(&body);
    s.inode = host_take_u32(&body);
    if (body.bad || (!v4 && family != FAMILY_V6))
        return false;
    *out = s;
    return true;
}

enum host_netlink host_take_inet_diag(struct rn_reader *messages, struct host_socket *out)
{
    struct rn_reader body;
    uint16_t type;
    enum host_netlink got;
    while ((got = host_take_message(messages, &type, &body)) == HOST_NETLINK_ITEM)
        if (type == IS_BY_FAMILY && parse_socket(body, out))
            break;
    return got;
}
