// SPDX-License-Identifier: Apache-2.0
// A snapshot made by hand, as tests of the screen want it: every kind of row once, at a fixed moment.
#ifndef RUSTNET_TESTS_UI_ROWS_H
#define RUSTNET_TESTS_UI_ROWS_H

#include <string.h>

#include "rustnet/ui.h"

#define ROWS_NOW (1700000000 * RN_SEC)

struct row_spec {
    uint16_t proto;
    const char *local;
    uint16_t local_port;
    const char *remote;
    uint16_t remote_port;
    const char *process;
    uint32_t pid;
    const char *service;
    rn_dur idle;
    float rx_bps, tx_bps;
    rn_dur rtt; // 0: not known
    enum rn_app app;
    enum rn_fact fact;
    const char *value;
    enum rn_addr_kind kind;
    bool gateway;
    uint8_t saw; // RN_TCP_SAW_* of both ends
};

enum { ROWS_OPEN = RN_TCP_SAW_SYN | RN_TCP_SAW_ACK };

#define ROWS_LOCAL "192.168.1.10"
static const struct row_spec rows_all[] = {
    {.proto = RN_PROTO_TCP,
     .local = ROWS_LOCAL,
     .local_port = 51234,
     .remote = "140.82.121.4",
     .remote_port = 443,
     .process = "firefox",
     .pid = 2001,
     .service = "https",
     .idle = 1 * RN_SEC,
     .rx_bps = 3250586,
     .tx_bps = 950272,
     .rtt = 23 * RN_MSEC,
     .app = RN_APP_HTTPS,
     .fact = RN_FACT_SNI,
     .value = "github.com",
     .saw = ROWS_OPEN},
    {.proto = RN_PROTO_TCP,
     .local = ROWS_LOCAL,
     .local_port = 40112,
     .remote = "203.0.113.15",
     .remote_port = 80,
     .process = "curl",
     .pid = 2624,
     .service = "http",
     .rx_bps = 1024,
     .tx_bps = 80,
     .rtt = 300 * RN_USEC,
     .app = RN_APP_HTTP,
     .fact = RN_FACT_HOST,
     .value = "mirror.example.com",
     .saw = ROWS_OPEN},
    {.proto = RN_PROTO_UDP,
     .local = ROWS_LOCAL,
     .local_port = 33319,
     .remote = "192.168.1.1",
     .remote_port = 53,
     .process = "systemd-resolved",
     .pid = 612,
     .service = "domain",
     .idle = 2 * RN_SEC,
     .app = RN_APP_DNS,
     .fact = RN_FACT_QUERY,
     .value = "api.example.net",
     .gateway = true},
    {.proto = RN_PROTO_TCP,
     .local = "2001:db8::2",
     .local_port = 35904,
     .remote = "2001:db8:85a3:8d3:1319:8a2e:370:7348",
     .remote_port = 443,
     .process = "curl",
     .pid = 2630,
     .service = "https",
     .rtt = 160 * RN_MSEC,
     .app = RN_APP_TLS,
     .saw = ROWS_OPEN},
    {.proto = RN_PROTO_ICMP,
     .local = ROWS_LOCAL,
     .remote = "9.9.9.9",
     .process = "ping",
     .pid = 3111},
    {.proto = RN_PROTO_ARP, .local = ROWS_LOCAL, .remote = "192.168.1.1", .gateway = true},
    {.proto = RN_PROTO_IGMP,
     .local = ROWS_LOCAL,
     .remote = "224.0.0.22",
     .kind = RN_ADDR_MULTICAST},
    {.proto = RN_PROTO_UDP,
     .local = ROWS_LOCAL,
     .local_port = 5353,
     .remote = "224.0.0.251",
     .remote_port = 5353,
     .process = "avahi-daemon",
     .pid = 480,
     .service = "mdns",
     .idle = 10 * RN_SEC,
     .kind = RN_ADDR_MULTICAST},
    {.proto = RN_PROTO_UDP,
     .local = ROWS_LOCAL,
     .local_port = 68,
     .remote = "255.255.255.255",
     .remote_port = 67,
     .service = "bootps",
     .idle = 40 * RN_SEC,
     .kind = RN_ADDR_BROADCAST},
    {.proto = RN_PROTO_UDP,
     .local = ROWS_LOCAL,
     .local_port = 41000,
     .remote = "198.51.100.7",
     .remote_port = 4500,
     .process = "charon",
     .pid = 900,
     .service = "ipsec-nat-t",
     .idle = 47 * RN_SEC},
    {.proto = RN_PROTO_UDP,
     .local = ROWS_LOCAL,
     .local_port = 41001,
     .remote = "198.51.100.8",
     .remote_port = 9999,
     .idle = 55 * RN_SEC},
    {.proto = RN_PROTO_TCP,
     .local = ROWS_LOCAL,
     .local_port = 51000,
     .remote = "198.51.100.9",
     .remote_port = 22,
     .process = "ssh",
     .pid = 2625,
     .service = "ssh",
     .saw = RN_TCP_SAW_SYN},
    {.proto = RN_PROTO_TCP,
     .local = ROWS_LOCAL,
     .local_port = 51001,
     .remote = "198.51.100.10",
     .remote_port = 5432,
     .process = "ein-sehr-langer-prozessname-ohne-ende",
     .pid = 4194304,
     .service = "postgresql",
     .rx_bps = 416,
     .tx_bps = 763,
     .rtt = 100 * RN_USEC,
     .saw = ROWS_OPEN},
    {.proto = RN_PROTO_TCP,
     .local = ROWS_LOCAL,
     .local_port = 51002,
     .remote = "198.51.100.11",
     .remote_port = 8080,
     .process = "ネットワーク監視ツール",
     .pid = 77,
     .service = "http-alt",
     .rx_bps = 52428800,
     .tx_bps = 1048576,
     .saw = ROWS_OPEN},
    {.proto = RN_PROTO_TCP,
     .local = ROWS_LOCAL,
     .local_port = 51003,
     .remote = "198.51.100.12",
     .remote_port = 993,
     .process = "thunderbird",
     .pid = 2626,
     .service = "imaps",
     .idle = 280 * RN_SEC,
     .rtt = 72 * RN_MSEC,
     .saw = ROWS_OPEN},
};
enum { ROWS_ALL = sizeof rows_all / sizeof rows_all[0] };

