// SPDX-License-Identifier: Apache-2.0
// Counters of interfaces, one a line after two lines of heading:
//
//   eth0: bytes packets errs drop fifo frame compressed multicast  bytes packets errs drop fifo colls carrier compressed
//         \------------------- received ------------------------/  \------------------- sent -----------------------/
//
// `drop` of the received ones includes what the card missed, unlike the file rx_dropped in sysfs.
#include "parse/parse.h"

#include <string.h>

#define COLUMNS 16
#define NAME_MAX_BYTES 31

bool host_parse_proc_dev(struct rn_bytes line, struct rn_iface_stats *out)
{
    struct rn_reader r = rn_reader_of(line);
    while (rn_reader_left(&r) > 0 && *r.p == ' ')
        rn_skip(&r, 1);
    struct rn_bytes rest = rn_reader_rest(&r);
    // A name holds no colon; the first number may follow without a blank.
    const uint8_t *colon = rest.len ? memchr(rest.p, ':', rest.len) : NULL;
    size_t name_len = colon ? (size_t)(colon - rest.p) : 0;
    if (name_len == 0 || name_len > NAME_MAX_BYTES)
        return false;
    struct rn_bytes name = rn_take_bytes(&r, name_len);
    rn_skip(&r, 1);
    uint64_t v[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        if (!host_word_dec(host_take_word(&r), &v[i]))
            return false;
    struct rn_iface_stats s = {
        .rx_bytes = v[0],
        .rx_packets = v[1],
        .rx_errors = v[2],
        .rx_dropped = v[3],
        .tx_bytes = v[8],
        .tx_packets = v[9],
        .tx_errors = v[10],
        .tx_dropped = v[11],
    };
    rn_text_from_bytes(&s.name, name);
    *out = s;
    return true;
}
