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
    RN_APP_DNS,
    RN_APP_HTTP,
    RN_APP_HTTPS,
    RN_APP_TLS,
    RN_APP_COUNT,
};

// Sorted by JSON key, so that walking the tags gives the keys in order (checked by a test).
enum rn_fact {
    RN_FACT_NONE,
    RN_FACT_ALPN,            // list
    RN_FACT_ALPN_SELECTED,   // text
    RN_FACT_ANSWER,          // list: addresses and names
    RN_FACT_CIPHER,          // text: "TLS_AES_128_GCM_SHA256 (0x1301)"
    RN_FACT_ECH,             // flag
    RN_FACT_HOST,            // text
    RN_FACT_METHOD,          // text
    RN_FACT_OFFERED_VERSION, // text
    RN_FACT_PATH,            // text
    RN_FACT_QUERY,           // DNS query
    RN_FACT_RCODE,           // text, the latest: "NOERROR"; there once a response was seen
    RN_FACT_SNI,             // text
    RN_FACT_STATUS,          // number
    RN_FACT_USER_AGENT,      // text
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
