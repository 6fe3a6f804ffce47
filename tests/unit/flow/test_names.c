// SPDX-License-Identifier: Apache-2.0
// Names for the nameless: only from answers to questions, only for who asked, and only for a while.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "names.h"

#define T0 (1000 * RN_SEC)
enum { A = 1, AAAA = 28 };
enum { ROW = 7, END = 0 };

static struct flow_names *names;
static const struct rn_ip self;

static int setup(void **state)
{
    (void)state;
    names = flow_names_new((struct rn_hash_key){3, 4}, NULL);
    return names ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    flow_names_free(names);
    return 0;
}

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    assert_true(rn_ip_parse(text, &out));
    return out;
}

static struct rn_dpi_dns message(bool response, uint16_t id, uint16_t type, const char *name)
{
    struct rn_dpi_dns m = {.id = id, .type = type, .response = response};
    m.name_len = (uint8_t)strlen(name);
    memcpy(m.name, name, m.name_len);
    return m;
}

static void ask(uint16_t id, uint16_t type, const char *name, rn_time now)
{
    struct rn_dpi_dns m = message(false, id, type, name);
    flow_names_hear(names, &m, ROW, END, &self, now);
}

static void answer(uint16_t id, uint16_t type, const char *name, const char *address, uint32_t ttl,
                   rn_time now)
{
    struct rn_dpi_dns m = message(true, id, type, name);
    m.address_count = 1;
    m.address[0] = ip(address);
    m.ttl_secs[0] = ttl;
    flow_names_hear(names, &m, ROW, END, &self, now);
}

// The name of an address for a connection begun at that time; "" for none.
static const char *found(const char *address, rn_time begun)
{
    static char text[RN_DPI_DNS_NAME + 1];
    struct flow_name name;
    struct rn_ip remote = ip(address);
    bool known = flow_names_find(names, &self, &remote, begun, &name);
    snprintf(text, sizeof(text), "%.*s", known ? name.len : 0, known ? name.s : "");
    return text;
}

static void an_answer_to_a_question_names_the_address(void **state)
{
    (void)state;
    ask(1, A, "www.example.org", T0);
    assert_string_equal(found("192.0.2.1", T0), "");
    answer(1, A, "www.example.org", "192.0.2.1", 60, T0 + 5);
    assert_string_equal(found("192.0.2.1", T0 + 6), "www.example.org");
    assert_string_equal(found("192.0.2.2", T0 + 6), "");
    ask(2, AAAA, "www.example.org", T0);
    answer(2, AAAA, "www.example.org", "2001:db8::1", 60, T0 + 5);
    assert_string_equal(found("2001:db8::1", T0 + 6), "www.example.org");
    flow_names_clear(names);
    assert_string_equal(found("192.0.2.1", T0 + 6), "");
    assert_string_equal(found("2001:db8::1", T0 + 6), "");
}

// What may differ between question and answer, each alone.
static void inv_1_an_answer_without_its_question_is_refused(void **state)
{
    (void)state;
    static const struct {
        uint64_t row;
        unsigned asker;
        uint16_t id, type;
        const char *name;
        rn_dur after;
        bool taken;
    } cases[] = {
        {ROW, END, 1, A, "a.example", 1, true},
        {ROW, END, 1, A, "a.example", FLOW_NAMES_PATIENCE, true},
        {ROW + 1, END, 1, A, "a.example", 1, false}, // another flow
        {ROW, 1 - END, 1, A, "a.example", 1, false}, // from the end that asked
        {ROW, END, 2, A, "a.example", 1, false},     // another id
        {ROW, END, 1, AAAA, "a.example", 1, false},  // another type
        {ROW, END, 1, A, "b.example", 1, false},     // another name
        {ROW, END, 1, A, "a.exampl", 1, false},
        {ROW, END, 1, A, "a.example", FLOW_NAMES_PATIENCE + 1, false},
        {ROW, END, 1, A, "a.example", -1, false}, // before the question
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        flow_names_clear(names);
        ask(1, A, "a.example", T0);
        struct rn_dpi_dns m = message(true, cases[i].id, cases[i].type, cases[i].name);
        m.address_count = 1;
        m.address[0] = ip("192.0.2.1");
        flow_names_hear(names, &m, cases[i].row, cases[i].asker, &self, T0 + cases[i].after);
        assert_string_equal(found("192.0.2.1", T0 + cases[i].after),
                            cases[i].taken ? cases[i].name : "");
    }
}

