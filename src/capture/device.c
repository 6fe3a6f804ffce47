// SPDX-License-Identifier: Apache-2.0
// Which device: the one that was named, or the one that leads out.
//
// Without a name: the IPv4 default route of the lowest metric, then the IPv6 one (so that an IPv6-only host works),
// then the best of libpcap's list:
//   rank 4  the first of the list, if it is up, runs and has an IPv4 address that is not link-local
//   rank 3  any such device
//   rank 2  en0, en1 or eth*, up, with an IPv4 address
//   rank 1  up, with any address
#include "internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool name_begins(const char *name, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (strncmp(name, *prefixes, strlen(*prefixes)) == 0)
            return true;
    return false;
}

static bool is_virtual(const pcap_if_t *d)
{
    static const char *const words[] = {"hyper-v", "vmware", "virtualbox", "loopback", NULL};
    const char *text = d->description ? d->description : "";
    for (const char *const *w = words; *w; w++)
        for (const char *at = text; *at; at++)
            if (strncasecmp(at, *w, strlen(*w)) == 0)
                return true;
    return false;
}

static bool is_v4(const struct sockaddr *sa, bool usable)
{
    if (!sa || sa->sa_family != AF_INET)
        return false;
    struct sockaddr_in in;
    memcpy(&in, sa, sizeof in);
    uint32_t ip = ntohl(in.sin_addr.s_addr);
    return !usable || (ip != 0 && ip >> 24 != 127 && ip >> 16 != 0xa9fe); // 169.254/16
}

static bool has_v4(const pcap_if_t *d, bool usable)
{
    for (const pcap_addr_t *a = d->addresses; a; a = a->next)
        if (is_v4(a->addr, usable))
            return true;
    return false;
}

static bool has_ip(const pcap_if_t *d)
{
    for (const pcap_addr_t *a = d->addresses; a; a = a->next)
        if (a->addr && (a->addr->sa_family == AF_INET || a->addr->sa_family == AF_INET6))
            return true;
    return false;
}

static int rank(const pcap_if_t *d, bool first)
{
    static const char *const never[] = {"lo", "any", NULL};
    static const char *const helpers[] = {"ap", "awdl", "llw", "bridge", "vmnet", NULL};
    static const char *const wired[] = {"eth", "en0", "en1", NULL};
    bool up = d->flags & PCAP_IF_UP, runs = up && (d->flags & PCAP_IF_RUNNING);
    bool helper = name_begins(d->name, helpers), virtual = is_virtual(d);
    if ((d->flags & PCAP_IF_LOOPBACK) || name_begins(d->name, never) || !up)
        return 0;
    if (first && runs && !helper && has_v4(d, true))
        return 4;
    if (runs && !virtual && has_v4(d, true))
        return 3;
    if (name_begins(d->name, wired) && has_v4(d, false))
        return 2;
    return !helper && !virtual && has_ip(d) ? 1 : 0;
}

const pcap_if_t *capture_pick_device(const pcap_if_t *all)
{
    const pcap_if_t *best = NULL;
    int best_rank = 0;
    for (const pcap_if_t *d = all; d; d = d->next) {
        int r = rank(d, d == all);
        if (r > best_rank) {
            best = d;
            best_rank = r;
        }
    }
    return best;
}

static int take_name(const char *name, char out[RN_CAPTURE_DEVICE_BYTES])
{
    size_t len = strlen(name);
    if (len >= RN_CAPTURE_DEVICE_BYTES)
        return -ENODEV;
    memcpy(out, name, len + 1);
    return 0;
}

// The lowest metric wins, and the first among equals, as in the kernel's list.
static bool default_route(const char *path, bool (*parse)(const char *, struct capture_route *),
                          char out[RN_CAPTURE_DEVICE_BYTES])
{
    struct capture_route best, r;
    bool found = false;
    char line[512];
    FILE *f = fopen(path, "re");
    while (f && fgets(line, sizeof line, f)) {
        if (!parse(line, &r) || (found && r.metric >= best.metric))
            continue;
        best = r;
        found = true;
    }
    if (f)
        fclose(f);
    return found && take_name(best.device, out) == 0;
}

int rn_capture_default_device(char out[RN_CAPTURE_DEVICE_BYTES], struct rn_err *err)
{
    if (default_route("/proc/net/route", capture_route_v4, out) ||
        default_route("/proc/net/ipv6_route", capture_route_v6, out))
        return 0;
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, why) < 0)
        return rn_err_set(err, -ENODEV, "Cannot list the interfaces: %s", why);
    const pcap_if_t *best = capture_pick_device(all);
    int r = best ? take_name(best->name, out) : -ENODEV;
    if (all)
        pcap_freealldevs(all);
    if (r < 0)
        return rn_err_set(err, r,
                          "No active network interface found. Use -i to specify one manually.");
    return 0;
}

// libpcap lists more than networks (Bluetooth, USB, D-Bus): what has no index is no interface.
static int not_found(const char *wanted, const pcap_if_t *all, struct rn_err *err)
{
    char list[224] = "";
    size_t len = 0;
    for (const pcap_if_t *d = all; d; d = d->next) {
        size_t n = strlen(d->name);
        if ((strcmp(d->name, "any") != 0 && !if_nametoindex(d->name)) ||
            len + n + 6 > sizeof list) // 6: ", ", "..." and NUL
            continue;
        len += (size_t)snprintf(list + len, sizeof list - len, "%s%s", len ? ", " : "", d->name);
    }
    return rn_err_set(err, -ENODEV, "Interface '%.40s' not found. Available interfaces: %s", wanted,
                      len ? list : "none");
}

int capture_find_device(const char *wanted, char out[RN_CAPTURE_DEVICE_BYTES], struct rn_err *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    pcap_if_t *all = NULL;
    if (pcap_findalldevs(&all, why) < 0)
        return rn_err_set(err, -ENODEV, "Cannot list the interfaces: %s", why);
    const pcap_if_t *exact = NULL, *similar = NULL;
    for (const pcap_if_t *d = all; d; d = d->next) {
        if (!exact && strcmp(d->name, wanted) == 0)
            exact = d;
        if (!similar && strcasecmp(d->name, wanted) == 0)
            similar = d;
    }
    const pcap_if_t *hit = exact ? exact : similar;
    int r = hit && take_name(hit->name, out) == 0 ? 0 : not_found(wanted, all, err);
    if (all)
        pcap_freealldevs(all);
    return r;
}
