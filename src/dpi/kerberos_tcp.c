// SPDX-License-Identifier: Apache-2.0
// Kerberos 5 over TCP, RFC 4120, 7.2.2: the messages of kerberos.c, each behind its length.
//
//   record  length 4 (the highest bit is 0) | message
//
// The message proves it; the length must be no less than what is here.
#include "kerberos.h"

#define KRB_MAX_RECORD 131072

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t tag = dpi_at(in->payload, 4);
    return in->payload.p[0] == 0 && dpi_at(in->payload, 1) <= 1 &&
           (in->payload.len < 5 || (tag & 0xe0) == 0x60); // [APPLICATION n], constructed
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    size_t len = rn_take_be32(&r), left = rn_reader_left(&r);
    if (r.bad)
        return in->start ? RN_MORE : RN_NO;
    if (len < 16 || len > KRB_MAX_RECORD || left > 2 * len)
        return RN_NO;
    if (left < len && left < 1024 && !in->cut)
        return RN_MORE;
    return dpi_kerberos_message(rn_take_bytes(&r, left < len ? left : len), facts);
}

const struct rn_dpi_proto dpi_kerberos_tcp = {
    .app = RN_APP_KERBEROS,
    .name = "Kerberos",
    .spec = "RFC 4120",
    .proto = RN_PROTO_TCP,
    .ports = {88},
    .subject = RN_FACT_NAME,
    .words = {RN_FACT_TYPE},
    .first = {{0, 1}},
    .probe = probe,
    .parse = parse,
};
