// SPDX-License-Identifier: Apache-2.0
// Addresses as text and back, what they are for, and whether they are ours.
//
// Text is written by hand: an event line holds two addresses, and inet_ntop costs several times as much as the rest of
// the line. Parsing accepts exactly what inet_pton(3) accepts, for both families.
#include "rustnet/model/addr.h"

#include "rustnet/base/verdict.h"

#define V4_PREFIX_BITS 96 // of the mapped form
#define GROUPS 8

bool rn_ip_is_loopback(const struct rn_ip *ip)
{
    static const uint8_t one[16] = {[15] = 1};
    return rn_ip_is_v4(ip) ? ip->b[12] == 127 : memcmp(ip->b, one, sizeof(one)) == 0;
}

bool rn_ip_is_unspecified(const struct rn_ip *ip)
{
    return ip->w[3] == 0 && (rn_ip_is_v4(ip) || (ip->q[0] == 0 && ip->w[2] == 0));
}

bool rn_ip_is_multicast(const struct rn_ip *ip)
{
    return rn_ip_is_v4(ip) ? (ip->b[12] & 0xf0) == 0xe0 : ip->b[0] == 0xff;
}

bool rn_ip_is_link_local(const struct rn_ip *ip)
{
    if (rn_ip_is_v4(ip))
        return ip->b[12] == 169 && ip->b[13] == 254;
    return ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}

static char *put_decimal(char *out, unsigned v)
{
    char digits[5];
    unsigned n = 0;
    do
        digits[n++] = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    while (n > 0)
        *out++ = digits[--n];
    return out;
}

static char *put_hex(char *out, unsigned v)
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned shift = v > 0xfff ? 12 : v > 0xff ? 8 : v > 0xf ? 4 : 0;; shift -= 4) {
        *out++ = digits[v >> shift & 0xf];
        if (shift == 0)
            return out;
    }
}

static char *put_v4(char *out, const uint8_t *b)
{
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0)
            *out++ = '.';
        out = put_decimal(out, b[i]);
    }
    return out;
}

struct run {
    unsigned at, len;
};

// The groups that "::" stands for: the longest run of zeros, the first of equals, never a single one (RFC 5952, 4.2).
static struct run zero_run(const unsigned group[GROUPS])
{
    struct run best = {GROUPS, 1}, run = {0, 0};
    for (unsigned i = 0; i < GROUPS; i++) {
        if (group[i] != 0) {
            run.len = 0;
            continue;
        }
        if (run.len++ == 0)
            run.at = i;
        if (run.len > best.len)
            best = run;
    }
    return best;
}

static char *put_v6(char *out, const uint8_t *b)
{
    unsigned group[GROUPS];
    for (unsigned i = 0; i < GROUPS; i++)
        group[i] = (unsigned)b[2 * i] << 8 | b[2 * i + 1];
    const struct run run = zero_run(group);
    for (unsigned i = 0; i < GROUPS; i++) {
        if (i == run.at) {
            *out++ = ':';
            *out++ = ':';
            i += run.len - 1;
            continue;
        }
        if (i > 0 && i != run.at + run.len)
            *out++ = ':';
        out = put_hex(out, group[i]);
    }
    return out;
}

size_t rn_ip_text(const struct rn_ip *ip, char out[RN_IP_TEXT_SIZE])
{
    char *end = rn_ip_is_v4(ip) ? put_v4(out, ip->b + 12) : put_v6(out, ip->b);
    *end = '\0';
    return (size_t)(end - out);
}

