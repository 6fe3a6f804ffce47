// SPDX-License-Identifier: Apache-2.0
// Names of TLS cipher suites.
// Thread: any.
// Owns:   nothing; names are static.
// Fails:  NULL for a code that IANA has not named.
#ifndef RUSTNET_DPI_TLS_CIPHERS_H
#define RUSTNET_DPI_TLS_CIPHERS_H

#include <stdint.h>

// The name without its "TLS_": 0x1301 gives "AES_128_GCM_SHA256".
const char *dpi_tls_cipher(uint16_t code);

#endif
