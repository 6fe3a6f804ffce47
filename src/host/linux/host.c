// SPDX-License-Identifier: Apache-2.0
// Linux: the first way to find owners that opens is used; what a better one lacked is told.
#include "rustnet/host.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "backend.h"

#define HURRY (-10) // nice value, which needs CAP_SYS_NICE

// Best first.
static const struct host_backend *const rows[] = {
    &host_procfs,
};
#define ROW_COUNT (sizeof rows / sizeof rows[0])

struct rn_host {
    const struct host_backend *backend; // NULL: none would open
    void *state;
    struct rn_host_status status; // without the limits of the back end in use
};

struct rn_host *rn_host_open(uint32_t max_sockets, struct rn_err *err)
{
    struct rn_host *host = calloc(1, sizeof *host);
    if (!host) {
        rn_err_set(err, -ENOMEM, "No memory for the owners of sockets");
        return NULL;
    }
    rn_text_fmt(&host->status.method, "none");
    for (size_t i = 0; i < ROW_COUNT && !host->backend; i++) {
        struct rn_text64 why = {0};
        if (rows[i]->open(max_sockets, &host->state, &why) == 0) {
            host->backend = rows[i];
            rn_text_fmt(&host->status.method, "%s", rows[i]->name);
        } else if (!host->status.degraded) { // the best one that is missing says why
            host->status.degraded = true;
            rn_text_fmt(&host->status.feature, "%s", rows[i]->feature);
            host->status.reason = why;
        }
    }
    return host;
}

void rn_host_close(struct rn_host *host)
{
    if (!host)
        return;
    if (host->backend)
        host->backend->close(host->state);
    free(host);
}

void rn_host_status(const struct rn_host *host, struct rn_host_status *out)
{
    *out = host->status;
    if (host->backend && !out->degraded)
        host->backend->limits(host->state, out);
}

void rn_host_refresh(struct rn_host *host)
{
    if (host->backend)
        host->backend->refresh(host->state);
}

bool rn_host_owner(struct rn_host *host, uint16_t proto, const struct rn_ip *local,
                   uint16_t local_port, const struct rn_ip *remote, uint16_t remote_port,
                   struct rn_process *out)
{
    const struct host_socket tuple = {
        .local = *local,
        .remote = *remote,
        .local_port = local_port,
        .remote_port = remote_port,
        .proto = proto,
    };
    return host->backend && host->backend->owner(host->state, &tuple, out);
}

bool rn_host_listed(const struct rn_host *host, uint16_t proto, const struct rn_ip *local,
                    uint16_t local_port, const struct rn_ip *remote, uint16_t remote_port)
{
    const struct host_socket tuple = {
        .local = *local,
        .remote = *remote,
        .local_port = local_port,
        .remote_port = remote_port,
        .proto = proto,
    };
    return host->backend && host->backend->listed(host->state, &tuple);
}

// Here a nice value belongs to a thread, not to its process (setpriority(2), sched(7)).
void rn_host_hurry(void)
{
    (void)setpriority(PRIO_PROCESS, 0, HURRY);
}
