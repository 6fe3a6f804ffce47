// SPDX-License-Identifier: Apache-2.0
#include <ifaddrs.h>
#include <netinet/in.h>
#include "text_case.h"

#include "rustnet/host.h"

static void loopbacks_are_always_there(void **state)
{
    (void)state;
    static struct rn_local_addrs a;
    struct rn_err err = {0};
    if (rn_host_addresses(&a, &err) < 0)
        fail_msg("%s", err.msg);
    struct rn_ip v4 = ip_of("127.0.0.1"), v6 = ip_of("::1");
    assert_true(rn_local_has(&a, &v4));
    assert_true(rn_local_has(&a, &v6));
}

// getifaddrs asks the same question by other means (and allocates).
static void every_address_of_every_interface_is_there(void **state)
{
    (void)state;
    static struct rn_local_addrs a;
    struct ifaddrs *all = NULL;
    struct rn_host *host = rn_host_open(1, NULL);
    struct rn_host_status status;
    rn_host_status(host, &status);
    rn_host_close(host);
    if (strcmp(status.method.s, "none") == 0)
        skip();
    assert_int_equal(getifaddrs(&all), 0);
    assert_int_equal(rn_host_addresses(&a, NULL), 0);
    for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct rn_ip ip;
        if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET) {
            memcpy(&v4, i->ifa_addr, sizeof v4);
            ip = rn_ip_v4((const uint8_t *)&v4.sin_addr);
        } else if (i->ifa_addr && i->ifa_addr->sa_family == AF_INET6) {
            memcpy(&v6, i->ifa_addr, sizeof v6);
            ip = rn_ip_v6(v6.sin6_addr.s6_addr);
        } else {
            continue;
        }
        assert_true(rn_local_has(&a, &ip));
    }
    freeifaddrs(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopbacks_are_always_there),
        cmocka_unit_test(every_address_of_every_interface_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
