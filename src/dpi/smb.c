// SPDX-License-Identifier: Apache-2.0
// SMB 1 to 3 over TCP, [MS-SMB] and [MS-SMB2], and the NetBIOS session that may be around it, RFC 1002.
//
//   frame    type 1 | flags 1 | length 2         0 message, 0x81 request, 0x82 accepted, 0x83 refused, 0x85 keep alive   4.3.1
//   request  called name 34 | calling name 34    a length 32, sixteen bytes in thirty-two letters, 0                     4.3.2
//   SMB 1    0xff "SMB" | command 1 | status 4 | flags 1 | ...                                       [MS-CIFS] 2.2.3.1
//   SMB 2/3  0xfe "SMB" | 64 0 | ... | command 2 LE (at 12) | ... | flags 4 (at 16)                  [MS-SMB2] 2.2.1
//            0xfd "SMB": encrypted, 0xfc "SMB": compressed
//
// 1. The magic behind a frame proves SMB; a session request proves NetBIOS, and what it carries may make that SMB.
// 2. The version is that of the server's answer to the negotiation; nothing of logons is looked at.
#include "lines.h"

#define NBSS_HEADER 4
#define NBSS_NAME 34
#define SMB_TELLING 70    // bytes of a message that may tell the version
#define SMB_MAX_FRAMES 16 // of one payload

enum { MESSAGE = 0x00, REQUEST = 0x81 };
enum { SMB1 = 0xff, SMB2 = 0xfe, ENCRYPTED = 0xfd, COMPRESSED = 0xfc };

static struct rn_bytes dialect_of(unsigned dialect)
{
    switch (dialect) {
    case 0x0202:
        return DPI_LITERAL("2.0.2");
    case 0x0210:
        return DPI_LITERAL("2.1");
    case 0x0300:
        return DPI_LITERAL("3.0");
    case 0x0302:
        return DPI_LITERAL("3.0.2");
    case 0x0311:
        return DPI_LITERAL("3.1.1");
    default:
        return (struct rn_bytes){NULL, 0}; // 0x02ff: not agreed yet
    }
}

// Pairs of letters A to P are bytes; what is printable of the first fifteen is the name (RFC 1001, 14.1).
static bool take_name(struct rn_reader *r, char out[16], size_t *len)
{
    struct rn_bytes raw = rn_take_bytes(r, NBSS_NAME);
    *len = 0;
    if (r->bad || raw.p[0] != 32 || raw.p[NBSS_NAME - 1] != 0)
        return false;
    for (size_t i = 0; i < 16; i++) {
        unsigned high = dpi_at(raw, 1 + 2 * i) - (unsigned)'A',
                 low = dpi_at(raw, 2 + 2 * i) - (unsigned)'A';
        if (high > 15 || low > 15)
            return false;
        unsigned c = high << 4 | low;
        if (i < 15 && c > ' ' && c < 0x7f)
            out[(*len)++] = (char)c;
    }
    return true;
}

static enum rn_verdict take_request(struct rn_reader *r, size_t len, struct rn_facts *facts)
{
    char called[16], calling[16];
    size_t called_len, calling_len;
    if (len != 2 * NBSS_NAME)
        return RN_NO;
    if (rn_reader_left(r) < len)
        return RN_MORE;
    if (!take_name(r, called, &called_len) || !take_name(r, calling, &calling_len))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_SERVICE, DPI_LITERAL("SSN"));
    rn_facts_put_text(facts, RN_FACT_NAME, rn_bytes_of(called, called_len));
    return RN_YES;
}

// Whether a message that is not encrypted is the server's.
static bool answers(struct rn_bytes smb)
{
    return dpi_at(smb, 0) == SMB1 ? dpi_at(smb, 9) & 0x80 : dpi_at(smb, 16) & 1;
}

// The version that an SMB message tells; {NULL, 0} if none.
static struct rn_bytes version_in(struct rn_bytes smb)
{
    bool is_1 = dpi_at(smb, 0) == SMB1;
    bool negotiates = is_1 ? dpi_at(smb, 4) == 0x72 : dpi_at(smb, 12) == 0 && dpi_at(smb, 13) == 0;
    if (is_1)
        return smb.len > 9 && (!negotiates || answers(smb)) ? DPI_LITERAL("1")
                                                            : (struct rn_bytes){NULL, 0};
    if (dpi_at(smb, 0) != SMB2 || !negotiates || !answers(smb))
        return (struct rn_bytes){NULL, 0};
    return dialect_of(dpi_at(smb, 68) | (unsigned)dpi_at(smb, 69) << 8);
}

static bool is_smb(struct rn_bytes smb)
{
    uint8_t magic = dpi_at(smb, 0);
    return magic >= COMPRESSED && dpi_starts(dpi_after(smb, 1), DPI_LITERAL("SMB"));
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t type = in->payload.p[0];
    if (type == REQUEST)
        return dpi_at(in->payload, 1) == 0 && dpi_at(in->payload, 2) == 0;
    return type == MESSAGE && (in->payload.len < 8 || is_smb(dpi_after(in->payload, NBSS_HEADER)));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    struct rn_reader r = rn_reader_of(in->payload);
    enum rn_verdict verdict = RN_MORE;
    for (unsigned n = 0; n < SMB_MAX_FRAMES && rn_reader_left(&r) > 0; n++) {
        size_t begin = rn_reader_left(&r);
        uint8_t type = rn_take_u8(&r);
        size_t len = rn_take_be24(&r); // SMB uses the flags for length ([MS-SMB2] 2.1)
        struct rn_bytes body = rn_reader_rest(&r);
        if (r.bad)
            break;
        if (type == REQUEST && n == 0) {
            if (facts->len == 0)
                *app = RN_APP_NETBIOS;
            return take_request(&r, len, facts);
        }
        if (n == 0 && body.len < 4)
            return in->start || facts->len > 0 ? RN_MORE : RN_NO;
        if (type != MESSAGE || !is_smb(body) || len < 32)
            return n == 0 ? RN_NO : RN_YES;
        *app = RN_APP_SMB;
        if (body.len >= 20 && body.p[0] != ENCRYPTED && body.p[0] != COMPRESSED)
            dpi_tell_client(ctx, in, !answers(body));
        verdict = RN_YES;
        rn_facts_drop(facts, RN_FACT_SERVICE); // of the session around it
        rn_facts_put_text(facts, RN_FACT_VERSION, version_in(body));
        if (body.len < SMB_TELLING && body.len < len)
            dpi_keep(ctx, begin);
        rn_skip(&r, len);
    }
    if (dpi_has(facts, RN_FACT_VERSION))
        *more = RN_DPI_SETTLED;
    return verdict;
}

const struct rn_dpi_proto dpi_smb = {
    .app = RN_APP_SMB,
    .name = "SMB",
    .spec = "MS-SMB2",
    .proto = RN_PROTO_TCP,
    .ports = {445},
    .subject = RN_FACT_VERSION,
    .first = {{MESSAGE, MESSAGE + 1}, {REQUEST, REQUEST + 1}},
    .probe = probe,
    .parse = parse,
};

// The same bytes, as long as nothing but the session was seen.
const struct rn_dpi_proto dpi_netbios_session = {
    .app = RN_APP_NETBIOS,
    .name = "NetBIOS",
    .spec = "RFC 1002",
    .proto = RN_PROTO_TCP,
    .ports = {139},
    .subject = RN_FACT_NAME,
    .words = {RN_FACT_SERVICE},
    .first = {{MESSAGE, MESSAGE + 1}, {REQUEST, REQUEST + 1}},
    .probe = probe,
    .parse = parse,
};
