// SPDX-License-Identifier: Apache-2.0
// What a connection is called: "DNS (example.org)", and the best hostname that its payload told.
#include "room.h"

struct line {
    char s[255];
    size_t len;
};

static size_t room(const struct line *line)
{
    return sizeof(line->s) - line->len;
}

// Adds what fits, ending between characters (the bytes are clean UTF-8 already).
static void add(struct line *line, struct rn_bytes text, size_t keep)
{
    size_t n = text.len;
    if (n + keep > room(line)) {
        n = room(line) > keep ? room(line) - keep : 0;
        while (n > 0 && (text.p[n] & 0xc0) == 0x80)
            n--;
    }
    if (n > 0)
        memcpy(line->s + line->len, text.p, n);
    line->len += n;
}

// The text of a fact: a question begins with its type.
static struct rn_bytes text_of(const struct rn_facts *facts, enum rn_fact fact)
{
    if (fact == RN_FACT_NONE)
        return (struct rn_bytes){NULL, 0};
    struct rn_bytes value = rn_facts_find(facts, fact, 0);
    if (rn_fact_info(fact)->kind != RN_FACT_DNS_QUERY)
        return value;
    struct rn_reader r = rn_reader_of(value);
    rn_skip(&r, sizeof(uint16_t));
    return rn_reader_rest(&r);
}

// Of "SSH-2.0-OpenSSH_9.6", of the server or else the client: "OpenSSH".
static struct rn_bytes ssh_software(const struct rn_facts *facts)
{
    struct rn_bytes ident = rn_facts_find(facts, RN_FACT_SERVER, 0);
    if (ident.len == 0)
        ident = rn_facts_find(facts, RN_FACT_CLIENT, 0);
    struct rn_reader r = rn_reader_of(ident);
    for (unsigned hyphens = 0; hyphens < 2 && rn_reader_left(&r) > 0;)
        hyphens += rn_take_u8(&r) == '-';
    struct rn_bytes software = rn_reader_rest(&r);
    const uint8_t *end = software.len > 0 ? memchr(software.p, '_', software.len) : NULL;
    return rn_bytes_of(software.p, end ? (size_t)(end - software.p) : software.len);
}

// What a row of TLS began as (table.c): the tunnel of a proxy, or a protocol with a command like STARTTLS.
static void add_origin(struct line *line, enum rn_app app, const struct rn_facts *facts)
{
    if (app != RN_APP_TLS && app != RN_APP_HTTPS)
        return;
    struct rn_bytes service = rn_facts_find(facts, RN_FACT_SERVICE, 0);
    if (dpi_equal(rn_facts_find(facts, RN_FACT_METHOD, 0), DPI_LITERAL("CONNECT")))
        service = DPI_LITERAL("HTTP CONNECT");
    if (service.len == 0)
        return;
    add(line, DPI_LITERAL(" in "), 0);
    add(line, service, 0);
}

// Facts shown bare, each once: "SNMP v2c GET".
static void add_words(struct line *line, const struct rn_dpi_proto *row,
                      const struct rn_facts *facts)
{
    for (size_t i = 0; i < sizeof(row->words) / sizeof(row->words[0]); i++) {
        struct rn_bytes word = text_of(facts, row->words[i]);
        if (word.len == 0)
            continue;
        add(line, DPI_LITERAL(" "), 0);
        add(line, word, 0);
    }
}

// "NTP (v4 Client)".
static void add_ntp(struct line *line, const struct rn_facts *facts)
{
    struct rn_bytes version = rn_facts_find(facts, RN_FACT_VERSION, 0);
    if (version.len == 0)
        return;
    add(line, DPI_LITERAL(" (v"), 0);
    add(line, version, 0);
    add(line, DPI_LITERAL(" "), 0);
    add(line, rn_facts_find(facts, RN_FACT_MODE, 0), 1);
    add(line, DPI_LITERAL(")"), 0);
}

void rn_dpi_text(enum rn_app app, const struct rn_facts *facts, struct rn_text256 *out)
{
    struct line line = {.len = 0};
    const struct rn_dpi_proto *row = rn_dpi_find(app);
    if (row) {
        struct rn_bytes subject =
            app == RN_APP_SSH ? ssh_software(facts) : text_of(facts, row->subject);
        add(&line, rn_bytes_of(row->name, strlen(row->name)), 0);
        add_words(&line, row, facts);
        if (app == RN_APP_NTP)
            add_ntp(&line, facts);
        if (subject.len > 0) {
            add(&line, DPI_LITERAL(" ("), 0);
            add(&line, subject, 1);
            add(&line, DPI_LITERAL(")"), 0);
        }
        add_origin(&line, app, facts);
    }
    rn_text_from_bytes(out, rn_bytes_of(line.s, line.len));
}

// "host:80" without its port; an IPv6 address stays in its brackets.
static struct rn_bytes without_port(struct rn_bytes host)
{
    size_t n = host.len;
    while (n > 0 && dpi_at(host, n - 1) >= '0' && dpi_at(host, n - 1) <= '9')
        n--;
    if (n < 2 || dpi_at(host, n - 1) != ':')
        return host;
    if (dpi_at(host, 0) != '[' && memchr(host.p, ':', n - 1))
        return host; // an IPv6 address that lacks the brackets
    if (dpi_at(host, 0) == '[' && dpi_at(host, n - 2) != ']')
        return host;
    return rn_bytes_of(host.p, n - 1);
}

struct rn_bytes rn_dpi_hostname(enum rn_app app, const struct rn_facts *facts)
{
    const struct rn_dpi_proto *row = rn_dpi_find(app);
    if (!row || row->hostname == RN_FACT_NONE)
        return (struct rn_bytes){NULL, 0};
    struct rn_bytes name = text_of(facts, row->hostname);
    if (row->hostname == RN_FACT_HOST)
        name = without_port(name);
    bool is_root = name.len == 1 && dpi_at(name, 0) == '.';
    return name.len == 0 || is_root ? (struct rn_bytes){NULL, 0} : name;
}
