// SPDX-License-Identifier: Apache-2.0
// Addresses and the key of a flow.
// Thread: any.
// Owns:   values.
// Fails:  never.
#ifndef RUSTNET_MODEL_ADDR_H
#define RUSTNET_MODEL_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "rustnet/base/hash.h"

// An IPv4 or IPv6 address in network byte order. IPv4 is kept as the mapped address ::ffff:a.b.c.d (RFC 4291,
// 2.5.5.2), so that an IPv4 socket and an IPv6 socket that talks to an IPv4 peer are the same everywhere.
struct rn_ip {
    union {
        uint8_t b[16];
        uint32_t w[4];
        uint64_t q[2];
    };
};

// IP protocol numbers (IANA) as far as they are treated by name, and our own number for ARP beyond them.
enum rn_proto {
    RN_PROTO_ICMP = 1,
    RN_PROTO_IGMP = 2,
    RN_PROTO_TCP = 6,
    RN_PROTO_UDP = 17,
    RN_PROTO_ICMPV6 = 58,
    RN_PROTO_ARP = 256,
};

// A flow, whichever way a packet goes: ends are ordered, so both directions have the same key.
struct rn_key {
    struct rn_ip ip[2];
    uint16_t port[2]; // host byte order; 0 where the protocol has none
    uint16_t proto;   // enum rn_proto or any IP protocol number
    uint16_t zero;    // always 0, so that a key can be compared and hashed as five words
};
_Static_assert(sizeof(struct rn_key) == 40, "hashed and compared as five words");

static inline struct rn_ip rn_ip_v4(const uint8_t *b)
{
    struct rn_ip ip = {.b = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};
    memcpy(ip.b + 12, b, 4);
    return ip;
}

static inline struct rn_ip rn_ip_v6(const uint8_t *b)
{
    struct rn_ip ip;
    memcpy(ip.b, b, 16);
    return ip;
}

static inline bool rn_ip_is_v4(const struct rn_ip *ip)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};
    return memcmp(ip->b, prefix, sizeof prefix) == 0;
}

static inline bool rn_ip_equal(const struct rn_ip *a, const struct rn_ip *b)
{
    return a->q[0] == b->q[0] && a->q[1] == b->q[1];
}

