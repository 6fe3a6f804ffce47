// SPDX-License-Identifier: Apache-2.0
// Two workers ask, are answered and connect, each in its own shards, over one table of names, while somebody forgets it
// all now and then. A row that has a name has the one that belongs to its address.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/sync.h"
#include "rustnet/flow.h"

enum { WORKERS = 2, ROUNDS = 30000, SHARDS = 16, HOSTS = 200, CLEARED_EVERY = 5000 };
#define T0 (1000 * RN_SEC)

static struct rn_flow *flow;
static const struct rn_hash_key seed = {7, 9};
static atomic_uint_fast64_t named, nameless;

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "stress_names: %s\n", what);
        exit(1);
    }
}

// From me, by the first port whose shard is this worker's.
static struct rn_packet make(unsigned worker, const uint8_t peer[4], uint16_t port, uint16_t proto,
                             bool back, unsigned salt)
{
    const uint8_t me[4] = {192, 0, 2, 1};
    struct rn_ip a = rn_ip_v4(me), b = rn_ip_v4(peer);
    struct rn_packet p = {.time = T0, .wire_bytes = 60, .ip_bytes = 46};
    for (unsigned try = 0;; try++) {
        uint16_t mine = (uint16_t)(10000 + (salt + try) % 50000);
        p.from = (uint8_t)(back ? rn_key_make(&p.key, b, port, a, mine, proto)
                                : rn_key_make(&p.key, a, mine, b, port, proto));
        p.hash = rn_key_hash(seed, &p.key);
        if (rn_flow_shard(flow, p.hash) % WORKERS == worker)
            return p;
    }
}

// "hNNN.example" is at 198.51.100.NNN.
static void message(struct rn_packet *p, uint8_t m[64], unsigned host, bool response)
{
    const uint8_t head[12] = {0, (uint8_t)host, response ? 0x80 : 0, 0, 0, 1, 0, response};
    const uint8_t tail[] = {7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1};
    const uint8_t answer[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, (uint8_t)host};
    size_t len = sizeof head;
    memcpy(m, head, len);
    m[len++] = 4;
    m[len++] = 'h';
    m[len++] = (uint8_t)('0' + host / 100);
    m[len++] = (uint8_t)('0' + host / 10 % 10);
    m[len++] = (uint8_t)('0' + host % 10);
    memcpy(m + len, tail, sizeof tail);
    len += sizeof tail;
    memcpy(m + len, answer, sizeof answer);
    p->payload = rn_bytes_of(m, len + (response ? sizeof answer : 0));
    p->payload_bytes = (uint32_t)p->payload.len;
}

static void look(struct rn_flow_events *events)
{
    for (unsigned i = 0; i < events->count; i++) {
        const struct rn_conn *conn = &events->event[i].conn;
        const struct rn_ip *remote = &conn->key.ip[rn_conn_remote(conn)];
        struct rn_bytes name = rn_facts_find(&events->event[i].facts, RN_FACT_DNS_NAME, 0);
        if (conn->key.proto != RN_PROTO_TCP)
            continue;
        atomic_fetch_add(name.len ? &named : &nameless, 1);
        unsigned n = name.len == 12
                         ? (unsigned)(name.p[1] - '0') * 100 + (unsigned)(name.p[2] - '0') * 10 +
                               (unsigned)(name.p[3] - '0')
                         : 0;
        must(!name.len || n == remote->b[15], "a name of another address");
    }
    events->count = 0;
}

static void *work(void *arg)
{
    unsigned worker = (unsigned)(size_t)arg;
    struct rn_dpi_ctx *dpi = rn_dpi_ctx_new(NULL);
    struct rn_flow_events *events = calloc(1, sizeof *events);
    must(dpi && events, "no memory");
    for (unsigned i = 0; i < ROUNDS; i++) {
        static const uint8_t resolver[4] = {192, 0, 2, 53};
        unsigned host = i % HOSTS + 1; // both ask for the same
        const uint8_t peer[4] = {198, 51, 100, (uint8_t)host};
        uint8_t bytes[2][64];
        struct rn_packet p[3] = {make(worker, resolver, 53, RN_PROTO_UDP, false, i),
                                 make(worker, resolver, 53, RN_PROTO_UDP, true, i),
                                 make(worker, peer, 443, RN_PROTO_TCP, false, i)};
        message(&p[0], bytes[0], host, false);
        message(&p[1], bytes[1], host, true);
        p[2].tcp.flags = RN_TCP_SYN;
        for (unsigned n = 0; n < 3; n++)
            rn_flow_ingest(flow, &p[n], 1, dpi, events);
        look(events);
        if (worker == 0 && i % CLEARED_EVERY == CLEARED_EVERY - 1)
            rn_flow_clear(flow);
    }
    free(events);
    rn_dpi_ctx_free(dpi);
    return NULL;
}

int main(void)
{
    struct rn_flow_cfg cfg = {.max_connections = 1000, .shards = SHARDS, .dpi = true, .seed = seed};
    struct rn_err err = {0};
    must(rn_local_add_text(&cfg.local, "192.0.2.1"), "no address");
    flow = rn_flow_new(&cfg, &err);
    must(flow, err.msg);
    struct rn_thread worker[WORKERS];
    for (size_t i = 0; i < WORKERS; i++)
        must(!rn_thread_start(&worker[i], "worker", work, (void *)i, &err), err.msg);
    for (unsigned i = 0; i < WORKERS; i++)
        rn_thread_join(&worker[i]);
    printf("%llu rows with a name, %llu without\n", (unsigned long long)atomic_load(&named),
           (unsigned long long)atomic_load(&nameless));
    must(atomic_load(&named) > (uint64_t)WORKERS * ROUNDS / 2, "rows have lost their names");
    rn_flow_free(flow);
    return 0;
}
