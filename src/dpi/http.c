// SPDX-License-Identifier: Apache-2.0
// HTTP/1 over TCP, RFC 9112.
//
//   request    method SP target SP version CRLF    3     "GET /index.html HTTP/1.1"
//   response   version SP status [SP reason] CRLF  4     "HTTP/1.1 200 OK"
//   headers    name ":" OWS value OWS CRLF ... CRLF   5
//   HTTP/2     "PRI * HTTP/2.0" CRLF ...              RFC 9113, 3.4
//
// 1. The version token proves it: SIP, RTSP and ICAP look the same but for that.
// 2. A line that is not ended by LF is not read: half a host is no host.
// 3. Cookies, credentials and any header but Host and User-Agent are never looked at.
#include "room.h"

#define HTTP_MIN_METHOD 3
#define HTTP_MAX_METHOD 24
#define HTTP_MAX_LINE 16384
#define HTTP_MAX_HEADERS 100
#define HTTP_MAX_SCHEME 16

struct message {
    struct rn_bytes version;
    struct rn_bytes method; // of a request
    struct rn_bytes target;
    unsigned status; // of a response
    struct rn_bytes host;
    struct rn_bytes user_agent;
};

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct rn_bytes trim(struct rn_bytes text)
{
    struct rn_reader r = rn_reader_of(text);
    while (rn_reader_left(&r) > 0 && is_space(*r.p))
        rn_skip(&r, 1);
    while (r.end > r.p && is_space(r.end[-1]))
        r.end--;
    return rn_reader_rest(&r);
}

// The next line without its end. False if there is no LF: then nothing is taken.
static bool take_line(struct rn_reader *r, struct rn_bytes *out)
{
    struct rn_bytes rest = rn_reader_rest(r);
    if (rest.len > HTTP_MAX_LINE)
        rest.len = HTTP_MAX_LINE;
    const uint8_t *lf = rest.len > 0 ? memchr(rest.p, '\n', rest.len) : NULL;
    if (!lf)
        return false;
    struct rn_bytes line = rn_take_bytes(r, (size_t)(lf - rest.p));
    rn_skip(r, 1);
    if (dpi_last(line) == '\r')
        line.len--;
    *out = line;
    return true;
}

static struct rn_bytes take_until(struct rn_reader *r, uint8_t stop)
{
    struct rn_bytes taken = rn_reader_rest(r);
    while (rn_reader_left(r) > 0 && *r->p != stop)
        rn_skip(r, 1);
    taken.len -= rn_reader_left(r);
    return taken;
}

static bool is_version(struct rn_bytes token)
{
    return dpi_equal(token, DPI_LITERAL("HTTP/1.1")) || dpi_equal(token, DPI_LITERAL("HTTP/1.0")) ||
           dpi_equal(token, DPI_LITERAL("HTTP/2")) || dpi_equal(token, DPI_LITERAL("HTTP/2.0"));
}

// Methods are tokens (RFC 9110, 5.6.2), and all that are registered are of these characters.
static bool is_method_char(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool is_binary(struct rn_bytes text)
{
    struct rn_reader r = rn_reader_of(text);
    while (rn_reader_left(&r) > 0) {
        uint8_t c = rn_take_u8(&r);
        if ((c < 0x20 && c != '\t' && c != '\r') || c == 0x7f)
            return true;
    }
    return false;
}

// "HTTP/1.1 200 OK". The status has three digits, 100 to 599 (RFC 9110, 15), and then ends.
static enum rn_verdict take_status_line(struct rn_bytes line, bool ended, struct message *out)
{
    struct rn_reader r = rn_reader_of(line);
    out->version = take_until(&r, ' ');
    if (rn_reader_left(&r) == 0 && !ended)
        return out->version.len < 8 ? RN_MORE : is_version(out->version) ? RN_MORE : RN_NO;
    if (!is_version(out->version))
        return RN_NO;
    while (rn_reader_left(&r) > 0 && *r.p == ' ')
        rn_skip(&r, 1);
    for (int i = 0; i < 3; i++) {
        if (rn_reader_left(&r) == 0)
            return ended ? RN_NO : RN_MORE;
        unsigned digit = rn_take_u8(&r) - (unsigned)'0';
        if (digit > 9)
            return RN_NO;
        out->status = out->status * 10 + digit;
    }
    if (out->status < 100 || out->status > 599)
        return RN_NO;
    if (rn_reader_left(&r) == 0)
        return ended ? RN_YES : RN_MORE;
    return is_space(*r.p) || *r.p == '\r' ? RN_YES : RN_NO;
}

// "GET /index.html HTTP/1.1". A target may hold spaces, as sloppy clients send them: the version is the last token.
static enum rn_verdict take_request_line(struct rn_bytes line, bool ended, struct message *out)
{
    struct rn_reader r = rn_reader_of(line);
    size_t len = 0;
    while (rn_reader_left(&r) > 0 && len <= HTTP_MAX_METHOD && is_method_char(*r.p)) {
        rn_skip(&r, 1);
        len++;
    }
    if (len > HTTP_MAX_METHOD || (len < HTTP_MIN_METHOD && (ended || rn_reader_left(&r) > 0)))
        return RN_NO;
    out->method = rn_bytes_of(line.p, len);
    if (rn_reader_left(&r) == 0)
        return ended ? RN_NO : RN_MORE;
    if (*r.p != ' ' || is_binary(line))
        return RN_NO;
    if (!ended)
        return RN_MORE;
    struct rn_bytes rest = trim(rn_reader_rest(&r));
    size_t cut = rest.len;
    while (cut > 0 && !is_space(dpi_at(rest, cut - 1)))
        cut--;
    struct rn_reader tokens = rn_reader_of(rest);
    out->target = trim(rn_take_bytes(&tokens, cut));
    out->version = rn_reader_rest(&tokens);
    return out->target.len > 0 && is_version(out->version) ? RN_YES : RN_NO;
}

static bool is_name(struct rn_bytes name, struct rn_bytes lower)
{
    if (name.len != lower.len)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.p[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != lower.p[i])
            return false;
    }
    return true;
}

