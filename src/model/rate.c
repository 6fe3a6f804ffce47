// SPDX-License-Identifier: Apache-2.0
// Bytes per second over a window that slides with time, from eleven numbers per direction.
//
//      second  now-10   -9   -8   ...   -2    -1   now
//              |  ####|####|####| ... |####|###  |...       '#': what counts
//              ^^ as much of the oldest second has left ... ^ ... as of the newest whole one has come in
//
// The window is 9 s long and a second behind, so that it is made of whole seconds, and of shares of the oldest and the
// newest that add up to one: a constant stream shows its rate at any moment, even one of a packet a second. What the
// last second and the one that has begun hold beyond the average of the 9 before counts at once: nobody waits for a burst
// to show. As a second becomes the newest whole one, that surplus gives way to its share, and nothing jumps.
//
// 1. A row that has been silent for 11 s has no rate.
// 2. A row younger than 10 s shows all its bytes over its age, which counts as a second at least.
// 3. Only the first packet of a second writes here. The second that is being counted is that of last_seen: a packet whose
//    time goes back counts into it, too. The bucket of ten seconds before is overwritten only when it ends.
// 4. A bucket has 12 significant bits and is never more than the second brought. What it leaves out counts as of the next
//    second that ends, so no byte gets lost: what left the ring, the ring and what came since are all bytes.
#include "rustnet/model/conn.h"

#include <string.h>

#define WINDOW (RN_RATE_BUCKETS - 1)
static const double per_second =
    1.0 / WINDOW; // multiplied by, as a view does this for a million rows

// A bucket: 5 bits of exponent, 11 of mantissa below a leading one; numbers less than 4,096 are exact.
#define MANTISSA 11
#define LEADING (1u << MANTISSA)

static uint16_t bucket_of(uint64_t bytes)
{
    if (bytes < LEADING)
        return (uint16_t)bytes;
    unsigned shift = 63 - MANTISSA - (unsigned)__builtin_clzll(bytes);
    return (uint16_t)((shift + 1) << MANTISSA | ((bytes >> shift) & (LEADING - 1)));
}

static uint64_t bytes_of(uint16_t bucket)
{
    unsigned exponent = bucket >> MANTISSA;
    uint64_t mantissa = bucket & (LEADING - 1);
    return exponent ? (mantissa | LEADING) << (exponent - 1) : mantissa;
}

static double grown(const struct rn_rate *rate, uint32_t at, unsigned end)
{
    return (double)(int64_t)bytes_of(rate->grown[at][end]);
}

// The second that was being counted has ended.
static void end_second(const struct rn_conn *conn, struct rn_rate *rate, unsigned end)
{
    uint64_t counted = rn_rate_counted(rate, end, conn->bytes[end]);
    uint16_t bucket = bucket_of(counted);
    rate->grown[rate->head][end] = bucket;
    rn_rate_set_base(rate, end, conn->bytes[end] - (counted - bytes_of(bucket)));
}

// Nothing of what the ring held counts any more, nor does the second that has ended.
static void forget(struct rn_conn *conn, struct rn_rate *rate)
{
    memset(rate->grown, 0, sizeof rate->grown);
    rn_rate_set_base(rate, 0, conn->bytes[0]);
    rn_rate_set_base(rate, 1, conn->bytes[1]);
    conn->rate_before = (conn->bytes[0] + conn->bytes[1]) & RN_RATE_BEFORE;
}

static void advance(struct rn_conn *conn, struct rn_rate *rate, int64_t seconds)
{
    for (int64_t n = 0; n < seconds; n++) {
        uint16_t *bucket = rate->grown[rate->head];
        if (bucket[0] | bucket[1]) { // few are not empty
            uint64_t gone = bytes_of(bucket[0]) + bytes_of(bucket[1]);
            conn->rate_before = (conn->rate_before + gone) & RN_RATE_BEFORE;
            bucket[0] = bucket[1] = 0;
        }
        if (n == 0) { // the others passed without a packet
            end_second(conn, rate, 0);
            end_second(conn, rate, 1);
        }
        rate->head = rate->head + 1 < RN_RATE_BUCKETS ? (uint8_t)(rate->head + 1) : 0;
    }
}

