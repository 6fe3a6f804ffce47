// SPDX-License-Identifier: Apache-2.0
// A trace from nothing, the same each time and roughly like real traffic: half of the flows TCP with handshake, payload
// and end; DNS; other UDP; sizes of flows follow a power law, one of eleven is IPv6, packets of 120 s lie mixed.
//
// 1. A flow is a script: packet n of it follows from its kind and n, and when it comes is drawn beforehand.
// 2. Client and its port are a flow's own, so no two flows share a key.
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/pool.h"

#define FRAME_MAX 1514
#define FLOWS_PER_1000 82
#define CLIENTS 200
#define START (RN_SEC * 1700000000)
#define SPAN (RN_SEC * 120)

enum kind { KIND_TLS, KIND_HTTP, KIND_TCP, KIND_DNS, KIND_UDP };

struct flow {
    enum kind kind;
    bool v6;
    uint32_t count, done; // packets
    uint32_t seq[2];
};

struct due {
    rn_time time;
    uint32_t flow;
};

struct synth {
    uint64_t random;
    struct flow *flow;
    uint32_t flows;
    struct due *due;
    uint32_t count;
    uint8_t *at; // end of the frames made so far
};

// What a packet of a flow carries: `filler` bytes of nothing behind the payload.
struct segment {
    unsigned from; // 0: the client
    uint8_t flags;
    struct rn_bytes payload;
    uint32_t filler;
};

