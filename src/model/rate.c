// SPDX-License-Identifier: Apache-2.0
// Bytes per second over a window that slides with time, from eleven numbers per direction.
//
//      second  now-10   -9   -8   ...   -1    now
//              |  ####|####|####| ... |####|##  |       '#': what counts
//              ^^ the rest of the oldest second, in proportion: so the window slides instead of jumping
//
// The bucket of second sec - 10 is overwritten only when second sec ends, so it is still there to be counted in part.
// A young row is divided by its age (at least a second): a stream shows its rate from the start.
//
// 1. The window is (now - 10 s, now]: a row that has been silent for 11 s has no rate.
// 2. Only the first packet of a second writes here.
#include "rustnet/model/conn.h"

void rn_rate_roll(struct rn_rate *rate, const uint64_t bytes[2], uint32_t sec)
{
    if (bytes[0] == 0 && bytes[1] == 0) { // a new row
        rate->sec = sec;
        return;
    }
    int32_t ahead = (int32_t)(sec - rate->sec);
    if (ahead <= 0) // capture time went back: the packet counts into the second that has begun
        return;
    for (int32_t n = 0; n < ahead && n <= RN_RATE_BUCKETS; n++) {
        bool ended = n == 0; // the others passed without a packet
        rate->grown[rate->head][0] = ended ? (float)(bytes[0] - rate->base[0]) : 0;
        rate->grown[rate->head][1] = ended ? (float)(bytes[1] - rate->base[1]) : 0;
        rate->head = (rate->head + 1) % RN_RATE_BUCKETS;
    }
    rate->base[0] = bytes[0];
    rate->base[1] = bytes[1];
    rate->sec = sec;
}

// Bytes in the window: those of all ten buckets, less what lies before it. That is `idle` whole seconds, the oldest first,
// and `part` of the next one. Sums of whole numbers in double are exact, so nothing is left of what is taken away again.
static void sum_up(const struct rn_conn *conn, uint32_t idle, double part, double sum[2])
{
    const struct rn_rate *rate = &conn->rate;
    double now[2] = {(double)(conn->bytes[0] - rate->base[0]),
                     (double)(conn->bytes[1] - rate->base[1])};
    if (idle == RN_RATE_BUCKETS) {
        sum[0] = (1 - part) * now[0];
        sum[1] = (1 - part) * now[1];
        return;
    }
    for (unsigned i = 0; i < RN_RATE_BUCKETS; i++) {
        sum[0] += (double)rate->grown[i][0];
        sum[1] += (double)rate->grown[i][1];
    }
    uint32_t at = rate->head;
    for (; idle > 0; idle--, at = at + 1 < RN_RATE_BUCKETS ? at + 1 : 0) {
        sum[0] -= (double)rate->grown[at][0];
        sum[1] -= (double)rate->grown[at][1];
    }
    sum[0] += now[0] - part * (double)rate->grown[at][0];
    sum[1] += now[1] - part * (double)rate->grown[at][1];
}

void rn_conn_rates_bps(const struct rn_conn *conn, rn_time now, double out_bps[2])
{
    out_bps[0] = out_bps[1] = 0;
    if (now < conn->last_seen) // a snapshot between two packets whose times went back
        now = conn->last_seen;
    int64_t sec = rn_time_sec(now);
    uint32_t idle = (uint32_t)sec - conn->rate.sec; // whole seconds since the one that is counted
    if (idle > RN_RATE_BUCKETS)
        return;
    double part = (double)(now % RN_SEC) / (double)RN_SEC;
    sum_up(conn, idle, part + (part < 0), out_bps); // negative before 1970
    double age = (double)rn_time_since(now, conn->first_seen) / (double)RN_SEC;
    age = age < 1 ? 1 : age > RN_RATE_BUCKETS ? RN_RATE_BUCKETS : age;
    out_bps[0] /= age;
    out_bps[1] /= age;
}

double rn_conn_rate_bps(const struct rn_conn *conn, unsigned end, rn_time now)
{
    double bps[2];
    rn_conn_rates_bps(conn, now, bps);
    return bps[end];
}