static void inv_1_a_question_is_used_up_by_its_first_answer(void **state)
{
    (void)state;
    ask(1, A, "a.example", T0);
    answer(1, A, "a.example", "192.0.2.1", 60, T0 + 1);
    answer(1, A, "a.example", "192.0.2.66", 60, T0 + 2);
    assert_string_equal(found("192.0.2.1", T0 + 3), "a.example");
    assert_string_equal(found("192.0.2.66", T0 + 3), "");
    ask(1, A, "a.example", T0 + 4); // sent twice is asked once
    ask(1, A, "a.example", T0 + 5);
    answer(1, A, "a.example", "192.0.2.2", 60, T0 + 6);
    answer(1, A, "a.example", "192.0.2.66", 60, T0 + 7);
    assert_string_equal(found("192.0.2.2", T0 + 8), "a.example");
    assert_string_equal(found("192.0.2.66", T0 + 8), "");
}

static void inv_2_a_name_is_good_for_who_asked(void **state)
{
    (void)state;
    struct rn_ip other = ip("198.51.100.1"), remote = ip("192.0.2.1");
    struct flow_name name;
    struct rn_dpi_dns m = message(false, 1, A, "a.example");
    flow_names_hear(names, &m, ROW, END, &other, T0);
    m.response = true;
    m.address_count = 1;
    m.address[0] = remote;
    flow_names_hear(names, &m, ROW, END, &other, T0);
    assert_string_equal(found("192.0.2.1", T0), "");
    assert_true(flow_names_find(names, &other, &remote, T0, &name));
}

static void a_ttl_counts_within_bounds(void **state)
{
    (void)state;
    static const struct {
        uint32_t ttl;
        rn_dur good;
    } cases[] = {{0, FLOW_NAMES_FRESH},  {10, FLOW_NAMES_FRESH}, {11, 11 * RN_SEC},
                 {600, FLOW_NAMES_KEPT}, {601, FLOW_NAMES_KEPT}, {INT32_MAX, FLOW_NAMES_KEPT}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ask(1, A, "a.example", T0);
        answer(1, A, "a.example", "192.0.2.1", cases[i].ttl, T0);
        assert_string_equal(found("192.0.2.1", T0 + cases[i].good), "a.example");
        assert_string_equal(found("192.0.2.1", T0 + cases[i].good + 1), "");
    }
}

// Two workers: the answer may be read a little after the connection that it was asked for.
static void a_connection_may_be_older_than_the_answer_but_not_much(void **state)
{
    (void)state;
    ask(1, A, "a.example", T0);
    answer(1, A, "a.example", "192.0.2.1", 60, T0 + 1);
    assert_string_equal(found("192.0.2.1", T0 + 1 - FLOW_NAMES_FRESH), "a.example");
    assert_string_equal(found("192.0.2.1", T0 - FLOW_NAMES_FRESH), "");
}

static void the_latest_name_of_an_address_counts(void **state)
{
    (void)state;
    ask(1, A, "a.example", T0);
    ask(2, A, "a-longer-name.example", T0);
    answer(1, A, "a.example", "192.0.2.1", 60, T0 + 1);
    answer(2, A, "a-longer-name.example", "192.0.2.1", 60, T0 + 2);
    assert_string_equal(found("192.0.2.1", T0 + 3), "a-longer-name.example");
}

static void addresses_of_nobody_get_no_name(void **state)
{
    (void)state;
    static const char *const nobody[] = {"0.0.0.0", "127.0.0.1", "224.0.0.251",
                                         "::",      "::1",       "ff02::1"};
    for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
        ask(1, A, "ads.example", T0);
        answer(1, A, "ads.example", nobody[i], 60, T0);
        assert_string_equal(found(nobody[i], T0), "");
    }
}

