// SPDX-License-Identifier: Apache-2.0
// The rows and the rules by which they are asked.
#include "made_tls.h"

static void every_row_is_complete(void **state)
{
    (void)state;
    const struct rn_dpi_proto *const *rows = rn_dpi_table();
    for (size_t i = 0; rows[i]; i++) {
        const struct rn_dpi_proto *row = rows[i];
        assert_non_null(row->name);
        assert_non_null(row->spec);
        assert_non_null(row->probe);
        assert_non_null(row->parse);
        assert_true(row->proto == RN_PROTO_TCP || row->proto == RN_PROTO_UDP);
        assert_true(!row->port_gated || row->ports[0] != 0);
        assert_true(row->idle_timeout >= 0);
        assert_non_null(rn_dpi_find(row->app)); // one of the rows of the same application
        assert_string_equal(rn_dpi_name(row->app), row->name);
    }
}

static void every_protocol_has_a_row(void **state)
{
    (void)state;
    for (int app = RN_APP_NONE + 1; app < RN_APP_COUNT; app++)
        assert_non_null(rn_dpi_find((enum rn_app)app));
    assert_null(rn_dpi_find(RN_APP_NONE));
    assert_string_equal(rn_dpi_name(RN_APP_NONE), "");
}

static void server_ports_are_those_of_the_rows(void **state)
{
    (void)state;
    assert_true(rn_dpi_server_port(RN_PROTO_TCP, 80));
    assert_true(rn_dpi_server_port(RN_PROTO_TCP, 443));
    assert_true(rn_dpi_server_port(RN_PROTO_UDP, 53));
    assert_false(rn_dpi_server_port(RN_PROTO_UDP, 80));
    assert_false(rn_dpi_server_port(RN_PROTO_TCP, 0));
    assert_false(rn_dpi_server_port(RN_PROTO_TCP, 50000));
}

static void inv_1_a_port_alone_claims_nothing(void **state)
{
    (void)state;
    static const struct {
        uint16_t proto, port;
    } cases[] = {{RN_PROTO_TCP, 80}, {RN_PROTO_TCP, 443}, {RN_PROTO_UDP, 53}, {132, 80}};
    uint64_t x = 1181783497276652981u;
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    for (unsigned i = 0; i < 100000; i++) {
        uint8_t bytes[64];
        for (size_t at = 0; at < sizeof(bytes); at++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            bytes[at] = (uint8_t)(x >> 32);
        }
        struct rn_dpi_input in = {.payload = rn_bytes_of(bytes, sizeof(bytes)),
                                  .proto = cases[i % 4].proto,
                                  .src_port = 50000,
                                  .dst_port = cases[i % 4].port,
                                  .from_initiator = true};
        struct asked a = {.app = RN_APP_NONE};
        a.verdict = rn_dpi_inspect(ctx, &in, 0, &a.facts, &a.app, &a.more);
        assert_no_claim(&a);
    }
    rn_dpi_ctx_free(ctx);
}

static void inv_3_a_flow_without_proof_settles(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "00112233445566778899");
    unsigned seen = 0;
    for (; seen < 255; seen++) {
        struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 443, .seen = seen};
        ask_made(&a, &m);
        assert_no_claim(&a);
        if (a.more == RN_DPI_SIDE_DONE)
            break;
    }
    assert_in_range(seen, 5, 31);
}

static void inv_3_a_proved_flow_looks_longer_and_settles_too(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "f7 0303 0010 00112233445566778899");
    struct asked a = {.proto = RN_PROTO_TCP, .app = RN_APP_TLS, .seen = 40};
    assert_int_equal(ask_made(&a, &m), RN_NO);
    assert_int_equal(a.app, RN_APP_TLS);
    assert_int_equal(a.more, RN_DPI_OPEN);
    a.seen = 200;
    ask_made(&a, &m);
    assert_int_equal(a.more, RN_DPI_SIDE_DONE);
}

static void a_proved_protocol_is_the_only_one_asked(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 443};
    a.app = RN_APP_TLS;
    assert_int_equal(ask_text(&a, "GET / HTTP/1.1\r\n\r\n"), RN_NO);
    assert_int_equal(a.app, RN_APP_TLS);
    assert_int_equal(a.facts.len, 0);
}

static void a_protocol_of_the_other_transport_settles(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 443};
    a.app = RN_APP_TLS;
    assert_int_equal(ask_text(&a, "\x16\x03\x03"), RN_NO);
    assert_int_equal(a.more, RN_DPI_SETTLED);
}

static void an_empty_payload_is_nothing(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_TCP, .dst_port = 80};
    assert_int_equal(ask_text(&a, ""), RN_NO);
    assert_int_equal(a.more, RN_DPI_OPEN);
}

