// SPDX-License-Identifier: Apache-2.0
// Sockets and who holds them: a table for back ends that learn both from lists.
#ifndef HOST_SOCKETS_H
#define HOST_SOCKETS_H

#include "parse/parse.h"
#include "rustnet/base/err.h"
#include "rustnet/base/hash.h"
#include "rustnet/model/process.h"

#define HOST_NOBODY UINT32_MAX

struct host_held {
    struct host_socket socket;
    uint32_t owner;      // index of a process, HOST_NOBODY, or OWNER_MANY (sockets.c)
    uint32_t first;      // of those with the same tuple; itself for the first
    uint32_t tuple_slot; // where the indexes point to it
    uint32_t inode_slot;
};

struct host_sockets {
    struct host_held *held;
    struct rn_process *process;
    uint32_t *by_tuple; // open addressing, linear probing: index + 1, 0 is free
    uint32_t *by_inode;
    uint32_t cap;  // of held and process
    uint32_t mask; // slots - 1
    uint32_t count, process_count;
    uint64_t refused; // sockets that did not fit, since the last clear
    struct rn_hash_key seed;
};

int host_sockets_init(struct host_sockets *t, uint32_t cap, struct rn_err *err);
void host_sockets_done(struct host_sockets *t);
void host_sockets_clear(struct host_sockets *t);
void host_sockets_add(struct host_sockets *t, const struct host_socket *socket);
// A new process, to be filled in; HOST_NOBODY when there is no room.
uint32_t host_sockets_add_process(struct host_sockets *t, uint32_t pid);
bool host_sockets_wants(const struct host_sockets *t, uint64_t inode);
void host_sockets_hold(struct host_sockets *t, uint64_t inode, uint32_t process);
// After the last hold: settles tuples that several sockets have.
void host_sockets_settle(struct host_sockets *t);
bool host_sockets_listed(const struct host_sockets *t, const struct host_socket *tuple);
bool host_sockets_owner(const struct host_sockets *t, const struct host_socket *tuple,
                        struct rn_process *out);

#endif
