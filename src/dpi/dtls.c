// SPDX-License-Identifier: Apache-2.0
// DTLS on any port: RFC 6347 (1.2), RFC 9147 (1.3), RFC 4347 (1.0), and what OpenSSL spoke before it.
//
//   record     type 1 | version 2 | epoch 2 | number 6 | length 2 | fragment                      RFC 6347, 4.1
//   handshake  type 1 | length 3 | message number 2 | offset 3 | fragment's length 3 | fragment   4.2.2
//   body       as in TLS; a ClientHello has a cookie 1+n after its session id                     4.2.1
//
// 1. A row is proved by records of a known version that fill the datagram to its last byte, the first handshake message
//    among them being well-formed.
// 2. A ClientHello is put together from its fragments, whatever their order; one message at a time.
// 3. The version is the ServerHello's choice, or that of protected records; what the client offers is another fact.
#include "room.h"

#include "tls_hello.h"

#define MAX_RECORDS 8 // looked at in one datagram
#define MAX_FRAGMENTS 16
#define MAX_RECORD (16384 + 2048)
#define HANDSHAKE_HEADER 4 // of the message that is put together: as in TLS

enum { RECORD_CCS = 20, RECORD_ALERT, RECORD_HANDSHAKE, RECORD_DATA, RECORD_WITH_ID = 25 };
enum { CLIENT_HELLO = 1, SERVER_HELLO = 2, HELLO_VERIFY_REQUEST = 3, MAX_HANDSHAKE_TYPE = 24 };
enum { DTLS_1_0 = 0xfeff, DTLS_1_2 = 0xfefd, DTLS_BAD = 0x0100 }; // the last: OpenSSL 0.9.8

// What a row remembers.
struct dtls_row {
    uint16_t number; // of the ClientHello that is being put together
    uint8_t waiting; // its fragments lie in the row's buffer
    uint8_t told;    // a ClientHello was read
};

struct record {
    uint8_t type;
    uint16_t version, epoch;
    struct rn_reader body;
    bool cut;
};

struct fragment {
    uint8_t type;
    uint32_t len, offset;
    uint16_t number;
    struct rn_bytes data;
};

// What a datagram tells.
struct look {
    struct rn_dpi_ctx *ctx;
    const struct rn_dpi_input *in;
    struct dtls_row *row;
    struct dpi_assembly *hello; // fragments of a ClientHello; NULL: none
    uint16_t sure_version;      // of records that say it for sure: hidden ones; 0: none
    bool any_data;
    struct fragment server; // the beginning of a ServerHello
    bool has_server;
};

static bool is_version(uint16_t version)
{
    return version == DTLS_1_0 || version == DTLS_1_2 || version == DTLS_BAD;
}

static bool take_record(struct rn_reader *r, bool may_be_cut, struct record *out)
{
    out->type = rn_take_u8(r);
    out->version = rn_take_be16(r);
    out->epoch = rn_take_be16(r);
    rn_skip(r, 6);
    size_t len = rn_take_be16(r), left = rn_reader_left(r);
    if (r->bad || out->type < RECORD_CCS || out->type > RECORD_DATA || !is_version(out->version) ||
        len == 0 || len > MAX_RECORD)
        return false;
    out->cut = len > left;
    if (out->cut && !may_be_cut)
        return false;
    out->body = rn_reader_sub(r, out->cut ? left : len);
    return true;
}

static bool take_fragment(struct rn_reader *r, bool cut, struct fragment *out)
{
    out->type = rn_take_u8(r);
    out->len = rn_take_be24(r);
    out->number = rn_take_be16(r);
    out->offset = rn_take_be24(r);
    uint32_t len = rn_take_be24(r);
    if (r->bad || out->type > MAX_HANDSHAKE_TYPE || out->offset > out->len ||
        len > out->len - out->offset || (len == 0 && out->len > 0))
        return false;
    size_t left = rn_reader_left(r);
    if (len > left && !cut)
        return false;
    out->data = rn_take_bytes(r, len < left ? len : left);
    return true;
}

static void start_hello(struct look *look, const struct fragment *f)
{
    struct dtls_row *row = look->row;
    bool other = row->number != f->number;
    if (row->waiting && !other) {
        look->hello = dpi_buffer(look->ctx);
    } else if (row->waiting) {
        dpi_buffer_release(look->ctx);
        row->waiting = 0;
    }
    if (!look->hello || other) {
        look->hello = &look->ctx->pieces;
        dpi_assembly_clear(look->hello);
    }
    row->number = f->number;
}

static void put_header(const struct fragment *f, uint8_t out[HANDSHAKE_HEADER])
{
    out[0] = f->type;
    out[1] = (uint8_t)(f->len >> 16);
    out[2] = (uint8_t)(f->len >> 8);
    out[3] = (uint8_t)f->len;
}

static void add_fragment(struct look *look, const struct fragment *f)
{
    uint8_t header[HANDSHAKE_HEADER];
    if (look->row->told)
        return;
    if (!look->hello || look->row->number != f->number)
        start_hello(look, f);
    put_header(f, header);
    (void)dpi_assembly_put(look->hello, 0, rn_bytes_of(header, sizeof(header)));
    (void)dpi_assembly_put(look->hello, HANDSHAKE_HEADER + f->offset, f->data);
}

// Only bodies that begin as they must are what their type says.
static bool is_sound(const struct fragment *f)
{
    struct rn_reader r = rn_reader_of(f->data);
    if (f->offset > 0 || f->type < CLIENT_HELLO || f->type > HELLO_VERIFY_REQUEST)
        return true;
    uint16_t version = rn_take_be16(&r);
    if (f->type == HELLO_VERIFY_REQUEST && f->len != 3u + rn_take_u8(&r))
        return false;
    return !r.bad && is_version(version);
}

