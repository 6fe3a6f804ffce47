// SPDX-License-Identifier: Apache-2.0
// The list of facts: records of tag (1 byte), length (2 bytes, host order) and value, one behind the other.
//
// 1. Records are ordered by fact, and within a fact by arrival: walking them gives the JSON keys in order.
// 2. A fact that is no list has one record at most; the items of a list differ from each other.
// 3. `len` never exceeds RN_FACTS_BYTES, and lists leave SINGLE_ROOM of it to the others.
// 4. A value that finds no room leaves the list as it was, and is counted in `dropped`.
#include "rustnet/model/facts.h"

#include <string.h>

#include "rustnet/base/text.h"
#include "rustnet/base/verdict.h"

#define HEAD 3
#define SINGLE_ROOM (HEAD + RN_FACT_TEXT_MAX) // so that a long list cannot keep a name out

const struct rn_fact_info *rn_fact_info(enum rn_fact fact)
{
    static const struct rn_fact_info table[RN_FACT_COUNT] = {
        [RN_FACT_NONE] = {"", "", RN_FACT_FLAG, RN_MERGE_FIRST, 1},
        [RN_FACT_ALPN] = {"alpn", "ALPN", RN_FACT_LIST, RN_MERGE_UNION, 16},
        [RN_FACT_ALPN_SELECTED] = {"alpn_selected", "ALPN Selected", RN_FACT_TEXT, RN_MERGE_FIRST,
                                   1},
        [RN_FACT_ANSWER] = {"answers", "Answers", RN_FACT_LIST, RN_MERGE_UNION, 64},
        [RN_FACT_CIPHER] = {"cipher", "Cipher Suite", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_CLASS] = {"class", "Class", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_CLIENT] = {"client", "Client", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_CLIENT_ID] = {"client_id", "Client ID", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_CLOSE_CODE] = {"close_code", "Close Code", RN_FACT_NUMBER, RN_MERGE_FIRST, 1},
        [RN_FACT_CLOSE_SEEN] = {"close_seen", "Closed", RN_FACT_FLAG, RN_MERGE_FIRST, 1},
        [RN_FACT_CODE] = {"code", "Code", RN_FACT_NUMBER, RN_MERGE_LATEST, 1},
        [RN_FACT_COMMAND] = {"command", "Command", RN_FACT_TEXT, RN_MERGE_LATEST, 1},
        [RN_FACT_DNS_NAME] = {"dns_name", "Attributed Name", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_ECH] = {"ech", "ECH", RN_FACT_FLAG, RN_MERGE_FIRST, 1},
        [RN_FACT_HOST] = {"host", "Host", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_HOST_KEY] = {"host_key", "Host Key", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_HOSTNAME] = {"hostname", "Hostname", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_INFO_HASH] = {"info_hash", "Info Hash", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_JA4] = {"ja4", "JA4", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_KEX] = {"kex", "Key Exchange", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_KIND] = {"kind", "Kind", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_METHOD] = {"method", "Method", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_MIGRATED_FROM] = {"migrated_from", "Migrated From", RN_FACT_TEXT, RN_MERGE_FIRST,
                                   1},
        [RN_FACT_MODE] = {"mode", "Mode", RN_FACT_TEXT, RN_MERGE_LATEST, 1},
        [RN_FACT_NAME] = {"name", "Name", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_OFFERED_VERSION] = {"offered_version", "Offered Version", RN_FACT_TEXT,
                                     RN_MERGE_FIRST, 1},
        [RN_FACT_OPCODE] = {"opcode", "Opcode", RN_FACT_TEXT, RN_MERGE_LATEST, 1},
        [RN_FACT_PATH] = {"path", "Path", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_PDU] = {"pdu", "PDU", RN_FACT_TEXT, RN_MERGE_LATEST, 1},
        [RN_FACT_QUERY] = {"queries", "Query", RN_FACT_DNS_QUERY, RN_MERGE_UNION, 64},
        [RN_FACT_RCODE] = {"rcode", "Response Code", RN_FACT_TEXT, RN_MERGE_LATEST, 1},
        [RN_FACT_SERVER] = {"server", "Server", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_SERVICE] = {"service", "Service", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_SNI] = {"sni", "SNI", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_SOFTWARE] = {"software", "Software", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_ST] = {"st", "Search Target", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_STATUS] = {"status", "Status", RN_FACT_NUMBER, RN_MERGE_FIRST, 1},
        [RN_FACT_STRATUM] = {"stratum", "Stratum", RN_FACT_NUMBER, RN_MERGE_LATEST, 1},
        [RN_FACT_TOPIC] = {"topic", "Topic", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_TYPE] = {"type", "Type", RN_FACT_TEXT, RN_MERGE_LATEST, 1},
        [RN_FACT_USER] = {"user", "User", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_USER_AGENT] = {"user_agent", "User-Agent", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_VENDOR] = {"vendor", "Vendor", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
        [RN_FACT_VERSION] = {"version", "Version", RN_FACT_TEXT, RN_MERGE_FIRST, 1},
    };
    RN_ASSERT(fact < RN_FACT_COUNT);
    return &table[fact];
}

bool rn_facts_next(const struct rn_facts *facts, unsigned *pos, struct rn_fact_item *out)
{
    if (*pos + HEAD > facts->len)
        return false;
    const uint8_t *record = facts->data + *pos;
    uint16_t len;
    memcpy(&len, record + 1, sizeof(len));
    *out = (struct rn_fact_item){(enum rn_fact)record[0], {record + HEAD, len}};
    *pos += HEAD + (unsigned)len;
    return true;
}

static void cut_out(struct rn_facts *facts, unsigned pos, unsigned len)
{
    memmove(facts->data + pos, facts->data + pos + len, facts->len - pos - len);
    facts->len = (uint16_t)(facts->len - len);
}

static void insert(struct rn_facts *facts, unsigned pos, enum rn_fact fact, struct rn_bytes value)
{
    uint8_t *record = facts->data + pos;
    uint16_t len = (uint16_t)value.len;
    memmove(record + HEAD + len, record, facts->len - pos);
    record[0] = (uint8_t)fact;
    memcpy(record + 1, &len, sizeof(len));
    if (len > 0)
        memcpy(record + HEAD, value.p, len);
    facts->len = (uint16_t)(facts->len + HEAD + len);
}

// Where the records of a fact are and how many; `end` is also where a new one belongs.
struct span {
    unsigned begin, end, count;
    bool has_value; // one of them is the value that was looked for
};

static struct span span_of(const struct rn_facts *facts, enum rn_fact fact, struct rn_bytes value)
{
    struct span span = {0, 0, 0, false};
    struct rn_fact_item item;
    for (unsigned pos = 0; rn_facts_next(facts, &pos, &item);) {
        if (item.fact > fact)
            break;
        if (item.fact < fact) {
            span.begin = span.end = pos;
            continue;
        }
        span.end = pos;
        span.count++;
        span.has_value |= item.value.len == value.len &&
                          (value.len == 0 || memcmp(item.value.p, value.p, value.len) == 0);
    }
    return span;
}

static bool put(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes value)
{
    const struct rn_fact_info *info = rn_fact_info(fact);
    struct span span = span_of(facts, fact, value);
    bool is_list = info->merge == RN_MERGE_UNION;
    if (span.has_value || (info->merge == RN_MERGE_FIRST && span.count > 0))
        return true;
    unsigned old = is_list ? 0 : span.end - span.begin;
    unsigned room = RN_FACTS_BYTES - (is_list ? SINGLE_ROOM : 0);
    if (facts->len - old + HEAD + value.len > room || (is_list && span.count >= info->max_items)) {
        if (facts->dropped < UINT16_MAX)
            facts->dropped++;
        return false;
    }
    cut_out(facts, span.begin, old);
    insert(facts, span.end - old, fact, value);
    return true;
}

bool rn_facts_put_text(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes raw)
{
    char text[RN_FACT_TEXT_MAX + 1];
    enum rn_fact_kind kind = rn_fact_info(fact)->kind;
    RN_ASSERT(kind == RN_FACT_TEXT || kind == RN_FACT_LIST);
    if (kind != RN_FACT_TEXT && kind != RN_FACT_LIST)
        return false;
    size_t len = rn_text_clean(text, sizeof(text), raw);
    return len == 0 || put(facts, fact, rn_bytes_of(text, len));
}

bool rn_facts_put_number(struct rn_facts *facts, enum rn_fact fact, uint32_t value)
{
    RN_ASSERT(rn_fact_info(fact)->kind == RN_FACT_NUMBER);
    return rn_fact_info(fact)->kind == RN_FACT_NUMBER &&
           put(facts, fact, rn_bytes_of(&value, sizeof(value)));
}

bool rn_facts_put_flag(struct rn_facts *facts, enum rn_fact fact)
{
    RN_ASSERT(rn_fact_info(fact)->kind == RN_FACT_FLAG);
    return rn_fact_info(fact)->kind == RN_FACT_FLAG && put(facts, fact, rn_bytes_of(NULL, 0));
}

bool rn_facts_put_query(struct rn_facts *facts, uint16_t type, struct rn_bytes name)
{
    char query[sizeof(type) + RN_FACT_TEXT_MAX + 1];
    enum rn_fact fact = RN_FACT_QUERY;
    memcpy(query, &type, sizeof(type));
    size_t len = rn_text_clean(query + sizeof(type), sizeof(query) - sizeof(type), name);
    return put(facts, fact, rn_bytes_of(query, sizeof(type) + len));
}

void rn_facts_drop(struct rn_facts *facts, enum rn_fact fact)
{
    struct span span = span_of(facts, fact, rn_bytes_of(NULL, 0));
    cut_out(facts, span.begin, span.end - span.begin);
}

struct rn_bytes rn_facts_find(const struct rn_facts *facts, enum rn_fact fact, unsigned n)
{
    struct rn_fact_item item;
    for (unsigned pos = 0; rn_facts_next(facts, &pos, &item) && item.fact <= fact;)
        if (item.fact == fact && n-- == 0)
            return item.value;
    return (struct rn_bytes){NULL, 0};
}

bool rn_facts_number(const struct rn_facts *facts, enum rn_fact fact, uint32_t *out)
{
    struct rn_bytes value = rn_facts_find(facts, fact, 0);
    if (!value.p || value.len != sizeof(*out))
        return false;
    memcpy(out, value.p, sizeof(*out));
    return true;
}

const char *rn_dns_type_name(uint16_t type, char out[RN_DNS_TYPE_SIZE])
{
    // IANA, "Domain Name System (DNS) Parameters", resource record types; sorted.
    static const struct {
        uint16_t type;
        const char name[11];
    } names[] = {
        {1, "A"},           {2, "NS"},      {5, "CNAME"},   {6, "SOA"},       {12, "PTR"},
        {13, "HINFO"},      {15, "MX"},     {16, "TXT"},    {17, "RP"},       {18, "AFSDB"},
        {24, "SIG"},        {25, "KEY"},    {28, "AAAA"},   {29, "LOC"},      {33, "SRV"},
        {35, "NAPTR"},      {36, "KX"},     {37, "CERT"},   {39, "DNAME"},    {41, "OPT"},
        {42, "APL"},        {43, "DS"},     {44, "SSHFP"},  {45, "IPSECKEY"}, {46, "RRSIG"},
        {47, "NSEC"},       {48, "DNSKEY"}, {49, "DHCID"},  {50, "NSEC3"},    {51, "NSEC3PARAM"},
        {52, "TLSA"},       {53, "SMIMEA"}, {55, "HIP"},    {59, "CDS"},      {60, "CDNSKEY"},
        {61, "OPENPGPKEY"}, {62, "CSYNC"},  {63, "ZONEMD"}, {64, "SVCB"},     {65, "HTTPS"},
        {99, "SPF"},        {108, "EUI48"}, {109, "EUI64"}, {249, "TKEY"},    {250, "TSIG"},
        {251, "IXFR"},      {252, "AXFR"},  {255, "ANY"},   {256, "URI"},     {257, "CAA"},
        {32768, "TA"},      {32769, "DLV"},
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && names[i].type <= type; i++) {
        if (names[i].type == type) {
            memcpy(out, names[i].name, sizeof(names[i].name));
            return out;
        }
    }
    memcpy(out, "TYPE", 4);
    size_t at = 4;
    for (unsigned unit = 10000; unit > 0; unit /= 10)
        if (type >= unit || unit == 1)
            out[at++] = (char)('0' + type / unit % 10);
    out[at] = '\0';
    return out;
}
