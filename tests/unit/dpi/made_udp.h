// SPDX-License-Identifier: Apache-2.0
// Questions about single datagrams.
#ifndef RUSTNET_TEST_MADE_UDP_H
#define RUSTNET_TEST_MADE_UDP_H

#include "made_dpi.h"

#define MADE_COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Asks about a datagram from a client's port to this one.
__attribute__((unused)) static struct asked ask_udp(uint16_t port, const struct made *m)
{
    struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = port};
    ask_made(&a, m);
    return a;
}

__attribute__((unused)) static struct asked ask_udp_hex(uint16_t port, const char *hex)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    return ask_udp(port, &m);
}

// Datagrams, and whether each proves its protocol.
struct udp_case {
    uint16_t port;
    bool yes;
    const char *hex;
};

__attribute__((unused)) static void assert_udp_cases(const struct udp_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct asked a = ask_udp_hex(cases[i].port, cases[i].hex);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
    }
}

__attribute__((unused)) static struct asked ask_udp_text(uint16_t port, const char *text)
{
    struct made m = {.len = 0};
    made_text(&m, text);
    return ask_udp(port, &m);
}

// Whether text stands anywhere in what was learned.
__attribute__((unused)) static bool facts_hold(const struct rn_facts *facts, const char *text)
{
    size_t len = strlen(text);
    for (size_t at = 0; at + len <= facts->len; at++)
        if (memcmp(facts->data + at, text, len) == 0)
            return true;
    return false;
}

// Every shorter datagram: none below `least` claims anything, and none reads too far.
__attribute__((unused)) static void assert_cut_claims_nothing(uint16_t port, const struct made *m,
                                                              size_t least)
{
    for (size_t len = 0; len <= m->len; len++) {
        struct asked a = {.proto = RN_PROTO_UDP, .src_port = 50000, .dst_port = port};
        ask_first(&a, m, len);
        if (len < least)
            assert_no_claim(&a);
    }
    struct asked whole = ask_udp(port, m);
    assert_int_equal(whole.verdict, RN_YES);
}

// Random bytes behind `start` (hexadecimal), asked of one row.
__attribute__((unused)) static void assert_random_claims_nothing(const struct rn_dpi_proto *row,
                                                                 uint16_t port, const char *start,
                                                                 unsigned rounds)
{
    uint64_t x = 88172645463325252u;
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    assert_non_null(ctx);
    for (unsigned i = 0; i < rounds; i++) {
        struct made m = {.len = 0};
        made_hex(&m, start);
        size_t len = m.len + 8 + i % 120;
        for (; m.len < len; m.len++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            m.data[m.len] = (uint8_t)(x >> 32);
        }
        struct rn_dpi_input in = {.payload = rn_bytes_of(m.data, m.len),
                                  .proto = row->proto,
                                  .src_port = 50000,
                                  .dst_port = port,
                                  .from_initiator = true,
                                  .start = true};
        struct rn_facts facts = {.len = 0};
        enum rn_app app = row->app;
        enum rn_dpi_more more = RN_DPI_OPEN;
        if (row->probe(&in))
            assert_int_not_equal(row->parse(ctx, &in, &facts, &app, &more), RN_YES);
        assert_int_equal(facts.len, 0);
    }
    rn_dpi_ctx_free(ctx);
}

// Feeds a datagram in hexadecimal to a row with memory.
__attribute__((unused)) static enum rn_verdict feed_hex(struct made_row *row, bool from_client,
                                                        const char *hex)
{
    struct made m = {.len = 0};
    made_hex(&m, hex);
    return row_feed(row, from_client, &m);
}

#endif
