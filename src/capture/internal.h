// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: the handle, and the choice of a device.
#ifndef CAPTURE_INTERNAL_H
#define CAPTURE_INTERNAL_H

#include <pcap/pcap.h>

#include "rustnet/base/bell.h"
#include "rustnet/base/text.h"
#include "rustnet/capture.h"

struct rn_capture {
    pcap_t *pcap;
    rn_capture_sink sink; // of the call of rn_capture_next that is under way
    void *ctx;
    unsigned given; // frames given to it
    int link;
    int fd;              // to poll; -1 for a file
    struct rn_bell wake; // not open for a file
    unsigned ifindex;    // not 0: `pcap` listens on all devices and filters for this one (live.c)
    unsigned vanished;
    bool live;
    bool any;          // the pseudo-device that hears all
    bool nanoseconds;  // unit of pcap's tv_usec
    bool unsigned_sec; // classic file: 32-bit seconds count from 1970 to 2106
    bool rest;         // the next wait must not look at `fd`
    uint32_t drops_seen;
    uint64_t dropped;
    struct rn_err failure; // code 0: none; else every later call repeats it
    struct rn_text256 name;
};

// A handle around p (which it owns from now on, also when this fails).
struct rn_capture *capture_new(pcap_t *p, const char *name, struct rn_err *err);
int capture_set_filter(pcap_t *p, const char *filter, unsigned ifindex, struct rn_err *err);
// -EPERM and how to get the right.
int capture_no_right(struct rn_err *err);

// The device that `wanted` means (exactly, else in any case), or -ENODEV and a list of what there is.
int capture_find_device(const char *wanted, char out[RN_CAPTURE_DEVICE_BYTES], struct rn_err *err);
// The best device of libpcap's list, or NULL.
const pcap_if_t *capture_pick_device(const pcap_if_t *all);

// A line of /proc/net/route or /proc/net/ipv6_route. False unless it is a default route that can be used.
struct capture_route {
    char device[RN_CAPTURE_DEVICE_BYTES];
    uint32_t metric;
};
bool capture_route_v4(const char *line, struct capture_route *out);
bool capture_route_v6(const char *line, struct capture_route *out);

#endif
