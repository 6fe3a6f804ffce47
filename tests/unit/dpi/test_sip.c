// SPDX-License-Identifier: Apache-2.0
// SIP: requests, responses, and HTTP's other children.
#include "made_udp.h"

// RFC 3261, 24.2, shortened.
#define INVITE                                                                 \
    "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n"                            \
    "Via: SIP/2.0/UDP pc33.atlanta.example.com;branch=z9hG4bKnashds8\r\n"      \
    "To: Bob <sip:bob@biloxi.example.com>\r\nAuthorization: Digest secret\r\n" \
    "User-Agent: Softphone/1.0\r\nContent-Length: 0\r\n\r\n"

static void a_request_tells_method_host_and_program(void **state)
{
    (void)state;
    struct asked a = ask_udp_text(5060, INVITE);
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_SIP);
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "INVITE");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOST), "biloxi.example.com");
    assert_string_equal(fact_of(&a.facts, RN_FACT_USER_AGENT), "Softphone/1.0");
    assert_false(facts_hold(&a.facts, "secret"));
    assert_false(facts_hold(&a.facts, "bob"));
}

static void an_interim_status_gives_way(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        uint32_t status;
    } cases[] = {
        {"SIP/2.0 100 Trying\r\n\r\n", 100},       {"SIP/2.0 180 Ringing\r\n\r\n", 180},
        {"SIP/2.0 401 Unauthorized\r\n\r\n", 401}, {"SIP/2.0 200 OK\r\n\r\n", 200},
        {"SIP/2.0 486 Busy Here\r\n\r\n", 200},
    };
    struct asked a = ask_udp_text(5060, INVITE);
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        uint32_t status = 0;
        assert_int_equal(ask_text(&a, cases[i].line), RN_YES);
        assert_true(rn_facts_number(&a.facts, RN_FACT_STATUS, &status));
        assert_int_equal(status, cases[i].status);
    }
}

static void hosts_of_all_shapes(void **state)
{
    (void)state;
    static const struct {
        const char *uri, *host;
    } cases[] = {
        {"sip:example.org", "example.org"},
        {"sips:a:b@example.org:5061", "example.org"},
        {"sip:+1-212@[2001:db8::1]:5060;transport=udp", "[2001:db8::1]"},
        {"SIP:example.org;lr", "example.org"},
        {"sip:example.org?a=b", "example.org"},
        {"tel:+1-212", ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = {.len = 0};
        made_text(&m, "OPTIONS ");
        made_text(&m, cases[i].uri);
        made_text(&m, " SIP/2.0\r\n\r\n");
        struct asked a = ask_udp(40000, &m);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_HOST), cases[i].host);
    }
}

static void inv_1_the_version_token_proves_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "INVITE sip:a@b HTTP/1.1\r\n\r\n",
        "INVITE sip:a@b SIP/3.0\r\n\r\n",
        "INVITE SIP/2.0\r\n\r\n",
        "invite sip:a@b SIP/2.0\r\n\r\n",
        "SIP/2.0 99 x\r\n\r\n",
        "SIP/2.0 700 x\r\n\r\n",
        "SIP/2.1 200 x\r\n\r\n",
        "INVITE sip:\x01@b SIP/2.0\r\n\r\n",
        "INVITE sip:a@b SIP/2.0",
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(5060, cases[i]);
        assert_no_claim(&a);
    }
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, INVITE);
    assert_cut_claims_nothing(5060, &m, 43);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_sip, 5060, "49 4e 56 49 54 45 20", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_method_host_and_program),
        cmocka_unit_test(an_interim_status_gives_way),
        cmocka_unit_test(hosts_of_all_shapes),
        cmocka_unit_test(inv_1_the_version_token_proves_it),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
