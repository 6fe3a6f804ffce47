// SPDX-License-Identifier: Apache-2.0
// Options by getopt_long: `--opt VALUE`, `--opt=VALUE`, `-oVALUE`. What is repeated or unknown is an error.
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "rustnet/flow.h"

const char app_help[] =
    "Per-connection network monitor\n"
    "\n"
    "Usage: rustnet --headless --read FILE [OPTIONS]\n"
    "\n"
    "Options:\n"
    "      --headless               Write the event stream instead of drawing a screen\n"
    "      --read FILE              Take frames from a pcap or pcapng file (- for standard input)\n"
    "      --json-log FILE          Write the event stream to FILE (appended)\n"
    "      --local ADDR[/LEN]       Address that counts as local in a replay (repeatable)\n"
    "      --max-connections N      Rows of the table (50000)\n"
    "      --no-dpi                 Look at no payload\n"
    "  -f, --bpf-filter FILTER      Only frames that match, as in tcpdump\n"
    "  -h, --help                   Print this text\n"
    "  -V, --version                Print the version\n";

enum {
    OPT_HEADLESS = 256,
    OPT_READ,
    OPT_JSON_LOG,
    OPT_LOCAL,
    OPT_MAX,
    OPT_NO_DPI,
    OPT_END,
};

static const struct option table[] = {
    {"headless", no_argument, NULL, OPT_HEADLESS},
    {"read", required_argument, NULL, OPT_READ},
    {"json-log", required_argument, NULL, OPT_JSON_LOG},
    {"local", required_argument, NULL, OPT_LOCAL},
    {"max-connections", required_argument, NULL, OPT_MAX},
    {"no-dpi", no_argument, NULL, OPT_NO_DPI},
    {"bpf-filter", required_argument, NULL, 'f'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {0},
};

static int number(const char *text, uint32_t least, uint32_t most, uint32_t *out)
{
    char *end;
    if (*text < '0' || *text > '9')
        return -EINVAL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    if (errno || *end || n < least || n > most)
        return -EINVAL;
    *out = (uint32_t)n;
    return 0;
}

static int take(int opt, struct app_options *out, struct rn_err *err)
{
    switch (opt) {
    case OPT_HEADLESS:
        out->headless = true;
        return 0;
    case OPT_READ:
        out->read = optarg;
        return 0;
    case OPT_JSON_LOG:
        out->json_log = optarg;
        return 0;
    case OPT_LOCAL:
        if (!rn_local_add_text(&out->local, optarg))
            return rn_err_set(err, -EINVAL, "--local: \"%s\" is no address, or one too many",
                              optarg);
        return 0;
    case OPT_MAX:
        if (number(optarg, 1, RN_FLOW_MAX_CONNECTIONS, &out->max_connections))
            return rn_err_set(err, -EINVAL, "--max-connections: \"%s\" is not between 1 and %u",
                              optarg, RN_FLOW_MAX_CONNECTIONS);
        return 0;
    case OPT_NO_DPI:
        out->no_dpi = true;
        return 0;
    case 'f':
        out->filter = optarg + strspn(optarg, " \t\r\n");
        if (!*out->filter)
            out->filter = NULL;
        return 0;
    case 'h':
        out->wish = APP_HELP;
        return 0;
    case 'V':
        out->wish = APP_VERSION;
        return 0;
    default:
        return rn_err_set(err, -EINVAL, "An option is unknown or lacks its value; see --help");
    }
}

int app_options_parse(int argc, char **argv, struct app_options *out, struct rn_err *err)
{
    bool seen[OPT_END] = {false};
    *out = (struct app_options){.max_connections = 50000};
    opterr = 0;
    optind = 1;
    for (int opt; (opt = getopt_long(argc, argv, "f:hV", table, NULL)) != -1;) {
        if (opt < OPT_END && opt != OPT_LOCAL && opt != '?' && seen[opt])
            return rn_err_set(err, -EINVAL, "An option was given twice; see --help");
        seen[opt] = true;
        int rc = take(opt, out, err);
        if (rc)
            return rc;
        if (out->wish != APP_RUN)
            return 0;
    }
    if (optind < argc)
        return rn_err_set(err, -EINVAL, "\"%s\" is not expected; see --help", argv[optind]);
    return 0;
}
