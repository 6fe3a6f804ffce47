// SPDX-License-Identifier: Apache-2.0
// SMTP, RFC 5321 (and LMTP, RFC 2033).
//
//   reply    three digits, SP or "-", text, CRLF      4.2    "220 mx.example.org ESMTP Postfix"
//   command  verb [SP argument] CRLF                  4.1    "EHLO client.example.org"
//
// 1. A greeting that names the protocol proves it, and so do EHLO, HELO, LHLO, MAIL FROM and RCPT TO. Only on its ports
//    do other verbs, and greetings that name nothing (but one that speaks of FTP).
// 2. Between DATA and the reply to its end the client sends a message, of which nothing is told: not a word, not an
//    address. What follows AUTH is not told either.
#include "lines.h"

#define SMTP_MAX_LINES 64 // of one payload

static const char *const verbs[] = {
    "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA",     "RSET", "VRFY",    "EXPN",     "HELP",
    "NOOP", "QUIT", "AUTH", "BDAT", "ETRN", "STARTTLS", "TURN", "XCLIENT", "XFORWARD", NULL};
static const char *const hellos[] = {"EHLO", "HELO", "LHLO", NULL};

static bool is_port(uint16_t port)
{
    return port == 25 || port == 465 || port == 587 || port == 2525;
}

static bool on_port(const struct rn_dpi_input *in)
{
    return is_port(in->src_port) || is_port(in->dst_port);
}

// One word of letters, digits, dots, hyphens, or an address literal (RFC 5321, 4.1.1.1).
static bool is_domain(struct rn_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];
        if (!dpi_is_alpha(c) && !dpi_is_digit(c) && !strchr(".-_[]:", c))
            return false;
    }
    return text.len > 0 && text.len <= 255;
}

static bool is_telling(struct rn_bytes verb, struct rn_bytes argument)
{
    if (dpi_is_one_of(verb, hellos))
        return is_domain(argument);
    if (dpi_equal_upper(verb, DPI_LITERAL("MAIL")))
        return dpi_starts_upper(argument, DPI_LITERAL("FROM:"));
    return dpi_equal_upper(verb, DPI_LITERAL("RCPT")) &&
           dpi_starts_upper(argument, DPI_LITERAL("TO:"));
}

static bool is_greeting(const struct rn_dpi_input *in, unsigned code)
{
    if (code == 0 || dpi_holds_upper(in->payload, DPI_LITERAL("FTP")))
        return false;
    if (dpi_holds_upper(in->payload, DPI_LITERAL("SMTP")))
        return code == 220 || code == 421 || code == 554;
    return on_port(in) && code / 100 != 1 && code / 10 % 10 <= 5;
}

// "mx.example.org ESMTP Postfix": who it is, and the rest.
static void put_greeting(struct rn_facts *facts, struct rn_bytes text)
{
    struct rn_reader words = rn_reader_of(dpi_trim(text));
    struct rn_bytes host = dpi_take_word(&words);
    if (is_domain(host) && memchr(host.p, '.', host.len))
        rn_facts_put_text(facts, RN_FACT_HOST, host);
    rn_facts_put_text(facts, RN_FACT_SERVER, dpi_trim(text));
}

static enum rn_verdict take_replies(const struct rn_dpi_input *in, bool proved, struct rn_reader *r,
                                    struct rn_facts *facts)
{
    struct rn_bytes line;
    bool whole;
    for (unsigned n = 0; n < SMTP_MAX_LINES && dpi_take_line_of(in, r, &line, &whole); n++) {
        unsigned code = whole || line.len > 3 ? dpi_reply_code(line) : 0;
        if (n == 0 && !proved && !is_greeting(in, code))
            return RN_NO;
        if (code == 0)
            continue;
        if (code == 220 && whole && !dpi_has(facts, RN_FACT_COMMAND))
            put_greeting(facts, dpi_after(line, 4));
        rn_facts_put_number(facts, RN_FACT_CODE, code);
    }
    return RN_YES;
}

static void put_command(struct rn_facts *facts, struct rn_bytes verb, struct rn_bytes argument,
                        bool whole)
{
    for (const char *const *v = verbs; *v; v++) {
        struct rn_bytes upper = rn_bytes_of(*v, strlen(*v));
        if (dpi_equal_upper(verb, upper))
            rn_facts_put_text(facts, RN_FACT_COMMAND, upper);
    }
    if (whole && dpi_is_one_of(verb, hellos) && is_domain(argument))
        rn_facts_put_text(facts, RN_FACT_CLIENT, argument);
}

static bool is_verb(const char *verb, struct rn_bytes text)
{
    return dpi_equal(text, rn_bytes_of(verb, strlen(verb)));
}

// Whether the client's bytes are the content of a message or credentials; without the server's side, who knows.
static bool in_content(const struct rn_facts *facts)
{
    struct rn_bytes command = rn_facts_find(facts, RN_FACT_COMMAND, 0);
    uint32_t code = 0;
    rn_facts_number(facts, RN_FACT_CODE, &code);
    return code == 334 || ((code == 354 || code == 0) && is_verb("DATA", command));
}

static enum rn_verdict take_commands(const struct rn_dpi_input *in, bool proved,
                                     struct rn_reader *r, struct rn_facts *facts)
{
    struct rn_bytes line;
    bool whole;
    for (unsigned n = 0; n < SMTP_MAX_LINES && dpi_take_line_of(in, r, &line, &whole); n++) {
        struct rn_reader words = rn_reader_of(line);
        struct rn_bytes verb = dpi_take_word(&words), argument = dpi_trim(rn_reader_rest(&words));
        bool is_command = dpi_is_one_of(verb, verbs) && dpi_is_text(line);
        if (!proved && n == 0 && (!is_command || (!on_port(in) && !is_telling(verb, argument))))
            return RN_NO;
        if (!is_command || in_content(facts))
            break;
        put_command(facts, verb, argument, whole);
        if (dpi_equal_upper(verb, DPI_LITERAL("BDAT")))
            break;
    }
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = in->payload.p[0];
    return dpi_is_alpha(first) || (first >= '2' && first <= '5');
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    bool proved = facts->len > 0;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    if (!in->cut && !dpi_take_line(&r, &line))
        return dpi_command_may_grow(in->payload, proved || on_port(in), verbs) ? RN_MORE : RN_NO;
    r = rn_reader_of(in->payload);
    bool reply = dpi_is_digit(in->payload.p[0]);
    enum rn_verdict verdict =
        reply ? take_replies(in, proved, &r, facts) : take_commands(in, proved, &r, facts);
    if (verdict == RN_YES) {
        dpi_tell_client(ctx, in, !reply);
        dpi_keep(ctx, dpi_unfinished(in->payload));
    }
    return verdict;
}

const struct rn_dpi_proto dpi_smtp = {
    .app = RN_APP_SMTP,
    .name = "SMTP",
    .spec = "RFC 5321",
    .proto = RN_PROTO_TCP,
    .ports = {25, 587, 465, 2525},
    .subject = RN_FACT_HOST,
    .hostname = RN_FACT_HOST,
    .first = {{'A', 'Z' + 1}, {'a', 'z' + 1}, {'2', '6'}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
