// SPDX-License-Identifier: Apache-2.0
// The table of neighbours: who is let in, who is replaced, who has to go, and that none of it hangs on the seed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rustnet/base/sync.h"
#include "rustnet/lookup.h"

#define T0 (1000 * RN_SEC)

static struct rn_neighbours *table;

static int setup(void **state)
{
    (void)state;
    table = rn_neighbours_new((struct rn_hash_key){3, 4}, NULL);
    return table ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rn_neighbours_free(table);
    return 0;
}

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    assert_true(rn_ip_parse(text, &out));
    return out;
}

static struct rn_ip nth(uint32_t n)
{
    const uint8_t b[4] = {10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
    return rn_ip_v4(b);
}

static struct rn_binding at(struct rn_ip addr, uint32_t n)
{
    return (struct rn_binding){
        addr, {2, 0, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}};
}

static void learn(struct rn_ip addr, uint32_t n, rn_time time)
{
    struct rn_binding binding = at(addr, n);
    rn_neighbours_learn(table, &binding, time);
}

static void assert_at(struct rn_ip addr, uint32_t n)
{
    struct rn_binding want = at(addr, n);
    uint8_t mac[RN_MAC_BYTES];
    assert_true(rn_neighbours_find(table, &addr, mac));
    assert_memory_equal(mac, want.mac, sizeof mac);
}

static void assert_unknown(struct rn_ip addr)
{
    uint8_t mac[RN_MAC_BYTES] = {9, 9, 9, 9, 9, 9};
    assert_false(rn_neighbours_find(table, &addr, mac));
    assert_int_equal(mac[0], 9); // written on success only
}

// Fills the table with 10.x.y.z, entry n at `time` + n.
static void fill(rn_time time)
{
    for (uint32_t n = 0; n < RN_NEIGHBOURS_MAX; n++)
        learn(nth(n), n, time + n);
    assert_int_equal(rn_neighbours_count(table), RN_NEIGHBOURS_MAX);
}

static void who_was_learned_is_found(void **state)
{
    (void)state;
    assert_unknown(ip("192.168.1.1"));
    learn(ip("192.168.1.1"), 1, T0);
    learn(ip("fe80::1"), 2, T0);
    learn(ip("169.254.1.1"), 3, T0);
    assert_at(ip("192.168.1.1"), 1);
    assert_at(ip("fe80::1"), 2);
    assert_at(ip("169.254.1.1"), 3);
    assert_unknown(ip("192.168.1.2"));
    assert_int_equal(rn_neighbours_count(table), 3);
}

static void addresses_of_nobody_or_of_many_are_refused(void **state)
{
    (void)state;
    static const char *const addrs[] = {"0.0.0.0",         "::",        "224.0.0.251",
                                        "ff02::1",         "127.0.0.1", "::1",
                                        "255.255.255.255", "239.1.2.3", "ff05::2"};
    for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++) {
        learn(ip(addrs[i]), 1, T0);
        assert_unknown(ip(addrs[i]));
    }
    static const uint8_t macs[][RN_MAC_BYTES] = {
        {0}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {1, 0, 0x5e, 0, 0, 1}, {0x33, 0x33, 0, 0, 0, 1}};
    for (size_t i = 0; i < sizeof macs / sizeof macs[0]; i++) {
        struct rn_binding binding = {.ip = ip("192.168.1.1")};
        memcpy(binding.mac, macs[i], sizeof macs[i]);
        rn_neighbours_learn(table, &binding, T0);
        assert_unknown(binding.ip);
    }
    assert_int_equal(rn_neighbours_count(table), 0);
}

static void inv_3_only_what_is_not_older_replaces(void **state)
{
    (void)state;
    struct rn_ip addr = ip("192.168.1.1");
    learn(addr, 1, T0);
    learn(addr, 2, T0 + 1);
    assert_at(addr, 2);
    learn(addr, 3, T0);
    assert_at(addr, 2);
    learn(addr, 4, T0 + 1); // as old
    assert_at(addr, 4);
    assert_int_equal(rn_neighbours_count(table), 1);
}

