// SPDX-License-Identifier: Apache-2.0
// RDP: the first exchange, [MS-RDPBCGR] 2.2.1.1 and 2.2.1.2, in TPKT (RFC 1006) and X.224.
//
//   TPKT     3 | 0 | length 2
//   X.224    length 1 | request 0xe0 or confirm 0xd0 | destination 2 | source 2 | class 1 (0)
//   request  ["Cookie: mstshash=" name CRLF, or a routing token CRLF] ["1" 1 | flags 1 | 8 0 | protocols 4 LE]
//   confirm  ["2" 1 | flags 1 | 8 0 | protocol 4 LE, or "3" 1 | 0 | 8 0 | failure code 4 LE]
//
// 1. TPKT and X.224 carry other protocols too (S7, MMS, H.323). A cookie or a negotiation proves it; a bare request or
//    confirm does so on its port only.
// 2. After the confirm the bytes are mostly those of TLS, which is a part of RDP: the row stays RDP.
#include "lines.h"

#define RDP_PORT 3389
#define RDP_MAX_LENGTH 512
#define RDP_MAX_COOKIE 256

enum { REQUEST = 0xe0, CONFIRM = 0xd0 };
enum { NEGOTIATION_REQUEST = 1, NEGOTIATION_RESPONSE = 2, NEGOTIATION_FAILURE = 3 };
enum { PROTOCOL_LAST = 0x10 }; // RDSTLS, HYBRID_EX, RDSAAD

// Type, flags, a length of 8, four bytes.
static bool take_negotiation(struct rn_reader *r, uint8_t *type, uint32_t *value)
{
    struct rn_reader at = *r;
    *type = rn_take_u8(&at);
    rn_skip(&at, 1);
    bool fits = rn_take_u8(&at) == 8 && rn_take_u8(&at) == 0;
    *value = rn_take_le32(&at);
    if (at.bad || !fits || *value >= 2 * PROTOCOL_LAST)
        return false;
    *r = at;
    return true;
}

static struct rn_bytes protocol_of(uint32_t protocol)
{
    if (protocol & 2)
        return DPI_LITERAL("CredSSP");
    return protocol & 1 ? DPI_LITERAL("TLS") : DPI_LITERAL("RDP");
}

static enum rn_verdict take_request(struct rn_reader *r, bool on_port, struct rn_facts *facts)
{
    struct rn_bytes line, rest = rn_reader_rest(r);
    uint8_t type = 0;
    uint32_t protocols;
    bool cookie = dpi_starts(rest, DPI_LITERAL("Cookie: msts")) && dpi_take_line(r, &line);
    bool named = cookie && dpi_starts(line, DPI_LITERAL("Cookie: mstshash="));
    if (!cookie && rest.len > 8 && rest.len < RDP_MAX_COOKIE)
        dpi_take_line(r, &line); // a routing token of another form
    bool negotiates = take_negotiation(r, &type, &protocols) && type == NEGOTIATION_REQUEST;
    if (!cookie && !negotiates && !(on_port && rest.len == 0))
        return RN_NO;
    if (named)
        rn_facts_put_text(facts, RN_FACT_USER, dpi_after(line, 17));
    rn_facts_put_text(facts, RN_FACT_TYPE, DPI_LITERAL("Connection Request"));
    return RN_YES;
}

static enum rn_verdict take_confirm(struct rn_reader *r, bool on_port, struct rn_facts *facts)
{
    uint8_t type = 0;
    uint32_t value;
    bool bare = rn_reader_left(r) == 0;
    bool negotiates = take_negotiation(r, &type, &value) && type >= NEGOTIATION_RESPONSE &&
                      type <= NEGOTIATION_FAILURE;
    if (!negotiates && !(on_port && bare))
        return RN_NO;
    if (type == NEGOTIATION_RESPONSE)
        rn_facts_put_text(facts, RN_FACT_MODE, protocol_of(value));
    rn_facts_put_text(facts, RN_FACT_TYPE, DPI_LITERAL("Connection Confirm"));
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t kind = dpi_at(in->payload, 5) & 0xf0;
    return in->payload.p[0] == 3 && dpi_at(in->payload, 1) == 0 &&
           (in->payload.len < 6 || kind == REQUEST || kind == CONFIRM);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 2);
    size_t len = rn_take_be16(&r);
    struct rn_reader x224 = rn_reader_sub(&r, len < 4 ? 0 : len - 4);
    size_t indicated = rn_take_u8(&x224);
    uint8_t kind = rn_take_u8(&x224);
    if (len > RDP_MAX_LENGTH || (len < 11 && in->payload.len >= 4))
        return RN_NO;
    if (r.bad)
        return RN_MORE;
    rn_skip(&x224, 4);
    if (indicated + 5 != len || rn_take_u8(&x224) != 0 || x224.bad)
        return RN_NO;
    bool on_port = dpi_on_port(in, RDP_PORT);
    enum rn_verdict verdict = kind == REQUEST   ? take_request(&x224, on_port, facts)
                              : kind == CONFIRM ? take_confirm(&x224, on_port, facts)
                                                : RN_NO;
    if (verdict == RN_YES)
        dpi_tell_client(ctx, in, kind == REQUEST);
    return verdict;
}

const struct rn_dpi_proto dpi_rdp = {
    .app = RN_APP_RDP,
    .name = "RDP",
    .spec = "MS-RDPBCGR",
    .proto = RN_PROTO_TCP,
    .ports = {RDP_PORT},
    .subject = RN_FACT_USER,
    .first = {{3, 4}},
    .probe = probe,
    .parse = parse,
};
