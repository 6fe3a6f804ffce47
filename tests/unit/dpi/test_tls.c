// SPDX-License-Identifier: Apache-2.0
// TLS hellos: what they tell, what they must not tell when they are cut or lie.
#include <stdio.h>

#include "made_tls.h"

#define ON_443                                                    \
    {                                                             \
        .proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 443 \
    }
#define ON_9999                                                    \
    {                                                              \
        .proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 9999 \
    }

static const struct made_hello modern = {
    .sni = "www.example.org", .alpn = "h2 http/1.1", .versions = "3a3a 0304 0303", .ech = true};
static const struct made_hello modern_answer = {.type = 2, .versions = "0304"};

// What `openssl s_client` 3.0 sends for -servername a.example.net -alpn h2, one group, two signature schemes.
static const char recorded[] =
    "16030100d5010000d10303f327f833017d28603c924bb16af8c668446f24c7be25df47c0"
    "1cde369f37a52c202f6368c59e704c92e8fc6b8519cd46259bbe6da2ccde272e5423e87d"
    "b739738600061302c02f00ff0100008200000012001000000d612e6578616d706c652e6e"
    "6574000b000403000102000a00040002001d002300000010000500030268320016000000"
    "170000000d0006000404030804002b0009080304030303020301002d0002010100330026"
    "0024001d0020f6bceba6fb58875917f6b97b47daa7595cc83ada7d157d85cecb714feb0c"
    "d80b";

static void a_client_hello_tells_name_alpn_and_offer(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_443;
    made_hello(&m, modern);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_int_equal(a.app, RN_APP_HTTPS);
    assert_int_equal(a.more, RN_DPI_SIDE_DONE);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ALPN, 0), "h2");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ALPN, 1), "http/1.1");
    assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION), "TLS 1.3");
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "");
    assert_true(dpi_has(&a.facts, RN_FACT_ECH));
}

static void a_recorded_hello_is_read(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_9999;
    made_hex(&m, recorded);
    assert_int_equal(m.len, 218);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "a.example.net");
    assert_string_equal(fact_of(&a.facts, RN_FACT_ALPN), "h2");
    assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION), "TLS 1.3");
    assert_false(dpi_has(&a.facts, RN_FACT_ECH));
}

static void the_choice_replaces_the_offer_and_settles(void **state)
{
    (void)state;
    struct made client = {.len = 0}, server = {.len = 0};
    struct asked a = ON_443;
    made_hello(&client, modern);
    made_hello(&server, (struct made_hello){.type = 2, .suites = "c02f", .alpn = "h2"});
    ask_made(&a, &client);
    assert_int_equal(ask_made(&a, &server), RN_YES);
    assert_int_equal(a.more, RN_DPI_SIDE_DONE);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.2");
    assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION), "");
    assert_string_equal(fact_of(&a.facts, RN_FACT_ALPN_SELECTED), "h2");
    assert_string_equal(fact_of(&a.facts, RN_FACT_CIPHER),
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 (0xC02F)");
}

static void the_order_of_the_hellos_does_not_matter(void **state)
{
    (void)state;
    struct made client = {.len = 0}, server = {.len = 0};
    struct asked a = ON_443;
    made_hello(&client, modern);
    made_hello(&server, modern_answer);
    ask_made(&a, &server);
    assert_int_equal(a.app, RN_APP_HTTPS);
    assert_int_equal(a.more, RN_DPI_SIDE_DONE);
    ask_made(&a, &client);
    assert_int_equal(a.more, RN_DPI_SIDE_DONE);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.3");
    assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION), "");
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "www.example.org");
}

