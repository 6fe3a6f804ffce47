// SPDX-License-Identifier: Apache-2.0
// Time as a number: nanoseconds.
// Thread: any.
// Owns:   nothing.
// Fails:  never; arithmetic saturates at the ends of int64.
//
// rn_time is capture time, nanoseconds since 1970-01-01T00:00:00Z (1677 to 2262); rn_dur is a difference.
// Only app/ reads a clock (checked); everybody else is told what time it is.
#ifndef RUSTNET_BASE_TIME_H
#define RUSTNET_BASE_TIME_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t rn_time;
typedef int64_t rn_dur;

#define RN_USEC ((rn_dur)1000)
#define RN_MSEC ((rn_dur)1000000)
#define RN_SEC ((rn_dur)1000000000)
#define RN_TIME_MAX INT64_MAX
#define RN_TIME_MIN INT64_MIN

static inline rn_time rn_time_add(rn_time t, rn_dur d)
{
    rn_time sum;
    if (__builtin_add_overflow(t, d, &sum))
        return d > 0 ? RN_TIME_MAX : RN_TIME_MIN;
    return sum;
}

static inline rn_dur rn_time_since(rn_time now, rn_time then)
{
    rn_dur d;
    if (__builtin_sub_overflow(now, then, &d))
        return now > then ? RN_TIME_MAX : RN_TIME_MIN;
    return d;
}

// Whole seconds, rounded down (also before 1970).
static inline int64_t rn_time_sec(rn_time t)
{
    int64_t s = t / RN_SEC;
    return t % RN_SEC < 0 ? s - 1 : s;
}

// Seconds and nanoseconds to rn_time; saturates.
rn_time rn_time_of(int64_t sec, int64_t nsec);
#define RN_TIME_TEXT_SIZE 36
// RFC 3339, UTC, nine decimals, ending in Z: "2026-11-24T16:15:50.000000001Z". out holds RN_TIME_TEXT_SIZE bytes.
// Returns the length.
size_t rn_time_rfc3339(rn_time t, char *out);

// The two clocks of the system; only app/ may call these.
rn_time rn_clock_wall(void);      // CLOCK_REALTIME
rn_time rn_clock_monotonic(void); // CLOCK_MONOTONIC

#endif
