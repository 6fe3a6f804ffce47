// SPDX-License-Identifier: Apache-2.0
// JA4, the fingerprint of a ClientHello (FoxIO, "JA4: TLS Client Fingerprinting", technical details).
//
//   t13d1516h2_8daaf6152771_e5627efa2ab1
//   |||| | |   |            `- sorted extensions without SNI and ALPN, "_", signature algorithms as they come
//   |||| | |   `- sorted cipher suites: the first 12 hexadecimal digits of SHA-256 over the list
//   |||| | `- first and last character of the first ALPN name
//   |||| `- number of extensions, `|` of cipher suites: two digits, 99 at most
//   |||`- d: there is a SNI, i: there is none
//   |`- highest version offered
//   `- t: TCP, q: QUIC, d: DTLS
//
// GREASE (RFC 8701) counts nowhere.
#include "tls_hello.h"

#define JA4_MAX_SUITES 256
#define JA4_MAX_SIGNATURES 64
#define JA4_ITEM 5 // "1301,"

enum { EXT_SERVER_NAME = 0x0000, EXT_ALPN = 0x0010 };

struct list {
    size_t len;
    char s[(DPI_TLS_EXTENSIONS_MAX + JA4_MAX_SIGNATURES + JA4_MAX_SUITES) * JA4_ITEM];
};

static const char hex[] = "0123456789abcdef";

static bool is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static void add(struct list *list, uint16_t value)
{
    if (list->len > 0 && list->s[list->len - 1] != '_')
        list->s[list->len++] = ',';
    for (int shift = 12; shift >= 0; shift -= 4)
        list->s[list->len++] = hex[value >> shift & 15];
}

// Adds a value to a sorted array.
static void insert(uint16_t *values, size_t n, uint16_t value)
{
    for (; n > 0 && values[n - 1] > value; n--)
        values[n] = values[n - 1];
    values[n] = value;
}

static bool put_hash(struct rn_dpi_ctx *ctx, const struct list *list, char out[12])
{
    uint8_t digest[DPI_SHA256_BYTES] = {0};
    if (list->len > 0 && !dpi_crypto_sha256(ctx->crypto, rn_bytes_of(list->s, list->len), digest))
        return false;
    for (unsigned i = 0; i < 6; i++) {
        out[2 * i] = hex[digest[i] >> 4];
        out[2 * i + 1] = hex[digest[i] & 15];
    }
    return true;
}

// How many there are; false: more than there is room for.
static bool list_suites(const struct dpi_tls_hello *hello, struct list *out, unsigned *out_count)
{
    uint16_t sorted[JA4_MAX_SUITES];
    size_t n = 0;
    struct rn_reader r = rn_reader_of(hello->suites);
    while (rn_reader_left(&r) >= 2) {
        uint16_t suite = rn_take_be16(&r);
        if (is_grease(suite))
            continue;
        if (n == JA4_MAX_SUITES)
            return false;
        insert(sorted, n++, suite);
    }
    for (size_t i = 0; i < n; i++)
        add(out, sorted[i]);
    *out_count = (unsigned)n;
    return true;
}

static bool list_extensions(const struct dpi_tls_hello *hello, struct list *out,
                            unsigned *out_count)
{
    uint16_t sorted[DPI_TLS_EXTENSIONS_MAX];
    size_t n = 0;
    *out_count = 0;
    for (size_t i = 0; i < hello->extensions; i++) {
        uint16_t type = hello->extension[i];
        if (is_grease(type))
            continue;
        ++*out_count;
        if (type != EXT_SERVER_NAME && type != EXT_ALPN)
            insert(sorted, n++, type);
    }
    for (size_t i = 0; i < n; i++)
        add(out, sorted[i]);
    struct rn_reader r = rn_reader_of(hello->signatures);
    bool any = false;
    for (unsigned count = 0; rn_reader_left(&r) >= 2;) {
        uint16_t signature = rn_take_be16(&r);
        if (is_grease(signature))
            continue;
        if (count++ == JA4_MAX_SIGNATURES)
            return false;
        if (!any)
            out->s[out->len++] = '_';
        any = true;
        add(out, signature);
    }
    return true;
}

static void put_version(uint16_t version, char out[2])
{
    static const struct {
        uint16_t version;
        char text[3];
    } names[] = {
        {0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
        {0x0002, "s2"}, {0xfeff, "d1"}, {0xfefd, "d2"}, {0xfefc, "d3"},
    };
    memcpy(out, "00", 2);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].version == version)
            memcpy(out, names[i].text, 2);
}

static void put_count(unsigned count, char out[2])
{
    if (count > 99)
        count = 99;
    out[0] = (char)('0' + count / 10);
    out[1] = (char)('0' + count % 10);
}

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Of a name that is not text, the first and last digit of its hexadecimal form.
static void put_alpn(struct rn_bytes names, char out[2])
{
    memcpy(out, "00", 2);
    struct rn_reader r = rn_reader_of(names);
    struct rn_bytes name = rn_take_bytes(&r, rn_take_u8(&r));
    if (r.bad || name.len == 0)
        return;
    uint8_t first = dpi_at(name, 0), last = dpi_last(name);
    bool is_text = is_alphanumeric(first) && is_alphanumeric(last);
    out[0] = is_text ? (char)first : hex[first >> 4];
    out[1] = is_text ? (char)last : hex[last & 15];
}

size_t dpi_tls_ja4(struct rn_dpi_ctx *ctx, const struct dpi_tls_hello *hello,
                   char out[DPI_JA4_SIZE])
{
    static const char over[] = {[DPI_TLS_TCP] = 't', [DPI_TLS_QUIC] = 'q', [DPI_TLS_DTLS] = 'd'};
    struct list suites, extensions;
    suites.len = extensions.len = 0;
    unsigned suite_count, extension_count;
    if (hello->too_many || !list_suites(hello, &suites, &suite_count) ||
        !list_extensions(hello, &extensions, &extension_count))
        return 0;
    out[0] = over[hello->over];
    put_version(hello->version ? hello->version : hello->legacy, out + 1);
    out[3] = hello->has_sni ? 'd' : 'i';
    put_count(suite_count, out + 4);
    put_count(extension_count, out + 6);
    put_alpn(hello->alpn, out + 8);
    out[10] = out[23] = '_';
    out[36] = '\0';
    if (!put_hash(ctx, &suites, out + 11) || !put_hash(ctx, &extensions, out + 24))
        return 0;
    return 36;
}
