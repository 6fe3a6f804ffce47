// SPDX-License-Identifier: Apache-2.0
// The few ciphers and hashes that inspection needs.
// Thread: one; an object belongs to a context.
// Owns:   contexts of the library, made once, so that no call allocates.
// Fails:  `new` with -ENOMEM or -ENOTSUP; the others say false where bytes are not authentic or the library refuses.
#ifndef RUSTNET_DPI_CRYPTO_H
#define RUSTNET_DPI_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/base/reader.h"

#define DPI_SHA256_BYTES 32
#define DPI_GCM_TAG_BYTES 16

struct dpi_crypto;
struct dpi_crypto *dpi_crypto_new(struct rn_err *err);
void dpi_crypto_free(struct dpi_crypto *c);

bool dpi_crypto_sha256(struct dpi_crypto *c, struct rn_bytes in, uint8_t out[DPI_SHA256_BYTES]);
// RFC 2104. A longer key than a block of the hash (64 bytes) is refused.
bool dpi_crypto_hmac_sha256(struct dpi_crypto *c, struct rn_bytes key, struct rn_bytes in,
                            uint8_t out[DPI_SHA256_BYTES]);
// RFC 5869, 2.2.
bool dpi_crypto_hkdf_extract(struct dpi_crypto *c, struct rn_bytes salt, struct rn_bytes secret,
                             uint8_t out[DPI_SHA256_BYTES]);
// RFC 8446, 7.1, with an empty context; "tls13 " is put before the label. At most 32 bytes.
bool dpi_crypto_expand_label(struct dpi_crypto *c, const uint8_t secret[DPI_SHA256_BYTES],
                             const char *label, uint8_t *out, size_t len);
// One block; the masks of header protection (RFC 9001, 5.4.3).
bool dpi_crypto_aes128_block(struct dpi_crypto *c, const uint8_t key[16], const uint8_t in[16],
                             uint8_t out[16]);
// RFC 9001, 5.4.4.
bool dpi_crypto_chacha20_mask(struct dpi_crypto *c, const uint8_t key[32], const uint8_t sample[16],
                              uint8_t out[5]);
// sealed ends with the tag; out has room for the rest of it, and means something only where true is said.
bool dpi_crypto_aes128_gcm_open(struct dpi_crypto *c, const uint8_t key[16],
                                const uint8_t nonce[12], struct rn_bytes aad,
                                struct rn_bytes sealed, uint8_t *out);

#endif
