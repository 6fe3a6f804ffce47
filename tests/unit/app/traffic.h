// SPDX-License-Identifier: Apache-2.0
// IPv4 packets without a link header, and traces of them: flow n is 10.x.y.z:40000 (the client) with 192.0.2.1.
#ifndef TEST_APP_TRAFFIC_H
#define TEST_APP_TRAFFIC_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rustnet/base/time.h"
#include "rustnet/model/packet.h"
#include "unit/capture/made_file.h"

#define TRAFFIC_LINK 12       // DLT_RAW on Linux
#define TRAFFIC_LINK_FILE 101 // LINKTYPE_RAW
#define TRAFFIC_T0 (1000 * RN_SEC)
#define TRAFFIC_UDP_HEADERS 28
#define TRAFFIC_TCP_HEADERS 40

struct traffic {
    uint8_t b[4096];
    uint32_t len;
};

static inline void traffic_put16(uint8_t *to, uint32_t v)
{
    to[0] = (uint8_t)(v >> 8);
    to[1] = (uint8_t)v;
}

static inline void traffic_put32(uint8_t *to, uint32_t v)
{
    traffic_put16(to, v >> 16);
    traffic_put16(to + 2, v);
}

static inline void traffic_ip(struct traffic *t, uint32_t flow, bool back, uint8_t proto,
                              uint32_t len)
{
    const uint8_t server[4] = {192, 0, 2, 1};
    uint8_t client[4] = {10, (uint8_t)(flow >> 16), (uint8_t)(flow >> 8), (uint8_t)flow};
    assert_true(len <= sizeof t->b);
    memset(t->b, 0, len);
    t->len = len;
    t->b[0] = 0x45;
    traffic_put16(t->b + 2, len);
    t->b[8] = 64;
    t->b[9] = proto;
    memcpy(t->b + (back ? 16 : 12), client, 4);
    memcpy(t->b + (back ? 12 : 16), server, 4);
}

// From the client to port 9.
static inline void traffic_udp(struct traffic *t, uint32_t flow, uint32_t payload_bytes)
{
    traffic_ip(t, flow, false, RN_PROTO_UDP, TRAFFIC_UDP_HEADERS + payload_bytes);
    traffic_put16(t->b + 20, 40000);
    traffic_put16(t->b + 22, 9);
    traffic_put16(t->b + 24, 8 + payload_bytes);
}

// Between the client and port 80.
static inline void traffic_tcp(struct traffic *t, uint32_t flow, bool back, uint8_t flags,
                               uint32_t seq, uint32_t ack)
{
    traffic_ip(t, flow, back, RN_PROTO_TCP, TRAFFIC_TCP_HEADERS);
    traffic_put16(t->b + 20, back ? 80 : 40000);
    traffic_put16(t->b + 22, back ? 40000 : 80);
    traffic_put32(t->b + 24, seq);
    traffic_put32(t->b + 28, ack);
    t->b[32] = 5 << 4;
    t->b[33] = flags;
    traffic_put16(t->b + 34, 1000);
}

static inline void traffic_append(struct traffic *t, const void *payload, uint32_t len)
{
    assert_true(t->len + len <= sizeof t->b);
    memcpy(t->b + t->len, payload, len);
    t->len += len;
    traffic_put16(t->b + 2, t->len);
}

// An HTTP request of exactly `payload_bytes` whose last header names the host "h<flow>.example".
#define TRAFFIC_HTTP_LEAST 64
static inline void traffic_http(struct traffic *t, uint32_t flow, uint32_t payload_bytes)
{
    char text[4096], tail[64];
    int end = snprintf(tail, sizeof tail, "\r\nHost: h%u.example\r\n\r\n", flow);
    int head = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nX: ");
    assert_true(payload_bytes >= (uint32_t)(head + end) && payload_bytes < sizeof text);
    memset(text + head, 'x', payload_bytes - (uint32_t)head);
    memcpy(text + payload_bytes - (uint32_t)end, tail, (size_t)end);
    traffic_tcp(t, flow, false, RN_TCP_ACK | RN_TCP_PSH, 1, 1);
    traffic_append(t, text, payload_bytes);
}

// Other ends than those of the flow.
static inline void traffic_between(struct traffic *t, const char *from, uint16_t from_port,
                                   const char *to, uint16_t to_port)
{
    struct rn_ip ip[2];
    assert_true(rn_ip_parse(from, &ip[0]) && rn_ip_parse(to, &ip[1]));
    memcpy(t->b + 12, ip[0].b + 12, 4);
    memcpy(t->b + 16, ip[1].b + 12, 4);
    traffic_put16(t->b + 20, from_port);
    traffic_put16(t->b + 22, to_port);
}

static inline struct rn_frame traffic_frame(const struct traffic *t, rn_time time)
{
    return (struct rn_frame){t->b, t->len, t->len, time};
}

// The flow's number and its client's end.
static inline uint32_t traffic_flow(const struct rn_key *key, unsigned *out_client)
{
    unsigned client = key->ip[0].b[12] == 10 ? 0 : 1;
    const uint8_t *b = key->ip[client].b + 12;
    assert_int_equal(b[0], 10);
    if (out_client)
        *out_client = client;
    return (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

// A trace of such packets.
static inline void trace_begin(struct made_file *m)
{
    made_pcap(m, MAGIC_NSEC, TRAFFIC_LINK_FILE);
}

static inline void trace_add(struct made_file *m, const struct traffic *t, rn_time time)
{
    made_record(m, (uint32_t)(time / RN_SEC), (uint32_t)(time % RN_SEC), t->len, t->len);
    assert_int_equal(fwrite(t->b, 1, t->len, m->f), t->len);
}

// One datagram of 10 bytes in each of `flows` flows, `step` apart from TRAFFIC_T0 on.
static inline void trace_of_flows(struct made_file *m, uint32_t flows, rn_dur step)
{
    struct traffic t;
    trace_begin(m);
    for (uint32_t n = 0; n < flows; n++) {
        traffic_udp(&t, n, 10);
        trace_add(m, &t, TRAFFIC_T0 + n * step);
    }
    made_close(m);
}

// What a file holds, NUL-terminated; the caller frees it.
static inline char *file_text(const char *path)
{
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    enum { MOST = 4 << 20 };
    char *text = malloc(MOST);
    assert_non_null(text);
    size_t n = fread(text, 1, MOST - 1, f);
    assert_int_equal(fclose(f), 0);
    text[n] = '\0';
    return text;
}

static inline unsigned text_count(const char *text, const char *part)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}

// An empty file of its own.
static inline void file_name(char path[64])
{
    strcpy(path, "/tmp/rustnet_test_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

#endif
