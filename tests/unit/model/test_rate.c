// SPDX-License-Identifier: Apache-2.0
// Rates: right for a constant stream, smooth within a second, gone when the row is silent.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/conn.h"

#define START (1700000000 * RN_SEC + 250 * RN_MSEC)

struct row {
    struct rn_conn conn;
    struct rn_rate rate;
    bool rolled;
};

static void rates_bps(const struct row *row, rn_time now, double out[2])
{
    rn_conn_rates_bps(&row->conn, row->rolled ? &row->rate : NULL, now, out);
}

static double rate_bps(const struct row *row, unsigned end, rn_time now)
{
    return rn_conn_rate_bps(&row->conn, row->rolled ? &row->rate : NULL, end, now);
}

// A packet as flow counts it: the ring is rolled only when another second has begun.
static void count(struct row *row, unsigned end, uint64_t bytes, rn_time now)
{
    bool fresh = row->conn.packets[0] + row->conn.packets[1] == 0;
    if (fresh)
        row->conn.first_seen = row->conn.last_seen = now;
    if (rn_time_sec(now) > rn_time_sec(row->conn.last_seen)) {
        rn_conn_rate_roll(&row->conn, &row->rate, now);
        row->rolled = true;
    }
    row->conn.packets[end]++;
    row->conn.bytes[end] += bytes;
    if (now > row->conn.last_seen)
        row->conn.last_seen = now;
}

static void stream(struct row *row, uint64_t bytes, rn_time from, rn_time to, rn_dur every)
{
    for (rn_time t = from; t < to; t += every)
        count(row, 0, bytes, t);
}

static void near(double got, double want, double share)
{
    if (fabs(got - want) > want * share)
        fail_msg("%f instead of %f", got, want);
}

static void a_constant_stream_shows_its_rate(void **state)
{
    (void)state;
    static const rn_time starts[] = {START,
                                     0,
                                     -5 * RN_SEC / 2,
                                     4000000000 * RN_SEC,
                                     -1000000000 * RN_SEC + 1,
                                     (INT64_C(1) << 32) * RN_SEC - 60 * RN_SEC};
    for (unsigned i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct row row = {0};
        rn_time t = starts[i];
        stream(&row, 1000, t, t + 11 * RN_SEC, 20 * RN_MSEC);
        for (unsigned n = 0; n < 200; n++) {
            rn_time until = t + 11 * RN_SEC + n * 140 * RN_MSEC;
            near(rate_bps(&row, 0, until), 50000, 0.02);
            assert_true(rate_bps(&row, 1, until) == 0);
            stream(&row, 1000, until, until + 140 * RN_MSEC, 20 * RN_MSEC);
        }
    }
}

static void a_young_row_shows_its_rate_from_the_second_second(void **state)
{
    (void)state;
    struct row row = {0};
    for (rn_time t = START; t < START + 12 * RN_SEC; t += 100 * RN_MSEC) {
        count(&row, 0, 1000, t);
        double age = (double)(t - START) / (double)RN_SEC, got = rate_bps(&row, 0, t);
        if (age >= 1)
            near(got, 10000, 0.11); // the last packet may be counted in full
        else
            near(got, 10000 * (age + 0.1), 0.01); // over a second, not over what little has passed
    }
}

static void the_packet_that_makes_the_row_counts(void **state)
{
    (void)state;
    struct row row = {0};
    count(&row, 1, 5000, START);
    assert_true(rate_bps(&row, 1, START) == 5000);
    assert_true(rate_bps(&row, 1, START + 2 * RN_SEC) == 2500);
}

static void it_does_not_jump_within_or_between_seconds(void **state)
{
    (void)state;
    struct row row = {0};
    stream(&row, 1000, START, START + 20 * RN_SEC, 10 * RN_MSEC);
    rn_time end = row.conn.last_seen;
    double before = rate_bps(&row, 0, end);
    near(before, 100000, 0.02);
    for (rn_time t = end; t < end + 12 * RN_SEC; t += 10 * RN_MSEC) {
        double now = rate_bps(&row, 0, t);
        assert_true(now <= before + 1e-6);
        assert_true(before - now < 250); // 100000 / 10 s * 10 ms, and a little
        before = now;
    }
}

