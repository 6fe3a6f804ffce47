// SPDX-License-Identifier: Apache-2.0
// Default routes, from the text of /proc/net/route and /proc/net/ipv6_route. Pure functions on one line.
//
//   route:      Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT   (decimal: RefCnt, Use, Metric)
//   ipv6_route: destination plen source plen next-hop metric refcnt use flags device     (all hexadecimal)
//
// A gateway is not asked for: a point-to-point link has none and is a way out all the same.
#include "internal.h"

#include <stdio.h>
#include <string.h>

#define RTF_IS_UP 0x1u
#define RTF_IS_REJECT 0x200u
#define ZERO_V6 "00000000000000000000000000000000"

static bool is_usable(unsigned flags, const char *device)
{
    return (flags & RTF_IS_UP) && !(flags & RTF_IS_REJECT) && strcmp(device, "lo") != 0;
}

bool capture_route_v4(const char *line, struct capture_route *out)
{
    struct capture_route r;
    char to[9], mask[9];
    unsigned flags;
    if (sscanf(line, "%63s %8s %*8s %x %*d %*d %u %8s", r.device, to, &flags, &r.metric, mask) != 5)
        return false;
    if (strcmp(to, "00000000") != 0 || strcmp(mask, "00000000") != 0 || !is_usable(flags, r.device))
        return false;
    *out = r;
    return true;
}

bool capture_route_v6(const char *line, struct capture_route *out)
{
    struct capture_route r;
    char to[33], len[3];
    unsigned flags;
    if (sscanf(line, "%32s %2s %*32s %*2s %*32s %x %*x %*x %x %63s", to, len, &r.metric, &flags,
               r.device) != 5)
        return false;
    if (strcmp(to, ZERO_V6) != 0 || strcmp(len, "00") != 0 || !is_usable(flags, r.device))
        return false;
    *out = r;
    return true;
}
