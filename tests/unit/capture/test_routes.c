// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <string.h>
#include "internal.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

struct line {
    const char *text;
    const char *device; // NULL: no default route
    uint32_t metric;
};

static void check(bool (*parse)(const char *, struct capture_route *), const struct line *lines,
                  size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct capture_route r = {.device = "untouched"};
        assert_int_equal(parse(lines[i].text, &r), lines[i].device != NULL);
        assert_string_equal(r.device, lines[i].device ? lines[i].device : "untouched");
        if (lines[i].device)
            assert_int_equal(r.metric, lines[i].metric);
    }
}

static void ipv4_default_routes_are_told_from_the_rest(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n",
         NULL, 0},
        {"eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", "eth0", 100},
        {"ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n", "ppp0", 0}, // no gateway
        {"eth0\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", NULL, 0},
        {"tun0\t00000000\t010A080A\t0003\t0\t0\t0\t00000080\t0\t0\t0\n", NULL, 0},   // 0.0.0.0/1
        {"eth0\t00000000\t0102A8C0\t0002\t0\t0\t100\t00000000\t0\t0\t0\n", NULL, 0}, // down
        {"*\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0\n", NULL, 0},      // unreachable
        {"eth0\t00000000\t0102A8C0\n", NULL, 0},
        {"", NULL, 0},
        {"\n", NULL, 0},
    };
    check(capture_route_v4, lines, ARRAY_LEN(lines));
}

#define Z "00000000000000000000000000000000"
static void ipv6_default_routes_are_told_from_the_rest(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {Z " 00 " Z
           " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n",
         "eth0", 0x400},
        {Z " 00 " Z " 00 " Z " ffffffff 00000001 00000000 00200200       lo\n", NULL, 0},
        {Z " 01 " Z " 00 " Z " 00000400 00000001 00000000 00000003 wg0\n", NULL, 0},
        {"fe800000000000000000000000000000 40 " Z " 00 " Z
         " 00000100 00000001 00000000 00000001 eth0\n",
         NULL, 0},
        {Z " 00 " Z " 00\n", NULL, 0},
        {"", NULL, 0},
    };
    check(capture_route_v6, lines, ARRAY_LEN(lines));
}

static void a_name_longer_than_the_room_for_it_does_not_overflow(void **state)
{
    (void)state;
    char line[400];
    memset(line, 'x', 300);
    strcpy(line + 300, "\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n");
    struct capture_route r;
    assert_false(capture_route_v4(line, &r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ipv4_default_routes_are_told_from_the_rest),
        cmocka_unit_test(ipv6_default_routes_are_told_from_the_rest),
        cmocka_unit_test(a_name_longer_than_the_room_for_it_does_not_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
