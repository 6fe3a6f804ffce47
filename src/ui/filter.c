// SPDX-License-Identifier: Apache-2.0
// The filter language, and the texts by which rows are ordered.
//
//   query = word *(blank word)        all words must match
//   word  = keyword ":" value         case is ignored (ASCII)
//         | free text                 also when the keyword is not known, colon and all
//
// 1. Any text is a filter; a blank one lets everything through.
// 2. What a row does not have (a process without name, ports of ICMP) never matches.
// 3. A filter is parsed once; matching a row neither allocates nor changes anything.
#include "rustnet/ui.h"

#include <stdio.h>
#include <string.h>

#include "rustnet/dpi.h"

enum filter_field {
    FIELD_ANY,
    FIELD_PORT,
    FIELD_SPORT,
    FIELD_DPORT,
    FIELD_SRC,
    FIELD_DST,
    FIELD_PROTO,
    FIELD_PROCESS,
    FIELD_SERVICE,
    FIELD_SNI,
    FIELD_APP,
    FIELD_STATE,
    FIELD_SCOPE,
    FIELD_MAC,
    FIELD_COUNT,
};

static const struct {
    const char *word;
    enum filter_field field;
} keywords[] = {
    {"port", FIELD_PORT},       {"sport", FIELD_SPORT},
    {"srcport", FIELD_SPORT},   {"source-port", FIELD_SPORT},
    {"dport", FIELD_DPORT},     {"dstport", FIELD_DPORT},
    {"dest-port", FIELD_DPORT}, {"destination-port", FIELD_DPORT},
    {"src", FIELD_SRC},         {"source", FIELD_SRC},
    {"dst", FIELD_DST},         {"dest", FIELD_DST},
    {"destination", FIELD_DST}, {"proto", FIELD_PROTO},
    {"protocol", FIELD_PROTO},  {"process", FIELD_PROCESS},
    {"proc", FIELD_PROCESS},    {"service", FIELD_SERVICE},
    {"svc", FIELD_SERVICE},     {"sni", FIELD_SNI},
    {"host", FIELD_SNI},        {"hostname", FIELD_SNI},
    {"app", FIELD_APP},         {"application", FIELD_APP},
    {"state", FIELD_STATE},     {"scope", FIELD_SCOPE},
    {"mac", FIELD_MAC},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static enum filter_field find_keyword(const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strlen(keywords[i].word) == len && memcmp(keywords[i].word, word, len) == 0)
            return keywords[i].field;
    }
    return FIELD_ANY;
}

// All digits and no more than a port can be: an exact number. Anything else is looked for in the decimal text.
static bool parse_port(const char *s, size_t len, uint16_t *out)
{
    uint32_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        n = n * 10 + (uint32_t)(s[i] - '0');
        if (n > UINT16_MAX)
            return false;
    }
    *out = (uint16_t)n;
    return len > 0;
}

// Hardware addresses are also written with hyphens (IEEE 802).
static void put_colons(char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        s[i] = s[i] == '-' ? ':' : s[i];
}

static struct rn_filter_term parse_word(char *text, size_t start, size_t len)
{
    struct rn_filter_term term = {.start = (uint8_t)start, .len = (uint8_t)len};
    const char *colon = memchr(text + start, ':', len);
    enum filter_field field =
        colon ? find_keyword(text + start, (size_t)(colon - text) - start) : FIELD_ANY;
    if (field == FIELD_ANY)
        return term;
    size_t value = (size_t)(colon - text) + 1;
    term.field = (uint8_t)field;
    term.start = (uint8_t)value;
    term.len = (uint8_t)(start + len - value);
    if (field == FIELD_PORT || field == FIELD_SPORT || field == FIELD_DPORT)
        term.exact = parse_port(text + value, term.len, &term.port);
    if (field == FIELD_MAC)
        put_colons(text + value, term.len);
    return term;
}

void rn_filter_parse(struct rn_filter *filter, const char *text)
{
    *filter = (struct rn_filter){0};
    size_t len = 0;
    for (; text[len] && len + 1 < sizeof filter->text; len++)
        filter->text[len] = lower(text[len]);
    for (size_t at = 0; at < len && filter->count < RN_FILTER_TERMS;) {
        size_t end = at;
        while (end < len && !is_blank(filter->text[end]))
            end++;
        if (end > at)
            filter->term[filter->count++] = parse_word(filter->text, at, end - at);
        at = end + 1;
    }
}

// --- matching -------------------------------------------------------------------------------------------------------

struct subject {
    const struct rn_ui_query *query;
    const struct rn_conn *conn;
    const struct rn_facts *facts;
    rn_time now;
};

