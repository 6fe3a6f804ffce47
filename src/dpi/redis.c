// SPDX-License-Identifier: Apache-2.0
// Redis: RESP 2 and 3, and inline commands.
//
//   command  "*" count CRLF ("$" length CRLF bytes CRLF)+                  "*1\r\n$4\r\nPING\r\n"
//   inline   words CRLF                                                    "PING\r\n"
//   answer   one of + - : $ * _ , # % ~ > | and a line                     "+PONG\r\n"
//
// 1. A command in its full form proves it on any port. Inline commands and answers do so on its ports only.
// 2. The command's name is told, none of its arguments: they may be keys, values, passwords.
#include "lines.h"

#define REDIS_MAX_ARGUMENTS 1048576
#define REDIS_MAX_NAME 32

static bool is_port(uint16_t port)
{
    return port == 6379 || port == 26379 || port == 6380 || port == 16379;
}

static bool on_port(const struct rn_dpi_input *in)
{
    return is_port(in->src_port) || is_port(in->dst_port);
}

// Letters, digits and what modules have in their names: "FT.SEARCH", "CLIENT".
static bool is_name(struct rn_bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!dpi_is_alpha(name.p[i]) && !dpi_is_digit(name.p[i]) && !strchr("._-|", name.p[i]))
            return false;
    return name.len >= 2 && name.len <= REDIS_MAX_NAME && dpi_is_alpha(name.p[0]);
}

static void put_command(struct rn_facts *facts, struct rn_bytes name)
{
    uint8_t upper[REDIS_MAX_NAME];
    for (size_t i = 0; i < name.len; i++)
        upper[i] =
            name.p[i] >= 'a' && name.p[i] <= 'z' ? (uint8_t)(name.p[i] - ('a' - 'A')) : name.p[i];
    rn_facts_put_text(facts, RN_FACT_COMMAND, rn_bytes_of(upper, name.len));
}

// "*2\r\n$3\r\nGET\r\n...": the count, and the name with its length.
static enum rn_verdict take_array(struct rn_reader *r, struct rn_facts *facts)
{
    struct rn_bytes line;
    uint32_t count, len;
    if (!dpi_take_line(r, &line))
        return rn_reader_left(r) < 12 ? RN_MORE : RN_NO;
    struct rn_reader numbers = rn_reader_of(dpi_after(line, 1));
    if (!dpi_take_number(&numbers, REDIS_MAX_ARGUMENTS, &count) || rn_reader_left(&numbers) > 0 ||
        count == 0)
        return RN_NO;
    if (!dpi_take_line(r, &line))
        return rn_reader_left(r) < 5 ? RN_MORE : RN_NO;
    numbers = rn_reader_of(dpi_after(line, 1));
    if (dpi_at(line, 0) != '$' || !dpi_take_number(&numbers, REDIS_MAX_NAME, &len) ||
        rn_reader_left(&numbers) > 0)
        return RN_NO;
    if (rn_reader_left(r) < len + 2)
        return RN_MORE;
    struct rn_bytes name = rn_take_bytes(r, len);
    if (rn_take_u8(r) != '\r' || rn_take_u8(r) != '\n' || !is_name(name))
        return RN_NO;
    put_command(facts, name);
    return RN_YES;
}

// A number, or nothing but text.
static bool is_answer(struct rn_bytes line)
{
    struct rn_reader r = rn_reader_of(dpi_after(line, 1));
    uint32_t number;
    uint8_t kind = dpi_at(line, 0);
    if (kind == '+' || kind == '-')
        return line.len > 1 && dpi_is_text(line);
    if (kind == '_')
        return line.len == 1;
    if (kind == '#')
        return line.len == 2 && (dpi_at(line, 1) == 't' || dpi_at(line, 1) == 'f');
    if (rn_reader_left(&r) > 0 && *r.p == '-')
        rn_skip(&r, 1);
    return kind != 0 && strchr(":$*%~>|", kind) && dpi_take_number(&r, UINT32_MAX - 1, &number) &&
           rn_reader_left(&r) == 0;
}

// Inline commands are words, so only those that Redis knows are believed.
static const char *const commands[] = {
    "PING",   "ECHO",     "AUTH",     "HELLO",    "QUIT",      "SELECT",    "COMMAND",    "CLIENT",
    "CONFIG", "INFO",     "GET",      "SET",      "SETEX",     "SETNX",     "MGET",       "MSET",
    "DEL",    "EXISTS",   "EXPIRE",   "TTL",      "TYPE",      "KEYS",      "SCAN",       "INCR",
    "DECR",   "APPEND",   "STRLEN",   "LPUSH",    "RPUSH",     "LPOP",      "RPOP",       "LRANGE",
    "LLEN",   "SADD",     "SREM",     "SMEMBERS", "HGET",      "HSET",      "HGETALL",    "HDEL",
    "ZADD",   "ZRANGE",   "XADD",     "XREAD",    "PUBLISH",   "SUBSCRIBE", "PSUBSCRIBE", "MULTI",
    "EXEC",   "EVAL",     "SCRIPT",   "MONITOR",  "DBSIZE",    "FLUSHDB",   "FLUSHALL",   "SAVE",
    "BGSAVE", "LASTSAVE", "SHUTDOWN", "SLAVEOF",  "REPLICAOF", "REPLCONF",  "PSYNC",      "SYNC",
    "ROLE",   "CLUSTER",  "SENTINEL", "MODULE",   "DEBUG",     "RANDOMKEY", "RENAME",     NULL,
};

static enum rn_verdict take_inline(const struct rn_dpi_input *in, struct rn_bytes line,
                                   struct rn_facts *facts)
{
    struct rn_reader words = rn_reader_of(line);
    struct rn_bytes name = dpi_take_word(&words);
    if (!is_port(in->dst_port) || !dpi_is_one_of(name, commands) || !dpi_is_text(line))
        return RN_NO;
    put_command(facts, name);
    return RN_YES;
}

// An answer ends by CR and LF, never by LF alone.
static bool ends_well(const struct rn_dpi_input *in, struct rn_bytes line)
{
    return dpi_at(in->payload, line.len) == '\r';
}

static bool probe(const struct rn_dpi_input *in)
{
    return in->payload.p[0] == '*' || on_port(in);
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    enum rn_verdict verdict = RN_NO;
    if (in->payload.p[0] == '*' && !is_port(in->src_port))
        verdict = take_array(&r, facts);
    if (verdict != RN_NO || !on_port(in))
        return verdict;
    r = rn_reader_of(in->payload);
    if (!dpi_take_line(&r, &line))
        return in->payload.len < 256 && dpi_is_text(in->payload) ? RN_MORE : RN_NO;
    if (dpi_is_alpha(in->payload.p[0]))
        return take_inline(in, line, facts);
    return is_answer(line) && ends_well(in, line) ? RN_YES : RN_NO;
}

const struct rn_dpi_proto dpi_redis = {
    .app = RN_APP_REDIS,
    .name = "Redis",
    .spec = "RESP 3",
    .proto = RN_PROTO_TCP,
    .ports = {6379, 26379, 6380, 16379},
    .subject = RN_FACT_COMMAND,
    .first = {{'#', '%' + 1},
              {'*', '+' + 1},
              {'-', '-' + 1},
              {':', ':' + 1},
              {'>', '>' + 1},
              {'A', 'Z' + 1},
              {'_', 'z' + 1},
              {'|', '~' + 1}},
    .probe = probe,
    .parse = parse,
};
