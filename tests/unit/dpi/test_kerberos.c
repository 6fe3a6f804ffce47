// SPDX-License-Identifier: Apache-2.0
// Kerberos: requests, replies, errors.
#include "made_udp.h"

// Elements by hand: each opens a length of one byte that close_all fills in from the inside out.
struct nest {
    struct made m;
    size_t open[16];
    unsigned depth;
};

static void open_tag(struct nest *n, unsigned tag)
{
    made_number(&n->m, 1, tag);
    n->open[n->depth++] = made_open(&n->m, 1);
}

static void close_tag(struct nest *n)
{
    made_close(&n->m, n->open[--n->depth], 1);
}

static void put_number(struct nest *n, unsigned tag, unsigned value)
{
    open_tag(n, tag);
    made_number(&n->m, 3, 0x020100 | value);
    close_tag(n);
}

static void put_text(struct nest *n, unsigned tag, const char *text)
{
    open_tag(n, tag);
    open_tag(n, 0x1b);
    made_text(&n->m, text);
    close_tag(n);
    close_tag(n);
}

static void put_name(struct nest *n, unsigned tag, const char *first, const char *second)
{
    open_tag(n, tag);
    open_tag(n, 0x30);
    put_number(n, 0xa0, 1);
    open_tag(n, 0xa1);
    open_tag(n, 0x30);
    open_tag(n, 0x1b);
    made_text(&n->m, first);
    close_tag(n);
    open_tag(n, 0x1b);
    made_text(&n->m, second);
    close_tag(n);
    close_tag(n);
    close_tag(n);
    close_tag(n);
    close_tag(n);
}

static void made_request(struct nest *n, unsigned tag, unsigned type)
{
    open_tag(n, tag);
    open_tag(n, 0x30);
    put_number(n, 0xa1, 5);
    put_number(n, 0xa2, type);
    open_tag(n, 0xa4);
    open_tag(n, 0x30);
    put_name(n, 0xa1, "alice", "");
    put_text(n, 0xa2, "EXAMPLE.ORG");
    put_name(n, 0xa3, "krbtgt", "EXAMPLE.ORG");
    while (n->depth > 0)
        close_tag(n);
}

static void made_reply(struct nest *n, unsigned tag, unsigned type, unsigned realm)
{
    open_tag(n, tag);
    open_tag(n, 0x30);
    put_number(n, 0xa0, 5);
    put_number(n, 0xa1, type);
    put_text(n, realm, "EXAMPLE.ORG");
    put_name(n, realm + 1, "alice", "");
    while (n->depth > 0)
        close_tag(n);
}

static void a_request_tells_type_realm_client_and_service(void **state)
{
    (void)state;
    struct nest n = {.depth = 0};
    made_request(&n, 0x6a, 10);
    struct asked a = ask_udp(88, &n.m);
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_KERBEROS);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "AS-REQ");
    assert_string_equal(fact_of(&a.facts, RN_FACT_NAME), "EXAMPLE.ORG");
    assert_string_equal(fact_of(&a.facts, RN_FACT_USER), "alice");
    assert_string_equal(fact_of(&a.facts, RN_FACT_SERVICE), "krbtgt");
}

static void replies_and_errors_tell_theirs(void **state)
{
    (void)state;
    static const struct {
        unsigned tag, type, realm;
        const char *name;
    } cases[] = {
        {0x6b, 11, 0xa3, "AS-REP"}, {0x6d, 13, 0xa3, "TGS-REP"}, {0x7e, 30, 0xa7, "KRB-ERROR"}};
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct nest n = {.depth = 0};
        made_reply(&n, cases[i].tag, cases[i].type, cases[i].realm);
        struct asked a = ask_udp(8800, &n.m);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), cases[i].name);
        assert_string_equal(fact_of(&a.facts, RN_FACT_NAME), "EXAMPLE.ORG");
        assert_string_equal(fact_of(&a.facts, RN_FACT_USER), "alice");
    }
}

static void inv_1_version_and_type_prove_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "6a0e 300c a103020104 a20302010a 0000", // version 4
        "6a0e 300c a103020105 a20302010b 0000", // two types
        "6a0e 310c a103020105 a20302010a 0000", // no sequence
        "6a0e 300c a003020105 a10302010a 0000", // numbered as a reply
        "680e 300c a103020105 a203020108 0000", // a type that nobody has
        "6a0e 30ff a103020105 a20302010a 0000", // more inside than outside
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(88, cases[i]);
        assert_no_claim(&a);
    }
    struct asked a = ask_udp_hex(88, "6a0e 300c a103020105 a20302010a 0000");
    assert_int_equal(a.verdict, RN_YES);
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct nest n = {.depth = 0};
    made_request(&n, 0x6c, 12);
    assert_cut_claims_nothing(88, &n.m, 14);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_kerberos, 88, "6a 40 30 3e a1 03 02 01", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_type_realm_client_and_service),
        cmocka_unit_test(replies_and_errors_tell_theirs),
        cmocka_unit_test(inv_1_version_and_type_prove_it),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
