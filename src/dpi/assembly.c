// SPDX-License-Identifier: Apache-2.0
// A prefix, and ranges beyond its end.
//
//   |====== len ======|.....|== range 0 ==|...|== range 1 ==|
//
// 1. Ranges are in order, not empty, and do not touch each other nor the prefix.
// 2. A byte that is there is never written again: what came first is what a receiver that reads at once has seen.
#include "assembly.h"

#include <string.h>

// Copies bytes to `at`, leaving out what is there already.
static void copy_gaps(struct dpi_assembly *a, uint32_t at, struct rn_bytes bytes)
{
    struct rn_reader r = rn_reader_of(bytes);
    uint32_t end = at + (uint32_t)bytes.len, from = at < a->len ? a->len : at;
    for (unsigned i = 0; i <= a->ranges && from < end; i++) {
        uint32_t stop = i < a->ranges && a->range[i].from < end ? a->range[i].from : end;
        if (stop > from) {
            rn_skip(&r, from - at);
            struct rn_bytes gap = rn_take_bytes(&r, stop - from);
            memcpy(a->bytes + from, gap.p, gap.len);
            at = stop;
        }
        if (i < a->ranges && a->range[i].to > from)
            from = a->range[i].to;
    }
}

static void remove_ranges(struct dpi_assembly *a, unsigned first, unsigned count)
{
    memmove(&a->range[first], &a->range[first + count],
            (a->ranges - first - count) * sizeof(a->range[0]));
    a->ranges = (uint16_t)(a->ranges - count);
}

// What the prefix has reached becomes part of it.
static void absorb(struct dpi_assembly *a)
{
    unsigned n = 0;
    for (; n < a->ranges && a->range[n].from <= a->len; n++)
        if (a->range[n].to > a->len)
            a->len = a->range[n].to;
    remove_ranges(a, 0, n);
}

// Notes that [from, to) is there, beyond the prefix.
static bool add_range(struct dpi_assembly *a, uint32_t from, uint32_t to)
{
    unsigned first = 0, count = 0;
    while (first < a->ranges && a->range[first].to < from)
        first++;
    while (first + count < a->ranges && a->range[first + count].from <= to)
        count++;
    if (count > 0) { // one range of all that touch
        if (a->range[first].from < from)
            from = a->range[first].from;
        if (a->range[first + count - 1].to > to)
            to = a->range[first + count - 1].to;
        remove_ranges(a, first + 1, count - 1);
    } else {
        if (a->ranges == DPI_ASSEMBLY_RANGES)
            return false;
        memmove(&a->range[first + 1], &a->range[first], (a->ranges - first) * sizeof(a->range[0]));
        a->ranges++;
    }
    a->range[first].from = (uint16_t)from;
    a->range[first].to = (uint16_t)to;
    return true;
}

bool dpi_assembly_put(struct dpi_assembly *a, uint32_t offset, struct rn_bytes bytes)
{
    if (offset > DPI_ASSEMBLY_BYTES || bytes.len > DPI_ASSEMBLY_BYTES - offset)
        return false;
    if (bytes.len == 0)
        return true;
    uint32_t end = offset + (uint32_t)bytes.len;
    bool touches = offset <= a->len;
    for (unsigned i = 0; i < a->ranges && !touches; i++)
        touches = a->range[i].from <= end && offset <= a->range[i].to;
    if (!touches && a->ranges == DPI_ASSEMBLY_RANGES)
        return false;
    copy_gaps(a, offset, bytes);
    if (offset > a->len)
        return add_range(a, offset, end);
    if (end > a->len)
        a->len = (uint16_t)end;
    absorb(a);
    return true;
}

void dpi_assembly_take(struct dpi_assembly *a, uint16_t n)
{
    if (n > a->len)
        n = a->len;
    if (n == 0)
        return;
    uint16_t end = a->ranges > 0 ? a->range[a->ranges - 1].to : a->len;
    memmove(a->bytes, a->bytes + n, (size_t)(end - n));
    a->len = (uint16_t)(a->len - n);
    for (unsigned i = 0; i < a->ranges; i++) {
        a->range[i].from = (uint16_t)(a->range[i].from - n);
        a->range[i].to = (uint16_t)(a->range[i].to - n);
    }
}

uint16_t dpi_assembly_skip(struct dpi_assembly *a)
{
    uint16_t skipped = a->ranges > 0 ? a->range[0].from : a->len;
    a->len = skipped;
    dpi_assembly_take(a, skipped);
    absorb(a);
    return skipped;
}
