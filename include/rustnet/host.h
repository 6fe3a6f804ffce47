// SPDX-License-Identifier: Apache-2.0
// What the operating system knows: owners of sockets, addresses, gateways, counters of interfaces.
// Thread: one (enrich) for rn_host; one each for rn_host_addresses and rn_host_interfaces.
// Owns:   its tables and descriptors, made by `open`; nothing allocates afterwards.
// Fails:  `open` never quite: the last back end ("none") always works; what the OS prints is parsed as foreign bytes.
//
// A platform is one folder (src/host/linux, none, ...) that implements exactly this header. Inside it, ways to find an
// owner are rows {name, open, refresh, owner, close} tried in order; one that cannot gives its reason.
#ifndef RUSTNET_HOST_H
#define RUSTNET_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/model/addr.h"
#include "rustnet/model/process.h"
#include "rustnet/model/snapshot.h"

struct rn_host;

struct rn_host_status {
    struct rn_text64 method; // of the back end in use: "procfs"
    bool degraded;
    struct rn_text64 feature; // what a better one would have needed, and why it is not there
    struct rn_text64 reason;
};

struct rn_host *rn_host_open(uint32_t max_sockets, struct rn_err *err);
void rn_host_close(struct rn_host *host);
void rn_host_status(const struct rn_host *host, struct rn_host_status *out);
// Reads the sockets of this network namespace and their owners anew: one pass.
void rn_host_refresh(struct rn_host *host);
// The process that owns the socket local -> remote, by the last refresh. Exact matches only (an unconnected UDP socket
// is no match); two owners are none. False: not known.
bool rn_host_owner(struct rn_host *host, uint16_t proto, const struct rn_ip *local,
                   uint16_t local_port, const struct rn_ip *remote, uint16_t remote_port,
                   struct rn_process *out);
// Whether the last refresh met the socket local -> remote, whoever owns it.
bool rn_host_listed(const struct rn_host *host, uint16_t proto, const struct rn_ip *local,
                    uint16_t local_port, const struct rn_ip *remote, uint16_t remote_port);

// Addresses and default gateways of this machine now.
int rn_host_addresses(struct rn_local_addrs *out, struct rn_err *err);
// Counters of up to max interfaces; rates are left 0. Returns how many.
unsigned rn_host_interfaces(struct rn_iface_stats *out, unsigned max);

// The calling thread goes before others that want its processor, from now on; nothing where the system does not let us.
void rn_host_hurry(void);

#endif
