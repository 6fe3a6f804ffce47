// SPDX-License-Identifier: Apache-2.0
// Rows of QUIC: what proves one, what does not, and where a connection stands.
#include "made_quic.h"
#include "rustnet/model/conn.h"

#define NOISE "000102030405060708090a0b0c0d0e0f10111213"
#define LEN_20 "14" NOISE

static void say_hex(struct made_row *t, unsigned from, const char *hex)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    row_feed(t, from == 0, &m);
}

static void made_first(struct made *m, uint32_t version)
{
    struct made frames = {.len = 0};
    made_hex(&frames, rfc_client_frame);
    made_initial(m,
                 &(struct made_initial){
                     .version = version, .dcid = MADE_DCID, .scid = "c1c2", .pad_to = 1200},
                 &frames);
}

static void a_first_packet_of_any_version_tells_all_on_any_port(void **state)
{
    (void)state;
    static const struct {
        uint32_t number;
        const char *name;
    } cases[] = {{0x00000001, "v1"},       {0x6b3343cf, "v2"},       {0xff00001d, "draft-29"},
                 {0xff000017, "draft-23"}, {0xff000022, "draft-34"}, {0xfaceb002, "mvfst-27"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 10000};
        made_first(&m, cases[i].number);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_int_equal(a.app, RN_APP_QUIC);
        assert_int_equal(a.more, RN_DPI_OPEN);
        assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), cases[i].name);
        assert_string_equal(fact_of(&a.facts, RN_FACT_SNI), "example.com");
    }
}

static void datagrams_that_prove_a_row(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "e0 00000001 02aabb 02ccdd " LEN_20,                                        // Handshake
        "d0 ff00001d 02aabb 02ccdd " LEN_20,                                        // 0-RTT
        "c0 00000001 02aabb 02ccdd 00 " LEN_20 "e0 00000001 02aabb 02ccdd " LEN_20, // coalesced
        "e0 00000001 02aabb 02ccdd " LEN_20 "40 aabb " NOISE, // and a short one
        "e0 00000001 02aabb 02ccdd " LEN_20 "000000",         // padded outside
        "80 00000000 02aabb 02ccdd 1a2a3a4a 00000001",        // negotiation
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 4433, .dst_port = 50000};
        made_hex(&m, cases[i]);
        assert_int_equal(ask_made(&a, &m), RN_YES);
        assert_int_equal(a.app, RN_APP_QUIC);
    }
}

static void inv_1_datagrams_that_prove_nothing(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "40 aabb " NOISE NOISE,                          // a short header
        "43 00000001 02aabb 02ccdd " LEN_20,             // likewise
        "e0 00000001 02aabb 02ccdd 15 " NOISE,           // longer than the datagram
        "e0 00000001 02aabb 02ccdd " LEN_20 "010203",    // something follows
        "e0 00000002 02aabb 02ccdd " LEN_20,             // a version that nobody has
        "a0 00000001 02aabb 02ccdd " LEN_20,             // fixed bit
        "e0 00000001 00 00 " LEN_20,                     // no id at all
        "f0 00000001 02aabb 02ccdd " NOISE NOISE,        // Retry
        "80 00000000 02aabb 02ccdd 1a2a3a4a",            // offers nothing known
        "80 00000000 02aabb 02ccdd 0000000100",          // no list of versions
        "ca 1a2a3a4a 08 0001020304050607 00 00 " LEN_20, // reserved, not padded
        "c0 00000001 02aabb 02ccdd 00 " LEN_20 "e0 00000001 02ffff 02ccdd " LEN_20, // other ids
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 443};
        made_hex(&m, cases[i]);
        assert_int_not_equal(ask_made(&a, &m), RN_YES);
        assert_int_not_equal(a.app, RN_APP_QUIC);
        assert_int_equal(a.facts.len, 0);
    }
}

static void a_padded_probe_of_a_reserved_version_is_quic_without_a_version(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 9999};
    made_hex(&m, "c7 1a2a3a4a 08 0001020304050607 00 00");
    made_number(&m, 2, 0x4000 | (1200 - (uint32_t)m.len - 2));
    while (m.len < 1200)
        made_number(&m, 1, 0x5a);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_int_equal(a.app, RN_APP_QUIC);
    assert_int_equal(a.facts.len, 0);
}

