// SPDX-License-Identifier: Apache-2.0
// Sockets, one a line:
//
//   sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt  uid  timeout inode ...
//   0: 0100007F:1F90 0100007F:D3A2 01 00000000:00000000 00:00000000 00000000  1000  0       31337 ...
//
// An address is printed as 32-bit words in the machine's byte order, each of which lies in memory in network order; a
// port is a plain number. IPv4 and IPv6 differ in the number of words alone, and an IPv6 socket with an IPv4 peer
// prints mapped addresses, which are what rn_ip holds for IPv4 anyway.
#include "parse/parse.h"

#define SKIP_AFTER_STATE 3 // queues, timer, retransmits

static bool take_words(struct rn_bytes hex, uint32_t *out, size_t count)
{
    struct rn_reader r = rn_reader_of(hex);
    for (size_t i = 0; i < count; i++) {
        uint64_t v;
        if (!host_word_hex(rn_take_bytes(&r, 8), &v))
            return false;
        out[i] = (uint32_t)v;
    }
    return !r.bad && rn_reader_left(&r) == 0;
}

static bool parse_ip(struct rn_bytes hex, struct rn_ip *out)
{
    uint32_t words[4];
    uint8_t bytes[16];
    bool v4 = hex.len == 8;
    if (!take_words(hex, words, v4 ? 1 : 4))
        return false;
    memcpy(bytes, words, v4 ? 4 : 16);
    *out = v4 ? rn_ip_v4(bytes) : rn_ip_v6(bytes);
    return true;
}

static bool take_end(struct rn_reader *line, struct rn_ip *out_ip, uint16_t *out_port)
{
    struct rn_bytes word = host_take_word(line);
    struct rn_reader r = rn_reader_of(word);
    if (word.len != 8 + 5 && word.len != 32 + 5)
        return false;
    struct rn_bytes ip = rn_take_bytes(&r, word.len - 5);
    uint64_t port;
    if (rn_take_u8(&r) != ':' || !host_word_hex(rn_reader_rest(&r), &port))
        return false;
    *out_port = (uint16_t)port; // four digits
    return parse_ip(ip, out_ip);
}

bool host_parse_proc_net(struct rn_bytes line, struct host_socket *out)
{
    struct rn_reader r = rn_reader_of(line);
    struct host_socket s = {0};
    uint64_t state, uid, timeout;
    (void)host_take_word(&r); // "0:"
    if (!take_end(&r, &s.local, &s.local_port) || !take_end(&r, &s.remote, &s.remote_port) ||
        !host_word_hex(host_take_word(&r), &state))
        return false;
    for (int i = 0; i < SKIP_AFTER_STATE; i++)
        (void)host_take_word(&r);
    if (!host_word_dec(host_take_word(&r), &uid) || uid > UINT32_MAX ||
        !host_word_dec(host_take_word(&r), &timeout) ||
        !host_word_dec(host_take_word(&r), &s.inode))
        return false;
    s.uid = (uint32_t)uid;
    *out = s;
    return true;
}

bool host_parse_socket_link(struct rn_bytes link, uint64_t *out_inode)
{
    static const char head[] = "socket:[";
    const size_t head_len = sizeof head - 1;
    if (link.len < head_len + 2 || memcmp(link.p, head, head_len) != 0)
        return false;
    struct rn_reader r = rn_reader_of(link);
    rn_skip(&r, head_len);
    struct rn_bytes digits = rn_take_bytes(&r, link.len - head_len - 1);
    return rn_take_u8(&r) == ']' && host_word_dec(digits, out_inode);
}
