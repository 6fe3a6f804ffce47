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
#include "rustnet/model/conn.h"

#define WINDOW (RN_RATE_BUCKETS - 1)
static const double per_second =
    1.0 / WINDOW; // multiplied by, as a view does this for a million rows

void rn_conn_rate_roll(struct rn_conn *conn, rn_time now)
{
    struct rn_rate *rate = &conn->rate;
    int64_t ahead = rn_time_sec(now) - rn_time_sec(conn->last_seen);
    if (ahead <= 0)
        return;
    for (int64_t n = 0; n < ahead && n <= RN_RATE_BUCKETS; n++) {
        bool ended = n == 0; // the others passed without a packet
        float *bucket = rate->grown[conn->rate_head];
        uint64_t gone = (uint64_t)((int64_t)bucket[0] + (int64_t)bucket[1]);
        conn->rate_before = (conn->rate_before + gone) & RN_RATE_BEFORE;
        bucket[0] = ended ? (float)(int64_t)rn_rate_counted(rate, 0, conn->bytes[0]) : 0;
        bucket[1] = ended ? (float)(int64_t)rn_rate_counted(rate, 1, conn->bytes[1]) : 0;
        conn->rate_head = (uint8_t)((conn->rate_head + 1) % RN_RATE_BUCKETS);
    }
    rn_rate_set_base(rate, 0, conn->bytes[0]);
    rn_rate_set_base(rate, 1, conn->bytes[1]);
}

// Bytes of an end by how far back they lie from now: in the second that has begun, the one before, the eight before that,
// and the oldest one that counts.
struct spread {
    double begun, newest, eight, oldest;
};

// idle: how far the last second with a packet lies back, at most RN_RATE_BUCKETS. The ring holds the ten
// before it, of which those that have become too old are taken away again: sums of whole numbers are exact in double.
static void spread_out(const struct rn_conn *conn, uint32_t idle, struct spread out[2])
{
    const struct rn_rate *rate = &conn->rate;
    double ring[2] = {0, 0};
    for (unsigned i = 0; i < RN_RATE_BUCKETS; i++) {
        ring[0] += (double)rate->grown[i][0];
        ring[1] += (double)rate->grown[i][1];
    }
    uint32_t at = conn->rate_head, last = (at ? at : RN_RATE_BUCKETS) - 1;
    for (uint32_t n = 0; n < idle; n++, at = at + 1 < RN_RATE_BUCKETS ? at + 1 : 0) {
        ring[0] -= (double)rate->grown[at][0];
        ring[1] -= (double)rate->grown[at][1];
    }
    for (unsigned end = 0; end < 2; end++) {
        double counted = (double)(int64_t)rn_rate_counted(rate, end, conn->bytes[end]);
        double oldest = (double)rate->grown[at][end], newest = (double)rate->grown[last][end];
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

void rn_conn_rates_bps(const struct rn_conn *conn, rn_time now, double out_bps[2])
{
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
        spread_out(conn, (uint32_t)idle, bytes);
        out_bps[0] = rate_of(&bytes[0], part);
        out_bps[1] = rate_of(&bytes[1], part);
    }
}

double rn_conn_rate_bps(const struct rn_conn *conn, unsigned end, rn_time now)
{
    double bps[2];
    rn_conn_rates_bps(conn, now, bps);
    return bps[end];
}
