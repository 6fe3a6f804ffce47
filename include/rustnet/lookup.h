// SPDX-License-Identifier: Apache-2.0
// A number becomes a name, an address the hardware address that it was seen at.
// Thread: any; the table of services is constant, that of neighbours has a lock inside.
// Owns:   the neighbours, in memory reserved by `new`.
// Fails:  `find` gives NULL or false; `new` NULL with -ENOMEM.
// Source: IANA Service Name and Transport Protocol Port Number Registry (the names in everyday use).
#ifndef RUSTNET_LOOKUP_H
#define RUSTNET_LOOKUP_H

#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/base/time.h"
#include "rustnet/model/addr.h"

// Name of the service that is registered for a port of TCP or UDP, or NULL. The table is built in, so that the same
// trace gives the same names everywhere.
const char *rn_service_find(uint16_t proto, uint16_t port);
// The service of a connection: the remote port's, else the local port's, else NULL.
const char *rn_service_of(uint16_t proto, uint16_t remote_port, uint16_t local_port);

// Who was seen at which hardware address on the links of this machine. An entry outlives the rows; a full table makes
// room by forgetting who was not heard of for RN_NEIGHBOURS_KEPT, and takes nobody new if there is none such.
#define RN_NEIGHBOURS_MAX 4096
#define RN_NEIGHBOURS_KEPT (30 * 60 * RN_SEC)
#define RN_NEIGHBOURS_SWEEP (60 * RN_SEC) // at most one look for those so often
struct rn_neighbours;
struct rn_neighbours *rn_neighbours_new(struct rn_hash_key seed, struct rn_err *err);
void rn_neighbours_free(struct rn_neighbours *table);
// Refused: addresses that are nobody's or many's, hardware addresses that are, what is older than what is known.
void rn_neighbours_learn(struct rn_neighbours *table, const struct rn_binding *binding,
                         rn_time time);
// A lock is taken, as the last one and for a short time, only if somebody with the same hash is known.
bool rn_neighbours_find(struct rn_neighbours *table, const struct rn_ip *ip,
                        uint8_t out_mac[RN_MAC_BYTES]);
void rn_neighbours_clear(struct rn_neighbours *table);
uint32_t rn_neighbours_count(struct rn_neighbours *table);

#endif
