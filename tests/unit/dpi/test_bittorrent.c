// SPDX-License-Identifier: Apache-2.0
// BitTorrent: the handshake between peers.
#include "made_tcp.h"

#define MAGIC \
    "\x13"    \
    "BitTorrent protocol"
#define RESERVED "\0\0\0\0\0\x10\0\5"
#define HASH "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98"

static void a_handshake_tells_hash_and_client(void **state)
{
    (void)state;
    static const struct {
        struct said said;
        const char *client;
    } cases[] = {
        {CLIENT(MAGIC RESERVED HASH "-TR2940-abcdefghijkl"), "Transmission 2.9.4.0"},
        {CLIENT(MAGIC RESERVED HASH "-qB4250-abcdefghijkl"), "qBittorrent 4.2.5.0"},
        {CLIENT(MAGIC RESERVED HASH "-lt0D60-abcdefghijkl"), "libtorrent 0.D.6.0"},
        {CLIENT(MAGIC RESERVED HASH "-XX1\00000-abcdefghijkl"), "XX 1.0.0"},
        {CLIENT(MAGIC RESERVED HASH "M7-2-0--abcdefghijkl"), "Mainline"},
        {CLIENT(MAGIC RESERVED HASH "A2-1-36-0-abcdefghij"), "aria2"},
        {CLIENT(MAGIC RESERVED HASH "A310--00-abcdefghijk"), "ABC"},
        {CLIENT(MAGIC RESERVED HASH "\1\2\3\4\5\6\7\10\1\2\3\4\5\6\7\10\1\2\3\4"), ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row r;
        assert_proves(RN_APP_BITTORRENT, 51413, cases[i].said, 20);
        row_talk(&r, 51413, &cases[i].said, 1);
        assert_string_equal(told(&r, RN_FACT_KIND), "handshake");
        assert_string_equal(told(&r, RN_FACT_INFO_HASH),
                            "0123456789abcdef0123456789abcdeffedcba98");
        assert_string_equal(told(&r, RN_FACT_CLIENT), cases[i].client);
        row_close(&r);
    }
}

static void inv_1_nothing_else_proves_it(void **state)
{
    (void)state;
    static const struct said cases[] = {
        CLIENT("\x13"
               "BitTorrent Protocol" RESERVED HASH),
        CLIENT("\x14"
               "BitTorrent protocol" RESERVED),
        CLIENT("BitTorrent protocol" RESERVED HASH),
        CLIENT("\0\0\0\5\4\0\0\0\1"),
        CLIENT("x" MAGIC),
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++)
        assert_proves_nothing(6881, cases[i]);
}

static void a_handshake_that_is_cut_tells_no_half_hash(void **state)
{
    (void)state;
    static const struct said said = CLIENT(MAGIC RESERVED HASH "-TR2940-abcdefghijkl");
    for (size_t len = 20; len < said.len; len++) {
        struct asked a = ask_said(6881, said, len, true);
        assert_int_equal(a.app, RN_APP_BITTORRENT);
        size_t told_len = strlen(fact_of(&a.facts, RN_FACT_INFO_HASH));
        assert_int_equal(told_len, len < 48 ? 0 : 40);
        assert_string_equal(fact_of(&a.facts, RN_FACT_CLIENT), "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_tells_hash_and_client),
        cmocka_unit_test(inv_1_nothing_else_proves_it),
        cmocka_unit_test(a_handshake_that_is_cut_tells_no_half_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
