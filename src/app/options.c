// SPDX-License-Identifier: Apache-2.0
// Options by getopt_long: `--opt VALUE`, `--opt=VALUE`, `-oVALUE`. What is repeated or unknown is an error.
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "pipeline.h"
#include "rustnet/base/sync.h"
#include "rustnet/flow.h"

#define WORKERS_DEFAULT 4 // or as many as there are processors, if those are fewer
#define REFRESH_DEFAULT 1000
#define REFRESH_LEAST 10 // what 0 stands for: as fast as makes sense
#define DURATION_MOST (366u * 86400)
#define BUFFER_MOST_KIB (1024u * 1024)

const char app_help[] =
    "Per-connection network monitor\n"
    "\n"
    "Usage: rustnet [OPTIONS]\n"
    "\n"
    "Options:\n"
    "  -i, --interface NAME         Capture on this device; any: on all of them (default route's)\n"
    "      --no-localhost           Hide connections within this machine (the default)\n"
    "      --show-localhost         Show them too\n"
    "  -r, --refresh-interval MS    How often the screen gets new figures (1000)\n"
    "      --no-dpi                 Look at no payload\n"
    "  -f, --bpf-filter FILTER      Only frames that match, as in tcpdump\n"
    "      --no-color               No colours at all (also: NO_COLOR in the environment)\n"
    "  -l, --log-level LEVEL        off, error, warn, info, debug or trace, into logs/ (off)\n"
    "      --json-log FILE          Append connection events to FILE as JSON lines\n"
    "      --headless               No screen: the event stream goes to standard output\n"
    "      --duration SECONDS       End a headless run after this time\n"
    "      --read FILE              Take frames from a pcap or pcapng file (- for standard input)\n"
    "      --play FILE              The same on the screen, at the pace of the trace\n"
    "      --local ADDR[/LEN]       Address that counts as local in a trace (repeatable)\n"
    "      --max-connections N      Rows of the table (50000)\n"
    "      --timeouts FILE          How long rows live (docs/timeouts.md)\n"
    "      --workers N              Threads that inspect packets (processors, at most 4)\n"
    "  -B, --buffer-size KIB        Kernel buffer of the capture (32768, at least 1024)\n"
    "      --check                  Say whether a capture with these options is possible\n"
    "  -h, --help                   Print this text\n"
    "  -V, --version                Print the version\n";

enum {
    OPT_HEADLESS = 256,
    OPT_READ,
    OPT_PLAY,
    OPT_JSON_LOG,
    OPT_LOCAL,
    OPT_MAX,
    OPT_TIMEOUTS,
    OPT_NO_DPI,
    OPT_NO_COLOR,
    OPT_SHOW_LOCALHOST,
    OPT_NO_LOCALHOST,
    OPT_DURATION,
    OPT_WORKERS,
    OPT_CHECK,
    OPT_END,
};

