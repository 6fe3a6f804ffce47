// SPDX-License-Identifier: Apache-2.0
// bench [--trace FILE] [--packets N] [--runs N] [--rows N] [--shards N] [--scale ROWS] [--tests FOLDER]
//       [--limits on|off] [--only NAME] [--list]
//
// What a packet costs on the way from its bytes to its row, case by case. Runs of the cases take turns, so that a slow
// minute of the machine hits all alike; printed are median and least. Exit status 1: the counts do not
// add up, or a limit on inspection is missed (not with --limits off). NAME is that of a case, or memory, scale,
// protocols (all first-...), settled (what inspection costs where it is over, and what it is compared with).
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS_MAX 99

static const struct bench_case cases[] = {
    // decode: the frame alone
    {.name = "decode-packed", .run = bench_path_run, .frames = BENCH_PACKED},
    {.name = "decode-whole", .run = bench_path_run, .frames = BENCH_WHOLE},
    // track: decode, hash and count into rows; "new" starts with an empty table, the others with a full one
    {.name = "track-new-packed",
     .run = bench_path_run,
     .frames = BENCH_PACKED,
     .table = BENCH_EMPTY},
    {.name = "track-new-whole", .run = bench_path_run, .frames = BENCH_WHOLE, .table = BENCH_EMPTY},
    {.name = "track-packed", .run = bench_path_run, .frames = BENCH_PACKED, .table = BENCH_FULL},
    {.name = "track-whole", .run = bench_path_run, .frames = BENCH_WHOLE, .table = BENCH_FULL},
    {.name = "track-steady", .run = bench_path_run, .frames = BENCH_STEADY, .table = BENCH_FULL},
    {.name = "track-settled", .run = bench_path_run, .frames = BENCH_SETTLED, .table = BENCH_FULL},
    // dpi: the same with inspection
    {.name = "dpi-new-whole",
     .against = "track-new-whole",
     .run = bench_path_run,
     .frames = BENCH_WHOLE,
     .table = BENCH_EMPTY,
     .dpi = true},
    {.name = "dpi-whole",
     .against = "track-whole",
     .run = bench_path_run,
     .frames = BENCH_WHOLE,
     .table = BENCH_FULL,
     .dpi = true},
    {.name = "dpi-steady",
     .against = "track-steady",
     .run = bench_path_run,
     .frames = BENCH_STEADY,
     .table = BENCH_FULL,
     .dpi = true},
    {.name = "dpi-settled",
     .against = "track-settled",
     .run = bench_path_run,
     .frames = BENCH_SETTLED,
     .table = BENCH_FULL,
     .dpi = true},
    // inspect: one first payload, without row and table
    {.name = "inspect-tls-client", .run = bench_payload_run, .payload = BENCH_TLS_CLIENT},
    {.name = "inspect-tls-server", .run = bench_payload_run, .payload = BENCH_TLS_SERVER},
    {.name = "inspect-dns-query", .run = bench_payload_run, .payload = BENCH_DNS_QUERY},
    {.name = "inspect-dns-response", .run = bench_payload_run, .payload = BENCH_DNS_RESPONSE},
    {.name = "inspect-http-request", .run = bench_payload_run, .payload = BENCH_HTTP_REQUEST},
    {.name = "inspect-http-response", .run = bench_payload_run, .payload = BENCH_HTTP_RESPONSE},
    // pipeline: rings and workers; wall time, and packets a second
    {.name = "pipeline-1", .run = bench_pipeline_run, .workers = 1},
    {.name = "pipeline-2", .run = bench_pipeline_run, .workers = 2},
    {.name = "pipeline-4", .run = bench_pipeline_run, .workers = 4},
    {.name = "pipeline-dpi-1", .run = bench_pipeline_run, .workers = 1, .dpi = true},
    {.name = "pipeline-dpi-2", .run = bench_pipeline_run, .workers = 2, .dpi = true},
    {.name = "pipeline-dpi-4", .run = bench_pipeline_run, .workers = 4, .dpi = true},
};
#define CASES (sizeof cases / sizeof *cases)

#define SETTLED_MOST_NS \
    5 // that a packet of a settled row may cost more than one without inspection

static struct bench_sample samples[CASES][RUNS_MAX];
static struct bench_sample firsts[BENCH_PROTOCOLS_MAX][RUNS_MAX];

static int compare_numbers(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static double median_of(double *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare_numbers);
    return values[count / 2];
}

