// SPDX-License-Identifier: Apache-2.0
// VNC: the Remote Framebuffer protocol, RFC 6143.
//
//   ProtocolVersion  "RFB 003.008\n", from the server and then from the client    7.1.1
//
// The twelve bytes prove it. The version in use is the client's answer; the server's offer stays where the client was
// not seen. What follows holds a challenge of the password, and is not looked at.
#include "lines.h"

#define VNC_VERSION_BYTES 12

// "RFB xxx.yyy\n"
static bool is_version(struct rn_bytes text)
{
    for (size_t i = 4; i < VNC_VERSION_BYTES - 1; i++)
        if (i == 7 ? text.p[i] != '.' : !dpi_is_digit(text.p[i]))
            return false;
    return text.p[VNC_VERSION_BYTES - 1] == '\n';
}

static bool probe(const struct rn_dpi_input *in)
{
    size_t n = in->payload.len < 4 ? in->payload.len : 4;
    return memcmp(in->payload.p, "RFB ", n) == 0;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes text = rn_take_bytes(&r, VNC_VERSION_BYTES);
    if (r.bad)
        return RN_MORE;
    if (!is_version(text))
        return RN_NO;
    text = dpi_after(text, 4);
    text.len--;
    if (in->from_initiator)
        rn_facts_drop(facts, RN_FACT_VERSION);
    rn_facts_put_text(facts, RN_FACT_VERSION, text);
    *more = RN_DPI_SIDE_DONE;
    return RN_YES;
}

const struct rn_dpi_proto dpi_vnc = {
    .app = RN_APP_VNC,
    .name = "VNC",
    .spec = "RFC 6143",
    .proto = RN_PROTO_TCP,
    .ports = {5900, 5901, 5902},
    .subject = RN_FACT_VERSION,
    .first = {{'R', 'R' + 1}},
    .probe = probe,
    .parse = parse,
};
