// SPDX-License-Identifier: Apache-2.0
// The handle, once it is open: the same for a device and a file.
//
// 1. A capture that failed stays failed: libpcap is not asked again, the same error comes back.
// 2. Frames come before bad news: what was read before an error is given and counted, the error follows in the next
//    call.
// 3. A wait never turns into a spin: a descriptor that reports trouble only is left alone for REST_MSEC.
#include "internal.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REST_MSEC 100
#define VANISHED_MAX 50 // rests: 5 s
#define GONE_TEXT "The interface disappeared"
// How its words for a file that ends in the middle of a record or block begin.
#define CUT_TEXT "truncated "

struct rn_capture *capture_new(pcap_t *p, const char *name, struct rn_err *err)
{
    struct rn_capture *c = calloc(1, sizeof *c);
    if (!c) {
        pcap_close(p);
        rn_err_set(err, -ENOMEM, "No memory for the capture");
        return NULL;
    }
    c->pcap = p;
    c->fd = -1;
    c->wake = RN_BELL_NONE;
    c->link = pcap_datalink(p);
    c->nanoseconds = pcap_get_tstamp_precision(p) == PCAP_TSTAMP_PRECISION_NANO;
    c->live = pcap_file(p) == NULL;
    rn_text_fmt(&c->name, "%s", name);
    if (!c->live) {
        // pcapng says version 1 and has 64-bit time; libpcap reads the 32-bit seconds of version 2 as signed.
        c->unsigned_sec = pcap_major_version(p) == 2;
        return c;
    }
    c->any = strcmp(name, "any") == 0;
    c->fd = pcap_get_selectable_fd(p);
    if (rn_bell_open(&c->wake, err) < 0) {
        rn_capture_close(c);
        return NULL;
    }
    return c;
}

void rn_capture_close(struct rn_capture *c)
{
    if (!c)
        return;
    pcap_close(c->pcap);
    rn_bell_close(&c->wake);
    free(c);
}

static rn_time time_of(const struct rn_capture *c, const struct pcap_pkthdr *header)
{
    int64_t sec = header->ts.tv_sec, part = header->ts.tv_usec;
    if (c->unsigned_sec)
        sec &= UINT32_MAX; // draft-ietf-opsawg-pcap, 4: unsigned
    return rn_time_of(sec, c->nanoseconds ? part : part * 1000);
}

static void give(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    struct rn_capture *c = (struct rn_capture *)(void *)user;
    struct rn_frame frame = {
        .data = data,
        .captured_bytes = header->caplen,
        // A file may claim less than it holds; what is there was on the wire.
        .wire_bytes = header->len > header->caplen ? header->len : header->caplen,
        .time = time_of(c, header),
    };
    c->given++;
    c->sink(c->ctx, &frame);
}

// The device went away. One of many (`any`): the handle works on once the kernel has sorted itself out.
static int vanish(struct rn_capture *c)
{
    if (!c->any || c->vanished >= VANISHED_MAX)
        return rn_err_set(&c->failure, -ENODEV, "The interface %s disappeared", c->name.s);
    c->vanished++;
    c->rest = true;
    return 0;
}

static int fail(struct rn_capture *c)
{
    const char *why = pcap_geterr(c->pcap);
    if (c->live && strcmp(why, GONE_TEXT) == 0)
        return vanish(c);
    if (!c->live && strncmp(why, CUT_TEXT, strlen(CUT_TEXT)) == 0)
        return rn_err_set(&c->failure, -EPIPE, "%s is cut off: %s", c->name.s, why);
    if (!c->live)
        return rn_err_set(&c->failure, -EBADMSG, "%s is damaged: %s", c->name.s, why);
    return rn_err_set(&c->failure, -EIO, "%s", why[0] ? why : "Reading from the device failed");
}

static bool device_is_gone(const struct rn_capture *c)
{
    char name[IF_NAMESIZE];
    return c->ifindex && !if_indextoname(c->ifindex, name);
}

int rn_capture_next(struct rn_capture *c, unsigned max, rn_capture_sink sink, void *ctx,
                    struct rn_err *err)
{
    if (!c->failure.code) {
        c->sink = sink;
        c->ctx = ctx;
        c->given = 0;
        c->rest = false;
        int n = pcap_dispatch(c->pcap, max > INT32_MAX ? INT32_MAX : (int)max, give,
                              (u_char *)(void *)c);
        if (n < 0)
            (void)fail(c);
        else if (n == 0 && !c->live)
            c->failure.code = -ENODATA;
        else if (n == 0 && device_is_gone(c))
            (void)vanish(c);
        else
            c->vanished = 0;
        if (c->given > 0 || !c->failure.code)
            return (int)c->given;
    }
    if (c->failure.code == -ENODATA)
        return -ENODATA;
    return rn_err_set(err, c->failure.code, "%s", c->failure.msg);
}

static int msec_of(rn_dur timeout, bool rest)
{
    int64_t msec = timeout < 0 ? -1 : timeout / RN_MSEC + (timeout % RN_MSEC != 0);
    if (rest && (msec < 0 || msec > REST_MSEC))
        msec = REST_MSEC;
    return msec > INT32_MAX ? INT32_MAX : (int)msec;
}

bool rn_capture_wait(struct rn_capture *c, rn_dur timeout)
{
    if (!c->live)
        return true;
    struct pollfd fds[2] = {{.fd = c->wake.fd[0], .events = POLLIN},
                            {.fd = c->rest ? -1 : c->fd, .events = POLLIN}};
    (void)poll(fds, 2, msec_of(timeout, c->rest || c->fd < 0));
    // libpcap takes an error off the socket when it is asked next. If that does not help, it must not cost a core.
    if (fds[1].revents && !(fds[1].revents & POLLIN) && !fds[0].revents)
        (void)poll(fds, 1, msec_of(timeout, true));
    return !rn_bell_hush(&c->wake);
}

void rn_capture_wake(struct rn_capture *c)
{
    rn_bell_ring(c->wake.fd[1]);
}

int rn_capture_link(const struct rn_capture *c)
{
    return c->link;
}

const char *rn_capture_device(const struct rn_capture *c)
{
    return c->name.s;
}

bool rn_capture_is_live(const struct rn_capture *c)
{
    return c->live;
}

uint64_t rn_capture_dropped(struct rn_capture *c)
{
    struct pcap_stat stat;
    if (!c->live || pcap_stats(c->pcap, &stat) < 0)
        return c->dropped;
    // ps_drop has 32 bits and wraps. ps_ifdrop is left out: it counts what the card threw away, for everybody and
    // since it came up, not what this capture missed.
    c->dropped += (uint32_t)(stat.ps_drop - c->drops_seen);
    c->drops_seen = stat.ps_drop;
    return c->dropped;
}