static struct bench_summary sum_up(const struct bench_sample *sample, uint32_t runs)
{
    double ns[RUNS_MAX] = {0}, instructions[RUNS_MAX] = {0};
    for (uint32_t i = 0; i < runs; i++) {
        ns[i] = sample[i].ns;
        instructions[i] = sample[i].instructions;
    }
    double median = median_of(ns, runs);
    return (struct bench_summary){median, ns[0], median_of(instructions, runs)};
}

static bool chosen(const struct bench_options *o, const char *name)
{
    return !o->only || strcmp(o->only, name) == 0;
}

static bool is_settled_pair(const struct bench_case *c)
{
    return c->frames == BENCH_SETTLED && c->table == BENCH_FULL;
}

static bool case_chosen(const struct bench *bench, const struct bench_case *c)
{
    const struct bench_options *o = &bench->options;
    if (c->workers > o->shards) // not possible
        return false;
    return chosen(o, c->name) || (is_settled_pair(c) && chosen(o, "settled"));
}

static bool first_chosen(const struct bench_options *o, unsigned n)
{
    return chosen(o, bench_protocol_name(n)) || chosen(o, "protocols");
}

static bool run_round(const struct bench *bench, uint32_t i)
{
    for (size_t c = 0; c < CASES; c++)
        if (case_chosen(bench, &cases[c]) && !cases[c].run(bench, &cases[c], &samples[c][i]))
            return false;
    for (unsigned n = 0; bench_protocol_name(n); n++)
        if (first_chosen(&bench->options, n) && !bench_protocol_run(n, &firsts[n][i]))
            return false;
    return true;
}

static bool run_cases(const struct bench *bench)
{
    for (uint32_t i = 0; i < bench->options.runs; i++)
        if (!run_round(bench, i))
            return false;
    return true;
}

static size_t base_of(size_t c)
{
    size_t base = 0;
    while (base < CASES && (!cases[c].against || strcmp(cases[base].name, cases[c].against) != 0))
        base++;
    return base < CASES && samples[base][0].items ? base : CASES;
}

// Run by run, so that what slows both down costs nothing. True: its limit is kept, or it has none.
static bool print_difference(const struct bench *bench, size_t c)
{
    double by[RUNS_MAX];
    size_t base = base_of(c);
    if (base == CASES)
        return true;
    for (uint32_t i = 0; i < bench->options.runs; i++)
        by[i] = samples[c][i].ns - samples[base][i].ns;
    double more = median_of(by, bench->options.runs);
    bool limited = is_settled_pair(&cases[c]), missed = limited && more > SETTLED_MOST_NS;
    (void)printf("  %+.1f ns to %s, %.3f parses", more, cases[base].name, samples[c][0].parses);
    if (limited)
        (void)printf(", at most %d%s", SETTLED_MOST_NS, missed ? " (MISSED)" : "");
    return !missed;
}

void bench_print_figures(const char *name, uint32_t items, const struct bench_summary *sum)
{
    (void)printf("%-24s %9u %10.1f %10.1f", name, items, sum->median, sum->least);
    if (sum->instructions < 0)
        (void)printf(" %13s", "-");
    else
        (void)printf(" %13.0f", sum->instructions);
}

// False: a limit is missed.
static bool print_cases(const struct bench *bench)
{
    bool counted = true, kept = true;
    uint32_t runs = bench->options.runs;
    (void)printf("%-24s %9s %10s %10s %13s\n", "case", "items", "ns median", "ns least",
                 "instructions");
    for (size_t c = 0; c < CASES; c++) {
        if (!samples[c][0].items)
            continue;
        struct bench_summary s = sum_up(samples[c], runs);
        bench_print_figures(cases[c].name, samples[c][0].items, &s);
        counted &= s.instructions >= 0 || cases[c].workers;
        if (cases[c].workers)
            (void)printf("  %.2f million packets a second", 1000 / s.median);
        kept &= print_difference(bench, c);
        (void)printf("\n");
    }
    for (unsigned n = 0; bench_protocol_name(n); n++) {
        struct bench_summary s = sum_up(firsts[n], runs);
        if (first_chosen(&bench->options, n))
            kept &= bench_protocol_print(n, &s, firsts[n][0].parses);
        counted &= s.instructions >= 0;
    }
    if (!counted)
        (void)printf(
            "instructions: not counted by this machine; tests/bench/instructions.sh PROGRAM "
            "has callgrind count them\n");
    return kept;
}

