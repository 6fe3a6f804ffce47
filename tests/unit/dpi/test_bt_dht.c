// SPDX-License-Identifier: Apache-2.0
// BitTorrent's DHT: BEP 5's own examples, and dictionaries that are none.
#include "made_udp.h"

#define ID "abcdefghij0123456789"

static void messages_of_all_kinds(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "d1:ad2:id20:" ID "e1:q4:ping1:t2:aa1:y1:qe",
        "d1:rd2:id20:" ID "e1:t2:aa1:y1:re",
        "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee",
        "d1:rd2:id20:" ID "5:token8:aoeusnth6:valuesl6:axje.u6:idhtnmee1:t2:aa1:y1:re",
        "d2:ip6:abcdef1:rd2:id20:" ID "e1:t2:aa1:y1:re",
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(50001, cases[i]);
        assert_int_equal(a.verdict, RN_YES);
        assert_int_equal(a.app, RN_APP_BITTORRENT);
        assert_string_equal(fact_of(&a.facts, RN_FACT_KIND), "dht");
        assert_string_equal(fact_of(&a.facts, RN_FACT_INFO_HASH), "");
    }
}

static void a_search_tells_info_hash_and_client(void **state)
{
    (void)state;
    struct asked a = ask_udp_text(50001, "d1:ad2:id20:" ID "9:info_hash20:mnopqrstuvwxyz123456e"
                                         "1:q9:get_peers1:t2:aa1:v4:LT\x01\x02"
                                         "1:y1:qe");
    assert_int_equal(a.verdict, RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_INFO_HASH),
                        "6d6e6f707172737475767778797a313233343536");
    assert_string_equal(fact_of(&a.facts, RN_FACT_CLIENT), "libtorrent");
}

static void inv_1_the_grammar_holds_to_the_last_byte(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "d1:ad2:id20:" ID "e1:q4:ping1:t2:aa1:y1:qee", // something behind
        "d1:ad2:id20:" ID "e1:q4:ping1:t2:aa1:y1:xe",  // y is x
        "d1:rd2:id20:" ID "e1:q4:ping1:t2:aa1:y1:qe",  // q, but no arguments
        "d1:ad2:id20:" ID "e1:q4:ping1:t2:aae",        // no y
        "d1:ai1e1:y1:qe",                              // arguments that are none
        "d1:ad2:id20:" ID "e1:y1:q1:qe",               // a key without a value
        "d1:adi1e2:ide1:y1:qe",                        // a key that is a number
        "d1:y1:q1:a-1:ade",                            // a length below 0
        "d1:y1:q1:x99999:ae",                          // a text beyond the end
        "d1:xi-e1:ade1:y1:qe",                         // a number without digits
        "l1:ad2:id20:" ID "e1:q4:ping1:t2:aa1:y1:qe",
        "d3:foo3:bare",
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(6881, cases[i]);
        assert_no_claim(&a);
    }
}

static void inv_2_nesting_and_elements_have_a_bound(void **state)
{
    (void)state;
    for (unsigned depth = 1; depth <= 64; depth *= 2) {
        struct made m = {.len = 0};
        made_text(&m, "d1:ade1:x");
        for (unsigned i = 0; i < depth; i++)
            made_text(&m, "l");
        for (unsigned i = 0; i < depth; i++)
            made_text(&m, "e");
        made_text(&m, "1:y1:qe");
        struct asked a = ask_udp(6881, &m);
        assert_int_equal(a.verdict == RN_YES, depth <= 4);
    }
    struct made m = {.len = 0};
    made_text(&m, "d1:ade1:xl");
    for (unsigned i = 0; i < 2000; i++)
        made_text(&m, "0:");
    made_text(&m, "e1:y1:qe");
    struct asked a = ask_udp(6881, &m);
    assert_no_claim(&a);
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, "d1:ad2:id20:" ID "e1:q4:ping1:t2:aa1:y1:qe");
    assert_cut_claims_nothing(6881, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_bt_dht, 6881, "64 31 3a 61 64", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_of_all_kinds),
        cmocka_unit_test(a_search_tells_info_hash_and_client),
        cmocka_unit_test(inv_1_the_grammar_holds_to_the_last_byte),
        cmocka_unit_test(inv_2_nesting_and_elements_have_a_bound),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
