// SPDX-License-Identifier: Apache-2.0
// Initial packets of a row: the keys that open them, and the ClientHello that their CRYPTO frames hold.
//
//   client's first Initial -> its destination id gives both sides' keys (RFC 9001, 5.2)
//   Retry                  -> the client begins anew with another id, and so with other keys
//   another version        -> keys anew from the same id (RFC 9369, 4.1: the server may change to a version it prefers)
//
// 1. Keys stay with the row only if a packet's tag fits them; a row tries a bounded number of ids.
// 2. Frames of the hello may come in any order, over any number of packets, and overlap (RFC 9000, 7.5); most hellos lie
//    in one datagram and never see the row's buffer.
// 3. Once the server has answered with an Initial that these keys open, there are no others: Retry comes before that
//    (RFC 9000, 17.2.5.2), and a forged first Initial could otherwise close the row with the next.
#include "quic.h"

#include "tls_hello.h"

// A client's word about its idle time-out is taken between these.
#define MIN_IDLE_MS 10000
#define MAX_IDLE_MS 1800000
#define MAX_VAIN 6 // ids of a row that keys are derived from in vain

static void adopt(struct quic_row *row, const struct quic_packet *packet, struct rn_bytes dcid,
                  const struct quic_keys keys[2])
{
    memcpy(row->keys, keys, sizeof(row->keys));
    row->version = packet->number;
    if (dcid.len > 0)
        memmove(row->dcid, dcid.p, dcid.len);
    row->dcid_len = (uint8_t)dcid.len;
}

// With the keys that the row has, or those of another version from the same id.
static struct rn_bytes open_known(struct quic_look *look, const struct quic_packet *packet)
{
    struct quic_row *row = look->row;
    struct dpi_crypto *crypto = look->ctx->crypto;
    unsigned side = look->in->from != row->client;
    if (packet->number == row->version)
        return quic_open(crypto, &row->keys[side], packet, look->ctx->plain);
    struct quic_keys keys[2];
    struct rn_bytes plain = {NULL, 0}, dcid = rn_bytes_of(row->dcid, row->dcid_len);
    if (row->vain < MAX_VAIN && quic_derive(crypto, packet->version, dcid, keys))
        plain = quic_open(crypto, &keys[side], packet, look->ctx->plain);
    if (plain.p)
        adopt(row, packet, dcid, keys);
    else
        row->vain++;
    return plain;
}

static void tell_beginning(struct rn_bytes dcid, uint8_t out_begun[RN_QUIC_BEGUN_BYTES])
{
    for (size_t i = 0; i < RN_QUIC_BEGUN_BYTES; i++)
        out_begun[i] = dpi_at(dcid, i);
}

bool rn_dpi_quic_begins(struct rn_dpi_ctx *ctx, struct rn_bytes datagram,
                        uint8_t out_begun[RN_QUIC_BEGUN_BYTES])
{
    struct rn_reader r = rn_reader_of(datagram);
    struct quic_packet packet;
    struct quic_keys keys[2];
    if (!quic_take_packet(&r, &packet) || packet.type != QUIC_INITIAL || !packet.version ||
        packet.cut || packet.dcid.len == 0 ||
        !quic_derive(ctx->crypto, packet.version, packet.dcid, keys) ||
        !quic_open(ctx->crypto, &keys[0], &packet, ctx->plain).p)
        return false;
    tell_beginning(packet.dcid, out_begun);
    return true;
}

// As the first Initial of a client.
static struct rn_bytes open_first(struct quic_look *look, const struct quic_packet *packet)
{
    struct quic_row *row = look->row;
    struct quic_keys keys[2];
    struct rn_bytes plain = {NULL, 0};
    if (packet->dcid.len == 0 || row->vain >= MAX_VAIN || row->flags & QUIC_ROW_ANSWERED)
        return plain;
    if (quic_derive(look->ctx->crypto, packet->version, packet->dcid, keys))
        plain = quic_open(look->ctx->crypto, &keys[0], packet, look->ctx->plain);
    if (!plain.p) {
        row->vain++;
        return plain;
    }
    adopt(row, packet, packet->dcid, keys);
    tell_beginning(packet->dcid, look->ctx->life->begun);
    row->client = look->in->from;
    dpi_tell_client(look->ctx, look->in, true);
    if (row->flags & QUIC_ROW_WAITING) // what came before Retry comes again
        dpi_buffer_release(look->ctx);
    row->flags &= (uint8_t)~QUIC_ROW_WAITING;
    look->hello = NULL;
    return plain;
}

static struct rn_bytes open_initial(struct quic_look *look, const struct quic_packet *packet)
{
    struct quic_row *row = look->row;
    if (row->version) {
        struct rn_bytes plain = open_known(look, packet);
        bool same_id = dpi_equal(packet->dcid, rn_bytes_of(row->dcid, row->dcid_len));
        if (plain.p || same_id || look->in->from != row->client)
            return plain;
    }
    return open_first(look, packet);
}

