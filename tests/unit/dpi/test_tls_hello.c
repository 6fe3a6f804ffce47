// SPDX-License-Identifier: Apache-2.0
// Hellos as other carriers than TLS records hand them over; test_tls.c holds what they tell in a record.
#include "made_tls.h"
#include "tls_hello.h"

static struct dpi_tls_hello hello;

// The hello of made_tls.h without its record.
static struct rn_bytes message_of(struct made *m, struct made_hello h)
{
    m->len = 0;
    made_hello(m, h);
    struct rn_reader r = rn_reader_of(rn_bytes_of(m->data, m->len));
    rn_skip(&r, 5);
    return rn_reader_rest(&r);
}

static void over_quic_no_version_is_told(void **state)
{
    (void)state;
    struct made m;
    struct rn_facts facts = {.len = 0};
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    struct rn_bytes client = message_of(&m, (struct made_hello){.sni = "www.example.org",
                                                                .alpn = "h3",
                                                                .versions = "0304",
                                                                .more = "0039 0004 01020304 "});
    assert_int_equal(dpi_tls_client_hello(ctx, &facts, client, DPI_TLS_QUIC, false, &hello),
                     RN_YES);
    assert_int_equal(hello.quic_params.len, 4);
    assert_int_equal(dpi_at(hello.quic_params, 3), 4);
    assert_string_equal(fact_of(&facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_of(&facts, RN_FACT_ALPN), "h3");
    assert_string_equal(fact_of(&facts, RN_FACT_OFFERED_VERSION), "");
    assert_int_equal(fact_of(&facts, RN_FACT_JA4)[0], 'q');
    rn_dpi_ctx_free(ctx);
}

// RFC 6347, 4.2.1: version feff or fefd, a cookie behind the session id.
static void a_hello_of_dtls_has_a_cookie_and_versions_of_its_own(void **state)
{
    (void)state;
    static const struct {
        const char *version, *cookie, *text, *ja4;
    } cases[] = {
        {"feff", "00", "DTLS 1.0", "dd1d"},
        {"fefd", "14 000102030405060708090a0b0c0d0e0f10111213", "DTLS 1.2", "dd2d"},
    };
    for (size_t i = 0; i < 2; i++) {
        struct made m = {.len = 0};
        struct rn_facts facts = {.len = 0};
        struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
        made_hex(&m, "01");
        size_t body = made_open(&m, 3);
        made_hex(&m, cases[i].version);
        made_hex(&m, MADE_RANDOM " 00");
        made_hex(&m, cases[i].cookie);
        made_hex(&m, "0002 c02b 01 00");
        size_t all = made_open(&m, 2);
        made_sni(&m, 0, "dtls.example.org");
        made_close(&m, all, 2);
        made_close(&m, body, 3);
        struct rn_bytes message = rn_bytes_of(m.data, m.len);
        assert_int_equal(dpi_tls_client_hello(ctx, &facts, message, DPI_TLS_DTLS, false, &hello),
                         RN_YES);
        assert_string_equal(fact_of(&facts, RN_FACT_SNI), "dtls.example.org");
        assert_string_equal(fact_of(&facts, RN_FACT_OFFERED_VERSION), cases[i].text);
        assert_memory_equal(fact_of(&facts, RN_FACT_JA4), cases[i].ja4, 4);
        assert_int_equal(dpi_tls_hello_read(message, DPI_TLS_TCP, &hello), RN_NO);
        rn_dpi_ctx_free(ctx);
    }
}

static void a_part_is_not_told_before_the_rest_has_come_or_never_will(void **state)
{
    (void)state;
    struct made m;
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    struct rn_bytes all = message_of(&m, (struct made_hello){.sni = "www.example.org"});
    for (size_t len = 0; len < all.len; len++) {
        struct rn_facts facts = {.len = 0};
        struct rn_bytes part = rn_bytes_of(all.p, len);
        assert_int_equal(dpi_tls_client_hello(ctx, &facts, part, DPI_TLS_QUIC, false, &hello),
                         RN_MORE);
        assert_int_equal(facts.len, 0);
        enum rn_verdict cut = dpi_tls_client_hello(ctx, &facts, part, DPI_TLS_QUIC, true, &hello);
        assert_int_equal(cut, len < 6 ? RN_MORE : RN_YES);
        assert_false(dpi_has(&facts, RN_FACT_JA4));
    }
    rn_dpi_ctx_free(ctx);
}

static void each_takes_its_own_kind_only(void **state)
{
    (void)state;
    struct made client, server;
    struct rn_facts facts = {.len = 0};
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    struct rn_bytes c = message_of(&client, (struct made_hello){.sni = "www.example.org"});
    struct rn_bytes s = message_of(&server, (struct made_hello){.type = 2, .suites = "c02f"});
    assert_int_equal(dpi_tls_client_hello(ctx, &facts, s, DPI_TLS_TCP, false, &hello), RN_NO);
    assert_int_equal(dpi_tls_server_hello(&facts, c, DPI_TLS_TCP, false, &hello), RN_NO);
    assert_int_equal(facts.len, 0);
    assert_int_equal(dpi_tls_server_hello(&facts, s, DPI_TLS_TCP, false, &hello), RN_YES);
    assert_string_equal(fact_of(&facts, RN_FACT_VERSION), "TLS 1.2");
    rn_dpi_ctx_free(ctx);
}

static void a_second_hello_tells_nothing_new(void **state)
{
    (void)state;
    struct made m;
    struct rn_facts facts = {.len = 0};
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    struct rn_bytes first =
        message_of(&m, (struct made_hello){.sni = "www.example.org", .versions = "0304"});
    dpi_tls_client_hello(ctx, &facts, first, DPI_TLS_TCP, false, &hello);
    char ja4[DPI_JA4_SIZE];
    memcpy(ja4, fact_of(&facts, RN_FACT_JA4), sizeof(ja4));
    struct rn_bytes second = message_of(
        &m, (struct made_hello){.sni = "other.example.org", .alpn = "h2", .versions = "0303"});
    assert_int_equal(dpi_tls_client_hello(ctx, &facts, second, DPI_TLS_TCP, false, &hello), RN_YES);
    assert_string_equal(fact_of(&facts, RN_FACT_SNI), "www.example.org");
    assert_string_equal(fact_of(&facts, RN_FACT_OFFERED_VERSION), "TLS 1.3");
    assert_string_equal(fact_of(&facts, RN_FACT_ALPN), "");
    assert_string_equal(fact_of(&facts, RN_FACT_JA4), ja4);
    rn_dpi_ctx_free(ctx);
}

static void versions_have_names_and_an_order(void **state)
{
    (void)state;
    static const struct {
        uint16_t version;
        const char *text;
    } cases[] = {
        {0x0300, "SSL 3.0"},  {0x0301, "TLS 1.0"},
        {0x0303, "TLS 1.2"},  {0x7f12, "TLS 1.3 (draft 18)"},
        {0x0304, "TLS 1.3"},  {0xfeff, "DTLS 1.0"},
        {0xfefd, "DTLS 1.2"}, {0xfefc, "DTLS 1.3"},
        {0x0a0a, ""},         {0x0305, ""},
        {0x0100, "DTLS 0.9"}, {0xfefe, ""},
        {0x0002, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[DPI_TLS_VERSION_SIZE];
        struct rn_bytes got = dpi_tls_version_text(cases[i].version, text);
        assert_int_equal(got.len, strlen(cases[i].text));
        assert_true(got.len == 0 || memcmp(got.p, cases[i].text, got.len) == 0);
        assert_int_equal(dpi_tls_version_rank(cases[i].version) > 0, got.len > 0);
    }
    assert_true(dpi_tls_version_rank(0xfefd) > dpi_tls_version_rank(0xfeff));
    assert_true(dpi_tls_version_rank(0x7f17) > dpi_tls_version_rank(0x0303));
    assert_true(dpi_tls_version_rank(0x7f17) < dpi_tls_version_rank(0x0304));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_quic_no_version_is_told),
        cmocka_unit_test(a_hello_of_dtls_has_a_cookie_and_versions_of_its_own),
        cmocka_unit_test(a_part_is_not_told_before_the_rest_has_come_or_never_will),
        cmocka_unit_test(each_takes_its_own_kind_only),
        cmocka_unit_test(a_second_hello_tells_nothing_new),
        cmocka_unit_test(versions_have_names_and_an_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
