// SPDX-License-Identifier: Apache-2.0
// How long a row lives, and names.
//
// Time-outs follow the table of ARCHITECTURE ("Timeout Strategy"): the state of TCP decides first, then, for a
// connection that is up, what it speaks; a protocol without states has one time-out.
#include "rustnet/model/conn.h"

#include "rustnet/base/verdict.h"

#define MINUTE (60 * RN_SEC)

#define TIMEOUT_TCP_OPENING MINUTE // and closing, as long as something is outstanding
#define TIMEOUT_TCP_WAIT (30 * RN_SEC)
#define TIMEOUT_TCP_CLOSED (5 * RN_SEC)
#define TIMEOUT_TCP_UNKNOWN (2 * MINUTE)
#define TIMEOUT_TCP_ACTIVE (10 * MINUTE)
#define TIMEOUT_TCP_IDLE (5 * MINUTE)
#define TIMEOUT_WEB (10 * MINUTE)
#define TIMEOUT_SSH (30 * MINUTE)
#define TIMEOUT_UDP MINUTE
#define TIMEOUT_UDP_QUERY (30 * RN_SEC) // protocols of one question and its answers
#define TIMEOUT_UDP_MQTT (2 * MINUTE)
#define TIMEOUT_QUIC_OPENING MINUTE
#define TIMEOUT_QUIC_ACTIVE (10 * MINUTE)
#define TIMEOUT_QUIC_IDLE (5 * MINUTE)
#define TIMEOUT_QUIC_DRAINING (10 * RN_SEC)
#define TIMEOUT_QUIC_CLOSED RN_SEC
#define TIMEOUT_QUIC_UNKNOWN (2 * MINUTE)
#define TIMEOUT_ICMP (10 * RN_SEC) // and IGMP
#define TIMEOUT_ARP (30 * RN_SEC)

static rn_time aging_since(const struct rn_conn *conn)
{
    return conn->flags & RN_CONN_TERMINAL ? conn->terminal_since : conn->last_seen;
}

rn_dur rn_conn_age(const struct rn_conn *conn, rn_time now)
{
    rn_dur age = rn_time_since(now, aging_since(conn));
    return age > 0 ? age : 0;
}

// What a connection of TCP that is up speaks may keep it longer.
static rn_dur established_timeout(const struct rn_conn *conn, rn_time now)
{
    if (conn->app == RN_APP_HTTP || conn->app == RN_APP_HTTPS)
        return TIMEOUT_WEB;
    if (conn->app == RN_APP_SSH)
        return TIMEOUT_SSH;
    return rn_conn_age(conn, now) < MINUTE ? TIMEOUT_TCP_ACTIVE : TIMEOUT_TCP_IDLE;
}

static rn_dur tcp_timeout(const struct rn_conn *conn, rn_time now)
{
    switch (rn_conn_tcp_state(conn)) {
    case RN_TCP_ESTABLISHED:
        return established_timeout(conn, now);
    case RN_TCP_SYN_SENT:
    case RN_TCP_SYN_RECV:
    case RN_TCP_FIN_WAIT1:
    case RN_TCP_FIN_WAIT2:
    case RN_TCP_CLOSE_WAIT:
    case RN_TCP_LAST_ACK:
        return TIMEOUT_TCP_OPENING;
    case RN_TCP_TIME_WAIT:
    case RN_TCP_CLOSING:
        return TIMEOUT_TCP_WAIT;
    case RN_TCP_CLOSED:
        return TIMEOUT_TCP_CLOSED;
    case RN_TCP_UNKNOWN:
    case RN_TCP_STATE_COUNT:
        break;
    }
    return TIMEOUT_TCP_UNKNOWN;
}

// A connection of QUIC ends without a word once the idle time-out is over that its ends have agreed on (RFC 9000, 10.1).
static rn_dur quic_connected_timeout(const struct rn_conn *conn, rn_time now)
{
    rn_dur idle = conn->quic.idle_ms * (RN_SEC / 1000);
    if (idle > 0)
        return idle < RN_SEC ? RN_SEC : idle < TIMEOUT_SSH ? idle : TIMEOUT_SSH;
    return rn_conn_age(conn, now) < MINUTE ? TIMEOUT_QUIC_ACTIVE : TIMEOUT_QUIC_IDLE;
}

