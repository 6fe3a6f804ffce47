// SPDX-License-Identifier: Apache-2.0
// From ids to connections (docs/decisions/009-quic-migration.md).
//
//   learn   handshake: server's end, who chose it, id ----> what is known of the connection
//   find    short header 01xxxxxx | id ...: to the server, an id that the server chose
//                                           from the server, an id that the client chose
//
// 1. An id belongs to the server's address and port and to the end that chose it, so it leads nowhere from another
//    server, and nowhere when it is sent to its own sender.
// 2. An id that a second row claims leads nowhere any more: a forged handshake can take a label away, not change it.
// 3. The lock is a leaf: it is taken under a shard's lock, for a bounded time, and nothing is called while it is held.
//    find takes it only where a head is not empty.
// 4. Rows never merge, and nothing here counts: what is found is a label.
#include "quic_ids.h"

#include <errno.h>
#include <string.h>

#include "lru.h"
#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"

#define HEADS 32768
#define FACTS_BYTES 304 // a name of any length, a version, and a protocol or two
#define FACT_HEAD 3

enum issuer {
    BY_SERVER,
    BY_CLIENT,
};

struct place {
    struct rn_ip ip;
    uint16_t port;
};

struct name {
    struct place server;
    enum issuer issuer;
    uint8_t len;
    uint8_t id[RN_QUIC_ID_MAX];
};

struct known {
    struct name name;
    struct place client; // when it was told
    uint64_t row;        // that told it
    bool disputed;       // ... and so did another
    uint32_t idle_ms;
    uint16_t facts_len;
    uint8_t facts[FACTS_BYTES];
};

struct flow_quic_ids {
    struct rn_hash_key seed;
    _Atomic uint32_t lengths; // bit n: an id of n bytes was learned
    struct rn_mutex lock;     // guards the rest; heads are read without it
    struct flow_lru lru;
    struct known known[FLOW_QUIC_IDS_MAX + 1];
    struct flow_lru_entry entry[FLOW_QUIC_IDS_MAX + 1];
    _Atomic uint16_t head[HEADS];
};
_Static_assert(FLOW_QUIC_IDS_MAX <= FLOW_LRU_MAX, "numbers fit");
_Static_assert(RN_QUIC_ID_MAX <= 24, "three words");

struct flow_quic_ids *flow_quic_ids_new(struct rn_hash_key seed, struct rn_err *err)
{
    struct flow_quic_ids *ids = rn_pages_map(sizeof(*ids));
    if (!ids) {
        rn_err_set(err, -ENOMEM, "No memory for ids of QUIC");
        return NULL;
    }
    ids->seed = seed;
    rn_mutex_init(&ids->lock);
    ids->lru = (struct flow_lru){
        .head = ids->head, .entry = ids->entry, .heads = HEADS, .cap = FLOW_QUIC_IDS_MAX};
    return ids;
}

void flow_quic_ids_free(struct flow_quic_ids *ids)
{
    if (!ids)
        return;
    rn_mutex_done(&ids->lock);
    rn_pages_unmap(ids, sizeof(*ids));
}

void flow_quic_ids_clear(struct flow_quic_ids *ids)
{
    rn_mutex_lock(&ids->lock);
    flow_lru_clear(&ids->lru);
    rn_mutex_unlock(&ids->lock);
}

static struct place place_of(const struct rn_key *key, unsigned end)
{
    return (struct place){key->ip[end], key->port[end]};
}

static bool same_place(const struct place *a, const struct place *b)
{
    return rn_ip_equal(&a->ip, &b->ip) && a->port == b->port;
}

static bool same_name(const struct name *a, const struct name *b)
{
    return same_place(&a->server, &b->server) && a->issuer == b->issuer && a->len == b->len &&
           memcmp(a->id, b->id, a->len) == 0;
}

static uint64_t hash_name(const struct flow_quic_ids *ids, const struct name *name)
{
    uint64_t words[6] = {name->server.ip.q[0], name->server.ip.q[1],
                         (uint64_t)name->server.port << 16 | (uint64_t)name->issuer << 8 |
                             name->len};
    memcpy(&words[3], name->id, name->len);
    return rn_hash_words(ids->seed, words, 6);
}

// What names the connection; the name of the server before the protocols that the client offered.
static void keep_facts(struct known *k, const struct rn_facts *facts)
{
    static const enum rn_fact kept[] = {RN_FACT_VERSION, RN_FACT_SNI, RN_FACT_ALPN};
    struct rn_facts out;
    rn_facts_clear(&out);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        struct rn_bytes value;
        for (unsigned n = 0; (value = rn_facts_find(facts, kept[i], n)).p &&
                             out.len + FACT_HEAD + value.len <= FACTS_BYTES;
             n++)
            rn_facts_put_text(&out, kept[i], value);
    }
    k->facts_len = out.len;
    memcpy(k->facts, out.data, out.len);
}

