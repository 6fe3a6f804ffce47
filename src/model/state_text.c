// SPDX-License-Identifier: Apache-2.0
// The state of a row as a word: for the screen, the filter and the event stream.
//
// Protocols without connections show what their last packet said; UDP without a known application, and IP protocols
// without states of their own, show how long ago that was. Written by hand: every closed row needs one.
#include "rustnet/model/conn.h"

#define IDLE_AFTER (30 * RN_SEC)
#define STALE_AFTER (60 * RN_SEC)

static void add(struct rn_text64 *out, const char *s)
{
    size_t len = strlen(s), room = sizeof(out->s) - 1 - out->len;
    if (len > room)
        len = room;
    memcpy(out->s + out->len, s, len);
    out->len = (uint8_t)(out->len + len);
    out->s[out->len] = '\0';
}

static void add_number(struct rn_text64 *out, unsigned v)
{
    char digits[11];
    char *at = digits + sizeof(digits) - 1;
    *at = '\0';
    do
        *--at = (char)('0' + v % 10);
    while ((v /= 10) != 0);
    add(out, at);
}

static void add_ip(struct rn_text64 *out, const struct rn_ip *ip)
{
    char text[RN_IP_TEXT_SIZE];
    rn_ip_text(ip, text);
    add(out, text);
}

static const char *activity(const struct rn_conn *conn, rn_time now)
{
    rn_dur idle = rn_time_since(now, conn->last_seen);
    return idle > STALE_AFTER ? "STALE" : idle > IDLE_AFTER ? "IDLE" : "ACTIVE";
}

// What fits of a text, ending between characters (it is clean UTF-8).
static void add_bytes(struct rn_text64 *out, struct rn_bytes text)
{
    size_t n = text.len, room = sizeof(out->s) - 1 - out->len;
    if (n > room)
        for (n = room; n > 0 && (text.p[n] & 0xc0) == 0x80;)
            n--;
    if (n > 0)
        memcpy(out->s + out->len, text.p, n);
    out->len = (uint8_t)(out->len + n);
    out->s[out->len] = '\0';
}

static const char *quic_word(enum rn_quic_state state)
{
    static const char *const words[RN_QUIC_STATE_COUNT] = {
        [RN_QUIC_UNKNOWN] = "QUIC_UNKNOWN",     [RN_QUIC_VERSION_NEG] = "QUIC_VERSION_NEG",
        [RN_QUIC_RETRY] = "QUIC_RETRY",         [RN_QUIC_0RTT] = "QUIC_0RTT",
        [RN_QUIC_INITIAL] = "QUIC_INITIAL",     [RN_QUIC_HANDSHAKE] = "QUIC_HANDSHAKE",
        [RN_QUIC_CONNECTED] = "QUIC_CONNECTED", [RN_QUIC_DRAINING] = "QUIC_DRAINING",
        [RN_QUIC_CLOSED] = "QUIC_CLOSED",
    };
    return state < RN_QUIC_STATE_COUNT ? words[state] : words[RN_QUIC_UNKNOWN];
}

// The word of an application, and the fact whose text ends it: "DHCP_" and "DISCOVER".
struct app_word {
    const char *word;
    enum rn_fact fact;
    const char *without; // the word where the fact is not known
};

static const struct app_word *app_word(enum rn_app app)
{
    static const struct app_word words[RN_APP_COUNT] = {
        [RN_APP_HTTP] = {"HTTP_UDP", RN_FACT_NONE, NULL},
        [RN_APP_HTTPS] = {"HTTPS_UDP", RN_FACT_NONE, NULL},
        [RN_APP_SSH] = {"SSH_UDP", RN_FACT_NONE, NULL},
        [RN_APP_NTP] = {"NTP", RN_FACT_NONE, NULL},
        [RN_APP_DHCP] = {"DHCP_", RN_FACT_TYPE, "DHCP_UNKNOWN"},
        [RN_APP_SNMP] = {"SNMP_", RN_FACT_PDU, "SNMP_UNKNOWN"},
        [RN_APP_SSDP] = {"SSDP_", RN_FACT_METHOD, "SSDP_RESPONSE"},
        [RN_APP_NETBIOS] = {"NETBIOS_", RN_FACT_SERVICE, "NETBIOS_NS"},
        [RN_APP_BITTORRENT] = {"BT_UDP", RN_FACT_NONE, NULL},
        [RN_APP_STUN] = {"STUN_", RN_FACT_CLASS, "STUN_UNKNOWN"},
        [RN_APP_MQTT] = {"MQTT_UDP", RN_FACT_NONE, NULL},
        [RN_APP_FTP] = {"FTP_UDP", RN_FACT_NONE, NULL},
    };
    return app < RN_APP_COUNT && words[app].word ? &words[app] : NULL;
}

static struct rn_bytes fact_of(const struct rn_facts *facts, enum rn_fact fact)
{
    return facts && fact != RN_FACT_NONE ? rn_facts_find(facts, fact, 0)
                                         : (struct rn_bytes){NULL, 0};
}

