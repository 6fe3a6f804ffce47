// SPDX-License-Identifier: Apache-2.0
// Questions and answers whose round trips are timed.
// Thread: any.
// Owns:   nothing.
// Fails:  never.
#ifndef RUSTNET_MODEL_EXCHANGE_H
#define RUSTNET_MODEL_EXCHANGE_H

enum rn_exchange {
    RN_EXCHANGE_NONE,
    RN_EXCHANGE_ECHO, // ICMP and ICMPv6
    RN_EXCHANGE_QUIC, // of the handshake; the first counts, of all others the latest
    RN_EXCHANGE_DNS,
    RN_EXCHANGE_NTP,
    RN_EXCHANGE_STUN,
    RN_EXCHANGE_COUNT,
};

#endif
