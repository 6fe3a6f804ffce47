// SPDX-License-Identifier: Apache-2.0
// Streams put in order, and what is kept of a row between packets. HTTP serves as the protocol that asks for more.
#include "made_tls.h"

#define REQUEST "GET /index.html HTTP/1.1\r\nUser-Agent: x\r\nHost: www.example.org\r\n\r\n"

static void make_request(struct made *m)
{
    m->len = 0;
    made_text(m, REQUEST);
}

static void open_http(struct made_row *r)
{
    row_open(r, RN_PROTO_TCP, 50000, 80);
}

static void assert_host(const struct made_row *r, const char *host)
{
    assert_string_equal(fact_of(&r->row.facts, RN_FACT_HOST), host);
}

static void what_comes_in_order_and_is_understood_needs_no_buffer(void **state)
{
    (void)state;
    struct made_row r;
    open_http(&r);
    row_feed_text(&r, true, REQUEST);
    assert_int_equal(r.verdict, RN_YES);
    assert_host(&r, "www.example.org");
    assert_int_equal(r.memory.buffers.fresh, 0);
    row_close(&r);
}

static void a_head_may_be_split_anywhere(void **state)
{
    (void)state;
    struct made m;
    make_request(&m);
    for (size_t cut = 1; cut < m.len; cut++) {
        for (int swapped = 0; swapped < 2; swapped++) {
            struct made_row r;
            open_http(&r);
            if (swapped)
                row_feed_part(&r, true, &m, cut, m.len - cut);
            row_feed_part(&r, true, &m, 0, cut);
            if (!swapped)
                row_feed_part(&r, true, &m, cut, m.len - cut);
            assert_int_equal(r.row.app, RN_APP_HTTP);
            assert_host(&r, "www.example.org");
            assert_int_equal(r.memory.buffers.used, 0);
            row_close(&r);
        }
    }
}

static void inv_1_what_was_seen_is_not_seen_again(void **state)
{
    (void)state;
    struct made_row r;
    struct made m;
    make_request(&m);
    open_http(&r);
    row_feed(&r, true, &m);
    uint8_t seen = r.row.seen[0];
    uint64_t calls = rn_dpi_parse_calls(r.ctx);
    assert_int_equal(row_feed_at(&r, true, 0, &m), RN_NO);
    assert_int_equal(row_feed_part(&r, true, &m, 10, 20), RN_NO);
    assert_int_equal(r.row.seen[0], seen);
    assert_int_equal(rn_dpi_parse_calls(r.ctx), calls);
    row_close(&r);
}

static void inv_1_of_an_overlap_only_the_new_part_counts(void **state)
{
    (void)state;
    struct made_row r;
    struct made m, other = {.len = 0};
    make_request(&m);
    open_http(&r);
    size_t host = (size_t)(strstr(REQUEST, "www") - REQUEST);
    row_feed_part(&r, true, &m, 0, host + 4);
    made_text(&other, "WWW.EXAMPLE.ORG\r\n\r\n");
    row_feed_at(&r, true, (uint32_t)host, &other);
    assert_host(&r, "www.EXAMPLE.ORG");
    row_close(&r);
}

static void inv_2_a_hole_is_given_up_after_a_while(void **state)
{
    (void)state;
    struct made_row r;
    struct made m;
    make_request(&m);
    open_http(&r);
    row_feed_part(&r, true, &m, 0, 1);
    uint32_t at = 1000;
    unsigned n = 0;
    for (; n < 100 && r.row.app == RN_APP_NONE; n++, at += (uint32_t)m.len)
        row_feed_at(&r, true, at, &m);
    assert_in_range(n, 8, 32);
    assert_host(&r, "www.example.org");
    row_close(&r);
}

