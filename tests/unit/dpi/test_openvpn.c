// SPDX-License-Identifier: Apache-2.0
// OpenVPN: resets in the clear, with an HMAC, and encrypted.
#include "made_udp.h"

#define CLIENT "39fded2daa10a437 "
#define SERVER "9421917de7267729 "
#define HMAC "000102030405060708090a0b0c0d0e0f10111213 "
#define LONG_HMAC HMAC "1415161718191a1b1c1d1e1f "

static void inv_1_a_clients_reset_proves_it(void **state)
{
    (void)state;
    static const struct {
        bool yes;
        const char *hex;
    } cases[] = {
        {true, "38 " CLIENT "00 00000000"},
        {true, "38 " CLIENT HMAC "00000001 625a9e97 00 00000000"},
        {false, "38 " CLIENT "01 00000000"},
        {false, "38 " CLIENT "00 00000001"},
        {false, "38 " CLIENT "00 00000000 00"},
        {false, "39 " CLIENT "00 00000000"}, // key 1 is no first one
        {false, "48 " CLIENT "00 00000000"}, // data
        {false, "38 " CLIENT HMAC "00000002 625a9e97 00 00000000"},
        {false, "40 " CLIENT "00 00000000"}, // a server's, and no client before it
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row row;
        row_open(&row, RN_PROTO_UDP, 50001, 443);
        feed_hex(&row, true, cases[i].hex);
        assert_int_equal(row.row.app, cases[i].yes ? RN_APP_OPENVPN : RN_APP_NONE);
        row_close(&row);
    }
}

static void inv_2_a_servers_reset_proves_what_is_encrypted(void **state)
{
    (void)state;
    static const char client[] = "50 " CLIENT "0f000001 625a9e97 " LONG_HMAC "a1b2c3d4e5";
    static const struct {
        bool yes, from_client;
        const char *hex;
    } cases[] = {
        {true, false, "40 " SERVER "00000001 625a9e98 " LONG_HMAC "a1b2c3d4e5"},
        {true, false, "40 " SERVER "01 00000000 " CLIENT "00000000"},
        {false, false, "40 " SERVER "00000001 635a9e98 " LONG_HMAC "a1b2c3d4e5"}, // months later
        {false, false, "40 " SERVER "00000002 625a9e98 " LONG_HMAC "a1b2c3d4e5"},
        {false, false, "40 " SERVER "00000001 625a9e98 " HMAC "a1b2c3d4e5"},     // too short
        {false, true, "40 " SERVER "00000001 625a9e98 " LONG_HMAC "a1b2c3d4e5"}, // the same end
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        struct made_row row;
        row_open(&row, RN_PROTO_UDP, 50001, 443);
        feed_hex(&row, true, client);
        assert_int_equal(row.row.app, RN_APP_NONE);
        feed_hex(&row, cases[i].from_client, cases[i].hex);
        assert_int_equal(row.row.app, cases[i].yes ? RN_APP_OPENVPN : RN_APP_NONE);
        row_close(&row);
    }
}

static void a_reset_cut_anywhere_claims_nothing(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    made_hex(&m, "38 " CLIENT "00 00000000");
    assert_cut_claims_nothing(1194, &m, m.len);
}

static void random_bytes_claim_nothing(void **state)
{
    (void)state;
    assert_random_claims_nothing(&dpi_openvpn, 1194, "38", 50000);
    assert_random_claims_nothing(&dpi_openvpn, 1194, "40", 50000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inv_1_a_clients_reset_proves_it),
        cmocka_unit_test(inv_2_a_servers_reset_proves_what_is_encrypted),
        cmocka_unit_test(a_reset_cut_anywhere_claims_nothing),
        cmocka_unit_test(random_bytes_claim_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
