// SPDX-License-Identifier: Apache-2.0
// Transport parameters: the extension of a ClientHello that only QUIC has (RFC 9000, section 18; RFC 9001, 8.2).
//
//   parameters of {id varint, length varint, value}
#include "quic.h"

#define MAX_PARAMETERS 64

enum {
    PARAMETER_IDLE_TIMEOUT = 1,
};

uint64_t quic_idle_timeout(struct rn_bytes params)
{
    struct rn_reader r = rn_reader_of(params);
    for (unsigned n = 0; n < MAX_PARAMETERS && rn_reader_left(&r) > 0; n++) {
        uint64_t id = quic_take_varint(&r), len = quic_take_varint(&r);
        if (r.bad || len > rn_reader_left(&r))
            return 0;
        struct rn_reader value = rn_reader_sub(&r, (size_t)len);
        if (id == PARAMETER_IDLE_TIMEOUT)
            return quic_take_varint(&value);
    }
    return 0;
}
