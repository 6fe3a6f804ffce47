// SPDX-License-Identifier: Apache-2.0
// Google's QUIC before it took TLS ("QUIC Crypto", "QUIC Wire Layout Specification", 2016 and 2019): first packets of
// a client, whose hello travels in the clear.
//
//   Q024 - Q043  flags 1 (version bit, 8-byte id) | id 8 | version "Q043" | packet number 1, 2, 4 or 6 | hash 12 | frames
//   Q044 - Q046  0b11 TT .... | version | id lengths 1 | ids | packet number 1 to 4 | hash 12 | frames
//   hello        "CHLO" | entries 2 | 0 0 | entries of {tag 4, end of value 4} | values           all little-endian
//
// Older frames carry one more byte before them, and stream frames have offsets of several widths; so the hello is looked
// for at the few places where it can begin.
// 1. Version text and hello together are the proof: either alone is none.
#include "quic.h"

#define FLAG_VERSION 0x01
#define FLAG_RESET 0x02
#define FLAG_ID 0x08
#define MAX_FLAGS 0x40
#define HASH_BYTES 12
#define MAX_BEFORE_HELLO 32 // from the packet number's end to "CHLO", hash included
#define MAX_ENTRIES 64
#define MAX_SNI 255

// "Q024" to "Q049" (Q050 is read by quic_packet.c).
static bool is_version(struct rn_bytes text)
{
    return text.len == 4 && dpi_at(text, 0) == 'Q' && dpi_at(text, 1) == '0' &&
           dpi_at(text, 2) >= '2' && dpi_at(text, 2) <= '4' && dpi_at(text, 3) >= '0' &&
           dpi_at(text, 3) <= '9';
}

static struct rn_bytes find_hello(struct rn_reader r)
{
    rn_skip(&r, HASH_BYTES);
    for (unsigned n = HASH_BYTES; n <= MAX_BEFORE_HELLO && !r.bad; n++) {
        struct rn_bytes rest = rn_reader_rest(&r);
        if (rest.len >= 8 && memcmp(rest.p, "CHLO", 4) == 0)
            return rest;
        rn_skip(&r, 1);
    }
    return (struct rn_bytes){NULL, 0};
}

// Whether a datagram begins as one of these; takes the header.
static bool take_header(struct rn_reader *r, struct rn_bytes *version)
{
    uint8_t flags = rn_take_u8(r);
    if (flags < MAX_FLAGS) {
        if ((flags & (FLAG_VERSION | FLAG_RESET | FLAG_ID)) != (FLAG_VERSION | FLAG_ID))
            return false;
        static const uint8_t number_len[] = {1, 2, 4, 6};
        rn_skip(r, 8);
        *version = rn_take_bytes(r, 4);
        rn_skip(r, number_len[flags >> 4 & 3]);
        return !r->bad;
    }
    if (flags < 0xc0)
        return false;
    *version = rn_take_bytes(r, 4);
    uint8_t lens = rn_take_u8(r); // each 0, or the length less 3
    rn_skip(r, lens >> 4 ? (lens >> 4) + 3u : 0);
    rn_skip(r, (lens & 15) ? (lens & 15) + 3u : 0);
    rn_skip(r, (flags & 3u) + 1);
    return !r->bad;
}

bool quic_google_take(struct rn_bytes datagram, struct quic_google *out)
{
    struct rn_reader r = rn_reader_of(datagram);
    struct rn_bytes version;
    if (!take_header(&r, &version) || !is_version(version))
        return false;
    out->hello = find_hello(r);
    memcpy(out->version, version.p, sizeof(out->version));
    return out->hello.len > 0;
}

struct rn_bytes quic_google_sni(struct rn_bytes hello)
{
    struct rn_reader r = rn_reader_of(hello);
    rn_skip(&r, 4); // "CHLO"
    unsigned count = rn_take_u8(&r);
    count |= (unsigned)rn_take_u8(&r) << 8;
    rn_skip(&r, 2);
    struct rn_reader values = r;
    rn_skip(&values, (size_t)count * 8);
    uint32_t begin = 0;
    for (unsigned n = 0; n < count && n < MAX_ENTRIES && !r.bad; n++) {
        struct rn_bytes tag = rn_take_bytes(&r, 4);
        uint32_t end = rn_take_le32(&r);
        if (end < begin || tag.len != 4)
            break;
        if (memcmp(tag.p, "SNI\0", 4) == 0) {
            rn_skip(&values, begin);
            struct rn_bytes name = rn_take_bytes(&values, end - begin);
            return values.bad || name.len > MAX_SNI ? (struct rn_bytes){NULL, 0} : name;
        }
        begin = end;
    }
    return (struct rn_bytes){NULL, 0};
}
