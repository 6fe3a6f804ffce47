// SPDX-License-Identifier: Apache-2.0
// Who asks, who answers, and what tells the answer from others; cut and foreign bytes do neither.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rustnet/dpi.h"

static size_t unhex(const char *s, uint8_t *out)
{
    size_t n = 0;
    for (; *s; s += s[0] == ' ' ? 1 : 2) {
        unsigned byte;
        if (*s != ' ' && sscanf(s, "%2x", &byte) == 1)
            out[n++] = (uint8_t)byte;
    }
    return n;
}

#define DNS(flags) "beef " flags " 0001 0000 0000 0000"
#define ZEROS8 "00000000 00000000 "
#define NTP(first, origin, transmit) \
    first "000000" ZEROS8 ZEROS8 "00000000 " origin " " ZEROS8 transmit
#define STUN(type) type "0000 2112a442 00112233 44556677 8899aabb"
#define STUN_ID (UINT64_C(0x0011223344556677) ^ UINT64_C(0x8899aabb) << 16)

static const struct {
    const char *name;
    uint16_t src, dst;
    const char *hex;
    enum rn_exchange kind; // NONE: neither asks nor answers
    enum rn_dpi_role role;
    uint64_t number;
} cases[] = {
    {"query", 40000, 53, DNS("0100"), RN_EXCHANGE_DNS, RN_DPI_ASKS, 0xbeef},
    {"response", 53, 40000, DNS("8180"), RN_EXCHANGE_DNS, RN_DPI_ANSWERS, 0xbeef},
    {"DNS, cut", 40000, 53, "beef 0100 0001 0000 0000 00", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"DNS elsewhere", 40000, 5353, DNS("0100"), RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"NTP client", 50000, 123, NTP("23", ZEROS8, "e5000000 12345678"), RN_EXCHANGE_NTP, RN_DPI_ASKS,
     UINT64_C(0xe500000012345678)},
    {"NTP server", 123, 50000, NTP("24", "e5000000 12345678", "e5000001 00000000"), RN_EXCHANGE_NTP,
     RN_DPI_ANSWERS, UINT64_C(0xe500000012345678)},
    {"NTP broadcast", 123, 123, NTP("25", ZEROS8, ZEROS8), RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"NTP, cut", 50000, 123, "23000000" ZEROS8, RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"STUN request", 1000, 2000, STUN("0001"), RN_EXCHANGE_STUN, RN_DPI_ASKS, STUN_ID},
    {"STUN success", 2000, 1000, STUN("0101"), RN_EXCHANGE_STUN, RN_DPI_ANSWERS, STUN_ID},
    {"STUN error", 2000, 1000, STUN("0111"), RN_EXCHANGE_STUN, RN_DPI_ANSWERS, STUN_ID},
    {"STUN indication", 2000, 1000, STUN("0011"), RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"no STUN", 2000, 1000, STUN("4001"), RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"no cookie", 2000, 1000, "0001 0000 2112a443 00112233 44556677 8899aabb", RN_EXCHANGE_NONE,
     RN_DPI_ASKS, 0},
    {"STUN, cut", 2000, 1000, "0001 0000 2112a442 00112233 44556677", RN_EXCHANGE_NONE, RN_DPI_ASKS,
     0},
    {"STUN on 443", 2000, 443, STUN("0001"), RN_EXCHANGE_STUN, RN_DPI_ASKS, STUN_ID},
    {"Initial", 2000, 443, "c3 00000001 08", RN_EXCHANGE_QUIC, RN_DPI_EITHER, 0},
    {"Handshake", 443, 2000, "e3 00000001 08", RN_EXCHANGE_QUIC, RN_DPI_EITHER, 0},
    {"Retry", 443, 2000, "f3 00000001 08", RN_EXCHANGE_QUIC, RN_DPI_EITHER, 0},
    {"0-RTT", 2000, 443, "d3 00000001 08", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"version 2, Initial", 2000, 443, "d3 6b3343cf 08", RN_EXCHANGE_QUIC, RN_DPI_EITHER, 0},
    {"version 2, 0-RTT", 2000, 443, "e3 6b3343cf 08", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"a draft", 2000, 443, "c3 ff00001d 08", RN_EXCHANGE_QUIC, RN_DPI_EITHER, 0},
    {"version negotiation", 443, 2000, "80 00000000 08", RN_EXCHANGE_QUIC, RN_DPI_EITHER, 0},
    {"1-RTT", 443, 2000, "43 00000001 08", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"another version", 443, 2000, "c3 51303436 08", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"QUIC, cut", 443, 2000, "c3 000000", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
    {"nothing", 53, 2000, "", RN_EXCHANGE_NONE, RN_DPI_ASKS, 0},
};

static void each_message_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint8_t bytes[64];
        size_t len = unhex(cases[i].hex, bytes);
        struct rn_dpi_exchange out;
        bool is = rn_dpi_exchange(cases[i].src, cases[i].dst, rn_bytes_of(bytes, len), &out);
        if (is != (cases[i].kind != RN_EXCHANGE_NONE))
            fail_msg("%s: %d", cases[i].name, is);
        if (!is)
            continue;
        if (out.kind != cases[i].kind || out.role != cases[i].role || out.number != cases[i].number)
            fail_msg("%s: kind %d, role %d, number %llx", cases[i].name, out.kind, out.role,
                     (unsigned long long)out.number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_message_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
