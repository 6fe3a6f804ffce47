// SPDX-License-Identifier: Apache-2.0
// How far an address reaches: the first range that holds it tells, and one that none of them holds is public.
//
// Both families stand in one table, as an IPv4 address is kept in its mapped form. So there is no scope IPV4-MAPPED: such
// an address is the IPv4 address, here as everywhere.
#include "rustnet/model/addr.h"

#define V4(a, b, c, d)                                       \
    {                                                        \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d \
    }
#define V4_BITS(n) (96 + (n))

static const struct range {
    struct rn_ip prefix;
    uint8_t bits;
    enum rn_scope scope;
} ranges[] = {
    {{.b = V4(0, 0, 0, 0)}, V4_BITS(32), RN_SCOPE_UNSPECIFIED},
    {{.b = V4(127, 0, 0, 0)}, V4_BITS(8), RN_SCOPE_LOOPBACK},
    {{.b = V4(10, 0, 0, 0)}, V4_BITS(8), RN_SCOPE_PRIVATE}, // RFC 1918
    {{.b = V4(172, 16, 0, 0)}, V4_BITS(12), RN_SCOPE_PRIVATE},
    {{.b = V4(192, 168, 0, 0)}, V4_BITS(16), RN_SCOPE_PRIVATE},
    {{.b = V4(169, 254, 0, 0)}, V4_BITS(16), RN_SCOPE_LINK_LOCAL},  // RFC 3927
    {{.b = V4(100, 64, 0, 0)}, V4_BITS(10), RN_SCOPE_CGNAT},        // RFC 6598
    {{.b = V4(192, 0, 2, 0)}, V4_BITS(24), RN_SCOPE_DOCUMENTATION}, // RFC 5737
    {{.b = V4(198, 51, 100, 0)}, V4_BITS(24), RN_SCOPE_DOCUMENTATION},
    {{.b = V4(203, 0, 113, 0)}, V4_BITS(24), RN_SCOPE_DOCUMENTATION},
    {{.b = V4(198, 18, 0, 0)}, V4_BITS(15), RN_SCOPE_BENCHMARKING}, // RFC 2544
    {{.b = V4(255, 255, 255, 255)}, V4_BITS(32), RN_SCOPE_BROADCAST},
    {{.b = V4(224, 0, 0, 0)}, V4_BITS(4), RN_SCOPE_MULTICAST},
    {{.b = V4(240, 0, 0, 0)}, V4_BITS(4), RN_SCOPE_RESERVED},
    {{.b = {0}}, 128, RN_SCOPE_UNSPECIFIED},
    {{.b = {[15] = 1}}, 128, RN_SCOPE_LOOPBACK},
    {{.b = {0x01}}, 64, RN_SCOPE_DISCARD},                         // RFC 6666
    {{.b = {0x20, 0x01, 0x0d, 0xb8}}, 32, RN_SCOPE_DOCUMENTATION}, // RFC 3849
    {{.b = {0xff}}, 8, RN_SCOPE_MULTICAST},
    {{.b = {0xfe, 0x80}}, 10, RN_SCOPE_LINK_LOCAL},
    {{.b = {0xfc}}, 7, RN_SCOPE_UNIQUE_LOCAL}, // RFC 4193
};

enum rn_scope rn_ip_scope(const struct rn_ip *ip)
{
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (rn_ip_same_prefix(&ranges[i].prefix, ip, ranges[i].bits))
            return ranges[i].scope;
    return RN_SCOPE_PUBLIC;
}

enum rn_scope rn_ip_scope_of_kind(const struct rn_ip *ip, enum rn_addr_kind kind)
{
    return kind == RN_ADDR_BROADCAST ? RN_SCOPE_BROADCAST : rn_ip_scope(ip);
}

const char *rn_scope_name(enum rn_scope scope)
{
    static const char *const names[RN_SCOPE_COUNT] = {
        [RN_SCOPE_PUBLIC] = "PUBLIC",
        [RN_SCOPE_LOOPBACK] = "LOOPBACK",
        [RN_SCOPE_PRIVATE] = "PRIVATE",
        [RN_SCOPE_LINK_LOCAL] = "LINK-LOCAL",
        [RN_SCOPE_CGNAT] = "CGNAT",
        [RN_SCOPE_MULTICAST] = "MULTICAST",
        [RN_SCOPE_BROADCAST] = "BROADCAST",
        [RN_SCOPE_DOCUMENTATION] = "DOCUMENTATION",
        [RN_SCOPE_BENCHMARKING] = "BENCHMARKING",
        [RN_SCOPE_UNSPECIFIED] = "UNSPECIFIED",
        [RN_SCOPE_RESERVED] = "RESERVED",
        [RN_SCOPE_UNIQUE_LOCAL] = "UNIQUE-LOCAL",
        [RN_SCOPE_DISCARD] = "DISCARD",
    };
    return scope < RN_SCOPE_COUNT ? names[scope] : "";
}
