// SPDX-License-Identifier: Apache-2.0
// The table of time-outs: names and what holds unless somebody says otherwise (ARCHITECTURE, "Timeout Strategy").
#include "rustnet/model/timeouts.h"

#include <string.h>

#include "rustnet/base/verdict.h"

#define MINUTE (60 * RN_SEC)

const struct rn_timeouts rn_timeouts_default = {.after = {
                                                    [RN_TIMEOUT_ACTIVE_FOR] = MINUTE,
                                                    [RN_TIMEOUT_TCP_OPENING] = MINUTE,
                                                    [RN_TIMEOUT_TCP_ACTIVE] = 10 * MINUTE,
                                                    [RN_TIMEOUT_TCP_IDLE] = 5 * MINUTE,
                                                    [RN_TIMEOUT_TCP_CLOSING] = MINUTE,
                                                    [RN_TIMEOUT_TCP_WAIT] = 30 * RN_SEC,
                                                    [RN_TIMEOUT_TCP_CLOSED] = 5 * RN_SEC,
                                                    [RN_TIMEOUT_TCP_UNKNOWN] = 2 * MINUTE,
                                                    [RN_TIMEOUT_WEB] = 10 * MINUTE,
                                                    [RN_TIMEOUT_SSH] = 30 * MINUTE,
                                                    [RN_TIMEOUT_UDP] = MINUTE,
                                                    [RN_TIMEOUT_UDP_QUERY] = 30 * RN_SEC,
                                                    [RN_TIMEOUT_UDP_MQTT] = 2 * MINUTE,
                                                    [RN_TIMEOUT_QUIC_OPENING] = MINUTE,
                                                    [RN_TIMEOUT_QUIC_ACTIVE] = 10 * MINUTE,
                                                    [RN_TIMEOUT_QUIC_IDLE] = 5 * MINUTE,
                                                    [RN_TIMEOUT_QUIC_DRAINING] = 10 * RN_SEC,
                                                    [RN_TIMEOUT_QUIC_CLOSED] = RN_SEC,
                                                    [RN_TIMEOUT_QUIC_UNKNOWN] = 2 * MINUTE,
                                                    [RN_TIMEOUT_ICMP] = 10 * RN_SEC,
                                                    [RN_TIMEOUT_ARP] = 30 * RN_SEC,
                                                    [RN_TIMEOUT_OTHER] = MINUTE,
                                                }};

static const char *const names[RN_TIMEOUT_COUNT] = {
    [RN_TIMEOUT_ACTIVE_FOR] = "active-for",
    [RN_TIMEOUT_TCP_OPENING] = "tcp-opening",
    [RN_TIMEOUT_TCP_ACTIVE] = "tcp-active",
    [RN_TIMEOUT_TCP_IDLE] = "tcp-idle",
    [RN_TIMEOUT_TCP_CLOSING] = "tcp-closing",
    [RN_TIMEOUT_TCP_WAIT] = "tcp-wait",
    [RN_TIMEOUT_TCP_CLOSED] = "tcp-closed",
    [RN_TIMEOUT_TCP_UNKNOWN] = "tcp-unknown",
    [RN_TIMEOUT_WEB] = "web",
    [RN_TIMEOUT_SSH] = "ssh",
    [RN_TIMEOUT_UDP] = "udp",
    [RN_TIMEOUT_UDP_QUERY] = "udp-query",
    [RN_TIMEOUT_UDP_MQTT] = "udp-mqtt",
    [RN_TIMEOUT_QUIC_OPENING] = "quic-opening",
    [RN_TIMEOUT_QUIC_ACTIVE] = "quic-active",
    [RN_TIMEOUT_QUIC_IDLE] = "quic-idle",
    [RN_TIMEOUT_QUIC_DRAINING] = "quic-draining",
    [RN_TIMEOUT_QUIC_CLOSED] = "quic-closed",
    [RN_TIMEOUT_QUIC_UNKNOWN] = "quic-unknown",
    [RN_TIMEOUT_ICMP] = "icmp",
    [RN_TIMEOUT_ARP] = "arp",
    [RN_TIMEOUT_OTHER] = "other",
};

const char *rn_timeout_name(enum rn_timeout timeout)
{
    RN_ASSERT(timeout < RN_TIMEOUT_COUNT);
    return names[timeout];
}

enum rn_timeout rn_timeout_find(const char *name, size_t len)
{
    unsigned i = 0;
    while (i < RN_TIMEOUT_COUNT && (strlen(names[i]) != len || memcmp(names[i], name, len) != 0))
        i++;
    return (enum rn_timeout)i;
}
