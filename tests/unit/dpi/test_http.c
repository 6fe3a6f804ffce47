// SPDX-License-Identifier: Apache-2.0
// HTTP/1: what proves it, what it tells, and what it must never tell.
#include "made_dpi.h"

#define ON_80                                                    \
    {                                                            \
        .proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 80 \
    }

#define REQUEST                                                                           \
    "GET /index.html?q=1 HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/8.5.0\r\n" \
    "Cookie: secret=1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n"

static void a_request_tells_method_host_path_and_agent(void **state)
{
    (void)state;
    struct asked a = ON_80;
    assert_int_equal(ask_text(&a, REQUEST), RN_YES);
    assert_int_equal(a.app, RN_APP_HTTP);
    assert_int_equal(a.more, RN_DPI_OPEN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "GET");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOST), "www.example.org");
    assert_string_equal(fact_of(&a.facts, RN_FACT_PATH), "/index.html?q=1");
    assert_string_equal(fact_of(&a.facts, RN_FACT_USER_AGENT), "curl/8.5.0");
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "HTTP/1.1");
}

static void inv_3_cookies_and_credentials_are_never_told(void **state)
{
    (void)state;
    static const char *const cases[] = {
        REQUEST,
        "GET http://user:secret@example.org/ HTTP/1.1\r\n\r\n",
        "GET http://u:secret@a@example.org:80/p?x=@y HTTP/1.1\r\nHost: secret@b.org\r\n\r\n",
        "CONNECT user:secret@example.org:443 HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nProxy-Authorization: secret\r\nHost: a\r\n Cookie: secret\r\n\r\n",
        "HTTP/1.1 200 OK\r\nSet-Cookie: secret\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked a = ON_80;
        assert_int_equal(ask_text(&a, cases[i]), RN_YES);
        for (size_t at = 0; at + 6 <= a.facts.len; at++)
            assert_memory_not_equal(a.facts.data + at, "secret", 6);
    }
}

static void an_absolute_target_keeps_all_but_the_user(void **state)
{
    (void)state;
    static const struct {
        const char *request, *path;
    } cases[] = {
        {"GET http://u:p@example.org:81/a?b=@ HTTP/1.1\r\n\r\n", "http://example.org:81/a?b=@"},
        {"GET http://example.org HTTP/1.0\r\n\r\n", "http://example.org"},
        {"CONNECT u@example.org:443 HTTP/1.1\r\n\r\n", "example.org:443"},
        {"GET /?u=http://a@b/ HTTP/1.1\r\n\r\n", "/?u=http://a@b/"},
        {"OPTIONS * HTTP/1.1\r\n\r\n", "*"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked a = ON_80;
        assert_int_equal(ask_text(&a, cases[i].request), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_PATH), cases[i].path);
    }
}

static void header_names_have_no_case_and_the_last_one_wins(void **state)
{
    (void)state;
    static const struct {
        const char *headers, *host;
    } cases[] = {
        {"hOsT:example.org\r\n\r\n", "example.org"},
        {"HOST: \t example.org \t\r\n\r\n", "example.org"},
        {"Host: a.org\nHost: b.org\n\n", "b.org"},
        {"Host: a.org\r\n\r\nHost: b.org\r\n", "a.org"}, // that one is content
        {"Host: a b\r\n\r\n", ""},
        {"Host:\r\n\r\n", ""},
        {"Host\r\n\r\n", ""},
        {"XHost: a.org\r\n\r\n", ""},
        {"Host: a.org", ""}, // inv 2: the line does not end
        {"Host: a.o\x01rg\r\n\r\n", ""},
        {"Host: [2001:db8::1]:80\r\n\r\n", "[2001:db8::1]:80"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = ON_80;
        made_text(&m, "GET / HTTP/1.1\r\n");
        made_text(&m, cases[i].headers);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_HOST), cases[i].host);
    }
}