void rn_conn_rate_roll(struct rn_conn *conn, struct rn_rate *rate, rn_time now)
{
    int64_t ahead = rn_time_sec(now) - rn_time_sec(conn->last_seen);
    if (ahead > RN_RATE_BUCKETS)
        forget(conn, rate);
    else
        advance(conn, rate, ahead);
}

// Bytes of an end by how far back they lie from now: in the second that has begun, the one before, the eight before that,
// and the oldest one that counts.
struct spread {
    double begun, newest, eight, oldest;
};

// idle: how far the last second with a packet lies back, at most RN_RATE_BUCKETS. The ring holds the ten
// before it, of which those that have become too old are taken away again: sums of whole numbers are exact in double.
static void spread_out(const struct rn_conn *conn, const struct rn_rate *rate, uint32_t idle,
                       struct spread out[2])
{
    double ring[2] = {0, 0};
    for (unsigned i = 0; i < RN_RATE_BUCKETS; i++) {
        ring[0] += grown(rate, i, 0);
        ring[1] += grown(rate, i, 1);
    }
    uint32_t at = rate->head, last = (at ? at : RN_RATE_BUCKETS) - 1;
    for (uint32_t n = 0; n < idle; n++, at = at + 1 < RN_RATE_BUCKETS ? at + 1 : 0) {
        ring[0] -= grown(rate, at, 0);
        ring[1] -= grown(rate, at, 1);
    }
    for (unsigned end = 0; end < 2; end++) {
        double counted = (double)(int64_t)rn_rate_counted(rate, end, conn->bytes[end]);
        double oldest = grown(rate, at, end), newest = grown(rate, last, end);
        if (idle == 0)
            out[end] = (struct spread){counted, newest, ring[end] - newest - oldest, oldest};
        else if (idle == 1)
            out[end] = (struct spread){0, counted, ring[end] - oldest, oldest};
        else if (idle < RN_RATE_BUCKETS)
            out[end] = (struct spread){0, 0, ring[end] + counted - oldest, oldest};
        else
            out[end] = (struct spread){0, 0, 0, counted};
    }
}

static double surplus(double bytes, double of_window)
{
    double over = bytes - of_window * per_second;
    return over > 0 ? over : 0;
}

// part: of the second of now that has passed.
static double rate_of(const struct spread *b, double part)
{
    double sum = b->eight + (1 - part) * b->oldest + part * b->newest +
                 (1 - part) * surplus(b->newest, b->eight + b->oldest) +
                 surplus(b->begun, b->eight + b->newest);
    return sum * per_second;
}

void rn_conn_rates_bps(const struct rn_conn *conn, const struct rn_rate *rate, rn_time now,
                       double out_bps[2])
{
    static const struct rn_rate nothing_ended;
    struct spread bytes[2];
    if (now < conn->last_seen) // a snapshot between two packets whose times went back
        now = conn->last_seen;
    rn_dur age = rn_time_since(now, conn->first_seen);
    int64_t idle = rn_time_sec(now) - rn_time_sec(conn->last_seen);
    out_bps[0] = out_bps[1] = 0;
    if (age < RN_RATE_BUCKETS * RN_SEC) {
        double seconds = age < RN_SEC ? 1 : (double)age / (double)RN_SEC;
        out_bps[0] = (double)conn->bytes[0] / seconds;
        out_bps[1] = (double)conn->bytes[1] / seconds;
    } else if (idle <= RN_RATE_BUCKETS) {
        double part = (double)(now % RN_SEC) / (double)RN_SEC;
        part += part < 0; // before 1970
        spread_out(conn, rate ? rate : &nothing_ended, (uint32_t)idle, bytes);
        out_bps[0] = rate_of(&bytes[0], part);
        out_bps[1] = rate_of(&bytes[1], part);
    }
}

double rn_conn_rate_bps(const struct rn_conn *conn, const struct rn_rate *rate, unsigned end,
                        rn_time now)
{
    double bps[2];
    rn_conn_rates_bps(conn, rate, now, bps);
    return bps[end];
}
