// SPDX-License-Identifier: Apache-2.0
// SSDP: searches, notices, responses.
#include "made_udp.h"

#define SEARCH                                                                        \
    "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n" \
    "MX: 2\r\nst:  ssdp:all \r\nUSER-AGENT: x\r\n\r\n"
#define NOTICE                                                                                  \
    "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\nNT: upnp:rootdevice\r\nServer: Linux UPnP/1.0\r\n" \
    "USN: uuid:1\r\n\r\n"
#define RESPONSE "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1\r\nSERVER: a\r\n\r\n"

static void messages_tell_method_target_and_server(void **state)
{
    (void)state;
    static const struct {
        const char *text, *method, *st, *server;
    } cases[] = {
        {SEARCH, "M-SEARCH", "ssdp:all", ""},
        {NOTICE, "NOTIFY", "upnp:rootdevice", "Linux UPnP/1.0"},
        {RESPONSE, "RESPONSE", "upnp:rootdevice", "a"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(1900, cases[i].text);
        assert_int_equal(a.verdict, RN_YES);
        assert_int_equal(a.app, RN_APP_SSDP);
        assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), cases[i].method);
        assert_string_equal(fact_of(&a.facts, RN_FACT_ST), cases[i].st);
        assert_string_equal(fact_of(&a.facts, RN_FACT_SERVER), cases[i].server);
    }
}

static void inv_1_what_proves_it_where(void **state)
{
    (void)state;
    static const struct {
        uint16_t port;
        bool yes;
        const char *text;
    } cases[] = {
        {40000, true, SEARCH},
        {40000, true, NOTICE},
        {40000, true, RESPONSE},
        {1900, true, "HTTP/1.1 200 OK\r\n\r\n"},
        {40000, false, "HTTP/1.1 200 OK\r\n\r\n"},
        {40000, false, "HTTP/1.1 200 OK\r\nST: a\r\n\r\n"},
        {1900, false, "HTTP/1.1 404 Not Found\r\n\r\n"},
        {40000, false, "NOTIFY sip:a@b SIP/2.1\r\n\r\n"},
        {1900, false, "GET / HTTP/1.1\r\n\r\n"},
        {1900, false, "M-SEARCH * \x01\x02\r\n\r\n"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_text(cases[i].port, cases[i].text);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
    }
}

static void a_message_cut_anywhere_is_safe(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, SEARCH);
    assert_cut_claims_nothing(1900, &m, 10);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_ssdp, 1900, "", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_tell_method_target_and_server),
        cmocka_unit_test(inv_1_what_proves_it_where),
        cmocka_unit_test(a_message_cut_anywhere_is_safe),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
