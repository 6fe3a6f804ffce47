// SPDX-License-Identifier: Apache-2.0
// Every reason for leaving a frame out has a name of its own, fit for a JSON key.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/packet.h"

static void every_reason_has_a_name_of_its_own(void **state)
{
    (void)state;
    static const char *const want[RN_IGNORE_COUNT] = {
        "none", "ethertype", "link", "nesting", "ip", "transport", "arp", "fragment", "late"};
    for (unsigned i = 0; i < RN_IGNORE_COUNT; i++)
        assert_string_equal(rn_ignore_name((enum rn_ignore)i), want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
