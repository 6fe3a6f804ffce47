// SPDX-License-Identifier: Apache-2.0
// RTSP 1.0 and 2.0 over TCP, RFC 2326 and RFC 7826.
//
//   request   method SP URI SP version CRLF       "SETUP rtsp://example.org/stream RTSP/1.0"
//   response  version SP status SP reason CRLF    "RTSP/1.0 200 OK"
//   headers   name ":" value CRLF ... CRLF
//   media     "$" | channel 1 | length 2 | ...    between messages
//
// 1. The version proves it.
// 2. Credentials are not told: neither those of a URI nor those of a header.
#include "lines.h"

#define RTSP_MAX_HEADERS 64
#define RTSP_MAX_METHOD 16

static bool is_version(struct rn_bytes token)
{
    return dpi_equal(token, DPI_LITERAL("RTSP/1.0")) || dpi_equal(token, DPI_LITERAL("RTSP/2.0"));
}

static bool is_method(struct rn_bytes token)
{
    for (size_t i = 0; i < token.len; i++)
        if ((token.p[i] < 'A' || token.p[i] > 'Z') && token.p[i] != '_')
            return false;
    return token.len >= 3 && token.len <= RTSP_MAX_METHOD;
}

// Of "rtsp://user:password@host:554/path" the host and the path.
static void put_uri(struct rn_facts *facts, struct rn_bytes uri)
{
    struct rn_reader r = rn_reader_of(uri);
    dpi_take_until(&r, ':');
    if (rn_reader_left(&r) < 2 || dpi_at(rn_reader_rest(&r), 0) != '/' ||
        dpi_at(rn_reader_rest(&r), 1) != '/')
        return; // "*"
    rn_skip(&r, 2);
    struct rn_reader authority = rn_reader_of(dpi_take_until(&r, '/'));
    while (rn_reader_left(&authority) > 0 && memchr(authority.p, '@', rn_reader_left(&authority)))
        dpi_take_until(&authority, '@');
    rn_facts_put_text(facts, RN_FACT_HOST, rn_reader_rest(&authority));
    rn_facts_put_text(facts, RN_FACT_PATH, rn_reader_rest(&r));
}

static void take_headers(struct rn_reader *r, struct rn_facts *facts)
{
    struct rn_bytes line;
    for (unsigned n = 0; n < RTSP_MAX_HEADERS && dpi_take_line(r, &line) && line.len > 0; n++) {
        struct rn_reader header = rn_reader_of(line);
        struct rn_bytes name = dpi_take_until(&header, ':');
        struct rn_bytes value = dpi_trim(rn_reader_rest(&header));
        if (dpi_equal_upper(name, DPI_LITERAL("SERVER")))
            rn_facts_put_text(facts, RN_FACT_SERVER, value);
        else if (dpi_equal_upper(name, DPI_LITERAL("USER-AGENT")))
            rn_facts_put_text(facts, RN_FACT_USER_AGENT, value);
    }
}

static enum rn_verdict take_response(struct rn_bytes line, struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes version = dpi_take_word(&words);
    struct rn_reader digits = rn_reader_of(dpi_take_word(&words));
    uint32_t status;
    if (!is_version(version) || !dpi_take_number(&digits, 599, &status) || status < 100)
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_VERSION, version);
    rn_facts_put_number(facts, RN_FACT_STATUS, status);
    return RN_YES;
}

static enum rn_verdict take_request(struct rn_bytes line, struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes method = dpi_take_word(&words), uri = dpi_take_word(&words);
    struct rn_bytes version = dpi_trim(rn_reader_rest(&words));
    if (!is_method(method) || !is_version(version))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_VERSION, version);
    rn_facts_put_text(facts, RN_FACT_METHOD, method);
    put_uri(facts, uri);
    return RN_YES;
}

// A line that has not ended: a response's beginning, or a method before a URI of RTSP.
static bool may_grow(const struct rn_dpi_input *in)
{
    struct rn_bytes text = in->payload;
    struct rn_reader words = rn_reader_of(text);
    if (text.len >= DPI_MAX_LINE || !dpi_is_text(text))
        return false;
    if (dpi_starts(text, DPI_LITERAL("RTSP/")) || dpi_starts(DPI_LITERAL("RTSP/"), text))
        return true;
    struct rn_bytes method = dpi_take_word(&words), uri = rn_reader_rest(&words);
    return is_method(method) && (uri.len == 0 || dpi_starts(uri, DPI_LITERAL("rtsp")));
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] >= 'A' && in->payload.p[0] <= 'Z';
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    if (!dpi_take_line(&r, &line))
        return may_grow(in) ? RN_MORE : RN_NO;
    if (!dpi_is_text(line))
        return RN_NO;
    enum rn_verdict verdict = dpi_starts(line, DPI_LITERAL("RTSP/")) ? take_response(line, facts)
                                                                     : take_request(line, facts);
    if (verdict == RN_YES)
        take_headers(&r, facts);
    return verdict;
}

const struct rn_dpi_proto dpi_rtsp = {
    .app = RN_APP_RTSP,
    .name = "RTSP",
    .spec = "RFC 2326",
    .proto = RN_PROTO_TCP,
    .ports = {554, 8554},
    .subject = RN_FACT_HOST,
    .hostname = RN_FACT_HOST,
    .first = {{'A', 'Z' + 1}},
    .probe = probe,
    .parse = parse,
};
