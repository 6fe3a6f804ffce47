// SPDX-License-Identifier: Apache-2.0
// To be preloaded: from the first look at a capture until its end, whoever asks the heap for memory aborts the program.
// With NOMALLOC_SCREEN=1 the main thread may: curses does as it likes. NOMALLOC_PROBE=1 asks for a byte itself.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

static atomic_bool armed, seen;
static int (*real_dispatch)(void *, int, void *, unsigned char *);
static void (*real_close)(void *);
static int main_may, probe;
static volatile size_t one = 1;

__attribute__((constructor)) static void prepare(void)
{
    void *frames[4];
    (void)backtrace(frames, 4); // loads what it needs now
    main_may = getenv("NOMALLOC_SCREEN") != NULL;
    probe = getenv("NOMALLOC_PROBE") != NULL;
    *(void **)&real_dispatch = dlsym(RTLD_NEXT, "pcap_dispatch");
    *(void **)&real_close = dlsym(RTLD_NEXT, "pcap_close");
}

// So that a run in which nothing was watched does not count as a proof.
__attribute__((destructor)) static void tell(void)
{
    if (atomic_load(&seen))
        dprintf(STDERR_FILENO, "nomalloc: watched\n");
}

int pcap_dispatch(void *p, int n, void *sink, unsigned char *user);
int pcap_dispatch(void *p, int n, void *sink, unsigned char *user)
{
    atomic_store(&armed, 1);
    atomic_store(&seen, 1);
    if (probe)
        free(malloc(one));
    return real_dispatch(p, n, sink, user);
}

void pcap_close(void *p);
void pcap_close(void *p)
{
    atomic_store(&armed, 0);
    real_close(p);
}

static void check(size_t n)
{
    if (!atomic_load_explicit(&armed, memory_order_relaxed) || (main_may && gettid() == getpid()))
        return;
    atomic_store(&armed, 0);
    char name[16] = "", text[120];
    int fd = open("/proc/thread-self/comm", O_RDONLY);
    ssize_t len = read(fd, name, sizeof name - 1);
    len = snprintf(text, sizeof text, "nomalloc: %zu bytes for the thread %.*s", n,
                   (int)(len > 0 ? len : 0), name);
    len = write(STDERR_FILENO, text, (size_t)len);
    void *frames[32];
    backtrace_symbols_fd(frames, backtrace(frames, 32), STDERR_FILENO);
    abort();
}

void *malloc(size_t n)
{
    check(n);
    return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    check(n * size);
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    check(n);
    return __libc_realloc(p, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    check(n);
    return __libc_memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    check(n);
    *out = __libc_memalign(alignment, n);
    return *out ? 0 : ENOMEM;
}
