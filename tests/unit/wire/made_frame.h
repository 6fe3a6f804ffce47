// SPDX-License-Identifier: Apache-2.0
// Frames made by hand for the tests of this room: hexadecimal text and a few headers with a length filled in.
#ifndef RUSTNET_TESTS_WIRE_MADE_FRAME_H
#define RUSTNET_TESTS_WIRE_MADE_FRAME_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/wire.h"
#include "walk.h"

#define MADE_MAC "020000000002 020000000001 "
#define MADE_ETH4 MADE_MAC "0800 "
#define MADE_ETH6 MADE_MAC "86dd "
// 10.0.0.1 -> 10.0.0.2
#define MADE_ADDR4 "0a000001 0a000002 "
// 2001:db8::1 -> 2001:db8::2
#define MADE_ADDR6 "20010db8000000000000000000000001 20010db8000000000000000000000002 "
// 12345 -> 53, length 12, four bytes of payload
#define MADE_UDP "3039 0035 000c 0000 64617461 "
#define MADE_IPV4_UDP "4500 0020 1234 0000 4011 0000 " MADE_ADDR4 MADE_UDP
#define MADE_IPV6_UDP "60000000 000c 11 40 " MADE_ADDR6 MADE_UDP

struct made {
    uint8_t data[70000];
    uint32_t len;
    uint32_t wire_bytes; // 0: as long as it is
};

static inline void made_hex(struct made *m, const char *hex)
{
    int high = -1;
    for (; *hex; hex++) {
        if (*hex == ' ')
            continue;
        int digit = *hex <= '9' ? *hex - '0' : *hex - 'a' + 10;
        assert_in_range(digit, 0, 15);
        if (high < 0) {
            high = digit;
            continue;
        }
        assert_true(m->len < sizeof m->data);
        m->data[m->len++] = (uint8_t)(high << 4 | digit);
        high = -1;
    }
    assert_int_equal(high, -1);
}

static inline void made_fill(struct made *m, uint8_t value, uint32_t count)
{
    assert_true(m->len + count <= sizeof m->data);
    memset(m->data + m->len, value, count);
    m->len += count;
}

static inline void made_be16(struct made *m, uint32_t at, uint32_t value)
{
    m->data[at] = (uint8_t)(value >> 8);
    m->data[at + 1] = (uint8_t)value;
}

// Decodes a copy whose end a sanitizer knows; the copy lives until the next call.
static inline enum rn_ignore made_decode(int dlt, const struct made *m, struct rn_packet *out)
{
    static uint8_t *copy;
    free(copy);
    copy = malloc(m->len ? m->len : 1);
    assert_non_null(copy);
    memcpy(copy, m->data, m->len);
    struct rn_frame frame = {copy, m->len, m->wire_bytes ? m->wire_bytes : m->len, 77};
    memset(out, 0xa5, sizeof *out); // so that a field left out shows
    return rn_wire_decode(dlt, &frame, out);
}

static inline enum rn_ignore made_decode_hex(int dlt, const char *hex, struct rn_packet *out)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    return made_decode(dlt, &m, out);
}

static inline void assert_ends(const struct rn_packet *p, const char *src, uint16_t sport,
                               const char *dst, uint16_t dport)
{
    struct rn_ip from = {.q = {0, 0}}, to = {.q = {0, 0}};
    struct made a = {.len = 0};
    made_hex(&a, src);
    made_hex(&a, dst);
    if (a.len == 8) {
        from = rn_ip_v4(a.data);
        to = rn_ip_v4(a.data + 4);
    } else {
        assert_int_equal(a.len, 32);
        from = rn_ip_v6(a.data);
        to = rn_ip_v6(a.data + 16);
    }
    assert_in_range(p->from, 0, 1);
    assert_memory_equal(&p->key.ip[p->from], &from, sizeof from);
    assert_memory_equal(&p->key.ip[1 - p->from], &to, sizeof to);
    assert_int_equal(p->key.port[p->from], sport);
    assert_int_equal(p->key.port[1 - p->from], dport);
    assert_int_equal(p->key.zero, 0);
}

// The datagram of MADE_IPV4_UDP behind link_bytes of headers.
static inline void assert_made_udp4(const struct rn_packet *p, uint32_t link_bytes)
{
    assert_ends(p, "0a000001", 12345, "0a000002", 53);
    assert_int_equal(p->key.proto, RN_PROTO_UDP);
    assert_int_equal(p->time, 77);
    assert_int_equal(p->hash, 0);
    assert_int_equal(p->ip_bytes, 32);
    assert_int_equal(p->wire_bytes, 32 + link_bytes);
    assert_int_equal(p->payload_bytes, 4);
    assert_int_equal(p->payload.len, 4);
    assert_memory_equal(p->payload.p, "data", 4);
    assert_int_equal(p->hop_limit, 64);
    assert_int_equal(p->flags, 0);
    assert_int_equal(p->fragment_id, 0);
}

static inline void assert_made_udp6(const struct rn_packet *p, uint32_t link_bytes)
{
    assert_ends(p, "20010db8000000000000000000000001", 12345, "20010db8000000000000000000000002",
                53);
    assert_int_equal(p->key.proto, RN_PROTO_UDP);
    assert_int_equal(p->ip_bytes, 52);
    assert_int_equal(p->wire_bytes, 52 + link_bytes);
    assert_int_equal(p->payload_bytes, 4);
    assert_int_equal(p->payload.len, 4);
    assert_memory_equal(p->payload.p, "data", 4);
    assert_int_equal(p->hop_limit, 64);
}

#endif
