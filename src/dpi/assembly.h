// SPDX-License-Identifier: Apache-2.0
// Bytes that come by offset, in any order and more than once, become a prefix that grows.
// Thread: the caller's.
// Owns:   the bytes put in are copied; the prefix is borrowed from the assembly until it is next changed.
// Fails:  `put` says false when bytes do not fit; what is there stays.
#ifndef RUSTNET_DPI_ASSEMBLY_H
#define RUSTNET_DPI_ASSEMBLY_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/reader.h"

#define DPI_ASSEMBLY_BYTES 17408 // a message of 16 KiB with the headers of its records
#define DPI_ASSEMBLY_RANGES 64   // QUIC scatters a hello over dozens of frames

// All zero is empty.
struct dpi_assembly {
    uint16_t len;    // of the prefix
    uint16_t ranges; // beyond it, apart from each other and in order
    struct {
        uint16_t from, to;
    } range[DPI_ASSEMBLY_RANGES];
    uint8_t bytes[DPI_ASSEMBLY_BYTES];
};

static inline void dpi_assembly_clear(struct dpi_assembly *a)
{
    a->len = a->ranges = 0;
}

// Where bytes overlap with earlier ones, the earlier ones stay.
bool dpi_assembly_put(struct dpi_assembly *a, uint32_t offset, struct rn_bytes bytes);
// Takes n bytes off the front; offsets count from there afterwards.
void dpi_assembly_take(struct dpi_assembly *a, uint16_t n);
// Drops the prefix and the hole behind it, so that the first range is the prefix; returns how many bytes that were.
uint16_t dpi_assembly_skip(struct dpi_assembly *a);

static inline struct rn_bytes dpi_assembly_prefix(const struct dpi_assembly *a)
{
    return rn_bytes_of(a->bytes, a->len);
}

#endif
