// SPDX-License-Identifier: Apache-2.0
// Initial packets of a row: keys over Retry and version changes, hellos in pieces.
#include "made_quic.h"

#define PIECES 3

static struct made_initial initial_of(uint32_t number)
{
    return (struct made_initial){
        .version = 1, .dcid = MADE_DCID, .scid = "c1c2", .number = number, .pad_to = 1200};
}

static struct rn_bytes part(struct rn_bytes whole, size_t from, size_t to)
{
    return rn_bytes_of(whole.p + from, (to < whole.len ? to : whole.len) - from);
}

static void say_frames(struct made_row *t, unsigned from, struct made_initial want,
                       const struct made *frames)
{
    struct made m = {.len = 0};
    made_initial(&m, &want, frames);
    assert_int_equal(row_feed(t, from == 0, &m), RN_YES);
}

static void assert_told(const struct made_row *t)
{
    assert_int_equal(t->row.app, RN_APP_QUIC);
    assert_string_equal(fact_of(&t->row.facts, RN_FACT_SNI), "example.com");
    assert_string_equal(fact_of(&t->row.facts, RN_FACT_ALPN), "alpn");
    assert_string_equal(fact_of(&t->row.facts, RN_FACT_JA4),
                        "q13d0211an_62ed6f6ca7ad_4d634acda6c0");
    assert_false(dpi_has(&t->row.facts, RN_FACT_OFFERED_VERSION));
    assert_int_equal(t->row.life.idle_ms, 30000);
}

static void inv_2_pieces_in_any_order_over_datagrams(void **state)
{
    (void)state;
    static const unsigned orders[][PIECES] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                              {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
        struct made_row t;
        struct made hello = {.len = 0};
        struct rn_bytes whole = made_rfc_hello(&hello);
        row_open(&t, RN_PROTO_UDP, 50000, 4433);
        for (unsigned i = 0; i < PIECES; i++) {
            struct made frames = {.len = 0};
            size_t from = orders[o][i] * 90;
            made_crypto(&frames, (uint32_t)from, part(whole, from, from + 90));
            say_frames(&t, 0, initial_of(i), &frames);
            assert_int_equal(dpi_has(&t.row.facts, RN_FACT_JA4), i == PIECES - 1);
        }
        assert_told(&t);
        row_close(&t);
    }
}

static void pieces_scattered_over_one_datagram(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, m = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    for (unsigned packet = 0; packet < 2; packet++) { // two packets; every other piece of 4 bytes
        struct made frames = {.len = 0};
        struct made_initial want = initial_of(packet);
        want.pad_to = packet == 0 ? 0 : 600;
        for (size_t at = packet * 4; at < whole.len; at += 8)
            made_crypto(&frames, (uint32_t)at, part(whole, at, at + 4));
        made_initial(&m, &want, &frames);
    }
    assert_int_equal(row_feed(&t, true, &m), RN_YES);
    assert_told(&t);
    row_close(&t);
}

static void the_part_that_came_tells_what_lies_inside(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, frames = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_crypto(&frames, 0, part(whole, 0, 70)); // the name ends at 69
    say_frames(&t, 0, initial_of(0), &frames);
    assert_string_equal(fact_of(&t.row.facts, RN_FACT_SNI), "example.com");
    assert_false(dpi_has(&t.row.facts, RN_FACT_ALPN));
    assert_false(dpi_has(&t.row.facts, RN_FACT_JA4));
    frames.len = 0;
    made_crypto(&frames, 70, part(whole, 70, whole.len));
    say_frames(&t, 0, initial_of(1), &frames);
    assert_told(&t);
    row_close(&t);
}

static void a_name_that_is_cut_is_no_name(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, frames = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_crypto(&frames, 0, part(whole, 0, 60));
    say_frames(&t, 0, initial_of(0), &frames);
    assert_false(dpi_has(&t.row.facts, RN_FACT_SNI));
    row_close(&t);
}

static void what_came_first_stays_where_pieces_overlap(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, lie = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    for (size_t i = 0; i < whole.len; i++)
        made_number(&lie, 1, 'x');
    for (unsigned i = 0; i < 3; i++) {
        struct made frames = {.len = 0};
        if (i == 0) // the middle, true
            made_crypto(&frames, 50, part(whole, 50, whole.len));
        if (i == 1) // over it, false
            made_crypto(&frames, 60, rn_bytes_of(lie.data, 100));
        if (i == 2)
            made_crypto(&frames, 0, part(whole, 0, 80));
        say_frames(&t, 0, initial_of(i), &frames);
    }
    assert_told(&t);
    row_close(&t);
}

