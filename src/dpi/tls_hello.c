// SPDX-License-Identifier: Apache-2.0
// The two hellos of TLS, RFC 8446 (and its forerunners back to SSL 3.0, RFC 6101), and of DTLS, RFC 6347 and 9147.
//
//   handshake  type 1 | length 3 | body                                      4
//   body       version 2 | random 32 | session id 1+n | ClientHello:  [DTLS: cookie 1+n] suites 2+n
//                                                                     | compression 1+n | extensions 2+n
//                                                     | ServerHello:  suite 2 | compression 1 | extensions 2+n
//
// 1. A hello is proved by its handshake header and its own version together: 6 bytes, and the record before them.
// 2. A hello that is cut tells what lies wholly inside the bytes; a name that is cut is no name.
// 3. The version is the ServerHello's choice. What the client offers is another fact, and goes when the choice is known.
#include "tls_hello.h"

#include "tls_ciphers.h"

#define TLS_MAX_HANDSHAKE 131072
#define TLS_MAX_ALPN 16
#define TLS_MIN_CLIENT_HELLO 41 // body with one suite, one compression method, no extensions
#define TLS_MIN_SERVER_HELLO 38
#define TLS_MAX_SESSION_ID 32

enum { CLIENT_HELLO = 1, SERVER_HELLO = 2 };
enum {
    EXT_SERVER_NAME = 0x0000,        // RFC 6066, 3
    EXT_SIGNATURES = 0x000d,         // RFC 8446, 4.2.3
    EXT_ALPN = 0x0010,               // RFC 7301
    EXT_SUPPORTED_VERSIONS = 0x002b, // RFC 8446, 4.2.1
    EXT_QUIC_PARAMS = 0x0039,        // RFC 9001, 8.2
    EXT_QUIC_PARAMS_DRAFT = 0xffa5,
    EXT_ECH = 0xfe0d, // RFC 9849
};
enum { SSL_3_0 = 0x0300, TLS_1_2 = 0x0303, TLS_1_3 = 0x0304 };
enum { DTLS_0_9 = 0x0100, DTLS_1_0 = 0xfeff, DTLS_1_2 = 0xfefd, DTLS_1_3 = 0xfefc };

// Drafts of TLS 1.3 count in the low byte: 0x7f12 is draft 18, 0xfb1a Facebook's variant of draft 26.
static bool is_draft(uint16_t version)
{
    return version >> 8 == 0x7f || version >> 8 == 0xfb;
}

// A draft of 1.3 is above 1.2 and below 1.3.
unsigned dpi_tls_version_rank(uint16_t version)
{
    if (version >= SSL_3_0 && version <= TLS_1_3)
        return (version - SSL_3_0 + 1u) << 8;
    if (version == DTLS_1_0 || version == DTLS_1_2 || version == DTLS_1_3)
        return (DTLS_1_0 - version + 1u) << 8;
    if (version == DTLS_0_9) // OpenSSL before 0.9.8f
        return 1;
    return is_draft(version) ? ((TLS_1_2 - SSL_3_0 + 1u) << 8) + (version & 0xffu) : 0;
}

static bool is_tls13_suite(uint16_t suite)
{
    return suite > 0x1300 && suite <= 0x1307;
}

struct rn_bytes dpi_tls_version_text(uint16_t version, char out[DPI_TLS_VERSION_SIZE])
{
    if (dpi_tls_version_rank(version) == 0)
        return (struct rn_bytes){NULL, 0};
    if (version == SSL_3_0)
        return DPI_LITERAL("SSL 3.0");
    if (version == DTLS_0_9)
        return DPI_LITERAL("DTLS 0.9");
    if (version >> 8 == DTLS_1_0 >> 8) {
        memcpy(out, "DTLS 1.0", 8);
        out[7] = (char)('0' + (DTLS_1_0 - version));
        return rn_bytes_of(out, 8);
    }
    static const char draft[] = "TLS 1.3 (draft nn)";
    memcpy(out, draft, sizeof(draft));
    if (!is_draft(version)) {
        out[6] = (char)('0' + (version & 0xff) - 1);
        return rn_bytes_of(out, 7);
    }
    unsigned number = version & 0xff;
    out[15] = (char)('0' + number / 10 % 10);
    out[16] = (char)('0' + number % 10);
    return rn_bytes_of(out, sizeof(draft) - 1);
}

