// SPDX-License-Identifier: Apache-2.0
// The control connection of FTP, RFC 959 (with RFC 2228, 2389, 2428, 3659).
//
//   command  verb [SP argument] CRLF                  4.1    "USER anonymous"
//   reply    three digits, SP or "-", text, CRLF      4.2    "220 (vsFTPd 3.0.2)"
//
// 1. On its port any command or reply proves it, but for replies that speak of mail. On other ports a command must be
//    one that only FTP has, with an argument of the right form; a reply must name FTP or be one that only FTP has.
// 2. A payload holds either commands or replies: the text inside a reply of many lines is no command.
// 3. Arguments are not told, but for the name of the user: passwords are never looked at.
#include "lines.h"

#define FTP_PORT 21
#define FTP_MAX_LINES 64 // of one payload

static const char *const verbs[] = {
    "USER", "PASS", "ACCT", "CWD",  "CDUP", "SMNT", "QUIT", "REIN", "PORT", "PASV", "TYPE", "STRU",
    "MODE", "RETR", "STOR", "STOU", "APPE", "ALLO", "REST", "RNFR", "RNTO", "ABOR", "DELE", "RMD",
    "MKD",  "PWD",  "LIST", "NLST", "SITE", "SYST", "STAT", "HELP", "NOOP", "FEAT", "OPTS", "EPSV",
    "EPRT", "AUTH", "PBSZ", "PROT", "CCC",  "SIZE", "MDTM", "MLSD", "MLST", "LANG", "CLNT", "XPWD",
    "XCWD", "XMKD", "XRMD", "XCUP", "ADAT", "MIC",  "CONF", "ENC",  "HOST", "MFMT", "XCRC", NULL,
};

// Verbs that only FTP has, by what may follow.
static const char *const lone[] = {"PASV", "SYST", "FEAT", "CDUP", "REIN",
                                   "STOU", "XPWD", "XCUP", NULL};
static const char *const with_path[] = {"CWD",  "STOR", "APPE", "RNFR", "RNTO", "RMD", "MKD",
                                        "SIZE", "MDTM", "XCWD", "XMKD", "XRMD", NULL};

// "10,0,0,200,78,33" and nothing else (RFC 959, 4.1.2).
static bool is_host_port(struct rn_bytes text)
{
    struct rn_reader r = rn_reader_of(text);
    uint32_t number;
    for (int i = 0; i < 6; i++)
        if (!dpi_take_number(&r, 255, &number) || (i < 5 && rn_take_u8(&r) != ','))
            return false;
    return rn_reader_left(&r) == 0;
}

// "A", "A N", "I", "L 8" (RFC 959, 4.1.2).
static bool is_type(struct rn_bytes text)
{
    static const char *const types[] = {"A", "E", "I", "A N", "L 8", "A T", "A C", NULL};
    return dpi_is_one_of(text, types);
}

static bool is_upper(struct rn_bytes verb)
{
    for (size_t i = 0; i < verb.len; i++)
        if (verb.p[i] > 'Z')
            return false;
    return true;
}

// Whether a command proves the protocol on any port. Programs send capitals.
static bool is_telling(struct rn_bytes verb, struct rn_bytes argument)
{
    if (!is_upper(verb))
        return false;
    if (dpi_is_one_of(verb, lone))
        return argument.len == 0;
    if (dpi_is_one_of(verb, with_path))
        return argument.len > 0;
    if (dpi_equal_upper(verb, DPI_LITERAL("PORT")))
        return is_host_port(argument);
    if (dpi_equal_upper(verb, DPI_LITERAL("TYPE")))
        return is_type(argument);
    if (dpi_equal_upper(verb, DPI_LITERAL("EPRT")))
        return dpi_at(argument, 0) == '|' && dpi_last(argument) == '|';
    return dpi_equal_upper(verb, DPI_LITERAL("EPSV")) && argument.len <= 3;
}

// Whether replies prove the protocol on any port: a greeting that names it, or what only FTP answers.
static bool is_telling_reply(unsigned code, struct rn_bytes line, struct rn_bytes payload)
{
    if (code == 220)
        return dpi_holds_upper(payload, DPI_LITERAL("FTP"));
    if (code == 227 || code == 229)
        return memchr(line.p, '(', line.len) && memchr(line.p, ')', line.len);
    return code == 331 && dpi_holds_upper(line, DPI_LITERAL("PASSWORD"));
}

static bool is_mail(struct rn_bytes payload)
{
    return dpi_holds_upper(payload, DPI_LITERAL("SMTP"));
}

