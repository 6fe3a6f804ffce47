// SPDX-License-Identifier: Apache-2.0
// SMB in all versions, and the NetBIOS session around it.
#include "made_tcp.h"

#define SMB1_HEAD(command, flags) "\xffSMB" command "\0\0\0\0" flags
#define PAD_20 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define SMB1(command, flags) "\0\0\0\x20" SMB1_HEAD(command, flags) PAD_20 "\0\0"
// FILESRV and PC, padded with blanks, suffixes 0x20 and 0.
#define SESSION                                       \
    "\x81\0\0\x44 EGEJEMEFFDFCFGCACACACACACACACACA\0" \
    " FAEDCACACACACACACACACACACACACAAA\0"

static void made_smb2_answer(struct made *m, unsigned dialect)
{
    made_hex(m, "00 00 00 48 fe 53 4d 42 40 00 00 00 00 00 00 00 00 00 01 00 01 00 00 00");
    for (int i = 0; i < 11; i++)
        made_number(m, 4, 0);
    made_hex(m, "41 00 01 00");
    made_number(m, 1, dialect & 0xff);
    made_number(m, 1, dialect >> 8);
    made_hex(m, "00 00");
}

static void answers_to_the_negotiation_tell_the_version(void **state)
{
    (void)state;
    static const struct {
        unsigned dialect;
        const char *version;
    } cases[] = {{0x0202, "2.0.2"}, {0x0210, "2.1"},   {0x0300, "3.0"},
                 {0x0302, "3.0.2"}, {0x0311, "3.1.1"}, {0x02ff, ""}};
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made m = {.len = 0};
        struct made_row r;
        struct said ask = CLIENT(SMB1("r", "\x18"));
        made_smb2_answer(&m, cases[i].dialect);
        row_talk(&r, 445, &ask, 1);
        assert_int_equal(r.row.app, RN_APP_SMB);
        assert_string_equal(told(&r, RN_FACT_VERSION), ""); // the oldest form of the question
        row_feed(&r, false, &m);
        assert_string_equal(told(&r, RN_FACT_VERSION), cases[i].version);
        row_close(&r);
    }
    struct said old = SERVER(SMB1("r", "\x98"));
    struct made_row r;
    row_talk(&r, 445, &old, 1);
    assert_string_equal(told(&r, RN_FACT_VERSION), "1");
    row_close(&r);
}

static void inv_1_the_magic_proves_it_on_any_port(void **state)
{
    (void)state;
    static const struct said yes[] = {
        CLIENT(SMB1("s", "\x18")),
        CLIENT("\0\0\0\x40\xfeSMB\x40\0"),
        CLIENT("\0\0\0\x40\xfdSMB"),
        CLIENT("\0\0\0\x40\xfcSMB"),
    };
    static const struct said no[] = {
        CLIENT("\0\0\0\x40\xfbSMB"),
        CLIENT("\0\0\0\x40\xfeSMC"),
        CLIENT("\0\0\0\x10\xfeSMB"),
        CLIENT("\1\0\0\x40\xfeSMB"),
        CLIENT("\0"),
        CLIENT("\x85\0\0\0"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++)
        assert_proves(RN_APP_SMB, 4450, yes[i], 8);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(445, no[i]);
}

static void a_session_is_netbios_until_it_carries_smb(void **state)
{
    (void)state;
    static const struct said talk[] = {CLIENT(SESSION), SERVER("\x82\0\0\0")};
    static const struct said no[] = {
        CLIENT(
            "\x81\0\0\x43 EGEJEMEFFDFCFGCACACACACACACACACA\0 FAEDCACACACACACACACACACACACACAAA\0"),
        CLIENT(
            "\x81\0\0\x44 EGEJEMEFFDFCFGCACACACACACACACAQA\0 FAEDCACACACACACACACACACACACACAAA\0"),
        CLIENT(
            "\x81\0\0\x44!EGEJEMEFFDFCFGCACACACACACACACACA\0 FAEDCACACACACACACACACACACACACAAA\0"),
    };
    struct made_row r;
    row_talk(&r, 139, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_NETBIOS);
    assert_string_equal(told(&r, RN_FACT_NAME), "FILESRV");
    assert_string_equal(told(&r, RN_FACT_SERVICE), "SSN");
    struct said smb = CLIENT(SMB1("s", "\x18"));
    say(&r, smb, 0, smb.len);
    assert_int_equal(r.row.app, RN_APP_SMB);
    assert_string_equal(told(&r, RN_FACT_NAME), "FILESRV");
    row_close(&r);
    assert_proves(RN_APP_NETBIOS, 139, talk[0], 72);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(139, no[i]);
}

static void what_is_said_tells_the_client(void **state)
{
    (void)state;
    static const struct said cases[] = {SERVER(SMB1("s", "\x98")), CLIENT(SMB1("s", "\x18"))};
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_client(445, cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_to_the_negotiation_tell_the_version),
        cmocka_unit_test(inv_1_the_magic_proves_it_on_any_port),
        cmocka_unit_test(a_session_is_netbios_until_it_carries_smb),
        cmocka_unit_test(what_is_said_tells_the_client),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
