// SPDX-License-Identifier: Apache-2.0
// A bell to be heard by poll(2): a pipe of which nobody minds the bytes.
// Thread: any rings (also a signal handler), one hears.
// Owns:   both ends, between `open` and `close`.
// Fails:  `open` with negative errno; a bell that is not open is not heard.
#ifndef RUSTNET_BASE_BELL_H
#define RUSTNET_BASE_BELL_H

#include <stdbool.h>

#include "rustnet/base/err.h"

struct rn_bell {
    int fd[2]; // the end to poll for reading, the end to ring; -1: not open
};
#define RN_BELL_NONE ((struct rn_bell){{-1, -1}})

int rn_bell_open(struct rn_bell *bell, struct rn_err *err);
void rn_bell_close(struct rn_bell *bell);
// fd: the second end, or -1. One that has been rung and not hushed stays audible. Async-signal-safe.
void rn_bell_ring(int fd);
// Makes it silent; true if it was rung.
bool rn_bell_hush(const struct rn_bell *bell);

#endif
