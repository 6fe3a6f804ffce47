// SPDX-License-Identifier: Apache-2.0
// What lies behind the protection of QUIC: frames, the hello put together from them, the life of a row.
//
//   byte 0     version
//   datagrams  how 1 | length 2 | bytes
//   how        bit 0: sent by the server   bits 1-2: 0 the bytes as they are, else frames of an Initial that is sealed here
//              bits 3-4: destination id     bits 5-7: last bits of the packet number
//
// A datagram lies in a buffer of exactly its size, so that a sanitizer sees every byte too far.
#include "../unit/dpi/made_gcm.h"
#include "fuzz.h"

#define MAX_DATAGRAMS 12
#define MAX_FRAMES 4000
#define HEADER 24 // first byte, version, ids of 8 and 0, no token, length 4, packet number 4

struct run {
    struct rn_dpi_ctx *ctx;
    struct rn_dpi_memory memory;
    struct rn_dpi_row row;
    const struct quic_version *version;
};

static void say(struct run *run, unsigned from, struct rn_bytes bytes)
{
    uint8_t *exact = fuzz_exact(bytes);
    struct rn_dpi_input in = {.payload = rn_bytes_of(exact, bytes.len),
                              .proto = RN_PROTO_UDP,
                              .src_port = from ? 443 : 50000,
                              .dst_port = from ? 50000 : 443,
                              .from_initiator = from == 0,
                              .from = (uint8_t)from};
    uint16_t facts_len = run->row.facts.len;
    enum rn_verdict verdict = rn_dpi_packet(run->ctx, &run->memory, &in, &run->row);
    must(verdict == RN_YES || run->row.facts.len == facts_len);
    must(run->row.facts.len <= RN_FACTS_BYTES);
    free(exact);
}

static void say_sealed(struct run *run, uint8_t how, struct rn_bytes frames)
{
    static uint8_t packet[HEADER + MAX_FRAMES + DPI_GCM_TAG_BYTES];
    static const uint8_t first_id[8] = {0x83, 0x94, 0xc8, 0xf0, 0x3e, 0x51, 0x57, 0x08};
    size_t n = frames.len < MAX_FRAMES ? frames.len : MAX_FRAMES;
    struct quic_keys keys[2];
    uint32_t len = (uint32_t)(4 + n + DPI_GCM_TAG_BYTES);
    packet[0] = run->version->v2 ? 0xd3 : 0xc3;
    for (unsigned i = 0; i < 4; i++)
        packet[1 + i] = (uint8_t)(run->version->number >> (24 - 8 * i));
    packet[5] = sizeof(first_id);
    memcpy(packet + 6, first_id, sizeof(first_id));
    packet[6] ^= how >> 3 & 3;
    packet[14] = packet[15] = 0;
    for (unsigned i = 0; i < 4; i++)
        packet[16 + i] = (uint8_t)((0x80000000u | len) >> (24 - 8 * i));
    for (unsigned i = 0; i < 4; i++)
        packet[20 + i] = i == 3 ? how >> 5 : 0;
    if (n > 0)
        memcpy(packet + 24, frames.p, n);
    struct rn_bytes id = rn_bytes_of(how & 1 ? first_id : packet + 6, sizeof(first_id));
    if (n < 4 || !quic_derive(run->ctx->crypto, run->version, id, keys) ||
        !made_protect(run->ctx->crypto, &keys[how & 1], packet, 20, how >> 5, packet + 24, n))
        return;
    say(run, how & 1, rn_bytes_of(packet, 24 + n + DPI_GCM_TAG_BYTES));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t numbers[4] = {0x00000001, 0x6b3343cf, 0x51303530, 0x54303531};
    static struct run run;
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    uint8_t which = rn_take_u8(&r);
    if (!run.ctx) {
        run.ctx = rn_dpi_ctx_new(NULL);
        must(run.ctx && rn_dpi_memory_init(&run.memory, 2, 1, NULL) == 0);
    }
    memset(&run.row, 0, sizeof(run.row));
    run.row.note = RN_DPI_NO_NOTE;
    run.version = quic_version_find(numbers[which & 3]);
    for (unsigned n = 0; n < MAX_DATAGRAMS && rn_reader_left(&r) > 2 && !run.row.settled; n++) {
        uint8_t how = rn_take_u8(&r);
        size_t len = rn_take_be16(&r), left = rn_reader_left(&r);
        struct rn_bytes bytes = rn_take_bytes(&r, len < left ? len : left);
        if (how & 6)
            say_sealed(&run, how, bytes);
        else
            say(&run, how & 1, bytes);
    }
    rn_dpi_forget(&run.memory, run.row.note);
    must(run.memory.states.used == 0 && run.memory.buffers.used == 0 && run.memory.notes.used == 0);
    return 0;
}