static void a_binary_payload_costs_few_parses(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0xf7, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    struct asked a = {.app = RN_APP_NONE};
    struct rn_dpi_input in = {.payload = rn_bytes_of(bytes, sizeof(bytes)),
                              .proto = RN_PROTO_TCP,
                              .src_port = 50000,
                              .dst_port = 443,
                              .from_initiator = true};
    rn_dpi_inspect(ctx, &in, 0, &a.facts, &a.app, &a.more);
    assert_true(rn_dpi_parse_calls(ctx) <= 4);
    in.payload = DPI_LITERAL("HTTP/1.1 200 OK\r\n\r\n");
    rn_dpi_inspect(ctx, &in, 0, &a.facts, &a.app, &a.more);
    assert_int_equal(a.app, RN_APP_HTTP);
    rn_dpi_ctx_free(ctx);
}

static void first_bytes_are_ranges(void **state)
{
    (void)state;
    const struct rn_dpi_proto *const *rows = rn_dpi_table();
    for (size_t i = 0; rows[i]; i++) {
        const struct rn_dpi_first *first = rows[i]->first;
        bool ended = false;
        for (size_t n = 0; n < RN_DPI_FIRST_MAX; n++) {
            ended |= first[n].below == 0;
            assert_true(ended ? first[n].from == 0 && first[n].below == 0
                              : first[n].from < first[n].below && first[n].below <= 256);
        }
    }
}

static void a_starttls_row_turns_into_tls_and_tells_what_it_was(void **state)
{
    (void)state;
    struct made client = {.len = 0}, server = {.len = 0};
    struct made_row r;
    made_hello(&client, (struct made_hello){.sni = "mail.example.org", .versions = "0304"});
    made_hello(&server, (struct made_hello){.type = 2, .versions = "0304"});
    row_open(&r, RN_PROTO_TCP, 50000, 25);
    row_feed_text(&r, false, "220 mail.example.org ESMTP\r\n");
    row_feed_text(&r, true, "EHLO client.example.org\r\n");
    row_feed_text(&r, false, "250-mail.example.org\r\n250 STARTTLS\r\n");
    assert_int_equal(r.row.app, RN_APP_SMTP);
    row_feed_text(&r, true, "STARTTLS\r\n");
    row_feed_text(&r, false, "220 go ahead\r\n");
    row_feed(&r, true, &client);
    row_feed(&r, false, &server);
    assert_int_equal(r.row.app, RN_APP_TLS);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_SERVICE), "SMTP");
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_SNI), "mail.example.org");
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION), "TLS 1.3");
    assert_true(r.row.settled);
    row_close(&r);
}

static void tls_in_a_tunnel_takes_the_row_over(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 3128};
    made_hello(&m, (struct made_hello){.sni = "a.example.org", .versions = "0304"});
    ask_text(&a, "CONNECT a.example.org:443 HTTP/1.1\r\nUser-Agent: x\r\n\r\n");
    ask_text(&a, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_int_equal(ask_made(&a, &m), RN_NO); // no tunnel yet
    assert_int_equal(a.app, RN_APP_HTTP);
    ask_text(&a, "HTTP/1.1 200 Connection established\r\n\r\n");
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_int_equal(a.app, RN_APP_HTTPS);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "a.example.org");
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "CONNECT");
    assert_string_equal(fact_of(&a.facts, RN_FACT_USER_AGENT), "");
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "");
    struct made server = {.len = 0};
    made_hello(&server, (struct made_hello){.type = 2, .versions = "0304"});
    ask_made(&a, &server);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "TLS 1.3");
    assert_int_equal(a.more, RN_DPI_SIDE_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(every_protocol_has_a_row),
        cmocka_unit_test(server_ports_are_those_of_the_rows),
        cmocka_unit_test(inv_1_a_port_alone_claims_nothing),
        cmocka_unit_test(inv_3_a_flow_without_proof_settles),
        cmocka_unit_test(inv_3_a_proved_flow_looks_longer_and_settles_too),
        cmocka_unit_test(a_proved_protocol_is_the_only_one_asked),
        cmocka_unit_test(a_protocol_of_the_other_transport_settles),
        cmocka_unit_test(an_empty_payload_is_nothing),
        cmocka_unit_test(a_binary_payload_costs_few_parses),
        cmocka_unit_test(first_bytes_are_ranges),
        cmocka_unit_test(a_starttls_row_turns_into_tls_and_tells_what_it_was),
        cmocka_unit_test(tls_in_a_tunnel_takes_the_row_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
