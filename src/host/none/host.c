// SPDX-License-Identifier: Apache-2.0
// A system about which nothing is known. It serves replay and tests, and it is the seam to copy for a new platform:
// these are all the functions that a folder has to provide.
#include "rustnet/host.h"

#include <errno.h>
#include <stdlib.h>

#include "parse/parse.h"

struct rn_host {
    struct rn_host_status status;
};

struct rn_host *rn_host_open(uint32_t max_sockets, struct rn_err *err)
{
    (void)max_sockets;
    struct rn_host *host = calloc(1, sizeof *host);
    if (!host) {
        rn_err_set(err, -ENOMEM, "No memory for the owners of sockets");
        return NULL;
    }
    host->status.degraded = true;
    rn_text_fmt(&host->status.method, "none");
    rn_text_fmt(&host->status.feature, "Process names");
    rn_text_fmt(&host->status.reason, "not built for this system");
    return host;
}

void rn_host_close(struct rn_host *host)
{
    free(host);
}

void rn_host_status(const struct rn_host *host, struct rn_host_status *out)
{
    *out = host->status;
}

void rn_host_refresh(struct rn_host *host)
{
    (void)host;
}

bool rn_host_owner(struct rn_host *host, uint16_t proto, const struct rn_ip *local,
                   uint16_t local_port, const struct rn_ip *remote, uint16_t remote_port,
                   struct rn_process *out)
{
    (void)host, (void)proto, (void)local, (void)local_port, (void)remote, (void)remote_port;
    (void)out;
    return false;
}

bool rn_host_listed(const struct rn_host *host, uint16_t proto, const struct rn_ip *local,
                    uint16_t local_port, const struct rn_ip *remote, uint16_t remote_port)
{
    (void)host, (void)proto, (void)local, (void)local_port, (void)remote, (void)remote_port;
    return false;
}

int rn_host_addresses(struct rn_local_addrs *out, struct rn_err *err)
{
    (void)err;
    *out = (struct rn_local_addrs){0};
    host_add_loopbacks(out);
    return 0;
}

unsigned rn_host_interfaces(struct rn_iface_stats *out, unsigned max)
{
    (void)out, (void)max;
    return 0;
}

void rn_host_hurry(void)
{
}
