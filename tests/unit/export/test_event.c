// SPDX-License-Identifier: Apache-2.0
// Whole lines, byte for byte, for every kind of row; and that any row at all gives one tidy line.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event.h"
#include "unit/export/json_check.h"

#define T0 (1700000000 * RN_SEC)

static const char *service(uint16_t proto, uint16_t remote_port, uint16_t local_port)
{
    (void)local_port;
    return proto == RN_PROTO_UDP && remote_port == 53 ? "dns" : remote_port == 443 ? "https" : NULL;
}

static struct rn_ip ip(const char *text)
{
    struct rn_ip out;
    assert_true(rn_ip_parse(text, &out));
    return out;
}

static void put(struct rn_facts *facts, enum rn_fact fact, const char *text)
{
    assert_true(rn_facts_put_text(facts, fact, rn_bytes_of(text, strlen(text))));
}

// A row as flow would have it: from the local end, seen first at T0 and last two seconds and a half later.
static struct rn_conn_event made(uint16_t proto, const char *local, uint16_t local_port,
                                 const char *remote, uint16_t remote_port)
{
    struct rn_conn_event event = {.kind = RN_EVENT_CLOSED, .reason = RN_CLOSE_TIMEOUT};
    struct rn_conn *conn = &event.conn;
    conn->local =
        (uint8_t)rn_key_make(&conn->key, ip(local), local_port, ip(remote), remote_port, proto);
    conn->initiator = conn->local;
    conn->first_seen = T0;
    conn->last_seen = T0 + 2500 * RN_MSEC + 7;
    event.time = T0 + 12345678901;
    for (unsigned n = 0; n < 2; n++) {
        unsigned end = n == 0 ? conn->local : rn_conn_remote(conn);
        conn->packets[end] = 10 + n;
        conn->bytes[end] = 2000 + n;
        conn->ip_bytes[end] = 1860 + n;
        conn->payload_bytes[end] = 1260 + n;
    }
    return event;
}

static void check(const struct export_ctx *ctx, const struct rn_conn_event *event, const char *want)
{
    static char line[EXPORT_LINE_MAX + 1];
    char *end = export_event(line, ctx, event);
    *end = '\0';
    assert_int_equal(end[-1], '\n');
    const char *fault = json_fault(line, (size_t)(end - line) - 1);
    if (fault)
        fail_msg("%s: %s", fault, line);
    assert_string_equal(line, want);
}

#define FIRST "\"first_seen\":\"2023-11-14T22:13:20.000000000Z\","
#define LAST "\"last_seen\":\"2023-11-14T22:13:22.500000007Z\","
#define STAMP "\"timestamp\":\"2023-11-14T22:13:32.345678901Z\""
#define BYTES "\"bytes_received\":2001,\"bytes_sent\":2000,"
#define DURATION "\"duration_ms\":12345,\"duration_secs\":12,"
#define COUNTERS                                                                                   \
    "\"packets_received\":11,\"packets_sent\":10,\"payload_bytes_received\":1261,\"payload_bytes_" \
    "sent\":1260,"
#define IP_BYTES "\"ip_bytes_received\":1861,\"ip_bytes_sent\":1860,"
#define CLOSED BYTES
#define MIDDLE DURATION "\"event\":\"connection_closed\"," FIRST IP_BYTES LAST COUNTERS