static void the_version_comes_from_supported_versions(void **state)
{
    (void)state;
    static const struct {
        uint16_t legacy;
        const char *client, *server, *suite, *offered, *chosen;
    } cases[] = {
        {0x0303, "0304 0303", "0304", "1302", "TLS 1.3", "TLS 1.3"},
        {0x0303, "0303 0304 7f17", "7f17", "1302", "TLS 1.3", "TLS 1.3 (draft 23)"},
        {0x0303, "7f1c 0303", "7f1c", "1302", "TLS 1.3 (draft 28)", "TLS 1.3 (draft 28)"},
        {0x0303, "5a5a 0303 0302", NULL, "009c", "TLS 1.2", "TLS 1.2"},
        {0x0303, NULL, NULL, "009c", "TLS 1.2", "TLS 1.2"},
        {0x0302, NULL, NULL, "002f", "TLS 1.1", "TLS 1.1"},
        {0x0301, NULL, NULL, "002f", "TLS 1.0", "TLS 1.0"},
        {0x0300, NULL, NULL, "0005", "SSL 3.0", "SSL 3.0"},
        {0x0303, "3a3a 4a4a", "7e01", "1302", "TLS 1.2", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made client = {.len = 0}, server = {.len = 0};
        struct asked a = ON_443, b = ON_443;
        made_hello(&client,
                   (struct made_hello){.legacy = cases[i].legacy, .versions = cases[i].client});
        made_hello(&server, (struct made_hello){.type = 2,
                                                .legacy = cases[i].legacy,
                                                .suites = cases[i].suite,
                                                .versions = cases[i].server});
        assert_int_equal(ask_made(&a, &client), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION), cases[i].offered);
        assert_int_equal(ask_made(&b, &server), RN_YES);
        assert_string_equal(fact_of(&b.facts, RN_FACT_VERSION), cases[i].chosen);
    }
}

static void a_hello_retry_leaves_the_row_open(void **state)
{
    (void)state;
    struct made client = {.len = 0}, retry = {.len = 0}, again = {.len = 0};
    struct asked a = ON_443;
    made_hello(&client, modern);
    made_hello(&retry, (struct made_hello){.type = 2, .random = MADE_RETRY, .versions = "0304"});
    made_hex(&again, "14 0303 0001 01"); // ChangeCipherSpec comes before the second ClientHello
    made_hello(&again, (struct made_hello){.sni = "other.example.org", .versions = "0304"});
    ask_made(&a, &client);
    ask_made(&a, &retry);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_int_equal(ask_made(&a, &again), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_at(&a.facts, RN_FACT_ALPN, 1), "http/1.1");
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.3");
}

static void records_before_the_hello_are_skipped(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_443;
    made_hex(&m, "15 0303 0002 01 70"); // the warning unrecognized_name
    made_hello(&m, modern_answer);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.3");
}

static void https_is_told_by_port_or_alpn_else_it_is_tls(void **state)
{
    (void)state;
    static const struct {
        uint16_t port;
        const char *alpn, *selected;
        enum rn_app app;
    } cases[] = {
        {443, NULL, NULL, RN_APP_HTTPS},
        {9999, NULL, NULL, RN_APP_TLS},
        {9999, "h2", NULL, RN_APP_HTTPS},
        {9999, "grpc-exp h2", NULL, RN_APP_HTTPS},
        {9999, "imap", NULL, RN_APP_TLS},
        {9999, "xmpp-client h3", NULL, RN_APP_TLS},
        {9999, NULL, "http/1.1", RN_APP_HTTPS},
        {9999, "x http/1.1", "http/1.1", RN_APP_HTTPS},
        {5349, "http/1.1 stun.turn", "stun.turn", RN_APP_TLS}, // coturn's client and server
        {9999, "http/1.1 stun.turn", NULL, RN_APP_TLS},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made client = {.len = 0}, server = {.len = 0};
        struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = cases[i].port};
        made_hello(&client, (struct made_hello){.sni = "a.example.org", .alpn = cases[i].alpn});
        made_hello(&server, (struct made_hello){.type = 2, .alpn = cases[i].selected});
        ask_made(&a, &client);
        ask_made(&a, &server);
        assert_int_equal(a.app, cases[i].app);
    }
}

