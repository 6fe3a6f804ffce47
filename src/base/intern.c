// SPDX-License-Identifier: Apache-2.0
// Texts in a row by id, and an open-addressing index over them that only `add` looks at.
//
// 1. A text is written before the count that covers it is (release), and never again: so `get` needs no lock.
// 2. The index has at least twice as many slots as there can be texts, so a probe always meets an empty slot.
// 3. Nothing is allocated after `new`; untouched rows cost no memory.
#include "rustnet/base/intern.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/hash.h"
#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"
#include "rustnet/base/text.h"

#define TEXT_SIZE 64 // NUL included; a row is one cache line
#define TEXT_WORDS (TEXT_SIZE / 8)
#define CAP_MAX (UINT32_C(1) << 28)

struct row {
    char s[TEXT_SIZE]; // zero behind its end, so that rows compare and hash as a whole
};

struct rn_intern {
    struct row *rows;       // cap + 1; row 0 is the empty text
    uint32_t *slots;        // ids, 0 = empty; under lock
    size_t slot_count;      // a power of two
    uint32_t cap;           // ids 1..cap
    _Atomic uint32_t count; // ids given out; written under lock
    _Atomic uint64_t refused;
    struct rn_hash_key key;
    struct rn_mutex lock;
};

static size_t slots_for(uint32_t cap)
{
    size_t n = 16;
    while (n < (size_t)cap * 2)
        n *= 2;
    return n;
}

struct rn_intern *rn_intern_new(uint32_t cap, struct rn_err *err)
{
    if (cap == 0 || cap > CAP_MAX) {
        rn_err_set(err, -EINVAL, "a table of %u names makes no sense", cap);
        return NULL;
    }
    struct rn_intern *table = calloc(1, sizeof(*table));
    if (!table)
        goto no_memory;
    rn_mutex_init(&table->lock);
    table->cap = cap;
    table->slot_count = slots_for(cap);
    table->rows = rn_pages_map(((size_t)cap + 1) * sizeof(struct row));
    table->slots = rn_pages_map(table->slot_count * sizeof(uint32_t));
    if (!table->rows || !table->slots)
        goto no_memory;
    if (rn_random(&table->key, sizeof(table->key), err) < 0) {
        rn_intern_free(table);
        return NULL;
    }
    return table;
no_memory:
    rn_intern_free(table);
    rn_err_set(err, -ENOMEM, "no memory for a table of %u names", cap);
    return NULL;
}

void rn_intern_free(struct rn_intern *table)
{
    if (!table)
        return;
    rn_pages_unmap(table->rows, ((size_t)table->cap + 1) * sizeof(struct row));
    rn_pages_unmap(table->slots, table->slot_count * sizeof(uint32_t));
    rn_mutex_done(&table->lock);
    free(table);
}

static uint64_t hash_row(struct rn_hash_key key, const struct row *row)
{
    uint64_t words[TEXT_WORDS];
    memcpy(words, row->s, sizeof(words));
    return rn_hash_words(key, words, TEXT_WORDS);
}

static uint32_t find_or_add(struct rn_intern *table, const struct row *row)
{
    size_t mask = table->slot_count - 1;
    size_t i = (size_t)hash_row(table->key, row) & mask;
    for (; table->slots[i]; i = (i + 1) & mask)
        if (memcmp(&table->rows[table->slots[i]], row, sizeof(*row)) == 0)
            return table->slots[i];
    uint32_t id = atomic_load_explicit(&table->count, memory_order_relaxed) + 1;
    if (id > table->cap) {
        atomic_fetch_add_explicit(&table->refused, 1, memory_order_relaxed);
        return 0;
    }
    table->rows[id] = *row;
    table->slots[i] = id;
    atomic_store_explicit(&table->count, id, memory_order_release);
    return id;
}

uint32_t rn_intern_add(struct rn_intern *table, struct rn_bytes raw)
{
    struct row row = {{0}};
    if (rn_text_clean(row.s, sizeof(row.s), raw) == 0)
        return 0;
    rn_mutex_lock(&table->lock);
    uint32_t id = find_or_add(table, &row);
    rn_mutex_unlock(&table->lock);
    return id;
}

const char *rn_intern_get(const struct rn_intern *table, uint32_t id)
{
    return id <= rn_intern_count(table) ? table->rows[id].s : "";
}

uint32_t rn_intern_count(const struct rn_intern *table)
{
    return atomic_load_explicit(&table->count, memory_order_acquire);
}

uint64_t rn_intern_refused(const struct rn_intern *table)
{
    return atomic_load_explicit(&table->refused, memory_order_relaxed);
}
