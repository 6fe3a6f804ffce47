// SPDX-License-Identifier: Apache-2.0
// The hellos of TLS, whatever carries them: records, QUIC's CRYPTO frames, DTLS.
// Thread: any.
// Owns:   what is found borrows the message.
// Fails:  hostile bytes are a verdict.
#ifndef RUSTNET_DPI_TLS_HELLO_H
#define RUSTNET_DPI_TLS_HELLO_H

#include "room.h"

#define DPI_TLS_EXTENSIONS_MAX 128

enum dpi_tls_over {
    DPI_TLS_TCP,
    DPI_TLS_QUIC, // no facts about versions: QUIC has its own, and allows TLS 1.3 only
    DPI_TLS_DTLS, // a cookie in the ClientHello, and versions that count down
};

struct dpi_tls_hello {
    enum dpi_tls_over over;
    bool server;
    bool whole;      // all of it was there
    bool retry;      // HelloRetryRequest
    bool ech;        // sni is the public name of a front, not the one that is meant
    bool has_suites; // the suite chosen, or all that are offered, were seen
    bool has_tls13_suite;
    bool has_sni;     // the extension was there, whatever it holds
    bool too_many;    // extensions
    uint16_t legacy;  // version field of the hello
    uint16_t version; // from supported_versions, 0: none
    uint16_t cipher;  // chosen by a server
    struct rn_bytes suites, sni, alpn, signatures, quic_params; // lists without their lengths
    uint16_t extensions;                                        // in `extension`
    uint16_t extension[DPI_TLS_EXTENSIONS_MAX];
};

// Reads a hello, its handshake header (type 1, length 3) included; over DTLS after its fragments were put together, so
// without the fields of a fragment. RN_MORE: too short to tell. RN_YES: a hello, of which all may be there or not.
enum rn_verdict dpi_tls_hello_read(struct rn_bytes message, enum dpi_tls_over over,
                                   struct dpi_tls_hello *out);

// Puts SNI, ALPN, ECH, the version offered, and JA4 of a whole hello. A second hello (after HelloRetryRequest) tells
// nothing new. True if HTTP is offered, and nothing else.
bool dpi_tls_put_client(struct rn_dpi_ctx *ctx, struct rn_facts *facts,
                        const struct dpi_tls_hello *hello);
// Puts version, cipher and the ALPN selected. True if that is HTTP.
bool dpi_tls_put_server(struct rn_facts *facts, const struct dpi_tls_hello *hello);

// The two together, for carriers that put messages together themselves: RN_YES when the hello is whole, or cut for
// good; only then facts are put. RN_MORE: the rest is missing.
enum rn_verdict dpi_tls_client_hello(struct rn_dpi_ctx *ctx, struct rn_facts *facts,
                                     struct rn_bytes message, enum dpi_tls_over over, bool cut,
                                     struct dpi_tls_hello *out);
enum rn_verdict dpi_tls_server_hello(struct rn_facts *facts, struct rn_bytes message,
                                     enum dpi_tls_over over, bool cut, struct dpi_tls_hello *out);
// Whether a message has all the bytes that its header declares.
bool dpi_tls_is_all_there(struct rn_bytes message);

// "TLS 1.2", "DTLS 1.2", "TLS 1.3 (draft 18)"; {NULL, 0} for a version without a name.
#define DPI_TLS_VERSION_SIZE 24
struct rn_bytes dpi_tls_version_text(uint16_t version, char out[DPI_TLS_VERSION_SIZE]);
// Orders versions, those of DTLS among themselves; 0 for those that are unknown or GREASE (RFC 8701).
unsigned dpi_tls_version_rank(uint16_t version);
// "TLS_AES_128_GCM_SHA256 (0x1301)", or "0x1301" for a code that has no name.
void dpi_tls_put_cipher(struct rn_facts *facts, uint16_t code);
// A hostname: letters, digits, hyphens in labels of 1 to 63, at least one dot and one letter, 253 bytes at most.
bool dpi_is_hostname(struct rn_bytes name);

// tls_ja4.c
// JA4 of a whole ClientHello (https://github.com/FoxIO-LLC/ja4, technical details): "t13d1516h2_8daaf6152771_...".
// 0 if it cannot be told, else the length.
#define DPI_JA4_SIZE 37
size_t dpi_tls_ja4(struct rn_dpi_ctx *ctx, const struct dpi_tls_hello *hello,
                   char out[DPI_JA4_SIZE]);

#endif
