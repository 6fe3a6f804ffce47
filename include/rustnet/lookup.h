// SPDX-License-Identifier: Apache-2.0
// A number becomes a name.
// Thread: any; tables are constant.
// Owns:   nothing.
// Fails:  `find` gives NULL.
// Source: IANA Service Name and Transport Protocol Port Number Registry (the names in everyday use).
#ifndef RUSTNET_LOOKUP_H
#define RUSTNET_LOOKUP_H

#include <stdint.h>

// Name of the service that is registered for a port of TCP or UDP, or NULL. The table is built in, so that the same
// trace gives the same names everywhere.
const char *rn_service_find(uint16_t proto, uint16_t port);
// The service of a connection: the remote port's, else the local port's, else NULL.
const char *rn_service_of(uint16_t proto, uint16_t remote_port, uint16_t local_port);

#endif
