// SPDX-License-Identifier: Apache-2.0
// Connection ids of QUIC, so that a connection is known again where its packets come from elsewhere. Private to flow.
// Thread: any; locks inside.
// Owns:   ids and what is told with them, in memory reserved by `new`.
// Fails:  `new` with NULL; a full table forgets the id longest not heard of.
#ifndef FLOW_QUIC_IDS_H
#define FLOW_QUIC_IDS_H

#include "rustnet/base/hash.h"
#include "rustnet/dpi.h"

#define FLOW_QUIC_IDS_MAX 10000
#define FLOW_QUIC_ID_LEAST 8 // bytes: with fewer, strangers begin with one by chance

struct flow_quic_ids;
struct flow_quic_ids *flow_quic_ids_new(struct rn_hash_key seed, struct rn_err *err);
void flow_quic_ids_free(struct flow_quic_ids *ids);
void flow_quic_ids_clear(struct flow_quic_ids *ids);

// What the handshake in the row with this id and key has told.
void flow_quic_ids_learn(struct flow_quic_ids *ids, const struct rn_dpi_quic_ids *told, uint64_t id,
                         const struct rn_key *key, const struct rn_dpi_row *row);

// For the first datagram of a row that nothing is known of, from an end of its key. True: a connection goes on here, and
// the row has become one of QUIC, with the facts of that connection. Otherwise it is left alone.
bool flow_quic_ids_find(struct flow_quic_ids *ids, const struct rn_key *key, unsigned from,
                        struct rn_bytes datagram, struct rn_dpi_row *row);

#endif