static void tcp_with_tls(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = service};
    for (unsigned turned = 0; turned < 2; turned++) { // local is end 0 of the key, then end 1
        const char *local = turned ? "10.0.0.9" : "10.0.0.1";
        const char *remote = turned ? "10.0.0.1" : "10.0.0.9";
        struct rn_conn_event event = made(RN_PROTO_TCP, local, 50000, remote, 443);
        struct rn_conn *conn = &event.conn;
        assert_int_equal(conn->local, turned);
        conn->app = RN_APP_HTTPS;
        conn->flags = RN_CONN_INITIATOR_PROVED;
        put(&event.facts, RN_FACT_SNI, "www.example.org");
        put(&event.facts, RN_FACT_VERSION, "TLS 1.3");
        put(&event.facts, RN_FACT_CIPHER, "TLS_AES_128_GCM_SHA256 (0x1301)");
        put(&event.facts, RN_FACT_ALPN, "h2");
        put(&event.facts, RN_FACT_ALPN, "http/1.1");
        rn_facts_put_flag(&event.facts, RN_FACT_ECH);
        unsigned l = conn->local, r = rn_conn_remote(conn);
        conn->tcp.saw[l] = RN_TCP_SAW_SYN | RN_TCP_SAW_ACK | RN_TCP_SCALE_KNOWN;
        conn->tcp.saw[r] = RN_TCP_SAW_SYN_ACK | RN_TCP_SAW_ACK | RN_TCP_SCALE_KNOWN;
        conn->tcp.mss[l] = 1460;
        conn->tcp.mss[r] = 1380;
        conn->tcp.window_scale[l] = 7;
        conn->tcp.window_scale[r] = 9;
        conn->tcp.initial_rtt = 12345678;
        event.tcp.rtt_known = true;
        event.tcp.rtt = 15250001;
        for (unsigned mark = 0; mark < RN_TCP_MARK_COUNT; mark++)
            event.tcp.counts.n[mark] = mark + 1;
        conn->rtt_known = true;
        char want[2048];
        snprintf(
            want, sizeof want,
            "{\"app\":{\"alpn\":[\"h2\",\"http/1.1\"],\"cipher\":\"TLS_AES_128_GCM_SHA256 "
            "(0x1301)\",\"ech\":true,\"sni\":\"www.example.org\",\"version\":\"TLS 1.3\"}," CLOSED
            "\"destination_ip\":\"%s\",\"destination_port\":443,"
            "\"dpi_domain\":\"www.example.org\",\"dpi_protocol\":\"HTTPS\","
            "\"dpi_text\":\"HTTPS (www.example.org)\"," MIDDLE
            "\"protocol\":\"TCP\",\"reason\":\"timeout\",\"rtt_ms\":15.3,\"service_name\":"
            "\"https\",\"source_ip\":\"%s\",\"source_port\":50000,\"state\":\"ESTABLISHED\","
            "\"tcp\":{\"duplicate_acks\":5,\"fast_retransmits\":2,\"initial_rtt_ms\":12.345678,"
            "\"keep_alives\":6,\"mss\":1380,\"out_of_order\":4,\"retransmits\":1,"
            "\"rtt_ms\":15.250001,\"window_scale\":9,\"zero_windows\":8}," STAMP "}\n",
            remote, local);
        check(&ctx, &event, want);
    }
}

static void a_new_connection_says_what_is_known(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = service};
    struct rn_conn_event event = made(RN_PROTO_TCP, "2001:db8::1", 50000, "2001:db8::2", 443);
    event.kind = RN_EVENT_NEW;
    event.time = event.conn.last_seen = T0;
    event.conn.flags = RN_CONN_INITIATOR_PROVED | RN_CONN_LOCAL_KNOWN;
    event.conn.tcp.saw[event.conn.local] = RN_TCP_SAW_SYN;
    event.conn.tcp.mss[event.conn.local] = 1440;
    check(&ctx, &event,
          "{\"destination_ip\":\"2001:db8::2\",\"destination_port\":443,\"direction\":\"outgoing\","
          "\"event\":\"new_connection\"," FIRST
          "\"last_seen\":\"2023-11-14T22:13:20.000000000Z\",\"protocol\":\"TCP\","
          "\"service_name\":\"https\",\"source_ip\":\"2001:db8::1\",\"source_port\":50000,"
          "\"state\":\"SYN_SENT\",\"tcp\":{\"mss\":1440},"
          "\"timestamp\":\"2023-11-14T22:13:20.000000000Z\"}\n");
}

