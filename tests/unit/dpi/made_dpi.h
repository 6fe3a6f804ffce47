// SPDX-License-Identifier: Apache-2.0
// Payloads made by hand, and the questions that tests ask about them.
#ifndef RUSTNET_TEST_MADE_DPI_H
#define RUSTNET_TEST_MADE_DPI_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "room.h"

struct made {
    size_t len;
    uint8_t data[32768];
};

__attribute__((unused)) static void made_bytes(struct made *m, const void *p, size_t n)
{
    assert_true(m->len + n <= sizeof(m->data));
    if (n > 0)
        memcpy(m->data + m->len, p, n);
    m->len += n;
}

__attribute__((unused)) static void made_number(struct made *m, unsigned width, uint32_t value)
{
    for (unsigned i = width; i-- > 0;) {
        uint8_t byte = (uint8_t)(value >> (8 * i));
        made_bytes(m, &byte, 1);
    }
}

__attribute__((unused)) static void made_text(struct made *m, const char *text)
{
    made_bytes(m, text, strlen(text));
}

// Hexadecimal digits; anything else is skipped.
__attribute__((unused)) static void made_hex(struct made *m, const char *hex)
{
    static const char digits[] = "0123456789abcdef";
    int high = -1;
    for (; *hex; hex++) {
        const char *at = strchr(digits, *hex);
        if (!at)
            continue;
        int value = (int)(at - digits);
        if (high >= 0)
            made_number(m, 1, (uint32_t)(high << 4 | value));
        high = high >= 0 ? -1 : value;
    }
}

// A length of `width` bytes that made_close fills in: m->len at the call is its handle.
__attribute__((unused)) static size_t made_open(struct made *m, unsigned width)
{
    size_t at = m->len;
    made_number(m, width, 0);
    return at;
}

__attribute__((unused)) static void made_close(struct made *m, size_t at, unsigned width)
{
    size_t len = m->len - at - width;
    for (unsigned i = 0; i < width; i++)
        m->data[at + i] = (uint8_t)(len >> (8 * (width - 1 - i)));
}

// One question about one payload, and the answer.
struct asked {
    uint16_t proto, src_port, dst_port;
    unsigned seen;
    bool cut;
    enum rn_app app;
    enum rn_verdict verdict;
    enum rn_dpi_more more;
    struct rn_facts facts;
};

// Inspects the first len bytes in a buffer of exactly that size, so that a sanitizer sees every byte too far.
__attribute__((unused)) static enum rn_verdict ask_first(struct asked *a, const struct made *m,
                                                         size_t len)
{
    struct rn_dpi_ctx *ctx = rn_dpi_ctx_new(NULL);
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(ctx);
    assert_non_null(exact);
    memcpy(exact, m->data, len);
    struct rn_dpi_input in = {.payload = rn_bytes_of(exact, len),
                              .proto = a->proto,
                              .src_port = a->src_port,
                              .dst_port = a->dst_port,
                              .from_initiator = a->dst_port < a->src_port,
                              .cut = a->cut,
                              .start = true};
    a->verdict = rn_dpi_inspect(ctx, &in, a->seen, &a->facts, &a->app, &a->more);
    free(exact);
    rn_dpi_ctx_free(ctx);
    return a->verdict;
}

__attribute__((unused)) static enum rn_verdict ask_made(struct asked *a, const struct made *m)
{
    return ask_first(a, m, m->len);
}

__attribute__((unused)) static enum rn_verdict ask_text(struct asked *a, const char *text)
{
    struct made m = {.len = 0};
    made_text(&m, text);
    return ask_made(a, &m);
}

// The n-th text of a fact as a string, "" if there is none; of a question, the name.
__attribute__((unused)) static const char *fact_at(const struct rn_facts *facts, enum rn_fact fact,
                                                   unsigned n)
{
    static char text[4][RN_FACT_TEXT_MAX + 1];
    static unsigned turn;
    char *out = text[turn++ % 4];
    struct rn_bytes value = rn_facts_find(facts, fact, n);
    size_t skip = fact == RN_FACT_QUERY && value.len >= 2 ? 2 : 0;
    if (value.len > skip)
        memcpy(out, value.p + skip, value.len - skip);
    out[value.len - skip] = '\0';
    return out;
}

__attribute__((unused)) static const char *fact_of(const struct rn_facts *facts, enum rn_fact fact)
{
    return fact_at(facts, fact, 0);
}

