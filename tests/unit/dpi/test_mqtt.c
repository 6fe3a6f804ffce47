// SPDX-License-Identifier: Apache-2.0
// MQTT: CONNECT in three versions, topics, and no secrets.
#include "made_tcp.h"

// OASIS 3.1.1, 3.1: user "u", password "secret", will on "w" with "secret".
#define CONNECT_3 "\x10\x13\0\6MQIsdp\3\2\0\x3c\0\5old-1"
#define CONNECT_5 "\x10\x17\0\4MQTT\5\2\0\x3c\5\x11\0\0\0\x0a\0\5new-5"

static void connects_tell_version_and_client(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *version, *client;
    } cases[] = {
        {CLIENT(CONNECT_3), "3.1", "old-1"},
        {CLIENT("\x10\x2b\0\4MQTT\4\xc6\0\x3c\0\7bus-041\0\1w\0\6secret\0\1u\0\6secret"), "3.1.1",
         "bus-041"},
        {CLIENT(CONNECT_5), "5.0", "new-5"},
        {CLIENT("\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"), "3.1.1", ""},
        {CLIENT("\x10\x0f\0\4MQTT\x84\2\0\x3c\0\3brg"), "3.1.1", "brg"}, // a bridge
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        assert_proves(RN_APP_MQTT, 17501, cases[i].said, 10);
        row_talk(&r, 17501, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_VERSION), cases[i].version);
        assert_string_equal(told(&r, RN_FACT_CLIENT_ID), cases[i].client);
        assert_false(facts_hold(&r.row.facts, "secret"));
        row_close(&r);
    }
}

static void topics_come_from_publish_subscribe_and_unsubscribe(void **state)
{
    (void)state;
    static const struct {
        struct said hello, said;
    } cases[] = {
        {CLIENT(CONNECT_3), CLIENT("\x30\x09\0\3a/bsecr")},
        {CLIENT(CONNECT_3), CLIENT("\x32\x0b\0\3a/b\0\1secr")},
        {CLIENT(CONNECT_3), CLIENT("\x82\x08\0\1\0\3a/b\0")},
        {CLIENT(CONNECT_3), CLIENT("\xa2\x07\0\1\0\3a/b")},
        {CLIENT(CONNECT_5), CLIENT("\x82\x0b\0\1\2\x0b\1\0\3a/b\0")},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        struct said talk[] = {cases[i].hello, SERVER("\x20\2\0\0"), cases[i].said};
        row_talk(&r, 1883, talk, MADE_COUNT(talk));
        assert_string_equal(told(&r, RN_FACT_TOPIC), "a/b");
        assert_true(r.row.settled);
        row_close(&r);
    }
}

static void inv_1_without_a_connect_packets_must_fill_the_payload_on_the_port(void **state)
{
    (void)state;
    static const struct said yes[] = {
        SERVER("\x20\2\0\0"),
        CLIENT("\x30\x09\0\3a/bsecr"),
        CLIENT("\x82\x08\0\1\0\3a/b\0\xc0\0"),
    };
    static const struct said no[] = {
        CLIENT("\xc0\0"),                  // two bytes
        CLIENT("\x36\x0b\0\3a/b\0\1secr"), // no such quality of service
        CLIENT("\x30\x0a\0\3a/bsecr"),     // longer than the payload
        CLIENT("\x30\x09\0\3a+bsecr"),     // a filter is no topic
        CLIENT("\x80\x08\0\1\0\3a/b\0"),   // reserved bits
        CLIENT("\0\x08\0\1\0\3a/b\0"),     // reserved type
        CLIENT("\xd0\3abc"),               // PINGRESP has no body
        CLIENT("\x10\x0c\0\4MQTX\4\2\0\x3c\0\0"),
        CLIENT("\x10\x0c\0\4MQTT\6\2\0\x3c\0\0"),
        CLIENT("\x10\x0c\0\4MQTT\4\3\0\x3c\0\0"),
        CLIENT("\x11\x0c\0\4MQTT\4\2\0\x3c\0\0"),
        CLIENT("\x10\xff\xff\xff\xff\4MQTT\4\2\0\x3c\0\0"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++) {
        struct made_row r;
        row_talk(&r, 1883, &yes[i], 1);
        assert_int_equal(r.row.app, RN_APP_MQTT);
        row_close(&r);
        assert_proves_nothing(1884, yes[i]);
    }
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(1883, no[i]);
}

static void noise_is_no_connect(void **state)
{
    (void)state;
    struct said start = CLIENT("\x10\x40\0\4");
    assert_random_proves_nothing(&dpi_mqtt, 1883, start, 20000);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER("\x20\2\0\0"), CLIENT(CONNECT_3)};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(1883, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_tell_version_and_client),
        cmocka_unit_test(topics_come_from_publish_subscribe_and_unsubscribe),
        cmocka_unit_test(inv_1_without_a_connect_packets_must_fill_the_payload_on_the_port),
        cmocka_unit_test(noise_is_no_connect),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
