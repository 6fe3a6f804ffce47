// SPDX-License-Identifier: Apache-2.0
// TLS over TCP: records, RFC 8446 (and its forerunners back to SSL 3.0, RFC 6101).
//
//   record     type 1 | version 2 | length 2 | fragment                      RFC 8446, 5.1
//
// 1. A hello is proved by its record, its handshake header and its own version together: 11 bytes.
// 2. A message may go on in the next record, as a record may in the next segment. A hello that has not come whole is
//    kept (its row is TLS by then), and read again from its start when more of it comes.
// 3. Without a hello (the capture began later), records of data that follow on each other without a gap prove it too.
// 4. A direction is done with its first hello; a server that asks for another one (HelloRetryRequest) goes on.
#include "tls_hello.h"

#define TLS_MAX_RECORDS 32            // looked at in one payload
#define TLS_MAX_RECORD (16384 + 2048) // RFC 5246, 6.2.3
#define TLS_MIN_DATA 17               // a byte and the tag of an AEAD (RFC 8446, 5.2)

enum { RECORD_CCS = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };
enum { VERSION_MIN = 0x0300, VERSION_MAX = 0x0304 };

struct record {
    uint8_t type;
    bool whole;
    struct rn_bytes fragment; // as much of it as there is
};

// RN_MORE: the header is cut.
static enum rn_verdict take_record(struct rn_reader *r, struct record *out)
{
    out->type = rn_take_u8(r);
    uint16_t version = rn_take_be16(r);
    size_t len = rn_take_be16(r), left = rn_reader_left(r);
    if (r->bad)
        return RN_MORE;
    if (version < VERSION_MIN || version > VERSION_MAX || len == 0 || len > TLS_MAX_RECORD)
        return RN_NO;
    out->whole = len <= left;
    out->fragment = rn_take_bytes(r, out->whole ? len : left);
    return RN_YES;
}

// Adds the fragment of a further record to a message. The first one is not copied unless it has to be.
static void append(struct rn_dpi_ctx *ctx, struct rn_bytes *message, struct rn_bytes fragment)
{
    if (message->len == 0) {
        *message = fragment;
        return;
    }
    size_t room = sizeof(ctx->message) - message->len;
    size_t n = fragment.len < room ? fragment.len : room;
    if (message->p != ctx->message)
        memcpy(ctx->message, message->p, message->len);
    memcpy(ctx->message + message->len, fragment.p, n);
    *message = rn_bytes_of(ctx->message, message->len + n);
}

// The first handshake message among the records of a payload, as far as it goes. RN_NO: they hold none.
static enum rn_verdict find_message(struct rn_dpi_ctx *ctx, struct rn_bytes payload,
                                    struct rn_bytes *out)
{
    struct rn_reader r = rn_reader_of(payload);
    struct record record = {.type = 0};
    *out = rn_bytes_of(NULL, 0);
    for (unsigned n = 0; n < TLS_MAX_RECORDS; n++) {
        if (n > 0 && rn_reader_left(&r) == 0)
            break;
        enum rn_verdict verdict = take_record(&r, &record);
        if (verdict == RN_MORE)
            return out->len > 0 ? RN_YES : RN_MORE;
        bool skipped = (record.type == RECORD_CCS || record.type == RECORD_ALERT) &&
                       record.fragment.len <= 2 && out->len == 0;
        if (verdict == RN_NO || (record.type != RECORD_HANDSHAKE && !skipped))
            return out->len > 0 ? RN_YES : RN_NO;
        if (!skipped)
            append(ctx, out, record.fragment);
        if (!record.whole)
            return out->len > 0 ? RN_YES : RN_MORE;
        if (out->len >= sizeof(ctx->message) || (out->len > 0 && dpi_tls_is_all_there(*out)))
            return RN_YES;
    }
    return out->len > 0 ? RN_YES : RN_NO;
}

// A record of data, and behind it the end of the payload or the header of another one. Five bytes of which four are
// fixed within narrow bounds, and a length that leads to the same again.
static enum rn_verdict find_data(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    struct record record = {.type = 0};
    enum rn_verdict verdict = take_record(&r, &record);
    if (verdict != RN_YES)
        return verdict;
    if (record.fragment.len < TLS_MIN_DATA)
        return record.whole ? RN_NO : RN_MORE;
    if (!record.whole)
        return RN_MORE;
    return rn_reader_left(&r) == 0 ? RN_YES : take_record(&r, &record);
}

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t type = rn_take_u8(&r);
    if (type < RECORD_CCS || type > RECORD_DATA)
        return false;
    if (rn_reader_left(&r) < 2)
        return rn_reader_left(&r) == 0 || rn_take_u8(&r) == VERSION_MIN >> 8;
    uint16_t version = rn_take_be16(&r);
    return version >= VERSION_MIN && version <= VERSION_MAX;
}

// A record of data, or an alert that is sealed; a plain one has two bytes.
static bool is_sealed(struct rn_bytes payload)
{
    uint8_t type = dpi_at(payload, 0);
    return type == RECORD_DATA ||
           (type == RECORD_ALERT && payload.len >= 5 && dpi_at(payload, 4) >= TLS_MIN_DATA);
}

static enum rn_verdict parse_data(const struct rn_dpi_input *in, const struct rn_facts *facts,
                                  enum rn_dpi_more *more)
{
    bool known = dpi_has(facts, RN_FACT_VERSION) || dpi_has(facts, RN_FACT_OFFERED_VERSION);
    enum rn_verdict verdict = known ? RN_NO : find_data(in);
    if (verdict == RN_YES) // no hello comes behind data
        *more = RN_DPI_SIDE_DONE;
    return verdict;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    struct dpi_tls_hello hello;
    struct rn_bytes message;
    if (is_sealed(in->payload))
        return parse_data(in, facts, more);
    enum rn_verdict verdict = find_message(ctx, in->payload, &message);
    if (verdict == RN_YES)
        verdict = dpi_tls_hello_read(message, DPI_TLS_TCP, &hello);
    if (verdict != RN_YES)
        return verdict;
    dpi_tell_client(ctx, in, !hello.server);
    bool there = in->cut || hello.whole || dpi_tls_is_all_there(message);
    bool http = false;
    if (!hello.server)
        http = dpi_tls_put_client(ctx, facts, &hello);
    else if (there)
        http = dpi_tls_put_server(facts, &hello);
    if (http && *app == RN_APP_TLS)
        *app = RN_APP_HTTPS;
    if (!there)
        dpi_keep(ctx, in->payload.len);
    else if (!hello.retry)
        *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_proto dpi_https = {
    .app = RN_APP_HTTPS,
    .name = "HTTPS",
    .spec = "RFC 9110",
    .proto = RN_PROTO_TCP,
    .ports = {443},
    .port_gated = true,
    .idle_timeout = 600 * RN_SEC,
    .subject = RN_FACT_SNI,
    .hostname = RN_FACT_SNI,
    .first = {{RECORD_CCS, RECORD_DATA + 1}},
    .probe = probe,
    .parse = parse,
};

const struct rn_dpi_proto dpi_tls = {
    .app = RN_APP_TLS,
    .name = "TLS",
    .spec = "RFC 8446",
    .proto = RN_PROTO_TCP,
    .ports = {8443, 853, 993, 995},
    .idle_timeout = 600 * RN_SEC,
    .subject = RN_FACT_SNI,
    .hostname = RN_FACT_SNI,
    .first = {{RECORD_CCS, RECORD_DATA + 1}},
    .probe = probe,
    .parse = parse,
};
