// SPDX-License-Identifier: Apache-2.0
// Datagrams of one row, in both directions and with what rows remember, over arbitrary payloads.
//
//   byte 0   server port, from a table of those that have a gate
//   byte 1   bit 0 first direction, bit 1 change it with each datagram, bit 2 the last one is cut
//   rest     datagrams, each with a length of two bytes (big-endian, cut at the end of the input)
//
// A payload lies in a buffer of exactly its size, so that a sanitizer sees every byte too far.
#include "row_feed.h"

#define MAX_DATAGRAMS 16

static void feed(struct rn_dpi_ctx *ctx, struct rn_dpi_memory *memory, struct rn_dpi_row *row,
                 struct rn_dpi_input *in)
{
    enum rn_app before = row->app;
    (void)row_feed(ctx, memory, row, in);
    must(before == RN_APP_NONE || row->app == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t ports[] = {53,   67,   123, 137,  138,  161,   389,   500,  514,
                                     547,  1812, 69,  1900, 3478, 4500,  5060,  5353, 5355,
                                     5683, 88,   443, 1194, 6881, 11211, 51820, 50001};
    static struct rn_dpi_ctx *ctx;
    static struct rn_dpi_memory memory;
    if (!ctx) {
        ctx = rn_dpi_ctx_new(NULL);
        must(ctx && rn_dpi_memory_init(&memory, 4, 4, NULL) == 0);
    }
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    uint8_t which = rn_take_u8(&r), how = rn_take_u8(&r);
    uint16_t server = ports[which % (sizeof(ports) / sizeof(ports[0]))];
    struct rn_dpi_row row = {.note = RN_DPI_NO_NOTE};
    for (unsigned n = 0; n < MAX_DATAGRAMS && rn_reader_left(&r) >= 2 && !row.settled; n++) {
        size_t len = rn_take_be16(&r), left = rn_reader_left(&r);
        unsigned from = (how & 1u) ^ (how & 2u ? n & 1u : 0u);
        struct rn_dpi_input in = {.payload = rn_take_bytes(&r, len < left ? len : left),
                                  .proto = RN_PROTO_UDP,
                                  .src_port = from ? server : 50000,
                                  .dst_port = from ? 50000 : server,
                                  .from_initiator = from == 0,
                                  .from = (uint8_t)from};
        if (how & 4 && len > left)
            in.missing = (uint32_t)(len - left);
        feed(ctx, &memory, &row, &in);
    }
    rn_dpi_forget(&memory, row.note);
    must(memory.notes.used == 0 && memory.states.used == 0 && memory.buffers.used == 0);
    return 0;
}
