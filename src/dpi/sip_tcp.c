// SPDX-License-Identifier: Apache-2.0
// SIP over TCP, RFC 3261, 18: the messages are those of sip.c, one behind the other.
#include "sip.h"

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] >= 'A' && in->payload.p[0] <= 'Z';
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    return dpi_sip_message(in->payload, facts);
}

const struct rn_dpi_proto dpi_sip_tcp = {
    .app = RN_APP_SIP,
    .name = "SIP",
    .spec = "RFC 3261",
    .proto = RN_PROTO_TCP,
    .ports = {5060},
    .subject = RN_FACT_HOST,
    .words = {RN_FACT_METHOD},
    .hostname = RN_FACT_HOST,
    .first = {{'A', 'Z' + 1}},
    .probe = probe,
    .parse = parse,
};
