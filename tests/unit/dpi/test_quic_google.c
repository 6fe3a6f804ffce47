// SPDX-License-Identifier: Apache-2.0
// Google's QUIC before TLS: the version text and the hello together.
#include "made_quic.h"

static void made_le(struct made *m, unsigned width, uint32_t value)
{
    for (unsigned i = 0; i < width; i++)
        made_number(m, 1, value >> (8 * i) & 0xff);
}

// CHLO with PAD, SNI and VER.
static void made_chlo(struct made *m, const char *sni)
{
    uint32_t end = 10 + (uint32_t)strlen(sni);
    made_text(m, "CHLO");
    made_le(m, 2, 3);
    made_le(m, 2, 0);
    made_text(m, "PAD");
    made_le(m, 1, 0);
    made_le(m, 4, 10);
    made_text(m, "SNI");
    made_le(m, 1, 0);
    made_le(m, 4, end);
    made_text(m, "VER");
    made_le(m, 1, 0);
    made_le(m, 4, end + 4);
    made_text(m, "----------");
    made_text(m, sni);
    made_text(m, "Q043");
}

static void made_q043(struct made *m, const char *version)
{
    made_hex(m, "0d e83c77bd8f8915f9");
    made_text(m, version);
    made_hex(m, "01 d4a6cc79cf5763921201d4a6 a0 01 0004");
}

static void made_q046(struct made *m)
{
    made_hex(m, "c3");
    made_text(m, "Q046");
    made_hex(m, "50 eacfe6e706df272d 00000001 d4a6cc79cf5763921201d4a6 a0 01 0004");
}

static void the_hello_tells_version_and_name(void **state)
{
    (void)state;
    for (int late = 0; late < 2; late++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 443};
        if (late)
            made_q046(&m);
        else
            made_q043(&m, "Q043");
        made_chlo(&m, "www.example.org");
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_int_equal(a.app, RN_APP_QUIC);
        assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), late ? "Q046" : "Q043");
        assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "www.example.org");
        assert_false(dpi_has(&a.facts, RN_FACT_ALPN));
    }
}

static void a_name_that_is_none_is_left_out(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 443};
    made_q043(&m, "Q039");
    made_chlo(&m, "a b/../c");
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_false(dpi_has(&a.facts, RN_FACT_SNI));
}

static void inv_1_version_or_hello_alone_is_no_proof(void **state)
{
    (void)state;
    for (int which = 0; which < 3; which++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 443};
        made_q043(&m, which == 0 ? "Q143" : "Q043");
        if (which == 1)
            made_text(&m, "SHLO................................");
        if (which == 2)
            m.data[0] = 0x0c; // no version bit
        if (which != 1)
            made_chlo(&m, "www.example.org");
        ask_made(&a, &m);
        assert_int_not_equal(a.app, RN_APP_QUIC);
    }
}

static void any_prefix_is_survived(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_q046(&m);
    made_chlo(&m, "www.example.org");
    for (size_t n = 0; n <= m.len; n++) {
        struct quic_google google;
        uint8_t *exact = malloc(n > 0 ? n : 1);
        assert_non_null(exact);
        memcpy(exact, m.data, n);
        if (quic_google_take(rn_bytes_of(exact, n), &google))
            (void)quic_google_sni(google.hello);
        free(exact);
    }
}

static void ends_that_run_backwards_end_the_walk(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, "CHLO");
    made_le(&m, 2, 2);
    made_le(&m, 2, 0);
    made_text(&m, "PAD");
    made_le(&m, 1, 0);
    made_le(&m, 4, 0xfffffff0);
    made_text(&m, "SNI");
    made_le(&m, 1, 0);
    made_le(&m, 4, 3);
    made_text(&m, "abc");
    assert_int_equal(quic_google_sni(rn_bytes_of(m.data, m.len)).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hello_tells_version_and_name),
        cmocka_unit_test(a_name_that_is_none_is_left_out),
        cmocka_unit_test(inv_1_version_or_hello_alone_is_no_proof),
        cmocka_unit_test(any_prefix_is_survived),
        cmocka_unit_test(ends_that_run_backwards_end_the_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
