// SPDX-License-Identifier: Apache-2.0
// DTLS: records, fragments, what hellos tell.
#include "made_tls.h"

#define RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define COOKIE "04 c00c1e00"

// The body of a ClientHello of DTLS 1.2: two suites, SNI, ALPN.
static void made_body(struct made *m, const char *cookie, bool dtls13)
{
    made_hex(m, "fefd " RANDOM "00");
    made_hex(m, cookie);
    made_hex(m, "0004 c02b c02f 01 00");
    size_t all = made_open(m, 2);
    made_sni(m, 0, "dtls.example.org");
    made_alpn(m, "webrtc c-webrtc");
    made_hex(m, "000d 0004 0002 0403");
    if (dtls13)
        made_hex(m, "002b 0005 04 fefc fefd");
    made_close(m, all, 2);
}

static void made_server(struct made *m, bool dtls13)
{
    made_hex(m, "fefd " RANDOM "00 c02b 00");
    size_t all = made_open(m, 2);
    if (dtls13)
        made_hex(m, "002b 0002 fefc");
    else
        made_alpn(m, "webrtc");
    made_close(m, all, 2);
}

static const struct fragment {
    uint8_t type;
    uint16_t number;
    size_t from, to; // to 0: all of it
} whole_client = {1, 0, 0, 0}, whole_server = {2, 0, 0, 0};

// A record of the clear with one fragment of a message.
static void made_fragment(struct made *m, struct fragment f, const struct made *body)
{
    size_t to = f.to ? f.to : body->len;
    made_hex(m, "16 fefd 0000 000000000000");
    size_t record = made_open(m, 2);
    made_number(m, 1, f.type);
    made_number(m, 3, (uint32_t)body->len);
    made_number(m, 2, f.number);
    made_number(m, 3, (uint32_t)f.from);
    made_number(m, 3, (uint32_t)(to - f.from));
    made_bytes(m, body->data + f.from, to - f.from);
    made_close(m, record, 2);
}

static void assert_client(const struct rn_facts *facts)
{
    assert_string_equal(fact_of(facts, RN_FACT_SNI), "dtls.example.org");
    assert_string_equal(fact_at(facts, RN_FACT_ALPN, 0), "webrtc");
    assert_string_equal(fact_at(facts, RN_FACT_ALPN, 1), "c-webrtc");
    assert_int_equal(fact_of(facts, RN_FACT_JA4)[0], 'd');
}

static void a_client_hello_tells_name_and_alpn(void **state)
{
    (void)state;
    for (int dtls13 = 0; dtls13 < 2; dtls13++) {
        struct made body = {.len = 0}, m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 9999};
        made_body(&body, COOKIE, dtls13);
        made_fragment(&m, whole_client, &body);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_int_equal(a.app, RN_APP_DTLS);
        assert_client(&a.facts);
        assert_string_equal(fact_of(&a.facts, RN_FACT_OFFERED_VERSION),
                            dtls13 ? "DTLS 1.3" : "DTLS 1.2");
    }
}

static void inv_2_fragments_in_any_order_over_datagrams(void **state)
{
    (void)state;
    static const unsigned orders[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}};
    for (size_t o = 0; o < 3; o++) {
        struct made_row r;
        struct made body = {.len = 0};
        row_open(&r, RN_PROTO_UDP, 50000, 4433);
        made_body(&body, "00", false);
        for (unsigned i = 0; i < 3; i++) {
            static const size_t cuts[] = {0, 40, 70, 0};
            struct made m = {.len = 0};
            unsigned n = orders[o][i];
            made_fragment(&m, (struct fragment){1, 0, cuts[n], cuts[n + 1]}, &body);
            assert_int_equal(row_feed(&r, true, &m), RN_YES);
            assert_int_equal(dpi_has(&r.row.facts, RN_FACT_JA4), i == 2);
        }
        assert_client(&r.row.facts);
        row_close(&r);
    }
}

static void fragments_of_one_datagram_need_no_memory(void **state)
{
    (void)state;
    struct made body = {.len = 0}, m = {.len = 0};
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 9999};
    made_body(&body, "00", false);
    made_fragment(&m, (struct fragment){1, 0, 50, 0}, &body);
    made_fragment(&m, (struct fragment){1, 0, 0, 60}, &body);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_client(&a.facts);
}