static void a_server_name_is_a_strict_hostname_or_none(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool good;
    } cases[] = {
        {"example.org", true},
        {"a.io", true},
        {"xn--bcher-kva.example", true},
        {"r3---sn-4g5e6nez.googlevideo.com", true},
        {"1.2.3.a4", true},
        {"192.0.2.1", false},
        {"2001:db8::1", false},
        {"localhost", false},
        {"a.b", false},
        {"", false},
        {".example.org", false},
        {"example.org.", false},
        {"example..org", false},
        {"-example.org", false},
        {"example.org-", false},
        {"exa mple.org", false},
        {"example.org/path", false},
        {"user@example.org", false},
        {"example.org:443", false},
        {"ex\xc3\xa4mple.org", false},
        {"exam\x1b[mple.org", false},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org", true},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_443;
        made_hello(&m, (struct made_hello){.sni = cases[i].name});
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), cases[i].good ? cases[i].name : "");
    }
}

static void lengths_that_lie_give_no_name(void **state)
{
    (void)state;
    static const char *const extensions[] = {
        "0000 0010 000e 00 00ff 6578616d706c652e6f7267", // name longer than its list
        "0000 0010 00ff 00 000b 6578616d706c652e6f7267", // list longer than the extension
        "0000 0010 000e 01 000b 6578616d706c652e6f7267", // not a host_name
        "0000 0001 00",
        "0000 0000",
        "0010 0005 00ff 02 6832",
        "0010 0005 0003 ff 6832",
        "0010 0003 0001 00",
    };
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_443;
        made_hello(&m, (struct made_hello){.more = extensions[i]});
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_false(dpi_has(&a.facts, RN_FACT_SNI));
        assert_false(dpi_has(&a.facts, RN_FACT_ALPN));
    }
}

static void inv_2_a_hello_cut_anywhere_never_tells_what_is_not_there(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hello(&m, modern);
    size_t sni_at = 0, alpn_at = 0;
    for (size_t i = 0; i + 15 <= m.len; i++) {
        if (memcmp(m.data + i, "www.example.org", 15) == 0)
            sni_at = i + 15;
        if (memcmp(m.data + i, "\x02h2\x08http/1.1", 12) == 0)
            alpn_at = i + 12;
    }
    for (size_t len = 1; len <= m.len; len++) {
        struct asked a = ON_443;
        enum rn_verdict want = len < 11 ? RN_MORE : RN_YES;
        assert_int_equal(ask_first(&a, &m, len), want);
        if (want == RN_MORE)
            assert_no_claim(&a);
        assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), len >= sni_at ? "www.example.org" : "");
        assert_string_equal(fact_of(&a.facts, RN_FACT_ALPN), len >= alpn_at ? "h2" : "");
        const char *offer = fact_of(&a.facts, RN_FACT_OFFERED_VERSION);
        assert_true(strcmp(offer, "TLS 1.3") == 0 || (offer[0] == '\0' && len < 100));
    }
}

static void a_server_hello_cut_anywhere_never_tells_a_wrong_version(void **state)
{
    (void)state;
    static const struct made_hello answers[] = {
        {.type = 2, .versions = "0304"},
        {.type = 2, .suites = "c02f", .alpn = "h2"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct made m = {.len = 0};
        made_hello(&m, answers[i]);
        for (size_t len = 1; len <= m.len; len++) {
            struct asked a = ON_443;
            enum rn_verdict want = len < 11 ? RN_MORE : RN_YES;
            a.cut = true;
            assert_int_equal(ask_first(&a, &m, len), want);
            const char *version = fact_of(&a.facts, RN_FACT_VERSION);
            bool has_suite = len >= 5 + 4 + 2 + 32 + 33 + 2;
            assert_string_equal(version, !has_suite ? "" : i == 0 ? "TLS 1.3" : "TLS 1.2");
        }
    }
}

static void inv_1_what_is_no_hello_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "16 0303 0000 01 000100 0303", // empty record
        "16 0303 ffff 01 000100 0303", // record too long
        "16 0203 0100 01 0000fc 0303", // no such version
        "16 0305 0100 01 0000fc 0303",
        "16 0303 0100 0b 0000fc 0303", // a certificate
        "16 0303 0100 01 0000fc 0505", // the hello's own version
        "16 0303 0100 01 ff00fc 0303", // handshake too long
        "16 0303 0100 01 000010 0303", // handshake too short
        "14 0303 0002 01 01",
        "15 0303 0002 01 00", // nothing behind the alert
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_443;
        made_hex(&m, cases[i]);
        assert_int_equal(ask_made(&a, &m), RN_NO);
        assert_no_claim(&a);
    }
}

