// SPDX-License-Identifier: Apache-2.0
// Frames of an Initial packet: RFC 9000, section 19. Only PADDING, PING, ACK, CRYPTO and CONNECTION_CLOSE may stand in
// one (17.2.2); anything else ends the walk.
#include "quic.h"

enum {
    FRAME_PADDING = 0x00,
    FRAME_PING = 0x01,
    FRAME_ACK = 0x02,
    FRAME_ACK_ECN = 0x03,
    FRAME_CRYPTO = 0x06,
    FRAME_CLOSE = 0x1c,
    FRAME_CLOSE_APP = 0x1d,
    GOOGLE_PING = 0x07,
    GOOGLE_CRYPTO = 0x08,
};

#define MAX_ACK_RANGES 64
#define STRIDE 32

// A hello is padded to 1,200 bytes: zeros go by in strides.
static void skip_padding(struct rn_reader *r)
{
    static const uint8_t zeros[STRIDE];
    struct rn_bytes rest = rn_reader_rest(r);
    for (; rest.len >= STRIDE && memcmp(rest.p, zeros, STRIDE) == 0; rest = rn_reader_rest(r))
        rn_skip(r, STRIDE);
    for (; rest.len > 0 && dpi_at(rest, 0) == 0; rest = rn_reader_rest(r))
        rn_skip(r, 1);
}

// 19.3: largest, delay, number of ranges, first range, then a gap and a range for each; with ECN three counts.
static void skip_ack(struct rn_reader *r, bool ecn)
{
    quic_take_varint(r);
    quic_take_varint(r);
    uint64_t ranges = quic_take_varint(r);
    quic_take_varint(r);
    if (ranges > MAX_ACK_RANGES)
        r->bad = true;
    for (uint64_t i = 0; i < ranges && !r->bad; i++) {
        quic_take_varint(r);
        quic_take_varint(r);
    }
    for (unsigned i = 0; i < 3 && ecn; i++)
        quic_take_varint(r);
}

static enum quic_frame_kind take_crypto(struct rn_reader *r, struct quic_frame *out)
{
    out->offset = quic_take_varint(r);
    uint64_t len = quic_take_varint(r);
    if (r->bad || len > rn_reader_left(r))
        return QUIC_FRAME_END;
    out->data = rn_take_bytes(r, (size_t)len);
    return QUIC_FRAME_CRYPTO;
}

// 19.19: the code counts even where the reason is cut off.
static enum quic_frame_kind take_close(struct rn_reader *r, bool by_app, struct quic_frame *out)
{
    out->code = quic_take_varint(r);
    out->by_app = by_app;
    if (r->bad)
        return QUIC_FRAME_END;
    if (!by_app)
        quic_take_varint(r); // the frame at fault
    uint64_t reason = quic_take_varint(r);
    size_t left = rn_reader_left(r);
    rn_skip(r, reason < left ? (size_t)reason : left);
    return QUIC_FRAME_CLOSE;
}

// Google's numbers before draft 27: those that stand in a first packet.
static enum quic_frame_kind take_google(struct rn_reader *plain, struct quic_frame *out)
{
    for (unsigned n = 0; n < QUIC_MAX_FRAMES && rn_reader_left(plain) > 0; n++) {
        uint8_t type = rn_take_u8(plain);
        if (type == GOOGLE_CRYPTO)
            return take_crypto(plain, out);
        if (type == FRAME_PADDING)
            skip_padding(plain);
        else if (type != GOOGLE_PING)
            break;
    }
    return QUIC_FRAME_END;
}

enum quic_frame_kind quic_take_frame(struct rn_reader *plain, const struct quic_version *version,
                                     struct quic_frame *out)
{
    *out = (struct quic_frame){.offset = 0};
    if (version->google)
        return take_google(plain, out);
    for (unsigned n = 0; n < QUIC_MAX_FRAMES && !plain->bad && rn_reader_left(plain) > 0; n++) {
        uint64_t type = quic_take_varint(plain);
        if (type == FRAME_PADDING)
            skip_padding(plain);
        else if (type == FRAME_ACK || type == FRAME_ACK_ECN)
            skip_ack(plain, type == FRAME_ACK_ECN);
        else if (type == FRAME_CRYPTO)
            return take_crypto(plain, out);
        else if (type == FRAME_CLOSE || type == FRAME_CLOSE_APP)
            return take_close(plain, type == FRAME_CLOSE_APP, out);
        else if (type != FRAME_PING)
            break;
    }
    return QUIC_FRAME_END;
}
