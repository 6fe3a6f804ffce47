// SPDX-License-Identifier: Apache-2.0
// The first payload packet of a row, protocol by protocol: one case per row of the table of inspection.
//
//   goldens     captures of real programs: of each flow its first payload packet, and what the flow turned out to speak
//   seeds       of the fuzzers, for rows that no capture has
//   measured    rn_dpi_packet on a row that is new, with the memory of rows, as the table of connections calls it
//
// A payload belongs to a row of the table if that row is the one that claims it. Where no first payload does (a protocol
// that several packets prove), it is one of a flow that came to speak the protocol, and that the row asks more of.
#include "bench.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "rustnet/dpi.h"
#include "rustnet/flow.h"
#include "rustnet/wire.h"

#define ROUNDS 20000
#define FLOWS_MAX 1024
#define NAME_BYTES 40

static const struct rn_hash_key seed = {1, 2};

// The first payload packet of a flow, or of a seed.
struct first {
    struct rn_key key;
    struct rn_dpi_input in;
    enum rn_app app; // of the flow in the end; RN_APP_NONE: of a seed
    const char *file;
};

static struct first firsts[FLOWS_MAX];
static unsigned first_count;

struct subject {
    char name[NAME_BYTES];
    const struct rn_dpi_proto *row;
    const struct first *first; // NULL: neither golden nor seed
    bool proved;               // by that one payload
    double most_ns;            // 0: nobody has set a limit
};

static struct subject subjects[BENCH_PROTOCOLS_MAX];
static unsigned subject_count;

// Limits for what is met most.
static double limit_of(const struct rn_dpi_proto *row)
{
    bool tcp = row->proto == RN_PROTO_TCP;
    if (row->app == RN_APP_QUIC)
        return 6000;
    if (row->app == RN_APP_DNS)
        return 400;
    return tcp && (row->app == RN_APP_TLS || row->app == RN_APP_HTTPS) ? 2000 : 0;
}

// "first-udp-NetBIOS", the second of that name "first-udp-NetBIOS-2".
static void name_subject(struct subject *s, const struct rn_dpi_proto *row)
{
    unsigned nth = 1;
    for (unsigned i = 0; i < subject_count; i++)
        nth +=
            subjects[i].row->proto == row->proto && strcmp(subjects[i].row->name, row->name) == 0;
    int len = snprintf(s->name, sizeof s->name, "first-%s-%s",
                       row->proto == RN_PROTO_TCP ? "tcp" : "udp", row->name);
    if (nth > 1 && len > 0)
        (void)snprintf(s->name + len, sizeof s->name - (size_t)len, "-%u", nth);
    for (char *c = s->name; *c; c++)
        if (*c == ' ')
            *c = '-';
}

static void list_subjects(void)
{
    const struct rn_dpi_proto *const *row = rn_dpi_table();
    for (; subject_count < BENCH_PROTOCOLS_MAX && *row; row++) {
        struct subject *s = &subjects[subject_count];
        *s = (struct subject){.row = *row, .most_ns = limit_of(*row)};
        name_subject(s, *row);
        subject_count++;
    }
}

const char *bench_protocol_name(unsigned n)
{
    if (!subject_count)
        list_subjects();
    return n < subject_count ? subjects[n].name : NULL;
}

// First payloads of captures.

static struct first *find_first(const struct rn_key *key, unsigned since)
{
    for (unsigned i = since; i < first_count; i++)
        if (rn_key_equal(&firsts[i].key, key))
            return &firsts[i];
    return NULL;
}

static void note_first(const struct rn_packet *p, unsigned since, const char *file)
{
    if (!p->payload.len || (p->key.proto != RN_PROTO_TCP && p->key.proto != RN_PROTO_UDP) ||
        p->flags & RN_PACKET_LATER_FRAGMENT || find_first(&p->key, since) ||
        first_count == FLOWS_MAX)
        return;
    firsts[first_count++] = (struct first){
        .key = p->key,
        .file = file,
        .in = {.payload = p->payload,
               .proto = p->key.proto,
               .src_port = p->key.port[p->from],
               .dst_port = p->key.port[1 - p->from],
               .from = p->from,
               .from_initiator = true,
               .start = true,
               .has_base = p->key.proto == RN_PROTO_TCP,
               .base = p->tcp.seq,
               .seq = p->tcp.seq,
               .missing = p->payload_bytes > p->payload.len
                              ? p->payload_bytes - (uint32_t)p->payload.len
                              : 0},
    };
}

static void note_apps(struct rn_flow_events *events, unsigned since)
{
    for (unsigned i = 0; i < events->count; i++) {
        const struct rn_conn *conn = &events->event[i].conn;
        struct first *f = find_first(&conn->key, since);
        if (f && f->app == RN_APP_NONE && events->event[i].kind == RN_EVENT_CLOSED)
            f->app = (enum rn_app)conn->app;
    }
    events->count = 0;
}

