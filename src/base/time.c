// SPDX-License-Identifier: Apache-2.0
// Nanoseconds since 1970 to a date and back to none: only what an event line needs.
//
// The date is computed by hand because gmtime_r and strftime together cost some 200 ns, and a replay writes a stamp
// for every event. int64 nanoseconds reach from 1677-09-21 to 2262-04-11, so a year always has four digits.
#include "rustnet/base/time.h"

#include <string.h>
#include <time.h>

#define SECONDS_A_DAY 86400
#define NSEC_A_SEC INT64_C(1000000000)

rn_time rn_time_of(int64_t sec, int64_t nsec)
{
    int64_t carry = rn_time_sec(nsec);
    nsec %= NSEC_A_SEC;
    if (nsec < 0)
        nsec += NSEC_A_SEC;
    if (__builtin_add_overflow(sec, carry, &sec))
        return carry > 0 ? RN_TIME_MAX : RN_TIME_MIN;
    // Below zero both parts must have the same sign, or the product overflows in the last second before the end.
    if (sec < 0 && nsec > 0) {
        sec++;
        nsec -= NSEC_A_SEC;
    }
    rn_time t;
    if (__builtin_mul_overflow(sec, NSEC_A_SEC, &t) || __builtin_add_overflow(t, nsec, &t))
        return sec > 0 ? RN_TIME_MAX : RN_TIME_MIN;
    return t;
}

struct civil {
    uint32_t year, month, day;
};

// Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: years begin in March, so that the
// leap day comes last. Shifted to 0000-03-01, before which no int64 time falls, all of it is unsigned.
static struct civil civil_of(int64_t days_since_1970)
{
    uint32_t z = (uint32_t)(days_since_1970 + 719468);
    uint32_t era = z / 146097, doe = z % 146097; // an era has 400 years
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153; // month, March = 0
    return (struct civil){
        .year = era * 400 + yoe + (mp >= 10),
        .month = mp < 10 ? mp + 3 : mp - 9,
        .day = doy - (153 * mp + 2) / 5 + 1,
    };
}

static void put2(char *out, uint32_t v)
{
    static const char digits[] = "0001020304050607080910111213141516171819"
                                 "2021222324252627282930313233343536373839"
                                 "4041424344454647484950515253545556575859"
                                 "6061626364656667686970717273747576777879"
                                 "8081828384858687888990919293949596979899";
    memcpy(out, digits + (size_t)v * 2, 2);
}

static void put9(char *out, uint32_t v)
{
    out[0] = (char)('0' + v / 100000000);
    put2(out + 1, v / 1000000 % 100);
    put2(out + 3, v / 10000 % 100);
    put2(out + 5, v / 100 % 100);
    put2(out + 7, v % 100);
}

size_t rn_time_rfc3339(rn_time t, char *out)
{
    static const char shape[] = "0000-00-00T00:00:00.000000000Z";
    int64_t sec = rn_time_sec(t);
    // Written so that it does not overflow at RN_TIME_MIN, where sec * 1e9 lies below the range.
    int64_t nsec = t % NSEC_A_SEC;
    if (nsec < 0)
        nsec += NSEC_A_SEC;
    int64_t days = sec / SECONDS_A_DAY;
    int32_t of_day = (int32_t)(sec % SECONDS_A_DAY);
    if (of_day < 0) {
        days--;
        of_day += SECONDS_A_DAY;
    }
    struct civil date = civil_of(days);
    uint32_t s = (uint32_t)of_day;
    memcpy(out, shape, sizeof(shape));
    put2(out, date.year / 100);
    put2(out + 2, date.year % 100);
    put2(out + 5, date.month);
    put2(out + 8, date.day);
    put2(out + 11, s / 3600);
    put2(out + 14, s / 60 % 60);
    put2(out + 17, s % 60);
    put9(out + 20, (uint32_t)nsec);
    return sizeof(shape) - 1;
}

static rn_time read_clock(clockid_t id)
{
    struct timespec ts = {0, 0};
    (void)clock_gettime(id, &ts); // cannot fail for these two
    return rn_time_of(ts.tv_sec, ts.tv_nsec);
}

rn_time rn_clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

rn_time rn_clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}
