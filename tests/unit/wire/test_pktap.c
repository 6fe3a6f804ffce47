// SPDX-License-Identifier: Apache-2.0
#include "made_frame.h"

struct header {
    uint32_t length, inner, pid, second_pid;
    const char *command, *second_command; // 20 bytes at most, NUL-padded
};

static void put_le32(struct made *m, uint32_t at, uint32_t v)
{
    for (uint32_t i = 0; i < 4; i++)
        m->data[at + i] = (uint8_t)(v >> (8 * i));
}

static void make(struct made *m, const struct header *h, const char *frame)
{
    m->len = 0;
    made_fill(m, 0, h->length);
    put_le32(m, 0, h->length);
    put_le32(m, 4, 1);
    put_le32(m, 8, h->inner);
    memcpy(m->data + 12, "en0", 3);
    put_le32(m, 52, h->pid);
    memcpy(m->data + 56, h->command, strlen(h->command));
    put_le32(m, 88, h->second_pid);
    if (h->length >= 112)
        memcpy(m->data + 92, h->second_command, strlen(h->second_command));
    made_hex(m, frame);
}

static void inner_frames_of_every_known_link_are_read(void **state)
{
    (void)state;
    static const struct {
        uint32_t inner, link_bytes;
        const char *frame;
    } cases[] = {
        {1, 14, MADE_ETH4 MADE_IPV4_UDP},
        {1, 18, MADE_MAC "8100 0005 0800 " MADE_IPV4_UDP},
        {12, 0, MADE_IPV4_UDP},
        {0, 4, "02000000 " MADE_IPV4_UDP},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int dlt = 149; dlt <= 258; dlt += 258 - 149) {
            struct header h = {156, cases[i].inner, 4242, 1, "Safari", ""};
            struct made m;
            m.wire_bytes = 0;
            make(&m, &h, cases[i].frame);
            struct rn_packet p;
            assert_int_equal(made_decode(dlt, &m, &p), RN_IGNORE_NONE);
            assert_made_udp4(&p, 156 + cases[i].link_bytes);
            assert_int_equal(p.pid, 4242);
            assert_non_null(p.comm);
            assert_string_equal((const char *)p.comm, "Safari");
        }
    }
}

static void the_first_plausible_pid_and_command_win(void **state)
{
    (void)state;
    static const struct {
        struct header h;
        uint32_t pid;
        const char *comm;
    } cases[] = {
        {{112, 12, 1, 2, "a b", "c"}, 1, "a b"},
        {{112, 12, 99999, 2, "tab\there", "c"}, 99999, "tab\there"},
        {{112, 12, 100000, 2, "", "second"}, 2, "second"},
        {{112, 12, 0, 70000, " \t", "second"}, 70000, "second"},
        {{112, 12, 0xffffffff, 0, "caf\xc3\xa9", "second"}, 0, "second"},
        {{112, 12, 0, 100000, "\x80", "\xff"}, 0, NULL},
        {{112, 12, 0, 0, "twenty-bytes-no-nul!", ""}, 0, "twenty-bytes-no-nul!"},
        {{108, 12, 7, 0, "", "unseen"}, 7, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made m;
        m.wire_bytes = 0;
        make(&m, &cases[i].h, MADE_IPV4_UDP);
        struct rn_packet p;
        assert_int_equal(made_decode(258, &m, &p), RN_IGNORE_NONE);
        assert_int_equal(p.pid, cases[i].pid);
        if (cases[i].comm)
            assert_memory_equal(p.comm, cases[i].comm, strlen(cases[i].comm));
        else
            assert_null(p.comm);
    }
}

static void headers_that_contradict_themselves_are_refused(void **state)
{
    (void)state;
    static const struct header cases[] = {
        {108, 1000, 1, 1, "", ""}, {108, 105, 1, 1, "", ""},        {108, 258, 1, 1, "", ""},
        {108, 149, 1, 1, "", ""},  {108, 0xffffffff, 1, 1, "", ""}, {4097, 12, 1, 1, "", ""},
    };
    struct made m;
    struct rn_packet p;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        m.wire_bytes = 0;
        make(&m, &cases[i], MADE_IPV4_UDP);
        assert_int_equal(made_decode(258, &m, &p), RN_IGNORE_LINK);
    }
    struct header good = {108, 12, 1, 1, "", ""};
    make(&m, &good, MADE_IPV4_UDP);
    put_le32(&m, 0, 107);
    assert_int_equal(made_decode(258, &m, &p), RN_IGNORE_LINK);
    put_le32(&m, 0, m.len + 1);
    assert_int_equal(made_decode(258, &m, &p), RN_IGNORE_LINK);
    make(&m, &good, "");
    assert_int_equal(made_decode(258, &m, &p), RN_IGNORE_LINK);
    for (m.len = 0; m.len < 108; m.len++)
        assert_int_equal(made_decode(258, &m, &p), RN_IGNORE_LINK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inner_frames_of_every_known_link_are_read),
        cmocka_unit_test(the_first_plausible_pid_and_command_win),
        cmocka_unit_test(headers_that_contradict_themselves_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
