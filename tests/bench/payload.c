// SPDX-License-Identifier: Apache-2.0
// First payloads of the protocols, made by hand and varied by the names in them, and what inspecting one costs.
#include "bench.h"

#include <stdio.h>

#include "unit/dpi/made_tls.h"

// status_request, signature_algorithms, key_share (X25519) and psk_key_exchange_modes, as browsers send them.
#define MORE_EXTENSIONS                                                                     \
    "0005 0005 01 0000 0000 000d 0012 0010 0403 0804 0401 0503 0805 0501 0806 0601 "        \
    "0033 0026 0024 001d 0020 " MADE_RANDOM " 002d 0002 01 01 0023 0000 ff01 0001 00 001b " \
    "0003 02 0002 "
#define SERVER_EXTENSIONS "0033 0024 001d 0020 " MADE_RANDOM
#define ROUNDS 100

static struct made payloads[BENCH_PAYLOADS][BENCH_VARIANTS];

static void make_dns(struct made *m, unsigned v, bool response)
{
    made_number(m, 2, v);
    made_hex(m, response ? "8180 0001 0002 0000 0000" : "0100 0001 0000 0000 0000");
    char label[32];
    made_number(m, 1, (uint32_t)snprintf(label, sizeof label, "host-%u", v * 7919));
    made_text(m, label);
    made_hex(m, "07 6578616d706c65 03 6f7267 00 0001 0001");
    if (response)
        made_hex(m, "c00c 0001 0001 0000003c 0004 c0000201 c00c 0001 0001 0000003c 0004 c0000202");
}

static void make_hello(struct made *m, unsigned v, bool server)
{
    char host[64];
    (void)snprintf(host, sizeof host, "host-%u.example.org", v * 7919);
    if (server)
        made_hello(m,
                   (struct made_hello){.type = 2, .versions = "0304", .more = SERVER_EXTENSIONS});
    else
        made_hello(m, (struct made_hello){.sni = host,
                                          .alpn = "h2 http/1.1",
                                          .versions = "2a2a 0304 0303",
                                          .more = MORE_EXTENSIONS});
}

static void make_http(struct made *m, unsigned v, bool response)
{
    char text[512];
    if (response)
        (void)snprintf(text, sizeof text,
                       "HTTP/1.1 200 OK\r\nServer: made\r\nContent-Type: text/html\r\n"
                       "Content-Length: %u\r\nConnection: close\r\n\r\n<html>",
                       v * 7919);
    else
        (void)snprintf(text, sizeof text,
                       "GET /page/%u HTTP/1.1\r\nHost: host-%u.example.org\r\n"
                       "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0)\r\n"
                       "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en\r\n"
                       "Accept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n\r\n",
                       v, v * 7919);
    made_text(m, text);
}

void bench_payload_init(void)
{
    for (unsigned v = 0; v < BENCH_VARIANTS; v++) {
        make_hello(&payloads[BENCH_TLS_CLIENT][v], v, false);
        make_hello(&payloads[BENCH_TLS_SERVER][v], v, true);
        make_dns(&payloads[BENCH_DNS_QUERY][v], v, false);
        make_dns(&payloads[BENCH_DNS_RESPONSE][v], v, true);
        make_http(&payloads[BENCH_HTTP_REQUEST][v], v, false);
        make_http(&payloads[BENCH_HTTP_RESPONSE][v], v, true);
    }
}

struct rn_bytes bench_payload(enum bench_payload kind, unsigned variant)
{
    const struct made *m = &payloads[kind][variant % BENCH_VARIANTS];
    return rn_bytes_of(m->data, m->len);
}

struct inspection {
    struct rn_dpi_ctx *dpi;
    struct rn_dpi_input in;
    enum bench_payload kind;
    uint32_t rounds, proved;
};

// Each payload is the first of its row.
static void inspect(void *ctx)
{
    struct inspection *i = ctx;
    struct rn_facts facts;
    for (uint32_t n = 0; n < i->rounds * BENCH_VARIANTS; n++) {
        i->in.payload = bench_payload(i->kind, n);
        rn_facts_clear(&facts);
        enum rn_app app = RN_APP_NONE;
        enum rn_dpi_more more;
        i->proved += rn_dpi_inspect(i->dpi, &i->in, 0, &facts, &app, &more) == RN_YES;
        bench_keep(&facts);
    }
}

bool bench_payload_run(const struct bench *bench, const struct bench_case *c,
                       struct bench_sample *out)
{
    static const struct rn_dpi_input inputs[BENCH_PAYLOADS] = {
        [BENCH_TLS_CLIENT] = {.proto = RN_PROTO_TCP,
                              .src_port = 50000,
                              .dst_port = 443,
                              .from_initiator = true},
        [BENCH_TLS_SERVER] = {.proto = RN_PROTO_TCP,
                              .src_port = 443,
                              .dst_port = 50000,
                              .from_initiator = false},
        [BENCH_DNS_QUERY] = {.proto = RN_PROTO_UDP,
                             .src_port = 50000,
                             .dst_port = 53,
                             .from_initiator = true},
        [BENCH_DNS_RESPONSE] = {.proto = RN_PROTO_UDP,
                                .src_port = 53,
                                .dst_port = 50000,
                                .from_initiator = false},
        [BENCH_HTTP_REQUEST] = {.proto = RN_PROTO_TCP,
                                .src_port = 50000,
                                .dst_port = 80,
                                .from_initiator = true},
        [BENCH_HTTP_RESPONSE] = {.proto = RN_PROTO_TCP,
                                 .src_port = 80,
                                 .dst_port = 50000,
                                 .from_initiator = false},
    };
    (void)bench;
    struct inspection i = {.dpi = rn_dpi_ctx_new(NULL), .in = inputs[c->payload], .rounds = 1};
    i.kind = c->payload;
    if (!i.dpi)
        return false;
    inspect(&i); // warms up
    i.rounds = ROUNDS;
    i.proved = 0;
    uint32_t items = ROUNDS * BENCH_VARIANTS;
    bench_measured(inspect, &i, items, out);
    rn_dpi_ctx_free(i.dpi);
    if (i.proved != items)
        (void)fprintf(stderr, "%s: %u of %u payloads were proved\n", c->name, i.proved, items);
    return i.proved == items;
}