// The first word with a letter, without what surrounds it: "(vsFTPd 3.0.2)" gives "vsFTPd".
static struct rn_bytes software_of(struct rn_bytes text)
{
    struct rn_reader r = rn_reader_of(dpi_trim(text));
    while (rn_reader_left(&r) > 0) {
        struct rn_reader word = rn_reader_of(dpi_take_word(&r));
        while (rn_reader_left(&word) > 0 && !dpi_is_alpha(*word.p) && !dpi_is_digit(*word.p))
            rn_skip(&word, 1);
        while (word.end > word.p && !dpi_is_alpha(word.end[-1]) && !dpi_is_digit(word.end[-1]))
            word.end--;
        struct rn_bytes found = rn_reader_rest(&word);
        for (size_t i = 0; i < found.len; i++)
            if (dpi_is_alpha(found.p[i]))
                return found;
    }
    return dpi_trim(text);
}

static enum rn_verdict take_replies(const struct rn_dpi_input *in, bool proved, struct rn_reader *r,
                                    struct rn_facts *facts)
{
    struct rn_bytes line;
    bool whole;
    for (unsigned n = 0; n < FTP_MAX_LINES && dpi_take_line_of(in, r, &line, &whole); n++) {
        unsigned code = whole || line.len > 3 ? dpi_reply_code(line) : 0;
        if (n == 0 && !proved &&
            (code == 0 || code / 10 % 10 > 5 || is_mail(in->payload) ||
             (!dpi_on_port(in, FTP_PORT) && !is_telling_reply(code, line, in->payload))))
            return RN_NO;
        if (code == 0)
            continue;
        rn_facts_put_number(facts, RN_FACT_CODE, code);
        if (code == 220 && whole && dpi_at(line, 3) == ' ')
            rn_facts_put_text(facts, RN_FACT_SERVER, software_of(dpi_after(line, 4)));
    }
    return RN_YES;
}

static void put_command(struct rn_facts *facts, struct rn_bytes verb, struct rn_bytes argument,
                        bool whole)
{
    uint8_t upper[8];
    size_t n = verb.len < sizeof(upper) ? verb.len : sizeof(upper);
    for (size_t i = 0; i < n; i++)
        upper[i] = verb.p[i] >= 'a' ? (uint8_t)(verb.p[i] - ('a' - 'A')) : verb.p[i];
    rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(upper, n));
    if (whole && dpi_equal_upper(verb, DPI_LITERAL("USER")))
        rn_facts_put_text(facts, RN_FACT_USER, argument);
}

static enum rn_verdict take_commands(const struct rn_dpi_input *in, bool proved,
                                     struct rn_reader *r, struct rn_facts *facts)
{
    struct rn_bytes line;
    bool whole;
    for (unsigned n = 0; n < FTP_MAX_LINES && dpi_take_line_of(in, r, &line, &whole); n++) {
        struct rn_reader words = rn_reader_of(line);
        struct rn_bytes verb = dpi_take_word(&words), argument = dpi_trim(rn_reader_rest(&words));
        bool is_command = dpi_is_one_of(verb, verbs) && (whole || argument.len > 0);
        if (n == 0 && !proved &&
            (!is_command || !dpi_is_text(line) ||
             (!dpi_on_port(in, FTP_PORT) && !(whole && is_telling(verb, argument)))))
            return RN_NO;
        if (is_command)
            put_command(facts, verb, argument, whole);
    }
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = in->payload.p[0];
    return dpi_is_alpha(first) || (first >= '1' && first <= '5') || first == ' ';
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    bool proved = facts->len > 0; // of this row
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    if (!in->cut && !dpi_take_line(&r, &line))
        return dpi_command_may_grow(in->payload, proved || dpi_on_port(in, FTP_PORT), verbs)
                   ? RN_MORE
                   : RN_NO;
    r = rn_reader_of(in->payload);
    bool replies =
        in->src_port == FTP_PORT || (in->dst_port != FTP_PORT && !dpi_is_alpha(in->payload.p[0]));
    enum rn_verdict verdict =
        replies ? take_replies(in, proved, &r, facts) : take_commands(in, proved, &r, facts);
    if (verdict == RN_YES) {
        dpi_tell_client(ctx, in, !replies);
        dpi_keep(ctx, dpi_unfinished(in->payload));
    }
    return verdict;
}

const struct rn_dpi_proto dpi_ftp = {
    .app = RN_APP_FTP,
    .name = "FTP",
    .spec = "RFC 959",
    .proto = RN_PROTO_TCP,
    .ports = {FTP_PORT},
    .every_packet = true,
    .subject = RN_FACT_SERVER,
    .first = {{'A', 'Z' + 1}, {'a', 'z' + 1}, {'1', '6'}, {' ', ' ' + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
