// SPDX-License-Identifier: Apache-2.0
// What an event says: the members of a line, in alphabetical order on every level, those that are not known left out.
//
// "source" is the local end of a row and "destination" the remote one, whichever way a packet went. A line of
// new_connection holds what is known by then; counters and durations belong to connection_closed. A field, once there,
// keeps its name, type and unit: scripts of users read them.
#include "event.h"

#include "rustnet/dpi.h"

#include "json.h"

#define SERVICE_MAX 64

static char *put_query(char *p, struct rn_bytes query)
{
    char name[RN_DNS_TYPE_SIZE];
    uint16_t type = 0;
    if (query.len >= sizeof(type)) {
        memcpy(&type, query.p, sizeof(type));
        query = rn_bytes_of(query.p + sizeof(type), query.len - sizeof(type));
    }
    p = EXPORT_PUT(p, "{\"name\":");
    p = export_text(p, query);
    p = EXPORT_KEY(p, "type");
    p = export_cstr(p, rn_dns_type_name(type, name));
    p[-1] = '}';
    *p++ = ',';
    return p;
}

static char *put_fact(char *p, const struct rn_facts *facts, const struct rn_fact_item *item)
{
    uint32_t number = 0;
    switch (rn_fact_info(item->fact)->kind) {
    case RN_FACT_TEXT:
    case RN_FACT_LIST:
        return export_text(p, item->value);
    case RN_FACT_NUMBER:
        rn_facts_number(facts, item->fact, &number);
        return export_number(p, number);
    case RN_FACT_FLAG:
        return EXPORT_PUT(p, "true,");
    case RN_FACT_DNS_QUERY:
        return put_query(p, item->value);
    }
    return p;
}

static bool is_list(enum rn_fact fact)
{
    enum rn_fact_kind kind = rn_fact_info(fact)->kind;
    return kind == RN_FACT_LIST || kind == RN_FACT_DNS_QUERY;
}

// How long the server of DNS took to answer.
static bool answer_timed(const struct rn_conn *conn)
{
    return conn->app == RN_APP_DNS && conn->key.proto == RN_PROTO_UDP && conn->rtt_known &&
           conn->timed.exchange == RN_EXCHANGE_DNS && conn->timed.rtt >= 0;
}

// The facts come ordered by key, the items of a list one after the other. What inspection did not tell stands elsewhere.
static char *put_app(char *p, const struct rn_conn *conn, const struct rn_facts *facts)
{
    struct rn_fact_item item;
    enum rn_fact last = RN_FACT_NONE;
    char *array = NULL, *begin = p;
    p = EXPORT_KEY(p, "app");
    char *open = p;
    *p++ = '{';
    for (unsigned pos = 0; rn_facts_next(facts, &pos, &item); last = item.fact) {
        if (item.fact == RN_FACT_DNS_NAME)
            continue;
        if (item.fact != last) {
            if (array)
                p = export_end(p, array, ']');
            p = export_cstr(p, rn_fact_info(item.fact)->json);
            p[-1] = ':';
            array = is_list(item.fact) ? p : NULL;
            if (array)
                *p++ = '[';
        }
        p = put_fact(p, facts, &item);
    }
    if (array)
        p = export_end(p, array, ']');
    if (answer_timed(conn)) { // behind all other keys of DNS
        p = EXPORT_KEY(p, "rtt_ms");
        p = export_fixed(p, (uint64_t)conn->timed.rtt, 6);
    }
    return p == open + 1 ? begin : export_end(p, open, '}');
}

static char *put_ip(char *p, const struct rn_ip *ip)
{
    *p++ = '"';
    p += rn_ip_text(ip, p);
    return EXPORT_PUT(p, "\",");
}

static const char *kind_name(enum rn_addr_kind kind)
{
    return kind == RN_ADDR_BROADCAST ? "broadcast" : "multicast";
}

static char *put_neighbour(char *p, const struct rn_jsonl_cfg *cfg, const struct rn_ip *ip)
{
    uint8_t mac[RN_MAC_BYTES];
    char text[RN_MAC_TEXT_SIZE];
    if (!cfg->neighbour || !cfg->neighbour(cfg->neighbour_ctx, ip, mac))
        return p;
    size_t len = rn_mac_text(mac, text);
    p = EXPORT_KEY(p, "destination_mac");
    return export_text(p, rn_bytes_of(text, len));
}