// The frames stay mapped: payloads lie in them.
static bool take_capture(const char *path, struct rn_dpi_ctx *dpi)
{
    static struct rn_flow_events events;
    struct bench_trace trace;
    struct rn_flow_cfg cfg = {
        .max_connections = 4 * FLOWS_MAX, .shards = 1, .dpi = true, .seed = seed};
    struct rn_flow *flow = rn_flow_new(&cfg, NULL);
    unsigned since = first_count;
    bool ok = flow && bench_trace_open(&trace, path);
    for (uint32_t i = 0; ok && i < trace.list[BENCH_WHOLE].count; i++) {
        struct rn_packet packet;
        if (rn_wire_decode(trace.link, &trace.list[BENCH_WHOLE].frame[i], &packet))
            continue;
        packet.hash = rn_key_hash(seed, &packet.key);
        note_first(&packet, since, path);
        rn_flow_ingest(flow, &packet, 1, dpi, &events);
        note_apps(&events, since);
    }
    for (bool more = ok; more; note_apps(&events, since))
        more = rn_flow_drain(flow, 0, RN_TIME_MAX, &events);
    rn_flow_free(flow);
    return ok;
}

// First payloads of seeds (tests/fuzz/fuzz_tcp.c, fuzz_udp.c): two bytes, a length of two, the payload.

static uint8_t seed_bytes[64][4096];

static bool take_seed(const char *path, uint16_t proto)
{
    static unsigned used;
    uint8_t *bytes = seed_bytes[used];
    FILE *f = used < sizeof seed_bytes / sizeof *seed_bytes ? fopen(path, "rb") : NULL;
    if (!f || first_count == FLOWS_MAX)
        return false;
    size_t len = fread(bytes, 1, sizeof *seed_bytes, f);
    (void)fclose(f);
    struct rn_reader r = rn_reader_of(rn_bytes_of(bytes, len));
    rn_skip(&r, 2);
    size_t n = rn_take_be16(&r);
    struct rn_bytes payload = rn_take_bytes(&r, n < rn_reader_left(&r) ? n : rn_reader_left(&r));
    if (r.bad || !payload.len)
        return false;
    used++;
    firsts[first_count++] = (struct first){.file = path,
                                           .in = {.payload = payload,
                                                  .proto = proto,
                                                  .src_port = 50000,
                                                  .from_initiator = true,
                                                  .start = true,
                                                  .has_base = proto == RN_PROTO_TCP}};
    return true;
}

// Which row a first payload belongs to.

static bool gate_is_open(const struct rn_dpi_proto *row, const struct rn_dpi_input *in)
{
    if (!row->port_gated)
        return true;
    for (unsigned i = 0; i < 4 && row->ports[i]; i++)
        if (row->ports[i] == in->src_port || row->ports[i] == in->dst_port)
            return true;
    return false;
}

// The row's own word about a payload all by itself.
static enum rn_verdict ask_row(struct rn_dpi_ctx *dpi, const struct rn_dpi_proto *row,
                               const struct rn_dpi_input *in)
{
    struct rn_facts facts;
    enum rn_app app = row->app;
    enum rn_dpi_more more = RN_DPI_OPEN;
    rn_facts_clear(&facts);
    if (row->proto != in->proto || !gate_is_open(row, in) || !row->probe(in))
        return RN_NO;
    return row->parse(dpi, in, &facts, &app, &more);
}

static bool claims(struct rn_dpi_ctx *dpi, const struct rn_dpi_proto *row,
                   const struct rn_dpi_input *in)
{
    struct rn_facts facts;
    enum rn_app app = RN_APP_NONE;
    enum rn_dpi_more more;
    rn_facts_clear(&facts);
    if (rn_dpi_inspect(dpi, in, 0, &facts, &app, &more) != RN_YES)
        return false;
    const struct rn_dpi_proto *const *before = rn_dpi_table();
    while (*before != row && ask_row(dpi, *before, in) != RN_YES)
        before++;
    return *before == row && ask_row(dpi, row, in) == RN_YES;
}

// A file that is called after the row, as far as its name goes.
static bool is_named(const char *path, const char *name)
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    size_t i = 0;
    while (name[i] && tolower((unsigned char)name[i]) == tolower((unsigned char)base[i]))
        i++;
    return !name[i];
}

static void try_first(struct rn_dpi_ctx *dpi, struct subject *s, const struct first *f)
{
    struct rn_dpi_input in = f->in;
    if (s->proved || in.proto != s->row->proto)
        return;
    bool is_seed = f->app == RN_APP_NONE;
    if (is_seed && in.dst_port == 0)
        in.dst_port = s->row->ports[0];
    bool proved = claims(dpi, s->row, &in);
    bool hoped = !s->first && (is_seed ? is_named(f->file, s->row->name) : f->app == s->row->app) &&
                 gate_is_open(s->row, &in) && s->row->probe(&in);
    if (!proved && !hoped)
        return;
    s->first = f;
    s->proved = proved;
}

