// SPDX-License-Identifier: Apache-2.0
// Captures read from a file, pcap or pcapng, through libpcap; the other end of the same handle is live.c.
#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/base/text.h"
#include "rustnet/capture.h"

struct rn_capture {
    pcap_t *pcap;
    char name[256]; // clean text
};

// One pass of rn_capture_next: where libpcap's frames go.
struct pass {
    rn_capture_sink sink;
    void *ctx;
};

int rn_capture_open_file(const char *path, const char *filter, struct rn_capture **out,
                         struct rn_err *err)
{
    char text[PCAP_ERRBUF_SIZE] = "";
    struct rn_capture *c = calloc(1, sizeof *c);
    if (!c)
        return rn_err_set(err, -ENOMEM, "No memory for a capture");
    rn_text_clean(c->name, sizeof c->name, rn_bytes_of(path, strlen(path)));
    c->pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, text);
    if (!c->pcap) {
        bool named = strstr(text, path) != NULL;
        int rc = rn_err_set(err, -EINVAL, "Cannot read %s%s%s", named ? "" : c->name,
                            named ? "" : ": ", text);
        free(c);
        return rc;
    }
    struct bpf_program program;
    if (filter && (pcap_compile(c->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) ||
                   pcap_setfilter(c->pcap, &program))) {
        int rc = rn_err_set(err, -EINVAL, "The filter \"%s\" is not right: %s", filter,
                            pcap_geterr(c->pcap));
        rn_capture_close(c);
        return rc;
    }
    if (filter)
        pcap_freecode(&program);
    *out = c;
    return 0;
}

void rn_capture_close(struct rn_capture *capture)
{
    if (!capture)
        return;
    pcap_close(capture->pcap);
    free(capture);
}

static void give(u_char *user, const struct pcap_pkthdr *head, const u_char *data)
{
    struct pass *pass = (struct pass *)(void *)user;
    // With nanosecond precision libpcap keeps nanoseconds in tv_usec.
    struct rn_frame frame = {.data = data,
                             .captured_bytes = head->caplen,
                             .wire_bytes = head->len < head->caplen ? head->caplen : head->len,
                             .time = rn_time_of(head->ts.tv_sec, head->ts.tv_usec)};
    pass->sink(pass->ctx, &frame);
}

int rn_capture_next(struct rn_capture *capture, unsigned max, rn_capture_sink sink, void *ctx,
                    struct rn_err *err)
{
    struct pass pass = {sink, ctx};
    int n = pcap_dispatch(capture->pcap, (int)max, give, (u_char *)&pass);
    if (n > 0)
        return n;
    if (n == 0)
        return -ENODATA;
    return rn_err_set(err, -EIO, "%s: %s", capture->name, pcap_geterr(capture->pcap));
}

int rn_capture_link(const struct rn_capture *capture)
{
    return pcap_datalink(capture->pcap);
}

const char *rn_capture_device(const struct rn_capture *capture)
{
    return capture->name;
}