static void the_second_hello_takes_the_place_of_a_broken_first(void **state)
{
    (void)state;
    struct made_row r;
    struct made first = {.len = 0}, second = {.len = 0}, m = {.len = 0};
    row_open(&r, RN_PROTO_UDP, 50000, 4433);
    made_body(&first, "00", false);
    made_fragment(&m, (struct fragment){1, 0, 0, 40}, &first);
    row_feed(&r, true, &m);
    m.len = 0;
    made_hex(&m, "16 feff 0000 000000000000 0013 03 000007 0000 000000 000007 feff 04 c00c1e00");
    assert_int_equal(row_feed(&r, false, &m), RN_YES);
    made_body(&second, COOKIE, false);
    for (unsigned i = 0; i < 2; i++) {
        m.len = 0;
        made_fragment(&m, (struct fragment){1, 1, i * 50, i ? 0 : 50}, &second);
        row_feed(&r, true, &m);
    }
    assert_client(&r.row.facts);
    row_close(&r);
}

static void inv_3_the_choice_replaces_the_offer(void **state)
{
    (void)state;
    for (int dtls13 = 0; dtls13 < 2; dtls13++) {
        struct made_row r;
        struct made body = {.len = 0}, m = {.len = 0};
        row_open(&r, RN_PROTO_UDP, 50000, 4433);
        made_body(&body, "00", true);
        made_fragment(&m, whole_client, &body);
        row_feed(&r, true, &m);
        m.len = body.len = 0;
        made_server(&body, dtls13);
        made_fragment(&m, whole_server, &body);
        if (dtls13)
            made_hex(&m, "2f 0001 0003 000102"); // protected records follow
        assert_int_equal(row_feed(&r, false, &m), RN_YES);
        assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION),
                            dtls13 ? "DTLS 1.3" : "DTLS 1.2");
        assert_false(dpi_has(&r.row.facts, RN_FACT_OFFERED_VERSION));
        assert_non_null(strstr(fact_of(&r.row.facts, RN_FACT_CIPHER), "0xC02B"));
        assert_string_equal(fact_of(&r.row.facts, RN_FACT_ALPN_SELECTED), dtls13 ? "" : "webrtc");
        row_close(&r);
    }
}

static void protected_records_prove_a_row_that_began_before(void **state)
{
    (void)state;
    struct made_row r;
    struct made m = {.len = 0};
    row_open(&r, RN_PROTO_UDP, 50000, 4433);
    made_hex(&m, "17 fefd 0001 000000000005 0004 01020304 17 fefd 0001 000000000006 0001 01");
    assert_int_equal(row_feed(&r, true, &m), RN_YES);
    assert_int_equal(r.row.app, RN_APP_DTLS);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION), "DTLS 1.2");
    assert_false(r.row.settled);
    assert_int_equal(row_feed(&r, false, &m), RN_YES);
    assert_true(r.row.settled);
    row_close(&r);
}

static void inv_1_what_does_not_fit_proves_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "17 fefd 0001 000000000005 0005 01020304", // longer than the datagram
        "17 fefd 0001 000000000005 0003 01020304", // shorter
        "17 fefd 0001 000000000005 0000",          // empty
        "17 fefa 0001 000000000005 0004 01020304", // version
        "18 fefd 0001 000000000005 0004 01020304", // type
        "17 fefd 0000 000000000005 0004 01020304", // data in the clear
        "15 0100 0000 000000000005 0002 0100",     // an old version, little said
        "16 fefd 0000 000000000000 000c 01 000029 0000 000020 00000a",      // beyond its message
        "16 fefd 0000 000000000000 000e 03 000007 0000 000000 000002 feff", // cookie, cut
        "16 fefd 0000 000000000000 000e 01 000029 0000 000000 000002 0303", // a hello of TLS
        "16 fefd 0000 000000000000 000c ff 000000 0000 000000 000000",      // type of message
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 4433};
        made_hex(&m, cases[i]);
        assert_int_not_equal(ask_made(&a, &m), RN_YES);
        assert_int_not_equal(a.app, RN_APP_DTLS);
    }
}

static void any_prefix_is_survived(void **state)
{
    (void)state;
    struct made body = {.len = 0}, m = {.len = 0};
    made_body(&body, COOKIE, true);
    made_fragment(&m, (struct fragment){1, 0, 0, 60}, &body);
    made_fragment(&m, (struct fragment){1, 0, 60, 0}, &body);
    for (size_t n = 0; n < m.len; n++) {
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 4433};
        ask_first(&a, &m, n);
        assert_false(dpi_has(&a.facts, RN_FACT_JA4));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_hello_tells_name_and_alpn),
        cmocka_unit_test(inv_2_fragments_in_any_order_over_datagrams),
        cmocka_unit_test(fragments_of_one_datagram_need_no_memory),
        cmocka_unit_test(the_second_hello_takes_the_place_of_a_broken_first),
        cmocka_unit_test(inv_3_the_choice_replaces_the_offer),
        cmocka_unit_test(protected_records_prove_a_row_that_began_before),
        cmocka_unit_test(inv_1_what_does_not_fit_proves_nothing),
        cmocka_unit_test(any_prefix_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
