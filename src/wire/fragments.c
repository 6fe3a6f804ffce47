// SPDX-License-Identifier: Apache-2.0
// What the first fragment of a datagram knows and the later ones do not: ports, the protocol behind extension headers,
// the type of an ICMP message.
//
// A ring of entries, the oldest overwritten, and a hash index of chains over it (indices + 1, so that 0 is the end and
// fresh zero pages are an empty table).
//
// 1. An entry is in exactly one chain once it was used, whether it is too old or not.
// 2. Hostile fragments can push others out, never make a chain longer than the keyed hash lets them.
//
// RFC 791 tells datagrams apart by source, destination, protocol and identification; RFC 8200 (4.5) leaves the protocol
// out, since the first header behind the Fragment header may be another extension.
#include "rustnet/wire.h"

#include <errno.h>

#include "rustnet/base/pool.h"
#include "walk.h"

#define FRAGMENTS_LIFETIME (30 * RN_SEC)

struct datagram_id {
    struct rn_ip src, dst;
    uint32_t id;
    uint16_t proto; // 0 for IPv6
    uint16_t zero;
};
_Static_assert(sizeof(struct datagram_id) == 40, "hashed as five words");

struct entry {
    struct datagram_id datagram;
    rn_time seen;
    uint16_t sport, dport;
    uint16_t proto;     // what the first fragment turned out to carry
    uint16_t next;      // in the chain: index + 1
    uint32_t end_bytes; // of the datagram, 0 unknown
    uint16_t icmp_id, icmp_seq;
    uint8_t icmp_type, icmp_code;
    bool icmp_echo;
    bool used;
};

struct rn_fragments {
    struct rn_hash_key seed;
    uint32_t turn;                    // the entry to overwrite next
    uint16_t chain[RN_FRAGMENTS_MAX]; // by hash: index + 1 of the first entry
    struct entry entry[RN_FRAGMENTS_MAX];
};
_Static_assert((RN_FRAGMENTS_MAX & (RN_FRAGMENTS_MAX - 1)) == 0, "a mask picks the chain");

struct rn_fragments *rn_fragments_new(struct rn_hash_key seed, struct rn_err *err)
{
    struct rn_fragments *table = rn_pages_map(sizeof *table);
    if (!table) {
        (void)rn_err_set(err, -ENOMEM, "no memory for %d fragmented datagrams", RN_FRAGMENTS_MAX);
        return NULL;
    }
    table->seed = seed;
    return table;
}

void rn_fragments_free(struct rn_fragments *table)
{
    rn_pages_unmap(table, sizeof *table);
}

static struct datagram_id identify(const struct rn_packet *packet)
{
    const struct rn_key *key = &packet->key;
    return (struct datagram_id){
        .src = key->ip[packet->from],
        .dst = key->ip[1 - packet->from],
        .id = packet->fragment_id,
        .proto = rn_ip_is_v4(&key->ip[0]) ? key->proto : 0,
    };
}

static uint16_t *chain_of(struct rn_fragments *table, const struct datagram_id *datagram)
{
    uint64_t words[5];
    memcpy(words, datagram, sizeof words);
    return &table->chain[rn_hash_words(table->seed, words, 5) & (RN_FRAGMENTS_MAX - 1)];
}

static struct entry *find(struct rn_fragments *table, const struct datagram_id *datagram)
{
    for (uint16_t at = *chain_of(table, datagram); at != 0; at = table->entry[at - 1].next)
        if (memcmp(&table->entry[at - 1].datagram, datagram, sizeof *datagram) == 0)
            return &table->entry[at - 1];
    return NULL;
}

static void unlink_entry(struct rn_fragments *table, const struct entry *entry)
{
    uint16_t self = (uint16_t)(entry - table->entry + 1);
    uint16_t *at = chain_of(table, &entry->datagram);
    while (*at != self)
        at = &table->entry[*at - 1].next;
    *at = entry->next;
}

