// SPDX-License-Identifier: Apache-2.0
#include "made_netlink.h"

static void messages_are_taken_one_by_one(void **state)
{
    (void)state;
    struct made m = {0};
    begin(&m, 20, 2, 0, 5); // padded to 8
    end(&m);
    put(&m, (uint8_t[3]){0}, 3);
    begin(&m, 21, 10, 0, 4);
    end(&m);
    struct rn_reader r = rn_reader_of(rn_bytes_of(m.buf, m.len)), body;
    uint16_t type = 0;
    assert_int_equal(host_take_message(&r, &type, &body), HOST_NETLINK_ITEM);
    assert_int_equal(type, 20);
    assert_int_equal(rn_reader_left(&body), 5);
    assert_int_equal(host_take_message(&r, &type, &body), HOST_NETLINK_ITEM);
    assert_int_equal(type, 21);
    assert_int_equal(rn_reader_left(&body), 4);
    assert_int_equal(host_take_message(&r, &type, &body), HOST_NETLINK_MORE);
}

static void a_length_that_cannot_be_is_an_error_and_no_loop(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {0, 1, 15, 65, 0xfffffffeu, 0xffffffffu};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        uint8_t buf[64] = {0};
        uint16_t type;
        memcpy(buf, &lengths[i], 4);
        struct rn_reader r = rn_reader_of(rn_bytes_of(buf, sizeof buf)), body;
        assert_int_equal(host_take_message(&r, &type, &body), HOST_NETLINK_ERROR);
        assert_int_equal(host_take_message(&r, &type, &body), HOST_NETLINK_ERROR);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_taken_one_by_one),
        cmocka_unit_test(a_length_that_cannot_be_is_an_error_and_no_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