static void a_hello_that_comes_again_changes_nothing(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    for (unsigned i = 0; i < 3; i++) {
        struct made frames = {.len = 0};
        made_crypto(&frames, 0, whole);
        say_frames(&t, 0, initial_of(i), &frames);
        assert_told(&t);
    }
    assert_string_equal(fact_at(&t.row.facts, RN_FACT_ALPN, 1), "");
    row_close(&t);
}

static void keys_change_after_retry_and_the_hello_begins_anew(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, retry = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    struct made first = {.len = 0}, again = {.len = 0};
    made_crypto(&first, 0, part(whole, 0, 100)); // half of it
    say_frames(&t, 0, initial_of(0), &first);
    made_hex(&retry,
             "ff0000000102c1c208f067a5502a4262b5746f6b656e04a265ba2eff4d829058fb3f0f2496ba");
    assert_int_equal(row_feed(&t, false, &retry), RN_YES);
    struct made_initial want = initial_of(1);
    want.dcid = "f067a5502a4262b5";
    want.token = "746f6b656e";
    made_crypto(&again, 0, part(whole, 0, 120));
    say_frames(&t, 0, want, &again);
    again.len = 0;
    want.number = 2;
    made_crypto(&again, 120, part(whole, 120, whole.len));
    say_frames(&t, 0, want, &again);
    assert_told(&t);
    row_close(&t);
}

static void the_server_is_read_with_keys_of_the_clients_id(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, frames = {.len = 0};
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_crypto(&frames, 0, made_rfc_hello(&hello));
    say_frames(&t, 0, initial_of(0), &frames);
    frames.len = 0;
    made_hex(&frames, "1c 4128 06 00");
    struct made_initial want = {.version = 1,
                                .dcid = "c1c2",
                                .scid = "f067a5502a4262b5",
                                .key_id = MADE_DCID,
                                .server = true,
                                .pad_to = 1200};
    say_frames(&t, 1, want, &frames);
    assert_true(dpi_has(&t.row.facts, RN_FACT_CLOSE_SEEN));
    row_close(&t);
}

static void the_server_may_choose_another_version(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, frames = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_crypto(&frames, 0, part(whole, 0, 100));
    say_frames(&t, 0, initial_of(0), &frames);
    assert_string_equal(fact_of(&t.row.facts, RN_FACT_VERSION), "v1");
    frames.len = 0;
    made_hex(&frames, "02 00 00 00 00");
    struct made_initial want = {.version = 0x6b3343cf,
                                .dcid = "c1c2",
                                .scid = "f067a5502a4262b5",
                                .key_id = MADE_DCID,
                                .server = true,
                                .pad_to = 1200};
    say_frames(&t, 1, want, &frames);
    assert_string_equal(fact_of(&t.row.facts, RN_FACT_VERSION), "v2");
    frames.len = 0; // the client goes on in version 2, to the server's id
    want = (struct made_initial){.version = 0x6b3343cf,
                                 .dcid = "f067a5502a4262b5",
                                 .scid = "c1c2",
                                 .key_id = MADE_DCID,
                                 .number = 1,
                                 .pad_to = 1200};
    made_crypto(&frames, 100, part(whole, 100, whole.len));
    say_frames(&t, 0, want, &frames);
    assert_told(&t);
    assert_string_equal(fact_of(&t.row.facts, RN_FACT_VERSION), "v2");
    row_close(&t);
}

static void inv_1_a_row_tries_only_so_many_ids(void **state)
{
    (void)state;
    struct made_row t;
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    for (unsigned i = 0; i < 20; i++) {
        struct made m = {.len = 0}, hello = {.len = 0}, frames = {.len = 0};
        struct made_initial want = initial_of(i);
        made_crypto(&frames, 0, made_rfc_hello(&hello));
        made_initial(&m, &want, &frames);
        m.data[6] ^= (uint8_t)(i < 19 ? i + 1 : 0); // an id that the keys are not of
        row_feed(&t, true, &m);
    }
    assert_false(dpi_has(&t.row.facts, RN_FACT_SNI));
    row_close(&t);
}

