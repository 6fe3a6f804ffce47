// SPDX-License-Identifier: Apache-2.0
// Keys and protection of Initial packets: the vectors of RFC 9001, appendix A, and RFC 9369, appendix A.
#include "made_quic.h"

struct vector {
    uint32_t version;
    const char *keys[2][3]; // client's and server's: key, iv, hp
    const char *packets[2];
};

static const struct vector vectors[] = {
    {.version = 0x00000001,
     .keys = {{"1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
               "9f50449e04a0e810283a1e9933adedd2"},
              {"cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e",
               "c206b8d9b9f0f37644430b490eeaa314"}},
     .packets = {rfc_v1_client, rfc_v1_server}},
    {.version = 0x6b3343cf,
     .keys = {{"8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f",
               "45b95e15235d6f45a6b19cbcb0294ba9"},
              {"82db637861d55e1d011f19ea71d5d2a7", "dd13c276499c0249d3310652",
               "edf6d05c83121201b436e16877593c3a"}},
     .packets = {rfc_v2_client, rfc_v2_server}},
};

static void derive(struct dpi_crypto *crypto, const struct vector *v, struct quic_keys out[2])
{
    struct made id = {.len = 0};
    made_hex(&id, MADE_DCID);
    assert_true(
        quic_derive(crypto, quic_version_find(v->version), rn_bytes_of(id.data, id.len), out));
}

static void assert_hex(const uint8_t *p, size_t n, const char *hex)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    assert_int_equal(m.len, n);
    assert_memory_equal(m.data, p, n);
}

static struct rn_bytes open_made(struct dpi_crypto *crypto, const struct quic_keys *keys,
                                 const struct made *m, uint8_t plain[DPI_PLAIN_BYTES])
{
    struct quic_packet p;
    struct rn_reader r = rn_reader_of(rn_bytes_of(m->data, m->len));
    assert_true(quic_take_packet(&r, &p));
    return quic_open(crypto, keys, &p, plain);
}

static void keys_of_the_rfcs(void **state)
{
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct quic_keys keys[2];
        derive(*state, &vectors[i], keys);
        for (unsigned side = 0; side < 2; side++) {
            assert_hex(keys[side].key, 16, vectors[i].keys[side][0]);
            assert_hex(keys[side].iv, 12, vectors[i].keys[side][1]);
            assert_hex(keys[side].hp, 16, vectors[i].keys[side][2]);
        }
    }
}

static void packets_of_the_rfcs_open(void **state)
{
    static uint8_t plain[DPI_PLAIN_BYTES];
    static const char *const texts[] = {rfc_client_frame, rfc_server_frames};
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct quic_keys keys[2];
        derive(*state, &vectors[i], keys);
        for (unsigned side = 0; side < 2; side++) {
            struct made m = {.len = 0}, want = {.len = 0};
            made_hex(&m, vectors[i].packets[side]);
            made_hex(&want, texts[side]);
            while (side == 0 && want.len < 1162)
                made_number(&want, 1, 0);
            struct rn_bytes got = open_made(*state, &keys[side], &m, plain);
            assert_int_equal(got.len, want.len);
            assert_memory_equal(got.p, want.data, want.len);
            assert_null(open_made(*state, &keys[1 - side], &m, plain).p); // the other side's keys
        }
    }
}

static void what_is_sealed_by_hand_is_the_packet_of_the_rfc(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct made frames = {.len = 0}, got = {.len = 0}, want = {.len = 0};
        made_hex(&frames, rfc_client_frame);
        made_hex(&want, vectors[i].packets[0]);
        made_initial(
            &got,
            &(struct made_initial){
                .version = vectors[i].version, .dcid = MADE_DCID, .number = 2, .pad_to = 1200},
            &frames);
        assert_int_equal(got.len, want.len);
        assert_memory_equal(got.data, want.data, want.len);
    }
}

static void inv_2_one_bit_wrong_and_nothing_is_told(void **state)
{
    static uint8_t plain[DPI_PLAIN_BYTES];
    struct quic_keys keys[2];
    derive(*state, &vectors[0], keys);
    struct made m = {.len = 0};
    made_hex(&m, rfc_v1_server);
    // The version and the lengths are read before keys are; every other byte is under the tag.
    for (size_t at = 7; at < m.len; at++) {
        if (at >= 15 && at < 18)
            continue;
        m.data[at] ^= 0x10;
        assert_null(open_made(*state, &keys[1], &m, plain).p);
        m.data[at] ^= 0x10;
    }
    assert_non_null(open_made(*state, &keys[1], &m, plain).p);
}

static void a_packet_that_is_cut_is_not_opened(void **state)
{
    static uint8_t plain[DPI_PLAIN_BYTES];
    struct quic_keys keys[2];
    derive(*state, &vectors[0], keys);
    struct made m = {.len = 0};
    made_hex(&m, rfc_v1_client);
    for (; m.len > 100; m.len -= 50)
        if (m.len < 1200)
            assert_null(open_made(*state, &keys[0], &m, plain).p);
}

static int set_up(void **state)
{
    *state = dpi_crypto_new(NULL);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    dpi_crypto_free(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_the_rfcs),
        cmocka_unit_test(packets_of_the_rfcs_open),
        cmocka_unit_test(what_is_sealed_by_hand_is_the_packet_of_the_rfc),
        cmocka_unit_test(inv_2_one_bit_wrong_and_nothing_is_told),
        cmocka_unit_test(a_packet_that_is_cut_is_not_opened),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
