// SPDX-License-Identifier: Apache-2.0
// The words for a row's state.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rustnet/model/conn.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW (1700000000 * RN_SEC)

static void check(const struct rn_conn *conn, const struct rn_facts *facts, const char *want)
{
    struct rn_text64 text;
    memset(&text, 'x', sizeof text);
    rn_conn_state_text(conn, facts, NOW, &text);
    assert_string_equal(text.s, want);
    assert_int_equal(text.len, strlen(want));
}

static void tcp_shows_its_state(void **state)
{
    (void)state;
    struct rn_conn conn = {.key.proto = RN_PROTO_TCP, .local = 1};
    check(&conn, NULL, "TCP_UNKNOWN");
    conn.tcp.saw[1] = RN_TCP_SAW_SYN;
    check(&conn, NULL, "SYN_SENT");
    conn.local = 0;
    check(&conn, NULL, "SYN_RECV");
    conn.app = RN_APP_DNS;
    conn.tcp.saw[0] = RN_TCP_SAW_ACK;
    check(&conn, NULL, "ESTABLISHED");
}

static void udp_shows_what_it_speaks_or_how_long_it_is_silent(void **state)
{
    (void)state;
    static const struct {
        int idle_ms;
        const char *want;
    } cases[] = {{-5000, "UDP_ACTIVE"}, {0, "UDP_ACTIVE"},   {30000, "UDP_ACTIVE"},
                 {30001, "UDP_IDLE"},   {45000, "UDP_IDLE"}, {60000, "UDP_IDLE"},
                 {60001, "UDP_STALE"},  {90000, "UDP_STALE"}};
    struct rn_conn conn = {.key.proto = RN_PROTO_UDP};
    for (size_t i = 0; i < COUNT(cases); i++) {
        conn.last_seen = NOW - cases[i].idle_ms * RN_MSEC;
        check(&conn, NULL, cases[i].want);
    }
    conn.app = RN_APP_HTTP;
    check(&conn, NULL, "HTTP_UDP");
    conn.app = RN_APP_HTTPS;
    check(&conn, NULL, "HTTPS_UDP");
    struct rn_facts facts = {0};
    conn.app = RN_APP_DNS;
    check(&conn, NULL, "DNS_QUERY");
    check(&conn, &facts, "DNS_QUERY");
    rn_facts_put_query(&facts, 1, rn_bytes_of("a", 1));
    check(&conn, &facts, "DNS_QUERY");
    rn_facts_put_text(&facts, RN_FACT_RCODE, rn_bytes_of("NOERROR", 7));
    check(&conn, &facts, "DNS_RESPONSE");
}

