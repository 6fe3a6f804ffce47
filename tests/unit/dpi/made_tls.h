// SPDX-License-Identifier: Apache-2.0
// Hellos of TLS, made by hand.
#ifndef RUSTNET_TEST_MADE_TLS_H
#define RUSTNET_TEST_MADE_TLS_H

#include "made_dpi.h"

#define MADE_RANDOM "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define MADE_RETRY "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
#define MADE_SUITES "1a1a 1301 1302 1303 c02b c02f cca9 009c 002f"

struct made_hello {
    uint8_t type; // 0: a ClientHello
    uint16_t legacy;
    const char *random;   // hex
    const char *suites;   // hex; of a ServerHello the one chosen
    const char *sni;      // NULL: no extension
    const char *alpn;     // names with a blank between; NULL: no extension
    const char *versions; // hex of supported_versions; NULL: no extension
    const char *more;     // hex of further extensions, before the others
    bool ech, bare;       // bare: no extensions at all
};

__attribute__((unused)) static void made_sni(struct made *m, uint8_t type, const char *name)
{
    made_hex(m, "0000");
    size_t ext = made_open(m, 2), list = made_open(m, 2);
    made_number(m, 1, type);
    size_t len = made_open(m, 2);
    made_text(m, name);
    made_close(m, len, 2);
    made_close(m, list, 2);
    made_close(m, ext, 2);
}

__attribute__((unused)) static void made_alpn(struct made *m, const char *names)
{
    made_hex(m, "0010");
    size_t ext = made_open(m, 2), list = made_open(m, 2);
    while (*names) {
        size_t n = strcspn(names, " ");
        made_number(m, 1, (uint32_t)n);
        made_bytes(m, names, n);
        names += n + (names[n] == ' ');
    }
    made_close(m, list, 2);
    made_close(m, ext, 2);
}

__attribute__((unused)) static void made_versions(struct made *m, bool server, const char *hex)
{
    made_hex(m, "002b");
    size_t ext = made_open(m, 2);
    size_t list = server ? 0 : made_open(m, 1);
    made_hex(m, hex);
    if (!server)
        made_close(m, list, 1);
    made_close(m, ext, 2);
}

__attribute__((unused)) static void made_extensions(struct made *m, const struct made_hello *h)
{
    bool server = h->type == 2;
    size_t all = made_open(m, 2);
    if (!server)
        made_hex(m, "2a2a 0000"); // GREASE
    made_hex(m, h->more ? h->more : "");
    if (h->sni)
        made_sni(m, 0, h->sni);
    made_hex(m, server ? "" : "0017 0000 000a 0008 0006 1a1a 001d 0017");
    if (h->alpn)
        made_alpn(m, h->alpn);
    if (h->ech)
        made_hex(m, "fe0d 000a 00 0001 0001 05 0000 0000");
    if (h->versions)
        made_versions(m, server, h->versions);
    made_close(m, all, 2);
}

// One record with one hello.
__attribute__((unused)) static void made_hello(struct made *m, struct made_hello h)
{
    bool server = h.type == 2;
    made_hex(m, "16 0301");
    size_t record = made_open(m, 2);
    made_number(m, 1, server ? 2 : 1);
    size_t body = made_open(m, 3);
    made_number(m, 2, h.legacy ? h.legacy : 0x0303);
    made_hex(m, h.random ? h.random : MADE_RANDOM);
    made_number(m, 1, 32);
    made_hex(m, MADE_RANDOM);
    size_t suites = server ? 0 : made_open(m, 2);
    made_hex(m, h.suites ? h.suites : server ? "1301" : MADE_SUITES);
    if (!server)
        made_close(m, suites, 2);
    made_hex(m, server ? "00" : "01 00");
    if (!h.bare)
        made_extensions(m, &h);
    made_close(m, body, 3);
    made_close(m, record, 2);
}

#endif