static void inv_2_a_hole_that_was_acknowledged_is_given_up_at_once(void **state)
{
    (void)state;
    struct made_row r;
    struct made m;
    make_request(&m);
    open_http(&r);
    row_feed_part(&r, true, &m, 0, 1);
    row_feed_at(&r, true, 100, &m);
    assert_int_equal(r.row.app, RN_APP_NONE);
    struct rn_dpi_input in = {.payload = DPI_LITERAL("HTTP/1.1 200 OK\r\n\r\n"),
                              .proto = RN_PROTO_TCP,
                              .src_port = 80,
                              .dst_port = 50000,
                              .from = 1,
                              .has_base = true,
                              .base = MADE_BASE,
                              .seq = MADE_BASE,
                              .has_ack = true,
                              .ack = MADE_BASE + 100 + (uint32_t)m.len};
    assert_int_equal(rn_dpi_packet(r.ctx, &r.memory, &in, &r.row), RN_YES);
    assert_int_equal(r.row.app, RN_APP_HTTP);
    assert_host(&r, "www.example.org");
    row_close(&r);
}

static void a_snapped_segment_breaks_the_stream(void **state)
{
    (void)state;
    struct made_row r;
    struct made m, next = {.len = 0};
    make_request(&m);
    made_text(&next, "GET /2 HTTP/1.1\r\nHost: second.example.org\r\n\r\n");
    open_http(&r);
    size_t cut = (size_t)(strstr(REQUEST, "Host") - REQUEST);
    row_packet(&r, true, 0, m.data, cut, (uint32_t)(m.len - cut)); // its host was not captured
    assert_int_equal(r.row.app, RN_APP_HTTP);
    assert_host(&r, "");
    assert_int_equal(r.memory.buffers.used, 0);
    row_feed_at(&r, true, (uint32_t)m.len, &next);
    assert_host(&r, "second.example.org");
    row_close(&r);
}

static void another_connection_on_the_tuple_begins_anew(void **state)
{
    (void)state;
    static const uint32_t jumps[] = {1u << 24, (uint32_t) - (1 << 24), 1u << 31};
    for (size_t i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        struct made_row r;
        struct made m;
        make_request(&m);
        open_http(&r);
        row_feed_part(&r, true, &m, 0, 10);
        row_feed_at(&r, true, jumps[i], &m);
        assert_host(&r, "www.example.org");
        row_close(&r);
    }
}

static void without_a_syn_the_first_segment_is_the_start(void **state)
{
    (void)state;
    struct made_row r;
    struct made m;
    make_request(&m);
    open_http(&r);
    r.no_syn = true;
    row_packet(&r, true, 4999, "\0", 1, 0); // a keep-alive, a byte before what comes next
    assert_int_equal(row_feed_at(&r, true, 5000, &m), RN_YES);
    assert_host(&r, "www.example.org");
    row_close(&r);
}

// The tail of something that looks as if it might become something.
static void without_a_syn_a_segment_gets_a_chance_of_its_own(void **state)
{
    (void)state;
    struct made_row r;
    struct made m, tail = {.len = 0};
    make_request(&m);
    made_text(&tail, "OPTIONS of all kinds");
    open_http(&r);
    r.no_syn = true;
    assert_int_equal(row_feed(&r, true, &tail), RN_MORE);
    assert_int_equal(row_feed(&r, true, &m), RN_YES);
    assert_host(&r, "www.example.org");
    assert_int_equal(r.memory.buffers.used, 0);
    row_close(&r);
}

static void inv_3_a_full_pool_costs_knowledge_but_no_row(void **state)
{
    (void)state;
    struct made_row r;
    struct made m;
    make_request(&m);
    row_open_with(&r, RN_PROTO_TCP, 50000, 80, 1);
    uint32_t taken = rn_pool_acquire(&r.memory.buffers);
    row_feed_part(&r, true, &m, 0, 30);
    row_feed_part(&r, true, &m, 30, m.len - 30);
    assert_true(r.memory.refused > 0);
    assert_int_equal(r.row.app, RN_APP_HTTP); // by its first line
    assert_host(&r, "");
    rn_pool_release(&r.memory.buffers, taken);
    row_feed_at(&r, true, (uint32_t)m.len, &m);
    assert_host(&r, "www.example.org");
    row_close(&r);
}

