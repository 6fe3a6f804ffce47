// SPDX-License-Identifier: Apache-2.0
// DNS over UDP and TCP, RFC 1035; mDNS, RFC 6762; LLMNR, RFC 4795.
//
//   header    id 2 | flags 2 | qdcount 2 | ancount 2 | nscount 2 | arcount 2          4.1.1
//   question  name | type 2 | class 2                                                 4.1.2
//   record    name | type 2 | class 2 | ttl 4 | rdlength 2 | rdata                    4.1.3
//   name      (length 1-63 | label)* then 0, or a pointer 11 | offset 14 bits         4.1.4
//
//   over TCP   length 2 | message                                                     4.2.2
//
// 1. A question with a known class proves it. Without a question the records must fill the datagram to its end.
// 2. A pointer leads strictly backwards from the piece of name that holds it, so no walk can loop.
// 3. A name is 255 bytes on the wire at most, and is told whole or not at all.
// 4. Who keeps rows is told (rn_dpi_dns) of ordinary questions for addresses and of the addresses that answer them: those
//    of the name in question, or of a name that CNAMEs before them lead to. A resolver believes no others either.
#include "room.h"

#define DNS_HEADER_BYTES 12
#define DNS_MAX_QUESTIONS 16
#define DNS_MAX_COUNT 1024 // in one header field; a datagram holds no more records than this
#define DNS_MAX_RECORDS 64 // walked
#define DNS_MAX_ADDRESSES 16
#define DNS_MAX_JUMPS 16
#define DNS_MAX_NAME 255 // on the wire, lengths and the final 0 included

#define DNS_MAX_TTL INT32_MAX // RFC 2181, 8: above this it is 0

enum { TYPE_A = 1, TYPE_CNAME = 5, TYPE_PTR = 12, TYPE_AAAA = 28, TYPE_OPT = 41 };
#define DNS_MAX_MESSAGES 64 // of a stream, in one go
#define DNS_MAX_WAIT \
    16384 // a longer message of a stream is read as far as it has come, and its rest skipped

// Multicast DNS uses the top bit of a class for itself (RFC 6762, 5.4 and 10.2).
enum { MDNS_CLASS_MASK = 0x7fff };
enum { CLASS_IN = 1, CLASS_CH = 3, CLASS_HS = 4, CLASS_NONE = 254, CLASS_ANY = 255 };

struct header {
    uint16_t id;
    bool response;
    unsigned opcode, rcode;
    unsigned questions, answers, authorities, additionals;
};

// A walk over one message: `bad` of the reader says that the bytes ended, `broken` that they contradict themselves.
struct walk {
    struct rn_bytes message;
    struct rn_reader r;
    uint16_t class_mask;
    bool broken;
};

struct name {
    size_t len;
    char s[2 * DNS_MAX_NAME]; // dots and backslashes inside labels are escaped (RFC 1035, 5.1)
};

struct question {
    struct name name;
    uint16_t type;
};

struct record {
    struct name name;
    uint16_t type, class;
    uint32_t ttl_secs;
    struct rn_reader data;
};

static void append_label(struct name *name, struct rn_bytes label)
{
    if (name->len > 0)
        name->s[name->len++] = '.';
    struct rn_reader r = rn_reader_of(label);
    while (rn_reader_left(&r) > 0) {
        uint8_t c = rn_take_u8(&r);
        if (c == '.' || c == '\\')
            name->s[name->len++] = '\\';
        name->s[name->len++] = (char)c;
    }
}

// Where the walk stands in the message.
static size_t offset_of(const struct walk *w)
{
    return w->message.len - rn_reader_left(&w->r);
}

// Goes on at the target of a pointer whose first byte is c. *limit is where the present piece of the name begins.
static bool follow(const struct walk *w, struct rn_reader *at, uint8_t c, size_t *limit)
{
    size_t target = (size_t)(c & 0x3f) << 8 | rn_take_u8(at);
    if (at->bad)
        return true;
    if (target >= *limit || target < DNS_HEADER_BYTES)
        return false;
    *at = rn_reader_of(w->message);
    rn_skip(at, target);
    *limit = target;
    return true;
}