static void inv_3_data_without_a_hello_proves_it_where_records_follow_on_each_other(void **state)
{
    (void)state;
#define DATA "17 0303 0014 000102030405060708090a0b0c0d0e0f10111213 "
    static const struct {
        const char *hex;
        enum rn_verdict verdict;
    } cases[] = {
        {DATA, RN_YES},
        {DATA DATA, RN_YES},
        {DATA "17 0303 4000 00", RN_YES},
        {"15 0303 001a 000102030405060708090a0b0c0d0e0f10111213141516171819", RN_YES},
        {DATA "17", RN_MORE},
        {DATA "47 4554 202f 20", RN_NO},
        {"17 0303 0020 0000000000000000000000", RN_MORE}, // its end is still to come
        {"17 0303 0003 000102", RN_NO},                   // too short to be sealed
        {"17 0203 0014 000102030405060708090a0b0c0d0e0f10111213", RN_NO},
        {"17 0303 ffff 000102030405060708090a0b0c0d0e0f10111213", RN_NO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_443;
        made_hex(&m, cases[i].hex);
        assert_int_equal(ask_made(&a, &m), cases[i].verdict);
        assert_int_equal(a.app, cases[i].verdict == RN_YES ? RN_APP_HTTPS : RN_APP_NONE);
        assert_int_equal(a.facts.len, 0);
    }
#undef DATA
}

static void a_hello_that_contradicts_itself_is_proved_but_tells_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "16 0301 0060 01 00005c 0303 " MADE_RANDOM " 21 " MADE_RANDOM, // session id of 33 bytes
        "16 0301 0060 01 00005c 0303 " MADE_RANDOM " 00 0003 130113",  // odd suites
        "16 0301 0060 01 00005c 0303 " MADE_RANDOM " 00 0002 1301 00", // no compression method
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_443;
        made_hex(&m, cases[i]);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_int_equal(a.app, RN_APP_HTTPS);
        assert_false(dpi_has(&a.facts, RN_FACT_SNI));
    }
}

static void old_hellos_without_extensions_are_read(void **state)
{
    (void)state;
    struct made client = {.len = 0}, server = {.len = 0};
    struct asked a = ON_443;
    made_hello(&client, (struct made_hello){.legacy = 0x0301, .suites = "002f 0005", .bare = true});
    made_hello(&server,
               (struct made_hello){.type = 2, .legacy = 0x0301, .suites = "0005", .bare = true});
    assert_int_equal(ask_made(&a, &client), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION), "TLS 1.0");
    assert_int_equal(ask_made(&a, &server), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.0");
    assert_string_equal(fact_of(&a.facts, RN_FACT_CIPHER), "TLS_RSA_WITH_RC4_128_SHA (0x0005)");
}

static void a_server_hello_of_an_early_draft_has_no_session_id(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_443;
    made_hex(&m, "16 0301 0032 02 00002e 7f12 " MADE_RANDOM " 1301 0008 0033 0004 001d 0000");
    m.data[4] = (uint8_t)(m.len - 5);
    m.data[8] = (uint8_t)(m.len - 9);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.3 (draft 18)");
    assert_string_equal(fact_of(&a.facts, RN_FACT_CIPHER), "TLS_AES_128_GCM_SHA256 (0x1301)");
}

