// SPDX-License-Identifier: Apache-2.0
// A conversation over TCP in segments, in order or not, whole or cut, over the whole table and with what rows remember.
//
//   byte 0   server port, from a table of those that have a row
//   rest     segments, each: how 1 | length 2 (big-endian, cut at the end of the input) | bytes
//            how: bit 0 from the server, bit 1 a hole of 100 bytes before it, bit 2 what was sent last comes again,
//            bit 3 the capture cut it off
//
// A segment lies in a buffer of exactly its size, so that a sanitizer sees every byte too far.
#include "row_feed.h"

#define MAX_SEGMENTS 24
#define HOLE_BYTES 100

static void feed(struct rn_dpi_ctx *ctx, struct rn_dpi_memory *memory, struct rn_dpi_row *row,
                 struct rn_dpi_input *in)
{
    enum rn_app before = row->app;
    must(row_feed(ctx, memory, row, in) == RN_YES || row->app == before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t ports[] = {21,   22,   23,   25,   53,   80,   88,    110,   139,  143,
                                     179,  389,  443,  445,  502,  514,  554,   587,   1080, 1194,
                                     1433, 1883, 3306, 3389, 5060, 5222, 5432,  5672,  5900, 6379,
                                     6667, 6881, 9092, 3478, 8080, 9050, 11211, 27017, 50001};
    static struct rn_dpi_ctx *ctx;
    static struct rn_dpi_memory memory;
    if (!ctx) {
        ctx = rn_dpi_ctx_new(NULL);
        must(ctx && rn_dpi_memory_init(&memory, 4, 4, NULL) == 0);
    }
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    uint16_t server = ports[rn_take_u8(&r) % (sizeof(ports) / sizeof(ports[0]))];
    struct rn_dpi_row row = {.note = RN_DPI_NO_NOTE};
    uint32_t next[2] = {UINT32_MAX, 7}; // one of them wraps at once
    for (unsigned n = 0; n < MAX_SEGMENTS && rn_reader_left(&r) >= 3 && !row.settled; n++) {
        uint8_t how = rn_take_u8(&r);
        size_t len = rn_take_be16(&r), left = rn_reader_left(&r);
        unsigned from = how & 1u;
        struct rn_bytes bytes = rn_take_bytes(&r, len < left ? len : left);
        next[from] += how & 2 ? HOLE_BYTES : 0;
        uint32_t seq = next[from] - (how & 4 ? (uint32_t)bytes.len : 0);
        struct rn_dpi_input in = {.payload = bytes,
                                  .proto = RN_PROTO_TCP,
                                  .src_port = from ? server : 50000,
                                  .dst_port = from ? 50000 : server,
                                  .from_initiator = from == 0,
                                  .from = (uint8_t)from,
                                  .missing = how & 8 ? HOLE_BYTES : 0,
                                  .has_base = true,
                                  .base = from ? 7 : UINT32_MAX,
                                  .seq = seq};
        if (!(how & 4))
            next[from] += (uint32_t)bytes.len + in.missing;
        feed(ctx, &memory, &row, &in);
    }
    rn_dpi_forget(&memory, row.note);
    must(memory.notes.used == 0 && memory.states.used == 0 && memory.buffers.used == 0);
    return 0;
}
