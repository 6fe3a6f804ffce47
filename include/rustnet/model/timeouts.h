// SPDX-License-Identifier: Apache-2.0
// How long rows live, by what they are.
// Thread: any.
// Owns:   values.
// Fails:  never.
#ifndef RUSTNET_MODEL_TIMEOUTS_H
#define RUSTNET_MODEL_TIMEOUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "rustnet/base/time.h"

// docs/timeouts.md tells what each is about; its name there is rn_timeout_name().
enum rn_timeout {
    RN_TIMEOUT_ACTIVE_FOR, // silence for which a connection counts as active
    RN_TIMEOUT_TCP_OPENING,
    RN_TIMEOUT_TCP_ACTIVE,
    RN_TIMEOUT_TCP_IDLE,
    RN_TIMEOUT_TCP_CLOSING,
    RN_TIMEOUT_TCP_WAIT,
    RN_TIMEOUT_TCP_CLOSED,
    RN_TIMEOUT_TCP_UNKNOWN,
    RN_TIMEOUT_WEB,
    RN_TIMEOUT_SSH,
    RN_TIMEOUT_UDP,
    RN_TIMEOUT_UDP_QUERY,
    RN_TIMEOUT_UDP_MQTT,
    RN_TIMEOUT_QUIC_OPENING,
    RN_TIMEOUT_QUIC_ACTIVE,
    RN_TIMEOUT_QUIC_IDLE,
    RN_TIMEOUT_QUIC_DRAINING,
    RN_TIMEOUT_QUIC_CLOSED,
    RN_TIMEOUT_QUIC_UNKNOWN,
    RN_TIMEOUT_ICMP,
    RN_TIMEOUT_ARP,
    RN_TIMEOUT_OTHER,
    RN_TIMEOUT_COUNT,
};

struct rn_timeouts {
    rn_dur after[RN_TIMEOUT_COUNT];
};

#define RN_TIMEOUT_LEAST RN_SEC
#define RN_TIMEOUT_MOST ((rn_dur)366 * 86400 * RN_SEC)

extern const struct rn_timeouts rn_timeouts_default;
const char *rn_timeout_name(enum rn_timeout timeout);
// RN_TIMEOUT_COUNT: no time-out has this name.
enum rn_timeout rn_timeout_find(const char *name, size_t len);

#endif
