// SPDX-License-Identifier: Apache-2.0
// AES-GCM written out (NIST SP 800-38D) on the single block of AES, so that what seals shares nothing with what opens but
// AES itself; and the protection of an Initial packet (RFC 9001, 5.3 and 5.4).
#ifndef RUSTNET_TEST_MADE_GCM_H
#define RUSTNET_TEST_MADE_GCM_H

#include <string.h>

#include "quic.h"

struct gcm {
    struct dpi_crypto *crypto;
    const uint8_t *key;
    uint8_t h[16], sum[16];
    bool bad;
};

// Multiplies the sum by h in the field of GCM, bit by bit.
static void gcm_multiply(struct gcm *g)
{
    uint8_t z[16] = {0}, v[16];
    memcpy(v, g->h, sizeof(v));
    for (unsigned i = 0; i < 128; i++) {
        if (g->sum[i / 8] >> (7 - i % 8) & 1)
            for (unsigned j = 0; j < 16; j++)
                z[j] ^= v[j];
        unsigned carry = v[15] & 1u;
        for (unsigned j = 15; j > 0; j--)
            v[j] = (uint8_t)(v[j] >> 1 | v[j - 1] << 7);
        v[0] = (uint8_t)(v[0] >> 1 ^ (carry ? 0xe1 : 0));
    }
    memcpy(g->sum, z, sizeof(z));
}

static void gcm_hash(struct gcm *g, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        g->sum[i % 16] ^= p[i];
        if (i % 16 == 15 || i == n - 1)
            gcm_multiply(g);
    }
}

static void gcm_block(struct gcm *g, const uint8_t nonce[12], uint32_t count, uint8_t out[16])
{
    uint8_t in[16];
    memcpy(in, nonce, 12);
    for (unsigned i = 0; i < 4; i++)
        in[12 + i] = (uint8_t)(count >> (24 - 8 * i));
    g->bad |= !dpi_crypto_aes128_block(g->crypto, g->key, in, out);
}

// Seals n bytes in place and appends the tag.
static void gcm_seal(struct gcm *g, const uint8_t nonce[12], const uint8_t *aad, size_t aad_len,
                     uint8_t *text, size_t n)
{
    static const uint8_t zero[16];
    uint8_t pad[16], lens[16] = {0};
    g->bad |= !dpi_crypto_aes128_block(g->crypto, g->key, zero, g->h);
    memset(g->sum, 0, sizeof(g->sum));
    for (size_t i = 0; i < n; i++) {
        if (i % 16 == 0)
            gcm_block(g, nonce, (uint32_t)(2 + i / 16), pad);
        text[i] ^= pad[i % 16];
    }
    gcm_hash(g, aad, aad_len);
    gcm_hash(g, text, n);
    for (unsigned i = 0; i < 4; i++) {
        lens[4 + i] = (uint8_t)(aad_len * 8 >> (24 - 8 * i));
        lens[12 + i] = (uint8_t)(n * 8 >> (24 - 8 * i));
    }
    gcm_hash(g, lens, sizeof(lens));
    gcm_block(g, nonce, 1, pad);
    for (unsigned i = 0; i < 16; i++)
        text[n + i] = g->sum[i] ^ pad[i];
}

// Seals n bytes at body, which has room for the tag, and protects the header: its packet number of four bytes is the
// last of it and begins at pn_at.
static bool made_protect(struct dpi_crypto *crypto, const struct quic_keys *keys, uint8_t *header,
                         size_t pn_at, uint32_t number, uint8_t *body, size_t n)
{
    uint8_t nonce[12], mask[16];
    memcpy(nonce, keys->iv, sizeof(nonce));
    for (unsigned i = 0; i < 4; i++)
        nonce[8 + i] ^= (uint8_t)(number >> (24 - 8 * i));
    struct gcm gcm = {.crypto = crypto, .key = keys->key};
    gcm_seal(&gcm, nonce, header, pn_at + 4, body, n);
    if (gcm.bad || !dpi_crypto_aes128_block(crypto, keys->hp, body, mask))
        return false;
    header[0] ^= mask[0] & 0x0f;
    for (unsigned i = 0; i < 4; i++)
        header[pn_at + i] ^= mask[1 + i];
    return true;
}

#endif
