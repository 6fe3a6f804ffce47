// SPDX-License-Identifier: Apache-2.0
// Introselect: samples tell where to cut, and where that goes on for too long, heapsort ends it. Random numbers choose the
// samples, so nobody outside can choose traffic that is slow to select from; they have no influence on the result.
#include "select.h"

#define SAMPLE 64
#define SMALL 128 // entries that are not worth a cut
#define SELECT_EFFORT 8

static void swap(struct flow_entry *a, struct flow_entry *b)
{
    struct flow_entry t = *a;
    *a = *b;
    *b = t;
}

static void sift(struct flow_entry *e, size_t root, size_t n)
{
    for (size_t child; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && flow_entry_before(&e[child], &e[child + 1]))
            child++;
        if (!flow_entry_before(&e[root], &e[child]))
            return;
        swap(&e[root], &e[child]);
    }
}

void flow_sort(struct flow_entry *e, size_t n)
{
    for (size_t root = n / 2; root-- > 0;)
        sift(e, root, n);
    for (size_t last = n; last-- > 1;) {
        swap(&e[0], &e[last]);
        sift(e, 0, last);
    }
}

static uint64_t next_random(uint64_t *random) // xorshift64 (Marsaglia 2003)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

// An entry of e[lo, hi) a little beyond rank k, seen from the nearer end: so k ends up in the smaller part. For a
// window near an end, the first cut leaves but a few percent.
static struct flow_entry cut_near(const struct flow_entry *e, size_t lo, size_t hi, size_t k,
                                  uint64_t *random)
{
    struct flow_entry sample[SAMPLE];
    for (unsigned i = 0; i < SAMPLE; i++)
        sample[i] = e[lo + next_random(random) % (hi - lo)];
    flow_sort(sample, SAMPLE);
    size_t at = (k - lo) * SAMPLE / (hi - lo);
    return sample[at < SAMPLE / 2 ? at + 3 : at - 3];
}

// Moves what comes before `cut` to the front of e[lo, hi); returns where the rest begins.
static size_t partition(struct flow_entry *e, size_t lo, size_t hi, const struct flow_entry *cut)
{
    for (;;) {
        while (lo < hi && flow_entry_before(&e[lo], cut))
            lo++;
        while (lo < hi && !flow_entry_before(&e[hi - 1], cut))
            hi--;
        if (lo == hi)
            return lo;
        swap(&e[lo++], &e[--hi]);
    }
}

void flow_select(struct flow_entry *e, size_t from, size_t k, size_t count, uint64_t *random)
{
    size_t lo = from, hi = count, effort = SELECT_EFFORT * (hi - lo);
    while (hi - lo > SMALL && effort >= hi - lo) {
        effort -= hi - lo;
        struct flow_entry cut = cut_near(e, lo, hi, k, random);
        size_t middle = partition(e, lo, hi, &cut);
        if (k < middle)
            hi = middle;
        else
            lo = middle;
    }
    flow_sort(&e[lo], hi - lo);
}
