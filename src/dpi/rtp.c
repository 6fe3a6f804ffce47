// SPDX-License-Identifier: Apache-2.0
// RTP and RTCP, RFC 3550, and as SRTP, RFC 3711: what is encrypted lies behind the headers.
//
//   RTP    version 2 bits = 2, padding 1, extension 1, sources 4 || marker 1, kind 7 || sequence 2 | time 4 | source 4 |
//          sources of 4 ... | extension: kind 2 | words 2 | ...                                        5.1
//   RTCP   version 2, padding 1, count 5 || kind 200 to 207 || words - 1 2 | source 4 | ...            6.1
//
// 1. RTP is proved by a few packets of one source and kind whose sequence goes up by little. One packet proves nothing.
// 2. RTCP is proved by reports that fill the datagram, or by two of one source whose length is what their count asks.
#include "udp.h"

#define RTP_HEADER_BYTES 12
#define RTP_MAX_STEP 16         // packets lost or out of order
#define RTP_MIN_STEPS 2         // so three packets at least
#define RTP_MAX_TIME 0x1000000u // ticks between two packets
#define RTP_MAX_SOURCES 4       // of one direction that are watched
#define RTCP_MIN_BYTES 8
#define RTCP_MAX_PACKETS 16

enum { RTCP_SENDER = 200, RTCP_RECEIVER = 201, RTCP_LAST = 207 };

struct packet {
    uint8_t kind;
    uint8_t steps; // of this source so far
    uint16_t sequence;
    uint32_t time, source;
};

struct rtp_state {
    struct rtp_side {
        struct packet last[RTP_MAX_SOURCES]; // source 0: free
        uint8_t next;                        // to be replaced
    } side[2];
};

struct rtcp_state {
    struct rtcp_side {
        uint32_t source;
        bool seen;
    } side[2];
};

static bool take_packet(struct rn_reader *r, uint8_t first, bool cut, struct packet *out)
{
    rn_skip(r, 1);
    out->kind = rn_take_u8(r) & 0x7f;
    out->sequence = rn_take_be16(r);
    out->time = rn_take_be32(r);
    out->source = rn_take_be32(r);
    rn_skip(r, 4u * (first & 15u));
    if (first & 0x10) {
        rn_skip(r, 2);
        rn_skip(r, 4u * rn_take_be16(r));
    }
    return (!r->bad || cut) && out->source != 0;
}

static bool probe_rtp(const struct rn_dpi_input *in)
{
    uint8_t kind = dpi_at(in->payload, 1) & 0x7f;
    return in->payload.len >= RTP_HEADER_BYTES && dpi_at(in->payload, 0) >> 6 == 2 &&
           !(kind >= 64 && kind <= 95); // RFC 5761, 4: those are RTCP's
}

// Invariant 1.
static enum rn_verdict follow(struct rtp_side *side, struct packet p)
{
    struct packet *last = NULL;
    for (unsigned i = 0; i < RTP_MAX_SOURCES && !last; i++)
        if (side->last[i].source == p.source)
            last = &side->last[i];
    if (!last) {
        side->last[side->next] = p;
        side->next = (uint8_t)((side->next + 1) % RTP_MAX_SOURCES);
        return RN_MORE;
    }
    uint16_t step = (uint16_t)(p.sequence - last->sequence);
    uint32_t time = p.time - last->time;
    if (step == 0 || step >= 0x10000 - RTP_MAX_STEP) // late
        return RN_MORE;
    bool on = step <= RTP_MAX_STEP && (time <= RTP_MAX_TIME || time >= 0u - RTP_MAX_TIME);
    p.steps = on ? (uint8_t)(last->steps + 1) : 0;
    *last = p;
    return p.steps >= RTP_MIN_STEPS ? RN_YES : RN_MORE;
}

// IANA, "RTP Payload Types" of RFC 3551.
static void put_kind(struct rn_facts *facts, uint8_t kind)
{
    static const char *const names[] = {
        [0] = "PCMU",  [3] = "GSM",   [4] = "G723",  [5] = "DVI4",  [6] = "DVI4",   [7] = "LPC",
        [8] = "PCMA",  [9] = "G722",  [10] = "L16",  [11] = "L16",  [12] = "QCELP", [13] = "CN",
        [14] = "MPA",  [15] = "G728", [16] = "DVI4", [17] = "DVI4", [18] = "G729",  [25] = "CelB",
        [26] = "JPEG", [28] = "nv",   [31] = "H261", [32] = "MPV",  [33] = "MP2T",  [34] = "H263",
    };
    char buf[8];
    struct rn_bytes name = {NULL, 0};
    if (kind < DPI_COUNT(names))
        name = dpi_word(names[kind]);
    if (name.len == 0)
        name = rn_bytes_of(buf, rn_text_fmt_(buf, sizeof(buf), "PT %u", (unsigned)kind));
    rn_facts_put_text(facts, RN_FACT_TYPE, name);
}

