// SPDX-License-Identifier: Apache-2.0
// Where the snapshot thread and the screen meet: two buffers and a request. Private to app.
// Thread: one fills (`begin`, `publish`), one looks (`look`, `done`, `ask`).
// Owns:   both buffers.
// Fails:  `open` with negative errno.
//
//   snapshot thread: begin -> fills the spare without a lock -> publish: swaps under the write lock (microseconds)
//   screen:          look -> update and view under the read lock -> done, then it paints
//
// The spare is never looked at: whoever looks holds the read lock, so the swap waits for it.
#ifndef APP_SLOT_H
#define APP_SLOT_H

#include <stdatomic.h>

#include "rustnet/base/bell.h"
#include "rustnet/base/sync.h"
#include "rustnet/model/snapshot.h"

struct app_slot {
    struct rn_rwlock lock; // guards which buffer is the front
    struct rn_snapshot *front, *spare;
    struct rn_mutex ask_lock; // guards request
    struct rn_view_request request;
    struct rn_wake *wake; // of the thread that fills
    struct rn_bell bell;  // rung when there is something new
};

int app_slot_open(struct app_slot *slot, struct rn_err *err);
void app_slot_close(struct app_slot *slot);

// The screen's side. now: do not wait for the next regular snapshot.
void app_slot_ask(struct app_slot *slot, const struct rn_view_request *request, bool now);
const struct rn_snapshot *app_slot_look(struct app_slot *slot);
void app_slot_done(struct app_slot *slot);
int app_slot_bell(const struct app_slot *slot); // to be polled
void app_slot_hush(struct app_slot *slot);      // empties the pipe

// The filling side: the spare with its request set.
struct rn_snapshot *app_slot_begin(struct app_slot *slot);
void app_slot_publish(struct app_slot *slot);
// Makes the pipe readable. Async-signal-safe.
void app_slot_ring(struct app_slot *slot);

#endif
