// SPDX-License-Identifier: Apache-2.0
// Syslog over TCP, RFC 6587: the messages of syslog.c, behind their length or each on its line.
//
//   counted  length SP message          3.4.1    "36 <34>1 2003-10-11T22:14:15.003Z ..."
//   lines    message LF                 3.4.2
#include "lines.h"
#include "syslog.h"

#define SYSLOG_MAX_MESSAGE 65536

static bool is_home(uint16_t port)
{
    return port == 514 || port == 601;
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] == '<' || dpi_is_digit(in->payload.p[0]);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes message;
    uint32_t len = 0;
    bool counted = dpi_is_digit(in->payload.p[0]), home = is_home(in->dst_port);
    if (counted) {
        if (!dpi_take_number(&r, SYSLOG_MAX_MESSAGE, &len) || len < 8)
            return in->payload.len < 6 ? RN_MORE : RN_NO;
        if (rn_take_u8(&r) != ' ' || (rn_reader_left(&r) > 0 && *r.p != '<'))
            return r.bad ? RN_MORE : RN_NO;
        if (rn_reader_left(&r) < len)
            return in->cut ? RN_NO : RN_MORE;
        message = rn_take_bytes(&r, len);
    } else if (!dpi_take_line(&r, &message)) {
        // Some senders end a message by nothing at all; on the port a payload is believed to be one.
        if (!home)
            return RN_NO;
        message = in->payload;
    }
    return dpi_syslog_message(message, home, facts);
}

const struct rn_dpi_proto dpi_syslog_tcp = {
    .app = RN_APP_SYSLOG,
    .name = "Syslog",
    .spec = "RFC 6587",
    .proto = RN_PROTO_TCP,
    .ports = {514, 601},
    .subject = RN_FACT_HOSTNAME,
    .first = {{'<', '<' + 1}, {'1', '9' + 1}},
    .probe = probe,
    .parse = parse,
};
