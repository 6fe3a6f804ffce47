// SPDX-License-Identifier: Apache-2.0
// Telnet, RFC 854 and RFC 855.
//
//   negotiation     IAC 255 | WILL 251, WONT 252, DO 253, DONT 254 | option
//   subnegotiation  IAC | SB 250 | option ... IAC | SE 240
//
// 1. Only negotiation proves it: two commands at the start of a direction, or on the port one with nothing but text
//    behind it. Text alone is anything.
// 2. What is typed is never looked at, and a subnegotiation tells no more than the terminal's name (RFC 1091): it may
//    hold a user's name and environment.
#include "lines.h"

#define TELNET_PORT 23
#define TELNET_MAX_COMMANDS 64 // of one payload
#define TELNET_MAX_SUB 512

enum { SE = 240, SB = 250, WILL = 251, DONT = 254, IAC = 255 };
enum { OPTION_TERMINAL = 24, OPTION_LAST = 49 }; // IANA; 138 to 140 and 255 are registered too

static bool is_option(uint8_t option)
{
    return option <= OPTION_LAST || (option >= 138 && option <= 140) || option == 255;
}

// Skips to behind IAC SE. "xterm" of IAC SB TERMINAL-TYPE IS is told. False: it has no end.
static bool take_sub(struct rn_reader *r, struct rn_bytes *terminal)
{
    struct rn_bytes body = rn_reader_rest(r);
    bool after_iac = false;
    for (size_t n = 0; n < TELNET_MAX_SUB && rn_reader_left(r) > 0; n++) {
        uint8_t c = rn_take_u8(r);
        if (after_iac && c == SE) {
            body.len = n - 1;
            if (body.len > 2 && body.p[0] == OPTION_TERMINAL && dpi_at(body, 1) == 0)
                *terminal = dpi_after(body, 2);
            return is_option(dpi_at(body, 0)) && body.len > 0;
        }
        after_iac = c == IAC && !after_iac;
    }
    r->bad = true;
    return false;
}

static bool is_typed(struct rn_bytes rest)
{
    for (size_t i = 0; i < rest.len; i++) {
        uint8_t c = rest.p[i];
        if (c >= 0x7f && c != IAC && c < 0xa0)
            return false;
        if (c == IAC)
            return true;
    }
    return true;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t command = dpi_at(in->payload, 1), option = dpi_at(in->payload, 2);
    if (in->payload.p[0] != IAC)
        return false;
    return in->payload.len < 3 || (command >= SB && command <= DONT && is_option(option));
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes terminal = {NULL, 0};
    unsigned commands = 0;
    for (; commands < TELNET_MAX_COMMANDS && rn_reader_left(&r) >= 3 && *r.p == IAC; commands++) {
        struct rn_reader at = r;
        rn_skip(&at, 1);
        uint8_t command = rn_take_u8(&at);
        bool fits = command == SB
                        ? take_sub(&at, &terminal)
                        : command >= WILL && command <= DONT && is_option(rn_take_u8(&at));
        if (at.bad && !in->cut && commands == 0)
            return rn_reader_left(&r) <= TELNET_MAX_SUB ? RN_MORE : RN_NO;
        if (!fits)
            break;
        r = at;
    }
    if (commands == 0)
        return in->payload.len < 3 && !in->cut ? RN_MORE : RN_NO;
    bool on_port = dpi_on_port(in, TELNET_PORT);
    if (!on_port && facts->len == 0 && !(in->start && commands >= 2))
        return RN_NO;
    if (commands == 1 && !is_typed(rn_reader_rest(&r)))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_NAME, terminal);
    return RN_YES;
}

const struct rn_dpi_proto dpi_telnet = {
    .app = RN_APP_TELNET,
    .name = "Telnet",
    .spec = "RFC 854",
    .proto = RN_PROTO_TCP,
    .ports = {TELNET_PORT},
    .subject = RN_FACT_NAME,
    .first = {{IAC, IAC + 1}},
    .probe = probe,
    .parse = parse,
};
