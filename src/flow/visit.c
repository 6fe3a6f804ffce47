// SPDX-License-Identifier: Apache-2.0
// Visits that come from outside the packet path: owners are asked for and named, addresses change, idle rows are kept
// because their socket is still open, the table is cleared. Each lets a shard go after a stretch of rows, so that
// packets never wait for long.
//
// Who is asked for: rows of protocols with sockets that nobody owns, until they are GIVE_UP_AFTER old; where the
// addresses of this machine are known, none between strangers. A full table of rows without owner costs nothing: a walk
// over all rows of a shard that met nobody to ask for is remembered together with the number of rows made until it
// began, and not repeated before another row is made. The young are found without a walk: the shard knows where the
// last FLOW_RECENT rows were put.
//
//   made ──pending──> asked for ──patch──────> OWNER_FINAL, pid
//                         └──GIVE_UP_AFTER──> OWNER_FINAL, no pid
//
// 1. A row's owner is set once; another generation of the tuple is another row (id).
// 2. `asked` moves to `walk_made` only if every row was looked at since that walk began, by whichever caller.
// 3. A row becomes one to ask for when it is made, or when other addresses become ours, and then `asked` begins anew.
// 4. The young that more than FLOW_RECENT others have followed wait for the walk over all.
#include "shard.h"

#define YOUNG (10 * RN_SEC)
#define GIVE_UP_AFTER (30 * RN_SEC)
#define PREFETCH_ROWS 8
// Orientation compares both ends with up to RN_LOCAL_MAX addresses: as many rows as fit into 30 us.
#define ORIENT_STRETCH 8

// Only these have sockets that a system lists with both ends.
static bool wants_owner(const struct rn_conn *conn)
{
    return !(conn->flags & (RN_CONN_TOMBSTONE | RN_CONN_OWNER_FINAL)) &&
           (conn->key.proto == RN_PROTO_TCP || conn->key.proto == RN_PROTO_UDP);
}

static struct rn_pending pending_of(const struct rn_conn *conn)
{
    return (struct rn_pending){.key = conn->key,
                               .id = conn->id,
                               .local = conn->local,
                               .local_known = conn->flags & RN_CONN_LOCAL_KNOWN};
}

// Whether the row is to be asked for now. Those that are too old for it are given up, but not in passing (young).
static bool ask_for(struct rn_conn *conn, bool young, rn_time now)
{
    if (!wants_owner(conn))
        return false;
    rn_dur age = rn_time_since(now, conn->first_seen);
    if (young)
        return age <= YOUNG;
    if (age > GIVE_UP_AFTER)
        conn->flags |= RN_CONN_OWNER_FINAL;
    return age <= GIVE_UP_AFTER;
}

// Writes down that rows [from, to) have been looked at by one who leaves none out.
static void note_walk(struct flow_shard *s, uint32_t from, uint32_t to, bool met)
{
    if (from == 0) {
        s->walk_made = s->made;
        s->walk_met = false;
    } else if (from != s->walk_next) {
        return; // another walk has begun since
    }
    s->walk_next = to;
    s->walk_met |= met;
    if (to == s->rows.cap && !s->walk_met)
        s->asked = s->walk_made;
}

// Looks at up to RN_FLOW_STRETCH of the rows made last, the newest first; false: there are no more. The cursor counts
// them: rows made between two calls move it back, so that none is left out.
static bool walk_young(const struct flow_shard *s, uint64_t shards, uint32_t *cursor, rn_time now,
                       struct rn_pending out[RN_FLOW_STRETCH], unsigned *count)
{
    uint64_t recent = s->made < FLOW_RECENT ? s->made : FLOW_RECENT;
    if (s->asked == s->made || rn_time_since(now, s->youngest) > YOUNG)
        return false;
    for (uint32_t n = 0; n < RN_FLOW_STRETCH && *cursor < recent && *count < RN_FLOW_STRETCH; n++) {
        uint64_t number = s->made - (*cursor)++;
        struct rn_conn *conn = flow_row(s, s->recent[number % FLOW_RECENT]);
        if (conn->id == number * shards + s->number && ask_for(conn, true, now))
            out[(*count)++] = pending_of(conn);
    }
    return *cursor < recent;
}