static void a_message_larger_than_the_buffer_is_told_as_far_as_it_goes(void **state)
{
    (void)state;
    struct made_row r;
    struct made m = {.len = 0};
    made_text(&m, "GET /large HTTP/1.1\r\nHost: www.example.org\r\n");
    while (m.len + 100 < sizeof(m.data))
        made_text(&m, "X-Padding: 0123456789012345678901234567890123456789\r\n");
    open_http(&r);
    for (size_t at = 0; at < m.len; at += 1460)
        row_feed_part(&r, true, &m, at, m.len - at < 1460 ? m.len - at : 1460);
    assert_host(&r, "www.example.org");
    row_close(&r);

    open_http(&r); // at once, as a card that joins segments gives it
    row_feed(&r, true, &m);
    assert_host(&r, "www.example.org");
    row_close(&r);
}

static void a_direction_without_proof_is_done_after_a_while_and_the_row_with_both(void **state)
{
    (void)state;
    struct made_row r;
    struct made m = {.len = 0};
    made_hex(&m, "f0f1f2f3f4f5f6f7f8f9");
    row_open(&r, RN_PROTO_TCP, 50000, 40000);
    for (int i = 0; i < 30; i++)
        row_feed(&r, true, &m);
    assert_int_equal(r.row.seen[0], RN_DPI_DONE);
    assert_false(r.row.settled);
    for (int i = 0; i < 30; i++)
        row_feed(&r, false, &m);
    assert_true(r.row.settled);
    assert_int_equal(r.row.note, RN_DPI_NO_NOTE);
    row_close(&r);
}

static void inv_4_datagrams_without_state_need_no_note(void **state)
{
    (void)state;
    struct made_row r;
    struct made m = {.len = 0};
    made_hex(&m, "1234 0100 0001 0000 0000 0000 03777777 07 6578616d706c65 03 6f7267 00 0001 0001");
    row_open(&r, RN_PROTO_UDP, 50000, 53);
    row_feed(&r, true, &m);
    assert_int_equal(r.row.app, RN_APP_DNS);
    assert_int_equal(r.memory.notes.fresh, 0);
    row_close(&r);
}

// What protocols remember: asked for as a parser would.
static void ask_as(struct made_row *r, enum rn_app app)
{
    r->ctx->memory = &r->memory;
    r->ctx->row = &r->row;
    r->ctx->asking = app;
}

static void state_is_zero_at_first_and_stays(void **state)
{
    (void)state;
    struct made_row r;
    row_open(&r, RN_PROTO_UDP, 50000, 40000);
    ask_as(&r, RN_APP_RTP);
    uint8_t *mine = dpi_state(r.ctx, 16);
    assert_non_null(mine);
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(mine[i], 0);
    mine[3] = 7;
    ask_as(&r, RN_APP_OPENVPN);
    uint8_t *other = dpi_state(r.ctx, DPI_STATE_SMALL);
    assert_non_null(other);
    assert_ptr_not_equal(other, mine);
    ask_as(&r, RN_APP_QUIC);
    assert_null(dpi_state(r.ctx, 16)); // two at a time
    ask_as(&r, RN_APP_RTP);
    assert_ptr_equal(dpi_state(r.ctx, 16), mine);
    assert_int_equal(mine[3], 7);
    dpi_state_drop(r.ctx, RN_APP_RTP);
    ask_as(&r, RN_APP_QUIC);
    mine = dpi_state(r.ctx, 16);
    assert_non_null(mine);
    assert_int_equal(mine[3], 0);
    r.ctx->memory = NULL;
    row_close(&r);
}

static void a_buffer_belongs_to_one_protocol_at_a_time(void **state)
{
    (void)state;
    struct made_row r;
    row_open_with(&r, RN_PROTO_UDP, 50000, 40000, 1);
    ask_as(&r, RN_APP_QUIC);
    struct dpi_assembly *buffer = dpi_buffer(r.ctx);
    assert_non_null(buffer);
    assert_true(dpi_assembly_put(buffer, 0, DPI_LITERAL("abc")));
    assert_ptr_equal(dpi_buffer(r.ctx), buffer);
    assert_int_equal(buffer->len, 3);
    ask_as(&r, RN_APP_DTLS);
    assert_null(dpi_buffer(r.ctx));
    dpi_buffer_release(r.ctx); // not its own
    assert_int_equal(r.memory.buffers.used, 1);
    ask_as(&r, RN_APP_QUIC);
    dpi_buffer_release(r.ctx);
    assert_int_equal(r.memory.buffers.used, 0);
    buffer = dpi_buffer(r.ctx);
    assert_int_equal(buffer->len, 0);
    r.ctx->memory = NULL;
    row_close(&r);
}

