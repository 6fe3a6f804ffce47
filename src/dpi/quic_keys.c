// SPDX-License-Identifier: Apache-2.0
// Keys of Initial packets, and how their protection comes off: RFC 9001, section 5; labels of version 2: RFC 9369, 3.3.
//
//   secret = HKDF-Extract(salt of the version, client's first destination id)
//   client = Expand-Label(secret, "client in")  ->  "quic key" 16, "quic iv" 12, "quic hp" 16;  server likewise
//
//   sample 16 bytes, 4 after the packet number begins -> mask = AES-ECB(hp) -> first byte's low 4 bits, packet number
//   nonce  iv XOR packet number; additional data: the header with its protection off
//
// 1. Both sides' keys come from the client's id, never from the server's.
// 2. Nothing of the plaintext is used unless the tag fits.
#include "quic.h"

#define SAMPLE_BYTES 16
#define SAMPLE_AT 4 // after the packet number's first byte
#define SALT_BYTES 20

static const uint8_t salts[QUIC_SALT_COUNT][SALT_BYTES] = {
    [QUIC_SALT_V1] = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                      0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
    [QUIC_SALT_V2] = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                      0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
    [QUIC_SALT_DRAFT_29] = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                            0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
    [QUIC_SALT_DRAFT_23] = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
                            0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
    [QUIC_SALT_DRAFT_22] = {0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
                            0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a},
    [QUIC_SALT_V2_DRAFT] = {0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d,
                            0x62, 0xca, 0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3},
    [QUIC_SALT_Q050] = {0x50, 0x45, 0x74, 0xef, 0xd0, 0x66, 0xfe, 0x2f, 0x9d, 0x94,
                        0x5c, 0xfc, 0xdb, 0xd3, 0xa7, 0xf0, 0xd3, 0xb5, 0x6b, 0x45},
    [QUIC_SALT_T050] = {0x7f, 0xf5, 0x79, 0xe5, 0xac, 0xd0, 0x72, 0x91, 0x55, 0x80,
                        0x30, 0x4c, 0x43, 0xa2, 0x36, 0x7c, 0x60, 0x48, 0x83, 0x10},
    [QUIC_SALT_T051] = {0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
                        0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d},
};

static bool derive_side(struct dpi_crypto *crypto, const uint8_t initial[32], const char *side,
                        bool v2, struct quic_keys *out)
{
    uint8_t secret[32];
    return dpi_crypto_expand_label(crypto, initial, side, secret, sizeof(secret)) &&
           dpi_crypto_expand_label(crypto, secret, v2 ? "quicv2 key" : "quic key", out->key,
                                   sizeof(out->key)) &&
           dpi_crypto_expand_label(crypto, secret, v2 ? "quicv2 iv" : "quic iv", out->iv,
                                   sizeof(out->iv)) &&
           dpi_crypto_expand_label(crypto, secret, v2 ? "quicv2 hp" : "quic hp", out->hp,
                                   sizeof(out->hp));
}

bool quic_derive(struct dpi_crypto *crypto, const struct quic_version *version,
                 struct rn_bytes dcid, struct quic_keys out[2])
{
    uint8_t initial[32];
    struct rn_bytes salt = rn_bytes_of(salts[version->salt], SALT_BYTES);
    return dpi_crypto_hkdf_extract(crypto, salt, dcid, initial) &&
           derive_side(crypto, initial, "client in", version->v2, &out[0]) &&
           derive_side(crypto, initial, "server in", version->v2, &out[1]);
}

// The header with its protection off, in `out`; its length, or 0. The packet number goes to *number.
static size_t open_header(struct dpi_crypto *crypto, const struct quic_keys *keys,
                          const struct quic_packet *packet, uint8_t *out, uint32_t *number)
{
    uint8_t mask[SAMPLE_BYTES];
    struct rn_reader r = rn_reader_of(packet->whole);
    struct rn_bytes header = rn_take_bytes(&r, packet->pn_at);
    struct rn_bytes protected = rn_take_bytes(&r, SAMPLE_AT);
    struct rn_bytes sample = rn_take_bytes(&r, SAMPLE_BYTES);
    if (r.bad || header.len == 0 || !dpi_crypto_aes128_block(crypto, keys->hp, sample.p, mask))
        return 0;
    memcpy(out, header.p, header.len);
    out[0] ^= mask[0] & 0x0f;
    size_t pn_len = (out[0] & 3u) + 1;
    *number = 0;
    for (size_t i = 0; i < pn_len; i++) {
        out[header.len + i] = dpi_at(protected, i) ^ mask[1 + i];
        *number = *number << 8 | out[header.len + i];
    }
    return header.len + pn_len;
}

struct rn_bytes quic_open(struct dpi_crypto *crypto, const struct quic_keys *keys,
                          const struct quic_packet *packet, uint8_t plain[DPI_PLAIN_BYTES])
{
    static const struct rn_bytes none = {NULL, 0};
    uint32_t number;
    if (packet->cut || packet->whole.len > DPI_PLAIN_BYTES)
        return none;
    size_t header_len = open_header(crypto, keys, packet, plain, &number);
    if (header_len == 0)
        return none;
    struct rn_reader r = rn_reader_of(packet->whole);
    rn_skip(&r, header_len);
    struct rn_bytes sealed = rn_reader_rest(&r);
    uint8_t nonce[12];
    memcpy(nonce, keys->iv, sizeof(nonce));
    for (unsigned i = 0; i < 4; i++)
        nonce[8 + i] ^= (uint8_t)(number >> (24 - 8 * i));
    if (sealed.len <= DPI_GCM_TAG_BYTES ||
        !dpi_crypto_aes128_gcm_open(crypto, keys->key, nonce, rn_bytes_of(plain, header_len),
                                    sealed, plain + header_len))
        return none;
    return rn_bytes_of(plain + header_len, sealed.len - DPI_GCM_TAG_BYTES);
}