static void dns(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = service};
    struct rn_conn_event event = made(RN_PROTO_UDP, "10.0.0.1", 4242, "10.0.0.53", 53);
    event.conn.app = RN_APP_DNS;
    rn_facts_put_query(&event.facts, 1, rn_bytes_of("example.org", 11));
    rn_facts_put_query(&event.facts, 65, rn_bytes_of("example.org", 11));
    rn_facts_put_query(&event.facts, 2, rn_bytes_of("", 0));
    put(&event.facts, RN_FACT_RCODE, "NOERROR");
    put(&event.facts, RN_FACT_ANSWER, "192.0.2.1");
    check(&ctx, &event,
          "{\"app\":{\"answers\":[\"192.0.2.1\"],\"queries\":[{\"name\":\"example.org\",\"type\":"
          "\"A\"},"
          "{\"name\":\"example.org\",\"type\":\"HTTPS\"},{\"name\":\"\",\"type\":\"NS\"}],"
          "\"rcode\":\"NOERROR\"}," CLOSED
          "\"destination_ip\":\"10.0.0.53\",\"destination_port\":53,\"dpi_domain\":\"example.org\","
          "\"dpi_protocol\":\"DNS\",\"dpi_text\":\"DNS (example.org)\"," MIDDLE
          "\"protocol\":\"UDP\",\"reason\":\"timeout\",\"service_name\":\"dns\",\"source_ip\":"
          "\"10.0.0.1\",\"source_port\":4242,\"state\":\"DNS_RESPONSE\"," STAMP "}\n");
}

static void arp(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = service};
    struct rn_conn_event event = made(RN_PROTO_ARP, "10.0.0.1", 0, "10.0.0.2", 0);
    event.conn.arp.op = 1;
    event.conn.arp.sender = event.conn.local;
    event.reason = RN_CLOSE_END;
    check(&ctx, &event,
          "{" CLOSED "\"destination_ip\":\"10.0.0.2\",\"destination_port\":0," MIDDLE
          "\"protocol\":\"ARP\",\"reason\":\"end\",\"source_ip\":\"10.0.0.1\",\"source_port\":0,"
          "\"state\":\"ARP_WHO_HAS 10.0.0.2\"," STAMP "}\n");
}

static void icmp(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = service};
    struct rn_conn_event event = made(RN_PROTO_ICMPV6, "fe80::1", 0, "fe80::2", 0);
    event.conn.icmp.type = 128;
    event.conn.icmp.echo = true;
    event.conn.icmp.id = 77;
    event.conn.rtt_known = true; // of TCP alone
    check(
        &ctx, &event,
        "{" CLOSED "\"destination_ip\":\"fe80::2\",\"destination_port\":0," MIDDLE
        "\"protocol\":\"ICMP\",\"reason\":\"timeout\",\"source_ip\":\"fe80::1\",\"source_port\":0,"
        "\"state\":\"ECHO_REQ(77)\"," STAMP "}\n");
}

static void other_ip_protocols(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = service};
    static const struct {
        uint16_t proto;
        const char *name;
    } cases[] = {{89, "OSPF"}, {47, "GRE"}, {200, "IP-200"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rn_conn_event event = made(cases[i].proto, "10.0.0.1", 0, "224.0.0.5", 0);
        char want[2048];
        snprintf(want, sizeof want,
                 "{" CLOSED
                 "\"destination_addr_kind\":\"multicast\",\"destination_ip\":\"224.0.0.5\","
                 "\"destination_port\":0," MIDDLE "\"protocol\":\"%s\",\"reason\":\"timeout\","
                 "\"source_ip\":\"10.0.0.1\",\"source_port\":0,\"state\":\"ACTIVE\"," STAMP "}\n",
                 cases[i].name);
        check(&ctx, &event, want);
    }
}

