// SPDX-License-Identifier: Apache-2.0
// Transport parameters.
#include "made_quic.h"

static void the_idle_time_out_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        uint64_t want;
    } cases[] = {
        // Those of RFC 9001, A.2: 30 s.
        {"0408ffffffffffffffff05048000ffff07048000ffff0801100104800075300901100f088394c8f03e515708"
         "06048000ffff",
         30000},
        {"01 02 4064", 100},
        {"0f 00 01 01 05", 5},
        {"", 0},
        {"04 01 05", 0},
        {"01 05 8000", 0},    // beyond the end
        {"04 7fff 01 01", 0}, // a parameter before it is
        {"01 01 80", 0},      // a number longer than its parameter
        {"01 00", 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct made m = {.len = 0};
        made_hex(&m, cases[i].hex);
        assert_true(quic_idle_timeout(rn_bytes_of(m.data, m.len)) == cases[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_idle_time_out_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