static bool contains(struct rn_bytes hay, struct rn_bytes needle)
{
    if (!hay.p || hay.len < needle.len)
        return false;
    for (size_t at = 0; at + needle.len <= hay.len; at++) {
        size_t i = 0;
        while (i < needle.len && lower((char)hay.p[at + i]) == (char)needle.p[i])
            i++;
        if (i == needle.len)
            return true;
    }
    return false;
}

// A text that is not there never matches, not even an empty value.
static bool text_has(const char *text, struct rn_bytes value)
{
    return text && *text && contains(rn_bytes_of(text, strlen(text)), value);
}

static bool has_ports(const struct rn_conn *conn)
{
    return conn->key.proto == RN_PROTO_TCP || conn->key.proto == RN_PROTO_UDP;
}

static bool port_has(const struct subject *s, unsigned end, const struct rn_filter_term *term,
                     struct rn_bytes value)
{
    if (!has_ports(s->conn))
        return false;
    uint16_t port = s->conn->key.port[end];
    if (term->exact)
        return port == term->port;
    char text[8];
    snprintf(text, sizeof text, "%u", (unsigned)port);
    return text_has(text, value);
}

static bool ip_has(const struct subject *s, unsigned end, struct rn_bytes value)
{
    char text[RN_IP_TEXT_SIZE];
    rn_ip_text(&s->conn->key.ip[end], text);
    return text_has(text, value);
}

static bool end_has(const struct subject *s, unsigned end, struct rn_bytes value)
{
    char text[RN_END_TEXT_SIZE];
    if (!has_ports(s->conn))
        return ip_has(s, end, value);
    rn_end_text(&s->conn->key.ip[end], s->conn->key.port[end], text);
    return text_has(text, value);
}

static bool proto_has(const struct subject *s, struct rn_bytes value)
{
    char number[8];
    return text_has(rn_proto_name(s->conn->key.proto, number), value);
}

static const char *process_of(const struct rn_ui_query *query, const struct rn_conn *conn)
{
    return query->names ? rn_intern_get(query->names, conn->process_name) : "";
}

static const char *service_of(const struct rn_ui_query *query, const struct rn_conn *conn)
{
    if (!query->service || !has_ports(conn))
        return "";
    const struct rn_key *key = &conn->key;
    const char *name =
        query->service(key->proto, key->port[rn_conn_remote(conn)], key->port[conn->local]);
    return name ? name : "";
}

static bool app_has(const struct subject *s, struct rn_bytes value)
{
    if (s->conn->app == RN_APP_NONE)
        return false;
    struct rn_text256 text = {0};
    rn_dpi_text((enum rn_app)s->conn->app, s->facts, &text);
    return text_has(text.s, value);
}

// Any value of a fact; names in DNS queries stand behind two bytes of type.
static bool fact_has(const struct subject *s, enum rn_fact fact, struct rn_bytes value)
{
    size_t skip = rn_fact_info(fact)->kind == RN_FACT_DNS_QUERY ? 2 : 0;
    for (unsigned n = 0;; n++) {
        struct rn_bytes text = rn_facts_find(s->facts, fact, n);
        if (!text.p)
            return false;
        if (text.len >= skip && contains(rn_bytes_of(text.p + skip, text.len - skip), value))
            return true;
    }
}

static bool sni_has(const struct subject *s, struct rn_bytes value)
{
    return fact_has(s, RN_FACT_SNI, value) || fact_has(s, RN_FACT_HOST, value) ||
           fact_has(s, RN_FACT_DNS_NAME, value);
}

static bool state_has(const struct subject *s, struct rn_bytes value)
{
    struct rn_text64 text = {0};
    rn_conn_state_text(s->conn, s->facts, s->now, &text);
    return text_has(text.s, value);
}

static bool scope_has(const struct subject *s, struct rn_bytes value)
{
    const struct rn_ip *ip = &s->conn->key.ip[rn_conn_remote(s->conn)];
    const struct rn_local_addrs *local = s->query->local;
    enum rn_addr_kind kind = local ? rn_local_kind(local, ip) : RN_ADDR_UNICAST;
    return text_has(rn_scope_name(rn_ip_scope_of_kind(ip, kind)), value);
}

static bool mac_has(const struct subject *s, struct rn_bytes value)
{
    const struct rn_ui_query *query = s->query;
    uint8_t mac[RN_MAC_BYTES];
    char text[RN_MAC_TEXT_SIZE];
    if (!query->neighbour ||
        !query->neighbour(query->neighbour_ctx, &s->conn->key.ip[rn_conn_remote(s->conn)], mac))
        return false;
    rn_mac_text(mac, text);
    return text_has(text, value);
}