// Looks at up to RN_FLOW_STRETCH rows; false: there are no more.
static bool walk(struct flow_shard *s, uint32_t *cursor, rn_time now,
                 struct rn_pending out[RN_FLOW_STRETCH], unsigned *count)
{
    if (s->asked == s->made)
        return false;
    unsigned before = *count;
    uint32_t from = *cursor, row = flow_used_from(s, from), end = s->rows.cap;
    for (unsigned n = 0; row < end && n < RN_FLOW_STRETCH && *count < RN_FLOW_STRETCH; n++) {
        if (end - row > PREFETCH_ROWS)
            __builtin_prefetch(flow_row(s, row + PREFETCH_ROWS));
        struct rn_conn *conn = flow_row(s, row);
        if (ask_for(conn, false, now))
            out[(*count)++] = pending_of(conn);
        row = flow_used_from(s, row + 1);
    }
    *cursor = row;
    note_walk(s, from, row, *count > before);
    return row < end;
}

// Goes on, a stretch per hold of the lock, until `out` is full or the shard has been walked.
unsigned rn_flow_pending(struct rn_flow *flow, unsigned shard, uint32_t *cursor, bool young,
                         rn_time now, struct rn_pending out[RN_FLOW_STRETCH])
{
    struct flow_shard *s = &flow->shard[shard];
    unsigned count = 0;
    for (bool more = true; more && count < RN_FLOW_STRETCH;) {
        flow_lock(s);
        more = young ? walk_young(s, flow->cfg.shards, cursor, now, out, &count)
                     : walk(s, cursor, now, out, &count);
        flow_unlock(s);
    }
    return count;
}

bool rn_flow_patch(struct rn_flow *flow, const struct rn_key *key, uint64_t id, uint32_t pid,
                   uint32_t uid, uint32_t name_id)
{
    uint64_t hash = rn_key_hash(flow->cfg.seed, key);
    struct flow_shard *s = &flow->shard[rn_flow_shard(flow, hash)];
    flow_lock(s);
    uint32_t row = flow_find(s, hash, key);
    struct rn_conn *conn = row == FLOW_NONE ? NULL : flow_row(s, row);
    bool fits = pid && conn && conn->id == id && !(conn->flags & RN_CONN_TOMBSTONE) && !conn->pid;
    if (fits) {
        conn->pid = pid;
        conn->uid = uid;
        conn->process_name = name_id;
        conn->match = RN_MATCH_PROCFS_EXACT;
        conn->flags |= RN_CONN_OWNER_FINAL;
    }
    flow_unlock(s);
    return fits;
}

// Addresses.

static bool same_nets(const struct rn_local_addrs *a, const struct rn_local_addrs *b)
{
    if (a->net_count != b->net_count)
        return false;
    for (unsigned i = 0; i < a->net_count; i++)
        if (!rn_ip_equal(&a->net[i].ip, &b->net[i].ip) || a->net[i].whole != b->net[i].whole ||
            a->net[i].prefix_len != b->net[i].prefix_len)
            return false;
    return true;
}

static void orient(struct flow_shard *s, uint32_t row)
{
    struct rn_conn *conn = flow_row(s, row);
    if (conn->flags & RN_CONN_TOMBSTONE)
        return;
    uint8_t before = conn->local;
    flow_orient(s, conn);
    if (conn->local == before || conn->key.proto != RN_PROTO_TCP)
        return;
    // The state of TCP is that of the local end, and so are the time-out and whether it is the last one.
    flow_turned(s, row);
}

static bool orient_stretch(struct flow_shard *s, uint32_t *row)
{
    *row = flow_used_from(s, *row);
    for (unsigned n = 0; n < ORIENT_STRETCH && *row < s->rows.cap; n++) {
        orient(s, *row);
        *row = flow_used_from(s, *row + 1);
    }
    return *row < s->rows.cap;
}

