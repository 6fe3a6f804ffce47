// SPDX-License-Identifier: Apache-2.0
// Capture files, made byte by byte.
#ifndef TEST_CAPTURE_MADE_FILE_H
#define TEST_CAPTURE_MADE_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rustnet/base/time.h"
#include "rustnet/capture.h"

#define MAGIC_USEC 0xa1b2c3d4u
#define MAGIC_NSEC 0xa1b23c4du
#define LINK_ETHERNET 1u

struct made_file {
    char path[64];
    FILE *f;
};

static inline void made_u32(struct made_file *m, uint32_t v)
{
    assert_int_equal(fwrite(&v, 4, 1, m->f), 1);
}

static inline void made_open(struct made_file *m)
{
    strcpy(m->path, "/tmp/rustnet_test_XXXXXX");
    int fd = mkstemp(m->path);
    assert_true(fd >= 0);
    m->f = fdopen(fd, "wb");
    assert_non_null(m->f);
}

// The header of a classic file of version 2.4.
static inline void made_pcap(struct made_file *m, uint32_t magic, uint32_t link)
{
    made_open(m);
    made_u32(m, magic);
    made_u32(m, 4u << 16 | 2u);
    made_u32(m, 0);
    made_u32(m, 0);
    made_u32(m, 65535);
    made_u32(m, link);
}

static inline void made_record(struct made_file *m, uint32_t sec, uint32_t part, uint32_t captured,
                               uint32_t wire)
{
    made_u32(m, sec);
    made_u32(m, part);
    made_u32(m, captured);
    made_u32(m, wire);
}

// A frame of `captured` bytes that starts with its number.
static inline void made_frame(struct made_file *m, uint32_t sec, uint32_t part, uint8_t number,
                              uint32_t captured, uint32_t wire)
{
    made_record(m, sec, part, captured, wire);
    for (uint32_t i = 0; i < captured; i++)
        fputc(i == 0 ? number : 0, m->f);
}

static inline void made_text(struct made_file *m, const char *text)
{
    made_open(m);
    fputs(text, m->f);
}

static inline void made_close(struct made_file *m)
{
    fclose(m->f);
}

#define GOT_MAX 64

struct got {
    unsigned count;
    rn_time time[GOT_MAX];
    uint8_t number[GOT_MAX];
    uint32_t captured[GOT_MAX], wire[GOT_MAX];
};

static inline void take(void *ctx, const struct rn_frame *frame)
{
    struct got *got = ctx;
    assert_true(got->count < GOT_MAX);
    got->time[got->count] = frame->time;
    got->number[got->count] = frame->captured_bytes ? frame->data[0] : 0;
    got->captured[got->count] = frame->captured_bytes;
    got->wire[got->count++] = frame->wire_bytes;
}

static inline struct rn_capture *open_made(struct made_file *m, const char *filter)
{
    struct rn_capture *c = NULL;
    struct rn_err err = {0};
    made_close(m);
    if (rn_capture_open_file(m->path, filter, &c, &err) < 0)
        fail_msg("%s", err.msg);
    return c;
}

static inline void close_made(struct made_file *m, struct rn_capture *c)
{
    rn_capture_close(c);
    unlink(m->path);
}

// Reads to the end in bites of `max`; returns what the end was.
static inline int read_all(struct rn_capture *c, unsigned max, struct got *got, struct rn_err *err)
{
    for (int i = 0; i < 1000; i++) {
        unsigned before = got->count;
        int n = rn_capture_next(c, max, take, got, err);
        if (n < 0)
            return n;
        assert_true((unsigned)n <= max);
        assert_int_equal(got->count, before + (unsigned)n);
    }
    return 0;
}

#endif
