// SPDX-License-Identifier: Apache-2.0
// Questions that wait for their answers, and what the answers say about the round trip.
//
// A shard has a table of sets of four, one line of the cache each. A question lies in the set that its row and number
// lead to, until it is answered or too old. A full set forgets nothing that is young: then the new question is not timed.
//
// 1. A question is the local end's, its answer the other end's; the other way round it would be our own time to think.
// 2. Where a question lies depends on the row's number and its own, not on the seed: a replay times what it timed before.
// 3. Times are those of the packets. An answer that comes before its question, or too late, says nothing.
#include "shard.h"

#include <errno.h>

#define WAYS 4
#define SETS 1024 // of all shards; 4,096 questions
#define MAX_AGE (10 * RN_SEC)
#define MAX_AGE_QUIC (30 * RN_SEC)

struct flow_question {
    uint64_t what; // 0: free
    rn_time at;
};

static uint32_t sets_of(uint32_t shards)
{
    return SETS / shards;
}

int flow_exchange_init(struct flow_shard *s, uint32_t shards, struct rn_err *err)
{
    s->question_sets = sets_of(shards);
    s->question = rn_pages_map((size_t)s->question_sets * WAYS * sizeof *s->question);
    return s->question ? 0 : rn_err_set(err, -ENOMEM, "No memory for pending questions");
}

void flow_exchange_done(struct flow_shard *s)
{
    rn_pages_unmap(s->question, (size_t)s->question_sets * WAYS * sizeof *s->question);
}

// The finalizer of MurmurHash3, by Austin Appleby (public domain): every bit depends on every bit.
static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static uint64_t name_of(const struct rn_conn *conn, const struct rn_dpi_exchange *e)
{
    uint64_t what = mix(mix(conn->id * RN_EXCHANGE_COUNT + e->kind) ^ e->number);
    return what ? what : 1;
}

static rn_dur max_age(enum rn_exchange kind)
{
    return kind == RN_EXCHANGE_QUIC ? MAX_AGE_QUIC : MAX_AGE;
}

static bool is_old(const struct flow_question *q, rn_time now)
{
    rn_dur age = rn_time_since(now, q->at);
    return q->what == 0 || age > MAX_AGE_QUIC || age < -MAX_AGE_QUIC;
}

static void ask(struct flow_question set[WAYS], uint64_t what, rn_time now)
{
    struct flow_question *place = NULL;
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].what == what) { // asked again: the clock starts anew
            place = &set[i];
            break;
        }
        if (!place && is_old(&set[i], now))
            place = &set[i];
    }
    if (place)
        *place = (struct flow_question){what, now};
}

static bool answer(struct flow_question set[WAYS], uint64_t what, rn_time now, rn_dur limit,
                   rn_dur *out)
{
    for (unsigned i = 0; i < WAYS; i++) {
        if (set[i].what != what)
            continue;
        *out = rn_time_since(now, set[i].at);
        set[i].what = 0;
        return *out >= 0 && *out <= limit;
    }
    return false;
}

static bool echo_of(const struct rn_packet *p, struct rn_dpi_exchange *out)
{
    bool v6 = p->key.proto == RN_PROTO_ICMPV6;
    *out = (struct rn_dpi_exchange){.kind = RN_EXCHANGE_ECHO,
                                    .number = (uint64_t)p->icmp.id << 16 | p->icmp.seq,
                                    .role = p->icmp.type == (v6 ? 128 : 8) ? RN_DPI_ASKS
                                                                           : RN_DPI_ANSWERS};
    return p->icmp.echo;
}

static bool exchange_of(const struct flow_shard *s, const struct rn_packet *p,
                        struct rn_dpi_exchange *out)
{
    if (p->flags & RN_PACKET_LATER_FRAGMENT)
        return false;
    if (p->key.proto == RN_PROTO_ICMP || p->key.proto == RN_PROTO_ICMPV6)
        return echo_of(p, out);
    return s->looks_inside && p->key.proto == RN_PROTO_UDP &&
           rn_dpi_exchange(p->key.port[p->from], p->key.port[1 - p->from], p->payload, out);
}

void flow_exchange(struct flow_shard *s, uint32_t row, const struct rn_packet *p)
{
    struct rn_conn *conn = flow_row(s, row);
    struct rn_dpi_exchange e;
    if (!exchange_of(s, p, &e))
        return;
    bool ours = p->from == conn->local, alone = rn_ip_equal(&conn->key.ip[0], &conn->key.ip[1]) &&
                                                conn->key.port[0] == conn->key.port[1];
    uint64_t what = name_of(conn, &e);
    struct flow_question *set = &s->question[what % s->question_sets * WAYS];
    if (e.role != RN_DPI_ANSWERS && ours) {
        ask(set, what, p->time);
    } else if (e.role != RN_DPI_ASKS &&
               (!ours || alone)) { // an end that talks to itself has one side
        rn_dur rtt;
        bool kept = conn->rtt_known && e.kind == RN_EXCHANGE_QUIC;
        if (!answer(set, what, p->time, max_age(e.kind), &rtt) || kept)
            return;
        conn->timed.rtt = rtt;
        conn->timed.exchange = (uint8_t)e.kind;
        conn->rtt_known = true;
    }
}
