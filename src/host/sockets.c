// SPDX-License-Identifier: Apache-2.0
// Tuple -> socket -> process, filled anew in each pass.
//
// 1. Nothing is allocated after `init`; what does not fit is refused and counted.
// 2. A socket that two processes hold has no owner: after a fork nobody can tell from outside which of them speaks.
// 3. A tuple that two sockets have is owned only if both have the same owner.
// 4. `clear` costs what the last pass filled, not what the table could hold.
#include "sockets.h"

#include <errno.h>
#include <string.h>

#include "rustnet/base/pool.h"
#include "rustnet/base/sync.h"

#define OWNER_MANY (UINT32_MAX - 1)
#define CAP_MAX (UINT32_C(1) << 24)

static uint32_t slots_for(uint32_t cap)
{
    uint32_t slots = 16;
    while (slots < cap * 2)
        slots *= 2;
    return slots;
}

int host_sockets_init(struct host_sockets *t, uint32_t cap, struct rn_err *err)
{
    memset(t, 0, sizeof *t);
    t->cap = cap < 1 ? 1 : cap > CAP_MAX ? CAP_MAX : cap;
    uint32_t slots = slots_for(t->cap);
    t->mask = slots - 1;
    int r = rn_random(&t->seed, sizeof t->seed, err);
    if (r < 0)
        return r;
    t->held = rn_pages_map(t->cap * sizeof *t->held);
    t->process = rn_pages_map(t->cap * sizeof *t->process);
    t->by_tuple = rn_pages_map(slots * sizeof *t->by_tuple);
    t->by_inode = rn_pages_map(slots * sizeof *t->by_inode);
    if (t->held && t->process && t->by_tuple && t->by_inode)
        return 0;
    host_sockets_done(t);
    return rn_err_set(err, -ENOMEM, "No memory for the table of sockets");
}

void host_sockets_done(struct host_sockets *t)
{
    uint32_t slots = t->mask + 1;
    if (t->held)
        rn_pages_unmap(t->held, t->cap * sizeof *t->held);
    if (t->process)
        rn_pages_unmap(t->process, t->cap * sizeof *t->process);
    if (t->by_tuple)
        rn_pages_unmap(t->by_tuple, slots * sizeof *t->by_tuple);
    if (t->by_inode)
        rn_pages_unmap(t->by_inode, slots * sizeof *t->by_inode);
    memset(t, 0, sizeof *t);
}

void host_sockets_clear(struct host_sockets *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        t->by_tuple[t->held[i].tuple_slot] = 0;
        t->by_inode[t->held[i].inode_slot] = 0;
    }
    t->count = t->process_count = 0;
    t->refused = 0;
}

static bool same_tuple(const struct host_socket *a, const struct host_socket *b)
{
    return a->proto == b->proto && a->local_port == b->local_port &&
           a->remote_port == b->remote_port && rn_ip_equal(&a->local, &b->local) &&
           rn_ip_equal(&a->remote, &b->remote);
}

// The slot of the tuple, or the free one where it belongs. There always is one: half of them are free.
static uint32_t tuple_slot(const struct host_sockets *t, const struct host_socket *s)
{
    uint64_t words[5] = {s->local.q[0], s->local.q[1], s->remote.q[0], s->remote.q[1],
                         (uint64_t)s->local_port << 32 | (uint64_t)s->remote_port << 16 | s->proto};
    uint32_t slot = (uint32_t)rn_hash_words(t->seed, words, 5) & t->mask;
    while (t->by_tuple[slot] && !same_tuple(&t->held[t->by_tuple[slot] - 1].socket, s))
        slot = (slot + 1) & t->mask;
    return slot;
}

static uint32_t inode_slot(const struct host_sockets *t, uint64_t inode)
{
    uint32_t slot = (uint32_t)rn_hash_words(t->seed, &inode, 1) & t->mask;
    while (t->by_inode[slot] && t->held[t->by_inode[slot] - 1].socket.inode != inode)
        slot = (slot + 1) & t->mask;
    return slot;
}

void host_sockets_add(struct host_sockets *t, const struct host_socket *socket)
{
    uint32_t by_inode = inode_slot(t, socket->inode);
    if (t->by_inode[by_inode])
        return; // the list moved while it was read and shows it twice
    if (t->count >= t->cap) {
        t->refused++;
        return;
    }
    uint32_t i = t->count++, by_tuple = tuple_slot(t, socket);
    bool first = !t->by_tuple[by_tuple];
    if (first)
        t->by_tuple[by_tuple] = i + 1;
    t->by_inode[by_inode] = i + 1;
    t->held[i] = (struct host_held){
        .socket = *socket,
        .owner = HOST_NOBODY,
        .first = first ? i : t->by_tuple[by_tuple] - 1,
        .tuple_slot = by_tuple,
        .inode_slot = by_inode,
    };
}

uint32_t host_sockets_add_process(struct host_sockets *t, uint32_t pid)
{
    if (t->process_count >= t->cap)
        return HOST_NOBODY;
    t->process[t->process_count] = (struct rn_process){.pid = pid};
    return t->process_count++;
}

bool host_sockets_wants(const struct host_sockets *t, uint64_t inode)
{
    return t->by_inode[inode_slot(t, inode)] != 0;
}

void host_sockets_hold(struct host_sockets *t, uint64_t inode, uint32_t process)
{
    uint32_t found = t->by_inode[inode_slot(t, inode)];
    if (!found)
        return;
    uint32_t *owner = &t->held[found - 1].owner;
    *owner = *owner == HOST_NOBODY || *owner == process ? process : OWNER_MANY;
}

void host_sockets_settle(struct host_sockets *t)
{
    for (uint32_t i = 0; i < t->count; i++) {
        struct host_held *first = &t->held[t->held[i].first];
        if (first->owner != t->held[i].owner)
            first->owner = OWNER_MANY;
    }
}

bool host_sockets_listed(const struct host_sockets *t, const struct host_socket *tuple)
{
    return t->by_tuple[tuple_slot(t, tuple)] != 0;
}

bool host_sockets_owner(const struct host_sockets *t, const struct host_socket *tuple,
                        struct rn_process *out)
{
    uint32_t found = t->by_tuple[tuple_slot(t, tuple)];
    if (!found)
        return false;
    const struct host_held *held = &t->held[found - 1];
    // A process that ended before its name could be read has none: not known, rather than made up.
    if (held->owner >= t->process_count || t->process[held->owner].name.len == 0)
        return false;
    *out = t->process[held->owner];
    out->uid = held->socket.uid;
    return true;
}
