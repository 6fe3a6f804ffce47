// SPDX-License-Identifier: Apache-2.0
// Frames in memory. A file is mapped and its pages are brought in, so no run waits for a disk.
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rustnet/base/pool.h"
#include "rustnet/dpi.h"
#include "rustnet/wire.h"

// Classic pcap: magic 4 | version 4 | zone 4 | accuracy 4 | snapshot length 4 | link type 4, then records of
// seconds 4 | microseconds or nanoseconds 4 | captured 4 | on the wire 4 | bytes; in the order of whoever wrote it.
enum { FILE_HEADER = 24, RECORD_HEADER = 16 };

struct pcap {
    const uint8_t *p, *end;
    bool swapped;
    rn_dur fraction; // unit of the second number
};

static uint32_t number(const struct pcap *f, const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return f->swapped ? __builtin_bswap32(v) : v;
}

static bool read_header(struct pcap *f, int *out_link)
{
    if (f->end - f->p < FILE_HEADER)
        return false;
    uint32_t magic = number(f, f->p);
    f->swapped = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    magic = number(f, f->p);
    if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)
        return false;
    f->fraction = magic == 0xa1b2c3d4 ? RN_USEC : 1;
    *out_link = (int)(number(f, f->p + 20) & 0xffff);
    f->p += FILE_HEADER;
    return true;
}

// The next record; false at the end, or where the file is cut.
static bool read_record(struct pcap *f, struct rn_frame *out)
{
    if (f->end - f->p < RECORD_HEADER)
        return false;
    uint32_t captured = number(f, f->p + 8);
    if ((size_t)(f->end - f->p - RECORD_HEADER) < captured)
        return false;
    out->time = rn_time_of(number(f, f->p), (int64_t)number(f, f->p + 4) * f->fraction);
    out->captured_bytes = captured;
    out->wire_bytes = number(f, f->p + 12);
    out->data = f->p + RECORD_HEADER;
    f->p += RECORD_HEADER + captured;
    return true;
}

bool bench_list_new(struct bench_list *list, size_t count)
{
    list->count = 0;
    list->frame = rn_pages_map((count + 1) * sizeof *list->frame);
    return list->frame != NULL;
}

static bool index_file(struct bench_trace *trace)
{
    struct pcap f = {.p = trace->memory, .end = trace->memory + trace->memory_size};
    struct bench_list *whole = &trace->list[BENCH_WHOLE];
    if (!read_header(&f, &trace->link) || !rn_wire_link_known(trace->link)) {
        (void)fprintf(stderr, "%s: not a pcap file of a link type that is known\n", trace->name);
        return false;
    }
    if (!bench_list_new(whole, trace->memory_size / RECORD_HEADER))
        return false;
    for (struct rn_frame frame; whole->count < UINT32_MAX && read_record(&f, &frame);)
        whole->frame[whole->count++] = frame;
    if (!whole->count)
        (void)fprintf(stderr, "%s: no frames\n", trace->name);
    return whole->count > 0;
}

bool bench_trace_open(struct bench_trace *trace, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0;
    void *p = MAP_FAILED;
    if (ok)
        p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (p == MAP_FAILED)
        (void)fprintf(stderr, "%s: %s\n", path, ok || fd < 0 ? strerror(errno) : "empty");
    if (fd >= 0)
        (void)close(fd);
    if (p == MAP_FAILED)
        return false;
    *trace = (struct bench_trace){.name = path, .memory = p, .memory_size = (size_t)st.st_size};
    return index_file(trace);
}

// Whether each packet of this kind is a message of its own, so that its row is inspected for ever.
static bool is_message(const struct rn_packet *packet)
{
    for (const struct rn_dpi_proto *const *row = rn_dpi_table(); *row; row++)
        for (unsigned i = 0; (*row)->every_packet && (*row)->proto == packet->key.proto && i < 4;
             i++)
            if ((*row)->ports[i] && ((*row)->ports[i] == packet->key.port[0] ||
                                     (*row)->ports[i] == packet->key.port[1]))
                return true;
    return false;
}

// Whether a later pass finds the row of this frame as the one before has left it, and settled.
static bool settles(int link, const struct rn_frame *frame)
{
    struct rn_packet packet;
    if (rn_wire_decode(link, frame, &packet) || packet.flags & RN_PACKET_LATER_FRAGMENT)
        return true;
    if (packet.key.proto == RN_PROTO_TCP)
        return !(packet.tcp.flags & (RN_TCP_SYN | RN_TCP_FIN | RN_TCP_RST));
    return !is_message(&packet);
}

bool bench_trace_derive(struct bench_trace *trace)
{
    const struct bench_list *whole = &trace->list[BENCH_WHOLE];
    struct bench_list *packed = &trace->list[BENCH_PACKED], *steady = &trace->list[BENCH_STEADY];
    uint8_t *block = rn_pages_map((size_t)whole->count * BENCH_PACKED_BYTES);
    if (!block || !bench_list_new(packed, whole->count) || !bench_list_new(steady, whole->count))
        return false;
    rn_time first = whole->frame[0].time, last = first;
    for (uint32_t i = 0; i < whole->count; i++) {
        struct rn_frame frame = whole->frame[i];
        trace->bytes += frame.captured_bytes;
        first = frame.time < first ? frame.time : first;
        last = frame.time > last ? frame.time : last;
        if (settles(trace->link, &frame))
            steady->frame[steady->count++] = frame;
        if (frame.captured_bytes > BENCH_PACKED_BYTES)
            frame.captured_bytes = BENCH_PACKED_BYTES;
        if (frame.captured_bytes)
            memcpy(block, frame.data, frame.captured_bytes);
        frame.data = block;
        block += frame.captured_bytes;
        packed->frame[packed->count++] = frame;
    }
    trace->pass = rn_time_since(last, first) + RN_SEC;
    if (!steady->count)
        (void)fprintf(stderr, "%s: no frames of rows that settle\n", trace->name);
    return steady->count > 0;
}