static void vlan_stack_owner_and_local_addresses(void **state)
{
    (void)state;
    struct rn_err err;
    struct rn_intern *names = rn_intern_new(10, &err);
    struct export_ctx ctx = {.cfg = {.names = names}};
    assert_true(rn_local_add_text(&ctx.local, "10.0.0.0/24"));
    ctx.local.gateway[ctx.local.gateway_count++] = ip("10.0.0.254");
    struct rn_conn_event event = made(RN_PROTO_UDP, "10.0.0.1", 68, "10.0.0.255", 67);
    event.conn.vlan_count = 2;
    event.conn.vlan[0] = 100;
    event.conn.vlan[1] = 4094;
    event.conn.pid = 4711;
    event.conn.uid = 0; // root is known, not absent
    event.conn.match = RN_MATCH_PROCFS_EXACT;
    event.conn.process_name = rn_intern_add(names, rn_bytes_of("dh\"cp\n", 6));
    event.conn.flags = RN_CONN_INITIATOR_PROVED | RN_CONN_LOCAL_KNOWN;
    event.conn.initiator = (uint8_t)rn_conn_remote(&event.conn);
    event.reason = RN_CLOSE_EVICTED;
    check(
        &ctx, &event,
        "{\"attribution_match\":\"procfs-exact\"," CLOSED
        "\"destination_addr_kind\":\"broadcast\",\"destination_ip\":\"10.0.0.255\","
        "\"destination_port\":67,\"direction\":\"incoming\"," MIDDLE
        "\"pid\":4711,\"process_name\":\"dh\\\"cp\xef\xbf\xbd\",\"process_uid\":0,"
        "\"protocol\":\"UDP\",\"reason\":\"evicted\",\"source_ip\":\"10.0.0.1\",\"source_port\":68,"
        "\"state\":\"UDP_ACTIVE\"," STAMP ",\"vlan\":[100,4094]}\n");
    event = made(RN_PROTO_UDP, "10.0.0.1", 1, "10.0.0.254", 2);
    event.conn.pid = 1;
    event.conn.match = RN_MATCH_EXACT_TUPLE; // the user is not told
    check(&ctx, &event,
          "{\"attribution_match\":\"exact-tuple\"," CLOSED "\"destination_ip\":\"10.0.0.254\","
          "\"destination_is_gateway\":true,\"destination_port\":2," MIDDLE
          "\"pid\":1,\"protocol\":\"UDP\",\"reason\":\"timeout\",\"source_ip\":\"10.0.0.1\","
          "\"source_port\":1,\"state\":\"UDP_ACTIVE\"," STAMP "}\n");
    rn_intern_free(names);
}

// Everybody in 10.0.0.0/24 is a neighbour: 02:00:00:00:00:XX by the last byte. Counts how often it is asked.
static bool neighbour(void *asked, const struct rn_ip *addr, uint8_t out_mac[RN_MAC_BYTES])
{
    struct rn_ip net = ip("10.0.0.0");
    ++*(unsigned *)asked;
    if (!rn_ip_same_prefix(addr, &net, 96 + 24))
        return false;
    const uint8_t mac[RN_MAC_BYTES] = {2, 0, 0, 0, 0, addr->b[15]};
    memcpy(out_mac, mac, sizeof mac);
    return true;
}

static void a_neighbour_is_told_with_its_hardware_address_when_its_row_closes(void **state)
{
    (void)state;
    unsigned asked = 0;
    struct export_ctx ctx = {.cfg = {.neighbour = neighbour, .neighbour_ctx = &asked}};
    assert_true(rn_local_add_text(&ctx.local, "10.0.0.1/24"));
    ctx.local.gateway[ctx.local.gateway_count++] = ip("10.0.0.254");
    struct rn_conn_event event = made(RN_PROTO_UDP, "10.0.0.1", 1, "10.0.0.254", 2);
    check(&ctx, &event,
          "{" CLOSED "\"destination_ip\":\"10.0.0.254\",\"destination_is_gateway\":true,"
          "\"destination_mac\":\"02:00:00:00:00:fe\",\"destination_port\":2," MIDDLE
          "\"protocol\":\"UDP\",\"reason\":\"timeout\",\"source_ip\":\"10.0.0.1\","
          "\"source_port\":1,\"state\":\"UDP_ACTIVE\"," STAMP "}\n");
    static const struct {
        const char *remote;
        enum rn_event_kind kind;
        bool want;
    } cases[] = {{"10.0.0.9", RN_EVENT_CLOSED, true},
                 {"10.0.0.9", RN_EVENT_NEW, false},
                 {"192.0.2.1", RN_EVENT_CLOSED, false},
                 {"10.0.0.255", RN_EVENT_CLOSED, false}}; // many, whoever claims it
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char line[EXPORT_LINE_MAX + 1];
        event = made(RN_PROTO_UDP, "10.0.0.1", 1, cases[i].remote, 2);
        event.kind = cases[i].kind;
        *export_event(line, &ctx, &event) = '\0';
        assert_int_equal(strstr(line, "_mac\"") != NULL, cases[i].want);
    }
    assert_int_equal(asked, 3);
}

