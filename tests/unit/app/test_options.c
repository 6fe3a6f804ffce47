// SPDX-License-Identifier: Apache-2.0
// What the command line may say, and that everything else is refused with one line.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "options.h"

static int parse(struct app_options *out, struct rn_err *err, char *a, char *b, char *c)
{
    char name[] = "rustnet";
    char *argv[] = {name, a, b, c, NULL};
    int argc = 1 + (a != NULL) + (b != NULL) + (c != NULL);
    return app_options_parse(argc, argv, out, err);
}

static void values_are_taken(void **state)
{
    (void)state;
    struct app_options o;
    char a[] = "--headless", b[] = "--read=x.pcap", c[] = "--max-connections=1000";
    assert_int_equal(parse(&o, NULL, a, b, c), 0);
    assert_true(o.headless);
    assert_string_equal(o.read, "x.pcap");
    assert_int_equal(o.max_connections, 1000);
    char d[] = "-f", e[] = "  tcp", f[] = "--local=10.0.0.0/8";
    assert_int_equal(parse(&o, NULL, d, e, f), 0);
    assert_string_equal(o.filter, "tcp");
    struct rn_ip ip;
    assert_true(rn_ip_parse("10.9.8.7", &ip));
    assert_true(rn_local_has(&o.local, &ip));
}

static void mistakes_are_refused(void **state)
{
    (void)state;
    static char wrong[][2][40] = {
        {"--nonsense"},
        {"stray"},
        {"--read"},
        {"--max-connections=0"},
        {"--local=nowhere"},
        {"--max-connections=12x"},
        {"--headless", "--headless"},
        {"--max-connections=4000001"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct app_options o;
        struct rn_err err = {0};
        char *second = wrong[i][1][0] ? wrong[i][1] : NULL;
        assert_int_equal(parse(&o, &err, wrong[i][0], second, NULL), -EINVAL);
        assert_true(err.msg[0] != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_taken),
        cmocka_unit_test(mistakes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
