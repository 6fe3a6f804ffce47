// SPDX-License-Identifier: Apache-2.0
// flood_table [FLOWS]
//
// A table of 20,000 rows, in which 1,000 connections talk, meets floods of so many distinct flows each (two million):
// SYNs, datagrams to all ports of one host, datagrams from all hosts to one port, and flows that get an answer. None of
// those who talk may lose its row or a packet, and the second half of a flood may take no memory that the first did not.
// Last come keys that were chosen to collide: under the hash key that they were chosen for they do, under another not.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/flow.h"
#include "shard.h"

#define T0 (1000000 * RN_SEC)
enum {
    CAP = 20000,
    SHARDS = 16,
    TALKERS = 1000,
    SILENCE = 5000, // flows of the flood between two packets of a talker
    COLLIDING = 1000,
    MEMORY_SLACK_KIB = 512,
};

static const struct rn_hash_key seed = {0x5eed, 0xf100d};

static struct {
    struct rn_flow *flow;
    rn_time now;
    struct rn_packet batch[RN_FLOW_BATCH];
    unsigned count;
    struct rn_flow_events events;
    uint64_t said[TALKERS][2]; // packets, by end of the key
    uint64_t ids[TALKERS];
    unsigned died;
} t;

static void must(bool condition, const char *what)
{
    if (condition)
        return;
    (void)fprintf(stderr, "flood_table: %s\n", what);
    exit(1);
}

static long rss_kib(void)
{
    char line[128];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "RssAnon: %ld kB", &kib) == 1)
            break;
    if (f)
        (void)fclose(f);
    return kib;
}

static struct rn_ip host(uint8_t net, uint32_t n)
{
    const uint8_t b[4] = {net, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    return rn_ip_v4(b);
}

static bool is_talker(const struct rn_key *key, uint32_t *out)
{
    for (unsigned end = 0; end < 2; end++)
        if (key->ip[end].b[12] == 172) {
            *out = (uint32_t)key->ip[end].b[14] << 8 | key->ip[end].b[15];
            return true;
        }
    return false;
}

static void take_events(void)
{
    uint32_t n;
    for (unsigned i = 0; i < t.events.count; i++) {
        const struct rn_conn_event *e = &t.events.event[i];
        if (!is_talker(&e->conn.key, &n))
            continue;
        if (e->kind == RN_EVENT_NEW) {
            must(!t.ids[n], "one who talks lost its row");
            t.ids[n] = e->conn.id;
            continue;
        }
        must(e->reason == RN_CLOSE_END, "one who talks was closed");
        must(e->conn.id == t.ids[n] && e->conn.packets[0] == t.said[n][0] &&
                 e->conn.packets[1] == t.said[n][1],
             "one who talks has other counters");
        must(e->conn.bytes[0] == t.said[n][0] * 100 && e->conn.bytes[1] == t.said[n][1] * 100,
             "one who talks has other bytes");
        t.died++;
    }
    t.events.count = 0;
}

static void flush(void)
{
    rn_flow_ingest(t.flow, t.batch, t.count, NULL, &t.events);
    t.count = 0;
    take_events();
}

static struct rn_packet *give(struct rn_ip from, uint16_t from_port, struct rn_ip to,
                              uint16_t to_port, uint16_t proto, uint8_t flags)
{
    if (t.count == RN_FLOW_BATCH)
        flush();
    struct rn_packet *p = &t.batch[t.count++];
    *p = (struct rn_packet){.time = t.now, .wire_bytes = 100, .ip_bytes = 86};
    p->from = (uint8_t)rn_key_make(&p->key, from, from_port, to, to_port, proto);
    if (proto == RN_PROTO_TCP)
        p->tcp.flags = flags;
    p->hash = rn_key_hash(t.flow->cfg.seed, &p->key);
    return p;
}

// Talker n, every third over UDP.
static void talk(uint32_t n, bool back, uint8_t flags)
{
    struct rn_ip client = host(172, n), server = host(192, 1);
    uint16_t proto = n % 3 ? RN_PROTO_TCP : RN_PROTO_UDP;
    struct rn_packet *p = back ? give(server, 443, client, 40000, proto, flags)
                               : give(client, 40000, server, 443, proto, flags);
    t.said[n][p->from]++;
}

// What a flood's flow n sends.
static void syn(uint32_t n)
{
    give(host(10, n), (uint16_t)(1024 + (n >> 24)), host(192, 2), 80, RN_PROTO_TCP, RN_TCP_SYN);
}

static void sweep_ports(uint32_t n)
{
    give(host(10, 1), (uint16_t)(n >> 16), host(192, 3), (uint16_t)n, RN_PROTO_UDP, 0);
}

static void sweep_hosts(uint32_t n)
{
    give(host(10, n), 53, host(192, 4), 123, RN_PROTO_UDP, 0);
}

static void answered(uint32_t n)
{
    give(host(11, n), 5000, host(192, 5), 53, RN_PROTO_UDP, 0);
    give(host(192, 5), 53, host(11, n), 5000, RN_PROTO_UDP, 0);
}

static void flood(const char *name, void (*one)(uint32_t n), uint32_t flows)
{
    long half = 0;
    for (uint32_t n = 0; n < flows; n++) {
        one(n);
        if (n % (SILENCE / TALKERS) == 0) {
            uint32_t who = n / (SILENCE / TALKERS) % TALKERS;
            talk(who, n & 1, RN_TCP_ACK);
        }
        t.now += RN_USEC;
        if (n == flows / 2)
            half = rss_kib();
        must(n % 100000 || rn_flow_rows(t.flow) <= CAP, "more rows than the cap");
    }
    flush();
    long end = rss_kib();
    struct rn_counts c = {0};
    rn_flow_counts(t.flow, &c);
    (void)printf("%-12s %u flows: RssAnon %ld KiB halfway, %ld at the end; %llu rows evicted\n",
                 name, flows, half, end, (unsigned long long)c.rows_evicted);
    must(end <= half + MEMORY_SLACK_KIB, "a flood took more and more memory");
    must(!c.dropped_table, "a packet found no row");
}

static struct rn_flow *make(struct rn_hash_key key)
{
    struct rn_flow_cfg cfg = {.max_connections = CAP,
                              .shards = SHARDS,
                              .seed = key,
                              .dpi = true,
                              .archive = RN_FLOW_ARCHIVE};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    must(flow, "no memory");
    return flow;
}

static void drain(void)
{
    flush();
    for (unsigned s = 0; s < SHARDS; s++)
        for (bool more = true; more; take_events())
            more = rn_flow_drain(t.flow, s, t.now, &t.events);
}

// Collisions.

static uint32_t home(const struct flow_shard *s, uint64_t hash)
{
    return flow_home(s, (uint32_t)(hash >> 32));
}

// Keys that lie in the same place of the same shard under `key`.
static void choose(struct rn_hash_key key, struct rn_key out[COLLIDING])
{
    const struct flow_shard *s = &t.flow->shard[0];
    for (uint32_t found = 0, n = 0; found < COLLIDING; n++) {
        rn_key_make(&out[found], host(10, n), (uint16_t)(n >> 24), host(192, 6), 80, RN_PROTO_TCP);
        uint64_t hash = rn_key_hash(key, &out[found]);
        found += rn_flow_shard(t.flow, hash) == 0 && home(s, hash) == 0;
    }
}

// How far from home the farthest entry lies, of all indexes.
static uint32_t farthest(const struct rn_flow *flow)
{
    uint32_t most = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        const struct flow_shard *s = &flow->shard[i];
        for (uint32_t at = 0; at < s->slots; at++) {
            uint64_t slot = flow_slot_at(s, at);
            uint32_t from = home(s, slot), far = at >= from ? at - from : at + s->slots - from;
            most = (uint32_t)slot && far > most ? far : most;
        }
    }
    return most;
}

