// SPDX-License-Identifier: Apache-2.0
// Two tables that forget: questions that wait for their answer, and the names that answers gave to addresses.
//
//   hear(question)  row, end, id, type, name --------> asked
//   hear(answer)    the same five are in `asked`? ---> out of it; each address, for who asked ---> told
//   find            who, address --------------------> told
//
// Both are lists of lru.h, by hash, the one last told the newest.
//
// The names themselves are few bytes as a rule and 253 at most, so each lies in a pool of about its size.
//
// 1. No answer counts without its question: same row, sent from the other end, same id, type and name, not too long ago.
//    It uses the question up, so the first answer wins, as it does with whoever asked.
// 2. A name is good for who asked, not for others that happen to be seen.
// 3. The lock is a leaf: it is taken under a shard's lock, for a bounded time, and nothing is called while it is held.
//    find takes it only where a head is not empty: a flood of rows to strangers never meets there.
// 4. What is forgotten depends on the order of the messages alone, never on a hash, and never on how long names are: an
//    entry has one place for a name at most, and each pool has as many places as there are entries.
#include "names.h"

#include <errno.h>

#include "lru.h"
#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"

#define ASKED_HEADS 8192
#define TOLD_HEADS 65536

// What an answer said of an address. An entry that was forgotten keeps its place for a name until it needs another.
struct told {
    rn_time at;
    uint32_t text; // where the name lies in the pool of its class, unless len is 0
    uint16_t good_secs;
    uint8_t len;
    uint8_t class;
};

static const uint16_t class_bytes[] = {16, 24, 32, 40, 48, 64, 96, 256};
#define CLASSES (sizeof class_bytes / sizeof *class_bytes)
_Static_assert(RN_DPI_DNS_NAME <= 256 && RN_DPI_DNS_NAME <= UINT8_MAX, "any name fits");

struct flow_names {
    struct rn_hash_key seed;
    atomic_bool any;      // a name was learned
    struct rn_mutex lock; // guards the rest; heads are read without it
    struct flow_lru asked, told;
    struct rn_pool text[CLASSES];
    rn_time asked_at[FLOW_NAMES_ASKED_MAX + 1];
    struct told what[FLOW_NAMES_MAX + 1];
    struct flow_lru_entry asked_entry[FLOW_NAMES_ASKED_MAX + 1], told_entry[FLOW_NAMES_MAX + 1];
    _Atomic uint16_t asked_head[ASKED_HEADS], told_head[TOLD_HEADS];
};
_Static_assert(FLOW_NAMES_MAX <= FLOW_LRU_MAX && FLOW_NAMES_ASKED_MAX <= FLOW_LRU_MAX,
               "numbers fit");

struct flow_names *flow_names_new(struct rn_hash_key seed, struct rn_err *err)
{
    struct flow_names *names = rn_pages_map(sizeof(*names));
    if (!names) {
        rn_err_set(err, -ENOMEM, "No memory for names of addresses");
        return NULL;
    }
    names->seed = seed;
    rn_mutex_init(&names->lock);
    names->asked = (struct flow_lru){.head = names->asked_head,
                                     .entry = names->asked_entry,
                                     .heads = ASKED_HEADS,
                                     .cap = FLOW_NAMES_ASKED_MAX};
    names->told = (struct flow_lru){.head = names->told_head,
                                    .entry = names->told_entry,
                                    .heads = TOLD_HEADS,
                                    .cap = FLOW_NAMES_MAX};
    int rc = 0;
    for (unsigned c = 0; !rc && c < CLASSES; c++)
        rc = rn_pool_init(&names->text[c], class_bytes[c], FLOW_NAMES_MAX, err);
    if (rc) {
        flow_names_free(names);
        return NULL;
    }
    return names;
}

void flow_names_free(struct flow_names *names)
{
    if (!names)
        return;
    for (unsigned c = 0; c < CLASSES; c++)
        rn_pool_done(&names->text[c]);
    rn_mutex_done(&names->lock);
    rn_pages_unmap(names, sizeof(*names));
}

void flow_names_clear(struct flow_names *names)
{
    rn_mutex_lock(&names->lock);
    flow_lru_clear(&names->asked);
    flow_lru_clear(&names->told);
    rn_mutex_unlock(&names->lock);
}

// Questions, and who knows which address. Their hash stands for them: it is of 64 bits and keyed, so nobody makes two
// that agree.

static uint64_t hash_question(const struct flow_names *names, const struct rn_dpi_dns *m,
                              uint64_t row, unsigned asker)
{
    uint64_t words[2 + (RN_DPI_DNS_NAME + 7) / 8] = {
        row, (uint64_t)m->name_len << 40 | (uint64_t)asker << 32 | (uint64_t)m->type << 16 | m->id};
    memcpy(&words[2], m->name, m->name_len);
    return rn_hash_words(names->seed, words, 2 + (m->name_len + 7u) / 8);
}

