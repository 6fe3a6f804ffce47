// SPDX-License-Identifier: Apache-2.0
// TFTP, RFC 1350, with options, RFC 2347.
//
//   request   0 | 1 or 2 | file name NUL | mode NUL | (option NUL | value NUL)*        5, to port 69
//   data      0 | 3 | block 2 | up to 512 bytes, or as negotiated                      between two other ports
//   ack       0 | 4 | block 2
//   error     0 | 5 | code 2 | text NUL
//   oack      0 | 6 | (option NUL | value NUL)*
//
// 1. The words of a request prove it: the mode is one of three.
// 2. A transfer runs between ports of its own. It is proved by its lock step: three messages of data and acknowledgement
//    in turn, each with the block that the one before it calls for.
#include "lines.h"
#include "udp.h"

#define TFTP_MAX_NAME 512
#define TFTP_MAX_OPTIONS 16

enum { OP_READ = 1, OP_WRITE, OP_DATA, OP_ACK, OP_ERROR, OP_OACK };

// The latest message of a transfer.
struct state {
    uint16_t op, block;
    uint8_t from;  // end, from 1; 0: nothing seen
    uint8_t turns; // messages that were what the one before called for
};

// Text up to a NUL that is there, without control characters.
static bool take_text(struct rn_reader *r, struct rn_bytes *out)
{
    struct rn_bytes rest = rn_reader_rest(r);
    const uint8_t *nul = rest.len > 0 ? memchr(rest.p, 0, rest.len) : NULL;
    if (!nul)
        return false;
    *out = rn_take_bytes(r, (size_t)(nul - rest.p));
    rn_skip(r, 1);
    return dpi_is_text(*out);
}

static bool take_options(struct rn_reader *r)
{
    static const char *const known[] = {"BLKSIZE",    "TIMEOUT",   "TSIZE",
                                        "WINDOWSIZE", "MULTICAST", NULL};
    for (unsigned n = 0; n < TFTP_MAX_OPTIONS && rn_reader_left(r) > 0; n++) {
        struct rn_bytes name, value;
        if (!take_text(r, &name) || !take_text(r, &value))
            return false;
        if (n == 0 && !dpi_is_one_of(name, known))
            return false;
    }
    return rn_reader_left(r) == 0;
}

static enum rn_verdict parse_request(const struct rn_dpi_input *in, struct rn_reader r, uint16_t op,
                                     struct rn_facts *facts)
{
    static const char *const modes[] = {"NETASCII", "OCTET", "MAIL", NULL};
    struct rn_bytes name, mode;
    if (!take_text(&r, &name) || name.len > TFTP_MAX_NAME)
        return RN_NO;
    // Probes of scanners have a name of nothing.
    bool at_home = dpi_on_port(in, 69);
    while (at_home && name.len == 0 && rn_reader_left(&r) > 0 && *r.p == 0)
        rn_skip(&r, 1);
    if (at_home && dpi_is_one_of(name, modes) && rn_reader_left(&r) == 0)
        mode = name, name.len = 0; // ... or no name at all
    else if (!take_text(&r, &mode) || !dpi_is_one_of(mode, modes) || (!at_home && name.len == 0))
        return RN_NO;
    if (!take_options(&r) && !in->cut)
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_COMMAND, dpi_word(op == OP_READ ? "RRQ" : "WRQ"));
    rn_facts_put_text(facts, RN_FACT_PATH, name);
    rn_facts_put_text(facts, RN_FACT_MODE, mode);
    return RN_YES;
}

// Data is acknowledged by its number, which calls for the next one.
static enum rn_verdict step(struct state *s, struct state now)
{
    bool again = s->from == now.from && s->op == now.op && s->block == now.block;
    bool in_turn = s->from != 0 && s->from != now.from && s->op != now.op &&
                   now.block == (uint16_t)(s->block + (now.op == OP_DATA));
    if (again)
        return RN_MORE;
    if (!in_turn && (s->from != 0 || now.block > 1)) // the middle of a transfer has no proof
        return RN_NO;
    now.turns = (uint8_t)(s->turns + in_turn);
    *s = now;
    return s->turns >= 2 ? RN_YES : RN_MORE;
}

// Invariant 2.
static enum rn_verdict parse_transfer(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                                      struct rn_reader r, uint16_t op)
{
    uint16_t block = rn_take_be16(&r);
    if (r.bad || (op == OP_ACK && rn_reader_left(&r) != 0))
        return RN_NO;
    struct state *s = dpi_state(ctx, sizeof(*s));
    if (!s || (op == OP_DATA && block == 0))
        return RN_NO;
    return step(s, (struct state){op, block, (uint8_t)(1 + in->from), 0});
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t op = dpi_at(in->payload, 1);
    return in->payload.len >= 4 && dpi_at(in->payload, 0) == 0 && op >= OP_READ && op <= OP_OACK;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)app;
    struct rn_reader r = rn_reader_of(in->payload);
    uint16_t op = rn_take_be16(&r);
    if (op == OP_READ || op == OP_WRITE)
        return parse_request(in, r, op, facts);
    if (op == OP_OACK)
        return rn_reader_left(&r) > 0 && take_options(&r) ? RN_YES : RN_NO;
    if (op != OP_DATA && op != OP_ACK)
        return RN_NO;
    enum rn_verdict verdict = parse_transfer(ctx, in, r, op);
    if (verdict == RN_YES)
        *more = RN_DPI_SETTLED;
    return verdict;
}

const struct rn_dpi_proto dpi_tftp = {
    .app = RN_APP_TFTP,
    .name = "TFTP",
    .spec = "RFC 1350",
    .proto = RN_PROTO_UDP,
    .ports = {69},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_PATH,
    .words = {RN_FACT_COMMAND},
    .hostname = RN_FACT_NONE,
    .first = {{0, 1}},
    .probe = probe,
    .parse = parse,
};
