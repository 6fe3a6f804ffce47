// SPDX-License-Identifier: Apache-2.0
// libcrypto behind a narrow door: algorithms are fetched and contexts made once, since both allocate.
//
// The hash is the library's old interface, and HMAC and HKDF are built on it here: the new one (OpenSSL 3.0 to 3.5)
// allocates a context of its provider at every EVP_DigestInit, and so does all that uses it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define HMAC_BLOCK 64
#define LABEL_MAX 32

struct dpi_crypto {
    SHA256_CTX hash;
    EVP_CIPHER *ecb, *gcm, *chacha;
    EVP_CIPHER_CTX *ecb_ctx, *gcm_ctx, *chacha_ctx;
};

void dpi_crypto_free(struct dpi_crypto *c)
{
    if (!c)
        return;
    EVP_CIPHER_CTX_free(c->ecb_ctx);
    EVP_CIPHER_CTX_free(c->gcm_ctx);
    EVP_CIPHER_CTX_free(c->chacha_ctx);
    EVP_CIPHER_free(c->ecb);
    EVP_CIPHER_free(c->gcm);
    EVP_CIPHER_free(c->chacha);
    free(c);
}

// The first use of a context allocates what later uses find there.
static bool warm_up(struct dpi_crypto *c)
{
    static const uint8_t zero[32];
    uint8_t out[DPI_SHA256_BYTES];
    if (!EVP_EncryptInit_ex(c->ecb_ctx, c->ecb, NULL, zero, NULL) ||
        !EVP_CIPHER_CTX_set_padding(c->ecb_ctx, 0) ||
        !EVP_DecryptInit_ex(c->gcm_ctx, c->gcm, NULL, zero, zero) ||
        !EVP_EncryptInit_ex(c->chacha_ctx, c->chacha, NULL, zero, zero))
        return false;
    (void)dpi_crypto_aes128_gcm_open(c, zero, zero, rn_bytes_of(zero, 0), rn_bytes_of(zero, 32),
                                     out);
    return dpi_crypto_sha256(c, rn_bytes_of(zero, 0), out) &&
           dpi_crypto_aes128_block(c, zero, zero, out) &&
           dpi_crypto_chacha20_mask(c, zero, zero, out);
}

struct dpi_crypto *dpi_crypto_new(struct rn_err *err)
{
    struct dpi_crypto *c = calloc(1, sizeof(*c));
    if (!c) {
        rn_err_set(err, -ENOMEM, "not enough memory for ciphers");
        return NULL;
    }
    c->ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
    c->gcm = EVP_CIPHER_fetch(NULL, "AES-128-GCM", NULL);
    c->chacha = EVP_CIPHER_fetch(NULL, "ChaCha20", NULL);
    c->ecb_ctx = EVP_CIPHER_CTX_new();
    c->gcm_ctx = EVP_CIPHER_CTX_new();
    c->chacha_ctx = EVP_CIPHER_CTX_new();
    if (!c->ecb || !c->gcm || !c->chacha || !c->ecb_ctx || !c->gcm_ctx || !c->chacha_ctx ||
        !warm_up(c)) {
        rn_err_set(err, -ENOTSUP, "libcrypto lacks AES-128 or ChaCha20");
        dpi_crypto_free(c);
        return NULL;
    }
    return c;
}

bool dpi_crypto_sha256(struct dpi_crypto *c, struct rn_bytes in, uint8_t out[DPI_SHA256_BYTES])
{
    return SHA256_Init(&c->hash) && SHA256_Update(&c->hash, in.p, in.len) &&
           SHA256_Final(out, &c->hash);
}

// One of the two hashes of HMAC: the key, each byte changed by `pad`, before the text.
static bool hash_keyed(struct dpi_crypto *c, struct rn_bytes key, uint8_t pad, struct rn_bytes in,
                       uint8_t out[DPI_SHA256_BYTES])
{
    uint8_t block[HMAC_BLOCK];
    memset(block, pad, sizeof(block));
    for (size_t i = 0; i < key.len; i++)
        block[i] ^= key.p[i];
    return SHA256_Init(&c->hash) && SHA256_Update(&c->hash, block, sizeof(block)) &&
           SHA256_Update(&c->hash, in.p, in.len) && SHA256_Final(out, &c->hash);
}

