// SPDX-License-Identifier: Apache-2.0
// Captures from a device.
//
// Not promiscuous: the question is what this machine says and hears. Not in immediate mode: only then libpcap 1.10
// uses TPACKET_V3, whose blocks hold many frames and wake us once per block, at the latest after RETIRE_MSEC.
//
//   device is up ------------> its own handle
//   device is not up yet ----> the handle of all devices, filtered for this one: frames come as soon as it is up.
//                              (libpcap refuses to bind to a device that is down. To try again later would need a
//                              right that is given away by then.)
//   down and up again later -> libpcap goes on by itself (tried with 1.10.3)
#include "internal.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RETIRE_MSEC 50
// libpcap's blocks are of 256 KiB or more, and of a buffer of a single block all is lost that comes while it is read.
#define BUFFER_LEAST (1024 * 1024)

static bool file_mentions(const char *path, const char *const *words, size_t count)
{
    char text[4096];
    FILE *f = fopen(path, "re");
    if (!f)
        return false;
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < count; i++)
        if (strstr(text, words[i]))
            return true;
    return false;
}

static bool is_in_container(void)
{
    static const char *const words[] = {"docker", "kubepods", "lxc", "libpod"};
    return access("/.dockerenv", F_OK) == 0 || access("/run/.containerenv", F_OK) == 0 ||
           file_mentions("/proc/self/cgroup", words, sizeof words / sizeof words[0]);
}

int capture_no_right(struct rn_err *err)
{
    if (is_in_container())
        return rn_err_set(err, -EPERM,
                          "No right to capture: start the container with --cap-add=NET_RAW "
                          "--cap-add=SYS_PTRACE --net=host --pid=host, and run as root");
    char self[128];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self);
    // Cut or unknown: better the plain name than half a path.
    const char *name = n > 0 && (size_t)n < sizeof self ? self : "rustnet";
    if (name == self)
        self[n] = '\0';
    return rn_err_set(err, -EPERM,
                      "No right to capture: run with sudo, or once: sudo setcap "
                      "'cap_net_raw,cap_dac_read_search,cap_sys_ptrace+ep' %s",
                      name);
}

static int explain(int status, pcap_t *p, const char *device, struct rn_err *err)
{
    if (status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED)
        return capture_no_right(err);
    if (status == PCAP_ERROR_NO_SUCH_DEVICE)
        return rn_err_set(err, -ENODEV, "Interface '%s' not found", device);
    const char *why = pcap_geterr(p);
    return rn_err_set(err, -EIO, "Cannot capture on %s: %s", device,
                      why[0] ? why : pcap_statustostr(status));
}

// 0 and an active handle, a negative errno with err, or PCAP_ERROR_IFACE_NOT_UP (positive, without err).
#define NOT_UP 1
static int activate(const char *device, size_t buffer_bytes, pcap_t **out, struct rn_err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_t *p = pcap_create(device, why);
    if (!p)
        return rn_err_set(err, -ENODEV, "Cannot capture on %s: %s", device, why);
    if (buffer_bytes == 0)
        buffer_bytes = RN_CAPTURE_BUFFER_BYTES;
    if (buffer_bytes < BUFFER_LEAST)
        buffer_bytes = BUFFER_LEAST;
    (void)pcap_set_promisc(p, 0);
    (void)pcap_set_snaplen(p, RN_CAPTURE_SNAP_BYTES);
    (void)pcap_set_timeout(p, RETIRE_MSEC);
    (void)pcap_set_buffer_size(p, buffer_bytes > INT32_MAX ? INT32_MAX : (int)buffer_bytes);
    (void)pcap_set_tstamp_precision(p, PCAP_TSTAMP_PRECISION_NANO); // else microseconds
    int status = pcap_activate(p);
    if (status >= 0 && pcap_setnonblock(p, 1, why) == 0) {
        *out = p;
        return 0;
    }
    int r = status == PCAP_ERROR_IFACE_NOT_UP ? NOT_UP
            : status < 0                      ? explain(status, p, device, err)
                         : rn_err_set(err, -EIO, "Cannot capture on %s: %s", device, why);
    pcap_close(p);
    return r;
}

// The handle of all devices, which tells them apart by the index that stands in a cooked header of version 2.
static int activate_down(const char *device, size_t buffer_bytes, unsigned *out_ifindex,
                         pcap_t **out, struct rn_err *err)
{
    pcap_t *p = NULL;
    unsigned ifindex = if_nametoindex(device);
    int r = ifindex ? activate("any", buffer_bytes, &p, err) : NOT_UP;
    if (r < 0)
        return r;
    if (r == NOT_UP || pcap_set_datalink(p, DLT_LINUX_SLL2) < 0) {
        if (p)
            pcap_close(p);
        return rn_err_set(err, -ENETDOWN, "Interface '%s' is not up", device);
    }
    *out = p;
    *out_ifindex = ifindex;
    return 0;
}

int rn_capture_open_live(const struct rn_capture_cfg *cfg, struct rn_capture **out,
                         struct rn_err *err)
{
    char device[RN_CAPTURE_DEVICE_BYTES];
    pcap_t *p = NULL;
    unsigned ifindex = 0;
    int r = cfg->device ? capture_find_device(cfg->device, device, err)
                        : rn_capture_default_device(device, err);
    if (r == 0)
        r = activate(device, cfg->buffer_bytes, &p, err);
    if (r == NOT_UP)
        r = activate_down(device, cfg->buffer_bytes, &ifindex, &p, err);
    if (r < 0)
        return r;
    r = capture_set_filter(p, cfg->filter, ifindex, err);
    if (r < 0) {
        pcap_close(p);
        return r;
    }
    struct rn_capture *c = capture_new(p, device, err);
    if (!c)
        return -ENOMEM;
    c->ifindex = ifindex;
    *out = c;
    return 0;
}

int rn_capture_may(struct rn_err *err)
{
    // The pseudo-device needs the same right as any other and is there even without a network. Where it does not exist
    // the question stays open until the real device is opened.
    pcap_t *p = NULL;
    struct rn_err why = {0};
    int r = activate("any", 64 * 1024, &p, &why);
    if (p)
        pcap_close(p);
    return r == -EPERM ? rn_err_set(err, -EPERM, "%s", why.msg) : 0;
}