static rn_dur quic_timeout(const struct rn_conn *conn, rn_time now)
{
    switch ((enum rn_quic_state)conn->quic.state) {
    case RN_QUIC_RETRY:
    case RN_QUIC_VERSION_NEG:
    case RN_QUIC_0RTT:
    case RN_QUIC_INITIAL:
    case RN_QUIC_HANDSHAKE:
        return TIMEOUT_QUIC_OPENING;
    case RN_QUIC_CONNECTED:
        return quic_connected_timeout(conn, now);
    case RN_QUIC_DRAINING:
        return TIMEOUT_QUIC_DRAINING;
    case RN_QUIC_CLOSED:
        return TIMEOUT_QUIC_CLOSED;
    case RN_QUIC_UNKNOWN:
    case RN_QUIC_STATE_COUNT:
        break;
    }
    return TIMEOUT_QUIC_UNKNOWN;
}

static rn_dur udp_timeout(const struct rn_conn *conn, rn_time now)
{
    // A table, not a switch: most applications live by the rule of UDP.
    static const rn_dur by_app[RN_APP_COUNT] = {
        [RN_APP_DNS] = TIMEOUT_UDP_QUERY,   [RN_APP_MDNS] = TIMEOUT_UDP_QUERY,
        [RN_APP_LLMNR] = TIMEOUT_UDP_QUERY, [RN_APP_NTP] = TIMEOUT_UDP_QUERY,
        [RN_APP_SSDP] = TIMEOUT_UDP_QUERY,  [RN_APP_STUN] = TIMEOUT_UDP_QUERY,
        [RN_APP_HTTP] = TIMEOUT_WEB,        [RN_APP_HTTPS] = TIMEOUT_WEB,
        [RN_APP_SSH] = TIMEOUT_SSH,         [RN_APP_MQTT] = TIMEOUT_UDP_MQTT,
    };
    if (conn->app == RN_APP_QUIC)
        return quic_timeout(conn, now);
    rn_dur timeout = conn->app < RN_APP_COUNT ? by_app[conn->app] : 0;
    return timeout ? timeout : TIMEOUT_UDP;
}

rn_dur rn_conn_timeout(const struct rn_conn *conn, rn_time now)
{
    switch (conn->key.proto) {
    case RN_PROTO_TCP:
        return tcp_timeout(conn, now);
    case RN_PROTO_UDP:
        return udp_timeout(conn, now);
    case RN_PROTO_ICMP:
    case RN_PROTO_ICMPV6:
    case RN_PROTO_IGMP:
        return TIMEOUT_ICMP;
    case RN_PROTO_ARP:
        return TIMEOUT_ARP;
    default: // other IP protocols live by the rule of UDP
        return TIMEOUT_UDP;
    }
}

rn_time rn_conn_deadline(const struct rn_conn *conn)
{
    // Time-outs only get shorter with idleness, so the last one decides.
    return rn_time_add(aging_since(conn), rn_conn_timeout(conn, RN_TIME_MAX));
}

const char *rn_close_reason_name(enum rn_close_reason reason)
{
    static const char *const names[RN_CLOSE_COUNT] = {
        [RN_CLOSE_CLOSED] = "closed",     [RN_CLOSE_TIMEOUT] = "timeout",
        [RN_CLOSE_REPLACED] = "replaced", [RN_CLOSE_EVICTED] = "evicted",
        [RN_CLOSE_END] = "end",
    };
    RN_ASSERT(reason < RN_CLOSE_COUNT);
    return names[reason];
}

const char *rn_match_name(enum rn_match match)
{
    static const char *const names[RN_MATCH_COUNT] = {
        [RN_MATCH_NONE] = "",
        [RN_MATCH_EXACT_TUPLE] = "exact-tuple",
        [RN_MATCH_PROCFS_EXACT] = "procfs-exact",
    };
    RN_ASSERT(match < RN_MATCH_COUNT);
    return names[match];
}