__attribute__((unused)) static void assert_no_claim(const struct asked *a)
{
    assert_int_not_equal(a->verdict, RN_YES);
    assert_int_equal(a->app, RN_APP_NONE);
    assert_int_equal(a->facts.len, 0);
}

// A row with memory between packets. The client is end 0; sequence numbers begin just below the wrap.
#define MADE_BASE UINT32_MAX

struct made_row {
    struct rn_dpi_ctx *ctx;
    struct rn_dpi_memory memory;
    struct rn_dpi_row row;
    uint16_t proto, port[2];
    bool no_syn;
    uint32_t next[2]; // offset of what comes next
    enum rn_verdict verdict;
};

__attribute__((unused)) static void row_open_with(struct made_row *r, uint16_t proto,
                                                  uint16_t client_port, uint16_t server_port,
                                                  uint32_t buffers)
{
    memset(r, 0, sizeof(*r));
    r->ctx = rn_dpi_ctx_new(NULL);
    assert_non_null(r->ctx);
    assert_int_equal(rn_dpi_memory_init(&r->memory, 4, buffers, NULL), 0);
    r->row.note = RN_DPI_NO_NOTE;
    r->row.client = RN_DPI_NO_CLIENT;
    r->proto = proto;
    r->port[0] = client_port;
    r->port[1] = server_port;
}

__attribute__((unused)) static void row_open(struct made_row *r, uint16_t proto,
                                             uint16_t client_port, uint16_t server_port)
{
    row_open_with(r, proto, client_port, server_port, 4);
}

// Frees the row; everything that it held must have come back to the pools.
__attribute__((unused)) static void row_close(struct made_row *r)
{
    rn_dpi_forget(&r->memory, r->row.note);
    assert_int_equal(r->memory.notes.used, 0);
    assert_int_equal(r->memory.states.used, 0);
    assert_int_equal(r->memory.buffers.used, 0);
    rn_dpi_memory_done(&r->memory);
    rn_dpi_ctx_free(r->ctx);
}

// A packet with bytes of the stream at an offset; what is acknowledged is what has come in order from the other end.
__attribute__((unused)) static enum rn_verdict row_packet(struct made_row *r, bool from_client,
                                                          uint32_t offset, const void *p,
                                                          size_t len, uint32_t missing)
{
    unsigned from = from_client ? 0 : 1;
    uint8_t *exact = malloc(len > 0 ? len : 1);
    assert_non_null(exact);
    memcpy(exact, p, len);
    struct rn_dpi_input in = {.payload = rn_bytes_of(exact, len),
                              .proto = r->proto,
                              .src_port = r->port[from],
                              .dst_port = r->port[1 - from],
                              .from_initiator = from_client,
                              .from = (uint8_t)from,
                              .missing = missing,
                              .has_base = !r->no_syn,
                              .base = MADE_BASE,
                              .seq = MADE_BASE + offset};
    r->verdict = rn_dpi_packet(r->ctx, &r->memory, &in, &r->row);
    free(exact);
    return r->verdict;
}

// Bytes [offset, offset + len) of m, at that offset of the stream.
__attribute__((unused)) static enum rn_verdict row_feed_part(struct made_row *r, bool from_client,
                                                             const struct made *m, size_t offset,
                                                             size_t len)
{
    assert_true(offset + len <= m->len);
    return row_packet(r, from_client, (uint32_t)offset, m->data + offset, len, 0);
}

// All of m at an offset of the stream.
__attribute__((unused)) static enum rn_verdict row_feed_at(struct made_row *r, bool from_client,
                                                           uint32_t offset, const struct made *m)
{
    return row_packet(r, from_client, offset, m->data, m->len, 0);
}

// All of m, behind what was fed before.
__attribute__((unused)) static enum rn_verdict row_feed(struct made_row *r, bool from_client,
                                                        const struct made *m)
{
    unsigned from = from_client ? 0 : 1;
    uint32_t offset = r->next[from];
    r->next[from] += (uint32_t)m->len;
    return row_feed_at(r, from_client, offset, m);
}

__attribute__((unused)) static enum rn_verdict row_feed_text(struct made_row *r, bool from_client,
                                                             const char *text)
{
    struct made m = {.len = 0};
    made_text(&m, text);
    return row_feed(r, from_client, &m);
}

#endif
