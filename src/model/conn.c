// SPDX-License-Identifier: Apache-2.0
// How long a row lives, and names.
//
// The state of TCP decides first, then, for a connection that is up, what it speaks; a protocol without states has one
// time-out. How long each is, others say (timeouts.h).
#include "rustnet/model/conn.h"

#include "rustnet/base/verdict.h"

// An idle time-out that the ends of a connection have agreed on counts within these.
#define QUIC_AGREED_LEAST RN_SEC
#define QUIC_AGREED_MOST (1800 * RN_SEC)

// Where the age of a row counts from: its last sign of life, be it a packet or a socket that is still open.
static rn_time aging_since(const struct rn_conn *conn)
{
    if (conn->flags & RN_CONN_TERMINAL)
        return conn->terminal_since;
    return conn->kept_at > conn->last_seen ? conn->kept_at : conn->last_seen;
}

rn_dur rn_conn_age(const struct rn_conn *conn, rn_time now)
{
    rn_dur age = rn_time_since(now, aging_since(conn));
    return age > 0 ? age : 0;
}

static bool active(const struct rn_conn *conn, const struct rn_timeouts *t, rn_time now)
{
    return rn_conn_age(conn, now) < t->after[RN_TIMEOUT_ACTIVE_FOR];
}

bool rn_conn_rtt(const struct rn_conn *conn, const struct rn_tcp_report *tcp, rn_dur *out)
{
    bool is_tcp = conn->key.proto == RN_PROTO_TCP;
    if (is_tcp && tcp && tcp->rtt_known) {
        *out = tcp->rtt;
        return true;
    }
    if (!conn->rtt_known)
        return false;
    if (!is_tcp && conn->timed.exchange != RN_EXCHANGE_QUIC &&
        conn->timed.exchange != RN_EXCHANGE_ECHO)
        return false; // how long a server took to answer, rather than the way there
    *out = is_tcp ? conn->tcp.initial_rtt : conn->timed.rtt;
    return *out >= 0;
}

// What a connection of TCP that is up speaks may keep it longer.
static enum rn_timeout established_timeout(const struct rn_conn *conn, const struct rn_timeouts *t,
                                           rn_time now)
{
    if (conn->app == RN_APP_HTTP || conn->app == RN_APP_HTTPS)
        return RN_TIMEOUT_WEB;
    if (conn->app == RN_APP_SSH)
        return RN_TIMEOUT_SSH;
    return active(conn, t, now) ? RN_TIMEOUT_TCP_ACTIVE : RN_TIMEOUT_TCP_IDLE;
}

static enum rn_timeout tcp_timeout(const struct rn_conn *conn, const struct rn_timeouts *t,
                                   rn_time now)
{
    switch (rn_conn_tcp_state(conn)) {
    case RN_TCP_ESTABLISHED:
        return established_timeout(conn, t, now);
    case RN_TCP_SYN_SENT:
    case RN_TCP_SYN_RECV:
        return RN_TIMEOUT_TCP_OPENING;
    case RN_TCP_FIN_WAIT1:
    case RN_TCP_FIN_WAIT2:
    case RN_TCP_CLOSE_WAIT:
    case RN_TCP_LAST_ACK:
        return RN_TIMEOUT_TCP_CLOSING;
    case RN_TCP_TIME_WAIT:
    case RN_TCP_CLOSING:
        return RN_TIMEOUT_TCP_WAIT;
    case RN_TCP_CLOSED:
        return RN_TIMEOUT_TCP_CLOSED;
    case RN_TCP_UNKNOWN:
    case RN_TCP_STATE_COUNT:
        break;
    }
    return RN_TIMEOUT_TCP_UNKNOWN;
}

