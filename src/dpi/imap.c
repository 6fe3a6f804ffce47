// SPDX-License-Identifier: Apache-2.0
// IMAP, RFC 9051 and RFC 3501.
//
//   greeting  "* OK" / "* PREAUTH" / "* BYE", SP text CRLF    7.1
//   command   tag SP verb [SP arguments] CRLF                 2.2.1    "a001 LOGIN user password"
//
// 1. A greeting proves it on its port, or if it speaks of IMAP; so does a command that only IMAP has, behind a tag.
// 2. Of arguments only the name of a user who logs in is told, never what follows it.
#include "lines.h"

#define IMAP_PORT 143
#define IMAP_MAX_LINES 32 // of one payload
#define IMAP_MAX_TAG 20

static const char *const verbs[] = {
    "CAPABILITY", "NOOP",    "LOGOUT",      "STARTTLS",     "AUTHENTICATE", "LOGIN", "ENABLE",
    "SELECT",     "EXAMINE", "CREATE",      "DELETE",       "RENAME",       "LIST",  "LSUB",
    "SUBSCRIBE",  "STATUS",  "UNSUBSCRIBE", "NAMESPACE",    "APPEND",       "IDLE",  "CLOSE",
    "UNSELECT",   "EXPUNGE", "SEARCH",      "FETCH",        "STORE",        "COPY",  "MOVE",
    "UID",        "CHECK",   "ID",          "GETQUOTAROOT", "COMPRESS",     "XLIST", NULL,
};
static const char *const telling[] = {"CAPABILITY", "AUTHENTICATE", NULL};
static const char *const greetings[] = {"OK", "PREAUTH", "BYE", NULL};
static const char *const results[] = {"OK", "NO", "BAD", NULL};

static bool is_tag(struct rn_bytes tag)
{
    for (size_t i = 0; i < tag.len; i++)
        if (!dpi_is_alpha(tag.p[i]) && !dpi_is_digit(tag.p[i]) && tag.p[i] != '.')
            return false;
    return tag.len > 0 && tag.len <= IMAP_MAX_TAG;
}

// The first of LOGIN's arguments: an atom or a quoted string (a literal comes in a payload of its own).
static struct rn_bytes user_of(struct rn_bytes arguments)
{
    struct rn_reader r = rn_reader_of(arguments);
    if (dpi_at(arguments, 0) == '"') {
        rn_skip(&r, 1);
        struct rn_bytes user = dpi_take_until(&r, '"');
        return rn_reader_left(&r) > 0 ? user : (struct rn_bytes){NULL, 0};
    }
    struct rn_bytes user = dpi_take_word(&r);
    return dpi_at(user, 0) != '{' && rn_reader_left(&r) > 0 ? user : (struct rn_bytes){NULL, 0};
}

// "* OK IMAP4rev1 ready", "* CAPABILITY ...", "* 3 EXISTS", "a001 OK done".
static enum rn_verdict take_response(const struct rn_dpi_input *in, struct rn_bytes line,
                                     bool whole, bool proved, struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    bool tagged = !dpi_equal(dpi_take_word(&words), DPI_LITERAL("*"));
    struct rn_bytes word = dpi_take_word(&words), text = rn_reader_rest(&words);
    bool greeting = !tagged && dpi_is_one_of(word, greetings);
    bool fits = greeting || (tagged && dpi_is_one_of(word, results)) ||
                (!tagged && (dpi_is_digit(dpi_at(word, 0)) || dpi_is_one_of(word, verbs)));
    if (!proved && !(dpi_on_port(in, IMAP_PORT) && fits) &&
        !(greeting && dpi_holds_upper(line, DPI_LITERAL("IMAP"))))
        return RN_NO;
    if (greeting && whole && !dpi_has(facts, RN_FACT_COMMAND))
        rn_facts_put_text(facts, RN_FACT_SERVER, text);
    return RN_YES;
}

static enum rn_verdict take_command(const struct rn_dpi_input *in, struct rn_bytes line, bool whole,
                                    bool proved, struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes tag = dpi_take_word(&words), verb = dpi_take_word(&words);
    struct rn_bytes arguments = dpi_trim(rn_reader_rest(&words));
    if (!is_tag(tag) || !dpi_is_one_of(verb, verbs) || !(whole || arguments.len > 0))
        return RN_NO;
    if (!proved && !dpi_on_port(in, IMAP_PORT) && !dpi_is_one_of(verb, telling))
        return RN_NO;
    for (const char *const *v = verbs; *v; v++)
        if (dpi_equal_upper(verb, rn_bytes_of(*v, strlen(*v))))
            rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(*v, strlen(*v)));
    if (whole && dpi_equal_upper(verb, DPI_LITERAL("LOGIN")))
        rn_facts_put_text(facts, RN_FACT_USER, user_of(arguments));
    return RN_YES;
}

// Whether the bytes are the server's. Without its port, its tagged results look like commands but for the word.
static bool is_response(const struct rn_dpi_input *in, struct rn_bytes line)
{
    struct rn_reader words = rn_reader_of(line);
    if (in->src_port == IMAP_PORT || dpi_at(line, 0) == '*')
        return true;
    dpi_take_word(&words);
    return in->dst_port != IMAP_PORT && dpi_is_one_of(dpi_take_word(&words), results);
}

// Whether text may still become a telling verb.
static bool may_be_telling(struct rn_bytes text)
{
    for (const char *const *v = telling; *v; v++)
        if (text.len <= strlen(*v) && dpi_equal_upper(text, rn_bytes_of(*v, text.len)))
            return true;
    return false;
}

static bool may_grow(const struct rn_dpi_input *in, bool proved)
{
    struct rn_bytes text = in->payload;
    if (text.len >= DPI_MAX_LINE || !dpi_is_text(text))
        return false;
    struct rn_reader words = rn_reader_of(text);
    struct rn_bytes tag = dpi_take_word(&words), verb = dpi_take_word(&words);
    return proved || dpi_on_port(in, IMAP_PORT) || dpi_starts(text, DPI_LITERAL("* ")) ||
           dpi_equal(text, DPI_LITERAL("*")) ||
           (is_tag(tag) && (may_be_telling(verb) || dpi_is_one_of(verb, telling)));
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = in->payload.p[0];
    return first == '*' || dpi_is_alpha(first) || dpi_is_digit(first);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    bool proved = facts->len > 0, whole;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    enum rn_verdict verdict = RN_NO;
    for (unsigned n = 0; n < IMAP_MAX_LINES && dpi_take_line_of(in, &r, &line, &whole); n++) {
        enum rn_verdict one = is_response(in, line) ? take_response(in, line, whole, proved, facts)
                                                    : take_command(in, line, whole, proved, facts);
        if (n == 0 && one != RN_YES)
            return RN_NO;
        if (n == 0)
            dpi_tell_client(ctx, in, !is_response(in, line));
        verdict = RN_YES;
    }
    if (verdict != RN_YES)
        return may_grow(in, proved) ? RN_MORE : RN_NO;
    dpi_keep(ctx, dpi_unfinished(in->payload));
    return RN_YES;
}

const struct rn_dpi_proto dpi_imap = {
    .app = RN_APP_IMAP,
    .name = "IMAP",
    .spec = "RFC 9051",
    .proto = RN_PROTO_TCP,
    .ports = {IMAP_PORT},
    .subject = RN_FACT_USER,
    .first = {{'*', '*' + 1}, {'0', '9' + 1}, {'A', 'Z' + 1}, {'a', 'z' + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