// Rows that were strangers' may have become ours.
static void ask_anew(struct flow_shard *s)
{
    s->asked = 0;
    s->walk_next = FLOW_NONE; // a walk that is under way concludes nothing
}

void rn_flow_set_local(struct rn_flow *flow, const struct rn_local_addrs *local)
{
    for (unsigned i = 0; i < flow->cfg.shards; i++) {
        struct flow_shard *s = &flow->shard[i];
        uint32_t row = 0;
        flow_lock(s);
        bool more = !same_nets(&s->local, local);
        s->local = *local;
        flow_unlock(s);
        while (more) {
            flow_lock(s);
            more = orient_stretch(s, &row);
            if (!more)
                ask_anew(s);
            flow_unlock(s);
        }
    }
}

bool rn_flow_take_ambiguous(struct rn_flow *flow)
{
    bool ambiguous = false;
    for (unsigned i = 0; i < flow->cfg.shards; i++) {
        struct flow_shard *s = &flow->shard[i];
        flow_lock(s);
        ambiguous |= s->ambiguous;
        s->ambiguous = false;
        flow_unlock(s);
    }
    return ambiguous;
}

// Sockets that may still be open.

unsigned rn_flow_doubtful(struct rn_flow *flow, unsigned shard,
                          struct rn_pending out[RN_FLOW_STRETCH])
{
    struct flow_shard *s = &flow->shard[shard];
    unsigned count = 0;
    flow_lock(s);
    for (uint32_t row = s->wheel[FLOW_DOUBT]; row != FLOW_NONE && count < RN_FLOW_STRETCH;
         row = flow_row(s, row)->wheel_next)
        out[count++] = pending_of(flow_row(s, row));
    flow_unlock(s);
    return count;
}

bool rn_flow_keep(struct rn_flow *flow, const struct rn_key *key, uint64_t id, rn_time now,
                  bool open)
{
    uint64_t hash = rn_key_hash(flow->cfg.seed, key);
    struct flow_shard *s = &flow->shard[rn_flow_shard(flow, hash)];
    flow_lock(s);
    uint32_t row = flow_find(s, hash, key);
    struct rn_conn *conn = row == FLOW_NONE ? NULL : flow_row(s, row);
    bool asked = conn && conn->id == id && conn->wheel_slot == FLOW_DOUBT;
    if (asked) {
        flow_unplan(s, row);
        if (open && now > conn->kept_at)
            conn->kept_at = now;
        if (open)
            flow_plan(s, row, rn_conn_deadline(conn, s->timeouts));
        else
            flow_push(s, row, FLOW_CONDEMNED);
    }
    flow_unlock(s);
    return asked;
}

// Clearing. The rows of a shard as they lie, and none that is made later on: those have a greater id.

static void forget(struct rn_flow *flow, struct flow_shard *s, uint32_t row, uint64_t last)
{
    struct rn_conn *conn = flow_row(s, row);
    if (!conn->id || conn->id > last)
        return;
    if (conn->flags & RN_CONN_TOMBSTONE)
        flow_drop(flow, s, row);
    else
        flow_close(flow, s, row, 0, RN_CLOSE_END, false, NULL);
}

static void clear_shard(struct rn_flow *flow, struct flow_shard *s)
{
    flow_lock(s);
    uint64_t last = s->made * flow->cfg.shards + s->number;
    flow_unlock(s);
    for (uint32_t row = 0, end = s->rows.cap; row < end;) { // cap never changes
        flow_lock(s);
        row = flow_used_from(s, row);
        for (unsigned n = 0; n < FLOW_REMOVALS && row < end; n++) {
            forget(flow, s, row, last);
            row = flow_used_from(s, row + 1);
        }
        flow_unlock(s);
    }
}

void rn_flow_clear(struct rn_flow *flow)
{
    for (unsigned i = 0; i < flow->cfg.shards; i++)
        clear_shard(flow, &flow->shard[i]);
    rn_flow_archive_clear(flow);
    if (flow->learned)
        flow_names_clear(flow->learned);
    if (flow->quic_ids)
        flow_quic_ids_clear(flow->quic_ids);
}