static bool has(const struct rn_conn_event *event, const char *part)
{
    static char line[EXPORT_LINE_MAX + 1];
    const struct export_ctx ctx = {0};
    char *end = export_event(line, &ctx, event);
    *end = '\0';
    assert_null(json_fault(line, (size_t)(end - line) - 1));
    return strstr(line, part) != NULL;
}

static void direction_needs_proof_and_a_local_end(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags < 256; flags++) {
        struct rn_conn_event event = made(RN_PROTO_TCP, "10.0.0.1", 1, "10.0.0.2", 2);
        event.conn.flags = (uint8_t)flags;
        bool proved = (flags & RN_CONN_INITIATOR_PROVED) && (flags & RN_CONN_LOCAL_KNOWN);
        assert_int_equal(has(&event, "\"direction\":\"outgoing\""), proved);
    }
}

static void window_scale_counts_only_where_both_agreed(void **state)
{
    (void)state;
    struct rn_conn_event event = made(RN_PROTO_TCP, "10.0.0.1", 1, "10.0.0.2", 2);
    uint8_t *local = &event.conn.tcp.saw[event.conn.local];
    uint8_t *remote = &event.conn.tcp.saw[rn_conn_remote(&event.conn)];
    event.conn.tcp.window_scale[rn_conn_remote(&event.conn)] = 0;
    assert_true(has(&event,
                    "\"tcp\":{\"duplicate_acks\":0,\"fast_retransmits\":0,\"keep_alives\":0,"
                    "\"out_of_order\":0,\"retransmits\":0,\"zero_windows\":0}"));
    event.kind = RN_EVENT_NEW; // counters belong to the end
    assert_false(has(&event, "\"tcp\""));
    *remote = RN_TCP_SAW_SYN_ACK | RN_TCP_SCALE_KNOWN;
    assert_true(has(&event, "\"tcp\":{\"window_scale\":0}")); // our own SYN was missed
    *local = RN_TCP_SAW_SYN;
    assert_false(has(&event, "window_scale"));
    *local = RN_TCP_SAW_SYN | RN_TCP_SCALE_KNOWN;
    assert_true(has(&event, "window_scale"));
    *remote = RN_TCP_SAW_SYN_ACK;
    assert_false(has(&event, "window_scale"));
}

static void time_that_goes_back_gives_no_negative_number(void **state)
{
    (void)state;
    struct rn_conn_event event = made(RN_PROTO_TCP, "10.0.0.1", 1, "10.0.0.2", 2);
    event.time = event.conn.first_seen - 5 * RN_SEC;
    assert_true(has(&event, "\"duration_ms\":0,\"duration_secs\":0,"));
    event.conn.first_seen = RN_TIME_MIN;
    event.time = RN_TIME_MAX;
    assert_true(has(&event, "\"duration_ms\":9223372036854,\"duration_secs\":9223372036,"));
    event.conn.rtt_known = true;
    event.conn.tcp.initial_rtt = -1;
    assert_false(has(&event, "rtt"));
}

static void an_answer_of_dns_is_timed(void **state)
{
    (void)state;
    struct rn_conn_event event = made(RN_PROTO_UDP, "10.0.0.1", 50000, "10.0.0.9", 53);
    event.conn.app = RN_APP_DNS;
    put(&event.facts, RN_FACT_RCODE, "NOERROR");
    assert_false(has(&event, "rtt_ms"));
    event.conn.rtt_known = true;
    event.conn.timed.rtt = 12345678;
    event.conn.timed.exchange = RN_EXCHANGE_DNS;
    assert_true(has(&event, "\"rcode\":\"NOERROR\",\"rtt_ms\":12.345678},"));
    assert_false(has(&event, "\"rtt_ms\":12.3,"));
    event.conn.timed.exchange = RN_EXCHANGE_QUIC;
    assert_false(has(&event, "\"rtt_ms\":12.345678"));
    assert_true(has(&event, "\"rtt_ms\":12.3,"));
}

