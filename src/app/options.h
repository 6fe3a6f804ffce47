// SPDX-License-Identifier: Apache-2.0
// The command line. Private to app.
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/base/log.h"
#include "rustnet/base/time.h"
#include "rustnet/model/addr.h"
#include "rustnet/model/timeouts.h"

#define APP_EXIT_WORLD 1 // device, file, privilege
#define APP_EXIT_USAGE 2

enum app_wish {
    APP_RUN,
    APP_HELP,
    APP_VERSION,
    APP_CHECK, // may this process capture with these options?
};

struct app_options {
    enum app_wish wish;
    const char *interface; // NULL: that of the default route
    const char *read, *play;
    const char *filter;
    const char *json_log;
    const char *timeouts_file; // NULL: the defaults
    bool headless, no_dpi, no_color, show_loopback;
    uint32_t max_connections;
    uint32_t workers;
    uint32_t refresh_ms;
    size_t buffer_bytes; // of the kernel; 0: capture's own choice
    rn_dur duration;     // 0: until it is ended
    enum rn_log_level log_level;
    struct rn_local_addrs local;
    struct rn_timeouts timeouts; // the defaults, until app_timeouts_load
};

// -EINVAL and one line in err for anything that is wrong on the command line.
int app_options_parse(int argc, char **argv, struct app_options *out, struct rn_err *err);
extern const char app_help[];

#endif
