// SPDX-License-Identifier: Apache-2.0
// IRC, RFC 1459 and RFC 2812.
//
//   message  [":" prefix SP] command [SP parameters] CRLF     2.3
//   command  a word, or three digits from a server            "NICK wiz", ":irc.example.org 001 wiz :Welcome"
//
// 1. A server's message proves it: a prefix of a server or of a user at a host, before a reply or a command of IRC. A
//    client's does if it is of a form that only IRC has, or of any on the usual ports.
// 2. A nickname and a server are told: no password, no word of what is said.
#include "lines.h"

#define IRC_MAX_LINES 16 // of one payload
#define IRC_MAX_MESSAGE 512
#define IRC_MAX_NICK 64

static const char *const commands[] = {
    "NICK",   "USER",   "PASS",     "JOIN",    "PART",     "MODE",  "TOPIC", "NAMES",
    "LIST",   "INVITE", "KICK",     "PRIVMSG", "NOTICE",   "QUIT",  "PING",  "PONG",
    "WHO",    "WHOIS",  "WHOWAS",   "AWAY",    "OPER",     "ERROR", "CAP",   "AUTHENTICATE",
    "SERVER", "SQUIT",  "STARTTLS", "ISON",    "USERHOST", "MOTD",  NULL,
};
static const char *const from_server[] = {"NOTICE", "PRIVMSG", "JOIN",  "MODE",   "NICK",
                                          "QUIT",   "PART",    "PING",  "PONG",   "KICK",
                                          "TOPIC",  "CAP",     "ERROR", "INVITE", NULL};

static bool is_port(uint16_t port)
{
    return (port >= 6660 && port <= 6669) || port == 7000 || port == 194;
}

static bool on_port(const struct rn_dpi_input *in)
{
    return is_port(in->src_port) || is_port(in->dst_port);
}

static bool is_nick(struct rn_bytes nick)
{
    for (size_t i = 0; i < nick.len; i++)
        if (!dpi_is_alpha(nick.p[i]) && !dpi_is_digit(nick.p[i]) &&
            (nick.p[i] == 0 || !strchr("[]\\`_^{|}-", nick.p[i])))
            return false;
    return nick.len > 0 && nick.len <= IRC_MAX_NICK;
}

// "irc.example.org" or "nick!user@host".
static bool is_prefix(struct rn_bytes prefix)
{
    if (prefix.len == 0 || prefix.len > 255)
        return false;
    bool user = memchr(prefix.p, '!', prefix.len) && memchr(prefix.p, '@', prefix.len);
    return user || memchr(prefix.p, '.', prefix.len);
}

static bool is_numeric(struct rn_bytes word)
{
    return word.len == 3 && dpi_is_digit(word.p[0]) && dpi_is_digit(dpi_at(word, 1)) &&
           dpi_is_digit(dpi_at(word, 2));
}

static enum rn_verdict take_server(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                   struct rn_bytes line, struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(dpi_after(line, 1));
    struct rn_bytes prefix = dpi_take_word(&words), command = dpi_take_word(&words);
    struct rn_bytes target = dpi_take_word(&words);
    bool numeric = is_numeric(command);
    if (!is_prefix(prefix) || !dpi_is_text(prefix) ||
        (!numeric && !dpi_is_one_of(command, from_server)) || target.len == 0)
        return RN_NO;
    if (numeric)
        dpi_tell_client(ctx, in, false);
    if (!memchr(prefix.p, '!', prefix.len))
        rn_facts_put_text(facts, RN_FACT_SERVER, prefix);
    if (numeric && command.p[0] == '0' && is_nick(target))
        rn_facts_put_text(facts, RN_FACT_USER, target);
    return RN_YES;
}

// "USER guest 0 * :Ronnie Reagan": three words and a real name.
static bool is_user(struct rn_reader words)
{
    struct rn_bytes name = dpi_take_word(&words);
    dpi_take_word(&words);
    struct rn_bytes server = dpi_take_word(&words), real = rn_reader_rest(&words);
    return is_nick(name) && server.len > 0 && dpi_at(real, 0) == ':';
}

// Whether a client's message is one on any port.
static bool is_telling(struct rn_bytes command, struct rn_reader words)
{
    struct rn_bytes first = rn_reader_rest(&words);
    if (dpi_equal_upper(command, DPI_LITERAL("USER")))
        return is_user(words);
    if (dpi_equal_upper(command, DPI_LITERAL("CAP")))
        return dpi_starts(first, DPI_LITERAL("LS")) || dpi_starts(first, DPI_LITERAL("REQ :"));
    dpi_take_word(&words);
    if (dpi_equal_upper(command, DPI_LITERAL("JOIN")))
        return dpi_at(first, 0) == '#' && first.len > 1;
    return (dpi_equal_upper(command, DPI_LITERAL("PRIVMSG")) ||
            dpi_equal_upper(command, DPI_LITERAL("NOTICE"))) &&
           dpi_at(rn_reader_rest(&words), 0) == ':';
}

static enum rn_verdict take_client(const struct rn_dpi_input *in, struct rn_bytes line, bool proved,
                                   struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes command = dpi_take_word(&words);
    if (!dpi_is_one_of(command, commands))
        return RN_NO;
    if (!proved && !on_port(in) && !is_telling(command, words))
        return RN_NO;
    struct rn_bytes nick = dpi_take_word(&words);
    if (dpi_equal_upper(command, DPI_LITERAL("NICK")) && dpi_at(nick, 0) == ':')
        nick = dpi_after(nick, 1);
    if (dpi_equal_upper(command, DPI_LITERAL("NICK")) && is_nick(nick))
        rn_facts_put_text(facts, RN_FACT_USER, nick);
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] == ':' || dpi_is_alpha(in->payload.p[0]);
}

// The first line that is a message proves it; NICK and PASS may come before a USER that tells more.
static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    bool whole, proved = facts->len > 0, any = false;
    enum rn_verdict verdict = RN_NO;
    for (unsigned n = 0; n < IRC_MAX_LINES && dpi_take_line_of(in, &r, &line, &whole); n++) {
        if ((line.len > 0 && memchr(line.p, 0, line.len)) || line.len > IRC_MAX_MESSAGE)
            break; // any other byte may be a colour or the like
        enum rn_verdict one = dpi_at(line, 0) == ':' ? take_server(ctx, in, line, facts)
                                                     : take_client(in, line, proved, facts);
        any |= line.len > 0;
        if (one == RN_YES)
            verdict = RN_YES;
    }
    if (verdict == RN_YES)
        dpi_keep(ctx, dpi_unfinished(in->payload));
    else if (!any && in->payload.len < IRC_MAX_MESSAGE && dpi_is_text(in->payload) &&
             (on_port(in) || in->payload.p[0] == ':'))
        return RN_MORE;
    return verdict;
}

const struct rn_dpi_proto dpi_irc = {
    .app = RN_APP_IRC,
    .name = "IRC",
    .spec = "RFC 2812",
    .proto = RN_PROTO_TCP,
    .ports = {6667, 6666, 6668, 6669},
    .subject = RN_FACT_USER,
    .first = {{':', ':' + 1}, {'A', 'Z' + 1}, {'a', 'z' + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