static void the_summary(void **state)
{
    (void)state;
    struct rn_counts counts = {.packets = 1000000,
                               .bytes = UINT64_MAX,
                               .parsed = 999000,
                               .dropped_kernel = 1,
                               .dropped_ring = 2,
                               .dropped_table = 3,
                               .rows_created = 164000,
                               .rows_closed = 163999,
                               .rows_evicted = 4};
    for (unsigned i = 0; i < RN_IGNORE_COUNT; i++)
        counts.ignored[i] = i * 10;
    char line[EXPORT_LINE_MAX];
    char *end = export_summary(line, &counts, T0);
    *end = '\0';
    assert_null(json_fault(line, (size_t)(end - line) - 1));
    assert_string_equal(
        line, "{\"bytes\":18446744073709551615,\"dropped\":{\"kernel\":1,\"ring\":2,\"table\":3},"
              "\"event\":\"summary\",\"ignored\":{\"arp\":60,\"ethertype\":10,\"fragment\":70,"
              "\"ip\":40,\"late\":80,\"link\":20,\"nesting\":30,\"transport\":50},"
              "\"packets\":1000000,\"parsed\":999000,\"rows_closed\":163999,"
              "\"rows_created\":164000,\"rows_evicted\":4,"
              "\"timestamp\":\"2023-11-14T22:13:20.000000000Z\"}\n");
}

static uint64_t next(uint64_t *x)
{
    *x ^= *x << 13, *x ^= *x >> 7, *x ^= *x << 17;
    return *x >> 11;
}

// Facts of every kind in any number, as foreign bytes would bring them.
static void random_facts(struct rn_facts *facts, uint64_t *x)
{
    uint8_t raw[300];
    for (unsigned n = (unsigned)next(x) % 60; n > 0; n--) {
        enum rn_fact fact = (enum rn_fact)(1 + next(x) % (RN_FACT_COUNT - 1));
        size_t len = next(x) % (next(x) % 8 ? 20 : sizeof raw);
        for (size_t i = 0; i < len; i++)
            raw[i] = (uint8_t)(next(x) % 3 ? next(x) : (uint64_t) "\"\\\x1b\n/"[next(x) % 5]);
        struct rn_bytes bytes = rn_bytes_of(raw, len);
        switch (rn_fact_info(fact)->kind) {
        case RN_FACT_TEXT:
        case RN_FACT_LIST:
            rn_facts_put_text(facts, fact, bytes);
            break;
        case RN_FACT_NUMBER:
            rn_facts_put_number(facts, fact, (uint32_t)next(x));
            break;
        case RN_FACT_FLAG:
            rn_facts_put_flag(facts, fact);
            break;
        case RN_FACT_DNS_QUERY:
            rn_facts_put_query(facts, (uint16_t)next(x), bytes);
            break;
        }
    }
}

static void any_row_gives_one_tidy_line(void **state)
{
    (void)state;
    static char line[EXPORT_LINE_MAX];
    struct export_ctx ctx = {.cfg.service = service};
    uint64_t x = 88172645463325252u;
    for (unsigned round = 0; round < 5000; round++) {
        struct rn_conn_event event = {0};
        uint8_t *bytes = (uint8_t *)&event.conn;
        for (size_t i = 0; i < sizeof event.conn; i++)
            bytes[i] = (uint8_t)next(&x);
        struct rn_conn *conn = &event.conn;
        conn->rtt_known = next(&x) & 1;
        conn->local &= 1;
        conn->initiator &= 1;
        conn->app = (uint8_t)(next(&x) % RN_APP_COUNT);
        conn->match = (uint8_t)(next(&x) % RN_MATCH_COUNT);
        static const uint16_t protos[] = {1, 2, 6, 17, 58, 256, 89};
        conn->key.proto = protos[next(&x) % 7];
        conn->icmp.echo = conn->key.proto == 58;
        event.kind = next(&x) & 1 ? RN_EVENT_NEW : RN_EVENT_CLOSED;
        event.reason = (enum rn_close_reason)(next(&x) % RN_CLOSE_COUNT);
        event.time = (rn_time)(next(&x) << 11);
        if (conn->key.proto == RN_PROTO_IGMP)
            conn->igmp.has_group = true;
        random_facts(&event.facts, &x);
        char *end = export_event(line, &ctx, &event);
        assert_true(end - line < EXPORT_LINE_MAX / 2);
        const char *fault = json_fault(line, (size_t)(end - line) - 1);
        if (fault)
            fail_msg("%s: %.*s", fault, (int)(end - line), line);
        assert_ptr_equal(memchr(line, '\n', (size_t)(end - line)), end - 1);
    }
}

