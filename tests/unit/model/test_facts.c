// SPDX-License-Identifier: Apache-2.0
// Facts: merge rules, order, limits, and that nothing unsafe is kept.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/facts.h"

static struct rn_bytes bytes(const char *s)
{
    return rn_bytes_of(s, strlen(s));
}

static bool put(struct rn_facts *facts, enum rn_fact fact, const char *text)
{
    return rn_facts_put_text(facts, fact, bytes(text));
}

static void check(const struct rn_facts *facts, enum rn_fact fact, unsigned n, const char *want)
{
    struct rn_bytes got = rn_facts_find(facts, fact, n);
    if (!want) {
        assert_null(got.p);
        return;
    }
    assert_non_null(got.p);
    assert_int_equal(got.len, strlen(want));
    assert_memory_equal(got.p, want, got.len);
}

static void inv_1_records_are_in_the_order_of_json_keys(void **state)
{
    (void)state;
    for (unsigned i = 1; i < RN_FACT_COUNT; i++) {
        const struct rn_fact_info *info = rn_fact_info((enum rn_fact)i);
        assert_true(info->json[0] != '\0' && info->label[0] != '\0');
        assert_true(info->max_items >= 1);
        bool is_list = info->kind == RN_FACT_LIST || info->kind == RN_FACT_DNS_QUERY;
        assert_int_equal(info->merge == RN_MERGE_UNION, is_list);
        assert_true(strcmp(rn_fact_info((enum rn_fact)(i - 1))->json, info->json) < 0);
    }
    struct rn_facts facts = {0};
    put(&facts, RN_FACT_VERSION, "TLS 1.3");
    put(&facts, RN_FACT_ALPN, "h2");
    put(&facts, RN_FACT_SNI, "example.org");
    put(&facts, RN_FACT_ALPN, "http/1.1");
    rn_facts_put_flag(&facts, RN_FACT_ECH);
    rn_facts_put_number(&facts, RN_FACT_STATUS, 200);
    static const enum rn_fact want[] = {RN_FACT_ALPN, RN_FACT_ALPN,   RN_FACT_ECH,
                                        RN_FACT_SNI,  RN_FACT_STATUS, RN_FACT_VERSION};
    struct rn_fact_item item;
    unsigned pos = 0, n = 0;
    for (; rn_facts_next(&facts, &pos, &item); n++)
        assert_int_equal(item.fact, want[n]);
    assert_int_equal(n, sizeof want / sizeof want[0]);
    assert_int_equal(pos, facts.len);
    check(&facts, RN_FACT_ALPN, 0, "h2");
    check(&facts, RN_FACT_ALPN, 1, "http/1.1");
    check(&facts, RN_FACT_ALPN, 2, NULL);
}

static void inv_2_merge_rules_are_obeyed(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    assert_true(put(&facts, RN_FACT_HOST, "first"));
    assert_true(put(&facts, RN_FACT_HOST, "second"));
    check(&facts, RN_FACT_HOST, 0, "first");
    check(&facts, RN_FACT_HOST, 1, NULL);
    put(&facts, RN_FACT_SNI, "behind");
    assert_true(put(&facts, RN_FACT_RCODE, "NOERROR"));
    assert_true(put(&facts, RN_FACT_RCODE, "NXDOMAIN"));
    assert_true(put(&facts, RN_FACT_RCODE, "NXDOMAIN"));
    check(&facts, RN_FACT_RCODE, 0, "NXDOMAIN");
    check(&facts, RN_FACT_RCODE, 1, NULL);
    check(&facts, RN_FACT_SNI, 0, "behind");
    assert_true(put(&facts, RN_FACT_ANSWER, "1.1.1.1"));
    assert_true(put(&facts, RN_FACT_ANSWER, "1.0.0.1"));
    assert_true(put(&facts, RN_FACT_ANSWER, "1.1.1.1"));
    check(&facts, RN_FACT_ANSWER, 1, "1.0.0.1");
    check(&facts, RN_FACT_ANSWER, 2, NULL);
    assert_int_equal(facts.dropped, 0);
}

static void numbers_and_flags_come_back(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    uint32_t got = 7;
    assert_false(rn_facts_number(&facts, RN_FACT_STATUS, &got));
    assert_int_equal(got, 7);
    assert_true(rn_facts_put_number(&facts, RN_FACT_STATUS, 404));
    assert_true(rn_facts_put_number(&facts, RN_FACT_STATUS, 500)); // the first stays
    assert_true(rn_facts_number(&facts, RN_FACT_STATUS, &got));
    assert_int_equal(got, 404);
    check(&facts, RN_FACT_ECH, 0, NULL);
    assert_true(rn_facts_put_flag(&facts, RN_FACT_ECH));
    assert_true(rn_facts_put_flag(&facts, RN_FACT_ECH));
    check(&facts, RN_FACT_ECH, 0, "");
    check(&facts, RN_FACT_ECH, 1, NULL);
}

static void queries_differ_by_type_and_name(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    assert_true(rn_facts_put_query(&facts, 1, bytes("example.org")));
    assert_true(rn_facts_put_query(&facts, 28, bytes("example.org")));
    assert_true(rn_facts_put_query(&facts, 1, bytes("example.org")));
    assert_true(rn_facts_put_query(&facts, 2, bytes(""))); // the root
    struct rn_bytes second = rn_facts_find(&facts, RN_FACT_QUERY, 1);
    uint16_t type;
    memcpy(&type, second.p, sizeof type);
    assert_int_equal(type, 28);
    assert_memory_equal(second.p + 2, "example.org", second.len - 2);
    assert_int_equal(rn_facts_find(&facts, RN_FACT_QUERY, 2).len, 2);
    assert_null(rn_facts_find(&facts, RN_FACT_QUERY, 3).p);
}

