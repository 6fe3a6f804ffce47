// SPDX-License-Identifier: Apache-2.0
// RTP and RTCP: sources that go on, reports that fill the datagram.
#include "made_udp.h"

#define SOURCE "3796cb71 "
#define PCMA(sequence, time) "80 08 " sequence time SOURCE "d5d5d5d5d5d5d5d5"

static enum rn_app play(struct made_row *row, const char *const *hex, size_t count)
{
    row_open(row, RN_PROTO_UDP, 50001, 50002);
    for (size_t i = 0; i < count && hex[i]; i++)
        feed_hex(row, true, hex[i]);
    return row->row.app;
}

static void inv_1_three_packets_of_one_source_prove_it(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        const char *hex[4];
    } cases[] = {
        {true, {PCMA("6fae", "000004d8"), PCMA("6faf", "00000578"), PCMA("6fb0", "00000618")}},
        {true, {PCMA("fffe", "000004d8"), PCMA("ffff", "00000578"), PCMA("0001", "00000618")}},
        {true, // a late one does no harm
         {PCMA("6fae", "000004d8"), PCMA("6fb0", "00000618"), PCMA("6faf", "00000578"),
          PCMA("6fb1", "000006b8")}},
        {false, {PCMA("6fae", "000004d8"), PCMA("6faf", "00000578")}},
        {false, {PCMA("6fae", "000004d8"), PCMA("6fae", "000004d8"), PCMA("6fae", "000004d8")}},
        {false, {PCMA("6fae", "000004d8"), PCMA("7fae", "00000578"), PCMA("8fae", "00000618")}},
        {false, {PCMA("6fae", "000004d8"), PCMA("6faf", "80000578"), PCMA("6fb0", "00000618")}},
        {false, // three sources
         {PCMA("6fae", "000004d8"), "80 08 6faf 00000578 00000001 d5",
          "80 08 6fb0 00000618 00000002 d5"}},
        {false, // version 1
         {"40 08 6fae 000004d8 " SOURCE, "40 08 6faf 000004d8 " SOURCE,
          "40 08 6fb0 000004d8 " SOURCE}},
        {false, // source 0
         {"80 08 6fae 000004d8 00000000", "80 08 6faf 000004d8 00000000",
          "80 08 6fb0 000004d8 00000000"}},
        {false, // the kind of a report
         {"80 48 6fae 000004d8 " SOURCE, "80 48 6faf 000004d8 " SOURCE,
          "80 48 6fb0 000004d8 " SOURCE}},
        {false, // an extension that is not there
         {"90 08 6fae 000004d8 " SOURCE "bede0002 00000000",
          "90 08 6faf 000004d8 " SOURCE "bede0002 00000000",
          "90 08 6fb0 000004d8 " SOURCE "bede0002 00000000"}},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row row;
        enum rn_app app = play(&row, cases[i].hex, 4);
        assert_int_equal(app, cases[i].yes ? RN_APP_RTP : RN_APP_NONE);
        assert_string_equal(fact_of(&row.row.facts, RN_FACT_TYPE), cases[i].yes ? "PCMA" : "");
        assert_int_equal(row.row.settled, cases[i].yes);
        row_close(&row);
    }
}

static void inv_1_sources_may_take_turns(void **state)
{
    (void)state;
    static const char *const hex[] = {
        "80 78 0010 00000000 00000001 00", "80 78 8010 00000000 00000002 00",
        "80 78 0011 00000001 00000001 00", "80 78 8011 00000001 00000002 00",
        "80 78 0012 00000002 00000001 00",
    };
    struct made_row row;
    assert_int_equal(play(&row, hex, 5), RN_APP_RTP);
    assert_string_equal(fact_of(&row.row.facts, RN_FACT_TYPE), "PT 120");
    row_close(&row);
}

#define SR "80c80006 " SOURCE "42c907ca 5efac603 000024c3 00000009 000005a0 "
#define SDES "81ca0003 " SOURCE "0104 61406200 0000 "
#define RR "81c90007 " SOURCE "a254e017 00000000 00001902 00000010 00000000 00000000 "

static void inv_2_reports_that_fill_the_datagram_prove_it(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        const char *hex, *type;
    } cases[] = {
        {true, SR, "SR"},
        {true, SR SDES, "SR"},
        {true, RR SDES, "RR"},
        {true, "80c90001 " SOURCE SDES, "RR"},
        {false, SDES, ""},                                      // no report first
        {false, SR "00", ""},                                   // something behind
        {false, SR "81ca0004 " SOURCE "01046140 62000000", ""}, // one that is too long
        {false, SR "01ca0000", ""},                             // version 0
        {false, "81c80006 " SOURCE "42c907ca 5efac603 000024c3 00000009 000005a0 ",
         ""},                             // no room for one
        {false, "80c90001 00000000", ""}, // source 0
        {false, "80cc0001 " SOURCE, ""},  // no report
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct asked a = ask_udp_hex(50001, cases[i].hex);
        assert_int_equal(a.verdict == RN_YES, cases[i].yes);
        assert_int_equal(a.app, cases[i].yes ? RN_APP_RTCP : RN_APP_NONE);
        assert_string_equal(fact_of(&a.facts, RN_FACT_TYPE), cases[i].type);
    }
}

#define SEALED "deadbeef 80000001 00112233445566778899"

static void inv_2_encrypted_reports_are_proved_by_two(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        const char *hex[2];
    } cases[] = {
        {true, {RR SEALED, RR SEALED}},
        {true, {SR SEALED, SR SEALED}},
        {false,
         {RR SEALED,
          "81c90007 00000001 a254e017 00000000 00001902 00000010 00000000 00000000 " SEALED}},
        {false, {"81c90008 " SOURCE SEALED SEALED SEALED, "81c90008 " SOURCE SEALED SEALED SEALED}},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row row;
        enum rn_app app = play(&row, cases[i].hex, 2);
        assert_int_equal(app, cases[i].yes ? RN_APP_RTCP : RN_APP_NONE);
        row_close(&row);
    }
}

static void one_packet_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, SR SDES);
    // Whole packets of the compound are reports that fill what is there.
    assert_cut_claims_nothing(5005, &m, 28);
    assert_random_claims_nothing(&dpi_rtp, 5004, "80", 20000);
    assert_random_claims_nothing(&dpi_rtcp, 5005, "80c9", 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_three_packets_of_one_source_prove_it),
        cmocka_unit_test(inv_1_sources_may_take_turns),
        cmocka_unit_test(inv_2_reports_that_fill_the_datagram_prove_it),
        cmocka_unit_test(inv_2_encrypted_reports_are_proved_by_two),
        cmocka_unit_test(one_packet_cut_anywhere_claims_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
