// SPDX-License-Identifier: Apache-2.0
// Modbus over TCP: MODBUS Messaging on TCP/IP 1.0b, MODBUS Application Protocol 1.1b3.
//
//   header  transaction 2 | protocol 2 (0) | length 2 | unit 1
//   body    function 1 | data            an answer that reports an error: function + 128 | code 1
//
// Only on its port, and only if messages fill the payload with data as long as their function demands: twelve bytes
// with two zeros among them are no proof elsewhere.
#include "lines.h"

#define MODBUS_PORT 502
#define MODBUS_MAX_LENGTH 254
#define MODBUS_MAX_MESSAGES 32 // of one payload

static const char *name_of(uint8_t function)
{
    switch (function) {
    case 1:
        return "Read Coils";
    case 2:
        return "Read Discrete Inputs";
    case 3:
        return "Read Holding Registers";
    case 4:
        return "Read Input Registers";
    case 5:
        return "Write Single Coil";
    case 6:
        return "Write Single Register";
    case 7:
        return "Read Exception Status";
    case 8:
        return "Diagnostics";
    case 11:
        return "Get Comm Event Counter";
    case 12:
        return "Get Comm Event Log";
    case 15:
        return "Write Multiple Coils";
    case 16:
        return "Write Multiple Registers";
    case 17:
        return "Report Server ID";
    case 20:
        return "Read File Record";
    case 21:
        return "Write File Record";
    case 22:
        return "Mask Write Register";
    case 23:
        return "Read/Write Multiple Registers";
    case 24:
        return "Read FIFO Queue";
    case 43:
        return "Encapsulated Interface Transport";
    default:
        return NULL;
    }
}

// Whether the data behind a function may be as long as that; `client` asks, otherwise it is an answer.
static bool is_length(uint8_t function, struct rn_bytes data, bool client)
{
    bool counted = data.len >= 1 && data.p[0] == data.len - 1;
    if (function >= 0x80)
        return !client && data.len == 1;
    if (function >= 1 && function <= 4)
        return client ? data.len == 4 : counted;
    if (function == 5 || function == 6)
        return data.len == 4;
    if (function == 15 || function == 16)
        return client ? data.len >= 6 && dpi_at(data, 4) == data.len - 5 : data.len == 4;
    if (function == 22)
        return data.len == 6;
    return true;
}

static bool probe(const struct rn_dpi_input *in)
{
    return dpi_at(in->payload, 2) == 0 && dpi_at(in->payload, 3) == 0 &&
           dpi_at(in->payload, 4) == 0;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    uint8_t function = 0;
    for (unsigned n = 0; n < MODBUS_MAX_MESSAGES && rn_reader_left(&r) > 0; n++) {
        rn_skip(&r, 2);
        uint16_t protocol = rn_take_be16(&r);
        size_t len = rn_take_be16(&r);
        struct rn_reader message = rn_reader_sub(&r, len);
        rn_skip(&message, 1);
        function = rn_take_u8(&message);
        if (protocol != 0 || (!r.bad && (len < 2 || len > MODBUS_MAX_LENGTH)))
            return RN_NO;
        if (r.bad)
            return in->start && in->payload.len < MODBUS_MAX_LENGTH ? RN_MORE : RN_NO;
        if (!name_of(function & 0x7f) ||
            !is_length(function, rn_reader_rest(&message), in->dst_port == MODBUS_PORT))
            return RN_NO;
    }
    const char *name = name_of(function & 0x7f);
    if (!name)
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(name, strlen(name)));
    return RN_YES;
}

const struct rn_dpi_proto dpi_modbus = {
    .app = RN_APP_MODBUS,
    .name = "Modbus",
    .spec = "MODBUS TCP 1.0b",
    .proto = RN_PROTO_TCP,
    .ports = {MODBUS_PORT},
    .port_gated = true,
    .subject = RN_FACT_COMMAND,
    .probe = probe,
    .parse = parse,
};