static void ask(struct flow_names *names, uint64_t hash, rn_time now)
{
    uint16_t n = flow_lru_find(&names->asked, hash);
    if (n == FLOW_LRU_NONE)
        n = flow_lru_add(&names->asked, hash);
    else
        flow_lru_touch(&names->asked, n);
    names->asked_at[n] = now;
}

static bool was_asked(struct flow_names *names, uint64_t hash, rn_time now)
{
    uint16_t n = flow_lru_find(&names->asked, hash);
    if (n == FLOW_LRU_NONE)
        return false;
    rn_dur waited = rn_time_since(now, names->asked_at[n]);
    flow_lru_forget(&names->asked, n);
    return waited >= 0 && waited <= FLOW_NAMES_PATIENCE;
}

// Names.

static uint64_t hash_address(const struct flow_names *names, const struct rn_ip *who,
                             const struct rn_ip *address)
{
    uint64_t words[4] = {who->q[0], who->q[1], address->q[0], address->q[1]};
    return rn_hash_words(names->seed, words, 4);
}

static bool names_nobody(const struct rn_ip *ip)
{
    return rn_ip_is_loopback(ip) || rn_ip_is_unspecified(ip) || rn_ip_is_multicast(ip);
}

static uint16_t good_secs(uint32_t ttl_secs)
{
    const uint32_t least = FLOW_NAMES_FRESH / RN_SEC, most = FLOW_NAMES_KEPT / RN_SEC;
    return (uint16_t)(ttl_secs < least ? least : ttl_secs > most ? most : ttl_secs);
}

static void put_text(struct flow_names *names, struct told *told, const char *name, uint8_t len)
{
    uint8_t c = 0;
    while (class_bytes[c] < len)
        c++;
    if (!told->len || told->class != c) {
        if (told->len)
            rn_pool_release(&names->text[told->class], told->text);
        told->text = rn_pool_acquire(&names->text[c]);
        told->class = c;
    }
    told->len = len;
    memcpy(rn_pool_at(&names->text[c], told->text), name, len);
}

static void learn(struct flow_names *names, const struct rn_ip *who, const struct rn_dpi_dns *m,
                  unsigned i, rn_time now)
{
    if (names_nobody(&m->address[i]))
        return;
    uint64_t hash = hash_address(names, who, &m->address[i]);
    uint16_t n = flow_lru_find(&names->told, hash);
    if (n == FLOW_LRU_NONE)
        n = flow_lru_add(&names->told, hash);
    else
        flow_lru_touch(&names->told, n);
    struct told *told = &names->what[n];
    told->at = now;
    told->good_secs = good_secs(m->ttl_secs[i]);
    put_text(names, told, m->name, m->name_len);
    atomic_store_explicit(&names->any, true, memory_order_relaxed);
}

void flow_names_hear(struct flow_names *names, const struct rn_dpi_dns *message, uint64_t row,
                     unsigned asker, const struct rn_ip *who, rn_time now)
{
    uint64_t hash = hash_question(names, message, row, asker);
    rn_mutex_lock(&names->lock);
    if (!message->response)
        ask(names, hash, now);
    else if (was_asked(names, hash, now))
        for (unsigned i = 0; i < message->address_count; i++)
            learn(names, who, message, i, now);
    rn_mutex_unlock(&names->lock);
}

// A row may be older than the answer by what one worker is behind another.
static bool is_good(const struct told *told, rn_time begun)
{
    return begun <= rn_time_add(told->at, told->good_secs * RN_SEC) &&
           rn_time_since(told->at, begun) <= FLOW_NAMES_FRESH;
}

bool flow_names_find(struct flow_names *names, const struct rn_ip *who, const struct rn_ip *address,
                     rn_time begun, struct flow_name *out)
{
    if (!atomic_load_explicit(&names->any, memory_order_relaxed))
        return false;
    uint64_t hash = hash_address(names, who, address);
    if (flow_lru_first(&names->told, hash) == FLOW_LRU_NONE)
        return false;
    rn_mutex_lock(&names->lock);
    uint16_t n = flow_lru_find(&names->told, hash);
    const struct told *told = &names->what[n];
    bool good = n != FLOW_LRU_NONE && is_good(told, begun);
    if (good) {
        out->len = told->len;
        memcpy(out->s, rn_pool_at(&names->text[told->class], told->text), told->len);
    }
    rn_mutex_unlock(&names->lock);
    return good;
}
