// SPDX-License-Identifier: Apache-2.0
// Conversations over TCP, and what every row must hold in all of them.
#ifndef RUSTNET_TEST_MADE_TCP_H
#define RUSTNET_TEST_MADE_TCP_H

#include "made_dpi.h"

#define MADE_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MADE_CLIENT_PORT 50000

// What one end says at a time; the literal may hold zeros.
struct said {
    bool from_client;
    const char *bytes;
    size_t len;
};
#define CLIENT(text)                 \
    {                                \
        true, text, sizeof(text) - 1 \
    }
#define SERVER(text)                  \
    {                                 \
        false, text, sizeof(text) - 1 \
    }

__attribute__((unused)) static void say(struct made_row *r, struct said s, size_t at, size_t len)
{
    struct made m = {.len = 0};
    made_bytes(&m, s.bytes + at, len);
    row_feed(r, s.from_client, &m);
}

// A whole conversation with a server's port.
__attribute__((unused)) static void row_talk(struct made_row *r, uint16_t port,
                                             const struct said *s, size_t count)
{
    row_open(r, RN_PROTO_TCP, MADE_CLIENT_PORT, port);
    for (size_t i = 0; i < count; i++)
        say(r, s[i], 0, s[i].len);
}

// Without a SYN, what is said tells which end is the client.
__attribute__((unused)) static void assert_client(uint16_t port, struct said s)
{
    struct made_row r;
    row_open(&r, RN_PROTO_TCP, MADE_CLIENT_PORT, port);
    r.row.client = RN_DPI_NO_CLIENT;
    r.no_syn = true;
    say(&r, s, 0, s.len);
    assert_int_equal(r.row.client, 0);
    row_close(&r);
}

// A question without memory, about the first bytes of what was said.
__attribute__((unused)) static struct asked ask_said(uint16_t port, struct said s, size_t len,
                                                     bool cut)
{
    struct asked a = {
        .proto = RN_PROTO_TCP, .src_port = MADE_CLIENT_PORT, .dst_port = port, .cut = cut};
    struct made m = {.len = 0};
    if (!s.from_client) {
        a.src_port = port;
        a.dst_port = MADE_CLIENT_PORT;
    }
    made_bytes(&m, s.bytes, len);
    ask_first(&a, &m, len);
    return a;
}

// It proves the protocol; no less than `least` bytes of it do, cut off there or not; and however it is split in two, it
// tells the same.
__attribute__((unused)) static void assert_proves(enum rn_app app, uint16_t port, struct said s,
                                                  size_t least)
{
    struct made_row whole;
    row_talk(&whole, port, &s, 1);
    assert_int_equal(whole.row.app, app);
    for (size_t len = 1; len < s.len; len++) {
        struct asked open = ask_said(port, s, len, false), cut = ask_said(port, s, len, true);
        assert_true(open.app == RN_APP_NONE || open.app == app);
        assert_true(cut.app == RN_APP_NONE || cut.app == app);
        if (len < least) {
            assert_no_claim(&open);
            assert_no_claim(&cut);
        }
        struct made_row split;
        row_open(&split, RN_PROTO_TCP, MADE_CLIENT_PORT, port);
        say(&split, s, 0, len);
        say(&split, s, len, s.len - len);
        assert_int_equal(split.row.app, app);
        assert_int_equal(split.row.facts.len, whole.row.facts.len);
        assert_memory_equal(split.row.facts.data, whole.row.facts.data, whole.row.facts.len);
        row_close(&split);
    }
    row_close(&whole);
}

// Nothing is claimed of the whole.
__attribute__((unused)) static void assert_whole_proves_nothing(uint16_t port, struct said s)
{
    struct made_row r;
    row_talk(&r, port, &s, 1);
    assert_int_equal(r.row.app, RN_APP_NONE);
    assert_int_equal(r.row.facts.len, 0);
    row_close(&r);
}

// Nothing is claimed, whole or cut off anywhere.
__attribute__((unused)) static void assert_proves_nothing(uint16_t port, struct said s)
{
    assert_whole_proves_nothing(port, s);
    for (size_t len = 1; len <= s.len; len++) {
        struct asked a = ask_said(port, s, len, true);
        assert_no_claim(&a);
    }
}

__attribute__((unused)) static bool facts_hold(const struct rn_facts *facts, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at + len <= facts->len; at++)
        if (memcmp(facts->data + at, text, len) == 0)
            return true;
    return false;
}

// A fact of the row as text.
__attribute__((unused)) static const char *told(const struct made_row *r, enum rn_fact fact)
{
    return fact_of(&r->row.facts, fact);
}

__attribute__((unused)) static uint32_t told_number(const struct made_row *r, enum rn_fact fact)
{
    uint32_t value = 0;
    rn_facts_number(&r->row.facts, fact, &value);
    return value;
}

// Random bytes behind `start` never make the row claim them, on no port of its own.
__attribute__((unused)) static void assert_random_proves_nothing(const struct rn_dpi_proto *row,
                                                                 uint16_t port, struct said start,
                                                                 unsigned rounds)
{
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    uint64_t seed = 0x9e3779b97f4a7c15u;
    uint8_t bytes[256];
    for (unsigned n = 0; n < rounds; n++) {
        for (size_t i = 0; i < sizeof(bytes); i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = (uint8_t)(seed >> 56);
        }
        memcpy(bytes, start.bytes, start.len);
        struct rn_facts facts = {.len = 0};
        enum rn_app app = row->app;
        enum rn_dpi_more more = RN_DPI_OPEN;
        struct rn_dpi_input in = {.payload = rn_bytes_of(bytes, 16 + seed % 240),
                                  .proto = RN_PROTO_TCP,
                                  .src_port = MADE_CLIENT_PORT,
                                  .dst_port = port,
                                  .from_initiator = true,
                                  .start = n % 2 == 0};
        if (row->probe(&in))
            assert_int_not_equal(row->parse(ctx, &in, &facts, &app, &more), RN_YES);
    }
    rn_dpi_ctx_free(ctx);
}

#endif
