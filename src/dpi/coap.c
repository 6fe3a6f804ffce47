// SPDX-License-Identifier: Apache-2.0
// CoAP over UDP, RFC 7252.
//
//   version 2 bits = 1 | kind 2 | token length 4 || code: class 3 bits, detail 5 || message id 2 | token |
//   options: delta 4 bits, length 4, more of both, value ... | 255 | payload                          3, 3.1
//
// 1. Asked on its port only. The options fill the datagram or end at a marker with a payload behind it, and no number
//    or length is reserved.
#include "lines.h"
#include "udp.h"

#define COAP_MAX_OPTIONS 32
#define COAP_MAX_TOKEN 8
#define COAP_MARKER 255
#define COAP_MAX_PATH 128

enum { OPTION_URI_HOST = 3, OPTION_URI_PATH = 11 };

struct message {
    uint8_t code;
    struct rn_bytes host;
    size_t path_len;
    char path[COAP_MAX_PATH];
};

static const char *code_name(uint8_t code)
{
    static const char *const methods[] = {"Empty",  "GET",   "POST",  "PUT",
                                          "DELETE", "FETCH", "PATCH", "iPATCH"};
    return code < DPI_COUNT(methods) ? methods[code] : NULL;
}

static bool is_code(uint8_t code)
{
    unsigned class = code >> 5, detail = code & 31u;
    return code_name(code) || ((class == 2 || class == 4 || class == 5) && detail <= 9) ||
           (class == 2 && detail == 31) ||
           (class == 4 && (detail <= 15 || detail == 22 || detail == 29));
}

// 3.1: 13 and 14 lead to one and two more bytes, 15 is reserved.
static bool take_extended(struct rn_reader *r, unsigned nibble, uint32_t *out)
{
    *out = nibble;
    if (nibble == 13)
        *out = 13u + rn_take_u8(r);
    else if (nibble == 14)
        *out = 269u + rn_take_be16(r);
    return nibble != 15 && !r->bad;
}

static void add_path(struct message *out, struct rn_bytes part)
{
    if (out->path_len + 1 + part.len > COAP_MAX_PATH)
        return;
    out->path[out->path_len++] = '/';
    if (part.len > 0)
        memcpy(out->path + out->path_len, part.p, part.len);
    out->path_len += part.len;
}

static bool take_options(struct rn_reader *r, struct message *out)
{
    uint32_t number = 0;
    for (unsigned n = 0; n < COAP_MAX_OPTIONS && rn_reader_left(r) > 0; n++) {
        uint8_t head = rn_take_u8(r);
        if (head == COAP_MARKER)
            return rn_reader_left(r) > 0;
        uint32_t delta, len;
        if (!take_extended(r, head >> 4, &delta) || !take_extended(r, head & 15, &len))
            return false;
        number += delta;
        struct rn_bytes value = rn_take_bytes(r, len);
        if (r->bad || number == 0 || number > UINT16_MAX)
            return false;
        if (number == OPTION_URI_PATH && dpi_is_text(value))
            add_path(out, value);
        else if (number == OPTION_URI_HOST && dpi_is_text(value))
            out->host = value;
    }
    return rn_reader_left(r) == 0;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = dpi_at(in->payload, 0);
    return in->payload.len >= 4 && first >> 6 == 1 && (first & 15) <= COAP_MAX_TOKEN &&
           is_code(dpi_at(in->payload, 1));
}

static void put_code(struct rn_facts *facts, uint8_t code)
{
    char text[] = "2.05";
    struct rn_bytes name = dpi_word(code_name(code));
    if (name.len > 0) {
        rn_facts_put_text(facts, RN_FACT_METHOD, name);
        return;
    }
    text[0] = (char)('0' + (code >> 5));
    text[2] = (char)('0' + (code & 31) / 10);
    text[3] = (char)('0' + (code & 31) % 10);
    rn_facts_put_text(facts, RN_FACT_RCODE, rn_bytes_of(text, 4));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.code = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t first = rn_take_u8(&r);
    m.code = rn_take_u8(&r);
    rn_skip(&r, 2 + (first & 15));
    if (r.bad || (m.code == 0 && in->payload.len != 4)) // 4.1: an empty message is four bytes
        return RN_NO;
    if (!take_options(&r, &m))
        return RN_NO;
    put_code(facts, m.code);
    rn_facts_put_text(facts, RN_FACT_HOST, m.host);
    rn_facts_put_text(facts, RN_FACT_PATH, rn_bytes_of(m.path, m.path_len));
    return RN_YES;
}

const struct rn_dpi_proto dpi_coap = {
    .app = RN_APP_COAP,
    .name = "CoAP",
    .spec = "RFC 7252",
    .proto = RN_PROTO_UDP,
    .ports = {5683},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_PATH,
    .words = {RN_FACT_METHOD},
    .hostname = RN_FACT_HOST,
    .first = {{0x40, 0x80}},
    .probe = probe,
    .parse = parse,
};
