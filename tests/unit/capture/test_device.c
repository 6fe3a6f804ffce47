// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <cmocka.h>

#include "internal.h"

#define UP PCAP_IF_UP
#define RUNS (PCAP_IF_UP | PCAP_IF_RUNNING)
#define LIST_MAX 4

struct entry {
    char name[16];
    char description[32];
    const char *ip; // NULL: none
    unsigned flags;
};

struct made {
    pcap_if_t device[LIST_MAX];
    pcap_addr_t addr[LIST_MAX];
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } sa[LIST_MAX];
    struct entry entry[LIST_MAX];
};

static const pcap_if_t *make(struct made *m, const struct entry *list)
{
    memset(m, 0, sizeof *m);
    memcpy(m->entry, list, sizeof m->entry);
    for (size_t i = 0; i < LIST_MAX && m->entry[i].name[0]; i++) {
        struct entry *e = &m->entry[i];
        m->device[i] =
            (pcap_if_t){.name = e->name, .description = e->description, .flags = e->flags};
        if (i > 0)
            m->device[i - 1].next = &m->device[i];
        if (!e->ip)
            continue;
        m->sa[i].any.sa_family = strchr(e->ip, ':') ? AF_INET6 : AF_INET;
        void *to =
            strchr(e->ip, ':') ? (void *)&m->sa[i].v6.sin6_addr : (void *)&m->sa[i].v4.sin_addr;
        assert_int_equal(inet_pton(m->sa[i].any.sa_family, e->ip, to), 1);
        m->addr[i].addr = &m->sa[i].any;
        m->device[i].addresses = &m->addr[i];
    }
    return m->device;
}

static void the_device_that_leads_out_is_picked(void **state)
{
    (void)state;
    static const struct {
        struct entry list[LIST_MAX];
        const char *want; // NULL: none
    } cases[] = {
        {{{"eth0", "", "192.0.2.1", RUNS}, {"wlan0", "", "192.0.2.2", RUNS}}, "eth0"},
        // The first is no good: link-local, not running, a helper, or virtual.
        {{{"eth0", "", "169.254.1.1", RUNS}, {"wlan0", "", "192.0.2.2", RUNS}}, "wlan0"},
        {{{"eth0", "", "192.0.2.1", UP}, {"wlan0", "", "192.0.2.2", RUNS}}, "wlan0"},
        {{{"ap1", "", NULL, RUNS}, {"wlan0", "", "192.0.2.2", RUNS}}, "wlan0"},
        {{{"vm0", "VMware adapter", NULL, RUNS}, {"vm1", "VirtualBox", "192.0.2.9", RUNS}}, NULL},
        // Wired, up, without a cable.
        {{{"tun0", "", "2001:db8::1", RUNS}, {"eth0", "", "192.0.2.1", UP}}, "eth0"},
        // Any address at all: a host with IPv6 only.
        {{{"lo", "", "127.0.0.1", RUNS | PCAP_IF_LOOPBACK}, {"wg0", "", "2001:db8::1", UP}}, "wg0"},
        // Never: loopback, any, down.
        {{{"lo", "", "127.0.0.1", RUNS | PCAP_IF_LOOPBACK}, {"any", "", NULL, RUNS}}, NULL},
        {{{"eth0", "", "192.0.2.1", 0}}, NULL},
        {{{"", "", NULL, 0}}, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made m;
        const pcap_if_t *list = make(&m, cases[i].list);
        const pcap_if_t *got = capture_pick_device(cases[i].list[0].name[0] ? list : NULL);
        assert_string_equal(got ? got->name : "none", cases[i].want ? cases[i].want : "none");
    }
}

static void a_name_is_found_exactly_or_else_in_any_case(void **state)
{
    (void)state;
    char out[RN_CAPTURE_DEVICE_BYTES] = "";
    struct rn_err err = {0};
    if (capture_find_device("lo", out, &err) < 0)
        skip();
    assert_string_equal(out, "lo");
    assert_int_equal(capture_find_device("LO", out, &err), 0);
    assert_string_equal(out, "lo");
}

static void an_unknown_name_is_answered_with_the_list(void **state)
{
    (void)state;
    char out[RN_CAPTURE_DEVICE_BYTES] = "untouched";
    struct rn_err err = {0};
    assert_int_equal(capture_find_device("no\nsuch", out, &err), -ENODEV);
    assert_string_equal(out, "untouched");
    assert_non_null(strstr(err.msg, "' not found. Available interfaces: "));
    assert_null(strchr(err.msg, '\n'));
    char longest[2000];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(capture_find_device(longest, out, &err), -ENODEV);
    assert_non_null(strstr(err.msg, "Available interfaces: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_device_that_leads_out_is_picked),
        cmocka_unit_test(a_name_is_found_exactly_or_else_in_any_case),
        cmocka_unit_test(an_unknown_name_is_answered_with_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
