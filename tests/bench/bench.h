// SPDX-License-Identifier: Apache-2.0
// What the files of the benchmark share. One file, one subject:
//
//   bench.c    options, the table of cases, the table that is printed
//   trace.c    frames in memory: of a file, packed, without handshakes      synth.c   ... or made here
//   path.c     the packet path: decode, track, inspect                      payload.c payloads, and inspecting them alone
//   pipeline.c the same through rings and workers, as the program does it
//   scale.c    the table alone, with 10,000 rows and with a million
//   measure.c  time, instructions, resident memory
#ifndef RUSTNET_TESTS_BENCH_H
#define RUSTNET_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rustnet/model/packet.h"

// trace.c

enum bench_frames {
    BENCH_WHOLE,  // as they lie in the file: a packet's first byte is seldom in a cache
    BENCH_PACKED, // their first BENCH_PACKED_BYTES back to back
    BENCH_STEADY, // whole, but no SYN, FIN, RST (a later pass opens and closes nothing) and no DNS (never settles)
    BENCH_SETTLED, // those of them that inspection looks at no more once BENCH_STEADY has gone by often enough
    BENCH_FRAMES,
};
#define BENCH_PACKED_BYTES 128

struct bench_list {
    struct rn_frame *frame;
    uint32_t count;
};

struct bench_trace {
    const char *name;
    int link;
    uint32_t flows;     // that were made; 0: a file, nobody knows
    uint8_t *memory;    // the bytes of list[BENCH_WHOLE]
    size_t memory_size; // mapped
    uint64_t bytes;     // captured
    rn_dur pass;        // from one pass to the next, so that time goes on
    struct bench_list list[BENCH_FRAMES];
};

bool bench_list_new(struct bench_list *list, size_t count);
// A classic pcap file, mapped. False: said on stderr.
bool bench_trace_open(struct bench_trace *trace, const char *path);
// Fills packed and steady from whole.
bool bench_trace_derive(struct bench_trace *trace);
// Made by the same rules each time: count frames of Ethernet, 82 flows per 1,000 of them.
bool bench_trace_synth(struct bench_trace *trace, uint32_t count);

// payload.c

enum bench_payload {
    BENCH_TLS_CLIENT,
    BENCH_TLS_SERVER,
    BENCH_DNS_QUERY,
    BENCH_DNS_RESPONSE,
    BENCH_HTTP_REQUEST,
    BENCH_HTTP_RESPONSE,
    BENCH_PAYLOADS,
};
#define BENCH_VARIANTS 256 // of each payload, by the names in it
// Makes all of them; before any other use.
void bench_payload_init(void);
struct rn_bytes bench_payload(enum bench_payload kind, unsigned variant);

// Cases.

struct bench_options {
    const char *trace;
    const char *only;
    const char *tests; // folder with golden/ and fuzz/
    bool limits;       // one that is missed fails the run
    uint32_t packets, runs, rows, shards, scale;
};

struct bench {
    struct bench_options options;
    struct bench_trace trace;
};

enum bench_table {
    BENCH_NO_TABLE, // decode only
    BENCH_EMPTY,    // the first pass: each flow is new
    BENCH_FULL,     // a later pass
};

// What one measured run gave.
struct bench_sample {
    double ns, instructions; // per item; instructions < 0: this machine does not count them
    double parses;           // calls of a protocol's parser per item
    uint32_t items;
};

struct bench_case {
    const char *name;
    const char *against; // the case that the printed difference is to, or NULL
    // One run. False: the counts do not add up (said on stderr).
    bool (*run)(const struct bench *bench, const struct bench_case *c, struct bench_sample *out);
    enum bench_frames frames;
    enum bench_table table;
    bool dpi;
    enum bench_payload payload;
    unsigned workers;
};

bool bench_path_run(const struct bench *bench, const struct bench_case *c,
                    struct bench_sample *out);
bool bench_payload_run(const struct bench *bench, const struct bench_case *c,
                       struct bench_sample *out);
bool bench_pipeline_run(const struct bench *bench, const struct bench_case *c,
                        struct bench_sample *out);
// Untimed: every packet ends up in a row, among the ignored, the late or the dropped, cleanup included.
bool bench_path_check(const struct bench *bench);
// Fills settled from steady. False: said on stderr.
bool bench_path_settle(struct bench *bench);
// Memory of the table: of its pages before the first packet, and what a live row adds. Bytes; < 0: not known.
struct bench_memory {
    double empty, per_row;
    uint32_t rows;
};
bool bench_path_memory(const struct bench *bench, bool dpi, struct bench_memory *out);

// bench.c

struct bench_summary {
    double median, least, instructions;
};
// Name to instructions of a line of the table, without its end.
void bench_print_figures(const char *name, uint32_t items, const struct bench_summary *sum);

// protocols.c

#define BENCH_PROTOCOLS_MAX 96
// The case of the n-th row of the table of inspection; NULL behind the last.
const char *bench_protocol_name(unsigned n);
// Finds a first payload for each. False: said on stderr.
bool bench_protocols_open(const struct bench_options *options);
// As bench_case.run; items is 0 where no payload was found.
bool bench_protocol_run(unsigned n, struct bench_sample *out);
// False: its limit is missed.
bool bench_protocol_print(unsigned n, const struct bench_summary *sum, double parses);

// scale.c

enum bench_scale {
    BENCH_ROW_BYTES,
    BENCH_UPDATE,
    BENCH_INSERT,
    BENCH_EVICT,
    BENCH_TICK_QUIET,
    BENCH_TICK_OVER,
    BENCH_VIEW_IDLE,
    BENCH_VIEW_BUSY,
    BENCH_SCALES,
};
// Measures and prints both sizes: 10,000 rows and options.scale. False: something does not add up.
bool bench_scale_run(const struct bench *bench);

// measure.c

// Runs the loop once. Never inlined: callgrind collects between its entry and its end.
void bench_measured(void (*loop)(void *), void *ctx, uint32_t items, struct bench_sample *out);
// Processor time of this thread.
double bench_cpu_ns(void);
// Resident anonymous memory of this process, in bytes; < 0: not known.
double bench_rss(void);
// Keeps the compiler from dropping or postponing what it points to.
static inline void bench_keep(const void *p)
{
    __asm__ volatile("" : : "r"(p) : "memory");
}

#endif