// Takes a name at r, which is w->r or a reader over record data; `offset` is where it begins in the message.
static bool take_name(struct walk *w, struct rn_reader *r, size_t offset, struct name *out)
{
    struct rn_reader at = *r;
    size_t limit = offset, wire_len = 1;
    unsigned jumps = 0;
    out->len = 0;
    for (;;) {
        uint8_t c = rn_take_u8(&at);
        if (at.bad || c == 0)
            break;
        if (c >= 0xc0) {
            struct rn_reader behind = at;
            rn_skip(&behind, 1);
            if (jumps == 0)
                *r = behind;
            if (++jumps > DNS_MAX_JUMPS || !follow(w, &at, c, &limit)) {
                w->broken = true;
                return false;
            }
            continue;
        }
        wire_len += 1u + c;
        if (c > 63 || wire_len > DNS_MAX_NAME) { // 01 and 10 are reserved
            w->broken = true;
            return false;
        }
        append_label(out, rn_take_bytes(&at, c));
    }
    if (jumps == 0)
        *r = at;
    r->bad |= at.bad;
    if (out->len == 0)
        out->s[out->len++] = '.'; // the root
    return !r->bad;
}

static bool is_class(uint16_t class)
{
    return class == CLASS_IN || class == CLASS_CH || class == CLASS_HS || class == CLASS_NONE ||
           class == CLASS_ANY;
}

static bool take_question(struct walk *w, struct question *out)
{
    if (!take_name(w, &w->r, offset_of(w), &out->name))
        return false;
    out->type = rn_take_be16(&w->r);
    uint16_t class = rn_take_be16(&w->r) & w->class_mask;
    if (!w->r.bad && (out->type == 0 || !is_class(class)))
        w->broken = true;
    return !w->r.bad && !w->broken;
}

// An OPT record keeps the sender's buffer size in its class (RFC 6891, 6.1.2).
static bool take_record(struct walk *w, struct record *out)
{
    if (!take_name(w, &w->r, offset_of(w), &out->name))
        return false;
    out->type = rn_take_be16(&w->r);
    out->class = rn_take_be16(&w->r) & w->class_mask;
    out->ttl_secs = rn_take_be32(&w->r);
    if (out->ttl_secs > DNS_MAX_TTL)
        out->ttl_secs = 0;
    out->data = rn_reader_sub(&w->r, rn_take_be16(&w->r));
    if (!w->r.bad && out->type != TYPE_OPT && !is_class(out->class))
        w->broken = true;
    return !w->r.bad && !w->broken;
}