static void a_suite_without_a_name_is_a_number(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = ON_443;
    made_hello(&m, (struct made_hello){.type = 2, .suites = "fafa"});
    ask_made(&a, &m);
    assert_string_equal(fact_of(&a.facts, RN_FACT_CIPHER), "0xFAFA");
}

static void a_hello_of_a_hundred_extensions_and_more_is_taken(void **state)
{
    (void)state;
    static char more[121 * 10];
    for (int i = 0; i < 120; i++)
        memcpy(more + 10 * i, "abcd 0000 ", 10);
    struct made m = {.len = 0};
    struct asked a = ON_443;
    made_hello(&m, (struct made_hello){.more = more, .sni = "example.org"});
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "example.org");
}

// A hello of several segments, as one with a key share of ML-KEM always is.
static void make_long(struct made *m)
{
    static char share[2 * 1300 + 1];
    memset(share, 'a', sizeof(share) - 1);
    static char more[sizeof(share) + 32];
    snprintf(more, sizeof(more), "0033 0514 %s", share); // 1,300 bytes
    made_hello(m, (struct made_hello){.more = more,
                                      .sni = "www.example.org",
                                      .alpn = "h2 http/1.1",
                                      .versions = "0304 0303"});
    assert_true(m->len > 1460);
}

static void assert_told(const struct made_row *r)
{
    assert_int_equal(r->row.app, RN_APP_HTTPS);
    assert_string_equal(fact_of(&r->row.facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_of(&r->row.facts, RN_FACT_OFFERED_VERSION), "TLS 1.3");
    assert_string_equal(fact_at(&r->row.facts, RN_FACT_ALPN, 1), "http/1.1");
    assert_int_equal(strlen(fact_of(&r->row.facts, RN_FACT_JA4)), 36);
    assert_int_equal(r->row.seen[0], RN_DPI_DONE);
    assert_int_equal(r->memory.buffers.used, 0);
}

static void inv_2_a_hello_may_come_in_segments_of_any_size_and_order(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 100, 536, 1000, 1460};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct made m = {.len = 0};
        struct made_row r;
        make_long(&m);
        size_t size = m.len / sizes[i] < 8 ? sizes[i] : m.len / 8 + 1;
        for (int backwards = 0; backwards < 2; backwards++) {
            row_open(&r, RN_PROTO_TCP, 50000, 443);
            size_t count = (m.len + size - 1) / size;
            for (size_t n = 0; n < count; n++) {
                size_t at = (backwards ? count - 1 - n : n) * size;
                row_feed_part(&r, true, &m, at, at + size < m.len ? size : m.len - at);
            }
            assert_told(&r);
            row_close(&r);
        }
    }
}

static void a_hello_that_is_sent_twice_is_read_once(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct made_row r;
    make_long(&m);
    row_open(&r, RN_PROTO_TCP, 50000, 443);
    row_feed_part(&r, true, &m, 0, 900);
    row_feed_part(&r, true, &m, 0, 900);
    row_feed_part(&r, true, &m, 500, 600);
    assert_int_equal(r.row.app, RN_APP_HTTPS); // HTTPS by its port; the name is still to come
    row_feed_part(&r, true, &m, 1000, m.len - 1000);
    assert_told(&r);
    row_close(&r);
}

static void inv_2_a_message_may_go_on_in_the_next_record(void **state)
{
    (void)state;
    struct made whole = {.len = 0}, m = {.len = 0};
    struct made_row r;
    make_long(&whole);
    for (size_t at = 5; at < whole.len; at += 300) {
        size_t n = whole.len - at < 300 ? whole.len - at : 300;
        made_hex(&m, "16 0301");
        made_number(&m, 2, (uint32_t)n);
        made_bytes(&m, whole.data + at, n);
    }
    row_open(&r, RN_PROTO_TCP, 50000, 443);
    for (size_t at = 0; at < m.len; at += 700)
        row_feed_part(&r, true, &m, at, m.len - at < 700 ? m.len - at : 700);
    assert_told(&r);
    row_close(&r);
}

