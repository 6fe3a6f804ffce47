// SPDX-License-Identifier: Apache-2.0
// NTP over UDP, RFC 5905, and its control messages, RFC 9327.
//
//   time      leap 2 bits | version 3 | mode 3 || stratum | poll | precision | root delay 4 | dispersion 4 |
//             reference id 4 | four timestamps of 8 | extension fields and key, multiples of four       7.3
//   control   mode 6 || response, error, more 3 bits | operation 5 || sequence 2 | status 2 | association 2 |
//             offset 2 | count 2 | data, padded                                                         RFC 9327, 2
//   private   mode 7 || auth, sequence || implementation | request || error 4 bits, items 12 | size 2   ntp_request.h
//
// 1. No cookie proves it: asked on its port only, and every field that has a bounded range must keep it.
#include "udp.h"

#define NTP_TIME_BYTES 48
#define NTP_CONTROL_BYTES 12
#define NTP_PRIVATE_BYTES 8
#define NTP_MAX_STRATUM 16 // 16: not synchronised; 17 to 255 are reserved
#define NTP_MAX_POLL 36    // log2 seconds; the last values of the time scale

enum { MODE_RESERVED, MODE_CONTROL = 6, MODE_PRIVATE = 7 };

struct message {
    unsigned version, mode, stratum;
};

static bool take_time(struct rn_reader *r, size_t whole_bytes, struct message *out)
{
    out->stratum = rn_take_u8(r);
    int poll = (int8_t)rn_take_u8(r);
    // Reserved mode: what version 1 had before there were modes (RFC 1059, appendix B).
    bool has_mode = out->mode != MODE_RESERVED || out->version == 1;
    return !r->bad && has_mode && out->stratum <= NTP_MAX_STRATUM && poll <= NTP_MAX_POLL &&
           poll >= -NTP_MAX_POLL && whole_bytes >= NTP_TIME_BYTES && whole_bytes % 4 == 0;
}

static bool take_control(struct rn_reader *r)
{
    rn_skip(r, 1 + 2 + 2 + 2);
    unsigned offset = rn_take_be16(r), count = rn_take_be16(r);
    size_t left = rn_reader_left(r);
    return !r->bad && offset + count <= UINT16_MAX && count <= left && left - count < 64;
}

static bool take_private(struct rn_reader *r)
{
    unsigned implementation = rn_take_u8(r);
    rn_skip(r, 1);
    unsigned items = rn_take_be16(r) & 0xfffu, size = rn_take_be16(r) & 0xfffu;
    return !r->bad && (implementation <= 3) && (size_t)items * size <= rn_reader_left(r);
}

static bool probe(const struct rn_dpi_input *in)
{
    unsigned version = dpi_at(in->payload, 0) >> 3 & 7;
    return in->payload.len >= NTP_PRIVATE_BYTES && version >= 1 && version <= 4;
}

static bool take_message(struct rn_reader *r, size_t whole_bytes, struct message *out)
{
    uint8_t first = rn_take_u8(r);
    out->version = first >> 3 & 7;
    out->mode = first & 7;
    if (out->mode == MODE_PRIVATE) {
        rn_skip(r, 1);
        return take_private(r);
    }
    return out->mode == MODE_CONTROL ? take_control(r) : take_time(r, whole_bytes, out);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    static const char *const modes[] = {"Reserved", "SymActive", "SymPassive", "Client",
                                        "Server",   "Broadcast", "Control",    "Private"};
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.version = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    if (!take_message(&r, in->payload.len + in->missing, &m))
        return RN_NO;
    const char digit = (char)('0' + m.version);
    dpi_put_latest(facts, RN_FACT_VERSION, rn_bytes_of(&digit, 1));
    rn_facts_put_text(facts, RN_FACT_MODE, dpi_word(modes[m.mode]));
    if (m.mode != MODE_CONTROL && m.mode != MODE_PRIVATE)
        rn_facts_put_number(facts, RN_FACT_STRATUM, m.stratum);
    return RN_YES;
}

const struct rn_dpi_proto dpi_ntp = {
    .app = RN_APP_NTP,
    .name = "NTP",
    .spec = "RFC 5905",
    .proto = RN_PROTO_UDP,
    .ports = {123},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 30 * RN_SEC,
    .subject = RN_FACT_NONE,
    .hostname = RN_FACT_NONE,
    .probe = probe,
    .parse = parse,
};
