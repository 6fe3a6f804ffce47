// SPDX-License-Identifier: Apache-2.0
// Memcached over UDP: memcached's doc/protocol.txt, "UDP protocol".
//
//   request id 2 | sequence 2 | datagrams 2 | reserved 2 = 0 | a command or reply, as over TCP
//
// 1. The frame makes sense (sequence below the number of datagrams) and a known word begins the line behind it.
// 2. Keys and values are never looked at.
#include "lines.h"
#include "udp.h"

#define MEMCACHED_FRAME_BYTES 8
#define MEMCACHED_MAX_DATAGRAMS 4096

static const char *const words[] = {
    "GET",       "GETS",    "SET",     "ADD",  "REPLACE", "APPEND",     "PREPEND",
    "CAS",       "DELETE",  "INCR",    "DECR", "TOUCH",   "GAT",        "STATS",
    "FLUSH_ALL", "VERSION", "VALUE",   "END",  "STORED",  "NOT_STORED", "EXISTS",
    "NOT_FOUND", "DELETED", "TOUCHED", "STAT", "ERROR",   "OK",         NULL,
};

static bool probe(const struct rn_dpi_input *in)
{
    struct rn_reader r = rn_reader_of(in->payload);
    rn_skip(&r, 2);
    uint16_t sequence = rn_take_be16(&r), datagrams = rn_take_be16(&r), reserved = rn_take_be16(&r);
    return !r.bad && sequence < datagrams && datagrams <= MEMCACHED_MAX_DATAGRAMS && reserved == 0;
}

static enum rn_verdict parse(struct rn_dpi_ctx *ctx, const struct rn_dpi_input *in,
                             struct rn_facts *facts, enum rn_app *app, enum rn_dpi_more *more)
{
    (void)ctx;
    (void)app;
    (void)more;
    struct rn_reader r = rn_reader_of(in->payload);
    struct rn_bytes line;
    rn_skip(&r, MEMCACHED_FRAME_BYTES);
    bool ended = dpi_take_line(&r, &line);
    if (!ended || !dpi_is_text(line))
        return RN_NO;
    struct rn_reader text = rn_reader_of(line);
    struct rn_bytes word = dpi_take_word(&text);
    if (!dpi_is_one_of(word, words))
        return RN_NO;
    rn_facts_put_text(facts, RN_FACT_COMMAND, word);
    return RN_YES;
}

const struct rn_dpi_proto dpi_memcached_udp = {
    .app = RN_APP_MEMCACHED,
    .name = "Memcached",
    .spec = "memcached protocol.txt",
    .proto = RN_PROTO_UDP,
    .ports = {11211},
    .idle_timeout = 60 * RN_SEC,
    .subject = RN_FACT_COMMAND,
    .hostname = RN_FACT_NONE,
    .probe = probe,
    .parse = parse,
};
