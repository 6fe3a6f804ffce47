// SPDX-License-Identifier: Apache-2.0
// POP3, RFC 1939 (with RFC 2449, 2595, 5034).
//
//   reply    "+OK" or "-ERR" [SP text] CRLF     3
//   command  verb [SP arguments] CRLF           3     "USER mrose"
//
// 1. A reply proves it on its port, or if it speaks of POP or ends in a time stamp for APOP ("+OK" alone is what Redis
//    says too). Commands prove it on its port, or if only POP3 has them.
// 2. Of arguments only the name of a user is told: neither a password nor a digest.
#include "lines.h"

#define POP3_PORT 110
#define POP3_MAX_LINES 32 // of one payload

static const char *const verbs[] = {"USER", "PASS", "APOP", "CAPA", "STLS", "AUTH", "STAT",
                                    "LIST", "RETR", "DELE", "NOOP", "RSET", "QUIT", "TOP",
                                    "UIDL", "LAST", "UTF8", "XTND", NULL};
static const char *const telling[] = {"CAPA", "STLS", "UIDL", NULL};

static bool is_reply(struct rn_bytes line)
{
    size_t n = dpi_starts(line, DPI_LITERAL("+OK")) ? 3 : 4;
    if (n == 4 && !dpi_starts(line, DPI_LITERAL("-ERR")))
        return false;
    return line.len == n || line.p[n] == ' ';
}

// "<1896.697170952@dbc.mtview.ca.us>" at the end of a greeting (RFC 1939, 7).
static bool has_stamp(struct rn_bytes line)
{
    const uint8_t *begin = line.len > 0 ? memchr(line.p, '<', line.len) : NULL;
    return begin && dpi_last(line) == '>' && memchr(line.p, '@', line.len);
}

static enum rn_verdict take_reply(const struct rn_dpi_input *in, struct rn_bytes line, bool whole,
                                  bool proved, struct rn_facts *facts)
{
    if (!is_reply(line))
        return RN_NO;
    bool names_it = dpi_holds_upper(line, DPI_LITERAL("POP")) || has_stamp(line);
    if (!proved && !dpi_on_port(in, POP3_PORT) && !names_it)
        return RN_NO;
    if (line.p[0] == '+' && whole && in->start)
        rn_facts_put_text(facts, RN_FACT_SERVER, dpi_trim(dpi_after(line, 3)));
    return RN_YES;
}

static bool is_argument_free(struct rn_bytes verb)
{
    return dpi_is_one_of(verb, telling) && !dpi_equal_upper(verb, DPI_LITERAL("UIDL"));
}

static enum rn_verdict take_command(const struct rn_dpi_input *in, struct rn_bytes line, bool whole,
                                    bool proved, struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes verb = dpi_take_word(&words), argument = dpi_trim(rn_reader_rest(&words));
    if (!dpi_is_one_of(verb, verbs) || !dpi_is_text(line) || !(whole || argument.len > 0))
        return RN_NO;
    if (!proved && !dpi_on_port(in, POP3_PORT) &&
        (!dpi_is_one_of(verb, telling) || (is_argument_free(verb) && argument.len > 0)))
        return RN_NO;
    for (const char *const *v = verbs; *v; v++)
        if (dpi_equal_upper(verb, rn_bytes_of(*v, strlen(*v))))
            rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(*v, strlen(*v)));
    struct rn_reader names = rn_reader_of(argument);
    if (whole && dpi_equal_upper(verb, DPI_LITERAL("USER")))
        rn_facts_put_text(facts, RN_FACT_USER, argument);
    else if (whole && dpi_equal_upper(verb, DPI_LITERAL("APOP")))
        rn_facts_put_text(facts, RN_FACT_USER, dpi_take_word(&names));
    return RN_YES;
}

static bool may_grow(const struct rn_dpi_input *in)
{
    struct rn_bytes text = in->payload;
    return text.len < DPI_MAX_LINE && dpi_is_text(text) &&
           (dpi_on_port(in, POP3_PORT) || text.len < 5 || is_reply(text));
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = in->payload.p[0];
    return first == '+' || first == '-' || dpi_is_alpha(first);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    bool proved = facts->len > 0, whole;
    bool reply = in->payload.p[0] == '+' || in->payload.p[0] == '-';
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    enum rn_verdict verdict = RN_MORE;
    for (unsigned n = 0; n < POP3_MAX_LINES && dpi_take_line_of(in, &r, &line, &whole); n++) {
        enum rn_verdict one = reply ? take_reply(in, line, whole, proved, facts)
                                    : take_command(in, line, whole, proved, facts);
        if (n == 0)
            verdict = one;
        if (one != RN_YES || reply) // what follows the first line of a reply is mail
            break;
    }
    if (verdict == RN_MORE)
        return may_grow(in) ? RN_MORE : RN_NO;
    if (verdict == RN_YES)
        dpi_tell_client(ctx, in, !reply);
    if (verdict == RN_YES && !reply)
        dpi_keep(ctx, dpi_unfinished(in->payload));
    return verdict;
}

const struct rn_dpi_proto dpi_pop3 = {
    .app = RN_APP_POP3,
    .name = "POP3",
    .spec = "RFC 1939",
    .proto = RN_PROTO_TCP,
    .ports = {POP3_PORT},
    .subject = RN_FACT_USER,
    .first = {{'+', '+' + 1}, {'-', '-' + 1}, {'A', 'Z' + 1}, {'a', 'z' + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