static void without_memory_there_is_no_state(void **state)
{
    (void)state;
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    assert_null(dpi_state(ctx, 8));
    assert_null(dpi_buffer(ctx));
    dpi_buffer_release(ctx);
    dpi_state_drop(ctx, RN_APP_QUIC);
    rn_dpi_ctx_free(ctx);
}

static void what_a_row_turns_into_looks_at_both_directions_again(void **state)
{
    (void)state;
    struct made_row r;
    struct made client = {.len = 0}, server = {.len = 0};
    made_hello(&client, (struct made_hello){.sni = "a.example.org", .versions = "0304"});
    made_hello(&server, (struct made_hello){.type = 2, .versions = "0304"});
    row_open(&r, RN_PROTO_TCP, 50000, 3128);
    row_feed_text(&r, true, "CONNECT a.example.org:443 HTTP/1.1\r\n\r\n");
    row_feed_text(&r, false, "HTTP/1.1 200 Connection established\r\n\r\n");
    row_feed(&r, true, &client);
    assert_int_equal(r.row.app, RN_APP_HTTPS);
    row_feed(&r, false, &server);
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_SNI), "a.example.org");
    assert_string_equal(fact_of(&r.row.facts, RN_FACT_VERSION), "TLS 1.3");
    assert_true(r.row.settled);
    row_close(&r);
}

// Any segments in any order, and whatever they hold: nothing is lost to the pools.
static void no_sequence_of_segments_leaks(void **state)
{
    (void)state;
    uint64_t x = 88172645463325252u;
    for (int round = 0; round < 300; round++) {
        struct made_row r;
        struct made m;
        make_request(&m);
        row_open_with(&r, RN_PROTO_TCP, 50000, 80, 1 + (uint32_t)round % 3);
        for (int i = 0; i < 60; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            size_t at = x % m.len, len = 1 + (x >> 20) % (m.len - at);
            uint32_t offset = (x >> 40) % 8 ? (uint32_t)at : (uint32_t)(x >> 33);
            row_packet(&r, x >> 63, offset, m.data + at, len, (x >> 50) % 16 ? 0 : 5);
        }
        row_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_in_order_and_is_understood_needs_no_buffer),
        cmocka_unit_test(a_head_may_be_split_anywhere),
        cmocka_unit_test(inv_1_what_was_seen_is_not_seen_again),
        cmocka_unit_test(inv_1_of_an_overlap_only_the_new_part_counts),
        cmocka_unit_test(inv_2_a_hole_is_given_up_after_a_while),
        cmocka_unit_test(inv_2_a_hole_that_was_acknowledged_is_given_up_at_once),
        cmocka_unit_test(a_snapped_segment_breaks_the_stream),
        cmocka_unit_test(another_connection_on_the_tuple_begins_anew),
        cmocka_unit_test(without_a_syn_the_first_segment_is_the_start),
        cmocka_unit_test(without_a_syn_a_segment_gets_a_chance_of_its_own),
        cmocka_unit_test(inv_3_a_full_pool_costs_knowledge_but_no_row),
        cmocka_unit_test(a_message_larger_than_the_buffer_is_told_as_far_as_it_goes),
        cmocka_unit_test(a_direction_without_proof_is_done_after_a_while_and_the_row_with_both),
        cmocka_unit_test(inv_4_datagrams_without_state_need_no_note),
        cmocka_unit_test(state_is_zero_at_first_and_stays),
        cmocka_unit_test(a_buffer_belongs_to_one_protocol_at_a_time),
        cmocka_unit_test(without_memory_there_is_no_state),
        cmocka_unit_test(what_a_row_turns_into_looks_at_both_directions_again),
        cmocka_unit_test(no_sequence_of_segments_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
