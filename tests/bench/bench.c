// SPDX-License-Identifier: Apache-2.0
// bench [--trace FILE] [--packets N] [--runs N] [--rows N] [--shards N] [--scale ROWS] [--only NAME] [--list]
//
// What a packet costs on the way from its bytes to its row, case by case. Runs of the cases take turns, so that a slow
// minute of the machine hits all alike; printed are median and least. Exit status 1: the counts do not add up.
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

static struct bench_sample samples[CASES][RUNS_MAX];

static int compare_numbers(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

struct summary {
    double median, least, instructions;
};

static struct summary sum_up(size_t c, uint32_t runs)
{
    double ns[RUNS_MAX] = {0}, instructions[RUNS_MAX] = {0};
    for (uint32_t i = 0; i < runs; i++) {
        ns[i] = samples[c][i].ns;
        instructions[i] = samples[c][i].instructions;
    }
    qsort(ns, runs, sizeof *ns, compare_numbers);
    qsort(instructions, runs, sizeof *instructions, compare_numbers);
    return (struct summary){ns[runs / 2], ns[0], instructions[runs / 2]};
}

static bool chosen(const struct bench_options *o, const char *name)
{
    return !o->only || strcmp(o->only, name) == 0;
}

static bool possible(const struct bench *bench, const struct bench_case *c)
{
    return c->workers <= bench->options.shards;
}

static bool run_cases(const struct bench *bench)
{
    for (uint32_t i = 0; i < bench->options.runs; i++)
        for (size_t c = 0; c < CASES; c++)
            if (chosen(&bench->options, cases[c].name) && possible(bench, &cases[c]) &&
                !cases[c].run(bench, &cases[c], &samples[c][i]))
                return false;
    return true;
}

static void print_difference(const struct bench *bench, size_t c, double median)
{
    for (size_t base = 0; cases[c].against && base < CASES; base++) {
        if (strcmp(cases[base].name, cases[c].against) != 0 || !samples[base][0].items)
            continue;
        double difference = median - sum_up(base, bench->options.runs).median;
        (void)printf("  %+.1f ns to %s, %.3f parses", difference, cases[base].name,
                     samples[c][0].parses);
    }
}

static void print_cases(const struct bench *bench)
{
    bool counted = true;
    (void)printf("%-24s %9s %10s %10s %13s\n", "case", "items", "ns median", "ns least",
                 "instructions");
    for (size_t c = 0; c < CASES; c++) {
        if (!samples[c][0].items)
            continue;
        struct summary s = sum_up(c, bench->options.runs);
        (void)printf("%-24s %9u %10.1f %10.1f", cases[c].name, samples[c][0].items, s.median,
                     s.least);
        if (s.instructions < 0)
            (void)printf(" %13s", "-");
        else
            (void)printf(" %13.0f", s.instructions);
        counted &= s.instructions >= 0 || cases[c].workers;
        if (cases[c].workers)
            (void)printf("  %.2f million packets a second", 1000 / s.median);
        print_difference(bench, c, s.median);
        (void)printf("\n");
    }
    if (!counted)
        (void)printf(
            "instructions: not counted by this machine; tests/bench/instructions.sh PROGRAM "
            "has callgrind count them\n");
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
    return strcmp(name, "memory") == 0 || strcmp(name, "scale") == 0;
}

static int list_cases(void)
{
    for (size_t c = 0; c < CASES; c++)
        (void)printf("%s\n", cases[c].name);
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
    static struct bench bench = {
        .options = {.packets = 1000000, .runs = 5, .rows = 100000, .shards = 16, .scale = 1000000}};
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
    if (!bench_path_check(&bench) || !bench_path_settle(&bench) || !run_cases(&bench))
        return 1;
    print_cases(&bench);
    bool ok = !chosen(&bench.options, "memory") || measure_memory(&bench);
    return ok && (!chosen(&bench.options, "scale") || bench_scale_run(&bench)) ? 0 : 1;
}
