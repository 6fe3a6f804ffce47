// SPDX-License-Identifier: Apache-2.0
// Names of the reasons for which a frame became no part of a row.
#include "rustnet/model/packet.h"

#include "rustnet/base/verdict.h"

const char *rn_ignore_name(enum rn_ignore reason)
{
    static const char *const names[RN_IGNORE_COUNT] = {
        [RN_IGNORE_NONE] = "none", [RN_IGNORE_ETHERTYPE] = "ethertype",
        [RN_IGNORE_LINK] = "link", [RN_IGNORE_NESTING] = "nesting",
        [RN_IGNORE_IP] = "ip",     [RN_IGNORE_TRANSPORT] = "transport",
        [RN_IGNORE_ARP] = "arp",   [RN_IGNORE_FRAGMENT] = "fragment",
        [RN_IGNORE_LATE] = "late",
    };
    RN_ASSERT(reason < RN_IGNORE_COUNT);
    return names[reason];
}
