// SPDX-License-Identifier: Apache-2.0
// Memcached over TCP: protocol.txt, protocol-binary.txt.
//
//   command  verb [key [flags expiry bytes]] CRLF [data CRLF]     "set k 0 0 5\r\nhello\r\n"
//   answer   "STORED" / "VALUE key flags bytes" / "END" / ... CRLF
//   binary   magic 0x80 or 0x81 | opcode 1 | key length 2 | extras 1 | type 1 (0) | status 2 | body 4 | opaque 4 | cas 8
//
// Only on its port, as its verbs are words of every language. The verb is told, no key and no value.
#include "lines.h"

#define MEMCACHED_PORT 11211
#define MEMCACHED_MAX_KEY 250
#define MEMCACHED_HEADER 24
#define MEMCACHED_LAST_OPCODE 0x45

static const char *const storage[] = {"SET", "ADD", "REPLACE", "APPEND", "PREPEND", "CAS", NULL};
static const char *const keyed[] = {"GET",   "GETS", "GAT", "GATS", "DELETE", "INCR", "DECR",
                                    "TOUCH", "MG",   "MS",  "MD",   "MA",     NULL};
static const char *const alone[] = {"STATS",     "VERSION", "QUIT", "FLUSH_ALL",
                                    "VERBOSITY", "MN",      NULL};
static const char *const answers[] = {
    "STORED", "NOT_STORED", "EXISTS",       "NOT_FOUND",    "END",  "DELETED", "TOUCHED", "OK",
    "ERROR",  "VALUE",      "CLIENT_ERROR", "SERVER_ERROR", "STAT", "VERSION", "RESET",   NULL};

// "flags expiry bytes [cas] [noreply]": three numbers at least.
static bool are_numbers(struct rn_reader *words)
{
    uint32_t number;
    for (int i = 0; i < 3; i++) {
        struct rn_reader word = rn_reader_of(dpi_take_word(words));
        if (i == 1 && rn_reader_left(&word) > 0 && *word.p == '-')
            rn_skip(&word, 1);
        if (!dpi_take_number(&word, UINT32_MAX - 1, &number) || rn_reader_left(&word) > 0)
            return false;
    }
    return true;
}

static bool is_command(struct rn_bytes verb, struct rn_reader words)
{
    if (dpi_is_one_of(verb, alone))
        return true;
    struct rn_bytes key = dpi_take_word(&words);
    if (key.len == 0 || key.len > MEMCACHED_MAX_KEY)
        return false;
    return dpi_is_one_of(verb, keyed) || (dpi_is_one_of(verb, storage) && are_numbers(&words));
}

static enum rn_verdict take_text(const struct rn_dpi_input *in, struct rn_facts *facts)
{
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    if (!dpi_take_line(&r, &line))
        return in->payload.len < DPI_MAX_LINE && dpi_is_text(in->payload) ? RN_MORE : RN_NO;
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes verb = dpi_take_word(&words);
    if (in->src_port == MEMCACHED_PORT)
        return dpi_is_one_of(verb, answers) && dpi_is_text(line) ? RN_YES : RN_NO;
    if (!dpi_is_text(line) || !is_command(verb, words))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_COMMAND, verb);
    return RN_YES;
}

static enum rn_verdict take_binary(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    bool request = rn_take_u8(&r) == 0x80;
    uint8_t opcode = rn_take_u8(&r);
    size_t key = rn_take_be16(&r), extras = rn_take_u8(&r);
    uint8_t type = rn_take_u8(&r);
    rn_skip(&r, 2);
    size_t body = rn_take_be32(&r);
    if (in->payload.len < MEMCACHED_HEADER)
        return RN_MORE;
    bool fits = opcode <= MEMCACHED_LAST_OPCODE && type == 0 && key <= MEMCACHED_MAX_KEY &&
                extras <= 24 && key + extras <= body && request == (in->dst_port == MEMCACHED_PORT);
    return fits ? RN_YES : RN_NO;
}

static bool probe(const struct rn_dpi_input *in)
{
    uint8_t first = in->payload.p[0];
    return dpi_is_alpha(first) || first == 0x80 || first == 0x81;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    return in->payload.p[0] >= 0x80 ? take_binary(in) : take_text(in, facts);
}

const struct rn_dpi_proto dpi_memcached = {
    .app = RN_APP_MEMCACHED,
    .name = "Memcached",
    .spec = "Memcached protocol",
    .proto = RN_PROTO_TCP,
    .ports = {MEMCACHED_PORT},
    .port_gated = true,
    .subject = RN_FACT_COMMAND,
    .first = {{'A', 'Z' + 1}, {'a', 'z' + 1}, {0x80, 0x82}},
    .probe = probe,
    .parse = parse,
};
