// SPDX-License-Identifier: Apache-2.0
// What inspection learned about one connection: a short list of tagged values.
// Thread: any.
// Owns:   values; a list is plain bytes that can be copied.
// Fails:  `put` says false when a list is full; what it holds stays valid.
//
// The list is ordered by fact, and by arrival within a fact, so walking it once gives the JSON keys in order.
//
// One table (rn_fact_info) says what each fact is called in JSON and on the screen, of what kind it is, and what a
// later value does to an earlier one. So a protocol adds facts, and Details, filter and JSONL follow by themselves.
#ifndef RUSTNET_MODEL_FACTS_H
#define RUSTNET_MODEL_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/reader.h"

// Application protocols, in the order of their names on the screen. 0 is "not known".
enum rn_app {
    RN_APP_NONE,
    RN_APP_AMQP,
    RN_APP_BGP,
    RN_APP_BITTORRENT,
    RN_APP_COAP,
    RN_APP_DHCP,
    RN_APP_DHCPV6,
    RN_APP_DNS,
    RN_APP_DTLS,
    RN_APP_FTP,
    RN_APP_HTTP,
    RN_APP_HTTPS,
    RN_APP_IKE,
    RN_APP_IMAP,
    RN_APP_IRC,
    RN_APP_KAFKA,
    RN_APP_KERBEROS,
    RN_APP_LDAP,
    RN_APP_LLMNR,
    RN_APP_MDNS,
    RN_APP_MEMCACHED,
    RN_APP_MODBUS,
    RN_APP_MONGODB,
    RN_APP_MQTT,
    RN_APP_MSSQL,
    RN_APP_MYSQL,
    RN_APP_NETBIOS,
    RN_APP_NTP,
    RN_APP_OPENVPN,
    RN_APP_POP3,
    RN_APP_POSTGRESQL,
    RN_APP_QUIC,
    RN_APP_RADIUS,
    RN_APP_RDP,
    RN_APP_REDIS,
    RN_APP_RTCP,
    RN_APP_RTP,
    RN_APP_RTSP,
    RN_APP_SIP,
    RN_APP_SMB,
    RN_APP_SMTP,
    RN_APP_SNMP,
    RN_APP_SOCKS,
    RN_APP_SSDP,
    RN_APP_SSH,
    RN_APP_STUN,
    RN_APP_SYSLOG,
    RN_APP_TELNET,
    RN_APP_TFTP,
    RN_APP_TLS,
    RN_APP_VNC,
    RN_APP_WIREGUARD,
    RN_APP_XMPP,
    RN_APP_COUNT,
};

// Sorted by JSON key, so that walking the tags gives the keys in order (checked by a test).
enum rn_fact {
    RN_FACT_NONE,
    RN_FACT_ALPN,            // list
    RN_FACT_ALPN_SELECTED,   // text
    RN_FACT_ANSWER,          // list: addresses and names
    RN_FACT_CIPHER,          // text: "TLS_AES_128_GCM_SHA256 (0x1301)"
    RN_FACT_CLASS,           // text
    RN_FACT_CLIENT,          // text
    RN_FACT_CLIENT_ID,       // text
    RN_FACT_CLOSE_CODE,      // number
    RN_FACT_CLOSE_SEEN,      // flag
    RN_FACT_CODE,            // number, the latest
    RN_FACT_COMMAND,         // text, the latest
    RN_FACT_DNS_NAME,        // text: inferred; nothing that inspection put there, and not in `app`
    RN_FACT_ECH,             // flag
    RN_FACT_HOST,            // text
    RN_FACT_HOST_KEY,        // text
    RN_FACT_HOSTNAME,        // text
    RN_FACT_INFO_HASH,       // text: hexadecimal
    RN_FACT_JA4,             // text
    RN_FACT_KEX,             // text
    RN_FACT_KIND,            // text
    RN_FACT_METHOD,          // text
    RN_FACT_MIGRATED_FROM,   // text: where the client was when the connection began
    RN_FACT_MODE,            // text, the latest
    RN_FACT_NAME,            // text
    RN_FACT_OFFERED_VERSION, // text
    RN_FACT_OPCODE,          // text, the latest
    RN_FACT_PATH,            // text
    RN_FACT_PDU,             // text, the latest
    RN_FACT_QUERY,           // DNS query
    RN_FACT_RCODE,           // text, the latest: "NOERROR"; there once a response was seen
    RN_FACT_SERVER,          // text
    RN_FACT_SERVICE,         // text
    RN_FACT_SNI,             // text
    RN_FACT_SOFTWARE,        // text
    RN_FACT_ST,              // text: what is searched for
    RN_FACT_STATUS,          // number
    RN_FACT_STRATUM,         // number, the latest
    RN_FACT_TOPIC,           // text
    RN_FACT_TYPE,            // text, the latest
    RN_FACT_USER,            // text
    RN_FACT_USER_AGENT,      // text
    RN_FACT_VENDOR,          // text
    RN_FACT_VERSION,         // text
    RN_FACT_COUNT,
};

