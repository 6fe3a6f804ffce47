// SPDX-License-Identifier: Apache-2.0
// STUN: RFC 5769's messages, RFC 3489's, and what only looks like them.
#include "made_udp.h"

// RFC 5769, 2.1: a request of a client, with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, integrity and fingerprint.
#define RFC5769_REQUEST                                                                         \
    "0001 0058 2112a442 b7e7a701bc34d686fa87dfae "                                              \
    "8022 0010 5354554e207465737420636c69656e74 0024 0004 6e0001ff 8029 0008 932ff9b151263b36 " \
    "0006 0009 6576746a3a683676 59202020 0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2 "   \
    "8028 0004 e57a3bcf"
// RFC 5769, 2.2: the answer.
#define RFC5769_RESPONSE                                             \
    "0101 003c 2112a442 b7e7a701bc34d686fa87dfae "                   \
    "8022 000b 7465737420766563746f7220 0020 0008 0001a147e112a643 " \
    "0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 8028 0004 c07d4c96"

static void a_request_tells_class_method_and_software(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(50001, RFC5769_REQUEST);
    assert_int_equal(a.verdict, RN_YES);
    assert_int_equal(a.app, RN_APP_STUN);
    assert_string_equal(fact_of(&a.facts, RN_FACT_CLASS), "Request");
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "Binding");
    assert_string_equal(fact_of(&a.facts, RN_FACT_SOFTWARE), "STUN test client");
}

static void the_latest_class_counts_and_software_stays(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(3478, RFC5769_REQUEST);
    struct made m = {.len = 0};
    made_hex(&m, RFC5769_RESPONSE);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_CLASS), "Success");
    assert_string_equal(fact_of(&a.facts, RN_FACT_SOFTWARE), "STUN test client");
}

static void classes_and_methods_of_all_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *type, *class, *method;
    } cases[] = {
        {"0001", "Request", "Binding"},          {"0011", "Indication", "Binding"},
        {"0101", "Success", "Binding"},          {"0111", "Error", "Binding"},
        {"0003", "Request", "Allocate"},         {"0113", "Error", "Allocate"},
        {"0016", "Indication", "Send"},          {"0017", "Indication", "Data"},
        {"0108", "Success", "CreatePermission"}, {"0009", "Request", "ChannelBind"},
        {"0200", "Request", "Unknown(0x0080)"},  {"3eef", "Request", "Unknown(0x0fff)"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = {.len = 0};
        made_hex(&m, cases[i].type);
        made_hex(&m, "0000 2112a442 000102030405060708090a0b");
        struct asked a = ask_udp(40000, &m);
        assert_int_equal(a.verdict, RN_YES);
        assert_string_equal(fact_of(&a.facts, RN_FACT_CLASS), cases[i].class);
        assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), cases[i].method);
    }
}

static void inv_1_a_last_attribute_may_lack_its_padding(void **state)
{
    (void)state;
    struct asked a =
        ask_udp_hex(3478, "0003 0006 2112a442 000102030405060708090a0b 4000 0002 abcd");
    assert_int_equal(a.verdict, RN_YES);
    assert_string_equal(fact_of(&a.facts, RN_FACT_METHOD), "Allocate");
}

static void inv_2_messages_without_cookie(void **state)
{
    (void)state;
    static const struct udp_case cases[] = {
        // RFC 3489: a request with CHANGE-REQUEST, and the answer with MAPPED-ADDRESS
        {13958, true, "0001 0008 9429ef88294dd52632c72931cb8dbb4c 0003 0004 00000006"},
        {13958, true, "0101 000c 9429ef88294dd52632c72931cb8dbb4c 0001 0008 00010bb8c0000201"},
        {3478, true, "0001 0000 9429ef88294dd52632c72931cb8dbb4c"},
        {13958, false, "0001 0000 9429ef88294dd52632c72931cb8dbb4c"},
        {13958, false, "0001 0008 9429ef88294dd52632c72931cb8dbb4c 0003 0005 00000006"},
        {13958, false, "0001 0008 9429ef88294dd52632c72931cb8dbb4c 0030 0004 00000006"},
        {3478, false, "0001 0008 9429ef88294dd52632c72931cb8dbb4c 0003 0004 000000"},
        {3478, false, "0001 0008 9429ef88294dd52632c72931cb8dbb4c 0003 0004 00000006 00"},
        {3478, false, "0003 0008 9429ef88294dd52632c72931cb8dbb4c 0003 0004 00000006"},
        {3478, false, "0011 0008 9429ef88294dd52632c72931cb8dbb4c 0003 0004 00000006"},
    };
    assert_udp_cases(cases, MADE_COUNT(cases));
}

static void near_misses_are_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "4001 0000 2112a442 000102030405060708090a0b",      // first bits 01: data of a channel
        "8001 0000 2112a442 000102030405060708090a0b",      // first bits 10: RTP
        "0001 0000 2112a443 000102030405060708090a0b",      // another cookie
        "0001 0008 2112a442 000102030405060708090a0b 8022", // longer than the datagram
        "0001 0000 2112a442 000102030405060708090a",        // shorter than a header
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(50001, cases[i]);
        assert_no_claim(&a);
    }
}

static void a_cut_message_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, RFC5769_REQUEST);
    assert_cut_claims_nothing(3478, &m, m.len);
}

static void secrets_are_not_told(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(3478, RFC5769_REQUEST);
    assert_false(facts_hold(&a.facts, "evtj")); // USERNAME
}

static void over_tcp_a_message_may_come_in_pieces(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, RFC5769_REQUEST);
    struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 443};
    assert_int_equal(ask_first(&a, &m, 60), RN_MORE);
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_int_equal(a.app, RN_APP_STUN);
    struct asked b = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 3478};
    struct made old = {.len = 0};
    made_hex(&old, "0001 0000 9429ef88294dd52632c72931cb8dbb4c");
    assert_int_not_equal(ask_made(&b, &old), RN_YES);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_stun, 3478, "", 50000);
    assert_random_claims_nothing(&dpi_stun, 50001, "0001 0008", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_tells_class_method_and_software),
        cmocka_unit_test(the_latest_class_counts_and_software_stays),
        cmocka_unit_test(classes_and_methods_of_all_kinds),
        cmocka_unit_test(inv_1_a_last_attribute_may_lack_its_padding),
        cmocka_unit_test(inv_2_messages_without_cookie),
        cmocka_unit_test(near_misses_are_refused),
        cmocka_unit_test(a_cut_message_claims_nothing),
        cmocka_unit_test(secrets_are_not_told),
        cmocka_unit_test(over_tcp_a_message_may_come_in_pieces),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
