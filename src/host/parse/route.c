// SPDX-License-Identifier: Apache-2.0
// Gateways, from the text of the kernel's routing tables.
//
//   route:      Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
//   ipv6_route: destination plen source plen next-hop metric refcnt use flags device
//
// IPv4 addresses are words as in proc_net.c; IPv6 addresses are bytes in network order.
#include "parse/parse.h"

#define RTF_UP_GATEWAY UINT64_C(0x3)

bool host_parse_gateway_v4(struct rn_bytes line, struct rn_ip *out)
{
    struct rn_reader r = rn_reader_of(line);
    (void)host_take_word(&r); // the device
    struct rn_bytes to = host_take_word(&r), via = host_take_word(&r);
    uint64_t gateway, flags;
    if (!host_word_is(to, "00000000") || via.len != 8 || !host_word_hex(via, &gateway) ||
        gateway == 0 || !host_word_hex(host_take_word(&r), &flags) ||
        (flags & RTF_UP_GATEWAY) != RTF_UP_GATEWAY)
        return false;
    for (int i = 0; i < 3; i++)
        (void)host_take_word(&r);
    if (!host_word_is(host_take_word(&r), "00000000"))
        return false;
    uint32_t word = (uint32_t)gateway;
    uint8_t bytes[4];
    memcpy(bytes, &word, sizeof bytes);
    *out = rn_ip_v4(bytes);
    return true;
}

bool host_parse_gateway_v6(struct rn_bytes line, struct rn_ip *out)
{
    struct rn_reader r = rn_reader_of(line);
    uint8_t to[16], via[16];
    static const uint8_t zero[16];
    if (!host_word_bytes(host_take_word(&r), to, sizeof to) || memcmp(to, zero, sizeof to) != 0 ||
        !host_word_is(host_take_word(&r), "00"))
        return false;
    (void)host_take_word(&r);
    (void)host_take_word(&r);
    if (!host_word_bytes(host_take_word(&r), via, sizeof via) || memcmp(via, zero, sizeof via) == 0)
        return false;
    for (int i = 0; i < 3; i++)
        (void)host_take_word(&r);
    uint64_t flags;
    if (!host_word_hex(host_take_word(&r), &flags) || (flags & RTF_UP_GATEWAY) != RTF_UP_GATEWAY)
        return false;
    *out = rn_ip_v6(via);
    return true;
}
