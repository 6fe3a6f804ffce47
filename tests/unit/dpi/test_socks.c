// SPDX-License-Identifier: Apache-2.0
// SOCKS: offers, requests, replies, and what is inside the tunnel.
#include "made_tcp.h"
#include "made_tls.h"

static void version_5_with_a_login_tells_user_and_host(void **state)
{
    (void)state;
    static const struct said talk[] = {
        CLIENT("\5\2\0\2"),
        SERVER("\5\2"),
        CLIENT("\1\5alice\6secret"),
        SERVER("\1\0"),
        CLIENT("\5\1\0\3\13example.org\0\x50"),
    };
    static const uint16_t ports[] = {1080, 8124};
    for (size_t i = 0; i < MADE_COUNT(ports); i++) {
        struct made_row r;
        row_talk(&r, ports[i], talk, MADE_COUNT(talk));
        assert_int_equal(r.row.app, RN_APP_SOCKS);
        assert_string_equal(told(&r, RN_FACT_VERSION), "5");
        assert_string_equal(told(&r, RN_FACT_USER), "alice");
        assert_string_equal(told(&r, RN_FACT_COMMAND), "CONNECT");
        assert_string_equal(told(&r, RN_FACT_HOST), "example.org");
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
    }
}

static void addresses_are_told_as_text(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *version, *host;
    } cases[] = {
        {CLIENT("\4\1\1\xbb\x5d\xb8\xd8\x22\0"), "4", "93.184.216.34"},
        {CLIENT("\4\1\1\xbb\0\0\0\1me\0www.example.com\0"), "4a", "www.example.com"},
        {CLIENT("\5\1\0\5\1\0\1\xc0\0\2\1\0\x50"), "5", "192.0.2.1"},
        {CLIENT("\5\1\0\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\0\x50"), "5", "2001:db8::1"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 1080, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_VERSION), cases[i].version);
        assert_string_equal(told(&r, RN_FACT_HOST), cases[i].host);
        row_close(&r);
    }
}

static void inv_2_the_tunnel_is_searched_anew(void **state)
{
    (void)state;
    static const struct said openings[][4] = {
        {CLIENT("\5\1\0"), SERVER("\5\0"), CLIENT("\5\1\0\3\13example.org\1\xbb"),
         SERVER("\5\0\0\1\0\0\0\0\0\0")},
        {CLIENT("\4\1\1\xbb\0\0\0\1\0example.org\0"), SERVER("\0\x5a\0\0\0\0\0\0"), CLIENT(""),
         SERVER("")},
    };
    for (size_t i = 0; i < MADE_COUNT(openings); i++) {
        for (uint16_t port = 1080; port <= 1081; port++) {
            struct made hello = {.len = 0};
            struct made_row r;
            made_hello(&hello, (struct made_hello){.sni = "example.org"});
            row_talk(&r, port, openings[i], 4);
            row_feed(&r, true, &hello);
            assert_int_equal(r.row.app, RN_APP_TLS);
            assert_string_equal(told(&r, RN_FACT_SNI), "example.org");
            assert_string_equal(told(&r, RN_FACT_SERVICE), "SOCKS");
            row_close(&r);
            row_talk(&r, port, openings[i], 4);
            row_feed_text(&r, true, "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n");
            assert_int_equal(r.row.app, RN_APP_HTTP);
            row_close(&r);
            row_talk(&r, port, openings[i], 4);
            row_feed_text(&r, false, "SSH-2.0-OpenSSH_9.6\r\n");
            assert_int_equal(r.row.app, RN_APP_SSH);
            row_close(&r);
        }
    }
}

static void a_refusal_opens_no_tunnel(void **state)
{
    (void)state;
    static const struct said talk[] = {CLIENT("\5\1\0"), SERVER("\5\0"),
                                       CLIENT("\5\1\0\3\13example.org\0\x50"),
                                       SERVER("\5\5\0\1\0\0\0\0\0\0")};
    struct made_row r;
    row_talk(&r, 1080, talk, MADE_COUNT(talk));
    assert_int_equal(told_number(&r, RN_FACT_CODE), 5);
    row_feed_text(&r, true, "GET / HTTP/1.1\r\n\r\n");
    assert_int_equal(r.row.app, RN_APP_SOCKS);
    row_close(&r);
}

static void inv_1_what_proves_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("\5\1\0"),                           // an offer alone
        CLIENT("\5\1\0\5\4\0\1\xc0\0\2\1\0\x50"),   // no such command
        CLIENT("\5\1\0\5\1\1\1\xc0\0\2\1\0\x50"),   // reserved byte
        CLIENT("\5\1\0\5\1\0\2\xc0\0\2\1\0\x50"),   // no such address
        CLIENT("\5\1\0\5\1\0\3\4a b!\0\x50"),       // no name
        CLIENT("\5\1\x20\5\1\0\1\xc0\0\2\1\0\x50"), // no such method
        CLIENT("\5\0\5\1\0\1\xc0\0\2\1\0\x50"),     // no method
        CLIENT("\4\1\1\xbb\x5d\xb8\xd8\x22\0"),     // version 4 without a name, off its port
        CLIENT("\4\3\1\xbb\0\0\0\1\0example.org\0"),
        CLIENT("\4\1\0\0\0\0\0\1\0example.org\0"),
    };
    struct said longer = CLIENT("\4\1\1\xbb\0\0\0\1\0example.org\0x");
    assert_whole_proves_nothing(8124, longer);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(8124, no[i]);
    struct said yes = CLIENT("\5\1\0\5\1\0\3\13example.org\0\x50");
    assert_proves(RN_APP_SOCKS, 8124, yes, 21);
    struct said yes_4 = CLIENT("\4\1\1\xbb\0\0\0\1me\0example.org\0");
    assert_proves(RN_APP_SOCKS, 8124, yes_4, 23);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_5_with_a_login_tells_user_and_host),
        cmocka_unit_test(addresses_are_told_as_text),
        cmocka_unit_test(inv_2_the_tunnel_is_searched_anew),
        cmocka_unit_test(a_refusal_opens_no_tunnel),
        cmocka_unit_test(inv_1_what_proves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