static void silence_for_eleven_seconds_is_no_rate(void **state)
{
    (void)state;
    struct row row = {0};
    stream(&row, 1000, START, START + 30 * RN_SEC, 10 * RN_MSEC);
    assert_true(rate_bps(&row, 0, row.conn.last_seen + 9 * RN_SEC) > 0);
    for (rn_dur idle = 11 * RN_SEC; idle < 100 * RN_SEC; idle += 333 * RN_MSEC)
        assert_true(rate_bps(&row, 0, row.conn.last_seen + idle) == 0);
    assert_true(rate_bps(&row, 0, RN_TIME_MAX) == 0);
    assert_true(rate_bps(&row, 0, RN_TIME_MIN) >= 0);
}

static void a_gap_leaves_nothing_of_what_was_before(void **state)
{
    (void)state;
    for (unsigned gap = 1; gap < 25; gap++) {
        struct row row = {0};
        stream(&row, 1000000, START, START + 20 * RN_SEC, 100 * RN_MSEC);
        rn_time t = START + (20 + gap) * RN_SEC;
        count(&row, 0, 10, t);
        double got = rate_bps(&row, 0, t);
        if (gap >= 11)
            near(got, 10.0 / 9, 1e-9); // 10 bytes in 9 s
        else // off by what the oldest second, taken in proportion, may hold
            near(got, 1e7 * (10 - gap) / 9, 0.3 / (10 - gap));
    }
}

// Every rate at any moment, once the window has filled: from one packet in a second to a million.
static void a_constant_stream_is_right_within_2_percent(void **state)
{
    (void)state;
    static const rn_dur every[] = {RN_SEC,       RN_SEC / 2, RN_SEC / 3,    RN_SEC / 7, RN_SEC / 10,
                                   17 * RN_MSEC, RN_MSEC,    100 * RN_USEC, RN_USEC};
    for (unsigned i = 0; i < sizeof every / sizeof every[0]; i++) {
        for (rn_dur phase = 0; phase < RN_SEC;
             phase += every[i] < RN_MSEC ? RN_SEC : 130 * RN_MSEC) {
            struct row row = {0};
            rn_time begin = 1700000000 * RN_SEC + phase, filled = begin + 11 * RN_SEC;
            double want = 1500.0 * (double)RN_SEC / (double)every[i];
            rn_time last = filled + (every[i] < RN_MSEC ? 1 : 5) * RN_SEC, t = begin;
            for (rn_time now = filled; now < last; now += 37 * RN_MSEC) {
                for (; t <= now; t += every[i])
                    count(&row, 0, 1500, t);
                near(rate_bps(&row, 0, now), want, 0.02);
            }
        }
    }
}

static void a_burst_shows_at_once_and_fades_smoothly(void **state)
{
    (void)state;
    struct row row = {0};
    count(&row, 0, 60, START);
    rn_time burst = START + 100 * RN_SEC;
    assert_true(rate_bps(&row, 0, burst) == 0);
    count(&row, 0, 900000, burst);
    double before = rate_bps(&row, 0, burst);
    near(before, 100000, 0.01);
    for (rn_time t = burst; t < burst + 12 * RN_SEC; t += 5 * RN_MSEC) {
        double now = rate_bps(&row, 0, t);
        assert_true(now <= before + 1e-6 && before - now <= 1000);
        before = now;
    }
    assert_true(before == 0);
}

static void a_steady_stream_after_silence_rises_to_its_rate(void **state)
{
    (void)state;
    struct row row = {0};
    count(&row, 0, 60, START);
    rn_time begin = START + 60 * RN_SEC;
    double most = 0;
    for (rn_time t = begin; t < begin + 30 * RN_SEC; t += 20 * RN_MSEC) {
        count(&row, 0, 2000, t);
        double now = rate_bps(&row, 0, t), age = (double)(t - begin) / (double)RN_SEC;
        assert_true(now > 0 && now < 125000); // a beginning may look a little like a burst
        if (age > 2)
            assert_true(now >= 100000 * (age < 10 ? age - 1 : 9) / 9 * 0.98);
        if (age > 12)
            near(now, 100000, 0.02);
        most = now > most ? now : most;
    }
    assert_true(most < 125000);
}

