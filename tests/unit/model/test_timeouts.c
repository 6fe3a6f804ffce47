// SPDX-License-Identifier: Apache-2.0
// The table of time-outs: every one has a name of its own, a default, and a line in its document.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/timeouts.h"

static void every_timeout_is_found_by_its_name(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RN_TIMEOUT_COUNT; i++) {
        const char *name = rn_timeout_name((enum rn_timeout)i);
        assert_int_equal(rn_timeout_find(name, strlen(name)), i);
        assert_int_equal(rn_timeout_find(name, strlen(name) - 1), RN_TIMEOUT_COUNT);
    }
    assert_int_equal(rn_timeout_find("", 0), RN_TIMEOUT_COUNT);
    assert_int_equal(rn_timeout_find("udpx", 4), RN_TIMEOUT_COUNT);
    assert_int_equal(rn_timeout_find("udpx", 3), RN_TIMEOUT_UDP);
}

static void defaults_are_within_what_may_be_set(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RN_TIMEOUT_COUNT; i++) {
        assert_true(rn_timeouts_default.after[i] >= RN_TIMEOUT_LEAST);
        assert_true(rn_timeouts_default.after[i] <= RN_TIMEOUT_MOST);
    }
}

// A row of the document's table: | `name` | seconds | text |
static void the_document_tells_every_name_and_default(void **state)
{
    (void)state;
    FILE *f = fopen(RN_TEST_DATA "/../docs/timeouts.md", "r");
    assert_non_null(f);
    char line[512], name[64];
    unsigned rows = 0;
    while (fgets(line, sizeof line, f)) {
        long long s;
        if (sscanf(line, "| `%63[a-z-]` | %lld |", name, &s) != 2)
            continue;
        assert_int_equal(rn_timeout_find(name, strlen(name)), rows);
        assert_int_equal(rn_timeouts_default.after[rows], s * RN_SEC);
        rows++;
    }
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rows, RN_TIMEOUT_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_timeout_is_found_by_its_name),
        cmocka_unit_test(defaults_are_within_what_may_be_set),
        cmocka_unit_test(the_document_tells_every_name_and_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