static bool measure_memory(const struct bench *bench)
{
    for (int dpi = 0; dpi < 2; dpi++) {
        struct bench_memory m;
        if (!bench_path_memory(bench, dpi, &m))
            return false;
        if (m.per_row < 0)
            (void)printf("memory %-17s not known\n", dpi ? "with DPI" : "without DPI");
        else
            (void)printf("memory %-17s %.0f bytes a row (%u live rows); empty table %.0f KiB\n",
                         dpi ? "with DPI" : "without DPI", m.per_row, m.rows, m.empty / 1024);
    }
    return true;
}

static bool parse_number(const char *text, uint32_t least, uint32_t most, uint32_t *out)
{
    char *end;
    errno = 0;
    unsigned long v = strtoul(text, &end, 10);
    if (errno || *end || *text == '-' || v < least || v > most)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool parse_option(struct bench_options *o, const char *name, const char *value)
{
    if (strcmp(name, "--trace") == 0)
        o->trace = value;
    else if (strcmp(name, "--only") == 0)
        o->only = value;
    else if (strcmp(name, "--tests") == 0)
        o->tests = value;
    else if (strcmp(name, "--limits") == 0)
        o->limits = strcmp(value, "off") != 0;
    else if (strcmp(name, "--packets") == 0)
        return parse_number(value, 1000, 10000000, &o->packets);
    else if (strcmp(name, "--runs") == 0)
        return parse_number(value, 1, RUNS_MAX, &o->runs);
    else if (strcmp(name, "--rows") == 0)
        return parse_number(value, 1, 4000000, &o->rows);
    else if (strcmp(name, "--scale") == 0)
        return parse_number(value, 10000, 4000000, &o->scale);
    else if (strcmp(name, "--shards") == 0)
        return parse_number(value, 1, 64, &o->shards);
    else
        return false;
    return true;
}

static bool is_case(const char *name)
{
    for (size_t c = 0; c < CASES; c++)
        if (strcmp(cases[c].name, name) == 0)
            return true;
    for (unsigned n = 0; bench_protocol_name(n); n++)
        if (strcmp(bench_protocol_name(n), name) == 0)
            return true;
    return strcmp(name, "memory") == 0 || strcmp(name, "scale") == 0 ||
           strcmp(name, "protocols") == 0 || strcmp(name, "settled") == 0;
}

static int list_cases(void)
{
    for (size_t c = 0; c < CASES; c++)
        (void)printf("%s\n", cases[c].name);
    for (unsigned n = 0; bench_protocol_name(n); n++)
        (void)printf("%s\n", bench_protocol_name(n));
    (void)printf("memory\nscale\n");
    return 0;
}

static bool get_trace(struct bench *bench)
{
    const struct bench_options *o = &bench->options;
    bool ok = o->trace ? bench_trace_open(&bench->trace, o->trace)
                       : bench_trace_synth(&bench->trace, o->packets);
    return ok && bench_trace_derive(&bench->trace);
}

int main(int argc, char **argv)
{
    static struct bench bench = {.options = {.packets = 1000000,
                                             .runs = 5,
                                             .rows = 100000,
                                             .shards = 16,
                                             .scale = 1000000,
                                             .tests = RN_TESTS,
                                             .limits = true}};
    if (argc == 2 && strcmp(argv[1], "--list") == 0)
        return list_cases();
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc || !parse_option(&bench.options, argv[i], argv[i + 1]) ||
            (bench.options.only && !is_case(bench.options.only))) {
            (void)fprintf(stderr, "%s: what is \"%s\"? The head of bench.c tells.\n", argv[0],
                          argv[i]);
            return 2;
        }
    }
    bench_payload_init();
    if (!get_trace(&bench))
        return 1;
    const struct bench_list *whole = &bench.trace.list[BENCH_WHOLE];
    (void)printf("trace: %s; %u packets, %.0f bytes each; %u runs; up to %u rows in %u shards\n",
                 bench.trace.name, whole->count, (double)bench.trace.bytes / whole->count,
                 bench.options.runs, bench.options.rows, bench.options.shards);
    if (!bench_protocols_open(&bench.options) || !bench_path_check(&bench) ||
        !bench_path_settle(&bench) || !run_cases(&bench))
        return 1;
    bool kept = print_cases(&bench) || !bench.options.limits;
    bool ok = !chosen(&bench.options, "memory") || measure_memory(&bench);
    ok = ok && (!chosen(&bench.options, "scale") || bench_scale_run(&bench));
    return ok && kept ? 0 : 1;
}