static void both_directions_are_kept_apart(void **state)
{
    (void)state;
    struct row row = {0};
    for (rn_time t = START; t < START + 15 * RN_SEC; t += 50 * RN_MSEC) {
        count(&row, 0, 100, t);
        count(&row, 1, 4000, t);
    }
    near(rate_bps(&row, 0, row.conn.last_seen), 2000, 0.02);
    near(rate_bps(&row, 1, row.conn.last_seen), 80000, 0.02);
}

static void time_that_goes_back_loses_no_bytes(void **state)
{
    (void)state;
    struct row row = {0};
    for (rn_time t = START; t < START + 15 * RN_SEC; t += 50 * RN_MSEC) {
        count(&row, 0, 100, t);
        count(&row, 0, 100, t - 3 * RN_SEC / 2);
    }
    near(rate_bps(&row, 0, row.conn.last_seen), 4000, 0.02);
    near(rate_bps(&row, 0, row.conn.last_seen - 5 * RN_SEC), 4000, 0.02);
}

// Sizes up to a gigabyte, which buckets round; gaps up to longer than the ring; times that go back.
static void no_rates_are_more_than_counters_and_ring_allow(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (unsigned run = 0; run < 200; run++) {
        struct row row = {0};
        rn_time now = START;
        for (unsigned i = 0; i < 300; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            uint64_t size = (random >> 8) % (UINT64_C(1) << (6 + run % 25));
            bool gap = (random >> 40) % 64 == 0;
            now += (rn_dur)((random >> 46) % 1000) * RN_MSEC * (gap ? 15 : 1);
            count(&row, random & 1, size, now - (rn_dur)(random >> 63) * 3 * RN_SEC);
            rn_dur later = (rn_dur)(random >> 33 & 0xfff) * 3 * RN_MSEC;
            double bps[2];
            rates_bps(&row, now + later, bps);
            assert_true(bps[0] + bps[1] <= rn_conn_rates_most_bps(&row.conn));
        }
        assert_true(row.conn.rate_before > 0);
    }
}

// Bytes of hours ago count no more: otherwise everything that has lived for long would have to be looked at closely.
static void what_a_steady_row_may_have_is_near_to_what_it_has(void **state)
{
    (void)state;
    struct row row = {0};
    stream(&row, 1500, START, START + 3 * 3600 * RN_SEC, 100 * RN_MSEC);
    double rate = rate_bps(&row, 0, row.conn.last_seen), most = rn_conn_rates_most_bps(&row.conn);
    if (most < rate || most > 1.25 * rate)
        fail_msg("%f for %f", most, rate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_constant_stream_shows_its_rate),
        cmocka_unit_test(a_young_row_shows_its_rate_from_the_second_second),
        cmocka_unit_test(the_packet_that_makes_the_row_counts),
        cmocka_unit_test(it_does_not_jump_within_or_between_seconds),
        cmocka_unit_test(silence_for_eleven_seconds_is_no_rate),
        cmocka_unit_test(a_gap_leaves_nothing_of_what_was_before),
        cmocka_unit_test(a_constant_stream_is_right_within_2_percent),
        cmocka_unit_test(a_burst_shows_at_once_and_fades_smoothly),
        cmocka_unit_test(a_steady_stream_after_silence_rises_to_its_rate),
        cmocka_unit_test(both_directions_are_kept_apart),
        cmocka_unit_test(time_that_goes_back_loses_no_bytes),
        cmocka_unit_test(no_rates_are_more_than_counters_and_ring_allow),
        cmocka_unit_test(what_a_steady_row_may_have_is_near_to_what_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
