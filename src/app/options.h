// SPDX-License-Identifier: Apache-2.0
// The command line. Private to app.
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "rustnet/base/err.h"
#include "rustnet/model/addr.h"

#define APP_EXIT_WORLD 1 // device, file, privilege
#define APP_EXIT_USAGE 2

enum app_wish {
    APP_RUN,
    APP_HELP,
    APP_VERSION,
};

struct app_options {
    enum app_wish wish;
    const char *read;
    const char *filter;
    const char *json_log;
    bool headless, no_dpi;
    uint32_t max_connections;
    struct rn_local_addrs local;
};

// -EINVAL and one line in err for anything that is wrong on the command line.
int app_options_parse(int argc, char **argv, struct app_options *out, struct rn_err *err);
extern const char app_help[];

#endif
