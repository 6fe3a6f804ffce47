// SPDX-License-Identifier: Apache-2.0
// The table of neighbours: IP address -> hardware address, as ARP and neighbour discovery told it.
//
//   head[hash] -> entry -> entry       chains, so that an empty head says "not here" without a lock
//   free       -> entry -> entry       those that were forgotten; entries at and after `fresh` were never used
//
// 1. An entry is in exactly one chain, or in the free list, or it was never used.
// 2. Who is known stays known: a flood of strangers fills the table and then meets a closed door, until a sweep finds
//    somebody who was not heard of for RN_NEIGHBOURS_KEPT. At most one sweep a minute, so the flood costs nothing.
// 3. What is known is replaced only by what is not older. Times are those of packets.
// 4. Who is forgotten or refused depends on the order of the packets and their times alone, never on a hash.
// 5. The lock is a leaf: it is taken for a bounded time, also under a shard's lock, and nothing is called while it is held.
#include "rustnet/lookup.h"

#include <errno.h>
#include <stdatomic.h>

#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"

#define HEADS 8192u
#define NONE 0 // entries count from 1

struct entry {
    struct rn_binding binding;
    uint16_t next; // of the chain or the free list
    rn_time seen;
};

struct rn_neighbours {
    struct rn_hash_key seed;
    struct rn_mutex lock; // guards the rest; heads are read without it
    uint32_t fresh;       // entries ever used
    uint32_t known;
    uint16_t free;
    bool swept;
    rn_time swept_at;
    struct entry entry[RN_NEIGHBOURS_MAX + 1];
    _Atomic uint16_t head[HEADS];
};
_Static_assert(RN_NEIGHBOURS_MAX < UINT16_MAX, "numbers fit");

struct rn_neighbours *rn_neighbours_new(struct rn_hash_key seed, struct rn_err *err)
{
    struct rn_neighbours *table = rn_pages_map(sizeof *table);
    if (!table) {
        rn_err_set(err, -ENOMEM, "No memory for %d neighbours", RN_NEIGHBOURS_MAX);
        return NULL;
    }
    table->seed = seed;
    rn_mutex_init(&table->lock);
    return table;
}

void rn_neighbours_free(struct rn_neighbours *table)
{
    if (!table)
        return;
    rn_mutex_done(&table->lock);
    rn_pages_unmap(table, sizeof *table);
}

static _Atomic uint16_t *head_of(struct rn_neighbours *table, const struct rn_ip *ip)
{
    return &table->head[rn_hash_words(table->seed, ip->q, 2) & (HEADS - 1)];
}

static uint16_t first_of(const _Atomic uint16_t *head)
{
    return atomic_load_explicit(head, memory_order_relaxed);
}

static void set_first(_Atomic uint16_t *head, uint16_t n)
{
    atomic_store_explicit(head, n, memory_order_relaxed);
}

static uint16_t find(const struct rn_neighbours *table, const _Atomic uint16_t *head,
                     const struct rn_ip *ip)
{
    uint16_t n = first_of(head);
    while (n != NONE && !rn_ip_equal(&table->entry[n].binding.ip, ip))
        n = table->entry[n].next;
    return n;
}

static void forget(struct rn_neighbours *table, uint16_t n)
{
    struct entry *e = &table->entry[n];
    _Atomic uint16_t *head = head_of(table, &e->binding.ip);
    uint16_t before = first_of(head);
    if (before == n) {
        set_first(head, e->next);
    } else {
        while (table->entry[before].next != n)
            before = table->entry[before].next;
        table->entry[before].next = e->next;
    }
    e->next = table->free;
    table->free = n;
    table->known--;
}

// The table is full, so every entry is used. A clock that was set back must not keep the table closed.
static void sweep(struct rn_neighbours *table, rn_time now)
{
    rn_dur since = table->swept ? rn_time_since(now, table->swept_at) : RN_NEIGHBOURS_SWEEP;
    if (since >= 0 && since < RN_NEIGHBOURS_SWEEP)
        return;
    table->swept = true;
    table->swept_at = now;
    for (uint16_t n = 1; n <= RN_NEIGHBOURS_MAX; n++)
        if (rn_time_since(now, table->entry[n].seen) > RN_NEIGHBOURS_KEPT)
            forget(table, n);
}

// An entry that is in no list, or NONE.
static uint16_t take(struct rn_neighbours *table, rn_time now)
{
    if (table->known == RN_NEIGHBOURS_MAX)
        sweep(table, now);
    if (table->known == RN_NEIGHBOURS_MAX)
        return NONE;
    table->known++;
    if (table->fresh < RN_NEIGHBOURS_MAX)
        return (uint16_t)++table->fresh;
    uint16_t n = table->free;
    table->free = table->entry[n].next;
    return n;
}

// No host has such an address, nor has a link such an end.
static bool is_nobody(const struct rn_binding *b)
{
    static const uint8_t zero[RN_MAC_BYTES];
    bool ip = rn_ip_is_unspecified(&b->ip) || rn_ip_is_multicast(&b->ip) ||
              rn_ip_is_loopback(&b->ip) || (rn_ip_is_v4(&b->ip) && b->ip.w[3] == UINT32_MAX);
    bool group = b->mac[0] & 1;
    return ip || group || memcmp(b->mac, zero, sizeof zero) == 0;
}

void rn_neighbours_learn(struct rn_neighbours *table, const struct rn_binding *binding,
                         rn_time time)
{
    if (is_nobody(binding))
        return;
    _Atomic uint16_t *head = head_of(table, &binding->ip);
    rn_mutex_lock(&table->lock);
    uint16_t n = find(table, head, &binding->ip);
    bool stale = n != NONE && time < table->entry[n].seen;
    if (n == NONE && (n = take(table, time)) != NONE) {
        table->entry[n].next = first_of(head);
        set_first(head, n);
    }
    if (n != NONE && !stale) {
        table->entry[n].binding = *binding;
        table->entry[n].seen = time;
    }
    rn_mutex_unlock(&table->lock);
}

bool rn_neighbours_find(struct rn_neighbours *table, const struct rn_ip *ip,
                        uint8_t out_mac[RN_MAC_BYTES])
{
    const _Atomic uint16_t *head = head_of(table, ip);
    if (first_of(head) == NONE)
        return false;
    rn_mutex_lock(&table->lock);
    uint16_t n = find(table, head, ip);
    if (n != NONE)
        memcpy(out_mac, table->entry[n].binding.mac, RN_MAC_BYTES);
    rn_mutex_unlock(&table->lock);
    return n != NONE;
}

void rn_neighbours_clear(struct rn_neighbours *table)
{
    rn_mutex_lock(&table->lock);
    for (unsigned i = 0; i < HEADS; i++)
        set_first(&table->head[i], NONE);
    table->fresh = table->known = 0;
    table->free = NONE;
    table->swept = false;
    rn_mutex_unlock(&table->lock);
}

uint32_t rn_neighbours_count(struct rn_neighbours *table)
{
    rn_mutex_lock(&table->lock);
    uint32_t known = table->known;
    rn_mutex_unlock(&table->lock);
    return known;
}
