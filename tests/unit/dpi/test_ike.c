// SPDX-License-Identifier: Apache-2.0
// IKE: both versions, both ports, and ESP that is none of it.
#include "made_udp.h"

#define SPIS "cf02326f14a95b93 0000000000000000 "
// Version 1: SA payload of 8 bytes.
#define MAIN SPIS "01 10 02 00 00000000 00000024 00 00 0008 00000001"
// Version 2: SA payload leads to KE, KE to nothing.
#define INIT SPIS "21 20 22 08 00000000 0000002c 22 00 0008 01020304 00 00 0008 00130000"
// Version 2: encrypted; its first field tells what is inside.
#define AUTH "cf02326f14a95b93 18a109f89219e8df 2e 20 23 08 00000001 00000024 23 00 0008 a1b2c3d4"

static void a_message_tells_version_and_exchange(void **state)
{
    (void)state;
    static const struct {
        const char *hex, *version, *type;
    } cases[] = {
        {MAIN, "1", "Main"},
        {INIT, "2", "IKE_SA_INIT"},
        {AUTH, "2", "IKE_AUTH"},
        {"cf02326f14a95b93 18a109f89219e8df 05 10 20 01 1a2b3c4d 00000024 a1b2c3d4e5f60718", "1",
         "Quick"},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(500, cases[i].hex);
        assert_int_equal(a.verdict, RN_YES);
        assert_int_equal(a.app, RN_APP_IKE);
        assert_string_equal(fact_of(&a.facts, RN_FACT_VERSION), cases[i].version);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), cases[i].type);
        struct asked b = ask_udp_hex(50001, cases[i].hex);
        assert_int_equal(b.verdict, RN_YES);
    }
}

static void on_port_4500_a_marker_goes_before(void **state)
{
    (void)state;
    struct asked a = ask_udp_hex(4500, "00000000 " INIT);
    struct asked esp = ask_udp_hex(4500, "c0ffee01 00000001 " INIT);
    struct asked alive = ask_udp_hex(4500, "ff");
    assert_int_equal(a.verdict, RN_YES);
    assert_no_claim(&esp);
    assert_no_claim(&alive);
}

static void inv_1_lengths_and_payloads_fill_it(void **state)
{
    (void)state;
    static const char *const cases[] = {
        MAIN "00",                                                // something behind
        SPIS "01 10 02 00 00000000 00000025 00 00 0008 00000001", // longer than it is
        SPIS "01 30 02 00 00000000 00000024 00 00 0008 00000001", // version 3
        SPIS "01 11 02 00 00000000 00000024 00 00 0008 00000001", // version 1.1
        SPIS "01 10 09 00 00000000 00000024 00 00 0008 00000001", // no such exchange
        SPIS "01 10 02 00 00000000 00000024 00 00 0007 00000001", // a payload ends early
        SPIS "01 10 02 00 00000000 00000024 00 00 0009 00000001", // ... or late
        SPIS "01 10 02 00 00000000 00000024 40 00 0008 00000001", // leads to nothing known
        SPIS "21 10 02 00 00000000 00000024 00 00 0008 00000001", // a payload of version 2
        "0000000000000000 0000000000000000 01 10 02 00 00000000 00000024 00 00 0008 00000001",
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(50001, cases[i]);
        assert_no_claim(&a);
    }
}

static void a_message_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, INIT);
    assert_cut_claims_nothing(500, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_ike, 50001, SPIS "21 20 22 08 00000000", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_tells_version_and_exchange),
        cmocka_unit_test(on_port_4500_a_marker_goes_before),
        cmocka_unit_test(inv_1_lengths_and_payloads_fill_it),
        cmocka_unit_test(a_message_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