static const struct option table[] = {
    {"interface", required_argument, NULL, 'i'},
    {"no-localhost", no_argument, NULL, OPT_NO_LOCALHOST},
    {"show-localhost", no_argument, NULL, OPT_SHOW_LOCALHOST},
    {"refresh-interval", required_argument, NULL, 'r'},
    {"no-dpi", no_argument, NULL, OPT_NO_DPI},
    {"bpf-filter", required_argument, NULL, 'f'},
    {"no-color", no_argument, NULL, OPT_NO_COLOR},
    {"log-level", required_argument, NULL, 'l'},
    {"json-log", required_argument, NULL, OPT_JSON_LOG},
    {"headless", no_argument, NULL, OPT_HEADLESS},
    {"duration", required_argument, NULL, OPT_DURATION},
    {"read", required_argument, NULL, OPT_READ},
    {"play", required_argument, NULL, OPT_PLAY},
    {"local", required_argument, NULL, OPT_LOCAL},
    {"max-connections", required_argument, NULL, OPT_MAX},
    {"timeouts", required_argument, NULL, OPT_TIMEOUTS},
    {"workers", required_argument, NULL, OPT_WORKERS},
    {"buffer-size", required_argument, NULL, 'B'},
    {"check", no_argument, NULL, OPT_CHECK},
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

// A number with its name in the complaint.
static int take_number(const char *name, uint32_t least, uint32_t most, uint32_t *out,
                       struct rn_err *err)
{
    if (number(optarg, least, most, out))
        return rn_err_set(err, -EINVAL, "%s: \"%s\" is not between %u and %u", name, optarg, least,
                          most);
    return 0;
}

static int take_level(struct app_options *out, struct rn_err *err)
{
    int level = rn_log_level_find(optarg);
    if (level < 0)
        return rn_err_set(err, -EINVAL, "Invalid log level: \"%s\"", optarg);
    out->log_level = (enum rn_log_level)level;
    return 0;
}

static int take_scaled(int opt, struct app_options *out, struct rn_err *err)
{
    uint32_t n = 0;
    int rc;
    if (opt == OPT_DURATION) {
        rc = take_number("--duration", 1, DURATION_MOST, &n, err);
        out->duration = (rn_dur)n * RN_SEC;
        return rc;
    }
    if (opt == 'B') {
        rc = take_number("--buffer-size", 1, BUFFER_MOST_KIB, &n, err);
        out->buffer_bytes = (size_t)n * 1024;
        return rc;
    }
    rc = take_number("--refresh-interval", 0, UINT32_MAX, &n, err);
    out->refresh_ms = n < REFRESH_LEAST ? REFRESH_LEAST : n;
    return rc;
}

static int take(int opt, struct app_options *out, struct rn_err *err)
{
    switch (opt) {
    case 'i':
        out->interface = optarg;
        return 0;
    case OPT_SHOW_LOCALHOST:
        out->show_loopback = true;
        return 0;
    case OPT_NO_LOCALHOST:
        return 0;
    case 'r':
    case 'B':
    case OPT_DURATION:
        return take_scaled(opt, out, err);
    case OPT_NO_COLOR:
        out->no_color = true;
        return 0;
    case 'l':
        return take_level(out, err);
    case OPT_HEADLESS:
        out->headless = true;
        return 0;
    case OPT_READ:
        out->read = optarg;
        return 0;
    case OPT_PLAY:
        out->play = optarg;
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
        return take_number("--max-connections", 1, RN_FLOW_MAX_CONNECTIONS, &out->max_connections,
                           err);
    case OPT_TIMEOUTS:
        out->timeouts_file = optarg;
        return 0;
    case OPT_WORKERS:
        return take_number("--workers", 1, APP_WORKERS_MAX, &out->workers, err);
    case OPT_NO_DPI:
        out->no_dpi = true;
        return 0;
    case 'f':
        out->filter = optarg + strspn(optarg, " \t\r\n");
        if (!*out->filter)
            out->filter = NULL;
        return 0;
    case OPT_CHECK:
        out->wish = APP_CHECK;
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

// What does not go together.
static int hold_together(const struct app_options *o, struct rn_err *err)
{
    static const char pairs[][2][12] = {
        {"--read", "--play"}, {"--read", "-i"}, {"--play", "-i"}, {"--play", "--headless"}};
    const bool given[][2] = {{o->read, o->play},
                             {o->read, o->interface},
                             {o->play, o->interface},
                             {o->play, o->headless}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (given[i][0] && given[i][1])
            return rn_err_set(err, -EINVAL, "%s and %s do not go together", pairs[i][0],
                              pairs[i][1]);
    if (o->duration && (!o->headless || o->read))
        return rn_err_set(err, -EINVAL, "--duration is for a live run with --headless");
    if (o->local.net_count && !o->read && !o->play)
        return rn_err_set(err, -EINVAL, "--local is for a trace; a live run asks the system");
    return 0;
}

int app_options_parse(int argc, char **argv, struct app_options *out, struct rn_err *err)
{
    bool seen[OPT_END] = {false};
    unsigned cpus = rn_cpu_count();
    *out = (struct app_options){.max_connections = 50000,
                                .workers = cpus < WORKERS_DEFAULT ? cpus : WORKERS_DEFAULT,
                                .refresh_ms = REFRESH_DEFAULT,
                                .timeouts = rn_timeouts_default};
    opterr = 0;
    optind = 0; // like 1, and forgets where an earlier parse stopped (glibc, musl)
    for (int opt; (opt = getopt_long(argc, argv, "i:r:f:l:B:hV", table, NULL)) != -1;) {
        if (opt < OPT_END && opt != OPT_LOCAL && opt != '?' && seen[opt])
            return rn_err_set(err, -EINVAL, "An option was given twice; see --help");
        seen[opt] = true;
        if (optarg && opt < OPT_HEADLESS && *optarg == '=') // -i=eth0
            optarg++;
        int rc = take(opt, out, err);
        if (rc)
            return rc;
        if (out->wish == APP_HELP || out->wish == APP_VERSION)
            return 0;
    }
    if (optind < argc)
        return rn_err_set(err, -EINVAL, "\"%s\" is not expected; see --help", argv[optind]);
    return hold_together(out, err);
}
