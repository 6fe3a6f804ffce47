// SPDX-License-Identifier: Apache-2.0
#include "made_netlink.h"

#define BY_FAMILY 20
#define BODY 72

static void put_socket(struct made *m, uint8_t family, const char *local, const char *remote)
{
    struct rn_ip from = ip_of(local), to = ip_of(remote);
    uint32_t uid = 1000, inode = 31337;
    begin(m, BY_FAMILY, family, 1, BODY);
    uint8_t *body = m->buf + m->message + 16;
    body[4] = 0x1f, body[5] = 0x90; // 8080
    body[6] = 0, body[7] = 22;
    memcpy(body + 8, family == 2 ? from.b + 12 : from.b, family == 2 ? 4 : 16);
    memcpy(body + 24, family == 2 ? to.b + 12 : to.b, family == 2 ? 4 : 16);
    memcpy(body + 64, &uid, 4);
    memcpy(body + 68, &inode, 4);
    attribute(m, 8, "x", 1);
    end(m);
}

static void sockets_of_both_families_are_read(void **state)
{
    (void)state;
    static const struct {
        uint8_t family;
        const char *local, *remote;
    } cases[] = {
        {2, "192.0.2.1", "192.0.2.2"},
        {10, "2001:db8::1", "2001:db8::2"},
        {10, "127.0.0.1", "127.0.0.1"}, // mapped
    };
    struct made m = {0};
    struct host_socket s;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        put_socket(&m, cases[i].family, cases[i].local, cases[i].remote);
    struct rn_reader r = rn_reader_of(rn_bytes_of(m.buf, m.len));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(host_take_inet_diag(&r, &s), HOST_NETLINK_ITEM);
        assert_ip(&s.local, cases[i].local);
        assert_ip(&s.remote, cases[i].remote);
        assert_int_equal(s.local_port, 8080);
        assert_int_equal(s.remote_port, 22);
        assert_int_equal(s.uid, 1000);
        assert_int_equal(s.inode, 31337);
    }
    assert_int_equal(host_take_inet_diag(&r, &s), HOST_NETLINK_MORE);
}

static void what_is_no_socket_is_passed_over(void **state)
{
    (void)state;
    struct made m = {0};
    struct host_socket s = {.inode = 7};
    put_socket(&m, 1, "192.0.2.1", "192.0.2.2"); // another family
    begin(&m, BY_FAMILY, 2, 1, BODY - 4);        // too short
    end(&m);
    begin(&m, 99, 2, 1, BODY);
    end(&m);
    begin(&m, 3, 0, 0, 4);
    end(&m);
    struct rn_reader r = rn_reader_of(rn_bytes_of(m.buf, m.len));
    assert_int_equal(host_take_inet_diag(&r, &s), HOST_NETLINK_DONE);
    assert_int_equal(s.inode, 7);
}

static void every_cut_is_safe(void **state)
{
    (void)state;
    struct made m = {0};
    struct host_socket s;
    put_socket(&m, 10, "2001:db8::1", "2001:db8::2");
    for (size_t len = 1; len < m.len - 3; len++) { // the last 3 are padding
        struct rn_reader r = rn_reader_of(rn_bytes_of(m.buf, len));
        assert_int_equal(host_take_inet_diag(&r, &s), HOST_NETLINK_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockets_of_both_families_are_read),
        cmocka_unit_test(what_is_no_socket_is_passed_over),
        cmocka_unit_test(every_cut_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