static void numbered(char out[RN_IP_TEXT_SIZE], unsigned n)
{
    snprintf(out, RN_IP_TEXT_SIZE, "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
}

static void learn(unsigned n)
{
    char address[RN_IP_TEXT_SIZE];
    numbered(address, n);
    ask((uint16_t)n, A, "a.example", T0);
    answer((uint16_t)n, A, "a.example", address, 60, T0);
}

static const char *found_number(unsigned n)
{
    char address[RN_IP_TEXT_SIZE];
    numbered(address, n);
    return found(address, T0);
}

static void inv_4_a_full_table_forgets_what_was_told_longest_ago(void **state)
{
    (void)state;
    for (unsigned n = 0; n < FLOW_NAMES_MAX; n++)
        learn(n);
    learn(0); // told again
    for (unsigned n = 0; n < FLOW_NAMES_MAX; n++)
        assert_string_equal(found_number(n), "a.example");
    for (unsigned n = 0; n < 1000; n++)
        learn(FLOW_NAMES_MAX + n);
    assert_string_equal(found_number(0), "a.example");
    for (unsigned n = 1; n <= 1000; n++)
        assert_string_equal(found_number(n), "");
    for (unsigned n = 1001; n < FLOW_NAMES_MAX + 1000; n++)
        assert_string_equal(found_number(n), "a.example");
    flow_names_clear(names);
    assert_string_equal(found_number(5000), "");
    learn(1); // and it can be filled again
    assert_string_equal(found_number(1), "a.example");
}

static const char *name_of_length(unsigned len)
{
    static char name[RN_DPI_DNS_NAME + 1];
    for (unsigned i = 0; i < len; i++)
        name[i] = (char)('a' + (i + len) % 26);
    name[len] = '\0';
    return name;
}

static void learn_length(unsigned n, unsigned len)
{
    char address[RN_IP_TEXT_SIZE];
    numbered(address, n);
    ask((uint16_t)n, A, name_of_length(len), T0);
    answer((uint16_t)n, A, name_of_length(len), address, 60, T0);
}

// Lengths from 1 to the greatest, in turn; then all names of one length at once, of the next, and so on.
static void inv_4_names_of_any_length_find_their_place(void **state)
{
    (void)state;
    for (unsigned n = 0; n < FLOW_NAMES_MAX; n++)
        learn_length(n, n % RN_DPI_DNS_NAME + 1);
    for (unsigned n = 0; n < FLOW_NAMES_MAX; n++)
        assert_string_equal(found_number(n), name_of_length(n % RN_DPI_DNS_NAME + 1));
    static const unsigned lengths[] = {1, 16, 17, 24, 32, 33, 40, 48, 64, 65, 96, 97, 253};
    for (unsigned i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        unsigned len = lengths[i * 5 % (sizeof(lengths) / sizeof(lengths[0]))];
        for (unsigned n = 0; n < FLOW_NAMES_MAX; n++)
            learn_length(n + i % 2 * FLOW_NAMES_MAX / 2, len);
        for (unsigned n = 0; n < FLOW_NAMES_MAX; n += 7)
            assert_string_equal(found_number(n + i % 2 * FLOW_NAMES_MAX / 2), name_of_length(len));
    }
    flow_names_clear(names);
    assert_string_equal(found_number(0), "");
    learn_length(0, RN_DPI_DNS_NAME);
    assert_string_equal(found_number(0), name_of_length(RN_DPI_DNS_NAME));
}

static void inv_4_too_many_questions_forget_the_oldest(void **state)
{
    (void)state;
    for (unsigned n = 0; n <= FLOW_NAMES_ASKED_MAX; n++)
        ask((uint16_t)n, A, "a.example", T0);
    answer(0, A, "a.example", "192.0.2.1", 60, T0);
    assert_string_equal(found("192.0.2.1", T0), "");
    answer(1, A, "a.example", "192.0.2.1", 60, T0);
    assert_string_equal(found("192.0.2.1", T0), "a.example");
    // The place that is free now is taken before anybody is forgotten.
    ask(9999, A, "a.example", T0);
    answer(2, A, "a.example", "192.0.2.2", 60, T0);
    assert_string_equal(found("192.0.2.2", T0), "a.example");
}

// Any order of questions, answers and time, against a plain list of what was asked.
static void a_long_random_life_keeps_the_chains_whole(void **state)
{
    (void)state;
    static bool open[3 * FLOW_NAMES_ASKED_MAX];
    uint32_t x = 2463534242;
    memset(open, 0, sizeof(open));
    for (unsigned i = 0; i < 200000; i++) {
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        unsigned n = x % (3 * FLOW_NAMES_ASKED_MAX);
        char address[RN_IP_TEXT_SIZE];
        numbered(address, 1u << 20 | i);
        if (x >> 30) {
            ask((uint16_t)n, A, "a.example", T0);
            open[n] = true;
            continue;
        }
        answer((uint16_t)n, A, "a.example", address, 60, T0);
        if (!open[n]) // an open one may have been forgotten
            assert_string_equal(found(address, T0), "");
        open[n] = false;
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_to_a_question_names_the_address),
        TEST(inv_1_an_answer_without_its_question_is_refused),
        TEST(inv_1_a_question_is_used_up_by_its_first_answer),
        TEST(inv_2_a_name_is_good_for_who_asked),
        TEST(a_ttl_counts_within_bounds),
        TEST(a_connection_may_be_older_than_the_answer_but_not_much),
        TEST(the_latest_name_of_an_address_counts),
        TEST(addresses_of_nobody_get_no_name),
        TEST(inv_4_names_of_any_length_find_their_place),
        TEST(inv_4_a_full_table_forgets_what_was_told_longest_ago),
        TEST(inv_4_too_many_questions_forget_the_oldest),
        TEST(a_long_random_life_keeps_the_chains_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
