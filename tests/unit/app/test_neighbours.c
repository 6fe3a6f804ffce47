// SPDX-License-Identifier: Apache-2.0
// From a frame to the table and back: ARP and neighbour discovery are heard, nothing else is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "neighbours.h"

#define ETHERNET 1

static struct rn_neighbours *table;

static void hear(const uint8_t *data, uint32_t len, rn_time time)
{
    const struct rn_frame frame = {data, len, len, time};
    struct rn_packet packet;
    assert_int_equal(rn_wire_decode(ETHERNET, &frame, &packet), RN_IGNORE_NONE);
    app_neighbours_hear(table, &packet);
}

// Last byte of the hardware address; 0: not known.
static uint8_t last_byte(const char *text)
{
    struct rn_ip ip;
    uint8_t mac[RN_MAC_BYTES];
    assert_true(rn_ip_parse(text, &ip));
    return app_neighbours_find(table, &ip, mac) ? mac[5] : 0;
}

static void a_probe_tells_nothing_a_reply_tells_of_both(void **state)
{
    (void)state;
    uint8_t arp[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,
                       9,    8,    6,    0,    1,    8,    0, 6, 4, 0, 1};
    enum { OP = 21, SENDER_MAC = 22, SENDER = 28, TARGET_MAC = 32, TARGET = 38 };
    const uint8_t one[4] = {192, 168, 1, 1}, two[4] = {192, 168, 1, 2};
    arp[SENDER_MAC] = arp[TARGET_MAC] = 2;
    arp[SENDER_MAC + 5] = 9;
    arp[TARGET_MAC + 5] = 8;
    memcpy(arp + TARGET, two, 4);
    hear(arp, sizeof arp, 1); // RFC 5227: whoever asks has no address yet
    assert_int_equal(rn_neighbours_count(table), 0);
    memcpy(arp + SENDER, one, 4);
    hear(arp, sizeof arp, 2);
    assert_int_equal(last_byte("192.168.1.1"), 9);
    assert_int_equal(last_byte("192.168.1.2"), 0);
    arp[OP] = 2;
    hear(arp, sizeof arp, 3);
    assert_int_equal(last_byte("192.168.1.2"), 8);
    arp[SENDER_MAC + 5] = 7;
    hear(arp, sizeof arp, 2); // older than what is known
    assert_int_equal(last_byte("192.168.1.1"), 9);
    hear(arp, sizeof arp, 4);
    assert_int_equal(last_byte("192.168.1.1"), 7);
}

static void an_advertised_target_is_learned_at_hop_limit_255_only(void **state)
{
    (void)state;
    enum { HOPS = 21, SOURCE = 22, TYPE = 54, TARGET = 62, OPTION = 78, LEN = 86 };
    uint8_t frame[LEN] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 5, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 32, 58};
    frame[SOURCE] = frame[SOURCE + 16] = frame[TARGET] = 0xfe;
    frame[SOURCE + 1] = frame[SOURCE + 17] = frame[TARGET + 1] = 0x80;
    frame[SOURCE + 15] = 5;
    frame[TARGET + 15] = 6;
    frame[TYPE] = 136;
    frame[OPTION] = 2;
    frame[OPTION + 1] = 1;
    frame[OPTION + 2] = 2;
    frame[OPTION + 7] = 6;
    frame[HOPS] = 254;
    hear(frame, LEN, 1);
    assert_int_equal(rn_neighbours_count(table), 0);
    frame[HOPS] = 255;
    hear(frame, LEN, 1);
    assert_int_equal(last_byte("fe80::6"), 6);
    assert_int_equal(last_byte("fe80::5"), 0);
}

static int setup(void **state)
{
    (void)state;
    table = rn_neighbours_new((struct rn_hash_key){1, 2}, NULL);
    return table ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    rn_neighbours_free(table);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_probe_tells_nothing_a_reply_tells_of_both, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_advertised_target_is_learned_at_hop_limit_255_only,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