static void choose(struct rn_dpi_ctx *dpi, unsigned from)
{
    for (unsigned n = 0; n < subject_count; n++)
        for (unsigned i = from; i < first_count; i++)
            try_first(dpi, &subjects[n], &firsts[i]);
}

static bool for_each(const char *folder, const char *pattern, struct rn_dpi_ctx *dpi,
                     uint16_t seeds_of)
{
    static glob_t found[3]; // paths are kept
    static unsigned used;
    char whole[1024];
    glob_t *g = &found[used++ % 3];
    (void)snprintf(whole, sizeof whole, "%s/%s", folder, pattern);
    if (glob(whole, 0, NULL, g) != 0) {
        (void)fprintf(stderr, "%s: nothing there\n", whole);
        return false;
    }
    for (size_t i = 0; i < g->gl_pathc; i++)
        if (!(seeds_of ? take_seed(g->gl_pathv[i], seeds_of) : take_capture(g->gl_pathv[i], dpi)))
            return false;
    return true;
}

bool bench_protocols_open(const struct bench_options *o)
{
    struct rn_dpi_ctx *dpi = rn_dpi_ctx_new(NULL);
    bool ok = dpi && bench_protocol_name(0) && for_each(o->tests, "golden/*/*.pcap", dpi, 0);
    if (ok)
        choose(dpi, 0);
    unsigned seeds = first_count;
    ok = ok && for_each(o->tests, "fuzz/seeds/tcp/*", dpi, RN_PROTO_TCP) &&
         for_each(o->tests, "fuzz/seeds/udp/*", dpi, RN_PROTO_UDP);
    if (ok)
        choose(dpi, seeds);
    rn_dpi_ctx_free(dpi);
    return ok;
}

// Measured.

struct firsts_run {
    struct rn_dpi_ctx *dpi;
    struct rn_dpi_memory memory;
    struct rn_dpi_input in;
    uint32_t rounds, proved;
};

static void inspect_firsts(void *ctx)
{
    struct firsts_run *run = ctx;
    for (uint32_t n = 0; n < run->rounds; n++) {
        struct rn_dpi_row row;
        row.app = RN_APP_NONE;
        row.seen[0] = row.seen[1] = 0;
        row.settled = false;
        row.note = RN_DPI_NO_NOTE;
        row.client = RN_DPI_NO_CLIENT;
        row.life = (struct rn_dpi_life){0};
        rn_facts_clear(&row.facts);
        run->proved += rn_dpi_packet(run->dpi, &run->memory, &run->in, &row) == RN_YES;
        bench_keep(&row);
        rn_dpi_forget(&run->memory, row.note);
    }
}

bool bench_protocol_run(unsigned n, struct bench_sample *out)
{
    const struct subject *s = &subjects[n];
    *out = (struct bench_sample){.items = 0};
    if (!s->first)
        return true;
    struct firsts_run run = {.dpi = rn_dpi_ctx_new(NULL), .in = s->first->in, .rounds = 100};
    if (!run.in.dst_port)
        run.in.dst_port = s->row->ports[0];
    if (!run.dpi || rn_dpi_memory_init(&run.memory, 4, 4, NULL)) {
        rn_dpi_ctx_free(run.dpi);
        return false;
    }
    inspect_firsts(&run); // warms up
    run.rounds = ROUNDS;
    run.proved = 0;
    uint64_t before = rn_dpi_parse_calls(run.dpi);
    bench_measured(inspect_firsts, &run, ROUNDS, out);
    out->parses = (double)(rn_dpi_parse_calls(run.dpi) - before) / ROUNDS;
    rn_dpi_memory_done(&run.memory);
    rn_dpi_ctx_free(run.dpi);
    if (s->proved && run.proved != ROUNDS)
        (void)fprintf(stderr, "%s: %u of %u were proved\n", s->name, run.proved, ROUNDS);
    return !s->proved || run.proved == ROUNDS;
}

bool bench_protocol_print(unsigned n, const struct bench_summary *sum, double parses)
{
    const struct subject *s = &subjects[n];
    if (!s->first) {
        (void)printf("%-24s %9s\n", s->name, "-");
        return true;
    }
    const char *file = strstr(s->first->file, "golden/");
    file = file ? file : strstr(s->first->file, "seeds/");
    bool missed = s->most_ns > 0 && sum->median > s->most_ns;
    bench_print_figures(s->name, ROUNDS, sum);
    (void)printf("  %4zu bytes, %.0f parses, %s%s", s->first->in.payload.len, parses,
                 s->proved ? "" : "not proved yet, ", file ? file : s->first->file);
    if (s->most_ns > 0)
        (void)printf(", at most %.0f%s", s->most_ns, missed ? " (MISSED)" : "");
    (void)printf("\n");
    return !missed;
}