static void inv_1_only_the_version_token_proves_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "INVITE sip:bob@example.org SIP/2.0\r\n\r\n",
        "OPTIONS rtsp://example.org/ RTSP/1.0\r\n\r\n",
        "REQMOD icap://example.org/ ICAP/1.0\r\n\r\n",
        "GET /index.html\r\n",
        "GET / HTTP/1.2\r\n\r\n",
        "GET / HTTP/1.10\r\n\r\n",
        "GET / XHTTP/1.1\r\n\r\n",
        "GET HTTP/1.1\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "get / HTTP/1.1\r\n\r\n",
        "AB / HTTP/1.1\r\n\r\n",
        "G=T / HTTP/1.1\r\n\r\n",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ / HTTP/1.1\r\n\r\n",
        "GET\t/ HTTP/1.1\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\n\r\n",
        "HTTP/1.1 OK 200\r\n",
        "HTTP/1.1 99 x\r\n",
        "HTTP/1.1 600 x\r\n",
        "HTTP/1.1 2000 x\r\n",
        "HTTP/1.1 20x\r\n",
        "HTTP/1.1\r\n",
        "HTTP/1.1 \r\n",
        "HTTP/3 200 OK\r\n",
        "HTTPS/1.1 200 OK\r\n",
        "RTSP/1.0 200 OK\r\n",
        "SIP/2.0 200 OK\r\n",
        "EHLO example.org\r\n",
        "USER anonymous\r\n",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "220 example.org ESMTP\r\n",
        " GET / HTTP/1.1\r\n",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked a = ON_80;
        ask_text(&a, cases[i]);
        assert_int_not_equal(a.app, RN_APP_HTTP); // some are another protocol's
    }
}

static void versions_and_methods_beyond_the_usual_are_proof_too(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "PROPFIND /dav HTTP/1.1\r\n\r\n",
        "VERSION-CONTROL / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\n\n",
        "GET / HTTP/2\r\n\r\n",
        "GET /a b c HTTP/1.1\r\n\r\n",
        "GET  /  HTTP/1.1 \r\n\r\n",
        "HTTP/1.0 200\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\n\r\n",
        "HTTP/2 204 \r\n\r\n",
        "HTTP/1.1 200 cut by the snap length",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 7777};
        assert_int_equal(ask_text(&a, cases[i]), RN_YES);
        assert_int_equal(a.app, RN_APP_HTTP);
    }
}

static void a_start_line_split_anywhere_is_more_then_yes(void **state)
{
    (void)state;
    static const char *const cases[] = {REQUEST, "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"};
    static const size_t proof[] = {30, 13};
    for (size_t i = 0; i < 2; i++) {
        struct made m = {.len = 0};
        made_text(&m, cases[i]);
        for (size_t len = 1; len <= m.len; len++) {
            struct asked a = ON_80;
            enum rn_verdict want = len < proof[i] ? RN_MORE : RN_YES;
            assert_int_equal(ask_first(&a, &m, len), want);
            if (want == RN_MORE)
                assert_no_claim(&a);
        }
    }
}

static void inv_2_a_request_cut_anywhere_tells_no_half_value(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_text(&m, REQUEST);
    for (size_t len = 1; len <= m.len; len++) {
        struct asked a = ON_80;
        ask_first(&a, &m, len);
        const char *host = fact_of(&a.facts, RN_FACT_HOST);
        const char *agent = fact_of(&a.facts, RN_FACT_USER_AGENT);
        assert_true(host[0] == '\0' || strcmp(host, "www.example.org") == 0);
        assert_true(agent[0] == '\0' || strcmp(agent, "curl/8.5.0") == 0);
    }
}

