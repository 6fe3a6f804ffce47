// SPDX-License-Identifier: Apache-2.0
// Unaligned loads for the fast path, which has looked at the length once. Everybody else reads through rn_reader.
#ifndef RUSTNET_WIRE_LOAD_H
#define RUSTNET_WIRE_LOAD_H

#include <stdint.h>

// Bytes as they stand, in the machine's order: for comparisons of equality and for copies.
static inline uint32_t wire_load32(const uint8_t *p)
{
    uint32_t v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

static inline uint16_t wire_load_be16(const uint8_t *p)
{
    uint16_t v;
    __builtin_memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap16(v);
#endif
    return v;
}

static inline uint32_t wire_load_be32(const uint8_t *p)
{
    uint32_t v = wire_load32(p);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap32(v);
#endif
    return v;
}

// The second half of the mapped address ::ffff:a.b.c.d as rn_ip.q[1] has it, without a detour through memory.
static inline uint64_t wire_load_mapped(const uint8_t *p)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return (uint64_t)wire_load32(p) << 32 | UINT64_C(0xffff0000);
#else
    return UINT64_C(0x0000ffff00000000) | wire_load32(p);
#endif
}

#endif