// Takes the questions; facts may be NULL, *out is the last one. Returns how many there were.
static unsigned take_questions(struct walk *w, unsigned count, struct rn_facts *facts,
                               struct question *out)
{
    for (unsigned n = 0; n < count; n++) {
        if (!take_question(w, out))
            return n;
        if (facts)
            rn_facts_put_query(facts, out->type, rn_bytes_of(out->name.s, out->name.len));
    }
    return count;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool same_name(const struct name *a, const struct name *b)
{
    if (a->len != b->len)
        return false;
    if (memcmp(a->s, b->s, a->len) == 0)
        return true;
    for (size_t i = 0; i < a->len; i++)
        if (lower(a->s[i]) != lower(b->s[i]))
            return false;
    return true;
}

// The name of a host, as far as people keep to it: what would have to be escaped is none.
static bool copy_host(struct rn_dpi_dns *out, const struct name *name)
{
    if (name->len > RN_DPI_DNS_NAME || name->s[0] == '.')
        return false;
    for (size_t i = 0; i < name->len; i++) {
        char c = out->name[i] = lower(name->s[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
            return false;
    }
    out->name_len = (uint8_t)name->len;
    return true;
}

// A message as whoever keeps rows is told of it; NULL: it is of another kind. RFC 9619: there is one question, no more.
static struct rn_dpi_dns *tell(struct rn_dpi_ctx *ctx, const struct header *header,
                               const struct question *question)
{
    bool ordinary = header->questions == 1 && header->opcode == 0 && header->rcode == 0 &&
                    (question->type == TYPE_A || question->type == TYPE_AAAA);
    if (!ordinary || ctx->dns_count == RN_DPI_DNS_MESSAGES)
        return NULL;
    struct rn_dpi_dns *out = &ctx->dns[ctx->dns_count];
    if (!copy_host(out, &question->name))
        return NULL;
    ctx->dns_count++;
    out->id = header->id;
    out->type = question->type;
    out->response = header->response;
    out->address_count = 0;
    return out;
}

static void put_address(struct rn_facts *facts, const struct rn_ip *ip)
{
    char text[RN_IP_TEXT_SIZE];
    size_t len = rn_ip_text(ip, text);
    rn_facts_put_text(facts, RN_FACT_ANSWER, rn_bytes_of(text, len));
}

// Where the CNAMEs that begin at the question lead.
struct chain {
    struct name *end;
    uint32_t ttl_secs;
    struct rn_dpi_dns *told; // NULL: nobody is told
};

static bool on_chain(const struct chain *chain, const struct record *record)
{
    return chain->told && same_name(&record->name, chain->end);
}

static void shorten(struct chain *chain, uint32_t ttl_secs)
{
    if (ttl_secs < chain->ttl_secs)
        chain->ttl_secs = ttl_secs;
}

static void tell_address(const struct chain *chain, const struct record *record,
                         const struct rn_ip *ip)
{
    struct rn_dpi_dns *out = chain->told;
    if (!on_chain(chain, record) || record->type != out->type ||
        out->address_count == RN_DPI_DNS_ADDRESSES)
        return;
    struct chain last = *chain;
    shorten(&last, record->ttl_secs);
    out->address[out->address_count] = *ip;
    out->ttl_secs[out->address_count++] = last.ttl_secs;
}

static void take_address(struct record *record, struct chain *chain, struct rn_facts *facts)
{
    struct rn_bytes b = rn_reader_rest(&record->data);
    struct rn_ip ip = b.len == 4 ? rn_ip_v4(b.p) : rn_ip_v6(b.p);
    put_address(facts, &ip);
    tell_address(chain, record, &ip);
}

// chain->end is the name in question at first.
static void take_answers(struct walk *w, unsigned count, struct chain *chain,
                         struct rn_facts *facts)
{
    struct record record;
    unsigned addresses = 0;
    for (unsigned n = 0; n < count && n < DNS_MAX_RECORDS && take_record(w, &record); n++) {
        if (record.class != CLASS_IN)
            continue;
        size_t len = rn_reader_left(&record.data);
        bool address =
            (record.type == TYPE_A && len == 4) || (record.type == TYPE_AAAA && len == 16);
        if (address && addresses++ < DNS_MAX_ADDRESSES)
            take_address(&record, chain, facts);
        if (record.type != TYPE_CNAME && record.type != TYPE_PTR)
            continue;
        struct name target;
        if (!take_name(w, &record.data, offset_of(w) - len, &target))
            return;
        rn_facts_put_text(facts, RN_FACT_ANSWER, rn_bytes_of(target.s, target.len));
        if (record.type == TYPE_CNAME && on_chain(chain, &record)) {
            *chain->end = target;
            shorten(chain, record.ttl_secs);
        }
    }
}

static bool take_header(struct rn_reader *r, struct header *out)
{
    out->id = rn_take_be16(r);
    unsigned flags = rn_take_be16(r);
    out->response = flags >> 15;
    out->rcode = flags & 15;
    out->questions = rn_take_be16(r);
    out->answers = rn_take_be16(r);
    out->authorities = rn_take_be16(r);
    out->additionals = rn_take_be16(r);
    out->opcode = flags >> 11 & 15; // 3 and those above 6 are not assigned
    return !r->bad && out->opcode <= 6 && out->opcode != 3 && out->questions <= DNS_MAX_QUESTIONS &&
           out->answers <= DNS_MAX_COUNT && out->authorities <= DNS_MAX_COUNT &&
           out->additionals <= DNS_MAX_COUNT;
}

// Without a question: a bare refusal, or records (RFC 7873, 5.4) that fill the datagram to its end.
static bool proved_without_question(struct walk w, const struct header *header)
{
    unsigned records = header->answers + header->authorities + header->additionals;
    if (records == 0)
        return header->response && header->rcode != 0 && rn_reader_left(&w.r) == 0;
    struct record record;
    for (unsigned n = 0; n < records; n++)
        if (n >= DNS_MAX_RECORDS || !take_record(&w, &record))
            return false;
    return rn_reader_left(&w.r) == 0;
}

// One question is enough for a message that was cut, but none of them may be broken.
static enum rn_verdict prove(struct walk w, const struct header *header)
{
    if (header->questions == 0)
        return proved_without_question(w, header) ? RN_YES : RN_NO;
    struct question question;
    unsigned taken = take_questions(&w, header->questions, NULL, &question);
    if (w.broken)
        return RN_NO;
    return taken > 0 ? RN_YES : RN_MORE;
}

static void put_rcode(struct rn_facts *facts, unsigned rcode)
{
    static const char *const names[] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                        "NXDOMAIN", "NOTIMP",  "REFUSED"};
    char text[] = "RCODE 15";
    struct rn_bytes name = rn_bytes_of(text, sizeof(text) - 1);
    if (rcode < sizeof(names) / sizeof(names[0])) {
        name = rn_bytes_of(names[rcode], strlen(names[rcode]));
    } else if (rcode < 10) {
        text[6] = (char)('0' + rcode);
        name.len--;
    } else {
        text[7] = (char)('0' + rcode % 10);
    }
    rn_facts_put_text(facts, RN_FACT_RCODE, name);
}

// Where answers are looked for: multicast DNS sends addresses along as additional records (RFC 6762, 6).
static unsigned records_of(const struct header *header, enum rn_app app)
{
    return app == RN_APP_MDNS ? header->answers + header->authorities + header->additionals
                              : header->answers;
}

static enum rn_verdict take_message(struct rn_dpi_ctx *ctx, struct rn_bytes message,
                                    enum rn_app app, struct rn_facts *facts)
{
    struct header header;
    struct question question;
    struct walk w = {message, rn_reader_of(message),
                     app == RN_APP_MDNS ? MDNS_CLASS_MASK : UINT16_MAX, false};
    if (!take_header(&w.r, &header))
        return RN_NO;
    enum rn_verdict verdict = prove(w, &header);
    if (verdict != RN_YES)
        return verdict;
    unsigned taken = take_questions(&w, header.questions, facts, &question);
    bool whole = taken == header.questions, told = whole && app == RN_APP_DNS;
    struct chain chain = {&question.name, UINT32_MAX, told ? tell(ctx, &header, &question) : NULL};
    if (!header.response)
        return RN_YES;
    put_rcode(facts, header.rcode);
    if (whole)
        take_answers(&w, records_of(&header, app), &chain, facts);
    return RN_YES;
}

const struct rn_dpi_dns *rn_dpi_dns(const struct rn_dpi_ctx *ctx, unsigned n)
{
    return n < ctx->dns_count ? &ctx->dns[n] : NULL;
}

static bool is_query(struct rn_bytes message)
{
    return dpi_at(message, 2) < 0x80;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.len >= DNS_HEADER_BYTES;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)more;
    enum rn_verdict verdict = take_message(ctx, in->payload, *app, facts);
    if (verdict == RN_YES && *app != RN_APP_MDNS) // among equals nobody is the client
        dpi_tell_client(ctx, in, is_query(in->payload));
    return verdict == RN_MORE ? RN_NO : verdict; // no datagram is continued by the next
}

// Bytes of a long message that are still to come, by direction.
struct rest {
    uint32_t skip[2];
};

static bool probe_tcp(const struct rn_dpi_input *in)
{
    (void)in;
    return true;
}

// Takes what is left of a long message off the front.
static void skip_rest(struct rest *rest, unsigned from, struct rn_reader *r)
{
    size_t left = rn_reader_left(r), n = rest && rest->skip[from] < left ? rest->skip[from] : left;
    if (!rest || rest->skip[from] == 0)
        return;
    rest->skip[from] -= (uint32_t)n;
    rn_skip(r, n);
}

// What has come of a message that is not whole: kept until it is, or read as it is.
static enum rn_verdict take_cut(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                struct rn_bytes message, size_t len, struct rn_facts *facts)
{
    if (!in->cut && len <= DNS_MAX_WAIT) {
        dpi_keep(ctx, message.len + 2);
        return RN_MORE;
    }
    enum rn_verdict verdict = take_message(ctx, message, RN_APP_DNS, facts);
    struct rest *rest = verdict == RN_YES ? dpi_state(ctx, sizeof(*rest)) : NULL;
    if (rest)
        rest->skip[in->from] = (uint32_t)(len - message.len);
    return verdict;
}

static enum rn_verdict parse_tcp(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                 struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    (void)more;
    enum rn_verdict best = RN_NO;
    struct rn_reader r = rn_reader_of(in->payload);
    if (dpi_has(facts, RN_FACT_QUERY) && !in->start)
        skip_rest(dpi_state(ctx, sizeof(struct rest)), in->from, &r);
    for (unsigned n = 0; n < DNS_MAX_MESSAGES && rn_reader_left(&r) > 0; n++) {
        size_t len = rn_take_be16(&r), left = rn_reader_left(&r);
        if (!r.bad && len < DNS_HEADER_BYTES)
            return best;
        struct rn_bytes message = rn_take_bytes(&r, len < left ? len : left);
        if (r.bad) { // one byte of the length
            if (!in->cut)
                dpi_keep(ctx, 1);
            return best == RN_YES ? RN_YES : RN_MORE;
        }
        enum rn_verdict verdict = message.len < len ? take_cut(ctx, in, message, len, facts)
                                                    : take_message(ctx, message, RN_APP_DNS, facts);
        if (verdict == RN_YES)
            dpi_tell_client(ctx, in, is_query(message));
        if (verdict == RN_YES || best == RN_NO)
            best = verdict;
        if (verdict != RN_YES)
            return best;
    }
    return best;
}

const struct rn_dpi_proto dpi_dns = {
    .app = RN_APP_DNS,
    .name = "DNS",
    .spec = "RFC 1035",
    .proto = RN_PROTO_UDP,
    .ports = {53},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 30 * RN_SEC,
    .subject = RN_FACT_QUERY,
    .hostname = RN_FACT_QUERY,
    .probe = probe,
    .parse = parse,
};

const struct rn_dpi_proto dpi_dns_tcp = {
    .app = RN_APP_DNS,
    .name = "DNS",
    .spec = "RFC 7766",
    .proto = RN_PROTO_TCP,
    .ports = {53},
    .port_gated = true,
    .every_packet = true,
    .subject = RN_FACT_QUERY,
    .hostname = RN_FACT_QUERY,
    .probe = probe_tcp,
    .parse = parse_tcp,
};

const struct rn_dpi_proto dpi_mdns = {
    .app = RN_APP_MDNS,
    .name = "mDNS",
    .spec = "RFC 6762",
    .proto = RN_PROTO_UDP,
    .ports = {5353},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 30 * RN_SEC,
    .subject = RN_FACT_QUERY,
    .hostname = RN_FACT_QUERY,
    .probe = probe,
    .parse = parse,
};

const struct rn_dpi_proto dpi_llmnr = {
    .app = RN_APP_LLMNR,
    .name = "LLMNR",
    .spec = "RFC 4795",
    .proto = RN_PROTO_UDP,
    .ports = {5355},
    .port_gated = true,
    .every_packet = true,
    .idle_timeout = 30 * RN_SEC,
    .subject = RN_FACT_QUERY,
    .hostname = RN_FACT_QUERY,
    .probe = probe,
    .parse = parse,
};