static void request_and_response_settle(void **state)
{
    (void)state;
    struct asked a = ON_80;
    ask_text(&a, REQUEST);
    assert_int_equal(ask_text(&a, "HTTP/1.0 404 Not Found\r\n\r\n"), RN_YES);
    assert_int_equal(a.more, RN_DPI_SETTLED);
    uint32_t status = 0;
    assert_true(rn_facts_number(&a.facts, RN_FACT_STATUS, &status));
    assert_int_equal(status, 404);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "HTTP/1.1");
    assert_string_equal(fact_of(&a.facts, RN_FACT_HOST), "www.example.org");
}

static void an_interim_response_is_not_the_last_word(void **state)
{
    (void)state;
    struct asked a = ON_80;
    uint32_t status = 0;
    ask_text(&a, "POST /x HTTP/1.1\r\nExpect: 100-continue\r\n\r\n");
    ask_text(&a, "HTTP/1.1 100 Continue\r\n\r\n");
    assert_int_equal(a.more, RN_DPI_OPEN);
    ask_text(&a, "body body body body body");
    assert_int_equal(a.more, RN_DPI_OPEN);
    ask_text(&a, "HTTP/1.1 201 Created\r\n\r\n");
    assert_int_equal(a.more, RN_DPI_SETTLED);
    assert_true(rn_facts_number(&a.facts, RN_FACT_STATUS, &status));
    assert_int_equal(status, 201);
}

static void a_line_without_end_is_given_up(void **state)
{
    (void)state;
    static uint8_t long_line[20000];
    memset(long_line, 'a', sizeof(long_line));
    memcpy(long_line, "GET /", 5);
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    struct asked a = ON_80;
    struct rn_dpi_input in = {.payload = rn_bytes_of(long_line, sizeof(long_line)),
                              .proto = RN_PROTO_TCP,
                              .src_port = 1,
                              .dst_port = 80,
                              .from_initiator = true};
    assert_int_equal(rn_dpi_inspect(ctx, &in, 0, &a.facts, &a.app, &a.more), RN_NO);
    in.payload.len = 1460;
    assert_int_equal(rn_dpi_inspect(ctx, &in, 0, &a.facts, &a.app, &a.more), RN_MORE);
    rn_dpi_ctx_free(ctx);
}

static void prior_knowledge_of_http_2_is_told(void **state)
{
    (void)state;
    struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 50051};
    assert_int_equal(ask_text(&a, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), RN_YES);
    assert_int_equal(a.app, RN_APP_HTTP);
    assert_int_equal(a.more, RN_DPI_SETTLED);
    assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), "HTTP/2");
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "");
}

static void a_head_in_two_segments_is_told_whole(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct made_row r;
    made_text(&m, REQUEST);
    row_open(&r, RN_PROTO_TCP, 50000, 80);
    row_feed_part(&r, true, &m, 0, 40);
    assert_int_equal(r.row.app, RN_APP_HTTP); // claimed by its first line
    row_feed_part(&r, true, &m, 40, m.len - 40);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_HOST), "www.example.org");
    row_feed_text(&r, false, "HTTP/1.1 204 No Content\r\n\r\n");
    assert_true(r.row.settled);
    row_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_method_host_path_and_agent),
        cmocka_unit_test(inv_3_cookies_and_credentials_are_never_told),
        cmocka_unit_test(an_absolute_target_keeps_all_but_the_user),
        cmocka_unit_test(header_names_have_no_case_and_the_last_one_wins),
        cmocka_unit_test(inv_1_only_the_version_token_proves_it),
        cmocka_unit_test(versions_and_methods_beyond_the_usual_are_proof_too),
        cmocka_unit_test(a_start_line_split_anywhere_is_more_then_yes),
        cmocka_unit_test(inv_2_a_request_cut_anywhere_tells_no_half_value),
        cmocka_unit_test(request_and_response_settle),
        cmocka_unit_test(an_interim_response_is_not_the_last_word),
        cmocka_unit_test(prior_knowledge_of_http_2_is_told),
        cmocka_unit_test(a_head_in_two_segments_is_told_whole),
        cmocka_unit_test(a_line_without_end_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