static inline bool rn_key_equal(const struct rn_key *a, const struct rn_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

// Makes the key of a packet and returns the sender's end: 0 or 1. (Both ends the same: 0.)
static inline unsigned rn_key_make(struct rn_key *key, struct rn_ip src, uint16_t sport,
                                   struct rn_ip dst, uint16_t dport, uint16_t proto)
{
    // Any total order will do; nobody sees it.
    bool swap = src.q[1] != dst.q[1]   ? src.q[1] > dst.q[1]
                : src.q[0] != dst.q[0] ? src.q[0] > dst.q[0]
                                       : sport > dport;
    unsigned from = swap ? 1 : 0;
    key->ip[from] = src;
    key->ip[1 - from] = dst;
    key->port[from] = sport;
    key->port[1 - from] = dport;
    key->proto = proto;
    key->zero = 0;
    return from;
}

// Keyed hash of a flow, the same for both directions.
static inline uint64_t rn_key_hash(struct rn_hash_key seed, const struct rn_key *key)
{
    uint64_t words[5];
    __builtin_memcpy(words, key, sizeof words);
    return rn_hash_words(seed, words, 5);
}

bool rn_ip_is_loopback(const struct rn_ip *ip);    // 127/8, ::1
bool rn_ip_is_unspecified(const struct rn_ip *ip); // 0.0.0.0, ::
bool rn_ip_is_multicast(const struct rn_ip *ip);   // 224/4, ff00::/8
bool rn_ip_is_link_local(const struct rn_ip *ip);  // 169.254/16, fe80::/10
// Whether the first bits (0 to 128, those of the mapped form for IPv4) are the same.
bool rn_ip_same_prefix(const struct rn_ip *a, const struct rn_ip *b, unsigned bits);

#define RN_IP_TEXT_SIZE 46
// RFC 5952 for IPv6, dotted for IPv4; returns the length.
size_t rn_ip_text(const struct rn_ip *ip, char out[RN_IP_TEXT_SIZE]);
// "1.2.3.4:53" or "[2001:db8::1]:53".
#define RN_END_TEXT_SIZE (RN_IP_TEXT_SIZE + 8)
size_t rn_end_text(const struct rn_ip *ip, uint16_t port, char out[RN_END_TEXT_SIZE]);
// Accepts what inet_pton accepts; false for anything else.
bool rn_ip_parse(const char *text, struct rn_ip *out);
// Negative, 0, positive: IPv4 before IPv6, then by number.
int rn_ip_compare(const struct rn_ip *a, const struct rn_ip *b);

// "TCP", "ICMP" (both families), "ARP", "SCTP", ... or "IP-n". out holds 8 bytes; returns out.
const char *rn_proto_name(uint16_t proto, char out[8]);

// A hardware address of 48 bits, and that an address was said to be at one (ARP, neighbour discovery).
#define RN_MAC_BYTES 6
struct rn_binding {
    struct rn_ip ip;
    uint8_t mac[RN_MAC_BYTES];
};
#define RN_MAC_TEXT_SIZE 18
// "02:00:5e:10:00:0a"; returns the length.
size_t rn_mac_text(const uint8_t mac[RN_MAC_BYTES], char out[RN_MAC_TEXT_SIZE]);

enum rn_addr_kind {
    RN_ADDR_UNICAST,
    RN_ADDR_BROADCAST,
    RN_ADDR_MULTICAST,
};

// How far an address reaches, by the registries of special addresses (RFC 6890).
enum rn_scope {
    RN_SCOPE_PUBLIC,
    RN_SCOPE_LOOPBACK,
    RN_SCOPE_PRIVATE,
    RN_SCOPE_LINK_LOCAL,
    RN_SCOPE_CGNAT,
    RN_SCOPE_MULTICAST,
    RN_SCOPE_BROADCAST,
    RN_SCOPE_DOCUMENTATION,
    RN_SCOPE_BENCHMARKING,
    RN_SCOPE_UNSPECIFIED,
    RN_SCOPE_RESERVED,
    RN_SCOPE_UNIQUE_LOCAL,
    RN_SCOPE_DISCARD,
    RN_SCOPE_COUNT,
};
enum rn_scope rn_ip_scope(const struct rn_ip *ip);
// The same where its kind is known too: the last address of a network of ours is BROADCAST, whatever its range.
enum rn_scope rn_ip_scope_of_kind(const struct rn_ip *ip, enum rn_addr_kind kind);
// "PUBLIC", "LINK-LOCAL", ...
const char *rn_scope_name(enum rn_scope scope);

// The addresses of this machine, as last read. Copied whole, never shared.
#define RN_LOCAL_MAX 256
#define RN_GATEWAY_MAX 16
struct rn_local_net {
    struct rn_ip ip;
    uint8_t prefix_len; // of the mapped form for IPv4: 96 + prefix
    bool whole;         // every address of the prefix is ours, not `ip` alone
};
struct rn_local_addrs {
    uint16_t net_count;
    uint16_t gateway_count;
    struct rn_local_net net[RN_LOCAL_MAX];
    struct rn_ip gateway[RN_GATEWAY_MAX];
};

// Whether ip belongs to this machine. A loopback network counts as a whole, as systems treat it; a subnet's broadcast
// address never does.
bool rn_local_has(const struct rn_local_addrs *local, const struct rn_ip *ip);
bool rn_local_is_gateway(const struct rn_local_addrs *local, const struct rn_ip *ip);
// Broadcast: 255.255.255.255, or the last address of one of the IPv4 networks (/31 and /32 have none: RFC 3021).
enum rn_addr_kind rn_local_kind(const struct rn_local_addrs *local, const struct rn_ip *ip);
// Adds "ADDR" or "ADDR/LEN"; with a length, the whole prefix counts as local. False: not an address, or full.
bool rn_local_add_text(struct rn_local_addrs *local, const char *text);

#endif