size_t rn_mac_text(const uint8_t mac[RN_MAC_BYTES], char out[RN_MAC_TEXT_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (unsigned i = 0; i < RN_MAC_BYTES; i++) {
        out[i * 3] = digits[mac[i] >> 4];
        out[i * 3 + 1] = digits[mac[i] & 0xf];
        out[i * 3 + 2] = i + 1 < RN_MAC_BYTES ? ':' : '\0';
    }
    return RN_MAC_TEXT_SIZE - 1;
}

size_t rn_end_text(const struct rn_ip *ip, uint16_t port, char out[RN_END_TEXT_SIZE])
{
    bool v4 = rn_ip_is_v4(ip);
    char *end = out;
    if (!v4)
        *end++ = '[';
    end += rn_ip_text(ip, end);
    if (!v4)
        *end++ = ']';
    *end++ = ':';
    end = put_decimal(end, port);
    *end = '\0';
    return (size_t)(end - out);
}

// Four numbers without leading zeros, to the end of the text.
static bool parse_v4(const char *s, uint8_t out[4])
{
    for (unsigned i = 0; i < 4; i++) {
        unsigned v = 0, n = 0;
        for (; *s >= '0' && *s <= '9'; s++) {
            if (n++ > 0 && v == 0)
                return false;
            v = v * 10 + (unsigned)(*s - '0');
            if (v > 255)
                return false;
        }
        if (n == 0 || *s != (i < 3 ? '.' : '\0'))
            return false;
        out[i] = (uint8_t)v;
        s++;
    }
    return true;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// One group of up to four hex digits; returns the first character behind it, or NULL.
static const char *parse_group(const char *s, uint8_t out[2])
{
    unsigned v = 0, n = 0;
    for (int digit; (digit = hex_value(*s)) >= 0; s++) {
        if (++n > 4)
            return NULL;
        v = v << 4 | (unsigned)digit;
    }
    out[0] = (uint8_t)(v >> 8);
    out[1] = (uint8_t)v;
    return n > 0 ? s : NULL;
}

// Moves the bytes behind the gap ("::") to the end. Without a gap all 16 must be there, with one at most 14.
static bool close_gap(uint8_t b[16], unsigned len, unsigned gap)
{
    if (gap > 16)
        return len == 16;
    if (len > 14)
        return false;
    unsigned tail = len - gap;
    memmove(b + 16 - tail, b + gap, tail);
    memset(b + gap, 0, 16 - len);
    return true;
}

static bool parse_v6(const char *s, uint8_t out[16])
{
    uint8_t b[16 + 2];
    unsigned len = 0, gap = 17; // 17: none
    if (s[0] == ':' && *++s != ':')
        return false;
    while (*s != '\0') {
        if (*s == ':') { // the second of two
            if (gap <= 16)
                return false;
            gap = len;
            s++;
            continue;
        }
        if (len >= 16)
            return false;
        if (len <= 12 && parse_v4(s, b + len)) {
            len += 4;
            break;
        }
        s = parse_group(s, b + len);
        if (!s)
            return false;
        len += 2;
        if (*s == ':' ? *++s == '\0' : *s != '\0')
            return false; // a single colon at the end, or something else behind a group
    }
    if (!close_gap(b, len, gap))
        return false;
    memcpy(out, b, 16);
    return true;
}

bool rn_ip_parse(const char *text, struct rn_ip *out)
{
    uint8_t b[16];
    if (parse_v4(text, b))
        *out = rn_ip_v4(b);
    else if (parse_v6(text, b))
        *out = rn_ip_v6(b);
    else
        return false;
    return true;
}

int rn_ip_compare(const struct rn_ip *a, const struct rn_ip *b)
{
    bool a4 = rn_ip_is_v4(a), b4 = rn_ip_is_v4(b);
    if (a4 != b4)
        return a4 ? -1 : 1;
    return memcmp(a->b, b->b, sizeof(a->b));
}

const char *rn_proto_name(uint16_t proto, char out[8])
{
    static const struct {
        uint16_t proto;
        const char name[6];
    } names[] = {
        // The everyday ones first: this is asked for every event.
        {RN_PROTO_TCP, "TCP"},
        {RN_PROTO_UDP, "UDP"},
        {RN_PROTO_ICMP, "ICMP"},
        {RN_PROTO_ARP, "ARP"},
        {RN_PROTO_ICMPV6, "ICMP"},
        {RN_PROTO_IGMP, "IGMP"},
        {4, "IPIP"},
        {41, "IPv6"},
        {46, "RSVP"},
        {47, "GRE"},
        {50, "ESP"},
        {51, "AH"},
        {88, "EIGRP"},
        {89, "OSPF"},
        {103, "PIM"},
        {112, "VRRP"},
        {115, "L2TP"},
        {132, "SCTP"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].proto == proto) {
            memcpy(out, names[i].name, sizeof(names[i].name));
            return out;
        }
    }
    memcpy(out, "IP-", 3);
    *put_decimal(out + 3, proto % 10000u) = '\0'; // an IP protocol has three digits at most
    return out;
}

bool rn_ip_same_prefix(const struct rn_ip *a, const struct rn_ip *b, unsigned bits)
{
    unsigned bytes = bits / 8, rest = bits % 8;
    if (memcmp(a->b, b->b, bytes) != 0)
        return false;
    return rest == 0 || (a->b[bytes] ^ b->b[bytes]) >> (8 - rest) == 0;
}

static bool all_ones_after(const struct rn_ip *ip, unsigned bits)
{
    for (unsigned i = bits; i < 128; i++)
        if (!(ip->b[i / 8] & 0x80 >> i % 8))
            return false;
    return true;
}

static bool is_broadcast_of(const struct rn_local_net *net, const struct rn_ip *ip)
{
    unsigned bits = net->prefix_len;
    return bits >= V4_PREFIX_BITS && bits <= 126 && rn_ip_same_prefix(&net->ip, ip, bits) &&
           rn_ip_is_v4(&net->ip) && all_ones_after(ip, bits);
}

static bool is_broadcast(const struct rn_local_addrs *local, const struct rn_ip *ip)
{
    if (!rn_ip_is_v4(ip))
        return false;
    if (ip->w[3] == UINT32_MAX)
        return true;
    for (unsigned i = 0; i < local->net_count; i++)
        if (is_broadcast_of(&local->net[i], ip))
            return true;
    return false;
}

bool rn_local_has(const struct rn_local_addrs *local, const struct rn_ip *ip)
{
    for (unsigned i = 0; i < local->net_count; i++) {
        const struct rn_local_net *net = &local->net[i];
        if (rn_ip_equal(&net->ip, ip))
            return true;
        if ((net->whole || rn_ip_is_loopback(&net->ip)) &&
            rn_ip_same_prefix(&net->ip, ip, net->prefix_len))
            return !is_broadcast(local, ip);
    }
    return false;
}

bool rn_local_is_gateway(const struct rn_local_addrs *local, const struct rn_ip *ip)
{
    for (unsigned i = 0; i < local->gateway_count; i++)
        if (rn_ip_equal(&local->gateway[i], ip))
            return true;
    return false;
}

enum rn_addr_kind rn_local_kind(const struct rn_local_addrs *local, const struct rn_ip *ip)
{
    if (rn_ip_is_multicast(ip))
        return RN_ADDR_MULTICAST;
    return is_broadcast(local, ip) ? RN_ADDR_BROADCAST : RN_ADDR_UNICAST;
}

// A decimal number up to max, to the end of the text.
static bool parse_length(const char *s, unsigned max, unsigned *out)
{
    unsigned v = 0;
    if (*s == '\0')
        return false;
    for (; *s != '\0'; s++) {
        if (*s < '0' || *s > '9')
            return false;
        v = v * 10 + (unsigned)(*s - '0');
        if (v > max)
            return false;
    }
    *out = v;
    return true;
}

bool rn_local_add_text(struct rn_local_addrs *local, const char *text)
{
    char addr[RN_IP_TEXT_SIZE];
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    struct rn_local_net net = {.prefix_len = 128};
    if (local->net_count >= RN_LOCAL_MAX || len >= sizeof(addr))
        return false;
    memcpy(addr, text, len);
    addr[len] = '\0';
    if (!rn_ip_parse(addr, &net.ip))
        return false;
    if (slash) {
        // "::ffff:10.0.0.0/104" counts the bits of the mapped form, "10.0.0.0/8" those of IPv4.
        unsigned before = strchr(addr, ':') ? 0 : V4_PREFIX_BITS, bits;
        if (!parse_length(slash + 1, 128 - before, &bits))
            return false;
        net.prefix_len = (uint8_t)(before + bits);
        net.whole = true;
    }
    local->net[local->net_count++] = net;
    return true;
}