static void app_state(const struct app_word *word, const struct rn_facts *facts,
                      struct rn_text64 *out)
{
    struct rn_bytes text = fact_of(facts, word->fact);
    if (text.len == 0 && word->without) {
        add(out, word->without);
        return;
    }
    add(out, word->word);
    add_bytes(out, text);
}

// Once answered, always answered.
static void query_state(const char *name, const struct rn_facts *facts, struct rn_text64 *out)
{
    add(out, name);
    add(out, fact_of(facts, RN_FACT_RCODE).p ? "_RESPONSE" : "_QUERY");
}

static void udp_state(const struct rn_conn *conn, const struct rn_facts *facts, rn_time now,
                      struct rn_text64 *out)
{
    const struct app_word *word = app_word((enum rn_app)conn->app);
    if (conn->app == RN_APP_QUIC) {
        add(out, quic_word((enum rn_quic_state)conn->quic.state));
    } else if (conn->app == RN_APP_DNS) {
        query_state("DNS", facts, out);
    } else if (conn->app == RN_APP_MDNS) {
        query_state("MDNS", facts, out);
    } else if (conn->app == RN_APP_LLMNR) {
        query_state("LLMNR", facts, out);
    } else if (word) {
        app_state(word, facts, out);
    } else {
        add(out, "UDP_");
        add(out, activity(conn, now));
    }
}

enum icmp_word {
    ICMP_OTHER,
    ICMP_REQUEST,
    ICMP_REPLY,
    ICMP_UNREACHABLE,
    ICMP_EXCEEDED,
};

// RFC 792 and RFC 4443: the families give the same types other meanings.
static enum icmp_word icmp_word(uint16_t proto, uint8_t type)
{
    static const struct {
        uint8_t v4, v6;
        enum icmp_word word;
    } words[] = {
        {8, 128, ICMP_REQUEST},
        {0, 129, ICMP_REPLY},
        {3, 1, ICMP_UNREACHABLE},
        {11, 3, ICMP_EXCEEDED},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (type == (proto == RN_PROTO_ICMPV6 ? words[i].v6 : words[i].v4))
            return words[i].word;
    return ICMP_OTHER;
}

static void icmp_state(const struct rn_conn *conn, struct rn_text64 *out)
{
    enum icmp_word word = icmp_word(conn->key.proto, conn->icmp.type);
    switch (word) {
    case ICMP_REQUEST:
    case ICMP_REPLY:
        if (!conn->icmp.echo) { // cut off before its identifier
            add(out, word == ICMP_REQUEST ? "ECHO_REQUEST" : "ECHO_REPLY");
            return;
        }
        add(out, word == ICMP_REQUEST ? "ECHO_REQ(" : "ECHO_REP(");
        add_number(out, conn->icmp.id);
        add(out, ")");
        return;
    case ICMP_UNREACHABLE:
        add(out, "DEST_UNREACH");
        return;
    case ICMP_EXCEEDED:
        add(out, "TIME_EXCEEDED");
        return;
    case ICMP_OTHER:
        break;
    }
    add(out, "ICMP_OTHER");
}

static const char *igmp_word(uint8_t type)
{
    switch (type) {
    case 0x11:
        return "QUERY";
    case 0x12:
        return "REPORT_V1";
    case 0x16:
        return "REPORT_V2";
    case 0x17:
        return "LEAVE_GROUP";
    case 0x22:
        return "REPORT_V3";
    default:
        return "IGMP_OTHER";
    }
}

static void igmp_state(const struct rn_conn *conn, struct rn_text64 *out)
{
    add(out, igmp_word(conn->igmp.type));
    if (!conn->igmp.has_group)
        return;
    struct rn_ip group = rn_ip_v4(conn->igmp.group);
    add(out, "(");
    add_ip(out, &group);
    add(out, ")");
}

static void arp_state(const struct rn_conn *conn, struct rn_text64 *out)
{
    if (conn->arp.op == 1) {
        add(out, "ARP_WHO_HAS ");
        add_ip(out, &conn->key.ip[1 - conn->arp.sender]);
    } else {
        char mac[RN_MAC_TEXT_SIZE];
        rn_mac_text(conn->arp.sender_mac, mac);
        add(out, "ARP_IS_AT ");
        add(out, mac);
    }
}

void rn_conn_state_text(const struct rn_conn *conn, const struct rn_facts *facts, rn_time now,
                        struct rn_text64 *out)
{
    out->len = 0;
    switch (conn->key.proto) {
    case RN_PROTO_TCP:
        add(out, rn_tcp_state_name(rn_conn_tcp_state(conn)));
        break;
    case RN_PROTO_UDP:
        udp_state(conn, facts, now, out);
        break;
    case RN_PROTO_ICMP:
    case RN_PROTO_ICMPV6:
        icmp_state(conn, out);
        break;
    case RN_PROTO_IGMP:
        igmp_state(conn, out);
        break;
    case RN_PROTO_ARP:
        arp_state(conn, out);
        break;
    default:
        add(out, activity(conn, now));
        break;
    }
}
