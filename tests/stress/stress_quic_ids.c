// SPDX-License-Identifier: Apache-2.0
// Two workers learn ids of QUIC and look for them, their own and the other's, while one of them forgets all now and then.
// A label that is found is the one that was learned with the id.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quic_ids.h"
#include "rustnet/base/sync.h"

enum { WORKERS = 2, ROUNDS = 60000, IDS = 20000, CLEARED_EVERY = 5000 };

static struct flow_quic_ids *ids;
static atomic_uint_fast64_t found, missed;

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "stress_quic_ids: %s\n", what);
        exit(1);
    }
}

static struct rn_key key_of(uint16_t client_port, unsigned *out_client)
{
    const uint8_t client[4] = {192, 0, 2, 1}, server[4] = {192, 0, 2, 53};
    struct rn_key key;
    *out_client =
        rn_key_make(&key, rn_ip_v4(client), client_port, rn_ip_v4(server), 443, RN_PROTO_UDP);
    return key;
}

static void learn(uint32_t n)
{
    unsigned client;
    struct rn_key key = key_of(1000, &client);
    struct rn_dpi_row row = {.app = RN_APP_QUIC};
    struct rn_dpi_quic_ids told = {.client = (uint8_t)client};
    told.len[1 - client] = (uint8_t)(8 + n % 3);
    memcpy(told.id[1 - client], &n, sizeof(n));
    char name[16];
    int len = snprintf(name, sizeof(name), "n%u", (unsigned)n);
    rn_facts_put_text(&row.facts, RN_FACT_SNI, rn_bytes_of(name, (size_t)len));
    flow_quic_ids_learn(ids, &told, n + 1, &key, &row);
}

static void look_for(uint32_t n)
{
    unsigned client;
    struct rn_key key = key_of(2000, &client);
    uint8_t datagram[32] = {0x40};
    struct rn_dpi_row row = {.app = RN_APP_NONE};
    memcpy(datagram + 1, &n, sizeof(n));
    memset(datagram + 9 + n % 3, 0xee, sizeof(datagram) - 9 - n % 3);
    if (!flow_quic_ids_find(ids, &key, client, rn_bytes_of(datagram, sizeof(datagram)), &row)) {
        atomic_fetch_add(&missed, 1);
        return;
    }
    char name[16];
    int len = snprintf(name, sizeof(name), "n%u", (unsigned)n);
    struct rn_bytes sni = rn_facts_find(&row.facts, RN_FACT_SNI, 0);
    must(row.app == RN_APP_QUIC && sni.len == (size_t)len && memcmp(sni.p, name, sni.len) == 0,
         "a label of another id");
    atomic_fetch_add(&found, 1);
}

static void *work(void *arg)
{
    uint32_t worker = (uint32_t)(size_t)arg;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        learn((i * WORKERS + worker) % IDS);
        look_for((i * WORKERS + worker) % IDS);
        look_for((i * 7919) % IDS);
        if (worker == 0 && i % CLEARED_EVERY == CLEARED_EVERY - 1)
            flow_quic_ids_clear(ids);
    }
    return NULL;
}

int main(void)
{
    struct rn_err err = {0};
    struct rn_thread worker[WORKERS];
    ids = flow_quic_ids_new((struct rn_hash_key){7, 9}, &err);
    must(ids, err.msg);
    for (size_t i = 0; i < WORKERS; i++)
        must(!rn_thread_start(&worker[i], "worker", work, (void *)i, &err), err.msg);
    for (unsigned i = 0; i < WORKERS; i++)
        rn_thread_join(&worker[i]);
    printf("%llu found, %llu not\n", (unsigned long long)atomic_load(&found),
           (unsigned long long)atomic_load(&missed));
    must(atomic_load(&found) > (uint64_t)ROUNDS, "ids have been lost");
    flow_quic_ids_free(ids);
    return 0;
}
