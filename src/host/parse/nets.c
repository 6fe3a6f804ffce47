// SPDX-License-Identifier: Apache-2.0
// Filling a list of addresses: each once, and no more than there is room for.
#include "parse/parse.h"

void host_add_net(struct rn_local_addrs *addrs, const struct rn_ip *ip, uint8_t prefix_len)
{
    for (unsigned i = 0; i < addrs->net_count; i++)
        if (rn_ip_equal(&addrs->net[i].ip, ip) && addrs->net[i].prefix_len == prefix_len)
            return;
    if (addrs->net_count < RN_LOCAL_MAX)
        addrs->net[addrs->net_count++] = (struct rn_local_net){.ip = *ip, .prefix_len = prefix_len};
}

void host_add_gateway(struct rn_local_addrs *addrs, const struct rn_ip *ip)
{
    for (unsigned i = 0; i < addrs->gateway_count; i++)
        if (rn_ip_equal(&addrs->gateway[i], ip))
            return;
    if (addrs->gateway_count < RN_GATEWAY_MAX)
        addrs->gateway[addrs->gateway_count++] = *ip;
}

void host_add_loopbacks(struct rn_local_addrs *addrs)
{
    static const uint8_t v4[4] = {127, 0, 0, 1}, v6[16] = {[15] = 1};
    const struct rn_ip loopback_v4 = rn_ip_v4(v4), loopback_v6 = rn_ip_v6(v6);
    host_add_net(addrs, &loopback_v4, 96 + 8);
    host_add_net(addrs, &loopback_v6, 128);
}
