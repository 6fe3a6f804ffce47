// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

struct line {
    const char *text, *want; // NULL: no gateway
};

static void check(bool (*parse)(struct rn_bytes, struct rn_ip *), const struct line *lines,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct rn_ip ip = ip_of("192.0.2.99");
        assert_int_equal(parse(bytes_of(lines[i].text), &ip), lines[i].want != NULL);
        assert_ip(&ip, lines[i].want ? lines[i].want : "192.0.2.99");
        for (size_t len = 0; len < strlen(lines[i].text); len++) // no beginning of it may crash
            (void)parse(rn_bytes_of(lines[i].text, len), &ip);
    }
}

static void ipv4_gateways_of_default_routes(void **state)
{
    (void)state;
    uint32_t word = 0;
    memcpy(&word, (uint8_t[]){192, 168, 2, 1}, sizeof word);
    if (word != 0x0102a8c0)
        skip(); // recorded on a little-endian machine
    static const struct line lines[] = {
        {"eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0", "192.168.2.1"},
        {"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
         NULL},
        {"ppp0\t00000000\t00000000\t0003\t0\t0\t0\t00000000\t0\t0\t0", NULL}, // next hop 0
        {"eth0\t00000000\t0102A8C0\t0001\t0\t0\t0\t00000000\t0\t0\t0", NULL}, // no gateway flag
        {"eth0\t00000000\t0102A8C0\t0002\t0\t0\t0\t00000000\t0\t0\t0", NULL}, // not up
        {"eth0\t00000000\t0102A8C0\t0003\t0\t0\t0\t00000080\t0\t0\t0", NULL}, // half the world
        {"eth0\t0002A8C0\t0102A8C0\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0", NULL},
        {"eth0\t00000000\t0102A8C0ff\t0003\t0\t0\t0\t00000000\t0\t0\t0", NULL},
        {"", NULL},
    };
    check(host_parse_gateway_v4, lines, ARRAY_LEN(lines));
}

#define Z "00000000000000000000000000000000"
static void ipv6_gateways_of_default_routes(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {Z " 00 " Z " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0",
         "fe80::1"},
        {Z " 00 " Z " 00 " Z " 00000400 00000001 00000000 00000003 eth0", NULL},
        {Z " 00 " Z " 00 " Z " ffffffff 00000001 00000000 00200200       lo", NULL},
        {Z " 00 " Z " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000001 eth0",
         NULL},
        {Z " 40 " Z " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0",
         NULL},
        {Z " 00 " Z " 00 fe80000000000000000000000000001 00000400 00000001 00000000 00000003 eth0",
         NULL},
        {"", NULL},
    };
    check(host_parse_gateway_v6, lines, ARRAY_LEN(lines));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_gateways_of_default_routes),
        cmocka_unit_test(ipv6_gateways_of_default_routes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
