// SPDX-License-Identifier: Apache-2.0
// SIP, RFC 3261.
//
//   request    method SP URI SP "SIP/2.0"                          7.1   "INVITE sip:bob@example.org SIP/2.0"
//   response   "SIP/2.0" SP status SP reason                       7.2
//   headers    name ":" value ..., or a letter for some names      7.3.3
//
// 1. The version token proves it, at the end of a request's first line or at the start of a response's.
// 2. Of the URI only the host is told; credentials, and who calls whom, are not.
#include "lines.h"
#include "sip.h"
#include "udp.h"

#define SIP_MAX_HEADERS 64
#define SIP_MAX_METHOD 16

struct message {
    struct rn_bytes method, host, user_agent, server;
    uint32_t status;
};

static bool is_method(struct rn_bytes word)
{
    for (size_t i = 0; i < word.len; i++)
        if (dpi_at(word, i) < 'A' || dpi_at(word, i) > 'Z')
            return false;
    return word.len >= 3 && word.len <= SIP_MAX_METHOD;
}

// "sip:alice@example.org:5060;transport=udp" -> "example.org"
static struct rn_bytes host_of(struct rn_bytes uri)
{
    struct rn_reader r = rn_reader_of(uri);
    struct rn_bytes scheme = dpi_take_until(&r, ':');
    if (!dpi_equal_upper(scheme, DPI_LITERAL("SIP")) &&
        !dpi_equal_upper(scheme, DPI_LITERAL("SIPS")))
        return rn_bytes_of(NULL, 0);
    struct rn_bytes rest = rn_reader_rest(&r);
    if (rest.len > 0 && memchr(rest.p, '@', rest.len))
        dpi_take_until(&r, '@');
    struct rn_bytes host = rn_reader_rest(&r);
    uint8_t stop = dpi_at(host, 0) == '[' ? ']' : ':';
    size_t len = 0;
    while (len < host.len && dpi_at(host, len) != stop && dpi_at(host, len) != ';' &&
           dpi_at(host, len) != '?')
        len++;
    host.len = stop == ']' && len < host.len ? len + 1 : len;
    return host;
}

static bool take_first_line(struct rn_bytes line, struct message *out)
{
    struct rn_reader r = rn_reader_of(line);
    struct rn_bytes word = dpi_take_word(&r);
    if (dpi_equal(word, DPI_LITERAL("SIP/2.0")))
        return dpi_take_number(&r, 699, &out->status) && out->status >= 100;
    struct rn_bytes uri = dpi_take_word(&r);
    out->method = word;
    out->host = host_of(uri);
    return is_method(word) && uri.len > 0 &&
           dpi_equal(dpi_trim(rn_reader_rest(&r)), DPI_LITERAL("SIP/2.0"));
}

static void take_headers(struct rn_reader *r, struct message *out)
{
    struct rn_bytes line;
    for (unsigned n = 0; n < SIP_MAX_HEADERS && dpi_take_line(r, &line) && line.len > 0; n++) {
        struct rn_reader header = rn_reader_of(line);
        struct rn_bytes name = dpi_trim(dpi_take_until(&header, ':'));
        struct rn_bytes value = dpi_trim(rn_reader_rest(&header));
        if (dpi_equal_upper(name, DPI_LITERAL("USER-AGENT")))
            out->user_agent = value;
        else if (dpi_equal_upper(name, DPI_LITERAL("SERVER")))
            out->server = value;
    }
}

// An interim response is not the last word, nor is a question for credentials.
static void put_status(struct rn_facts *facts, uint32_t status)
{
    uint32_t old;
    if (rn_facts_number(facts, RN_FACT_STATUS, &old) && (old < 200 || old == 401 || old == 407))
        rn_facts_drop(facts, RN_FACT_STATUS);
    rn_facts_put_number(facts, RN_FACT_STATUS, status);
}

enum rn_verdict dpi_sip_message(struct rn_bytes message, struct rn_facts *facts)
{
    struct message m = {.status = 0};
    struct rn_reader r = rn_reader_of(message);
    struct rn_bytes line;
    if (!dpi_take_line(&r, &line))
        return message.len < DPI_MAX_LINE && dpi_is_text(message) ? RN_MORE : RN_NO;
    if (!dpi_is_text(line) || !take_first_line(line, &m))
        return RN_NO;
    take_headers(&r, &m);
    rn_facts_put_text(facts, RN_FACT_METHOD, m.method);
    rn_facts_put_text(facts, RN_FACT_HOST, m.host);
    rn_facts_put_text(facts, RN_FACT_USER_AGENT, m.user_agent);
    rn_facts_put_text(facts, RN_FACT_SERVER, m.server);
    if (m.status != 0)
        put_status(facts, m.status);
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= 12 && dpi_at(in->payload, 0) >= 'A' && dpi_at(in->payload, 0) <= 'Z';
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    return dpi_sip_message(in->payload, facts) == RN_YES ? RN_YES : RN_NO;
}

const struct rn_dpi_proto dpi_sip = {
    .app = RN_APP_SIP,
    .name = "SIP",
    .spec = "RFC 3261",
    .proto = RN_PROTO_UDP,
    .ports = {5060},
    .idle_timeout = 120 * RN_SEC,
    .subject = RN_FACT_HOST,
    .words = {RN_FACT_METHOD},
    .hostname = RN_FACT_HOST,
    .first = {{'A', 'Z' + 1}},
    .probe = probe,
    .parse = parse,
};
