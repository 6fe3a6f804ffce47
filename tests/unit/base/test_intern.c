// SPDX-License-Identifier: Apache-2.0
// Intern: same text, same id, for ever; capped; readable while somebody adds.
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/base/intern.h"

static uint32_t add(struct rn_intern *table, const char *s)
{
    return rn_intern_add(table, rn_bytes_of(s, strlen(s)));
}

static void the_same_text_has_the_same_id(void **state)
{
    (void)state;
    struct rn_intern *table = rn_intern_new(10, NULL);
    assert_non_null(table);
    uint32_t a = add(table, "firefox"), b = add(table, "sshd");
    assert_int_equal(a, 1);
    assert_int_equal(b, 2);
    assert_int_equal(add(table, "firefox"), a);
    assert_string_equal(rn_intern_get(table, a), "firefox");
    assert_string_equal(rn_intern_get(table, b), "sshd");
    assert_int_equal(rn_intern_count(table), 2);
    rn_intern_free(table);
}

static void nothing_and_unknown_ids_are_the_empty_text(void **state)
{
    (void)state;
    struct rn_intern *table = rn_intern_new(10, NULL);
    assert_int_equal(add(table, ""), 0);
    assert_string_equal(rn_intern_get(table, 0), "");
    assert_string_equal(rn_intern_get(table, 1), "");
    assert_string_equal(rn_intern_get(table, UINT32_MAX), "");
    assert_int_equal(rn_intern_refused(table), 0);
    rn_intern_free(table);
    rn_intern_free(NULL);
}

static void texts_are_clean_and_cut(void **state)
{
    (void)state;
    struct rn_intern *table = rn_intern_new(10, NULL);
    uint32_t id = add(table, "ev\x1bil");
    assert_string_equal(rn_intern_get(table, id), "ev\xef\xbf\xbdil");
    char longer[100], cut[64];
    memset(longer, 'x', sizeof(longer));
    memset(cut, 'x', sizeof(cut));
    cut[63] = '\0';
    id = rn_intern_add(table, rn_bytes_of(longer, sizeof(longer)));
    assert_string_equal(rn_intern_get(table, id), cut);
    assert_int_equal(add(table, cut), id);
    rn_intern_free(table);
}

static void a_full_table_refuses_counts_and_still_finds(void **state)
{
    (void)state;
    struct rn_intern *table = rn_intern_new(1000, NULL);
    char name[16];
    for (uint32_t i = 1; i <= 1000; i++) {
        (void)snprintf(name, sizeof(name), "name %u", i);
        assert_int_equal(add(table, name), i);
    }
    assert_int_equal(add(table, "one more"), 0);
    assert_int_equal(add(table, "one more"), 0);
    assert_int_equal(rn_intern_refused(table), 2);
    assert_int_equal(rn_intern_count(table), 1000);
    for (uint32_t i = 1; i <= 1000; i++) {
        (void)snprintf(name, sizeof(name), "name %u", i);
        assert_int_equal(add(table, name), i);
        assert_string_equal(rn_intern_get(table, i), name);
    }
    rn_intern_free(table);
}

static void senseless_caps_are_refused(void **state)
{
    (void)state;
    struct rn_err err;
    assert_null(rn_intern_new(0, &err));
    assert_int_equal(err.code, -EINVAL);
    assert_null(rn_intern_new(UINT32_MAX, &err));
    assert_int_equal(err.code, -EINVAL);
}

struct race {
    struct rn_intern *table;
    _Atomic bool stop;
    uint32_t bad;
};

static void *adder(void *arg)
{
    struct race *race = arg;
    char name[16];
    for (unsigned i = 0; i < 5000; i++) {
        (void)snprintf(name, sizeof(name), "n%u", i);
        (void)add(race->table, name);
    }
    return NULL;
}

static void *getter(void *arg)
{
    struct race *race = arg;
    do {
        uint32_t n = rn_intern_count(race->table);
        if (n > 0 && rn_intern_get(race->table, n)[0] != 'n')
            race->bad++;
    } while (!atomic_load(&race->stop));
    return NULL;
}

static void inv_1_what_is_counted_can_be_read(void **state)
{
    (void)state;
    struct race race = {.table = rn_intern_new(5000, NULL)};
    pthread_t add1, add2, get;
    assert_int_equal(pthread_create(&get, NULL, getter, &race), 0);
    assert_int_equal(pthread_create(&add1, NULL, adder, &race), 0);
    assert_int_equal(pthread_create(&add2, NULL, adder, &race), 0);
    (void)pthread_join(add1, NULL);
    (void)pthread_join(add2, NULL);
    atomic_store(&race.stop, true);
    (void)pthread_join(get, NULL);
    assert_int_equal(race.bad, 0);
    assert_int_equal(rn_intern_count(race.table), 5000);
    assert_int_equal(rn_intern_refused(race.table), 0);
    rn_intern_free(race.table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_text_has_the_same_id),
        cmocka_unit_test(nothing_and_unknown_ids_are_the_empty_text),
        cmocka_unit_test(texts_are_clean_and_cut),
        cmocka_unit_test(a_full_table_refuses_counts_and_still_finds),
        cmocka_unit_test(senseless_caps_are_refused),
        cmocka_unit_test(inv_1_what_is_counted_can_be_read),
    };
    return cmocka_run_group_tests_name("base/intern", tests, NULL, NULL);
}