static void add_crypto(struct quic_look *look, const struct quic_frame *frame)
{
    struct quic_row *row = look->row;
    if ((row->flags & QUIC_ROW_TOLD) || look->in->from != row->client ||
        frame->offset > DPI_ASSEMBLY_BYTES)
        return;
    if (!look->hello && (row->flags & QUIC_ROW_WAITING))
        look->hello = dpi_buffer(look->ctx);
    if (!look->hello) {
        look->hello = &look->ctx->pieces;
        dpi_assembly_clear(look->hello);
    }
    (void)dpi_assembly_put(look->hello, (uint32_t)frame->offset, frame->data);
}

static void keep_scid(struct quic_row *row, struct rn_bytes scid)
{
    if (scid.len > 0)
        memcpy(row->scid, scid.p, scid.len);
    row->scid_len = (uint8_t)scid.len;
}

// The ids that both ends chose, once the server has answered to the client's.
static void tell_ids(struct quic_look *look, const struct quic_packet *packet)
{
    struct quic_row *row = look->row;
    if (look->in->from == row->client) {
        keep_scid(row, packet->scid);
        return;
    }
    row->flags |= QUIC_ROW_ANSWERED;
    if (!dpi_equal(packet->dcid, rn_bytes_of(row->scid, row->scid_len)))
        return;
    struct rn_dpi_quic_ids *ids = &look->ctx->quic_ids;
    *ids = (struct rn_dpi_quic_ids){.client = row->client};
    ids->len[row->client] = row->scid_len;
    memcpy(ids->id[row->client], row->scid, row->scid_len);
    ids->len[!row->client] = (uint8_t)packet->scid.len;
    if (packet->scid.len > 0)
        memcpy(ids->id[!row->client], packet->scid.p, packet->scid.len);
    look->ctx->quic_ids_told = true;
}

void quic_initial(struct quic_look *look, const struct quic_packet *packet)
{
    struct rn_bytes plain = open_initial(look, packet);
    if (!plain.p)
        return;
    look->opened = true;
    tell_ids(look, packet);
    look->chlo = packet->version->chlo;
    struct rn_reader r = rn_reader_of(plain);
    struct quic_frame frame;
    for (unsigned n = 0; n < QUIC_MAX_FRAMES; n++) {
        switch (quic_take_frame(&r, packet->version, &frame)) {
        case QUIC_FRAME_CRYPTO:
            add_crypto(look, &frame);
            break;
        case QUIC_FRAME_CLOSE:
            look->close_seen = true;
            look->close_by_app = frame.by_app;
            look->close_code = frame.code;
            break;
        case QUIC_FRAME_END:
            return;
        }
    }
}

// What lies wholly inside the part that is there is told at once: the rest may be lost. True: nothing more is to be
// waited for.
static bool tell_tls(struct quic_look *look, struct rn_bytes message, struct rn_facts *facts)
{
    struct dpi_tls_hello hello;
    enum rn_verdict verdict =
        dpi_tls_client_hello(look->ctx, facts, message, DPI_TLS_QUIC, true, &hello);
    bool full = message.len == DPI_ASSEMBLY_BYTES;
    if (verdict == RN_MORE || (verdict == RN_YES && !full && !dpi_tls_is_all_there(message)))
        return full;
    uint64_t idle_ms = verdict == RN_YES ? quic_idle_timeout(hello.quic_params) : 0;
    if (idle_ms > 0)
        look->ctx->life->idle_ms = (uint32_t)(idle_ms < MIN_IDLE_MS   ? MIN_IDLE_MS
                                              : idle_ms > MAX_IDLE_MS ? MAX_IDLE_MS
                                                                      : idle_ms);
    return true;
}

static bool tell_google(struct rn_bytes message, struct rn_facts *facts)
{
    struct rn_bytes name = quic_google_sni(message);
    if (dpi_is_hostname(name))
        rn_facts_put_text(facts, RN_FACT_SNI, name);
    return name.len > 0;
}

static bool tell(struct quic_look *look, struct rn_facts *facts)
{
    struct rn_bytes message = dpi_assembly_prefix(look->hello);
    return look->chlo ? tell_google(message, facts) : tell_tls(look, message, facts);
}

static void keep(struct quic_look *look)
{
    if (look->row->flags & QUIC_ROW_WAITING)
        return; // it lies there already
    struct dpi_assembly *buffer = dpi_buffer(look->ctx);
    if (!buffer)
        return;
    *buffer = *look->hello;
    look->row->flags |= QUIC_ROW_WAITING;
}

void quic_tell_hello(struct quic_look *look, struct rn_facts *facts)
{
    if (!look->hello || (look->row->flags & QUIC_ROW_TOLD))
        return;
    if (!tell(look, facts)) {
        keep(look);
        return;
    }
    if (look->row->flags & QUIC_ROW_WAITING)
        dpi_buffer_release(look->ctx);
    look->row->flags &= (uint8_t)~QUIC_ROW_WAITING;
    look->row->flags |= QUIC_ROW_TOLD;
}
