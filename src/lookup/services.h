// SPDX-License-Identifier: Apache-2.0
// The table of services, for the room and its test.
#ifndef LOOKUP_SERVICES_H
#define LOOKUP_SERVICES_H

#include <stddef.h>
#include <stdint.h>

struct lookup_service {
    uint16_t port;
    const char *tcp, *udp; // NULL: none
};
extern const struct lookup_service lookup_services[];
extern const size_t lookup_service_count;

#endif
