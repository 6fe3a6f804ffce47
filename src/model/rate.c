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

// Bytes that an end sent in the second that lies `ago` seconds before rate->sec.
static double grown(const struct rn_conn *conn, unsigned end, uint32_t ago)
{
    const struct rn_rate *rate = &conn->rate;
    if (ago == 0)
        return (double)(conn->bytes[end] - rate->base[end]);
    return (double)rate->grown[(rate->head + RN_RATE_BUCKETS - ago) % RN_RATE_BUCKETS][end];
}

double rn_conn_rate_bps(const struct rn_conn *conn, unsigned end, rn_time now)
{
    if (now < conn->last_seen) // a snapshot between two packets whose times went back
        now = conn->last_seen;
    int64_t sec = rn_time_sec(now);
    uint32_t idle = (uint32_t)sec - conn->rate.sec; // whole seconds since the one that is counted
    if (idle > RN_RATE_BUCKETS)
        return 0;
    double part = (double)(now % RN_SEC) / (double)RN_SEC, sum = 0;
    part += part < 0; // before 1970
    for (uint32_t ago = 0; ago + idle < RN_RATE_BUCKETS; ago++)
        sum += grown(conn, end, ago);
    sum += (1 - part) * grown(conn, end, RN_RATE_BUCKETS - idle);
    double age = (double)rn_time_since(now, conn->first_seen) / (double)RN_SEC;
    return sum / (age < 1 ? 1 : age > RN_RATE_BUCKETS ? RN_RATE_BUCKETS : age);
}