static void inv_3_no_other_keys_once_the_server_has_answered(void **state)
{
    (void)state;
    for (unsigned answered = 0; answered < 2; answered++) {
        struct made_row t;
        struct made hello = {.len = 0}, frames = {.len = 0}, nothing = {.len = 0};
        struct made_initial answer = {
            .version = 1, .dcid = "c1c2", .scid = "aa", .key_id = MADE_DCID, .server = true};
        struct made_initial forged = {.version = 1, .dcid = "0102030405060708", .scid = "c1c2"};
        row_open(&t, RN_PROTO_UDP, 50000, 4433);
        made_crypto(&frames, 0, made_rfc_hello(&hello));
        say_frames(&t, 0, initial_of(0), &frames);
        if (answered)
            say_frames(&t, 1, answer, &nothing);
        frames.len = 0;
        made_hex(&frames, "1c 00 00 00");
        say_frames(&t, 0, forged, &frames);
        assert_int_equal(dpi_has(&t.row.facts, RN_FACT_CLOSE_SEEN), !answered);
        row_close(&t);
    }
}

static void what_begins_a_connection(void **state)
{
    (void)state;
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    static const struct {
        struct made_initial want;
        size_t cut;
        bool begins;
    } cases[] = {
        {{.version = 1, .dcid = MADE_DCID, .scid = "c1c2"}, 0, true},
        {{.version = 0x6b3343cf, .dcid = MADE_DCID}, 0, true},
        {{.version = 1, .dcid = MADE_DCID}, 1, false},
        {{.version = 1, .dcid = "c1c2", .key_id = MADE_DCID}, 0, false},
        {{.version = 1, .dcid = MADE_DCID, .server = true}, 0, false},
        {{.version = 1, .dcid = "", .scid = "c1c2"}, 0, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made nothing = {.len = 0}, m = {.len = 0};
        uint8_t begun[RN_QUIC_BEGUN_BYTES] = {0};
        made_initial(&m, &cases[i].want, &nothing);
        assert_int_equal(rn_dpi_quic_begins(ctx, rn_bytes_of(m.data, m.len - cases[i].cut), begun),
                         cases[i].begins);
        assert_int_equal(begun[0], cases[i].begins ? 0x83 : 0);
        assert_int_equal(begun[7], cases[i].begins ? 0x08 : 0);
    }
    assert_false(rn_dpi_quic_begins(ctx, (struct rn_bytes){NULL, 0}, (uint8_t[8]){0}));
    rn_dpi_ctx_free(ctx);
}

static void a_hello_of_more_than_there_is_room_for_is_given_up(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0};
    struct rn_bytes whole = made_rfc_hello(&hello);
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    hello.data[5] = 0xff; // 16 MB, it says
    for (unsigned i = 0; i < 40; i++) {
        struct made frames = {.len = 0};
        made_crypto(&frames, i * 1000, part(whole, 0, 1000));
        say_frames(&t, 0, initial_of(i), &frames);
    }
    assert_int_equal(t.row.app, RN_APP_QUIC);
    row_close(&t);
}

static void its_sender_is_the_client(void **state)
{
    (void)state;
    struct made_row t;
    struct made hello = {.len = 0}, frames = {.len = 0};
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    t.row.client = RN_DPI_NO_CLIENT;
    made_crypto(&frames, 0, made_rfc_hello(&hello));
    say_frames(&t, 1, initial_of(0),
               &frames); // from the end that did not begin, as far as was seen
    assert_int_equal(t.row.client, 1);
    row_close(&t);
}

static void without_memory_one_datagram_still_tells(void **state)
{
    (void)state;
    struct made hello = {.len = 0}, frames = {.len = 0}, m = {.len = 0};
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 9999};
    struct made_initial want = initial_of(0);
    made_crypto(&frames, 0, made_rfc_hello(&hello));
    made_initial(&m, &want, &frames);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "example.com");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_2_pieces_in_any_order_over_datagrams),
        cmocka_unit_test(pieces_scattered_over_one_datagram),
        cmocka_unit_test(the_part_that_came_tells_what_lies_inside),
        cmocka_unit_test(a_name_that_is_cut_is_no_name),
        cmocka_unit_test(what_came_first_stays_where_pieces_overlap),
        cmocka_unit_test(a_hello_that_comes_again_changes_nothing),
        cmocka_unit_test(keys_change_after_retry_and_the_hello_begins_anew),
        cmocka_unit_test(the_server_is_read_with_keys_of_the_clients_id),
        cmocka_unit_test(the_server_may_choose_another_version),
        cmocka_unit_test(inv_1_a_row_tries_only_so_many_ids),
        cmocka_unit_test(inv_3_no_other_keys_once_the_server_has_answered),
        cmocka_unit_test(what_begins_a_connection),
        cmocka_unit_test(a_hello_of_more_than_there_is_room_for_is_given_up),
        cmocka_unit_test(its_sender_is_the_client),
        cmocka_unit_test(without_memory_one_datagram_still_tells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
