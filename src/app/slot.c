// SPDX-License-Identifier: Apache-2.0
// Publishing swaps two pointers under the write lock and rings the bell: a byte in a pipe, as poll(2) can wait for that.
#include "slot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "rustnet/base/pool.h"

int app_slot_open(struct app_slot *slot, struct rn_err *err)
{
    *slot = (struct app_slot){.bell = {-1, -1}};
    rn_rwlock_init(&slot->lock);
    rn_mutex_init(&slot->ask_lock);
    slot->front = rn_pages_map(sizeof *slot->front);
    slot->spare = rn_pages_map(sizeof *slot->spare);
    if (!slot->front || !slot->spare)
        return rn_err_set(err, -ENOMEM, "No memory for what the screen shows");
    if (pipe(slot->bell) < 0)
        return rn_err_set(err, -errno, "No pipe: %s", strerror(errno));
    for (unsigned i = 0; i < 2; i++) {
        (void)fcntl(slot->bell[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(slot->bell[i], F_SETFD, FD_CLOEXEC);
    }
    return 0;
}

void app_slot_close(struct app_slot *slot)
{
    if (!slot->front)
        return;
    for (unsigned i = 0; i < 2; i++)
        if (slot->bell[i] >= 0)
            close(slot->bell[i]);
    rn_pages_unmap(slot->front, sizeof *slot->front);
    rn_pages_unmap(slot->spare, sizeof *slot->spare);
    rn_mutex_done(&slot->ask_lock);
    rn_rwlock_done(&slot->lock);
    *slot = (struct app_slot){.bell = {-1, -1}};
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
    return slot->bell[0];
}

void app_slot_hush(struct app_slot *slot)
{
    char bytes[64];
    while (read(slot->bell[0], bytes, sizeof bytes) > 0)
        ;
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
    int error = errno;
    ssize_t n = write(slot->bell[1], "", 1); // a full pipe is readable already
    (void)n;
    errno = error;
}