// SplitMix64 (Steele, Lea and Flood, 2014).
static uint64_t draw(struct synth *s)
{
    uint64_t z = s->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint32_t below(struct synth *s, uint32_t limit)
{
    return (uint32_t)((draw(s) >> 32) * limit >> 32);
}

static double fraction(struct synth *s)
{
    return (double)(draw(s) >> 11) / 9007199254740992.0;
}

static bool is_tcp(const struct flow *f)
{
    return f->kind <= KIND_TCP;
}

// Sizes: what each flow needs at least, and the rest by the cube of a uniform number, which favours a few.
static void make_flows(struct synth *s)
{
    static const enum kind kinds[] = {KIND_TLS, KIND_DNS,  KIND_TLS, KIND_UDP, KIND_TLS, KIND_DNS,
                                      KIND_TCP, KIND_HTTP, KIND_DNS, KIND_UDP, KIND_TLS};
    uint32_t left = s->count;
    for (uint32_t i = 0; i < s->flows; i++) {
        struct flow *f = &s->flow[i];
        *f = (struct flow){.kind = kinds[i % 11], .v6 = i / 11 % 11 == 0};
        f->count = is_tcp(f) ? 7 : 2;
        f->seq[0] = (uint32_t)draw(s);
        f->seq[1] = (uint32_t)draw(s);
        left -= f->count;
    }
    while (left) {
        double u = fraction(s);
        struct flow *f = &s->flow[(uint32_t)(u * u * u * s->flows)];
        if (f->kind == KIND_DNS && f->count >= 8)
            continue;
        f->count++;
        left--;
    }
}

static int compare_due(const void *left, const void *right)
{
    const struct due *a = left, *b = right;
    return a->time != b->time ? (a->time > b->time) - (a->time < b->time)
                              : (a->flow > b->flow) - (a->flow < b->flow);
}

// A flow lasts up to a minute, most of them a few seconds.
static void plan(struct synth *s)
{
    struct due *due = s->due;
    for (uint32_t i = 0; i < s->flows; i++) {
        double u = fraction(s);
        rn_dur lasts = RN_SEC / 20 + (rn_dur)(u * u * 60e9);
        rn_time start = START + (rn_dur)(fraction(s) * (double)(SPAN - lasts));
        rn_dur step = lasts / s->flow[i].count;
        for (uint32_t n = 0; n < s->flow[i].count; n++)
            *due++ = (struct due){start + n * step + below(s, (uint32_t)(step / 2 + 1)), i};
    }
    qsort(s->due, s->count, sizeof *s->due, compare_due);
}

static struct segment say(unsigned from, enum bench_payload kind, uint32_t variant)
{
    return (struct segment){
        .from = from, .flags = RN_TCP_ACK | RN_TCP_PSH, .payload = bench_payload(kind, variant)};
}

static struct segment tcp_segment(struct synth *s, const struct flow *f, uint32_t number)
{
    static const uint8_t handshake[] = {RN_TCP_SYN, RN_TCP_SYN | RN_TCP_ACK, RN_TCP_ACK};
    uint32_t n = f->done, to_come = f->count - n;
    if (n < 3)
        return (struct segment){.from = n == 1, .flags = handshake[n]};
    if (n < 5 && f->kind == KIND_TLS)
        return say(n - 3, n == 3 ? BENCH_TLS_CLIENT : BENCH_TLS_SERVER, number);
    if (n < 5 && f->kind == KIND_HTTP)
        return say(n - 3, n == 3 ? BENCH_HTTP_REQUEST : BENCH_HTTP_RESPONSE, number);
    if (to_come <= 2 && number % 4)
        return (struct segment){.from = to_come == 1, .flags = RN_TCP_FIN | RN_TCP_ACK};
    switch (below(s, 8)) {
    case 0:
    case 1:
        return (struct segment){.from = 1, .flags = RN_TCP_ACK, .filler = 1400};
    case 2:
        return (struct segment){.from = 1, .flags = RN_TCP_ACK, .filler = 60 + below(s, 800)};
    case 3:
    case 4:
        return (struct segment){.from = 0, .flags = RN_TCP_ACK, .filler = 30 + below(s, 300)};
    default:
        return (struct segment){.from = below(s, 3) == 0, .flags = RN_TCP_ACK};
    }
}

static struct segment udp_segment(struct synth *s, const struct flow *f, uint32_t number)
{
    bool answer = f->done % 2;
    if (f->kind == KIND_DNS)
        return say(answer, answer ? BENCH_DNS_RESPONSE : BENCH_DNS_QUERY, number + f->done / 2);
    uint32_t filler = below(s, 4) ? 40 + below(s, 300) : 1200;
    return (struct segment){.from = below(s, 2), .filler = filler};
}

static void put(struct synth *s, unsigned width, uint32_t value)
{
    for (unsigned i = width; i-- > 0;)
        *s->at++ = (uint8_t)(value >> (8 * i));
}

static uint16_t server_port(const struct flow *f)
{
    static const uint16_t port[] = {443, 80, 22, 53, 4500};
    return port[f->kind];
}

static void put_address(struct synth *s, const struct flow *f, uint32_t number, unsigned end)
{
    static const uint8_t prefix[12] = {0x20, 0x01, 0x0d, 0xb8};
    if (f->v6) {
        memcpy(s->at, prefix, sizeof prefix);
        s->at += sizeof prefix;
    }
    if (end == 0)
        put(s, 4, 0x0a000000 + number % CLIENTS); // 10.0.0.0/24
    else
        put(s, 4, 0xc6120000 + number * 7919 % 60000); // 198.18.0.0/15
}

static void put_network(struct synth *s, const struct flow *f, uint32_t number, unsigned from,
                        uint32_t body)
{
    uint8_t proto = is_tcp(f) ? RN_PROTO_TCP : RN_PROTO_UDP;
    memset(s->at, 2, 12);
    s->at += 12;
    if (f->v6) {
        put(s, 2, 0x86dd);
        put(s, 4, 0x60000000);
        put(s, 4, body << 16 | (uint32_t)proto << 8 | 64);
    } else {
        put(s, 2, 0x0800);
        put(s, 4, 0x45000000 | (body + 20));
        put(s, 4, 0x00004000); // don't fragment
        put(s, 4, 0x40000000 | (uint32_t)proto << 16);
    }
    put_address(s, f, number, from);
    put_address(s, f, number, 1 - from);
}

static void put_transport(struct synth *s, const struct flow *f, uint32_t number,
                          const struct segment *g, uint32_t options)
{
    uint32_t client = 1024 + number / CLIENTS, server = server_port(f);
    uint32_t bytes = (uint32_t)g->payload.len + g->filler;
    put(s, 4, g->from == 0 ? client << 16 | server : server << 16 | client);
    if (!is_tcp(f)) {
        put(s, 4, (8 + bytes) << 16);
        return;
    }
    put(s, 4, f->seq[g->from]);
    put(s, 4, g->flags & RN_TCP_ACK ? f->seq[1 - g->from] : 0);
    put(s, 4, (5 + options / 4) << 28 | (uint32_t)g->flags << 16 | 0xfaf0);
    put(s, 4, 0);
    if (g->flags & RN_TCP_SYN) { // MSS 1460, SACK permitted, scale 7
        put(s, 4, 0x020405b4);
        put(s, 4, 0x04020103);
        put(s, 4, 0x03070101);
    } else if (options) { // time stamps
        put(s, 4, 0x0101080a);
        put(s, 4, number);
        put(s, 4, f->done);
    }
}

static void put_data(struct synth *s, const struct flow *f, const struct segment *g)
{
    if (g->payload.len)
        memcpy(s->at, g->payload.p, g->payload.len);
    s->at += g->payload.len;
    uint64_t noise[2] = {draw(s), draw(s)};
    if (g->filler)
        memcpy(s->at, noise, sizeof noise);
    if (f->kind == KIND_TLS && g->filler) // application data (RFC 8446, 5.1)
        memcpy(s->at, "\x17\x03\x03\x05", 4);
    s->at += g->filler;
}

static void emit(struct synth *s, const struct due *due, struct rn_frame *out)
{
    struct flow *f = &s->flow[due->flow];
    struct segment g = is_tcp(f) ? tcp_segment(s, f, due->flow) : udp_segment(s, f, due->flow);
    uint32_t options = is_tcp(f) ? 12 : 0;
    uint32_t bytes = (uint32_t)g.payload.len + g.filler;
    out->data = s->at;
    out->time = due->time;
    put_network(s, f, due->flow, g.from, (is_tcp(f) ? 20 + options : 8) + bytes);
    put_transport(s, f, due->flow, &g, options);
    put_data(s, f, &g);
    out->captured_bytes = out->wire_bytes = (uint32_t)(s->at - out->data);
    f->seq[g.from] += bytes + (g.flags & (RN_TCP_SYN | RN_TCP_FIN) ? 1 : 0);
    f->done++;
}

bool bench_trace_synth(struct bench_trace *trace, uint32_t count)
{
    struct synth s = {.random = 1, .count = count, .flows = count / 1000 * FLOWS_PER_1000};
    *trace = (struct bench_trace){.name = "made by this program", .link = 1, .flows = s.flows};
    trace->memory_size = (size_t)count * FRAME_MAX; // what is not used is not touched
    trace->memory = s.at = rn_pages_map(trace->memory_size);
    struct bench_list *whole = &trace->list[BENCH_WHOLE];
    s.flow = calloc(s.flows + 1, sizeof *s.flow);
    s.due = calloc(count, sizeof *s.due);
    bool ok = bench_list_new(whole, count) && s.flows && s.at && s.flow && s.due;
    if (ok) {
        make_flows(&s);
        plan(&s);
        for (; whole->count < count; whole->count++)
            emit(&s, &s.due[whole->count], &whole->frame[whole->count]);
    }
    free(s.flow);
    free(s.due);
    return ok;
}
