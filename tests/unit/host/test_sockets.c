// SPDX-License-Identifier: Apache-2.0
#include "text_case.h"

#include "sockets.h"

static struct host_socket made(uint16_t port, uint64_t inode)
{
    return (struct host_socket){
        .local = ip_of("192.0.2.1"),
        .remote = ip_of("192.0.2.2"),
        .local_port = port,
        .remote_port = 443,
        .proto = RN_PROTO_TCP,
        .inode = inode,
        .uid = 1000,
    };
}

static void add(struct host_sockets *t, uint16_t port, uint64_t inode)
{
    struct host_socket s = made(port, inode);
    host_sockets_add(t, &s);
}

static uint32_t process(struct host_sockets *t, uint32_t pid, const char *name)
{
    uint32_t i = host_sockets_add_process(t, pid);
    rn_text_fmt(&t->process[i].name, "%s", name);
    return i;
}

// The PID of the owner, or 0.
static uint32_t owner(const struct host_sockets *t, uint16_t port)
{
    struct host_socket s = made(port, 0);
    struct rn_process p = {0};
    return host_sockets_owner(t, &s, &p) ? p.pid : 0;
}

static struct host_sockets table(uint32_t cap)
{
    struct host_sockets t;
    assert_int_equal(host_sockets_init(&t, cap, NULL), 0);
    return t;
}

static void the_holder_of_a_socket_is_its_owner(void **state)
{
    (void)state;
    struct host_sockets t = table(100);
    add(&t, 1, 11);
    add(&t, 2, 12);
    assert_true(host_sockets_wants(&t, 11));
    assert_false(host_sockets_wants(&t, 13));
    uint32_t a = process(&t, 500, "curl");
    host_sockets_hold(&t, 11, a);
    host_sockets_hold(&t, 11, a); // dup(2)
    host_sockets_hold(&t, 13, a);
    host_sockets_settle(&t);
    struct host_socket s = made(1, 0);
    struct rn_process p = {0};
    assert_true(host_sockets_owner(&t, &s, &p));
    assert_int_equal(p.pid, 500);
    assert_int_equal(p.uid, 1000);
    assert_string_equal(p.name.s, "curl");
    assert_int_equal(owner(&t, 2), 0);
    assert_int_equal(owner(&t, 3), 0);
    s.proto = RN_PROTO_UDP;
    assert_false(host_sockets_owner(&t, &s, &p));
    host_sockets_done(&t);
}

static void inv_2_two_holders_are_none(void **state)
{
    (void)state;
    struct host_sockets t = table(100);
    add(&t, 1, 11);
    uint32_t a = process(&t, 500, "parent"), b = process(&t, 501, "child");
    host_sockets_hold(&t, 11, a);
    host_sockets_hold(&t, 11, b);
    host_sockets_hold(&t, 11, a);
    host_sockets_settle(&t);
    assert_int_equal(owner(&t, 1), 0);
    host_sockets_done(&t);
}

static void inv_3_one_tuple_of_two_sockets_needs_one_owner(void **state)
{
    (void)state;
    struct host_sockets t = table(100);
    uint32_t a = process(&t, 500, "a"), b = process(&t, 501, "b");
    add(&t, 1, 11), add(&t, 1, 12); // same owner
    add(&t, 2, 21), add(&t, 2, 22); // two
    add(&t, 3, 31), add(&t, 3, 32); // one of them is not known
    add(&t, 4, 41), add(&t, 4, 42), add(&t, 4, 43);
    host_sockets_hold(&t, 11, a), host_sockets_hold(&t, 12, a);
    host_sockets_hold(&t, 21, a), host_sockets_hold(&t, 22, b);
    host_sockets_hold(&t, 32, b);
    host_sockets_hold(&t, 41, a), host_sockets_hold(&t, 42, b), host_sockets_hold(&t, 43, b);
    host_sockets_settle(&t);
    assert_int_equal(owner(&t, 1), 500);
    assert_int_equal(owner(&t, 2), 0);
    assert_int_equal(owner(&t, 3), 0);
    assert_int_equal(owner(&t, 4), 0);
    host_sockets_done(&t);
}

static void a_process_without_a_name_is_not_known(void **state)
{
    (void)state;
    struct host_sockets t = table(100);
    add(&t, 1, 11);
    host_sockets_hold(&t, 11, process(&t, 500, ""));
    host_sockets_settle(&t);
    assert_int_equal(owner(&t, 1), 0);
    host_sockets_done(&t);
}

static void inv_1_what_does_not_fit_is_counted(void **state)
{
    (void)state;
    struct host_sockets t = table(10);
    for (uint16_t i = 1; i <= 25; i++)
        add(&t, i, i);
    add(&t, 1, 1); // known already
    assert_int_equal(t.count, 10);
    assert_int_equal(t.refused, 15);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(host_sockets_add_process(&t, i + 1), i);
    assert_true(host_sockets_add_process(&t, 99) == HOST_NOBODY);
    host_sockets_done(&t);
}

static void a_cleared_table_knows_nothing_and_fills_again(void **state)
{
    (void)state;
    struct host_sockets t = table(300);
    for (int round = 0; round < 50; round++) {
        uint32_t a = process(&t, (uint32_t)round + 1, "a");
        for (uint16_t i = 0; i < 300; i++) {
            add(&t, i, (uint64_t)round * 1000 + i + 1);
            host_sockets_hold(&t, (uint64_t)round * 1000 + i + 1, a);
        }
        host_sockets_settle(&t);
        for (uint16_t i = 0; i < 300; i++)
            assert_int_equal(owner(&t, i), round + 1);
        host_sockets_clear(&t);
        assert_int_equal(owner(&t, 5), 0);
        assert_false(host_sockets_wants(&t, (uint64_t)round * 1000 + 6));
    }
    for (uint32_t i = 0; i <= t.mask; i++)
        assert_true(t.by_tuple[i] == 0 && t.by_inode[i] == 0);
    host_sockets_done(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_holder_of_a_socket_is_its_owner),
        cmocka_unit_test(inv_2_two_holders_are_none),
        cmocka_unit_test(inv_3_one_tuple_of_two_sockets_needs_one_owner),
        cmocka_unit_test(a_process_without_a_name_is_not_known),
        cmocka_unit_test(inv_1_what_does_not_fit_is_counted),
        cmocka_unit_test(a_cleared_table_knows_nothing_and_fills_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