static inline struct rn_bytes rows_bytes(const char *text)
{
    return rn_bytes_of(text, strlen(text));
}

static inline void rows_rate(struct rn_row *row, unsigned end, float bps)
{
    row->conn.bytes[end] = (uint64_t)bps * 60;
    row->bps[end] = (double)bps;
}

static inline void rows_set(struct rn_row *row, const struct row_spec *spec, uint64_t id)
{
    struct rn_conn *conn = &row->conn;
    struct rn_ip local, remote;
    *row = (struct rn_row){.remote_kind = spec->kind, .remote_is_gateway = spec->gateway};
    if (!rn_ip_parse(spec->local, &local) || !rn_ip_parse(spec->remote, &remote))
        __builtin_trap();
    conn->local = (uint8_t)rn_key_make(&conn->key, local, spec->local_port, remote,
                                       spec->remote_port, spec->proto);
    conn->initiator = conn->local;
    conn->id = id;
    conn->first_seen = ROWS_NOW - 300 * RN_SEC;
    conn->last_seen = ROWS_NOW - spec->idle;
    conn->pid = spec->pid;
    conn->app = (uint8_t)spec->app;
    rows_rate(row, conn->local, spec->tx_bps);
    rows_rate(row, rn_conn_remote(conn), spec->rx_bps);
    if (spec->proto == RN_PROTO_TCP) {
        conn->tcp.saw[conn->local] = spec->saw;
        conn->tcp.saw[rn_conn_remote(conn)] = spec->saw == RN_TCP_SAW_SYN ? 0 : spec->saw;
        conn->rtt_known = spec->rtt > 0;
        conn->tcp.initial_rtt = spec->rtt;
    } else if (spec->proto == RN_PROTO_ICMP) {
        conn->icmp.type = 8;
        conn->icmp.echo = true;
        conn->icmp.id = 4711;
    } else if (spec->proto == RN_PROTO_IGMP) {
        conn->igmp.type = 0x22;
    } else if (spec->proto == RN_PROTO_ARP) {
        conn->arp.op = 1;
        conn->arp.sender = conn->local;
    }
    if (spec->process)
        rn_text_from_bytes(&row->process, rows_bytes(spec->process));
    if (spec->service)
        rn_text_from_bytes(&row->service, rows_bytes(spec->service));
    if (spec->value && spec->fact == RN_FACT_QUERY)
        rn_facts_put_query(&row->facts, 1, rows_bytes(spec->value));
    else if (spec->value)
        rn_facts_put_text(&row->facts, spec->fact, rows_bytes(spec->value));
}

// The snapshot that answers `request` from a table of `total` rows, which are the rows above over and over.
static inline void rows_snapshot(struct rn_snapshot *s, const struct rn_view_request *request,
                                 uint32_t total)
{
    *s = (struct rn_snapshot){.now = ROWS_NOW, .request = *request, .generation = 1};
    s->timeouts = rn_timeouts_default;
    s->rows_total = s->matched = total;
    s->rows_tcp = 9;
    s->rows_udp = 5;
    s->processes = 11;
    s->first = request->first < total ? request->first : 0;
    s->selected_position = RN_VIEW_NONE;
    uint32_t count = request->count < RN_VIEW_ROWS ? request->count : RN_VIEW_ROWS;
    for (uint32_t at = s->first; at < total && s->row_count < count; at++) {
        struct row_spec spec = rows_all[at % ROWS_ALL];
        spec.local_port = (uint16_t)(spec.local_port + at / ROWS_ALL);
        rows_set(&s->row[s->row_count], &spec, at + 1);
        if (request->has_selected &&
            rn_key_equal(&request->selected, &s->row[s->row_count].conn.key))
            s->selected_position = at;
        s->row_count++;
    }
    if (request->select_position != RN_VIEW_NONE && total > 0)
        s->selected_position =
            request->select_position < total ? request->select_position : total - 1;
    s->counts.packets = 2954;
    s->counts.tcp[RN_TCP_MARK_RETRANSMIT] = 12;
    s->counts.tcp_rows[RN_TCP_MARK_RETRANSMIT] = 3;
    s->counts.tcp[RN_TCP_MARK_FAST] = 1;
    s->packets_per_sec = 143.6;
    s->rx_bps = 1032642;
    s->tx_bps = 8847;
    rn_text_fmt(&s->interface, "eth0");
    rn_text_fmt(&s->link, "Ethernet");
    rn_text_fmt(&s->detection, "procfs");
    s->iface_count = 2;
    rn_text_fmt(&s->iface[0].name, "lo");
    s->iface[0].rx_packets = 10;
    rn_text_fmt(&s->iface[1].name, "eth0");
    s->iface[1].rx_packets = 2000;
}

#endif