static char *put_destination(char *p, const struct export_ctx *ctx,
                             const struct rn_conn_event *event)
{
    const struct rn_conn *conn = &event->conn;
    unsigned end = rn_conn_remote(conn);
    const struct rn_ip *ip = &conn->key.ip[end];
    enum rn_addr_kind kind = rn_local_kind(&ctx->local, ip);
    if (kind != RN_ADDR_UNICAST) {
        p = EXPORT_KEY(p, "destination_addr_kind");
        p = export_cstr(p, kind_name(kind));
    }
    p = EXPORT_KEY(p, "destination_ip");
    p = put_ip(p, ip);
    if (kind == RN_ADDR_UNICAST && rn_local_is_gateway(&ctx->local, ip))
        p = EXPORT_PUT(p, "\"destination_is_gateway\":true,");
    if (kind == RN_ADDR_UNICAST && event->kind == RN_EVENT_CLOSED)
        p = put_neighbour(p, &ctx->cfg, ip);
    p = EXPORT_KEY(p, "destination_port");
    return export_number(p, conn->key.port[end]);
}

static char *put_source(char *p, const struct export_ctx *ctx, const struct rn_conn *conn)
{
    const struct rn_ip *ip = &conn->key.ip[conn->local];
    enum rn_addr_kind kind = rn_local_kind(&ctx->local, ip);
    if (kind != RN_ADDR_UNICAST) {
        p = EXPORT_KEY(p, "source_addr_kind");
        p = export_cstr(p, kind_name(kind));
    }
    p = EXPORT_KEY(p, "source_ip");
    p = put_ip(p, ip);
    p = EXPORT_KEY(p, "source_port");
    return export_number(p, conn->key.port[conn->local]);
}

// Which way it was opened, where that is proved and one end is this machine.
static char *put_direction(char *p, const struct rn_conn *conn)
{
    const unsigned proved = RN_CONN_INITIATOR_PROVED | RN_CONN_LOCAL_KNOWN;
    if ((conn->flags & proved) != proved)
        return p;
    return conn->initiator == conn->local ? EXPORT_PUT(p, "\"direction\":\"outgoing\",")
                                          : EXPORT_PUT(p, "\"direction\":\"incoming\",");
}

// The name under which this host asked for the address: a guess, as one address has many names, and marked as one.
static char *put_name(char *p, const struct rn_facts *facts)
{
    struct rn_bytes name = rn_facts_find(facts, RN_FACT_DNS_NAME, 0);
    if (name.len == 0)
        return p;
    p = EXPORT_KEY(p, "dns_name");
    p = export_text(p, name);
    return EXPORT_PUT(p, "\"dns_name_inferred\":true,");
}

static char *put_dpi(char *p, enum rn_app app, const struct rn_facts *facts)
{
    if (app == RN_APP_NONE)
        return p;
    struct rn_bytes domain = rn_dpi_hostname(app, facts);
    if (domain.len > 0) {
        p = EXPORT_KEY(p, "dpi_domain");
        p = export_text(p, domain);
    }
    p = EXPORT_KEY(p, "dpi_protocol");
    p = export_cstr(p, rn_dpi_name(app));
    struct rn_text256 text;
    rn_dpi_text(app, facts, &text);
    p = EXPORT_KEY(p, "dpi_text");
    return export_text(p, rn_bytes_of(text.s, text.len));
}

static char *put_duration(char *p, rn_dur duration)
{
    uint64_t ms = duration > 0 ? (uint64_t)(duration / RN_MSEC) : 0;
    p = EXPORT_KEY(p, "duration_ms");
    p = export_number(p, ms);
    p = EXPORT_KEY(p, "duration_secs");
    return export_number(p, ms / 1000);
}

// A pair of counters, by end: received is what the remote end sent.
#define PUT_COUNTERS(p, name, counter, conn)                       \
    do {                                                           \
        (p) = EXPORT_KEY((p), name "_received");                   \
        (p) = export_number((p), (counter)[rn_conn_remote(conn)]); \
        (p) = EXPORT_KEY((p), name "_sent");                       \
        (p) = export_number((p), (counter)[(conn)->local]);        \
    } while (0)

static char *put_owner(char *p, const struct export_ctx *ctx, const struct rn_conn *conn)
{
    if (conn->pid != 0) {
        p = EXPORT_KEY(p, "pid");
        p = export_number(p, conn->pid);
    }
    if (conn->process_name != 0 && ctx->cfg.names) {
        p = EXPORT_KEY(p, "process_name");
        p = export_cstr(p, rn_intern_get(ctx->cfg.names, conn->process_name));
    }
    if (conn->match == RN_MATCH_PROCFS_EXACT) {
        p = EXPORT_KEY(p, "process_uid");
        p = export_number(p, conn->uid);
    }
    return p;
}

static char *put_service(char *p, const struct export_ctx *ctx, const struct rn_conn *conn)
{
    uint16_t proto = conn->key.proto;
    if (!ctx->cfg.service || (proto != RN_PROTO_TCP && proto != RN_PROTO_UDP))
        return p;
    const char *name =
        ctx->cfg.service(proto, conn->key.port[rn_conn_remote(conn)], conn->key.port[conn->local]);
    if (!name)
        return p;
    p = EXPORT_KEY(p, "service_name");
    size_t len = strlen(name);
    return export_text(p, rn_bytes_of(name, len < SERVICE_MAX ? len : SERVICE_MAX));
}