static void a_hello_that_ends_early_tells_what_there_was(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct made_row r;
    make_long(&m);
    row_open(&r, RN_PROTO_TCP, 50000, 443);
    assert_int_equal(row_packet(&r, true, 0, m.data, m.len - 10, 10), RN_YES); // snapped
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_JA4), "");
    assert_int_equal(r.row.seen[0], RN_DPI_DONE);
    row_close(&r);
}

static void both_hellos_settle_the_row_and_free_its_note(void **state)
{
    (void)state;
    struct made client = {.len = 0}, server = {.len = 0};
    struct made_row r;
    make_long(&client);
    made_hello(&server, modern_answer);
    row_open(&r, RN_PROTO_TCP, 50000, 443);
    row_feed(&r, true, &client);
    assert_false(r.row.settled);
    row_feed_part(&r, false, &server, 0, 50);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION), "");
    row_feed_part(&r, false, &server, 50, server.len - 50);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION), "TLS 1.3");
    assert_true(r.row.settled);
    assert_int_equal(r.row.note, RN_DPI_NO_NOTE);
    row_close(&r);
}

static void inv_4_a_retry_keeps_the_servers_direction_open(void **state)
{
    (void)state;
    struct made client = {.len = 0}, retry = {.len = 0}, again = {.len = 0}, server = {.len = 0};
    struct made_row r;
    make_long(&client);
    made_hello(&retry, (struct made_hello){.type = 2, .random = MADE_RETRY, .versions = "0304"});
    made_hello(&again, (struct made_hello){.sni = "other.example.org", .versions = "0304"});
    made_hello(&server, modern_answer);
    row_open(&r, RN_PROTO_TCP, 50000, 443);
    row_feed(&r, true, &client);
    row_feed(&r, false, &retry);
    assert_false(r.row.settled);
    row_feed(&r, true, &again);
    row_feed(&r, false, &server);
    assert_true(r.row.settled);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION), "TLS 1.3");
    row_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_hello_tells_name_alpn_and_offer),
        cmocka_unit_test(a_recorded_hello_is_read),
        cmocka_unit_test(the_choice_replaces_the_offer_and_settles),
        cmocka_unit_test(the_order_of_the_hellos_does_not_matter),
        cmocka_unit_test(the_version_comes_from_supported_versions),
        cmocka_unit_test(a_hello_retry_leaves_the_row_open),
        cmocka_unit_test(records_before_the_hello_are_skipped),
        cmocka_unit_test(https_is_told_by_port_or_alpn_else_it_is_tls),
        cmocka_unit_test(a_server_name_is_a_strict_hostname_or_none),
        cmocka_unit_test(lengths_that_lie_give_no_name),
        cmocka_unit_test(inv_2_a_hello_cut_anywhere_never_tells_what_is_not_there),
        cmocka_unit_test(a_server_hello_cut_anywhere_never_tells_a_wrong_version),
        cmocka_unit_test(inv_1_what_is_no_hello_is_refused),
        cmocka_unit_test(inv_3_data_without_a_hello_proves_it_where_records_follow_on_each_other),
        cmocka_unit_test(a_hello_that_contradicts_itself_is_proved_but_tells_nothing),
        cmocka_unit_test(old_hellos_without_extensions_are_read),
        cmocka_unit_test(a_server_hello_of_an_early_draft_has_no_session_id),
        cmocka_unit_test(a_suite_without_a_name_is_a_number),
        cmocka_unit_test(a_hello_of_a_hundred_extensions_and_more_is_taken),
        cmocka_unit_test(inv_2_a_hello_may_come_in_segments_of_any_size_and_order),
        cmocka_unit_test(a_hello_that_is_sent_twice_is_read_once),
        cmocka_unit_test(inv_2_a_message_may_go_on_in_the_next_record),
        cmocka_unit_test(a_hello_that_ends_early_tells_what_there_was),
        cmocka_unit_test(both_hellos_settle_the_row_and_free_its_note),
        cmocka_unit_test(inv_4_a_retry_keeps_the_servers_direction_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