static enum rn_verdict parse_rtp(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                 struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct packet p = {.steps = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    if (!take_packet(&r, dpi_at(in->payload, 0), in->cut, &p))
        return RN_NO;
    struct rtp_state *s = dpi_state(ctx, sizeof(*s));
    if (!s)
        return RN_NO;
    enum rn_verdict verdict = follow(&s->side[in->from], p);
    if (verdict != RN_YES)
        return verdict;
    put_kind(facts, p.kind);
    *more = RN_DPI_SETTLED;
    return RN_YES;
}

static bool probe_rtcp(const struct rn_dpi_input *in)
{
    uint8_t kind = dpi_at(in->payload, 1);
    return in->payload.len >= RTCP_MIN_BYTES && dpi_at(in->payload, 0) >> 6 == 2 &&
           kind >= RTCP_SENDER && kind <= RTCP_LAST;
}

// The length that a report's count asks for, in bytes; more is an extension of a profile (6.4.3).
static size_t report_bytes(uint8_t kind, unsigned count)
{
    return (kind == RTCP_SENDER ? 28u : 8u) + 24u * count;
}

// Whether headers lead from one to the next until the end.
static bool fills(struct rn_reader *r, bool cut)
{
    for (unsigned n = 0; n < RTCP_MAX_PACKETS && rn_reader_left(r) > 0; n++) {
        uint8_t first = rn_take_u8(r), kind = rn_take_u8(r);
        size_t len = 4u * rn_take_be16(r) + 4u;
        bool is_report = kind == RTCP_SENDER || kind == RTCP_RECEIVER;
        if (r->bad || first >> 6 != 2 || kind < RTCP_SENDER || kind > RTCP_LAST)
            return false;
        if (is_report && len < report_bytes(kind, first & 31u))
            return false;
        rn_skip(r, len - 4);
        if (r->bad)
            return cut && n > 0;
    }
    return rn_reader_left(r) == 0;
}

// Invariant 2. The first of a compound is a report (6.1).
static enum rn_verdict parse_rtcp(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                  struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload), whole = r;
    uint8_t first = rn_take_u8(&r), kind = rn_take_u8(&r);
    size_t len = 4u * rn_take_be16(&r) + 4u;
    uint32_t source = rn_take_be32(&r);
    bool is_report = kind == RTCP_SENDER || kind == RTCP_RECEIVER;
    if (!is_report || source == 0 || len < report_bytes(kind, first & 31u) ||
        (len > in->payload.len && !in->cut))
        return RN_NO;
    if (!fills(&whole, in->cut)) {
        struct rtcp_state *s =
            len == report_bytes(kind, first & 31u) ? dpi_state(ctx, sizeof(*s)) : NULL;
        if (!s)
            return RN_NO;
        struct rtcp_side *side = &s->side[in->from];
        bool again = side->seen && side->source == source;
        *side = (struct rtcp_side){source, true};
        if (!again)
            return RN_MORE;
    }
    rn_facts_put_text(facts, RN_FACT_TYPE,
                      kind == RTCP_SENDER ? DPI_LITERAL("SR") : DPI_LITERAL("RR"));
    *more = RN_DPI_SETTLED;
    return RN_YES;
}

const struct rn_dpi_proto dpi_rtp = {
    .app = RN_APP_RTP,
    .name = "RTP",
    .spec = "RFC 3550",
    .proto = RN_PROTO_UDP,
    .ports = {5004},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_TYPE,
    .hostname = RN_FACT_NONE,
    .first = {{0x80, 0xc0}},
    .probe = probe_rtp,
    .parse = parse_rtp,
};

const struct rn_dpi_proto dpi_rtcp = {
    .app = RN_APP_RTCP,
    .name = "RTCP",
    .spec = "RFC 3550",
    .proto = RN_PROTO_UDP,
    .ports = {5005},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_TYPE,
    .hostname = RN_FACT_NONE,
    .first = {{0x80, 0xc0}},
    .probe = probe_rtcp,
    .parse = parse_rtcp,
};
