// SPDX-License-Identifier: Apache-2.0
// JA4 against the example of its specification and against its rules.
#include "made_tls.h"
#include "tls_hello.h"

// The record is left out: JA4 knows the hello only.
static const char *ja4_of(struct made_hello hello, enum dpi_tls_over over)
{
    static char out[DPI_JA4_SIZE];
    static struct made m;
    static struct dpi_tls_hello read;
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    m.len = 0;
    made_hello(&m, hello);
    assert_int_equal(dpi_tls_hello_read(rn_bytes_of(m.data + 5, m.len - 5), over, &read), RN_YES);
    assert_true(read.whole);
    size_t len = dpi_tls_ja4(ctx, &read, out);
    assert_true(len == 0 || len == strlen(out));
    out[len] = '\0';
    rn_dpi_ctx_free(ctx);
    return out;
}

static void assert_begins(const char *text, const char *start)
{
    assert_memory_equal(text, start, strlen(start));
}

// JA4.md, "JA4 details": a hello of Chrome, and what comes of it.
#define CHROME_SUITES \
    "1a1a 1301 1302 1303 c02b c02f c02c c030 cca9 cca8 c013 c014 009c 009d 002f 0035"
#define CHROME_EXTENSIONS                                                                        \
    "001b 0000 0033 0000 4469 0000 0017 0000 002d 0000 000d 0012 0010 0403 0804 0401 "           \
    "0503 0805 0501 0806 0601 0005 0000 0023 0000 0012 0000 000b 0000 ff01 0000 000a 0000 0015 " \
    "0000 "

static void the_example_of_the_specification(void **state)
{
    (void)state;
    static struct made m;
    static struct dpi_tls_hello read;
    char out[DPI_JA4_SIZE];
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    m.len = 0;
    made_hex(&m, "01");
    size_t body = made_open(&m, 3);
    made_hex(&m, "0303 " MADE_RANDOM " 00");
    size_t suites = made_open(&m, 2);
    made_hex(&m, CHROME_SUITES);
    made_close(&m, suites, 2);
    made_hex(&m, "01 00");
    size_t all = made_open(&m, 2);
    made_hex(&m, "2a2a 0000 " CHROME_EXTENSIONS);
    made_sni(&m, 0, "example.org");
    made_alpn(&m, "h2 http/1.1");
    made_versions(&m, false, "3a3a 0304 0303");
    made_close(&m, all, 2);
    made_close(&m, body, 3);
    assert_int_equal(dpi_tls_hello_read(rn_bytes_of(m.data, m.len), DPI_TLS_TCP, &read), RN_YES);
    assert_int_equal(dpi_tls_ja4(ctx, &read, out), 36);
    assert_string_equal(out, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    rn_dpi_ctx_free(ctx);
}

static void the_first_part_follows_the_rules(void **state)
{
    (void)state;
    static const struct made_hello modern = {
        .sni = "a.example.org", .alpn = "h2", .versions = "0304"};
    assert_begins(ja4_of(modern, DPI_TLS_TCP), "t13d0805h2_");
    assert_begins(ja4_of(modern, DPI_TLS_QUIC), "q13d0805h2_");
    assert_begins(ja4_of((struct made_hello){.legacy = 0x0301}, DPI_TLS_TCP), "t10i080200_");
    assert_begins(ja4_of((struct made_hello){.legacy = 0x0300, .bare = true}, DPI_TLS_TCP),
                  "ts3i080000_");
    // An address in the extension is no name, but the extension is there.
    assert_begins(ja4_of((struct made_hello){.sni = "192.0.2.1"}, DPI_TLS_TCP), "t12d080300_");
}

static void alpn_gives_its_first_and_last_character(void **state)
{
    (void)state;
    static const struct {
        const char *alpn, *want;
    } cases[] = {
        {"h2 http/1.1", "h2"}, {"http/1.1 h2", "h1"}, {"x", "xx"},          {"\xab", "ab"},
        {"\xab\xcd", "ad"},    {"0\xab", "3b"},       {"01\xab\xcd", "3d"}, {"\xc5xyz\xa8", "c8"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *ja4 = ja4_of((struct made_hello){.alpn = cases[i].alpn}, DPI_TLS_TCP);
        assert_memory_equal(ja4 + 8, cases[i].want, 2);
    }
}

static void nothing_to_hash_is_zeros(void **state)
{
    (void)state;
    const char *bare = ja4_of((struct made_hello){.suites = "0a0a", .bare = true}, DPI_TLS_TCP);
    assert_string_equal(bare, "t12i000000_000000000000_000000000000");
}

static void order_and_grease_do_not_matter(void **state)
{
    (void)state;
    char first[DPI_JA4_SIZE];
    struct made_hello a = {.suites = "1a1a 1301 1302", .more = "abcd 0000 0012 0000 "};
    struct made_hello b = {.suites = "1302 3a3a 1301", .more = "0012 0000 5a5a 0000 abcd 0000 "};
    memcpy(first, ja4_of(a, DPI_TLS_TCP), sizeof(first));
    assert_string_equal(ja4_of(b, DPI_TLS_TCP), first);
    b.more = "0012 0000 abce 0000 ";
    assert_string_not_equal(ja4_of(b, DPI_TLS_TCP), first);
}

static void what_is_too_large_has_none(void **state)
{
    (void)state;
    static char more[140 * 10 + 1], suites[300 * 5 + 1];
    for (int i = 0; i < 140; i++)
        memcpy(more + 10 * i, "abcd 0000 ", 10);
    for (int i = 0; i < 300; i++)
        memcpy(suites + 5 * i, "c02f ", 5);
    assert_string_equal(ja4_of((struct made_hello){.suites = suites}, DPI_TLS_TCP), "");
    assert_string_equal(ja4_of((struct made_hello){.more = more}, DPI_TLS_TCP), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_of_the_specification),
        cmocka_unit_test(the_first_part_follows_the_rules),
        cmocka_unit_test(alpn_gives_its_first_and_last_character),
        cmocka_unit_test(nothing_to_hash_is_zeros),
        cmocka_unit_test(order_and_grease_do_not_matter),
        cmocka_unit_test(what_is_too_large_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
