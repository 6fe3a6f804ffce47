// SPDX-License-Identifier: Apache-2.0
// Frames of Initial packets.
#include "made_quic.h"

static enum quic_frame_kind take(struct rn_reader *r, uint32_t version, struct quic_frame *out)
{
    return quic_take_frame(r, quic_version_find(version), out);
}

static void crypto_is_found_among_others(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct quic_frame f;
    made_hex(&m,
             "01 00000000 02 05 00 01 00 00 00 06 40ff 03 616263 03 0500000001 02 03 06 00 01 64");
    struct rn_reader r = rn_reader_of(rn_bytes_of(m.data, m.len));
    assert_int_equal(take(&r, 1, &f), QUIC_FRAME_CRYPTO);
    assert_int_equal(f.offset, 255);
    assert_int_equal(f.data.len, 3);
    assert_memory_equal(f.data.p, "abc", 3);
    assert_int_equal(take(&r, 1, &f), QUIC_FRAME_CRYPTO);
    assert_int_equal(f.offset, 0);
    assert_memory_equal(f.data.p, "d", 1);
    assert_int_equal(take(&r, 1, &f), QUIC_FRAME_END);
}

static void padding_goes_by_whatever_its_length(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 100; n++) {
        struct made m = {.len = 0};
        struct quic_frame f;
        for (unsigned i = 0; i < n; i++)
            made_number(&m, 1, 0);
        made_hex(&m, "06 00 01 61");
        struct rn_reader r = rn_reader_of(rn_bytes_of(m.data, m.len));
        assert_int_equal(take(&r, 1, &f), QUIC_FRAME_CRYPTO);
        assert_int_equal(rn_reader_left(&r), 0);
    }
}

static void closes_tell_their_code(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint64_t code;
        bool by_app;
    } cases[] = {
        {"1c 00 06 03 616263", 0, false},
        {"1c 4128 06 00", 0x128, false}, // CRYPTO_ERROR
        {"1d 05 00", 5, true},
        {"1c 0a 00 7fff 6162", 10, false}, // the reason is cut off
        {"1c 0a", 10, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct quic_frame f;
        made_hex(&m, cases[i].hex);
        struct rn_reader r = rn_reader_of(rn_bytes_of(m.data, m.len));
        assert_int_equal(take(&r, 1, &f), QUIC_FRAME_CLOSE);
        assert_int_equal(f.code, cases[i].code);
        assert_int_equal(f.by_app, cases[i].by_app);
    }
}

static void nothing_is_found_in_what_is_malformed(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "06",
        "06 00",
        "06 00 05 61626364",         // data beyond the end
        "06 00 ffffffffffffffff 61", // likewise
        "02 05 00 7fff 00 01 02",    // more ranges than are read
        "08 00 01 61",               // a stream has no business here
        "40",
        "1c",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        struct quic_frame f;
        made_hex(&m, cases[i]);
        struct rn_reader r = rn_reader_of(rn_bytes_of(m.data, m.len));
        assert_int_equal(take(&r, 1, &f), QUIC_FRAME_END);
    }
}

static void google_numbers_crypto_otherwise(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct quic_frame f;
    made_hex(&m, "00 00 07 08 00 4003 616263 00");
    struct rn_reader r = rn_reader_of(rn_bytes_of(m.data, m.len));
    assert_int_equal(take(&r, 0x54303530, &f), QUIC_FRAME_CRYPTO);
    assert_memory_equal(f.data.p, "abc", 3);
    assert_int_equal(take(&r, 0x54303530, &f), QUIC_FRAME_END);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crypto_is_found_among_others),
        cmocka_unit_test(padding_goes_by_whatever_its_length),
        cmocka_unit_test(closes_tell_their_code),
        cmocka_unit_test(nothing_is_found_in_what_is_malformed),
        cmocka_unit_test(google_numbers_crypto_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
