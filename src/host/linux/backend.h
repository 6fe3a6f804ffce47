// SPDX-License-Identifier: Apache-2.0
// A way to find the owner of a socket on Linux. host.c holds the rows and tries them in order.
//
// A new one is a file with a row, and a place in the list: `state` is whatever its open made, and everything after open
// does without the allocator.
#ifndef HOST_LINUX_BACKEND_H
#define HOST_LINUX_BACKEND_H

#include "parse/parse.h"
#include "rustnet/host.h"

struct host_backend {
    const char *name;    // shown as the method
    const char *feature; // what is missing when only a later row opens
    // 0 and *out_state, or a negative errno and the reason in a few words.
    int (*open)(uint32_t max_sockets, void **out_state, struct rn_text64 *out_why);
    void (*refresh)(void *state);
    bool (*owner)(const void *state, const struct host_socket *tuple, struct rn_process *out);
    bool (*listed)(const void *state, const struct host_socket *tuple); // whoever owns it
    // Sets degraded, feature and reason if it works, but not for everything.
    void (*limits)(const void *state, struct rn_host_status *out);
    void (*close)(void *state);
};

extern const struct host_backend host_procfs;

#endif
