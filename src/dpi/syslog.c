// SPDX-License-Identifier: Apache-2.0
// Syslog over UDP, RFC 3164 and RFC 5424.
//
//   old   "<" PRI ">" "Oct 11 22:14:15" SP host SP tag ...                            RFC 3164, 4.1
//   new   "<" PRI ">" "1" SP time SP host SP application SP ...                       RFC 5424, 6
//
// 1. PRI is 0 to 191 without leading zeros. A time of either form behind it proves it; without one, printable text does
//    on syslog's own port, as many devices write what they like there.
// 2. The message itself goes nowhere, as it may hold anything.
#include "lines.h"
#include "syslog.h"
#include "udp.h"

#define SYSLOG_MAX_PRI 191
#define SYSLOG_SURE_BYTES 16 // that are ASCII where nothing else proves it
#define SYSLOG_MAX_TAG 48
#define SYSLOG_MAX_PREFIX 40 // of a device's counter and name in front of the time

struct message {
    bool has_time;
    struct rn_bytes host, application;
};

static bool take_pri(struct rn_reader *r)
{
    struct rn_bytes rest = rn_reader_rest(r);
    uint32_t pri = 0;
    if (rn_take_u8(r) != '<')
        return false;
    bool zero_first = dpi_at(rest, 1) == '0' && dpi_at(rest, 2) != '>';
    return dpi_take_number(r, SYSLOG_MAX_PRI, &pri) && !zero_first && rn_take_u8(r) == '>';
}

// Whether text begins with the form: 'A' is a letter, '9' a digit, '_' a blank or digit, anything else itself.
static bool has_form(struct rn_bytes text, const char *form)
{
    if (text.len < strlen(form))
        return false;
    for (size_t i = 0; form[i]; i++) {
        uint8_t c = dpi_at(text, i);
        bool fits = form[i] == 'A'   ? dpi_is_alpha(c)
                    : form[i] == '9' ? dpi_is_digit(c)
                    : form[i] == '_' ? c == ' ' || dpi_is_digit(c)
                                     : c == (uint8_t)form[i];
        if (!fits)
            return false;
    }
    return true;
}

static struct rn_bytes host_of(struct rn_bytes word)
{
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = dpi_at(word, i);
        if (!dpi_is_alpha(c) && !dpi_is_digit(c) && c != '.' && c != '-' && c != '_' && c != ':')
            return rn_bytes_of(NULL, 0);
    }
    // "tag:" where a host is missing
    return dpi_last(word) == ':' ? rn_bytes_of(NULL, 0) : word;
}

static bool take_new(struct rn_reader r, struct message *out)
{
    if (!dpi_equal(dpi_take_word(&r), DPI_LITERAL("1")))
        return false;
    struct rn_bytes time = dpi_take_word(&r);
    if (!dpi_equal(time, DPI_LITERAL("-")) && !has_form(time, "9999-99-99T99:99:99"))
        return false;
    out->has_time = true;
    out->host = host_of(dpi_take_word(&r));
    out->application = dpi_take_word(&r);
    return true;
}

// The tag in front of a message, "su:" or "snmpd[1]:" (RFC 3164, 4.1.3 and 5.3); r is left where it is.
static struct rn_bytes tag_of(struct rn_reader r)
{
    const char *const marks = "-_./";
    struct rn_bytes rest = rn_reader_rest(&r);
    size_t len = 0, digits = 0;
    while (len < rest.len && len <= SYSLOG_MAX_TAG &&
           (dpi_is_alpha(dpi_at(rest, len)) || dpi_is_digit(dpi_at(rest, len)) ||
            memchr(marks, dpi_at(rest, len), strlen(marks)))) {
        digits += dpi_is_digit(dpi_at(rest, len));
        len++;
    }
    bool ends =
        dpi_at(rest, len) == '[' || (dpi_at(rest, len) == ':' && dpi_at(rest, len + 1) == ' ');
    return ends && len > digits && len <= SYSLOG_MAX_TAG ? rn_bytes_of(rest.p, len)
                                                         : rn_bytes_of(NULL, 0);
}

// The time, or the first of it behind a counter: "<189>72: Mar  3 19:57:17".
static bool take_old(struct rn_reader r, struct message *out)
{
    for (unsigned n = 0; n < SYSLOG_MAX_PREFIX && rn_reader_left(&r) > 0; n++) {
        if (has_form(rn_reader_rest(&r), "AAA _9 99:99:99")) {
            out->has_time = true;
            rn_skip(&r, 15);
            break;
        }
        rn_skip(&r, 1);
    }
    if (!out->has_time || rn_reader_left(&r) == 0 || *r.p != ' ')
        return out->has_time;
    rn_skip(&r, 1);
    out->application = tag_of(r);
    if (out->application.len > 0) // a host is missing
        return true;
    out->host = host_of(dpi_take_word(&r));
    out->application = tag_of(r);
    return true;
}

static struct rn_bytes without_nil(struct rn_bytes text)
{
    return dpi_equal(text, DPI_LITERAL("-")) ? rn_bytes_of(NULL, 0) : text;
}

static bool starts_as_ascii(struct rn_bytes text)
{
    for (size_t i = 0; i < text.len && i < SYSLOG_SURE_BYTES; i++)
        if (dpi_at(text, i) >= 0x80)
            return false;
    return true;
}

enum rn_verdict dpi_syslog_message(struct rn_bytes message, bool at_home, struct rn_facts *facts)
{
    struct message m = {.has_time = false};
    struct rn_reader r = rn_reader_of(message);
    if (!take_pri(&r) || rn_reader_left(&r) == 0)
        return RN_NO;
    if (!take_new(r, &m))
        take_old(r, &m);
    while (rn_reader_left(&r) > 0 && r.end[-1] == 0) // some end it with NUL
        r.end--;
    struct rn_bytes text = rn_reader_rest(&r);
    if (!dpi_is_text(text) || (!m.has_time && !(at_home && starts_as_ascii(text))))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_HOSTNAME, without_nil(m.host));
    rn_facts_put_text(facts, RN_FACT_SOFTWARE, without_nil(m.application));
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= 4 && dpi_at(in->payload, 0) == '<' &&
           dpi_is_digit(dpi_at(in->payload, 1));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    enum rn_verdict verdict = dpi_syslog_message(in->payload, dpi_on_port(in, 514), facts);
    if (verdict == RN_YES && dpi_has(facts, RN_FACT_HOSTNAME))
        *more = RN_DPI_SETTLED;
    return verdict;
}

const struct rn_dpi_proto dpi_syslog = {
    .app = RN_APP_SYSLOG,
    .name = "Syslog",
    .spec = "RFC 5424",
    .proto = RN_PROTO_UDP,
    .ports = {514},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_HOSTNAME,
    .hostname = RN_FACT_NONE,
    .first = {{'<', '<' + 1}},
    .probe = probe,
    .parse = parse,
};
