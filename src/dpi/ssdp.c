// SPDX-License-Identifier: Apache-2.0
// SSDP, UPnP Device Architecture 2.0, 1: HTTP's lines in datagrams.
//
//   search     "M-SEARCH * HTTP/1.1", ST: what is searched for
//   notice     "NOTIFY * HTTP/1.1", NT: what comes or goes
//   response   "HTTP/1.1 200 OK", ST: what was found
//
// 1. The first line of a search or a notice proves it on any port; a response needs SSDP's port or one of its headers.
#include "lines.h"
#include "udp.h"

#define SSDP_MAX_HEADERS 48

struct message {
    const char *method;
    bool proved; // by its first line
    struct rn_bytes target, server, usn;
};

static bool take_first_line(struct rn_bytes line, struct message *out)
{
    static const struct {
        struct rn_bytes start;
        const char *method;
    } kinds[] = {
        {{(const uint8_t *)"M-SEARCH ", 9}, "M-SEARCH"},
        {{(const uint8_t *)"NOTIFY ", 7}, "NOTIFY"},
        {{(const uint8_t *)"HTTP/1.1 200", 12}, "RESPONSE"},
        {{(const uint8_t *)"HTTP/1.0 200", 12}, "RESPONSE"},
    };
    for (size_t i = 0; i < DPI_COUNT(kinds) && !out->method; i++)
        if (dpi_starts(line, kinds[i].start))
            out->method = kinds[i].method;
    out->proved = dpi_starts(line, DPI_LITERAL("M-SEARCH * HTTP/1.")) ||
                  dpi_starts(line, DPI_LITERAL("NOTIFY * HTTP/1."));
    return out->method != NULL;
}

static void take_headers(struct rn_reader *r, struct message *out)
{
    struct rn_bytes line;
    for (unsigned n = 0; n < SSDP_MAX_HEADERS && dpi_take_line(r, &line) && line.len > 0; n++) {
        struct rn_reader header = rn_reader_of(line);
        struct rn_bytes name = dpi_trim(dpi_take_until(&header, ':'));
        struct rn_bytes value = dpi_trim(rn_reader_rest(&header));
        if (dpi_equal_upper(name, DPI_LITERAL("ST")) || dpi_equal_upper(name, DPI_LITERAL("NT")))
            out->target = out->target.len > 0 ? out->target : value;
        else if (dpi_equal_upper(name, DPI_LITERAL("SERVER")))
            out->server = value;
        else if (dpi_equal_upper(name, DPI_LITERAL("USN")))
            out->usn = value;
    }
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t c = dpi_at(in->payload, 0);
    return in->payload.len >= 10 && (c == 'M' || c == 'N' || c == 'H');
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct message m = {.method = NULL};
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line = in->payload;
    dpi_take_line(&r, &line);
    if (!take_first_line(line, &m) || !dpi_is_text(line))
        return RN_NO;
    take_headers(&r, &m);
    bool has_headers = m.target.len > 0 && m.usn.len > 0;
    if (!m.proved && !dpi_on_port(in, 1900) && !has_headers)
        return RN_NO;
    dpi_put_latest(facts, RN_FACT_METHOD, dpi_word(m.method));
    rn_facts_put_text(facts, RN_FACT_ST, m.target);
    rn_facts_put_text(facts, RN_FACT_SERVER, m.server);
    return RN_YES;
}

const struct rn_dpi_proto dpi_ssdp = {
    .app = RN_APP_SSDP,
    .name = "SSDP",
    .spec = "UPnP Device Architecture 2.0",
    .proto = RN_PROTO_UDP,
    .ports = {1900},
    .every_packet = true,
    .idle_timeout = 30 * RN_SEC,
    .subject = RN_FACT_ST,
    .words = {RN_FACT_METHOD},
    .hostname = RN_FACT_NONE,
    .first = {{'H', 'H' + 1}, {'M', 'N' + 1}},
    .probe = probe,
    .parse = parse,
};
