// SPDX-License-Identifier: Apache-2.0
// The BPF filter that the user gave, joined with our own where a handle hears more than one device.
#include "internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OWN_BYTES 32 // "ifindex 4294967295 and ()" and NUL

static int compile(pcap_t *p, const char *shown, const char *text, struct bpf_program *out,
                   struct rn_err *err)
{
    if (pcap_compile(p, out, text, 1, PCAP_NETMASK_UNKNOWN) == 0)
        return 0;
    return rn_err_set(err, -EINVAL, "The filter \"%.160s\" does not compile: %s", shown,
                      pcap_geterr(p));
}

static int install(pcap_t *p, const char *shown, const char *text, struct rn_err *err)
{
    struct bpf_program program;
    int r = compile(p, shown, text, &program, err);
    if (r < 0)
        return r;
    r = pcap_setfilter(p, &program);
    pcap_freecode(&program);
    if (r < 0)
        return rn_err_set(err, -EINVAL, "The filter \"%.160s\" cannot be used here: %s", shown,
                          pcap_geterr(p));
    return 0;
}

static int install_joined(pcap_t *p, const char *filter, unsigned ifindex, struct rn_err *err)
{
    // Alone first: "a) or (b" is an error, and must not become valid between our parentheses.
    struct bpf_program program;
    int r = compile(p, filter, filter, &program, err);
    if (r < 0)
        return r;
    pcap_freecode(&program);
    size_t size = strlen(filter) + OWN_BYTES;
    char *whole = malloc(size);
    if (!whole)
        return rn_err_set(err, -ENOMEM, "No memory for the filter");
    (void)snprintf(whole, size, "ifindex %u and (%s)", ifindex, filter);
    r = install(p, filter, whole, err);
    free(whole);
    return r;
}

int capture_set_filter(pcap_t *p, const char *filter, unsigned ifindex, struct rn_err *err)
{
    bool given = filter && filter[strspn(filter, " \t\n")];
    if (given)
        return ifindex ? install_joined(p, filter, ifindex, err) : install(p, filter, filter, err);
    if (!ifindex)
        return 0;
    char own[OWN_BYTES];
    (void)snprintf(own, sizeof own, "ifindex %u", ifindex);
    return install(p, own, own, err);
}
