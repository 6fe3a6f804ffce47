// SPDX-License-Identifier: Apache-2.0
// Which link types are known, and how the screen calls them.
#include "rustnet/wire.h"

#include <string.h>

#include "walk.h"

static const struct {
    int dlt;
    const char *name;
} links[] = {
    {WIRE_DLT_NULL, "RawIP"},        {WIRE_DLT_ETHERNET, "Ethernet"}, {WIRE_DLT_RAW, "RawIP"},
    {WIRE_DLT_RAW_OPENBSD, "RawIP"}, {WIRE_DLT_RAW_FILE, "RawIP"},    {WIRE_DLT_LOOP, "RawIP"},
    {WIRE_DLT_SLL, "LinuxSLL"},      {WIRE_DLT_IPV4, "RawIP"},        {WIRE_DLT_IPV6, "RawIP"},
    {WIRE_DLT_PKTAP_MACOS, "Pktap"}, {WIRE_DLT_PKTAP, "Pktap"},       {WIRE_DLT_SLL2, "LinuxSLL2"},
};

static const char *find_name(int dlt)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
        if (links[i].dlt == dlt)
            return links[i].name;
    return NULL;
}

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool rn_wire_link_known(int dlt)
{
    return find_name(dlt) != NULL;
}

const char *rn_wire_link_name(int dlt, const char *interface)
{
    if (interface && (starts_with(interface, "tun") || starts_with(interface, "utun")))
        return "Tun";
    if (interface && starts_with(interface, "tap"))
        return "Tap";
    const char *name = find_name(dlt);
    return name ? name : "Unknown";
}
