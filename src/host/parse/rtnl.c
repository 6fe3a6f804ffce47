// SPDX-License-Identifier: Apache-2.0
// Addresses out of rtnetlink messages.
//
//   body:      u8 family, u8 prefix length, u8 flags, u8 scope, u32 index | attributes
//   attribute: u16 length, u16 type | bytes
//
// IFA_LOCAL is ours; IFA_ADDRESS is the same, but on a point-to-point link it is the peer's. IPv6 sends IFA_LOCAL only
// if there is a peer.
#include "parse/parse.h"

#define ATTRIBUTE_HEAD 4u
#define RTM_IS_NEWADDR 20
#define IFA_IS_ADDRESS 1
#define IFA_IS_LOCAL 2
#define FAMILY_V4 2 // AF_INET, AF_INET6 on Linux
#define FAMILY_V6 10

static void parse_addr(struct rn_reader body, struct rn_local_addrs *out)
{
    uint8_t family = rn_take_u8(&body), prefix = rn_take_u8(&body);
    rn_skip(&body, 6);
    size_t size = family == FAMILY_V4 ? 4 : family == FAMILY_V6 ? 16 : 0;
    struct rn_bytes ours = {0};
    bool local = false;
    while (!body.bad && rn_reader_left(&body) >= ATTRIBUTE_HEAD) {
        uint16_t len = host_take_u16(&body), type = host_take_u16(&body);
        struct rn_reader value = host_take_padded(&body, len, ATTRIBUTE_HEAD);
        if (rn_reader_left(&value) != size || (type != IFA_IS_LOCAL && type != IFA_IS_ADDRESS))
            continue;
        if (type == IFA_IS_LOCAL || !local)
            ours = rn_reader_rest(&value);
        local |= type == IFA_IS_LOCAL;
    }
    if (body.bad || size == 0 || ours.len != size || prefix > size * 8)
        return;
    struct rn_ip ip = size == 4 ? rn_ip_v4(ours.p) : rn_ip_v6(ours.p);
    host_add_net(out, &ip, (uint8_t)(size == 4 ? 96 + prefix : prefix));
}

enum host_netlink host_parse_rtnl_addrs(struct rn_bytes messages, struct rn_local_addrs *out)
{
    struct rn_reader r = rn_reader_of(messages), body;
    uint16_t type;
    enum host_netlink got;
    while ((got = host_take_message(&r, &type, &body)) == HOST_NETLINK_ITEM)
        if (type == RTM_IS_NEWADDR)
            parse_addr(body, out);
    return got;
}