static bool is_ldh(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

// The letter refuses IPv4 addresses.
bool dpi_is_hostname(struct rn_bytes name)
{
    if (name.len < 4 || name.len > 253 || dpi_at(name, 0) == '-' || dpi_last(name) == '-')
        return false;
    struct rn_reader r = rn_reader_of(name);
    size_t label = 0, dots = 0, letters = 0;
    while (rn_reader_left(&r) > 0) {
        uint8_t c = rn_take_u8(&r);
        if (!is_ldh(c))
            return false;
        letters += c > '9';
        if (c == '.') {
            if (label == 0)
                return false;
            label = 0;
            dots++;
        } else if (++label > 63) {
            return false;
        }
    }
    return label > 0 && dots > 0 && letters > 0;
}

static void take_sni(struct rn_reader ext, struct dpi_tls_hello *out)
{
    struct rn_reader list = rn_reader_sub(&ext, rn_take_be16(&ext));
    uint8_t type = rn_take_u8(&list);
    struct rn_bytes name = rn_take_bytes(&list, rn_take_be16(&list));
    if (!ext.bad && !list.bad && type == 0 && dpi_is_hostname(name))
        out->sni = name;
}

static void take_alpn(struct rn_reader ext, struct dpi_tls_hello *out)
{
    struct rn_bytes names = rn_take_bytes(&ext, rn_take_be16(&ext));
    struct rn_reader r = rn_reader_of(names);
    if (ext.bad || names.len == 0)
        return;
    while (rn_reader_left(&r) > 0) {
        size_t len = rn_take_u8(&r);
        rn_skip(&r, len);
        if (r.bad || len == 0)
            return;
    }
    out->alpn = names;
}

static void take_versions(struct rn_reader ext, struct dpi_tls_hello *out)
{
    if (out->server) {
        uint16_t version = rn_take_be16(&ext);
        if (!ext.bad)
            out->version = version;
        return;
    }
    struct rn_reader list = rn_reader_sub(&ext, rn_take_u8(&ext));
    if (ext.bad)
        return;
    while (rn_reader_left(&list) >= 2) {
        uint16_t version = rn_take_be16(&list);
        if (dpi_tls_version_rank(version) > dpi_tls_version_rank(out->version))
            out->version = version;
    }
}

static void take_signatures(struct rn_reader ext, struct dpi_tls_hello *out)
{
    struct rn_bytes list = rn_take_bytes(&ext, rn_take_be16(&ext));
    if (!ext.bad)
        out->signatures = list;
}

static void take_extension(uint16_t type, struct rn_reader ext, struct dpi_tls_hello *out)
{
    switch (type) {
    case EXT_SERVER_NAME:
        out->has_sni = true;
        if (!out->server)
            take_sni(ext, out);
        break;
    case EXT_ALPN:
        take_alpn(ext, out);
        break;
    case EXT_SUPPORTED_VERSIONS:
        take_versions(ext, out);
        break;
    case EXT_SIGNATURES:
        take_signatures(ext, out);
        break;
    case EXT_ECH:
        out->ech |= !out->server;
        break;
    case EXT_QUIC_PARAMS:
    case EXT_QUIC_PARAMS_DRAFT:
        out->quic_params = rn_reader_rest(&ext);
        break;
    default:
        break;
    }
}

// Only extensions that lie wholly inside the bytes are looked at.
static void take_extensions(struct rn_reader *body, bool cut, struct dpi_tls_hello *out)
{
    if (rn_reader_left(body) == 0) {
        out->whole = !cut && !body->bad; // before RFC 3546 a hello had none
        return;
    }
    size_t declared = rn_take_be16(body), left = rn_reader_left(body);
    struct rn_reader r = rn_reader_sub(body, declared < left ? declared : left);
    while (rn_reader_left(&r) > 0) {
        uint16_t type = rn_take_be16(&r);
        struct rn_reader ext = rn_reader_sub(&r, rn_take_be16(&r));
        if (r.bad)
            return;
        if (out->extensions == DPI_TLS_EXTENSIONS_MAX) {
            out->too_many = true;
            break;
        }
        out->extension[out->extensions++] = type;
        take_extension(type, ext, out);
    }
    out->whole = !body->bad && !cut && declared <= left;
}

// RFC 8446, 4.1.2. What contradicts itself ends the walk; the hello is proved all the same.
static void take_client(struct rn_reader *body, bool cut, struct dpi_tls_hello *out)
{
    if (out->over == DPI_TLS_DTLS)
        rn_skip(body, rn_take_u8(body)); // RFC 6347, 4.2.1
    size_t suites_len = rn_take_be16(body);
    if (suites_len < 2 || suites_len % 2 != 0)
        return;
    struct rn_bytes suites = rn_reader_rest(body);
    if (suites.len > suites_len)
        suites.len = suites_len;
    struct rn_reader r = rn_reader_of(suites);
    while (rn_reader_left(&r) >= 2)
        out->has_tls13_suite |= is_tls13_suite(rn_take_be16(&r));
    rn_skip(body, suites_len);
    out->has_suites = !body->bad;
    out->suites = suites;
    size_t methods_len = rn_take_u8(body);
    if (methods_len == 0)
        return;
    rn_skip(body, methods_len);
    take_extensions(body, cut, out);
}

// RFC 8446, 4.1.3.
static void take_server(struct rn_reader *body, bool cut, struct dpi_tls_hello *out)
{
    out->cipher = rn_take_be16(body);
    out->has_suites = !body->bad;
    if (out->legacy >> 8 != 0x7f) // drafts before 22 had no compression method
        rn_skip(body, 1);
    take_extensions(body, cut, out);
}

// SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3).
static const uint8_t retry_random[32] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static bool is_hello_version(uint16_t version, bool server, enum dpi_tls_over over)
{
    if (over == DPI_TLS_DTLS)
        return version == DTLS_1_0 || version == DTLS_1_2 || version == DTLS_1_3 ||
               version == DTLS_0_9;
    return (version >= SSL_3_0 && version <= TLS_1_3) || (server && version >> 8 == 0x7f);
}

bool dpi_tls_is_all_there(struct rn_bytes message)
{
    struct rn_reader r = rn_reader_of(message);
    rn_skip(&r, 1);
    size_t len = rn_take_be24(&r);
    return !r.bad && rn_reader_left(&r) >= len;
}

enum rn_verdict dpi_tls_hello_read(struct rn_bytes message, enum dpi_tls_over over,
                                   struct dpi_tls_hello *out)
{
    memset(out, 0, offsetof(struct dpi_tls_hello, extension));
    out->over = over;
    struct rn_reader r = rn_reader_of(message);
    uint8_t type = rn_take_u8(&r);
    if (!r.bad && type != CLIENT_HELLO && type != SERVER_HELLO)
        return RN_NO;
    out->server = type == SERVER_HELLO;
    size_t len = rn_take_be24(&r), left = rn_reader_left(&r);
    size_t least = out->server ? TLS_MIN_SERVER_HELLO : TLS_MIN_CLIENT_HELLO;
    if (!r.bad && (len < least || len > TLS_MAX_HANDSHAKE))
        return RN_NO;
    bool cut = len > left;
    struct rn_reader body = rn_reader_sub(&r, cut ? left : len);
    out->legacy = rn_take_be16(&body);
    if (body.bad)
        return RN_MORE;
    if (!is_hello_version(out->legacy, out->server, over))
        return RN_NO;
    struct rn_bytes random = rn_take_bytes(&body, sizeof(retry_random));
    out->retry = out->server && dpi_equal(random, rn_bytes_of(retry_random, sizeof(retry_random)));
    if (out->legacy >> 8 != 0x7f) { // drafts before 22 had no session id in the ServerHello
        size_t session_len = rn_take_u8(&body);
        if (session_len > TLS_MAX_SESSION_ID)
            return RN_YES;
        rn_skip(&body, session_len);
    }
    if (out->server)
        take_server(&body, cut, out);
    else
        take_client(&body, cut, out);
    return RN_YES;
}

static bool begins_with(struct rn_bytes text, struct rn_bytes start)
{
    return text.len >= start.len && memcmp(text.p, start.p, start.len) == 0;
}

// ALPN identifiers of HTTP over TLS (IANA "TLS ALPN Protocol IDs"; the drafts of HTTP/2 were h2-14 and so on, gRPC had
// its own), and reserved ones, which mean nothing (RFC 8701, 2).
static bool is_http(struct rn_bytes name)
{
    bool reserved =
        name.len == 2 && (dpi_at(name, 0) & 15) == 10 && dpi_at(name, 0) == dpi_at(name, 1);
    return reserved || dpi_equal(name, DPI_LITERAL("h2")) ||
           begins_with(name, DPI_LITERAL("http/")) || begins_with(name, DPI_LITERAL("h2-")) ||
           begins_with(name, DPI_LITERAL("spdy/")) || dpi_equal(name, DPI_LITERAL("grpc-exp"));
}

// Whether it can be nothing but HTTP: who offers other things too may get one of them (a TURN client does).
static bool put_alpn(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes names)
{
    struct rn_reader r = rn_reader_of(names);
    bool http = names.len > 0;
    for (unsigned n = 0; n < TLS_MAX_ALPN && rn_reader_left(&r) > 0; n++) {
        struct rn_bytes name = rn_take_bytes(&r, rn_take_u8(&r));
        rn_facts_put_text(facts, fact, name);
        http &= is_http(name);
    }
    return http;
}

// "TLS_AES_128_GCM_SHA256 (0x1301)", or "0x1301" alone.
void dpi_tls_put_cipher(struct rn_facts *facts, uint16_t code)
{
    static const char hex[] = "0123456789ABCDEF";
    char text[80], *p = text;
    const char *name = dpi_tls_cipher(code);
    size_t len = name ? strlen(name) : 0;
    if (len > 0 && len < sizeof(text) - 16) {
        memcpy(p, "TLS_", 4);
        memcpy(p + 4, name, len);
        memcpy(p + 4 + len, " (", 2);
        p += 4 + len + 2;
    }
    *p++ = '0';
    *p++ = 'x';
    for (int shift = 12; shift >= 0; shift -= 4)
        *p++ = hex[code >> shift & 15];
    if (len > 0)
        *p++ = ')';
    rn_facts_put_text(facts, RN_FACT_CIPHER, rn_bytes_of(text, (size_t)(p - text)));
}

// The version that a hello speaks of. Where supported_versions was not reached, the suites of TLS 1.3 tell: they can
// be chosen in that version only, and are offered only by those who offer it (RFC 8446, B.4).
static uint16_t version_of(const struct dpi_tls_hello *hello)
{
    if (hello->version)
        return hello->version;
    bool tls13 = hello->server ? is_tls13_suite(hello->cipher) : hello->has_tls13_suite;
    if (!hello->whole && hello->legacy == TLS_1_2) {
        if (tls13)
            return TLS_1_3;
        return hello->has_suites ? hello->legacy : 0;
    }
    return hello->legacy;
}

bool dpi_tls_put_client(struct rn_dpi_ctx *ctx, struct rn_facts *facts,
                        const struct dpi_tls_hello *hello)
{
    char text[DPI_TLS_VERSION_SIZE], ja4[DPI_JA4_SIZE];
    if (dpi_has(facts, RN_FACT_JA4)) // the second hello offers the same (RFC 8446, 4.1.2)
        return false;
    if (hello->over != DPI_TLS_QUIC && !dpi_has(facts, RN_FACT_VERSION)) {
        rn_facts_drop(facts,
                      RN_FACT_OFFERED_VERSION); // of the same hello, when less of it was there
        rn_facts_put_text(facts, RN_FACT_OFFERED_VERSION,
                          dpi_tls_version_text(version_of(hello), text));
    }
    rn_facts_put_text(facts, RN_FACT_SNI, hello->sni);
    if (hello->ech)
        rn_facts_put_flag(facts, RN_FACT_ECH);
    if (hello->whole)
        rn_facts_put_text(facts, RN_FACT_JA4, rn_bytes_of(ja4, dpi_tls_ja4(ctx, hello, ja4)));
    return put_alpn(facts, RN_FACT_ALPN, hello->alpn);
}

bool dpi_tls_put_server(struct rn_facts *facts, const struct dpi_tls_hello *hello)
{
    char text[DPI_TLS_VERSION_SIZE];
    if (hello->over != DPI_TLS_QUIC) {
        struct rn_bytes version = dpi_tls_version_text(version_of(hello), text);
        rn_facts_put_text(facts, RN_FACT_VERSION, version);
        if (version.len > 0)
            rn_facts_drop(facts, RN_FACT_OFFERED_VERSION);
    }
    if (hello->has_suites)
        dpi_tls_put_cipher(facts, hello->cipher);
    return put_alpn(facts, RN_FACT_ALPN_SELECTED, hello->alpn);
}

enum rn_verdict dpi_tls_client_hello(struct rn_dpi_ctx *ctx, struct rn_facts *facts,
                                     struct rn_bytes message, enum dpi_tls_over over, bool cut,
                                     struct dpi_tls_hello *out)
{
    enum rn_verdict verdict = dpi_tls_hello_read(message, over, out);
    if (verdict != RN_YES)
        return verdict;
    if (out->server)
        return RN_NO;
    if (!out->whole && !cut && !dpi_tls_is_all_there(message))
        return RN_MORE;
    dpi_tls_put_client(ctx, facts, out);
    return RN_YES;
}

enum rn_verdict dpi_tls_server_hello(struct rn_facts *facts, struct rn_bytes message,
                                     enum dpi_tls_over over, bool cut, struct dpi_tls_hello *out)
{
    enum rn_verdict verdict = dpi_tls_hello_read(message, over, out);
    if (verdict != RN_YES)
        return verdict;
    if (!out->server)
        return RN_NO;
    if (!out->whole && !cut && !dpi_tls_is_all_there(message))
        return RN_MORE;
    dpi_tls_put_server(facts, out);
    return RN_YES;
}
