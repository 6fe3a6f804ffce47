// SPDX-License-Identifier: Apache-2.0
// DHCP: what its options tell.
#include "made_udp.h"

static void made_header(struct made *m, const char *start)
{
    made_hex(m, start);
    while (m->len < 236)
        made_number(m, 1, 0);
}

#define REQUEST "01 01 06 00 3903f326 0000 0000"
#define COOKIE "63825363 "

static struct asked ask_options(uint16_t port, const char *options)
{
    struct made m = {.len = 0};
    made_header(&m, REQUEST);
    made_hex(&m, COOKIE);
    made_hex(&m, options);
    return ask_udp(port, &m);
}

static void a_message_tells_type_host_name_and_vendor(void **state)
{
    (void)state;
    struct asked a = ask_options(67, "35 01 01 0c 05 6c6170746f 3c 08 4d53465420352e30 00 00 ff");
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_DHCP);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "DISCOVER");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOSTNAME), "lapto");
    assert_string_equal(fact_of(&a.facts, RN_FACT_VENDOR), "MSFT 5.0");
}

static void every_type_has_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"DISCOVER", "OFFER",   "REQUEST", "DECLINE",   "ACK",
                                        "NAK",      "RELEASE", "INFORM",  "UNKNOWN(9)"};
    for (unsigned type = 1; type <= MADE_COUNT(names); type++) {
        struct made m = {.len = 0};
        made_header(&m, REQUEST);
        made_hex(&m, COOKIE "35 01");
        made_number(&m, 1, type);
        struct asked a = ask_udp(67, &m);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), names[type - 1]);
    }
}

static void the_latest_type_counts_and_the_host_name_stays(void **state)
{
    (void)state;
    struct asked a = ask_options(67, "35 01 01 0c 01 61 ff");
    struct made m = {.len = 0};
    made_header(&m, "02 01 06 00 3903f326");
    made_hex(&m, COOKIE "35 01 05 ff");
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), "ACK");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOSTNAME), "a");
}

static void host_names_of_all_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *options, *name;
    } cases[] = {
        {"0c 03 616200 ff", "ab"},                  // ends with NUL
        {"51 06 00 00 00 616263 ff", "abc"},        // FQDN as text
        {"51 09 04 00 00 03616263 0161 ff", "abc"}, // FQDN as labels
        {"0c 01 78 51 06 00 00 00 616263 ff", "x"}, // the host name goes first
        {"0c 04 61 1b5b6d ff", "a\xef\xbf\xbd[m"},  // a control character
        {"0c 10 616263", ""},                       // cut off
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_options(67, cases[i].options);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_HOSTNAME), cases[i].name);
    }
}

static void inv_1_the_cookie_and_a_sound_header_prove_it(void **state)
{
    (void)state;
    static const struct {
        const char *header, *cookie;
        bool yes;
    } cases[] = {
        {REQUEST, COOKIE, true},     {"02 01 06", COOKIE, true},   {"03 01 06", COOKIE, false},
        {"01 01 11", COOKIE, false}, {REQUEST, "63825364", false}, {REQUEST, "638253", false},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = {.len = 0};
        made_header(&m, cases[i].header);
        made_hex(&m, cases[i].cookie);
        struct asked a = ask_udp(10067, &m);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
    }
}

static void a_message_cut_anywhere_tells_whole_options_only(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_header(&m, REQUEST);
    made_hex(&m, COOKIE "35 01 03 0c 05 6c6170746f ff");
    assert_cut_claims_nothing(67, &m, 240);
    for (size_t len = 240; len <= m.len; len++) {
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 68, .dst_port = 67};
        assert_int_equal(ask_first(&a, &m, len), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), len >= 243 ? "REQUEST" : "");
        assert_string_equal(fact_of(&a.facts, RN_FACT_HOSTNAME), len >= 250 ? "lapto" : "");
    }
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_dhcp, 67, "01 01 06 00", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_tells_type_host_name_and_vendor),
        cmocka_unit_test(every_type_has_a_name),
        cmocka_unit_test(the_latest_type_counts_and_the_host_name_stays),
        cmocka_unit_test(host_names_of_all_shapes),
        cmocka_unit_test(inv_1_the_cookie_and_a_sound_header_prove_it),
        cmocka_unit_test(a_message_cut_anywhere_tells_whole_options_only),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