static void a_connection_goes_its_way(void **state)
{
    (void)state;
    struct made_row t;
    struct made first = {.len = 0};
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_first(&first, 1);
    assert_int_equal(row_feed(&t, true, &first), RN_YES);
    assert_int_equal(t.row.life.state, RN_QUIC_INITIAL);
    say_hex(&t, 1, "e0 00000001 02c1c2 02ccdd " LEN_20);
    assert_int_equal(t.row.life.state, RN_QUIC_HANDSHAKE);
    say_hex(&t, 1, "40 c1c2 " NOISE);
    assert_int_equal(t.row.life.state, RN_QUIC_CONNECTED);
    assert_false(t.row.settled);
    say_hex(&t, 0, "40 ccdd " NOISE);
    assert_true(t.row.settled);
    assert_int_equal(t.row.note, RN_DPI_NO_NOTE);
    row_close(&t);
}

static void the_state_never_goes_back(void **state)
{
    (void)state;
    struct made_row t;
    struct made first = {.len = 0};
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    say_hex(&t, 1, "80 00000000 02c1c2 08" MADE_DCID "00000001");
    assert_int_equal(t.row.life.state, RN_QUIC_VERSION_NEG);
    made_first(&first, 1);
    row_feed(&t, true, &first);
    say_hex(&t, 1, "e0 00000001 02c1c2 02ccdd " LEN_20);
    say_hex(&t, 1, "80 00000000 02c1c2 08" MADE_DCID "00000001");
    row_feed(&t, true, &first);
    assert_int_equal(t.row.life.state, RN_QUIC_HANDSHAKE);
    row_close(&t);
}

static void what_follows_a_long_header_without_its_id_is_no_packet(void **state)
{
    (void)state;
    struct made_row t;
    struct made first = {.len = 0};
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_first(&first, 1);
    row_feed(&t, true, &first);
    say_hex(&t, 1, "e0 00000001 02c1c2 02ccdd " LEN_20 "40 ffff " NOISE);
    assert_int_equal(t.row.life.state, RN_QUIC_HANDSHAKE);
    row_close(&t);
}

static void closes_are_told_with_code_and_state(void **state)
{
    (void)state;
    static const struct {
        const char *frame;
        uint32_t code;
        enum rn_quic_state state;
    } cases[] = {{"1c 00 00 00", 0, RN_QUIC_DRAINING},
                 {"1c 4128 06 00", 0x128, RN_QUIC_CLOSED},
                 {"1d 00 00", 0, RN_QUIC_CLOSED}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made_row t;
        struct made first = {.len = 0}, frames = {.len = 0}, m = {.len = 0};
        uint32_t code = 1;
        row_open(&t, RN_PROTO_UDP, 50000, 4433);
        made_first(&first, 1);
        row_feed(&t, true, &first);
        made_hex(&frames, cases[i].frame);
        made_initial(
            &m,
            &(struct made_initial){.version = 1, .dcid = MADE_DCID, .scid = "c1c2", .number = 1},
            &frames);
        assert_int_equal(row_feed(&t, true, &m), RN_YES);
        assert_true(dpi_has(&t.row.facts, RN_FACT_CLOSE_SEEN));
        assert_true(rn_facts_number(&t.row.facts, RN_FACT_CLOSE_CODE, &code));
        assert_int_equal(code, cases[i].code);
        assert_int_equal(t.row.life.state, cases[i].state);
        row_close(&t);
    }
}

static void any_prefix_of_a_packet_is_survived(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_first(&m, 1);
    for (size_t n = 0; n < m.len; n += n < 64 ? 1 : 37) {
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = 443};
        assert_int_not_equal(ask_first(&a, &m, n), RN_YES);
        assert_int_equal(a.facts.len, 0);
    }
}

static void a_captured_half_is_enough_for_the_claim(void **state)
{
    (void)state;
    struct made_row t;
    struct made m = {.len = 0};
    row_open(&t, RN_PROTO_UDP, 50000, 4433);
    made_first(&m, 1);
    assert_int_equal(row_packet(&t, true, 0, m.data, 100, 1100), RN_YES);
    assert_int_equal(t.row.app, RN_APP_QUIC);
    assert_string_equal(fact_of(&t.row.facts, RN_FACT_VERSION), "v1");
    assert_false(dpi_has(&t.row.facts, RN_FACT_SNI));
    row_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_first_packet_of_any_version_tells_all_on_any_port),
        cmocka_unit_test(datagrams_that_prove_a_row),
        cmocka_unit_test(inv_1_datagrams_that_prove_nothing),
        cmocka_unit_test(a_padded_probe_of_a_reserved_version_is_quic_without_a_version),
        cmocka_unit_test(a_connection_goes_its_way),
        cmocka_unit_test(the_state_never_goes_back),
        cmocka_unit_test(what_follows_a_long_header_without_its_id_is_no_packet),
        cmocka_unit_test(closes_are_told_with_code_and_state),
        cmocka_unit_test(any_prefix_of_a_packet_is_survived),
        cmocka_unit_test(a_captured_half_is_enough_for_the_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