static enum rn_timeout quic_timeout(const struct rn_conn *conn, const struct rn_timeouts *t,
                                    rn_time now)
{
    switch ((enum rn_quic_state)conn->quic.state) {
    case RN_QUIC_RETRY:
    case RN_QUIC_VERSION_NEG:
    case RN_QUIC_0RTT:
    case RN_QUIC_INITIAL:
    case RN_QUIC_HANDSHAKE:
        return RN_TIMEOUT_QUIC_OPENING;
    case RN_QUIC_CONNECTED:
        return active(conn, t, now) ? RN_TIMEOUT_QUIC_ACTIVE : RN_TIMEOUT_QUIC_IDLE;
    case RN_QUIC_DRAINING:
        return RN_TIMEOUT_QUIC_DRAINING;
    case RN_QUIC_CLOSED:
        return RN_TIMEOUT_QUIC_CLOSED;
    case RN_QUIC_UNKNOWN:
    case RN_QUIC_STATE_COUNT:
        break;
    }
    return RN_TIMEOUT_QUIC_UNKNOWN;
}

static enum rn_timeout udp_timeout(const struct rn_conn *conn, const struct rn_timeouts *t,
                                   rn_time now)
{
    // A table, not a switch: most applications live by the rule of UDP.
    static const uint8_t by_app[RN_APP_COUNT] = {
        [RN_APP_DNS] = RN_TIMEOUT_UDP_QUERY,   [RN_APP_MDNS] = RN_TIMEOUT_UDP_QUERY,
        [RN_APP_LLMNR] = RN_TIMEOUT_UDP_QUERY, [RN_APP_NTP] = RN_TIMEOUT_UDP_QUERY,
        [RN_APP_SSDP] = RN_TIMEOUT_UDP_QUERY,  [RN_APP_STUN] = RN_TIMEOUT_UDP_QUERY,
        [RN_APP_HTTP] = RN_TIMEOUT_WEB,        [RN_APP_HTTPS] = RN_TIMEOUT_WEB,
        [RN_APP_SSH] = RN_TIMEOUT_SSH,         [RN_APP_MQTT] = RN_TIMEOUT_UDP_MQTT,
    };
    if (conn->app == RN_APP_QUIC)
        return quic_timeout(conn, t, now);
    enum rn_timeout timeout = conn->app < RN_APP_COUNT ? by_app[conn->app] : 0;
    return timeout ? timeout : RN_TIMEOUT_UDP;
}

static enum rn_timeout timeout_of(const struct rn_conn *conn, const struct rn_timeouts *t,
                                  rn_time now)
{
    switch (conn->key.proto) {
    case RN_PROTO_TCP:
        return tcp_timeout(conn, t, now);
    case RN_PROTO_UDP:
        return udp_timeout(conn, t, now);
    case RN_PROTO_ICMP:
    case RN_PROTO_ICMPV6:
    case RN_PROTO_IGMP:
        return RN_TIMEOUT_ICMP;
    case RN_PROTO_ARP:
        return RN_TIMEOUT_ARP;
    default:
        return RN_TIMEOUT_OTHER;
    }
}

// What the ends of a QUIC connection have agreed on ends it without a word (RFC 9000, 10.1); 0: nothing.
static rn_dur agreed_timeout(const struct rn_conn *conn)
{
    if (conn->key.proto != RN_PROTO_UDP || conn->app != RN_APP_QUIC ||
        conn->quic.state != RN_QUIC_CONNECTED || conn->quic.idle_ms == 0)
        return 0;
    rn_dur idle = conn->quic.idle_ms * (RN_SEC / 1000);
    return idle < QUIC_AGREED_LEAST  ? QUIC_AGREED_LEAST
           : idle > QUIC_AGREED_MOST ? QUIC_AGREED_MOST
                                     : idle;
}

rn_dur rn_conn_timeout(const struct rn_conn *conn, const struct rn_timeouts *t, rn_time now)
{
    rn_dur agreed = agreed_timeout(conn);
    if (agreed)
        return agreed;
    return t->after[timeout_of(conn, t, now)];
}

rn_time rn_conn_deadline(const struct rn_conn *conn, const struct rn_timeouts *t)
{
    // The time-out changes once, when the row has been silent for active_for: either it does not get that old, or the
    // idle one decides, which cannot have ended before it began.
    rn_time since = aging_since(conn);
    rn_dur active_for = t->after[RN_TIMEOUT_ACTIVE_FOR];
    rn_dur lives = rn_conn_timeout(conn, t, since);
    rn_dur idle = rn_conn_timeout(conn, t, RN_TIME_MAX);
    if (idle != lives && lives >= active_for)
        lives = idle > active_for ? idle : active_for;
    return rn_time_add(since, lives);
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
