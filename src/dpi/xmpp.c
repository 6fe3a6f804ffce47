// SPDX-License-Identifier: Apache-2.0
// XMPP, RFC 6120.
//
//   stream  [<?xml version='1.0'?>] <stream:stream xmlns='jabber:client' to='example.org' version='1.0' ...>    4.2
//   stanza  <message ...>, <presence ...>, <iq ...>                                                             8
//
// 1. A stream's beginning or end proves it. On its ports stanzas do as well: a capture may begin in their midst.
// 2. Nothing inside a stanza is looked at, as it is talk, and SASL sends passwords in it.
#include "lines.h"

#define XMPP_MAX_HEAD 1024 // of a stream, with the XML declaration

static bool is_port(uint16_t port)
{
    return port == 5222 || port == 5269 || port == 5280;
}

static bool on_port(const struct rn_dpi_input *in)
{
    return is_port(in->src_port) || is_port(in->dst_port);
}

// The value of an attribute within a tag: name='value' or name="value".
static struct rn_bytes attribute(struct rn_bytes tag, struct rn_bytes name)
{
    struct rn_reader r = rn_reader_of(tag);
    for (; rn_reader_left(&r) > name.len + 2; rn_skip(&r, 1)) {
        struct rn_bytes rest = rn_reader_rest(&r);
        uint8_t quote = dpi_at(rest, name.len + 1);
        if (!dpi_starts(rest, name) || rest.p[name.len] != '=' || (quote != '\'' && quote != '"'))
            continue;
        struct rn_bytes value = dpi_after(rest, name.len + 2);
        if (value.len == 0 || !memchr(value.p, quote, value.len))
            break; // half a value is none
        struct rn_reader to_quote = rn_reader_of(value);
        return dpi_take_until(&to_quote, quote);
    }
    return (struct rn_bytes){NULL, 0};
}

static struct rn_bytes skip_blanks(struct rn_bytes text)
{
    size_t n = 0;
    while (n < text.len && (text.p[n] <= ' '))
        n++;
    return dpi_after(text, n);
}

static struct rn_bytes skip_declaration(struct rn_bytes text)
{
    if (!dpi_starts(text, DPI_LITERAL("<?xml ")))
        return text;
    struct rn_reader r = rn_reader_of(text);
    dpi_take_until(&r, '>');
    return skip_blanks(rn_reader_rest(&r));
}

static enum rn_verdict take_stream(const struct rn_dpi_input *in, struct rn_bytes text,
                                   struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(text);
    struct rn_bytes tag = dpi_take_until(&r, '>');
    bool whole = tag.len < text.len;
    if (!whole && !in->cut && text.len < XMPP_MAX_HEAD)
        return RN_MORE;
    if (!dpi_holds_upper(tag, DPI_LITERAL("JABBER")))
        return RN_NO;
    struct rn_bytes host =
        attribute(tag, in->from_initiator ? DPI_LITERAL(" to") : DPI_LITERAL(" from"));
    if (host.len > 0 && !memchr(host.p, '@', host.len))
        rn_facts_put_text(facts, RN_FACT_HOST, host);
    rn_facts_put_text(facts, RN_FACT_VERSION, attribute(tag, DPI_LITERAL(" version")));
    return RN_YES;
}

static bool is_stanza(struct rn_bytes text)
{
    return dpi_starts(text, DPI_LITERAL("<iq ")) || dpi_starts(text, DPI_LITERAL("<presence")) ||
           dpi_starts(text, DPI_LITERAL("<message ")) ||
           dpi_starts(text, DPI_LITERAL("<stream:features")) ||
           dpi_starts(text, DPI_LITERAL("<starttls ")) ||
           dpi_starts(text, DPI_LITERAL("<proceed "));
}

// FunXMPP, as WhatsApp spoke it until 2016: XMPP with tokens of a byte for its words. "WA", version 1, then a stanza: length
// 3 (flags in its highest bits), a list.
static bool is_binary(const struct rn_dpi_input *in)
{
    struct rn_bytes b = in->payload;
    return in->start && is_port(in->dst_port) && dpi_starts(b, DPI_LITERAL("WA")) &&
           dpi_at(b, 2) == 1 && dpi_at(b, 3) < 16 && (dpi_at(b, 4) & 0x0f) == 0 &&
           (dpi_at(b, 7) == 0xf8 || dpi_at(b, 7) == 0xf9);
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] == '<' || is_binary(in);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    if (is_binary(in)) {
        rn_facts_put_text(facts, RN_FACT_KIND, DPI_LITERAL("FunXMPP"));
        return RN_YES;
    }
    struct rn_bytes text = skip_declaration(in->payload);
    if (text.len == 0 || dpi_starts(DPI_LITERAL("<stream:stream"), text) ||
        dpi_starts(DPI_LITERAL("<?xml "), text))
        return in->payload.len < XMPP_MAX_HEAD ? RN_MORE : RN_NO;
    if (dpi_starts(text, DPI_LITERAL("<stream:stream")))
        return take_stream(in, text, facts);
    if (dpi_starts(text, DPI_LITERAL("</stream:stream>")))
        return RN_YES;
    return (facts->len > 0 || on_port(in)) && is_stanza(text) ? RN_YES : RN_NO;
}

const struct rn_dpi_proto dpi_xmpp = {
    .app = RN_APP_XMPP,
    .name = "XMPP",
    .spec = "RFC 6120",
    .proto = RN_PROTO_TCP,
    .ports = {5222, 5269, 5280},
    .subject = RN_FACT_HOST,
    .hostname = RN_FACT_HOST,
    .first = {{'<', '<' + 1}, {'W', 'W' + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
