// SPDX-License-Identifier: Apache-2.0
// Elements of ASN.1 in BER with definite lengths (ITU-T X.690, 8.1): LDAP, Kerberos, SNMP.
// Thread: any.
// Owns:   nothing; a content borrows the payload.
// Fails:  `bad` of the reader: the bytes ended. `tag` 0xff: no element that these protocols use.
#ifndef RUSTNET_DPI_BER_H
#define RUSTNET_DPI_BER_H

#include "room.h"

enum {
    DPI_BER_BOOLEAN = 0x01,
    DPI_BER_INTEGER = 0x02,
    DPI_BER_OCTETS = 0x04,
    DPI_BER_ENUMERATED = 0x0a,
    DPI_BER_GENERAL_STRING = 0x1b,
    DPI_BER_SEQUENCE = 0x30,
    DPI_BER_BROKEN = 0xff, // not a tag: long form of tag or length that is out of bounds
};

struct dpi_ber {
    uint8_t tag;
    size_t len;               // as told
    struct rn_reader content; // cut where the bytes end
    bool cut;
};

// The tag and length of the next element. The content is not taken.
static inline struct dpi_ber dpi_ber_head(struct rn_reader *r)
{
    struct dpi_ber e = {.tag = rn_take_u8(r)};
    uint8_t first = rn_take_u8(r);
    e.len = first;
    if ((e.tag & 0x1f) == 0x1f || first == 0x80 || first > 0x84)
        e.tag = DPI_BER_BROKEN;
    if (first > 0x80 && e.tag != DPI_BER_BROKEN) {
        e.len = 0;
        for (unsigned n = first & 0x7fu; n > 0; n--)
            e.len = e.len << 8 | rn_take_u8(r);
    }
    return e;
}

// The next element; what is left of it is taken from r.
static inline struct dpi_ber dpi_take_ber(struct rn_reader *r)
{
    struct dpi_ber e = dpi_ber_head(r);
    size_t left = rn_reader_left(r);
    e.cut = e.len > left;
    e.content = rn_reader_sub(r, e.cut ? left : e.len);
    return e;
}

// A small INTEGER or ENUMERATED that is not negative; -1 for anything else.
static inline int64_t dpi_ber_number(const struct dpi_ber *e)
{
    struct rn_bytes b = rn_reader_rest(&e->content);
    if (e->cut || b.len == 0 || b.len > 5 || b.p[0] >= 0x80)
        return -1;
    int64_t value = 0;
    for (size_t i = 0; i < b.len; i++)
        value = value * 256 + b.p[i];
    return value;
}

#endif