static void inv_2_a_full_table_takes_nobody_new_and_refreshes_who_is_known(void **state)
{
    (void)state;
    fill(T0);
    learn(ip("192.168.1.1"), 7, T0 + RN_SEC);
    assert_unknown(ip("192.168.1.1"));
    learn(nth(5), 77, T0 + RN_SEC);
    assert_at(nth(5), 77);
    assert_int_equal(rn_neighbours_count(table), RN_NEIGHBOURS_MAX);
    for (uint32_t n = 0; n < RN_NEIGHBOURS_MAX; n++)
        assert_at(nth(n), n == 5 ? 77 : n);
}

static void a_full_table_forgets_who_was_not_heard_of_for_long(void **state)
{
    (void)state;
    fill(T0);
    // Entry n was seen at T0 + n: this is too early by one for entry 9, and as seen anew entry 3 stays.
    rn_time now = T0 + RN_NEIGHBOURS_KEPT + 9;
    learn(nth(3), 3, now - RN_SEC);
    learn(ip("192.168.1.1"), 7, now);
    assert_at(ip("192.168.1.1"), 7);
    for (uint32_t n = 0; n < 9; n++)
        if (n != 3)
            assert_unknown(nth(n));
    assert_at(nth(3), 3);
    for (uint32_t n = 9; n < RN_NEIGHBOURS_MAX; n++)
        assert_at(nth(n), n);
    assert_int_equal(rn_neighbours_count(table), RN_NEIGHBOURS_MAX - 8 + 1);
    // The room is used up again, and no more.
    for (uint32_t n = 0; n < 20; n++)
        learn(nth(100000 + n), n, now);
    assert_int_equal(rn_neighbours_count(table), RN_NEIGHBOURS_MAX);
    assert_at(nth(100006), 6);
    assert_unknown(nth(100007));
}

static void inv_2_a_full_table_is_swept_once_a_minute_at_most(void **state)
{
    (void)state;
    fill(T0);
    rn_time first = T0 + RN_NEIGHBOURS_KEPT; // nobody is old enough yet
    learn(ip("192.168.1.1"), 1, first);
    assert_unknown(ip("192.168.1.1"));
    learn(ip("192.168.1.1"), 1, first + RN_NEIGHBOURS_SWEEP - 1);
    assert_unknown(ip("192.168.1.1"));
    learn(ip("192.168.1.1"), 1, first + RN_NEIGHBOURS_SWEEP);
    assert_at(ip("192.168.1.1"), 1);
    assert_int_equal(rn_neighbours_count(table), 1); // all others were old by then
}

static void a_clock_that_was_set_back_does_not_keep_the_table_closed(void **state)
{
    (void)state;
    fill(T0);
    learn(ip("192.168.1.1"), 1, T0 + RN_NEIGHBOURS_KEPT / 2); // a sweep that finds nobody
    learn(ip("192.168.1.1"), 1, T0 + RN_NEIGHBOURS_KEPT / 4);
    assert_unknown(ip("192.168.1.1"));
    learn(ip("192.168.1.1"), 1, T0 + 2 * RN_NEIGHBOURS_KEPT);
    assert_at(ip("192.168.1.1"), 1);
}

static void extreme_times_are_fine(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < RN_NEIGHBOURS_MAX; n++)
        learn(nth(n), n, n % 2 ? RN_TIME_MIN : RN_TIME_MAX);
    learn(ip("192.168.1.1"), 1, RN_TIME_MAX);
    assert_at(ip("192.168.1.1"), 1);
    assert_int_equal(rn_neighbours_count(table), RN_NEIGHBOURS_MAX / 2 + 1);
    learn(ip("192.168.1.1"), 2, RN_TIME_MIN);
    assert_at(ip("192.168.1.1"), 1);
}