static char *put_state(char *p, const struct rn_conn_event *event)
{
    struct rn_text64 text;
    rn_conn_state_text(&event->conn, &event->facts, event->time, &text);
    p = EXPORT_KEY(p, "state");
    return export_text(p, rn_bytes_of(text.s, text.len));
}

static bool initial_rtt_known(const struct rn_conn *conn)
{
    return conn->key.proto == RN_PROTO_TCP && conn->rtt_known && conn->tcp.initial_rtt >= 0;
}

// The smaller of what the ends announced: what a segment can hold, either way. 0: neither told.
static unsigned effective_mss(const struct rn_conn *conn)
{
    unsigned a = conn->tcp.mss[0], b = conn->tcp.mss[1];
    return a == 0 || (b != 0 && b < a) ? b : a;
}

// The shift of the remote end's windows is in force unless our own SYN was seen without one (RFC 7323, 2.2).
static bool scale_in_force(const struct rn_conn *conn)
{
    unsigned local = conn->tcp.saw[conn->local], remote = conn->tcp.saw[rn_conn_remote(conn)];
    bool own_syn = local & (RN_TCP_SAW_SYN | RN_TCP_SAW_SYN_ACK);
    return (remote & RN_TCP_SCALE_KNOWN) && (!own_syn || (local & RN_TCP_SCALE_KNOWN));
}

// A counter that belongs to connection_closed.
#define PUT_MARKS(p, name, report, mark)                      \
    do {                                                      \
        (p) = EXPORT_KEY((p), name);                          \
        (p) = export_number((p), (report)->counts.n[(mark)]); \
    } while (0)

// In the order of the keys, two and two around those that are known from the handshake.
static char *put_marks_before(char *p, const struct rn_tcp_report *tcp)
{
    PUT_MARKS(p, "duplicate_acks", tcp, RN_TCP_MARK_DUPLICATE_ACK);
    PUT_MARKS(p, "fast_retransmits", tcp, RN_TCP_MARK_FAST);
    return p;
}

static char *put_tcp(char *p, const struct rn_conn_event *event)
{
    const struct rn_conn *conn = &event->conn;
    const bool closed = event->kind == RN_EVENT_CLOSED;
    if (conn->key.proto != RN_PROTO_TCP)
        return p;
    char *begin = p;
    p = EXPORT_KEY(p, "tcp");
    char *open = p;
    *p++ = '{';
    if (closed)
        p = put_marks_before(p, &event->tcp);
    if (initial_rtt_known(conn)) {
        p = EXPORT_KEY(p, "initial_rtt_ms");
        p = export_fixed(p, (uint64_t)conn->tcp.initial_rtt, 6);
    }
    if (closed)
        PUT_MARKS(p, "keep_alives", &event->tcp, RN_TCP_MARK_KEEP_ALIVE);
    unsigned mss = effective_mss(conn);
    if (mss != 0) {
        p = EXPORT_KEY(p, "mss");
        p = export_number(p, mss);
    }
    if (closed) {
        PUT_MARKS(p, "out_of_order", &event->tcp, RN_TCP_MARK_OUT_OF_ORDER);
        PUT_MARKS(p, "retransmits", &event->tcp, RN_TCP_MARK_RETRANSMIT);
    }
    rn_dur rtt;
    if (rn_conn_rtt(conn, &event->tcp, &rtt)) {
        p = EXPORT_KEY(p, "rtt_ms");
        p = export_fixed(p, (uint64_t)rtt, 6);
    }
    if (scale_in_force(conn)) {
        p = EXPORT_KEY(p, "window_scale");
        p = export_number(p, conn->tcp.window_scale[rn_conn_remote(conn)]);
    }
    if (closed)
        PUT_MARKS(p, "zero_windows", &event->tcp, RN_TCP_MARK_ZERO_WINDOW);
    return p == open + 1 ? begin : export_end(p, open, '}');
}

static char *put_vlan(char *p, const struct rn_conn *conn)
{
    if (conn->vlan_count == 0)
        return p;
    p = EXPORT_KEY(p, "vlan");
    char *open = p;
    *p++ = '[';
    for (unsigned i = 0; i < conn->vlan_count && i < RN_VLAN_MAX; i++)
        p = export_number(p, conn->vlan[i]);
    return export_end(p, open, ']');
}

static char *put_protocol(char *p, uint16_t proto)
{
    char name[8];
    p = EXPORT_KEY(p, "protocol");
    return export_cstr(p, rn_proto_name(proto, name));
}