static void learn_one(struct flow_quic_ids *ids, const struct known *what)
{
    uint64_t hash = hash_name(ids, &what->name);
    uint16_t n = flow_lru_find(&ids->lru, hash);
    if (n == FLOW_LRU_NONE) {
        n = flow_lru_add(&ids->lru, hash);
        ids->known[n] = *what;
        return;
    }
    flow_lru_touch(&ids->lru, n);
    bool disputed = ids->known[n].disputed || ids->known[n].row != what->row;
    ids->known[n] = *what;
    ids->known[n].disputed = disputed;
}

void flow_quic_ids_learn(struct flow_quic_ids *ids, const struct rn_dpi_quic_ids *told, uint64_t id,
                         const struct rn_key *key, const struct rn_dpi_row *row)
{
    struct known what = {.name.server = place_of(key, 1u - told->client),
                         .client = place_of(key, told->client),
                         .row = id,
                         .idle_ms = row->life.idle_ms};
    keep_facts(&what, &row->facts);
    for (enum issuer issuer = BY_SERVER; issuer <= BY_CLIENT; issuer++) {
        unsigned end = issuer == BY_CLIENT ? told->client : 1u - told->client;
        what.name.issuer = issuer;
        what.name.len = told->len[end];
        if (what.name.len < FLOW_QUIC_ID_LEAST)
            continue;
        memcpy(what.name.id, told->id[end], what.name.len);
        rn_mutex_lock(&ids->lock);
        learn_one(ids, &what);
        rn_mutex_unlock(&ids->lock);
        atomic_fetch_or_explicit(&ids->lengths, UINT32_C(1) << what.name.len, memory_order_relaxed);
    }
}

static bool copy_known(struct flow_quic_ids *ids, const struct name *name, struct known *out)
{
    uint64_t hash = hash_name(ids, name);
    if (flow_lru_first(&ids->lru, hash) == FLOW_LRU_NONE)
        return false;
    rn_mutex_lock(&ids->lock);
    uint16_t n = flow_lru_find(&ids->lru, hash);
    bool good =
        n != FLOW_LRU_NONE && !ids->known[n].disputed && same_name(&ids->known[n].name, name);
    if (good) {
        *out = ids->known[n];
        flow_lru_touch(&ids->lru, n);
    }
    rn_mutex_unlock(&ids->lock);
    return good;
}

static void put_origin(const struct place *client, struct rn_facts *facts)
{
    char text[RN_END_TEXT_SIZE];
    size_t len = rn_end_text(&client->ip, client->port, text);
    rn_facts_put_text(facts, RN_FACT_MIGRATED_FROM, rn_bytes_of(text, len));
}

// The row as a connection that goes on in it; client: its end.
static void go_on(const struct known *k, const struct rn_key *key, unsigned client,
                  struct rn_dpi_row *row)
{
    struct place now = place_of(key, client);
    row->app = RN_APP_QUIC;
    row->client = (uint8_t)client;
    row->life = (struct rn_dpi_life){.idle_ms = k->idle_ms, .state = RN_QUIC_CONNECTED};
    rn_facts_clear(&row->facts);
    row->facts.len = k->facts_len;
    memcpy(row->facts.data, k->facts, k->facts_len);
    if (!same_place(&now, &k->client))
        put_origin(&k->client, &row->facts);
}

bool flow_quic_ids_find(struct flow_quic_ids *ids, const struct rn_key *key, unsigned from,
                        struct rn_bytes datagram, struct rn_dpi_row *row)
{
    uint32_t lengths = atomic_load_explicit(&ids->lengths, memory_order_relaxed);
    if (lengths == 0 || !rn_dpi_quic_goes_on(datagram))
        return false;
    struct known known;
    for (unsigned len = RN_QUIC_ID_MAX; len >= FLOW_QUIC_ID_LEAST; len--) {
        if (!(lengths >> len & 1))
            continue;
        struct rn_reader r = rn_reader_of(datagram);
        struct name name = {.len = (uint8_t)len};
        rn_skip(&r, 1);
        struct rn_bytes id = rn_take_bytes(&r, len);
        if (r.bad)
            continue;
        memcpy(name.id, id.p, len);
        for (name.issuer = BY_SERVER; name.issuer <= BY_CLIENT; name.issuer++) {
            unsigned client = name.issuer == BY_SERVER ? from : 1u - from;
            name.server = place_of(key, 1u - client);
            if (copy_known(ids, &name, &known)) {
                go_on(&known, key, client, row);
                return true;
            }
        }
    }
    return false;
}
