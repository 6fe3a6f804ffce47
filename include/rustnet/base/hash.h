// SPDX-License-Identifier: Apache-2.0
// SipHash-1-3: a keyed hash, so that nobody outside can choose flows that collide.
// Thread: any.
// Owns:   nothing.
// Fails:  never.
// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012), with c=1, d=3 as Linux and Rust use it
//         for hash tables.
#ifndef RUSTNET_BASE_HASH_H
#define RUSTNET_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct rn_hash_key {
    uint64_t k0, k1;
};

#define RN_SIP_ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define RN_SIP_ROUND(v0, v1, v2, v3) \
    do {                             \
        (v0) += (v1);                \
        (v2) += (v3);                \
        (v1) = RN_SIP_ROTL(v1, 13);  \
        (v3) = RN_SIP_ROTL(v3, 16);  \
        (v1) ^= (v0);                \
        (v3) ^= (v2);                \
        (v0) = RN_SIP_ROTL(v0, 32);  \
        (v2) += (v1);                \
        (v0) += (v3);                \
        (v1) = RN_SIP_ROTL(v1, 17);  \
        (v3) = RN_SIP_ROTL(v3, 21);  \
        (v1) ^= (v2);                \
        (v3) ^= (v0);                \
        (v2) = RN_SIP_ROTL(v2, 32);  \
    } while (0)

// Hash of n 64-bit words (host order). The length goes in as SipHash does it, so n words differ from n + 1.
static inline uint64_t rn_hash_words(struct rn_hash_key key, const uint64_t *words, size_t n)
{
    uint64_t v0 = key.k0 ^ UINT64_C(0x736f6d6570736575), v1 = key.k1 ^ UINT64_C(0x646f72616e646f6d);
    uint64_t v2 = key.k0 ^ UINT64_C(0x6c7967656e657261), v3 = key.k1 ^ UINT64_C(0x7465646279746573);
    for (size_t i = 0; i < n; i++) {
        v3 ^= words[i];
        RN_SIP_ROUND(v0, v1, v2, v3);
        v0 ^= words[i];
    }
    uint64_t last = (uint64_t)(n * 8) << 56;
    v3 ^= last;
    RN_SIP_ROUND(v0, v1, v2, v3);
    v0 ^= last;
    v2 ^= 0xff;
    RN_SIP_ROUND(v0, v1, v2, v3);
    RN_SIP_ROUND(v0, v1, v2, v3);
    RN_SIP_ROUND(v0, v1, v2, v3);
    return v0 ^ v1 ^ v2 ^ v3;
}

#endif