static void udp_has_a_word_for_what_it_speaks(void **state)
{
    (void)state;
    static const struct {
        enum rn_app app;
        enum rn_fact fact;
        const char *text, *want;
    } cases[] = {
        {RN_APP_NTP, RN_FACT_NONE, "", "NTP"},
        {RN_APP_SSH, RN_FACT_NONE, "", "SSH_UDP"},
        {RN_APP_BITTORRENT, RN_FACT_NONE, "", "BT_UDP"},
        {RN_APP_DHCP, RN_FACT_TYPE, "DISCOVER", "DHCP_DISCOVER"},
        {RN_APP_DHCP, RN_FACT_NONE, "", "DHCP_UNKNOWN"},
        {RN_APP_SNMP, RN_FACT_PDU, "GETNEXT", "SNMP_GETNEXT"},
        {RN_APP_SSDP, RN_FACT_METHOD, "NOTIFY", "SSDP_NOTIFY"},
        {RN_APP_SSDP, RN_FACT_NONE, "", "SSDP_RESPONSE"},
        {RN_APP_NETBIOS, RN_FACT_SERVICE, "DGM", "NETBIOS_DGM"},
        {RN_APP_STUN, RN_FACT_CLASS, "Request", "STUN_Request"},
        {RN_APP_MDNS, RN_FACT_NONE, "", "MDNS_QUERY"},
        {RN_APP_MDNS, RN_FACT_RCODE, "NOERROR", "MDNS_RESPONSE"},
        {RN_APP_LLMNR, RN_FACT_NONE, "", "LLMNR_QUERY"},
        {RN_APP_LLMNR, RN_FACT_RCODE, "NXDOMAIN", "LLMNR_RESPONSE"},
        {RN_APP_TFTP, RN_FACT_NONE, "", "UDP_ACTIVE"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_conn conn = {.key.proto = RN_PROTO_UDP, .last_seen = NOW};
        struct rn_facts facts = {0};
        conn.app = (uint8_t)cases[i].app;
        if (cases[i].fact != RN_FACT_NONE)
            rn_facts_put_text(&facts, cases[i].fact,
                              rn_bytes_of(cases[i].text, strlen(cases[i].text)));
        check(&conn, &facts, cases[i].want);
    }
}

static void quic_shows_its_state(void **state)
{
    (void)state;
    static const char *const want[RN_QUIC_STATE_COUNT] = {
        [RN_QUIC_UNKNOWN] = "QUIC_UNKNOWN",     [RN_QUIC_VERSION_NEG] = "QUIC_VERSION_NEG",
        [RN_QUIC_RETRY] = "QUIC_RETRY",         [RN_QUIC_0RTT] = "QUIC_0RTT",
        [RN_QUIC_INITIAL] = "QUIC_INITIAL",     [RN_QUIC_HANDSHAKE] = "QUIC_HANDSHAKE",
        [RN_QUIC_CONNECTED] = "QUIC_CONNECTED", [RN_QUIC_DRAINING] = "QUIC_DRAINING",
        [RN_QUIC_CLOSED] = "QUIC_CLOSED",
    };
    struct rn_conn conn = {.key.proto = RN_PROTO_UDP, .app = RN_APP_QUIC};
    for (unsigned i = 0; i < RN_QUIC_STATE_COUNT; i++) {
        conn.quic.state = (uint8_t)i;
        check(&conn, NULL, want[i]);
    }
    conn.quic.state = 200;
    check(&conn, NULL, "QUIC_UNKNOWN");
}

static void a_long_word_ends_between_characters(void **state)
{
    (void)state;
    struct rn_conn conn = {.key.proto = RN_PROTO_UDP, .app = RN_APP_DHCP};
    struct rn_facts facts = {0};
    struct rn_text64 text;
    char raw[120];
    for (size_t i = 0; i < sizeof raw; i += 3)
        memcpy(raw + i, "\xe2\x82\xac", 3);
    rn_facts_put_text(&facts, RN_FACT_TYPE, rn_bytes_of(raw, sizeof raw));
    rn_conn_state_text(&conn, &facts, NOW, &text);
    assert_int_equal((text.len - strlen("DHCP_")) % 3, 0);
    assert_int_equal(strlen(text.s), text.len);
}

static void the_family_decides_what_an_icmp_type_means(void **state)
{
    (void)state;
    static const struct {
        uint16_t proto;
        uint8_t type;
        bool echo;
        const char *want;
    } cases[] = {
        {RN_PROTO_ICMP, 8, true, "ECHO_REQ(65535)"},
        {RN_PROTO_ICMP, 0, true, "ECHO_REP(65535)"},
        {RN_PROTO_ICMP, 8, false, "ECHO_REQUEST"},
        {RN_PROTO_ICMP, 0, false, "ECHO_REPLY"},
        {RN_PROTO_ICMP, 3, false, "DEST_UNREACH"},
        {RN_PROTO_ICMP, 11, false, "TIME_EXCEEDED"},
        {RN_PROTO_ICMP, 1, false, "ICMP_OTHER"},
        {RN_PROTO_ICMP, 128, false, "ICMP_OTHER"},
        {RN_PROTO_ICMP, 5, false, "ICMP_OTHER"},
        {RN_PROTO_ICMPV6, 128, true, "ECHO_REQ(65535)"},
        {RN_PROTO_ICMPV6, 129, true, "ECHO_REP(65535)"},
        {RN_PROTO_ICMPV6, 128, false, "ECHO_REQUEST"},
        {RN_PROTO_ICMPV6, 1, false, "DEST_UNREACH"},
        {RN_PROTO_ICMPV6, 3, false, "TIME_EXCEEDED"},
        {RN_PROTO_ICMPV6, 8, false, "ICMP_OTHER"},
        {RN_PROTO_ICMPV6, 0, false, "ICMP_OTHER"},
        {RN_PROTO_ICMPV6, 135, false, "ICMP_OTHER"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_conn conn = {.key.proto = cases[i].proto};
        conn.icmp.type = cases[i].type;
        conn.icmp.echo = cases[i].echo;
        conn.icmp.id = 65535;
        check(&conn, NULL, cases[i].want);
    }
    struct rn_conn zero = {.key.proto = RN_PROTO_ICMP};
    zero.icmp.type = 8;
    zero.icmp.echo = true;
    check(&zero, NULL, "ECHO_REQ(0)");
}

static void igmp_shows_the_message_and_the_group(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        const char *want, *with_group;
    } cases[] = {
        {0x11, "QUERY", "QUERY(224.0.0.251)"},
        {0x12, "REPORT_V1", "REPORT_V1(224.0.0.251)"},
        {0x16, "REPORT_V2", "REPORT_V2(224.0.0.251)"},
        {0x22, "REPORT_V3", "REPORT_V3(224.0.0.251)"},
        {0x17, "LEAVE_GROUP", "LEAVE_GROUP(224.0.0.251)"},
        {0x99, "IGMP_OTHER", "IGMP_OTHER(224.0.0.251)"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rn_conn conn = {.key.proto = RN_PROTO_IGMP};
        conn.igmp.type = cases[i].type;
        memcpy(conn.igmp.group, "\xe0\x00\x00\xfb", 4);
        check(&conn, NULL, cases[i].want);
        conn.igmp.has_group = true;
        check(&conn, NULL, cases[i].with_group);
    }
}

static void arp_shows_who_is_asked_for_and_who_answers(void **state)
{
    (void)state;
    const uint8_t asker[4] = {10, 0, 0, 7}, asked[4] = {10, 0, 0, 1};
    struct rn_conn conn = {0};
    conn.arp.sender =
        (uint8_t)rn_key_make(&conn.key, rn_ip_v4(asker), 0, rn_ip_v4(asked), 0, RN_PROTO_ARP);
    conn.arp.op = 1;
    memcpy(conn.arp.sender_mac, "\x00\x1a\xfe\x09\xb0\xff", 6);
    check(&conn, NULL, "ARP_WHO_HAS 10.0.0.1");
    conn.arp.op = 2;
    check(&conn, NULL, "ARP_IS_AT 00:1a:fe:09:b0:ff");
}

static void other_protocols_show_how_long_they_are_silent(void **state)
{
    (void)state;
    struct rn_conn conn = {.key.proto = 132, .last_seen = NOW};
    check(&conn, NULL, "ACTIVE");
    conn.last_seen = NOW - 31 * RN_SEC;
    check(&conn, NULL, "IDLE");
    conn.last_seen = NOW - 61 * RN_SEC;
    check(&conn, NULL, "STALE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_shows_its_state),
        cmocka_unit_test(udp_shows_what_it_speaks_or_how_long_it_is_silent),
        cmocka_unit_test(udp_has_a_word_for_what_it_speaks),
        cmocka_unit_test(quic_shows_its_state),
        cmocka_unit_test(a_long_word_ends_between_characters),
        cmocka_unit_test(the_family_decides_what_an_icmp_type_means),
        cmocka_unit_test(igmp_shows_the_message_and_the_group),
        cmocka_unit_test(arp_shows_who_is_asked_for_and_who_answers),
        cmocka_unit_test(other_protocols_show_how_long_they_are_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