// A host is printed as one word; credentials have no place in it.
static bool is_host(struct rn_bytes host)
{
    struct rn_reader r = rn_reader_of(host);
    while (rn_reader_left(&r) > 0) {
        uint8_t c = rn_take_u8(&r);
        if (c <= ' ' || c >= 0x7f || c == '@' || c == '/')
            return false;
    }
    return host.len > 0;
}

// True if the head ends within the bytes.
static bool take_headers(struct rn_reader *r, struct message *out)
{
    struct rn_bytes line;
    for (unsigned n = 0; n < HTTP_MAX_HEADERS; n++) {
        if (!take_line(r, &line))
            return false;
        if (line.len == 0)
            break;
        struct rn_reader header = rn_reader_of(line);
        struct rn_bytes name = take_until(&header, ':');
        bool host = is_name(name, DPI_LITERAL("host"));
        if (!host && !is_name(name, DPI_LITERAL("user-agent")))
            continue;
        rn_skip(&header, 1);
        struct rn_bytes value = trim(rn_reader_rest(&header));
        if (host && is_host(value))
            out->host = value;
        else if (!host)
            out->user_agent = value;
    }
    return true;
}

static bool is_scheme(struct rn_bytes text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.p[i] | 0x20) < 'a' || (text.p[i] | 0x20) > 'z')
            return false;
    return text.len > 0 && text.len <= HTTP_MAX_SCHEME;
}

// The authority within an absolute target ("http://user@host:80/path"), {NULL, 0} where there is none.
// *out_at is where it begins; 0 at first.
static struct rn_bytes authority_of(const struct message *message, size_t *out_at)
{
    struct rn_reader r = rn_reader_of(message->target);
    if (dpi_equal(message->method, DPI_LITERAL("CONNECT")))
        return message->target;
    if (!is_scheme(take_until(&r, ':')) || !dpi_equal(rn_take_bytes(&r, 3), DPI_LITERAL("://")))
        return (struct rn_bytes){NULL, 0};
    struct rn_bytes authority = rn_reader_rest(&r);
    *out_at = message->target.len - authority.len;
    while (rn_reader_left(&r) > 0 && *r.p != '/' && *r.p != '?' && *r.p != '#')
        rn_skip(&r, 1);
    authority.len -= rn_reader_left(&r);
    return authority;
}

// What comes behind the user information.
static struct rn_bytes without_user(struct rn_bytes authority)
{
    struct rn_reader r = rn_reader_of(authority);
    for (size_t cut = authority.len; cut > 0; cut--) {
        if (dpi_at(authority, cut - 1) == '@') {
            rn_skip(&r, cut);
            break;
        }
    }
    return rn_reader_rest(&r);
}

static void put_target(struct rn_dpi_ctx *ctx, struct rn_facts *facts,
                       const struct message *message)
{
    size_t at = 0;
    struct rn_bytes target = message->target, authority = authority_of(message, &at);
    struct rn_bytes host = without_user(authority);
    if (host.len < authority.len) { // leave the user information out
        struct rn_reader r = rn_reader_of(target);
        struct rn_bytes start = rn_take_bytes(&r, at);
        rn_skip(&r, authority.len - host.len);
        struct rn_bytes rest = rn_reader_rest(&r);
        size_t room = DPI_SCRATCH_BYTES - start.len; // start is a scheme and "://" at most
        size_t n = rest.len < room ? rest.len : room;
        memcpy(ctx->scratch, start.p, start.len);
        memcpy(ctx->scratch + start.len, rest.p, n);
        target = rn_bytes_of(ctx->scratch, start.len + n);
    }
    rn_facts_put_text(facts, RN_FACT_PATH, target);
}

