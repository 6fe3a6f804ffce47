// SPDX-License-Identifier: Apache-2.0
// SSH: identification strings, and the methods both ends agree on.
#include "made_tcp.h"

#define CLIENT_IDENT "SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13"
#define SERVER_IDENT "SSH-2.0-dropbear_2022.83"

static void made_kexinit(struct made *m, const char *kex, const char *key)
{
    size_t at = made_open(m, 4);
    made_number(m, 1, 4);  // padding
    made_number(m, 1, 20); // KEXINIT
    for (int i = 0; i < 16; i++)
        made_number(m, 1, 0xa5);
    size_t list = made_open(m, 4);
    made_text(m, kex);
    made_close(m, list, 4);
    list = made_open(m, 4);
    made_text(m, key);
    made_close(m, list, 4);
    for (int i = 0; i < 8; i++)
        made_number(m, 4, 0);
    made_number(m, 1, 0);
    made_number(m, 4, 0);
    made_number(m, 4, 0); // padding
    made_close(m, at, 4);
}

static void both_ends_are_told_in_full(void **state)
{
    (void)state;
    static const struct said talk[] = {SERVER(SERVER_IDENT "\r\n"), CLIENT(CLIENT_IDENT "\r\n")};
    struct made_row r;
    row_talk(&r, 2200, talk, MADE_COUNT(talk));
    assert_int_equal(r.row.app, RN_APP_SSH);
    assert_string_equal(told(&r, RN_FACT_CLIENT), CLIENT_IDENT);
    assert_string_equal(told(&r, RN_FACT_SERVER), SERVER_IDENT);
    row_close(&r);
}

static void inv_1_an_identification_proves_it(void **state)
{
    (void)state;
    static const struct said yes[] = {
        CLIENT(CLIENT_IDENT "\r\n"),      CLIENT("SSH-1.5-1.2.27\n"),
        CLIENT("SSH-1.99-Cisco-1.25\n"),  CLIENT("SSH-2.0-x\r\n"),
        SERVER("SSH-2.0-libssh-0.7.2\n"),
    };
    static const struct said no[] = {
        CLIENT("SSH-\r\n"),      CLIENT("SSH-x.0-OpenSSH\r\n"), CLIENT("SSH-2-OpenSSH\r\n"),
        CLIENT("SSH-3.0-a\r\n"), CLIENT("SSH-2.0\r\n"),         CLIENT(" SSH-2.0-a\r\n"),
        CLIENT("ssh-2.0-a\r\n"), CLIENT("SSHSSH\r\n"),
    };
    for (size_t i = 0; i < MADE_COUNT(yes); i++)
        assert_proves(RN_APP_SSH, 22, yes[i], 8);
    for (size_t i = 0; i < MADE_COUNT(no); i++)
        assert_proves_nothing(22, no[i]);
}

static void a_comment_ends_where_printable_text_does(void **state)
{
    (void)state;
    static const struct said talk[] = {CLIENT("SSH-2.0-Cisco-1.25 \0\0\0\n")};
    struct made_row r;
    row_talk(&r, 22, talk, 1);
    assert_string_equal(told(&r, RN_FACT_CLIENT), "SSH-2.0-Cisco-1.25");
    row_close(&r);
}

static void inv_2_the_clients_first_name_that_the_server_has_wins(void **state)
{
    (void)state;
    static const struct {
        const char *client_kex, *server_kex, *client_key, *server_key, *kex, *key;
    } cases[] = {
        {"mlkem768x25519-sha256,curve25519-sha256,ext-info-c",
         "curve25519-sha256,ecdh-sha2-nistp256", "ssh-ed25519,rsa-sha2-512",
         "rsa-sha2-512,ssh-ed25519", "curve25519-sha256", "ssh-ed25519"},
        {"ecdh-sha2-nistp256,curve25519-sha256", "curve25519-sha256,ecdh-sha2-nistp256", "ssh-rsa",
         "ssh-rsa", "ecdh-sha2-nistp256", "ssh-rsa"},
        {"curve25519-sha256@libssh.org", "curve25519-sha256", "ssh-dss", "ssh-rsa", "", ""},
    };
    for (size_t i = 0; i < MADE_COUNT(cases); i++) {
        for (int server_first = 0; server_first < 2; server_first++) {
            struct made m[2] = {{.len = 0}, {.len = 0}};
            struct made_row r;
            made_text(&m[0], CLIENT_IDENT "\r\n");
            made_kexinit(&m[0], cases[i].client_kex, cases[i].client_key);
            made_text(&m[1], SERVER_IDENT "\r\n");
            made_kexinit(&m[1], cases[i].server_kex, cases[i].server_key);
            row_open(&r, RN_PROTO_TCP, 50000, 22);
            row_feed(&r, !server_first, &m[server_first]);
            row_feed(&r, server_first, &m[1 - server_first]);
            assert_string_equal(told(&r, RN_FACT_KEX), cases[i].kex);
            assert_string_equal(told(&r, RN_FACT_HOST_KEY), cases[i].key);
            assert_true(r.row.settled);
            row_close(&r);
        }
    }
}

static void a_kexinit_split_anywhere_tells_the_same(void **state)
{
    (void)state;
    struct made client = {.len = 0}, server = {.len = 0};
    made_text(&client, CLIENT_IDENT "\r\n");
    made_kexinit(&client, "curve25519-sha256", "ssh-ed25519");
    made_text(&server, SERVER_IDENT "\r\n");
    made_kexinit(&server, "curve25519-sha256", "ssh-ed25519");
    for (size_t at = 1; at < client.len; at++) {
        struct made_row r;
        row_open(&r, RN_PROTO_TCP, 50000, 22);
        row_feed(&r, false, &server);
        row_feed_part(&r, true, &client, 0, at);
        row_feed_part(&r, true, &client, at, client.len - at);
        assert_string_equal(told(&r, RN_FACT_CLIENT), CLIENT_IDENT);
        assert_string_equal(told(&r, RN_FACT_KEX), "curve25519-sha256");
        row_close(&r);
    }
}

static void a_kexinit_alone_proves_it_and_noise_does_not(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    struct asked a = {.proto = RN_PROTO_TCP, .src_port = 50000, .dst_port = 22};
    made_kexinit(&m, "diffie-hellman-group14-sha1", "ssh-rsa");
    assert_int_equal(ask_made(&a, &m), RN_YES);
    assert_int_equal(a.app, RN_APP_SSH);
    struct said start = CLIENT("\0\0\1\1\4\x14");
    assert_random_proves_nothing(&dpi_ssh, 22, start, 20000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_are_told_in_full),
        cmocka_unit_test(inv_1_an_identification_proves_it),
        cmocka_unit_test(a_comment_ends_where_printable_text_does),
        cmocka_unit_test(inv_2_the_clients_first_name_that_the_server_has_wins),
        cmocka_unit_test(a_kexinit_split_anywhere_tells_the_same),
        cmocka_unit_test(a_kexinit_alone_proves_it_and_noise_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