enum rn_fact_kind {
    RN_FACT_TEXT,
    RN_FACT_NUMBER,    // 4 bytes, host order
    RN_FACT_FLAG,      // no bytes: there or not
    RN_FACT_LIST,      // texts, each once, in the order they came
    RN_FACT_DNS_QUERY, // a list of: 2 bytes type (host order), then the name
};

enum rn_fact_merge {
    RN_MERGE_FIRST,  // the first value stays
    RN_MERGE_LATEST, // the latest value wins
    RN_MERGE_UNION,  // lists: what is new is added
};

struct rn_fact_info {
    const char *json;  // key in the `app` object
    const char *label; // on the screen
    enum rn_fact_kind kind;
    enum rn_fact_merge merge;
    uint8_t max_items; // of a list
};
const struct rn_fact_info *rn_fact_info(enum rn_fact fact);

#define RN_FACTS_BYTES 2040
#define RN_FACT_TEXT_MAX 255
struct rn_facts {
    uint16_t len;
    uint16_t dropped;             // values that found no room
    uint8_t data[RN_FACTS_BYTES]; // repeated: tag, length (2 bytes, host order), bytes
};

static inline void rn_facts_clear(struct rn_facts *facts)
{
    facts->len = facts->dropped = 0;
}

// Foreign bytes become clean text (base/text.h) on the way in; an empty text says nothing and is left out (true).
// Each obeys the merge rule of its fact. `put_text` is for TEXT and LIST, the others for their kind.
bool rn_facts_put_text(struct rn_facts *facts, enum rn_fact fact, struct rn_bytes raw);
bool rn_facts_put_number(struct rn_facts *facts, enum rn_fact fact, uint32_t value);
bool rn_facts_put_flag(struct rn_facts *facts, enum rn_fact fact);
bool rn_facts_put_query(struct rn_facts *facts, uint16_t type, struct rn_bytes name);
void rn_facts_drop(struct rn_facts *facts, enum rn_fact fact);

// The first value of a fact, or its n-th (from 0); {NULL, 0} if there is none. Borrowed.
struct rn_bytes rn_facts_find(const struct rn_facts *facts, enum rn_fact fact, unsigned n);
// Walks the list: *pos is 0 at first and moves on. False at the end.
struct rn_fact_item {
    enum rn_fact fact;
    struct rn_bytes value; // borrowed
};
bool rn_facts_next(const struct rn_facts *facts, unsigned *pos, struct rn_fact_item *out);
bool rn_facts_number(const struct rn_facts *facts, enum rn_fact fact, uint32_t *out);

// "A", "AAAA", ... or "TYPE65535" (RFC 3597); returns out.
#define RN_DNS_TYPE_SIZE 12
const char *rn_dns_type_name(uint16_t type, char out[RN_DNS_TYPE_SIZE]);

#endif
