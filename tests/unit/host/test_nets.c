// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

static void an_address_is_added_once_and_never_too_many(void **state)
{
    (void)state;
    static struct rn_local_addrs a;
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < RN_LOCAL_MAX + 50; i++) {
            struct rn_ip ip = rn_ip_v4((uint8_t[]){10, 0, (uint8_t)(i >> 8), (uint8_t)i});
            host_add_net(&a, &ip, 96 + 24);
            host_add_gateway(&a, &ip);
            if (round == 0 && i == 5)
                assert_int_equal(a.net_count, 6);
        }
    assert_int_equal(a.net_count, RN_LOCAL_MAX);
    assert_int_equal(a.gateway_count, RN_GATEWAY_MAX);
    assert_ip(&a.net[1].ip, "10.0.0.1");
}

static void loopbacks_are_ours(void **state)
{
    (void)state;
    static struct rn_local_addrs a;
    host_add_loopbacks(&a);
    host_add_loopbacks(&a);
    assert_int_equal(a.net_count, 2);
    static const char *const ours[] = {"127.0.0.1", "127.0.0.53", "::1"};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        struct rn_ip ip = ip_of(ours[i]);
        assert_true(rn_local_has(&a, &ip));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_added_once_and_never_too_many),
        cmocka_unit_test(loopbacks_are_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