static bool any_has(const struct subject *s, struct rn_bytes value)
{
    static const enum rn_fact searched[] = {
        RN_FACT_HOST, RN_FACT_PATH,          RN_FACT_METHOD, RN_FACT_SNI,
        RN_FACT_ALPN, RN_FACT_ALPN_SELECTED, RN_FACT_QUERY,  RN_FACT_DNS_NAME,
    };
    if (proto_has(s, value) || end_has(s, s->conn->local, value) ||
        end_has(s, rn_conn_remote(s->conn), value) ||
        text_has(process_of(s->query, s->conn), value) ||
        text_has(service_of(s->query, s->conn), value) || app_has(s, value))
        return true;
    for (size_t i = 0; i < sizeof searched / sizeof searched[0]; i++) {
        if (fact_has(s, searched[i], value))
            return true;
    }
    return false;
}

static bool term_matches(const struct subject *s, const struct rn_filter_term *term)
{
    unsigned local = s->conn->local, remote = rn_conn_remote(s->conn);
    struct rn_bytes value = rn_bytes_of(s->query->filter.text + term->start, term->len);
    switch ((enum filter_field)term->field) {
    case FIELD_ANY:
        return any_has(s, value);
    case FIELD_PORT:
        return port_has(s, local, term, value) || port_has(s, remote, term, value);
    case FIELD_SPORT:
        return port_has(s, local, term, value);
    case FIELD_DPORT:
        return port_has(s, remote, term, value);
    case FIELD_SRC:
        return ip_has(s, local, value);
    case FIELD_DST:
        return ip_has(s, remote, value);
    case FIELD_PROTO:
        return proto_has(s, value);
    case FIELD_PROCESS:
        return text_has(process_of(s->query, s->conn), value);
    case FIELD_SERVICE:
        return text_has(service_of(s->query, s->conn), value);
    case FIELD_SNI:
        return sni_has(s, value);
    case FIELD_APP:
        return app_has(s, value);
    case FIELD_STATE:
        return state_has(s, value);
    case FIELD_SCOPE:
        return scope_has(s, value);
    case FIELD_MAC:
        return mac_has(s, value);
    case FIELD_COUNT:
        break;
    }
    return false;
}

static const struct rn_facts no_facts;

bool rn_ui_match(void *ctx, const struct rn_conn *conn, const struct rn_facts *facts, rn_time now)
{
    const struct rn_ui_query *query = ctx;
    const struct subject subject = {query, conn, facts ? facts : &no_facts, now};
    for (unsigned i = 0; i < query->filter.count; i++) {
        if (!term_matches(&subject, &query->filter.term[i]))
            return false;
    }
    return true;
}

bool rn_ui_query_wants_facts(const struct rn_ui_query *query, enum rn_sort sort)
{
    for (unsigned i = 0; i < query->filter.count; i++) {
        uint8_t field = query->filter.term[i].field;
        if (field == FIELD_ANY || field == FIELD_SNI || field == FIELD_APP || field == FIELD_STATE)
            return true;
    }
    return sort == RN_SORT_STATE;
}

// --- order ----------------------------------------------------------------------------------------------------------

void rn_ui_sort_text(void *ctx, enum rn_sort sort, const struct rn_conn *conn,
                     const struct rn_facts *facts, rn_time now, char out[24])
{
    const struct rn_ui_query *query = ctx;
    struct rn_text64 text = {0};
    char number[8];
    switch (sort) {
    case RN_SORT_PROCESS:
        rn_text_fmt(&text, "%s", process_of(query, conn));
        break;
    case RN_SORT_SERVICE:
        rn_text_fmt(&text, "%s", service_of(query, conn));
        break;
    case RN_SORT_APP: // by protocol of the application, then of the transport
        rn_text_fmt(&text, "%s %s", rn_dpi_name((enum rn_app)conn->app),
                    rn_proto_name(conn->key.proto, number));
        break;
    case RN_SORT_STATE:
        rn_conn_state_text(conn, facts ? facts : &no_facts, now, &text);
        break;
    case RN_SORT_TIME:
    case RN_SORT_REMOTE:
    case RN_SORT_LOCAL:
    case RN_SORT_RTT:
    case RN_SORT_BANDWIDTH:
    case RN_SORT_COUNT:
        break;
    }
    memset(out, 0, 24);
    memcpy(out, text.s, text.len < 23 ? text.len : 23);
}