bool dpi_crypto_hmac_sha256(struct dpi_crypto *c, struct rn_bytes key, struct rn_bytes in,
                            uint8_t out[DPI_SHA256_BYTES])
{
    uint8_t inner[DPI_SHA256_BYTES];
    return key.len <= HMAC_BLOCK && hash_keyed(c, key, 0x36, in, inner) &&
           hash_keyed(c, key, 0x5c, rn_bytes_of(inner, sizeof(inner)), out);
}

bool dpi_crypto_hkdf_extract(struct dpi_crypto *c, struct rn_bytes salt, struct rn_bytes secret,
                             uint8_t out[DPI_SHA256_BYTES])
{
    return dpi_crypto_hmac_sha256(c, salt, secret, out);
}

// One block of HKDF-Expand (RFC 5869, 2.3) is enough for every key here.
bool dpi_crypto_expand_label(struct dpi_crypto *c, const uint8_t secret[DPI_SHA256_BYTES],
                             const char *label, uint8_t *out, size_t len)
{
    static const char prefix[] = "tls13 ";
    uint8_t info[2 + 1 + sizeof(prefix) + LABEL_MAX + 2], block[DPI_SHA256_BYTES];
    size_t prefix_len = sizeof(prefix) - 1, label_len = strlen(label), n = 0;
    if (len > sizeof(block) || label_len > LABEL_MAX)
        return false;
    info[n++] = 0;
    info[n++] = (uint8_t)len;
    info[n++] = (uint8_t)(prefix_len + label_len);
    memcpy(info + n, prefix, prefix_len);
    memcpy(info + n + prefix_len, label, label_len);
    n += prefix_len + label_len;
    info[n++] = 0; // no context
    info[n++] = 1; // number of the block
    if (!dpi_crypto_hmac_sha256(c, rn_bytes_of(secret, DPI_SHA256_BYTES), rn_bytes_of(info, n),
                                block))
        return false;
    memcpy(out, block, len);
    return true;
}

bool dpi_crypto_aes128_block(struct dpi_crypto *c, const uint8_t key[16], const uint8_t in[16],
                             uint8_t out[16])
{
    int len;
    return EVP_EncryptInit_ex(c->ecb_ctx, NULL, NULL, key, NULL) &&
           EVP_EncryptUpdate(c->ecb_ctx, out, &len, in, 16) && len == 16;
}

bool dpi_crypto_chacha20_mask(struct dpi_crypto *c, const uint8_t key[32], const uint8_t sample[16],
                              uint8_t out[5])
{
    static const uint8_t zero[5];
    int len;
    return EVP_EncryptInit_ex(c->chacha_ctx, NULL, NULL, key, sample) &&
           EVP_EncryptUpdate(c->chacha_ctx, out, &len, zero, sizeof(zero)) && len == sizeof(zero);
}

bool dpi_crypto_aes128_gcm_open(struct dpi_crypto *c, const uint8_t key[16],
                                const uint8_t nonce[12], struct rn_bytes aad,
                                struct rn_bytes sealed, uint8_t *out)
{
    uint8_t tag[DPI_GCM_TAG_BYTES];
    int len;
    if (sealed.len < sizeof(tag) || sealed.len > INT32_MAX || aad.len > INT32_MAX)
        return false;
    size_t text_len = sealed.len - sizeof(tag);
    struct rn_reader r = rn_reader_of(sealed);
    rn_skip(&r, text_len);
    memcpy(tag, rn_take_bytes(&r, sizeof(tag)).p, sizeof(tag));
    return EVP_DecryptInit_ex(c->gcm_ctx, NULL, NULL, key, nonce) &&
           (aad.len == 0 || EVP_DecryptUpdate(c->gcm_ctx, NULL, &len, aad.p, (int)aad.len)) &&
           EVP_DecryptUpdate(c->gcm_ctx, out, &len, sealed.p, (int)text_len) &&
           EVP_CIPHER_CTX_ctrl(c->gcm_ctx, EVP_CTRL_AEAD_SET_TAG, sizeof(tag), tag) &&
           EVP_DecryptFinal_ex(c->gcm_ctx, out + text_len, &len) > 0;
}
