// SPDX-License-Identifier: Apache-2.0
// Kafka: requests with a client id.
#include "made_tcp.h"

static void a_request_tells_client_and_name(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *client, *command;
    } cases[] = {
        {CLIENT("\0\0\0\x12\0\x12\0\3\0\0\0\1\0\7rdkafka\0"), "rdkafka", "ApiVersions"},
        {CLIENT("\0\0\0\x14\0\3\0\1\0\0\0\2\0\6my-app\0\0\0\0"), "my-app", "Metadata"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        row_talk(&r, 19092, &cases[i].said, 1);
        assert_int_equal(r.row.app, RN_APP_KAFKA);
        assert_string_equal(told(&r, RN_FACT_CLIENT_ID), cases[i].client);
        assert_string_equal(told(&r, RN_FACT_COMMAND), cases[i].command);
        row_close(&r);
        for (size_t len = 1; len < cases[i].said.len; len++) {
            struct asked a = ask_said(19092, cases[i].said, len, true);
            assert_no_claim(&a);
        }
    }
}

static void near_misses_prove_nothing(void **state)
{
    (void)state;
    static const struct said no[] = {
        CLIENT("\0\0\0\x13\0\x12\0\3\0\0\0\1\0\7rdkafka\0"),   // not the payload's size
        CLIENT("\0\0\0\x12\0\x62\0\3\0\0\0\1\0\7rdkafka\0"),   // no such key
        CLIENT("\0\0\0\x12\0\x12\0\x33\0\0\0\1\0\7rdkafka\0"), // no such version
        CLIENT("\0\0\0\x12\0\x12\0\3\0\0\0\1\0\7rd\1afka\0"),
        CLIENT("\0\0\0\x12\0\x12\0\3\0\0\0\1\0\x20rdkafka\0"),
        CLIENT("\0\0\0\x0a\0\x12\0\0\0\0\0\1\xff\xff"), // no client id, off the port
        SERVER("\0\0\0\x0a\0\0\0\1\0\0\0\0\0\0"),
    };
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(19092, no[i]);
    struct said none = CLIENT("\0\0\0\x0a\0\x12\0\0\0\0\0\1\xff\xff");
    struct made_row r;
    row_talk(&r, 9092, &none, 1);
    assert_int_equal(r.row.app, RN_APP_KAFKA);
    row_close(&r);
    struct said start = CLIENT("\0\0\0\x40\0\3\0\1");
    assert_random_proves_nothing(&dpi_kafka, 9092, start, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_client_and_name),
        cmocka_unit_test(near_misses_prove_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