static void foreign_bytes_become_clean_text(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    char longest[400];
    assert_true(put(&facts, RN_FACT_HOST, "a\x1b[2J\xff"));
    check(&facts, RN_FACT_HOST, 0, "a\xef\xbf\xbd[2J\xef\xbf\xbd");
    memset(longest, 'x', sizeof longest);
    assert_true(rn_facts_put_text(&facts, RN_FACT_PATH, rn_bytes_of(longest, sizeof longest)));
    assert_int_equal(rn_facts_find(&facts, RN_FACT_PATH, 0).len, RN_FACT_TEXT_MAX);
    assert_true(put(&facts, RN_FACT_SNI, "")); // says nothing
    check(&facts, RN_FACT_SNI, 0, NULL);
    assert_true(rn_facts_put_query(&facts, 1, bytes("\n")));
    assert_memory_equal(rn_facts_find(&facts, RN_FACT_QUERY, 0).p + 2, "\xef\xbf\xbd", 3);
}

static void inv_3_a_long_list_leaves_room_for_the_others(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    char name[256];
    unsigned kept = 0;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "%0*u", i % 2 ? 200 : 20, i);
        kept += rn_facts_put_query(&facts, 1, bytes(name));
    }
    assert_true(kept > 10 && kept < 64);
    assert_int_equal(facts.dropped, 100 - kept);
    memset(name, 'n', sizeof name);
    assert_true(rn_facts_put_text(&facts, RN_FACT_SNI, rn_bytes_of(name, 255)));
    assert_true(facts.len <= RN_FACTS_BYTES);
}

static void a_list_has_its_limit(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    const unsigned max = rn_fact_info(RN_FACT_ALPN)->max_items;
    char name[16];
    for (unsigned i = 0; i < max + 3; i++) {
        snprintf(name, sizeof name, "p%u", i);
        assert_int_equal(put(&facts, RN_FACT_ALPN, name), i < max);
    }
    assert_int_equal(facts.dropped, 3);
    assert_true(put(&facts, RN_FACT_ALPN, "p0")); // known already, nothing is lost
    assert_int_equal(facts.dropped, 3);
}

static void inv_4_what_finds_no_room_changes_nothing(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    char name[256];
    memset(name, 'n', sizeof name);
    static const enum rn_fact texts[] = {RN_FACT_ALPN_SELECTED, RN_FACT_CIPHER, RN_FACT_HOST,
                                         RN_FACT_METHOD,        RN_FACT_PATH,   RN_FACT_SNI,
                                         RN_FACT_USER_AGENT};
    put(&facts, RN_FACT_RCODE, "OLD");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(rn_facts_put_text(&facts, texts[i], rn_bytes_of(name, 255)));
    struct rn_facts before = facts;
    assert_true(before.len + 3 + 255 - 6 > RN_FACTS_BYTES);
    assert_false(rn_facts_put_text(&facts, RN_FACT_RCODE, rn_bytes_of(name, 255)));
    assert_false(rn_facts_put_text(&facts, RN_FACT_VERSION, rn_bytes_of(name, 255)));
    assert_int_equal(facts.dropped, 2);
    facts.dropped = 0;
    assert_memory_equal(&facts, &before, sizeof facts);
    assert_true(put(&facts, RN_FACT_RCODE, "NEW"));
    check(&facts, RN_FACT_RCODE, 0, "NEW");
}

static void drop_takes_all_values_of_a_fact(void **state)
{
    (void)state;
    struct rn_facts facts = {0};
    put(&facts, RN_FACT_ALPN, "h2");
    put(&facts, RN_FACT_OFFERED_VERSION, "TLS 1.3");
    put(&facts, RN_FACT_ALPN, "h3");
    put(&facts, RN_FACT_SNI, "x.org");
    rn_facts_drop(&facts, RN_FACT_ALPN);
    rn_facts_drop(&facts, RN_FACT_CIPHER); // none there
    check(&facts, RN_FACT_ALPN, 0, NULL);
    check(&facts, RN_FACT_OFFERED_VERSION, 0, "TLS 1.3");
    check(&facts, RN_FACT_SNI, 0, "x.org");
    rn_facts_drop(&facts, RN_FACT_OFFERED_VERSION);
    rn_facts_drop(&facts, RN_FACT_SNI);
    assert_int_equal(facts.len, 0);
}

static void dns_types_have_names(void **state)
{
    (void)state;
    static const struct {
        uint16_t type;
        const char *want;
    } cases[] = {{1, "A"},         {28, "AAAA"},        {51, "NSEC3PARAM"}, {65, "HTTPS"},
                 {255, "ANY"},     {32769, "DLV"},      {0, "TYPE0"},       {3, "TYPE3"},
                 {260, "TYPE260"}, {65535, "TYPE65535"}};
    char out[RN_DNS_TYPE_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(rn_dns_type_name(cases[i].type, out), cases[i].want);
    for (unsigned type = 0; type <= UINT16_MAX; type++)
        assert_true(strlen(rn_dns_type_name((uint16_t)type, out)) < sizeof out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_records_are_in_the_order_of_json_keys),
        cmocka_unit_test(inv_2_merge_rules_are_obeyed),
        cmocka_unit_test(numbers_and_flags_come_back),
        cmocka_unit_test(queries_differ_by_type_and_name),
        cmocka_unit_test(foreign_bytes_become_clean_text),
        cmocka_unit_test(inv_3_a_long_list_leaves_room_for_the_others),
        cmocka_unit_test(a_list_has_its_limit),
        cmocka_unit_test(inv_4_what_finds_no_room_changes_nothing),
        cmocka_unit_test(drop_takes_all_values_of_a_fact),
        cmocka_unit_test(dns_types_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
