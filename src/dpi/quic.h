// SPDX-License-Identifier: Apache-2.0
// What the files of QUIC share: versions, packets, keys, frames.
// Thread: any; a context belongs to one thread.
// Owns:   values; packets and frames borrow the datagram or the plaintext they were taken from.
// Fails:  hostile bytes are `false`, an absent version is NULL.
//
//   quic_version.c  which versions there are, their salts and labels
//   quic_packet.c   a datagram becomes packets (RFC 8999, RFC 9000 section 17)
//   quic_keys.c     keys of Initial packets; protection off (RFC 9001 section 5)
//   quic_frame.c    the plaintext of an Initial becomes CRYPTO and CONNECTION_CLOSE (RFC 9000 section 19)
//   quic_params.c   transport parameters (RFC 9000 section 18)
//   quic_initial.c  Initial packets of a row: which keys, and the hello in their CRYPTO frames
//   quic_google.c   Google's handshake before TLS: packets up to Q046, and its CHLO message
//   quic.c          the row: what a connection tells over its datagrams
#ifndef RUSTNET_DPI_QUIC_H
#define RUSTNET_DPI_QUIC_H

#include "room.h"

#define QUIC_MAX_CID RN_QUIC_ID_MAX // no other version that is known here has longer ones
#define QUIC_MAX_PACKETS 10         // looked at in one datagram
#define QUIC_MAX_FRAMES 256         // looked at in one packet

enum quic_salt {
    QUIC_SALT_V1,
    QUIC_SALT_V2,
    QUIC_SALT_DRAFT_29,
    QUIC_SALT_DRAFT_23,
    QUIC_SALT_DRAFT_22,
    QUIC_SALT_V2_DRAFT,
    QUIC_SALT_Q050,
    QUIC_SALT_T050,
    QUIC_SALT_T051,
    QUIC_SALT_COUNT,
};

struct quic_version {
    uint32_t number;
    uint8_t salt;     // enum quic_salt
    bool v2;          // packet types and labels of RFC 9369
    bool google;      // frames numbered as Google did
    bool chlo;        // Google's handshake message in place of TLS
    const char *name; // as shown
};
const struct quic_version *quic_version_find(uint32_t number); // NULL: not known
// Reserved to force a version negotiation (RFC 9000, section 15).
static inline bool quic_version_is_reserved(uint32_t number)
{
    return (number & 0x0f0f0f0fu) == 0x0a0a0a0au;
}

enum quic_type {
    QUIC_INITIAL,
    QUIC_0RTT,
    QUIC_HANDSHAKE,
    QUIC_RETRY,
    QUIC_NEGOTIATION,
    QUIC_SHORT,
};

struct quic_packet {
    enum quic_type type;
    uint32_t number;                    // of the version; 0 for QUIC_SHORT and QUIC_NEGOTIATION
    const struct quic_version *version; // NULL: not known
    bool fixed; // the bit that RFC 9287 allows to clear once the peer agreed
    bool cut;   // the datagram ends before the packet does
    struct rn_bytes dcid, scid;
    struct rn_bytes whole; // header, packet number, payload, tag
    size_t pn_at;          // where in `whole` the packet number begins; Initial, 0-RTT, Handshake
    struct rn_bytes rest;  // Negotiation: the versions; Retry: token and tag; Initial: the token
};
// Takes the next packet of a datagram. Packets of unknown version tell their type only as Initial (they are read in
// the layout of version 1). False: what follows is no QUIC packet.
bool quic_take_packet(struct rn_reader *datagram, struct quic_packet *out);
// RFC 9000, section 16.
uint64_t quic_take_varint(struct rn_reader *r);

// Keys of one side's Initial packets (RFC 9001, 5.1).
struct quic_keys {
    uint8_t key[16];
    uint8_t iv[12];
    uint8_t hp[16];
};
// Both sides' keys from the client's first destination id. False: libcrypto refused.
bool quic_derive(struct dpi_crypto *crypto, const struct quic_version *version,
                 struct rn_bytes dcid, struct quic_keys out[2]);
// The payload of an Initial packet, within `plain`; {NULL, 0}: it is not protected with these keys.
struct rn_bytes quic_open(struct dpi_crypto *crypto, const struct quic_keys *keys,
                          const struct quic_packet *packet, uint8_t plain[DPI_PLAIN_BYTES]);

enum quic_frame_kind {
    QUIC_FRAME_END, // no more, or nothing that an Initial may hold
    QUIC_FRAME_CRYPTO,
    QUIC_FRAME_CLOSE,
};
struct quic_frame {
    uint64_t offset;      // CRYPTO
    struct rn_bytes data; // CRYPTO
    uint64_t code;        // CLOSE
    bool by_app;          // CLOSE: of type 0x1d
};
// The next frame that tells something; others are passed over.
enum quic_frame_kind quic_take_frame(struct rn_reader *plain, const struct quic_version *version,
                                     struct quic_frame *out);

// max_idle_timeout among the transport parameters of a ClientHello, in milliseconds; 0: none (RFC 9000, 18.2).
uint64_t quic_idle_timeout(struct rn_bytes params);

// What a row remembers between datagrams.
enum {
    QUIC_ROW_PROVED = 0x01,   // by a tag, or by its layout
    QUIC_ROW_TOLD = 0x02,     // the hello was read, or is none
    QUIC_ROW_WAITING = 0x04,  // a part of it lies in the row's buffer
    QUIC_ROW_GOOGLE = 0x08,   // Google's packets before Q050
    QUIC_ROW_ANSWERED = 0x10, // an Initial of the server was opened
};
struct quic_row {
    struct quic_keys keys[2]; // client's, server's
    uint32_t version;         // they are for; 0: no Initial of the client was opened
    uint8_t dcid[QUIC_MAX_CID];
    uint8_t scid[QUIC_MAX_CID]; // the client's own
    uint8_t dcid_len, scid_len;
    uint8_t client; // end that sent the Initial
    uint8_t flags;
    uint8_t vain; // ids whose keys did not fit
};
_Static_assert(sizeof(struct quic_row) <= DPI_STATE_SMALL, "state of a row");

// One datagram while it is looked at.
struct quic_look {
    struct rn_dpi_ctx *ctx;
    const struct rn_dpi_input *in;
    struct quic_row *row;
    struct dpi_assembly *hello; // CRYPTO frames of the client; NULL: none in this datagram
    bool chlo;                  // they hold Google's hello
    bool opened;                // an Initial's tag fits
    bool close_seen;
    bool close_by_app;
    uint64_t close_code;
};
// quic_initial.c
// Opens an Initial packet and gathers what its frames tell.
void quic_initial(struct quic_look *look, const struct quic_packet *packet);
// Puts what the hello tells, once it is whole; otherwise keeps its parts for the next datagram.
void quic_tell_hello(struct quic_look *look, struct rn_facts *facts);

// Google's packets before Q050. `version` is the four characters at their place in the packet.
struct quic_google {
    char version[4];
    struct rn_bytes hello; // the CHLO message, as far as it is in the packet
};
bool quic_google_take(struct rn_bytes datagram, struct quic_google *out);
// The server name in a CHLO message, {NULL, 0} if it holds none.
struct rn_bytes quic_google_sni(struct rn_bytes hello);

#endif