static bool is_connect(const struct rn_facts *facts)
{
    return dpi_equal(rn_facts_find(facts, RN_FACT_METHOD, 0), DPI_LITERAL("CONNECT"));
}

// An interim response (RFC 9110, 15.2), or a proxy that asks for credentials before it opens a tunnel, is not the
// last word.
static bool is_final(const struct rn_facts *facts, uint32_t status)
{
    if (status < 200)
        return status == 101;
    return !(status == 407 && is_connect(facts));
}

// Whether a proxy has opened a tunnel (RFC 9110, 9.3.6): what follows is another protocol.
static enum rn_dpi_into into(const struct rn_facts *facts)
{
    uint32_t status;
    bool open =
        rn_facts_number(facts, RN_FACT_STATUS, &status) && status / 100 == 2 && is_connect(facts);
    return open ? RN_DPI_INTO_ANY : RN_DPI_INTO_NOTHING;
}

static void put_status(struct rn_facts *facts, unsigned status)
{
    uint32_t old;
    if (rn_facts_number(facts, RN_FACT_STATUS, &old) && !is_final(facts, old))
        rn_facts_drop(facts, RN_FACT_STATUS);
    rn_facts_put_number(facts, RN_FACT_STATUS, status);
}

static enum rn_dpi_more open_or_settled(const struct rn_facts *facts)
{
    uint32_t status;
    bool done = dpi_has(facts, RN_FACT_METHOD) && rn_facts_number(facts, RN_FACT_STATUS, &status) &&
                is_final(facts, status) && into(facts) == RN_DPI_INTO_NOTHING;
    return done ? RN_DPI_SETTLED : RN_DPI_OPEN;
}

// "HTTP/" can begin a response only: no method has a slash.
static bool is_response(struct rn_bytes payload)
{
    struct rn_bytes start = DPI_LITERAL("HTTP/");
    return payload.len >= start.len && memcmp(payload.p, start.p, start.len) == 0;
}

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    for (int i = 0; i < HTTP_MIN_METHOD && rn_reader_left(&r) > 0; i++)
        if (!is_method_char(rn_take_u8(&r)))
            return false;
    return true;
}

// Prior knowledge of HTTP/2 (RFC 9113, 3.4): frames follow.
static enum rn_verdict parse_preface(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                     struct rn_facts *facts, enum rn_dpi_more *more)
{
    dpi_tell_client(ctx, in, true);
    rn_facts_put_text(facts, RN_FACT_VERSION, DPI_LITERAL("HTTP/2"));
    *more = RN_DPI_SETTLED;
    return RN_YES;
}

static void put_request(struct rn_dpi_ctx *ctx, struct rn_facts *facts,
                        const struct message *message)
{
    rn_facts_put_text(facts, RN_FACT_METHOD, message->method);
    rn_facts_put_text(facts, RN_FACT_HOST, message->host);
    rn_facts_put_text(facts, RN_FACT_USER_AGENT, message->user_agent);
    put_target(ctx, facts, message);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct message message = {.status = 0};
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line = in->payload;
    bool ended = take_line(&r, &line), response = is_response(in->payload);
    if (!ended && line.len >= HTTP_MAX_LINE)
        return RN_NO;
    if (ended && dpi_equal(line, DPI_LITERAL("PRI * HTTP/2.0")))
        return parse_preface(ctx, in, facts, more);
    enum rn_verdict verdict = response ? take_status_line(line, ended, &message)
                                       : take_request_line(line, ended, &message);
    if (verdict != RN_YES)
        return verdict;
    bool whole = response || take_headers(&r, &message) || in->cut;
    dpi_tell_client(ctx, in, !response);
    rn_facts_put_text(facts, RN_FACT_VERSION, message.version);
    if (response)
        put_status(facts, message.status);
    else
        put_request(ctx, facts, &message);
    if (whole)
        *more = open_or_settled(facts);
    else // the head goes on in the next segment
        dpi_keep(ctx, in->payload.len);
    return RN_YES;
}

const struct rn_dpi_proto dpi_http = {
    .app = RN_APP_HTTP,
    .name = "HTTP",
    .spec = "RFC 9112",
    .proto = RN_PROTO_TCP,
    .ports = {80, 8080, 8000, 3128},
    .idle_timeout = 600 * RN_SEC,
    .subject = RN_FACT_HOST,
    .hostname = RN_FACT_HOST,
    .first = {{'A', 'Z' + 1}, {'-', '-' + 1}, {'_', '_' + 1}},
    .probe = probe,
    .parse = parse,
    .into = into,
};
