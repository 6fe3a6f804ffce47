// SPDX-License-Identifier: Apache-2.0
// Publishing swaps two pointers under the write lock and rings the bell: a byte in a pipe, as poll(2) can wait for that.
#include "slot.h"

#include <errno.h>

#include "rustnet/base/pool.h"

int app_slot_open(struct app_slot *slot, struct rn_err *err)
{
    *slot = (struct app_slot){.bell = RN_BELL_NONE};
    rn_rwlock_init(&slot->lock);
    rn_mutex_init(&slot->ask_lock);
    slot->front = rn_pages_map(sizeof *slot->front);
    slot->spare = rn_pages_map(sizeof *slot->spare);
    if (!slot->front || !slot->spare)
        return rn_err_set(err, -ENOMEM, "No memory for what the screen shows");
    return rn_bell_open(&slot->bell, err);
}

void app_slot_close(struct app_slot *slot)
{
    if (!slot->front)
        return;
    rn_bell_close(&slot->bell);
    rn_pages_unmap(slot->front, sizeof *slot->front);
    rn_pages_unmap(slot->spare, sizeof *slot->spare);
    rn_mutex_done(&slot->ask_lock);
    rn_rwlock_done(&slot->lock);
    *slot = (struct app_slot){.bell = RN_BELL_NONE};
}

void app_slot_ask(struct app_slot *slot, const struct rn_view_request *request, bool now)
{
    rn_mutex_lock(&slot->ask_lock);
    slot->request = *request;
    rn_mutex_unlock(&slot->ask_lock);
    if (now)
        rn_wake_ring(slot->wake);
}

const struct rn_snapshot *app_slot_look(struct app_slot *slot)
{
    rn_rwlock_read(&slot->lock);
    return slot->front;
}

void app_slot_done(struct app_slot *slot)
{
    rn_rwlock_unlock(&slot->lock);
}

int app_slot_bell(const struct app_slot *slot)
{
    return slot->bell.fd[0];
}

void app_slot_hush(struct app_slot *slot)
{
    (void)rn_bell_hush(&slot->bell);
}

struct rn_snapshot *app_slot_begin(struct app_slot *slot)
{
    rn_mutex_lock(&slot->ask_lock);
    slot->spare->request = slot->request;
    rn_mutex_unlock(&slot->ask_lock);
    return slot->spare;
}

void app_slot_publish(struct app_slot *slot)
{
    rn_rwlock_write(&slot->lock);
    struct rn_snapshot *old = slot->front;
    slot->spare->generation = old->generation + 1;
    slot->front = slot->spare;
    slot->spare = old;
    rn_rwlock_unlock(&slot->lock);
    app_slot_ring(slot);
}

void app_slot_ring(struct app_slot *slot)
{
    rn_bell_ring(slot->bell.fd[1]);
}
