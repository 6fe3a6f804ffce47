// SPDX-License-Identifier: Apache-2.0
// Vectors of the standards.
#include "made_dpi.h"

static struct dpi_crypto *crypto;

static struct rn_bytes hex(struct made *m, const char *digits)
{
    m->len = 0;
    made_hex(m, digits);
    return rn_bytes_of(m->data, m->len);
}

static void assert_hex(const uint8_t *bytes, const char *digits)
{
    static struct made want;
    struct rn_bytes b = hex(&want, digits);
    assert_memory_equal(bytes, b.p, b.len);
}

// FIPS 180-4, examples.
static void sha256_of_the_standard(void **state)
{
    (void)state;
    uint8_t out[DPI_SHA256_BYTES];
    assert_true(dpi_crypto_sha256(crypto, DPI_LITERAL("abc"), out));
    assert_hex(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_true(dpi_crypto_sha256(crypto, rn_bytes_of(NULL, 0), out));
    assert_hex(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231, test cases 1 and 2.
static void hmac_of_the_standard(void **state)
{
    (void)state;
    struct made key;
    uint8_t out[DPI_SHA256_BYTES];
    assert_true(dpi_crypto_hmac_sha256(crypto,
                                       hex(&key, "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                                       DPI_LITERAL("Hi There"), out));
    assert_hex(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    assert_true(dpi_crypto_hmac_sha256(crypto, DPI_LITERAL("Jefe"),
                                       DPI_LITERAL("what do ya want for nothing?"), out));
    assert_hex(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    uint8_t longer[65] = {0};
    assert_false(dpi_crypto_hmac_sha256(crypto, rn_bytes_of(longer, 65), DPI_LITERAL("x"), out));
}

// RFC 9001, A.1: the keys of a client's Initial.
static void hkdf_of_quic(void **state)
{
    (void)state;
    struct made salt, id;
    uint8_t initial[DPI_SHA256_BYTES], client[DPI_SHA256_BYTES], out[DPI_SHA256_BYTES];
    assert_true(dpi_crypto_hkdf_extract(crypto,
                                        hex(&salt, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
                                        hex(&id, "8394c8f03e515708"), initial));
    assert_hex(initial, "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44");
    assert_true(dpi_crypto_expand_label(crypto, initial, "client in", client, sizeof(client)));
    assert_hex(client, "c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea");
    assert_true(dpi_crypto_expand_label(crypto, client, "quic key", out, 16));
    assert_hex(out, "1f369613dd76d5467730efcbe3b1a22d");
    assert_true(dpi_crypto_expand_label(crypto, client, "quic iv", out, 12));
    assert_hex(out, "fa044b2f42a3fd3b46fb255c");
    assert_true(dpi_crypto_expand_label(crypto, client, "quic hp", out, 16));
    assert_hex(out, "9f50449e04a0e810283a1e9933adedd2");
    assert_false(dpi_crypto_expand_label(crypto, client, "quic key", out, 33));
    assert_false(
        dpi_crypto_expand_label(crypto, client, "a label that is longer than 32 bytes", out, 16));
}

// FIPS 197, C.1, and RFC 9001, A.2 and A.5: what hides packet numbers.
static void blocks_and_masks_of_the_standards(void **state)
{
    (void)state;
    struct made key, in;
    uint8_t out[16];
    assert_true(dpi_crypto_aes128_block(crypto, hex(&key, "000102030405060708090a0b0c0d0e0f").p,
                                        hex(&in, "00112233445566778899aabbccddeeff").p, out));
    assert_hex(out, "69c4e0d86a7b0430d8cdb78070b4c55a");
    assert_true(dpi_crypto_aes128_block(crypto, hex(&key, "9f50449e04a0e810283a1e9933adedd2").p,
                                        hex(&in, "d1b1c98dd7689fb8ec11d242b123dc9b").p, out));
    assert_hex(out, "437b9aec36");
    assert_true(dpi_crypto_chacha20_mask(
        crypto, hex(&key, "25a282b9e82f06f21f488917a4fc8f1b73573685608597d0efcb076b0ab7a7a4").p,
        hex(&in, "5e5cd55c41f69080575d7999c25a5bfb").p, out));
    assert_hex(out, "aefefe7d03");
}

// The GCM specification of McGrew and Viega, test case 4.
static void gcm_opens_what_is_authentic_only(void **state)
{
    (void)state;
    struct made key, nonce, aad, sealed;
    uint8_t out[64];
    hex(&key, "feffe9928665731c6d6a8f9467308308");
    hex(&nonce, "cafebabefacedbaddecaf888");
    hex(&aad, "feedfacedeadbeeffeedfacedeadbeefabaddad2");
    hex(&sealed, "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
                 "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
                 "5bc94fbc3221a5db94fae95ae7121a47");
    struct rn_bytes text = rn_bytes_of(sealed.data, sealed.len);
    for (int i = 0; i < 2; i++) {
        assert_true(dpi_crypto_aes128_gcm_open(crypto, key.data, nonce.data,
                                               rn_bytes_of(aad.data, aad.len), text, out));
        assert_hex(out, "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
        sealed.data[i * 59] ^= 1; // a byte of the text, then one of the tag
        assert_false(dpi_crypto_aes128_gcm_open(crypto, key.data, nonce.data,
                                                rn_bytes_of(aad.data, aad.len), text, out));
        sealed.data[i * 59] ^= 1;
    }
    assert_false(dpi_crypto_aes128_gcm_open(crypto, key.data, nonce.data, rn_bytes_of(NULL, 0),
                                            rn_bytes_of(sealed.data, 15), out));
}

static int make(void **state)
{
    (void)state;
    crypto = dpi_crypto_new(NULL);
    return crypto ? 0 : -1;
}

static int drop(void **state)
{
    (void)state;
    dpi_crypto_free(crypto);
    dpi_crypto_free(NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_of_the_standard),
        cmocka_unit_test(hmac_of_the_standard),
        cmocka_unit_test(hkdf_of_quic),
        cmocka_unit_test(blocks_and_masks_of_the_standards),
        cmocka_unit_test(gcm_opens_what_is_authentic_only),
    };
    return cmocka_run_group_tests(tests, make, drop);
}
