// SPDX-License-Identifier: Apache-2.0
// Every row of the inspection table, and the way through the table, over arbitrary payloads.
//
//   byte 0   row number; beyond the table: rn_dpi_inspect
//   byte 1   bit 0 direction, bit 1 UDP, bits 2-4 server port, bits 5-7 packets seen before
//   rest     payloads, each with a length of two bytes (big-endian, cut at the end of the input)
//
// A payload lies in a buffer of exactly its size, so that a sanitizer sees every byte too far.
#include "facts_check.h"

#include "rustnet/dpi.h"

#define MAX_PAYLOADS 8

struct run {
    struct rn_dpi_ctx *ctx;
    const struct rn_dpi_proto *row; // NULL: the whole table
    struct rn_facts facts;
    enum rn_app app;
    unsigned seen;
};

static void check_names(const struct run *run)
{
    struct rn_text256 text;
    rn_dpi_text(run->app, &run->facts, &text);
    must_be_clean(text.s, text.len);
    struct rn_bytes name = rn_dpi_hostname(run->app, &run->facts);
    must((name.p == NULL) == (name.len == 0));
}

static void run_one(struct run *run, const struct rn_dpi_input *in)
{
    uint16_t facts_len = run->facts.len;
    enum rn_app before = run->app;
    enum rn_dpi_more more = RN_DPI_OPEN;
    enum rn_verdict verdict;
    if (!run->row) {
        verdict = rn_dpi_inspect(run->ctx, in, run->seen++, &run->facts, &run->app, &more);
    } else {
        if (in->payload.len == 0 || in->proto != run->row->proto || !run->row->probe(in))
            return;
        run->app = run->row->app;
        verdict = run->row->parse(run->ctx, in, &run->facts, &run->app, &more);
    }
    must(verdict == RN_YES || run->facts.len == facts_len);
    must(verdict == RN_YES || run->row || run->app == before);
    must(run->app < RN_APP_COUNT);
    must_be_facts(&run->facts);
    check_names(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t ports[8] = {53, 80, 443, 8080, 853, 0, 5353, 50001};
    static struct rn_dpi_ctx *ctx;
    struct rn_reader r = rn_reader_of(rn_bytes_of(data, size));
    uint8_t which = rn_take_u8(&r), how = rn_take_u8(&r);
    if (!ctx)
        ctx = rn_dpi_ctx_new(NULL);
    if (r.bad || !ctx)
        return 0;
    struct run run = {.ctx = ctx, .app = RN_APP_NONE, .seen = how >> 5};
    const struct rn_dpi_proto *const *rows = rn_dpi_table();
    for (size_t i = 0; rows[i] && !run.row; i++)
        run.row = i == which ? rows[i] : NULL;
    for (unsigned n = 0; n < MAX_PAYLOADS && rn_reader_left(&r) >= 2; n++) {
        size_t len = rn_take_be16(&r), left = rn_reader_left(&r);
        struct rn_bytes payload = rn_take_bytes(&r, len < left ? len : left);
        uint8_t *exact = fuzz_exact(payload);
        bool forth = ((how ^ n) & 1) == 0;
        uint16_t server = ports[how >> 2 & 7];
        struct rn_dpi_input in = {.payload = rn_bytes_of(exact, payload.len),
                                  .proto = how & 2 ? RN_PROTO_UDP : RN_PROTO_TCP,
                                  .src_port = forth ? 50000 : server,
                                  .dst_port = forth ? server : 50000,
                                  .from_initiator = forth};
        run_one(&run, &in);
        free(exact);
    }
    return 0;
}
