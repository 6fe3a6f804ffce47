// SPDX-License-Identifier: Apache-2.0
// BGP-4, RFC 4271.
//
//   message  marker 16 (all ones) | length 2 | type 1 | ...                                  4.1
//   OPEN     version 1 | autonomous system 2 | hold time 2 | identifier 4 | parameters       4.2
//
// The marker and the header proves it.
#include "lines.h"

#define BGP_MARKER 16
#define BGP_HEADER 19
#define BGP_MAX_LENGTH 65535 // RFC 8654
#define BGP_MAX_WAIT 4096    // RFC 4271; a message up to here is read again when it is whole
#define BGP_MAX_MESSAGES 32  // of one payload

enum { OPEN = 1, UPDATE = 2, NOTIFICATION = 3, KEEPALIVE = 4, ROUTE_REFRESH = 5 };

static const char *name_of(uint8_t type)
{
    static const char *const names[] = {NULL,           "OPEN",      "UPDATE",
                                        "NOTIFICATION", "KEEPALIVE", "ROUTE-REFRESH"};
    return type <= ROUTE_REFRESH ? names[type] : NULL;
}

static bool has_marker(struct rn_bytes payload)
{
    size_t n = payload.len < BGP_MARKER ? payload.len : BGP_MARKER;
    for (size_t i = 0; i < n; i++)
        if (payload.p[i] != 0xff)
            return false;
    return true;
}

static bool is_length(uint8_t type, size_t len)
{
    return len >= BGP_HEADER && len <= BGP_MAX_LENGTH && (type != KEEPALIVE || len == BGP_HEADER) &&
           (type != OPEN || len >= 29) && (type != UPDATE || len >= 23) &&
           (type != NOTIFICATION || len >= 21) && (type != ROUTE_REFRESH || len >= 23);
}

static void put_open(struct rn_facts *facts, struct rn_reader body)
{
    uint8_t version = rn_take_u8(&body);
    if (!body.bad && version < 10) {
        char digit = (char)('0' + version);
        rn_facts_put_text(facts, RN_FACT_VERSION, rn_bytes_of(&digit, 1));
    }
}

static bool probe(const struct rn_dpi_input *in)
{
    return has_marker(in->payload);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    size_t open = 0;
    enum rn_verdict verdict = RN_MORE;
    for (unsigned n = 0; n < BGP_MAX_MESSAGES && rn_reader_left(&r) > 0; n++) {
        open = rn_reader_left(&r);
        bool marked = has_marker(rn_reader_rest(&r));
        rn_skip(&r, BGP_MARKER);
        size_t len = rn_take_be16(&r);
        uint8_t type = rn_take_u8(&r);
        if (r.bad)
            break;
        const char *name = name_of(type);
        if (!marked || !name || !is_length(type, len))
            return n == 0 ? RN_NO : RN_YES;
        rn_facts_put_text(facts, RN_FACT_TYPE, rn_bytes_of(name, strlen(name)));
        if (type == OPEN)
            put_open(facts, r);
        verdict = RN_YES;
        rn_skip(&r, len - BGP_HEADER);
        if (!r.bad || len > BGP_MAX_WAIT)
            open = 0;
    }
    if (verdict == RN_YES)
        dpi_keep(ctx, open);
    return verdict;
}

const struct rn_dpi_proto dpi_bgp = {
    .app = RN_APP_BGP,
    .name = "BGP",
    .spec = "RFC 4271",
    .proto = RN_PROTO_TCP,
    .ports = {179},
    .subject = RN_FACT_TYPE,
    .first = {{0xff, 0x100}},
    .probe = probe,
    .parse = parse,
};
