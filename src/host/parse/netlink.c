// SPDX-License-Identifier: Apache-2.0
// Netlink messages: every message and every attribute starts at a multiple of 4.
//
//   message: u32 length, u16 type, u16 flags, u32 sequence, u32 port | body
#include "parse/parse.h"

#define MESSAGE_HEAD 16u
#define IS_ERROR 2
#define IS_DONE 3

uint16_t host_take_u16(struct rn_reader *r)
{
    uint16_t v = 0;
    struct rn_bytes b = rn_take_bytes(r, sizeof v);
    if (b.len)
        memcpy(&v, b.p, sizeof v);
    return v;
}

uint32_t host_take_u32(struct rn_reader *r)
{
    uint32_t v = 0;
    struct rn_bytes b = rn_take_bytes(r, sizeof v);
    if (b.len)
        memcpy(&v, b.p, sizeof v);
    return v;
}

struct rn_reader host_take_padded(struct rn_reader *r, uint32_t len, uint32_t head)
{
    if (len < head) {
        r->bad = true;
        r->p = r->end; // a length of 0 must not be met again and again
    }
    struct rn_reader body = rn_reader_sub(r, len < head ? 0 : len - head);
    size_t padding = (4 - len % 4) % 4, left = rn_reader_left(r);
    rn_skip(r, padding < left ? padding : left); // the last one may come without
    return body;
}

enum host_netlink host_take_message(struct rn_reader *r, uint16_t *out_type,
                                    struct rn_reader *out_body)
{
    if (rn_reader_left(r) == 0)
        return r->bad ? HOST_NETLINK_ERROR : HOST_NETLINK_MORE;
    uint32_t len = host_take_u32(r);
    uint16_t type = host_take_u16(r);
    rn_skip(r, MESSAGE_HEAD - 6);
    struct rn_reader body = host_take_padded(r, len, MESSAGE_HEAD);
    if (r->bad || body.bad || type == IS_ERROR)
        return HOST_NETLINK_ERROR;
    if (type == IS_DONE)
        return HOST_NETLINK_DONE;
    *out_type = type;
    *out_body = body;
    return HOST_NETLINK_ITEM;
}
