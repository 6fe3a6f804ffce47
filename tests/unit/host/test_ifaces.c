// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

#include "rustnet/host.h"

static void no_more_are_given_than_asked_for(void **state)
{
    (void)state;
    struct rn_iface_stats s[64];
    memset(s, 0, sizeof s);
    assert_int_equal(rn_host_interfaces(s, 0), 0);
    unsigned all = rn_host_interfaces(s, 64);
    assert_true(all <= 64);
    for (unsigned i = 0; i < all; i++)
        assert_true(s[i].name.len > 0);
    assert_int_equal(rn_host_interfaces(s, 1), all > 0 ? 1 : 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_more_are_given_than_asked_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
