// SPDX-License-Identifier: Apache-2.0
// Lines as a little-endian machine prints them.
#include "text_case.h"

#define TAIL                                                                                      \
    " 01 00000000:00000000 00:00000000 00000000  1000        0 31337 1 0000000000000000 20 4 30 " \
    "10 -1"

static bool little_endian(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first == 1;
}

static void recorded_lines_are_read(void **state)
{
    (void)state;
    if (!little_endian())
        skip();
    static const struct {
        const char *line, *local, *remote;
        uint16_t local_port, remote_port;
    } cases[] = {
        {"   0: 0100007F:1F90 0200A8C0:D3A2" TAIL, "127.0.0.1", "192.168.0.2", 8080, 54178},
        {"  12: 00000000000000000000000001000000:0016 B80D0120000000000000000002000000:FFFF" TAIL,
         "::1", "2001:db8::2", 22, 65535},
        // An IPv6 socket with an IPv4 peer.
        {"  12: 0000000000000000FFFF00000100007F:0016 0000000000000000FFFF00000200A8C0:0001" TAIL,
         "127.0.0.1", "192.168.0.2", 22, 1},
        // udp prints wider numbers and one more column
        {"12345678: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000 "
         "       0 31337 2 0000000000000000 0",
         "0.0.0.0", "0.0.0.0", 53, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct host_socket s = {0};
        assert_true(host_parse_proc_net(bytes_of(cases[i].line), &s));
        assert_ip(&s.local, cases[i].local);
        assert_ip(&s.remote, cases[i].remote);
        assert_int_equal(s.local_port, cases[i].local_port);
        assert_int_equal(s.remote_port, cases[i].remote_port);
        assert_int_equal(s.uid, 1000);
        assert_int_equal(s.inode, 31337);
    }
}

static void what_is_no_socket_is_refused_and_leaves_the_result_alone(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout "
        "inode",
        "0: 0100007F:1F90",
        "0: 0100007F:1F90 0200A8C0:D3A2 01 0:0 00:0 0  1000        0",
        "0: 0100007F:1F90 0200A8C0:D3A2 01 0:0 00:0 0  1000        0 -1",
        "0: 0100007F:1F90 0200A8C0:D3A2 01 0:0 00:0 0  1000        0 18446744073709551616",
        "0: 0100007F:1F90 0200A8C0:D3A2 01 0:0 00:0 0  4294967296  0 1",
        "0: 0100007F:1F900 0200A8C0:D3A2" TAIL,
        "0: 0100007F:1F9 0200A8C0:D3A2" TAIL,
        "0: 0100007Fx1F90 0200A8C0:D3A2" TAIL,
        "0: 0100007G:1F90 0200A8C0:D3A2" TAIL,
        "0: 0100007F00:1F90 0200A8C0:D3A2" TAIL,
        "0: 0100007F:1F90 0200A8C0:D3A2 xx 0:0 00:0 0  1000        0 1",
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        struct host_socket s = {.inode = 7};
        if (host_parse_proc_net(bytes_of(lines[i]), &s))
            fail_msg("taken: %s", lines[i]);
        assert_int_equal(s.inode, 7);
    }
}

static void every_beginning_of_a_line_is_safe(void **state)
{
    (void)state;
    static const char line[] = "   0: 0100007F:1F90 0200A8C0:D3A2" TAIL;
    struct host_socket s;
    for (size_t len = 0; len < sizeof line; len++)
        (void)host_parse_proc_net(rn_bytes_of(line, len), &s);
}

static void a_descriptor_link_gives_its_inode(void **state)
{
    (void)state;
    uint64_t inode = 0;
    assert_true(host_parse_socket_link(bytes_of("socket:[31337]"), &inode));
    assert_int_equal(inode, 31337);
    assert_true(host_parse_socket_link(bytes_of("socket:[18446744073709551615]"), &inode));
    static const char *const others[] = {"",          "socket:[",    "socket:[]",
                                         "socket:[1", "pipe:[12]",   "socket:[x]",
                                         "/tmp/a",    "socket:[-1]", "socket:[1]x"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(host_parse_socket_link(bytes_of(others[i]), &inode));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_lines_are_read),
        cmocka_unit_test(what_is_no_socket_is_refused_and_leaves_the_result_alone),
        cmocka_unit_test(every_beginning_of_a_line_is_safe),
        cmocka_unit_test(a_descriptor_link_gives_its_inode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