static void a_cleared_table_knows_nobody_and_learns_again(void **state)
{
    (void)state;
    fill(T0);
    learn(ip("192.168.1.1"), 1, T0 + 2 * RN_NEIGHBOURS_KEPT); // has been swept
    rn_neighbours_clear(table);
    assert_int_equal(rn_neighbours_count(table), 0);
    assert_unknown(nth(1));
    assert_unknown(ip("192.168.1.1"));
    learn(nth(1), 9, T0 - RN_SEC); // what is forgotten is no reason to refuse what is older
    assert_at(nth(1), 9);
    fill(T0);
}

// Random walks under two seeds: the same is known after each.
static void inv_4_the_seed_changes_nothing(void **state)
{
    (void)state;
    struct rn_neighbours *other = rn_neighbours_new((struct rn_hash_key){77, 88}, NULL);
    assert_non_null(other);
    uint32_t random = 1;
    rn_time now = T0;
    for (unsigned step = 0; step < 200000; step++) {
        random = random * 1664525 + 1013904223;
        struct rn_binding binding = at(nth((random >> 8) % 9000), step);
        now += random >> 30 ? RN_SEC / 4 : -RN_SEC / 2;
        rn_neighbours_learn(table, &binding, now);
        rn_neighbours_learn(other, &binding, now);
    }
    assert_int_equal(rn_neighbours_count(table), rn_neighbours_count(other));
    unsigned known = 0;
    for (uint32_t n = 0; n < 9000; n++) {
        struct rn_ip addr = nth(n);
        uint8_t a[RN_MAC_BYTES] = {0}, b[RN_MAC_BYTES] = {0};
        bool here = rn_neighbours_find(table, &addr, a);
        assert_int_equal(here, rn_neighbours_find(other, &addr, b));
        assert_memory_equal(a, b, sizeof a);
        known += here;
    }
    assert_int_equal(known, rn_neighbours_count(table)); // inv_1: each in one chain
    assert_in_range(known, RN_NEIGHBOURS_MAX / 2, RN_NEIGHBOURS_MAX);
    rn_neighbours_free(other);
}

static void *look(void *arg)
{
    unsigned *wrong = arg;
    for (unsigned i = 0; i < 20000; i++) {
        struct rn_ip addr = nth(i % 16);
        uint8_t mac[RN_MAC_BYTES];
        if (rn_neighbours_find(table, &addr, mac) && mac[5] != mac[4])
            (*wrong)++;
    }
    return NULL;
}

static void who_looks_meanwhile_sees_whole_addresses(void **state)
{
    (void)state;
    struct rn_thread thread;
    unsigned wrong = 0;
    assert_int_equal(rn_thread_start(&thread, "look", look, &wrong, NULL), 0);
    for (uint32_t i = 0; i < 20000; i++)
        learn(nth(i % 16), (i & 0xff) << 8 | (i & 0xff), T0 + i);
    rn_thread_join(&thread);
    assert_int_equal(wrong, 0);
}

static void nothing_is_fine_to_free(void **state)
{
    (void)state;
    rn_neighbours_free(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_was_learned_is_found),
        TEST(addresses_of_nobody_or_of_many_are_refused),
        TEST(inv_3_only_what_is_not_older_replaces),
        TEST(inv_2_a_full_table_takes_nobody_new_and_refreshes_who_is_known),
        TEST(a_full_table_forgets_who_was_not_heard_of_for_long),
        TEST(inv_2_a_full_table_is_swept_once_a_minute_at_most),
        TEST(a_clock_that_was_set_back_does_not_keep_the_table_closed),
        TEST(extreme_times_are_fine),
        TEST(a_cleared_table_knows_nobody_and_learns_again),
        TEST(inv_4_the_seed_changes_nothing),
        TEST(who_looks_meanwhile_sees_whole_addresses),
        cmocka_unit_test(nothing_is_fine_to_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
