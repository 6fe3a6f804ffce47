// SPDX-License-Identifier: Apache-2.0
// Names of addresses, as answers of DNS told them to somebody who had asked. Private to flow.
// Thread: any; locks inside.
// Owns:   questions and names, in memory reserved by `new`.
// Fails:  `new` with NULL; a full table forgets its oldest.
#ifndef FLOW_NAMES_H
#define FLOW_NAMES_H

#include <stddef.h>

#include "rustnet/base/hash.h"
#include "rustnet/dpi.h"

#define FLOW_NAMES_MAX 16384
#define FLOW_NAMES_ASKED_MAX 4096         // questions that wait for an answer
#define FLOW_NAMES_PATIENCE (10 * RN_SEC) // of a question
#define FLOW_NAMES_FRESH \
    (10 * RN_SEC) // core.md 9.1: a name is good for so long at least, whatever its TTL
#define FLOW_NAMES_KEPT (600 * RN_SEC) // ... and for so long at most

struct flow_names;
struct flow_names *flow_names_new(struct rn_hash_key seed, struct rn_err *err);
void flow_names_free(struct flow_names *names);
void flow_names_clear(struct flow_names *names);

// A message of DNS in the row with this id; `who` stands for the host that asks, or has asked, from end `asker`.
void flow_names_hear(struct flow_names *names, const struct rn_dpi_dns *message, uint64_t row,
                     unsigned asker, const struct rn_ip *who, rn_time now);

struct flow_name {
    uint8_t len;
    uint8_t end; // of a row's key, where a row has it
    char s[RN_DPI_DNS_NAME];
};
static inline size_t flow_name_bytes(const struct flow_name *name)
{
    return offsetof(struct flow_name, s) + name->len;
}
// The name under which `who` got to know the address, if it is good for a connection begun at that time.
bool flow_names_find(struct flow_names *names, const struct rn_ip *who, const struct rn_ip *address,
                     rn_time begun, struct flow_name *out);

#endif