char *export_event(char *p, const struct export_ctx *ctx, const struct rn_conn_event *event)
{
    const struct rn_conn *conn = &event->conn;
    const struct rn_facts *facts = &event->facts;
    const bool closed = event->kind == RN_EVENT_CLOSED;
    char *open = p;
    *p++ = '{';
    if (conn->app != RN_APP_NONE && facts->len > 0)
        p = put_app(p, conn, facts);
    if (conn->match != RN_MATCH_NONE) {
        p = EXPORT_KEY(p, "attribution_match");
        p = export_cstr(p, rn_match_name((enum rn_match)conn->match));
    }
    if (closed)
        PUT_COUNTERS(p, "bytes", conn->bytes, conn);
    p = put_destination(p, ctx, event);
    p = put_direction(p, conn);
    p = put_name(p, facts);
    p = put_dpi(p, (enum rn_app)conn->app, facts);
    if (closed)
        p = put_duration(p, rn_time_since(event->time, conn->first_seen));
    p = closed ? EXPORT_PUT(p, "\"event\":\"connection_closed\",")
               : EXPORT_PUT(p, "\"event\":\"new_connection\",");
    p = EXPORT_KEY(p, "first_seen");
    p = export_time(p, conn->first_seen);
    if (closed)
        PUT_COUNTERS(p, "ip_bytes", conn->ip_bytes, conn);
    p = EXPORT_KEY(p, "last_seen");
    p = export_time(p, conn->last_seen);
    if (closed) {
        PUT_COUNTERS(p, "packets", conn->packets, conn);
        PUT_COUNTERS(p, "payload_bytes", conn->payload_bytes, conn);
    }
    p = put_owner(p, ctx, conn);
    p = put_protocol(p, conn->key.proto);
    if (closed) {
        p = EXPORT_KEY(p, "reason");
        p = export_cstr(p, rn_close_reason_name(event->reason));
    }
    rn_dur rtt;
    if (rn_conn_rtt(conn, &event->tcp, &rtt)) {
        p = EXPORT_KEY(p, "rtt_ms");
        p = export_fixed(p, ((uint64_t)rtt + 50000) / 100000, 1);
    }
    p = put_service(p, ctx, conn);
    p = put_source(p, ctx, conn);
    p = put_state(p, event);
    p = put_tcp(p, event);
    p = EXPORT_KEY(p, "timestamp");
    p = export_time(p, event->time);
    p = put_vlan(p, conn);
    p = export_end(p, open, '}');
    p[-1] = '\n';
    return p;
}

// Not in the order of the enum: keys are sorted.
static char *put_ignored(char *p, const struct rn_counts *counts)
{
    static const enum rn_ignore sorted[] = {
        RN_IGNORE_ARP,  RN_IGNORE_ETHERTYPE, RN_IGNORE_FRAGMENT, RN_IGNORE_IP,
        RN_IGNORE_LATE, RN_IGNORE_LINK,      RN_IGNORE_NESTING,  RN_IGNORE_TRANSPORT,
    };
    _Static_assert(sizeof(sorted) / sizeof(sorted[0]) == RN_IGNORE_COUNT - 1, "every reason");
    p = EXPORT_KEY(p, "ignored");
    char *open = p;
    *p++ = '{';
    for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++) {
        p = export_cstr(p, rn_ignore_name(sorted[i]));
        p[-1] = ':';
        p = export_number(p, counts->ignored[sorted[i]]);
    }
    return export_end(p, open, '}');
}

char *export_summary(char *p, const struct rn_counts *counts, rn_time now)
{
    p = EXPORT_PUT(p, "{\"bytes\":");
    p = export_number(p, counts->bytes);
    p = EXPORT_PUT(p, "\"dropped\":{\"kernel\":");
    p = export_number(p, counts->dropped_kernel);
    p = EXPORT_KEY(p, "ring");
    p = export_number(p, counts->dropped_ring);
    p = EXPORT_KEY(p, "table");
    p = export_number(p, counts->dropped_table);
    p[-1] = '}';
    p = EXPORT_PUT(p, ",\"event\":\"summary\",");
    p = put_ignored(p, counts);
    p = EXPORT_KEY(p, "packets");
    p = export_number(p, counts->packets);
    p = EXPORT_KEY(p, "parsed");
    p = export_number(p, counts->parsed);
    p = EXPORT_KEY(p, "rows_closed");
    p = export_number(p, counts->rows_closed);
    p = EXPORT_KEY(p, "rows_created");
    p = export_number(p, counts->rows_created);
    p = EXPORT_KEY(p, "rows_evicted");
    p = export_number(p, counts->rows_evicted);
    p = EXPORT_KEY(p, "timestamp");
    p = export_time(p, now);
    p[-1] = '}';
    *p++ = '\n';
    return p;
}