static uint32_t meet(struct rn_hash_key key, const struct rn_key chosen[COLLIDING])
{
    t.flow = make(key);
    for (uint32_t n = 0; n < CAP * 7 / 8; n++)
        syn(n);
    for (unsigned i = 0; i < COLLIDING; i++)
        give(chosen[i].ip[0], chosen[i].port[0], chosen[i].ip[1], chosen[i].port[1], RN_PROTO_TCP,
             RN_TCP_SYN);
    flush();
    uint32_t far = farthest(t.flow);
    rn_flow_free(t.flow);
    return far;
}

int main(int argc, char **argv)
{
    static struct rn_key chosen[COLLIDING];
    static const struct rn_hash_key guessed = {1, 2};
    uint32_t flows = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 2000000;
    must(flows >= 100000, "too few flows to show anything");
    t.flow = make(seed);
    t.now = T0;
    for (uint32_t n = 0; n < TALKERS; n++) {
        talk(n, false, RN_TCP_SYN);
        talk(n, true, RN_TCP_SYN | RN_TCP_ACK);
        talk(n, false, RN_TCP_ACK);
    }
    flood("SYN", syn, flows);
    flood("ports", sweep_ports, flows);
    flood("hosts", sweep_hosts, flows);
    flood("answered", answered, flows / 4);
    drain();
    must(t.died == TALKERS, "some who talked are gone");
    choose(guessed, chosen);
    rn_flow_free(t.flow);
    uint32_t hit = meet(guessed, chosen), miss = meet(seed, chosen);
    (void)printf(
        "collisions: farthest from home %u under the key they were chosen for, %u under another\n",
        hit, miss);
    must(hit >= COLLIDING / 2, "the chosen keys do not collide: this proves nothing");
    must(miss < 200, "the chosen keys collide under another key");
    return 0;
}