static void the_longest_line_fits(void **state)
{
    (void)state;
    static char line[EXPORT_LINE_MAX];
    const struct export_ctx ctx = {0};
    // Lists as full as they can be: of short items, whose heads cost most, and of quotes, which take two bytes each.
    for (unsigned kind = 0; kind < 2; kind++) {
        struct rn_conn_event event = made(RN_PROTO_UDP, "ffff:eeee:dddd:cccc:bbbb:aaaa:9999:8888",
                                          65535, "ffff:eeee:dddd:cccc:bbbb:aaaa:9999:8889", 65535);
        char quotes[64];
        memset(quotes, '"', sizeof quotes);
        event.conn.app = RN_APP_DNS;
        for (unsigned i = 0; i < 70; i++)
            rn_facts_put_query(&event.facts, (uint16_t)(60000 + i), rn_bytes_of(quotes, kind * 64));
        rn_facts_put_text(&event.facts, RN_FACT_SNI, rn_bytes_of(quotes, 64));
        char *end = export_event(line, &ctx, &event);
        assert_true(end - line < EXPORT_LINE_MAX);
        assert_null(json_fault(line, (size_t)(end - line) - 1));
    }
}

// Beside what the payload told, never in its place, and not among it.
static void an_inferred_name_is_marked(void **state)
{
    (void)state;
    const struct export_ctx ctx = {.cfg.service = NULL};
    struct rn_conn_event event = made(RN_PROTO_UDP, "10.0.0.1", 50000, "10.0.0.9", 9000);
    put(&event.facts, RN_FACT_DNS_NAME, "a.example");
    event.kind = RN_EVENT_NEW;
    const char *const apps[] = {"", "", "\"app\":{\"sni\":\"b.example\"},"};
    const char *const dpi[] = {
        "", "\"dpi_protocol\":\"QUIC\",\"dpi_text\":\"QUIC\",",
        ("\"dpi_domain\":\"b.example\",\"dpi_protocol\":\"QUIC\",\"dpi_text\":"
         "\"QUIC (b.example)\",")};
    for (unsigned i = 0; i < 3; i++) {
        char want[2048];
        event.conn.app = i > 0 ? RN_APP_QUIC : RN_APP_NONE;
        if (i == 2)
            put(&event.facts, RN_FACT_SNI, "b.example");
        snprintf(want, sizeof(want),
                 "{%s\"destination_ip\":\"10.0.0.9\",\"destination_port\":9000,"
                 "\"dns_name\":\"a.example\",\"dns_name_inferred\":true,%s"
                 "\"event\":\"new_connection\"," FIRST LAST
                 "\"protocol\":\"UDP\",\"source_ip\":\"10.0.0.1\",\"source_port\":50000,"
                 "\"state\":\"%s\"," STAMP "}\n",
                 apps[i], dpi[i], i > 0 ? "QUIC_UNKNOWN" : "UDP_ACTIVE");
        check(&ctx, &event, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_with_tls),
        cmocka_unit_test(an_inferred_name_is_marked),
        cmocka_unit_test(a_new_connection_says_what_is_known),
        cmocka_unit_test(dns),
        cmocka_unit_test(arp),
        cmocka_unit_test(icmp),
        cmocka_unit_test(other_ip_protocols),
        cmocka_unit_test(vlan_stack_owner_and_local_addresses),
        cmocka_unit_test(a_neighbour_is_told_with_its_hardware_address_when_its_row_closes),
        cmocka_unit_test(direction_needs_proof_and_a_local_end),
        cmocka_unit_test(window_scale_counts_only_where_both_agreed),
        cmocka_unit_test(time_that_goes_back_gives_no_negative_number),
        cmocka_unit_test(an_answer_of_dns_is_timed),
        cmocka_unit_test(the_summary),
        cmocka_unit_test(any_row_gives_one_tidy_line),
        cmocka_unit_test(the_longest_line_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
