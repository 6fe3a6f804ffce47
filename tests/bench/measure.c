// SPDX-License-Identifier: Apache-2.0
// Time and instructions of one loop, and the memory of the process.
//
// Time is the thread's own, so that a busy neighbour costs little. Instructions come from the processor where the
// machine lends its counters (user mode only); virtual machines often do not, and then instructions.sh asks callgrind.
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

// A stopped counter, or -1.
static int open_counter(void)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_HARDWARE,
                                   .size = sizeof attr,
                                   .config = PERF_COUNT_HW_INSTRUCTIONS,
                                   .disabled = 1,
                                   .exclude_kernel = 1,
                                   .exclude_hv = 1};
    return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static void start_counter(int fd)
{
    if (fd >= 0)
        (void)ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
}

static double stop_counter(int fd)
{
    uint64_t count;
    if (fd < 0)
        return -1;
    (void)ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
    bool known = read(fd, &count, sizeof count) == (ssize_t)sizeof count;
    (void)close(fd);
    return known ? (double)count : -1;
}
#else
static int open_counter(void)
{
    return -1;
}

static void start_counter(int fd)
{
    (void)fd;
}

static double stop_counter(int fd)
{
    (void)fd;
    return -1;
}
#endif

double bench_cpu_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

__attribute__((noinline)) void bench_measured(void (*loop)(void *), void *ctx, uint32_t items,
                                              struct bench_sample *out)
{
    int counter = open_counter();
    double start = bench_cpu_ns();
    start_counter(counter);
    loop(ctx);
    double instructions = stop_counter(counter);
    out->ns = (bench_cpu_ns() - start) / items;
    out->instructions = instructions < 0 ? -1 : instructions / items;
    out->items = items;
}

double bench_rss(void)
{
    char line[128];
    unsigned long long kib = 0;
    bool known = false;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && !known && fgets(line, sizeof line, f))
        known = sscanf(line, "RssAnon: %llu kB", &kib) == 1;
    if (f)
        (void)fclose(f);
    return known ? (double)kib * 1024 : -1;
}
