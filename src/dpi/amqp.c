// SPDX-License-Identifier: Apache-2.0
// AMQP 0-9-1 and 1.0 (OASIS; ISO/IEC 19464).
//
//   header  "AMQP" | 0 0 9 1, or id 1 (0 plain, 2 TLS, 3 SASL) and 1 0 0            0-9-1: 4.2.2; 1.0: 2.2
//   frame   type 1 | channel 2 | size 4 | payload | 0xce                            0-9-1: 4.2.3
//   method  class 2 | method 2 | arguments                                          0-9-1: 4.2.4
//
// A header proves it, and so does a method of 0-9-1 with the end of its frame in place. Arguments are not looked at:
// the answer to Start holds a password.
#include "lines.h"

#define AMQP_MAX_FRAME 1048576

enum { METHOD = 1, FRAME_END = 0xce };

static struct rn_bytes version_of(struct rn_bytes header)
{
    static const uint8_t old[4] = {0, 0, 9, 1}, older[4] = {1, 1, 0, 9};
    static const uint8_t one[3] = {1, 0, 0};
    struct rn_bytes tail = dpi_after(header, 4);
    if (dpi_equal(tail, rn_bytes_of(old, 4)))
        return DPI_LITERAL("0-9-1");
    if (dpi_equal(tail, rn_bytes_of(older, 4)))
        return DPI_LITERAL("0-9");
    if (dpi_at(tail, 0) == 1 && dpi_at(tail, 1) == 1)
        return DPI_LITERAL("0-8");
    if (dpi_at(tail, 0) <= 3 && dpi_equal(dpi_after(tail, 1), rn_bytes_of(one, 3)))
        return DPI_LITERAL("1.0");
    return (struct rn_bytes){NULL, 0};
}

static enum rn_verdict take_header(const struct rn_dpi_input *in, struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes header = rn_take_bytes(&r, 8);
    if (r.bad)
        return dpi_starts(DPI_LITERAL("AMQP"), in->payload) || in->payload.len > 4 ? RN_MORE
                                                                                   : RN_NO;
    struct rn_bytes version = version_of(header);
    if (!dpi_starts(header, DPI_LITERAL("AMQP")) || version.len == 0)
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_VERSION, version);
    return RN_YES;
}

static const char *class_of(uint16_t class)
{
    switch (class) {
    case 10:
        return "connection";
    case 20:
        return "channel";
    case 40:
        return "exchange";
    case 50:
        return "queue";
    case 60:
        return "basic";
    case 85:
        return "confirm";
    case 90:
        return "tx";
    default:
        return NULL;
    }
}

static enum rn_verdict take_method(const struct rn_dpi_input *in, struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 3);
    size_t size = rn_take_be32(&r);
    struct rn_reader frame = rn_reader_sub(&r, size);
    uint8_t end = rn_take_u8(&r);
    const char *class = class_of(rn_take_be16(&frame));
    uint16_t method = rn_take_be16(&frame);
    if (r.bad || frame.bad || end != FRAME_END || !class || method < 10 || method > 121)
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_CLASS, rn_bytes_of(class, strlen(class)));
    return RN_YES;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] == 'A' ? dpi_at(in->payload, 1) == 'M' || in->payload.len == 1
                                   : in->payload.p[0] == METHOD && in->payload.len >= 12;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    enum rn_verdict verdict =
        in->payload.p[0] == 'A' ? take_header(in, facts) : take_method(in, facts);
    if (verdict == RN_YES && in->payload.p[0] != 'A')
        *more = RN_DPI_SIDE_DONE;
    return verdict;
}

const struct rn_dpi_proto dpi_amqp = {
    .app = RN_APP_AMQP,
    .name = "AMQP",
    .spec = "AMQP 0-9-1",
    .proto = RN_PROTO_TCP,
    .ports = {5672},
    .subject = RN_FACT_VERSION,
    .first = {{'A', 'A' + 1}, {METHOD, METHOD + 1}},
    .into = dpi_into_tls,
    .probe = probe,
    .parse = parse,
};