// Handshake messages in the clear.
static bool see_handshake(struct look *look, struct record *record)
{
    struct fragment f;
    for (unsigned n = 0; n < MAX_FRAGMENTS && rn_reader_left(&record->body) > 0; n++) {
        if (!take_fragment(&record->body, record->cut, &f) || !is_sound(&f))
            return false;
        if (f.type == CLIENT_HELLO)
            add_fragment(look, &f);
        if (f.type == SERVER_HELLO && f.offset == 0) {
            look->server = f;
            look->has_server = true;
        }
    }
    return true;
}

static bool see_record(struct look *look, struct record *record, bool first)
{
    if (record->version == DTLS_BAD)
        look->sure_version = DTLS_BAD;
    if (record->epoch == 0 && record->type == RECORD_HANDSHAKE)
        return see_handshake(look, record);
    if (record->version == DTLS_BAD && record->epoch == 0 && first)
        return false; // three bytes that others have too
    if (record->epoch > 0 && !look->sure_version)
        look->sure_version = record->version;
    look->any_data |= record->type == RECORD_DATA;
    return record->epoch > 0 || record->type != RECORD_DATA;
}

// Records whose length is left out or comes after an id of unknown length: RFC 9147, 4, and RFC 9146, 4. They are the
// last that can be read of a datagram.
static bool is_short_record(uint8_t first)
{
    return first >> 5 == 1 || first == RECORD_WITH_ID;
}

static bool see_all(struct look *look)
{
    struct rn_reader r = rn_reader_of(look->in->payload);
    struct record record;
    for (unsigned n = 0; n < MAX_RECORDS && rn_reader_left(&r) > 0; n++) {
        struct rn_bytes rest = rn_reader_rest(&r);
        if (n > 0 && is_short_record(dpi_at(rest, 0)))
            return true;
        if (!take_record(&r, look->in->cut, &record) || !see_record(look, &record, n == 0))
            return false;
    }
    return true;
}

static void put_version(struct rn_facts *facts, uint16_t version)
{
    char text[DPI_TLS_VERSION_SIZE];
    rn_facts_put_text(facts, RN_FACT_VERSION,
                      version == DTLS_BAD ? DPI_LITERAL("DTLS 0.9")
                                          : dpi_tls_version_text(version, text));
    rn_facts_drop(facts, RN_FACT_OFFERED_VERSION);
}

// Puts a message together that came in one fragment, in the layout of TLS.
static struct rn_bytes message_of(struct look *look, const struct fragment *f)
{
    uint8_t *out = look->ctx->message;
    size_t room = sizeof(look->ctx->message) - HANDSHAKE_HEADER;
    size_t len = f->data.len < room ? f->data.len : room;
    put_header(f, out);
    if (len > 0)
        memcpy(out + HANDSHAKE_HEADER, f->data.p, len);
    return rn_bytes_of(out, HANDSHAKE_HEADER + len);
}

static void keep(struct look *look)
{
    if (look->row->waiting)
        return; // it lies there already
    struct dpi_assembly *buffer = dpi_buffer(look->ctx);
    if (!buffer)
        return;
    *buffer = *look->hello;
    look->row->waiting = 1;
}

static void tell_client(struct look *look, struct rn_facts *facts)
{
    struct dpi_tls_hello hello;
    struct rn_bytes message = dpi_assembly_prefix(look->hello);
    // What lies wholly inside the part that is there is told at once: the rest may be lost.
    enum rn_verdict verdict =
        dpi_tls_client_hello(look->ctx, facts, message, DPI_TLS_DTLS, true, &hello);
    bool full = message.len == DPI_ASSEMBLY_BYTES || look->in->cut;
    if (verdict != RN_NO && !full && !dpi_tls_is_all_there(message)) {
        keep(look);
        return;
    }
    if (look->row->waiting)
        dpi_buffer_release(look->ctx);
    look->row->waiting = 0;
    look->row->told = 1;
}

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t type = rn_take_u8(&r);
    uint16_t version = rn_take_be16(&r);
    return type >= RECORD_CCS && type <= RECORD_DATA && is_version(version);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct dtls_row none = {.told = 0}, *row = dpi_state(ctx, sizeof(*row));
    struct look look = {.ctx = ctx, .in = in, .row = row ? row : &none};
    struct dpi_tls_hello hello = {.server = true};
    if (!see_all(&look))
        return RN_NO;
    if (look.hello || look.has_server)
        dpi_tell_client(ctx, in, look.hello != NULL);
    if (look.hello)
        tell_client(&look, facts);
    if (look.has_server)
        dpi_tls_server_hello(facts, message_of(&look, &look.server), DPI_TLS_DTLS, true, &hello);
    if (look.sure_version && !dpi_has(facts, RN_FACT_VERSION))
        put_version(facts, look.sure_version);
    if (look.has_server && look.row->told && !hello.retry)
        *more = RN_DPI_SETTLED;
    else if (look.any_data)
        *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_proto dpi_dtls = {
    .app = RN_APP_DTLS,
    .name = "DTLS",
    .spec = "RFC 9147",
    .proto = RN_PROTO_UDP,
    .ports = {4433, 5684},
    .idle_timeout = 180 * RN_SEC,
    .subject = RN_FACT_SNI,
    .hostname = RN_FACT_SNI,
    .first = {{RECORD_CCS, RECORD_DATA + 1}},
    .probe = probe,
    .parse = parse,
};