// Makes room for a datagram: the oldest entry goes.
static struct entry *replace_oldest(struct rn_fragments *table, const struct datagram_id *datagram)
{
    struct entry *entry = &table->entry[table->turn];
    table->turn = (table->turn + 1) % RN_FRAGMENTS_MAX;
    if (entry->used)
        unlink_entry(table, entry);
    uint16_t *chain = chain_of(table, datagram);
    entry->datagram = *datagram;
    entry->used = true;
    entry->next = *chain;
    *chain = (uint16_t)(entry - table->entry + 1);
    return entry;
}

static bool is_icmp(uint16_t proto)
{
    return proto == RN_PROTO_ICMP || proto == RN_PROTO_ICMPV6;
}

static void remember(struct rn_fragments *table, const struct rn_packet *packet)
{
    struct datagram_id datagram = identify(packet);
    struct entry *entry = find(table, &datagram);
    if (!entry)
        entry = replace_oldest(table, &datagram);
    entry->seen = packet->time;
    entry->proto = packet->key.proto;
    entry->sport = packet->key.port[packet->from];
    entry->dport = packet->key.port[1 - packet->from];
    entry->end_bytes = entry->proto == RN_PROTO_UDP ? packet->fragment.end_bytes : 0;
    if (!is_icmp(entry->proto))
        return;
    entry->icmp_id = packet->icmp.id;
    entry->icmp_seq = packet->icmp.seq;
    entry->icmp_type = packet->icmp.type;
    entry->icmp_code = packet->icmp.code;
    entry->icmp_echo = packet->icmp.echo;
}

static void complete(struct rn_packet *packet, const struct entry *entry)
{
    packet->from = (uint8_t)rn_key_make(&packet->key, entry->datagram.src, entry->sport,
                                        entry->datagram.dst, entry->dport, entry->proto);
    memset(&packet->tcp, 0, sizeof packet->tcp); // the largest of the union
    if (!is_icmp(entry->proto))
        return;
    packet->icmp.id = entry->icmp_id;
    packet->icmp.seq = entry->icmp_seq;
    packet->icmp.type = entry->icmp_type;
    packet->icmp.code = entry->icmp_code;
    packet->icmp.echo = entry->icmp_echo;
}

// Whether a datagram can hold this fragment: one that ends elsewhere than UDP's length says belongs to no datagram that
// a receiver could put together, and is no evidence for a row.
static bool fits(const struct entry *entry, const struct rn_packet *later)
{
    uint32_t end = later->fragment.end_bytes;
    return entry->end_bytes == 0 ||
           (later->fragment.last ? end == entry->end_bytes : end < entry->end_bytes);
}

// Whether a later fragment says by itself whose it is.
static bool is_complete_alone(uint16_t proto)
{
    return proto != RN_PROTO_TCP && proto != RN_PROTO_UDP && !is_icmp(proto) &&
           !wire_is_extension(proto);
}

enum rn_ignore rn_fragments_resolve(struct rn_fragments *table, struct rn_packet *packet)
{
    if (!(packet->flags & RN_PACKET_LATER_FRAGMENT)) {
        if (packet->flags & RN_PACKET_FIRST_FRAGMENT)
            remember(table, packet);
        return RN_IGNORE_NONE;
    }
    struct datagram_id datagram = identify(packet);
    const struct entry *entry = find(table, &datagram);
    if (entry && rn_time_since(packet->time, entry->seen) <= FRAGMENTS_LIFETIME) {
        if (!fits(entry, packet))
            return RN_IGNORE_FRAGMENT;
        complete(packet, entry);
        return RN_IGNORE_NONE;
    }
    if (!is_complete_alone(packet->key.proto))
        return RN_IGNORE_FRAGMENT;
    memset(&packet->tcp, 0, sizeof packet->tcp);
    return RN_IGNORE_NONE;
}
