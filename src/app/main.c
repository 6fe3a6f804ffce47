// SPDX-License-Identifier: Apache-2.0
// Where everything begins: options, then what they ask for. Exit codes: 2 for the command line, 1 for the world.
#include <signal.h>
#include <stdio.h>

#include "options.h"
#include "replay.h"

static int complain(const struct rn_err *err, int code)
{
    fprintf(stderr, "rustnet: %s\n", err->msg);
    return code;
}

int main(int argc, char **argv)
{
    struct app_options options;
    struct rn_err err = {0}, warning = {0};
    if (app_options_parse(argc, argv, &options, &err))
        return complain(&err, APP_EXIT_USAGE);
    if (options.wish == APP_HELP)
        return fputs(app_help, stdout) < 0;
    if (options.wish == APP_VERSION)
        return puts("rustnet " RN_VERSION) < 0;
    if (!options.read || !options.headless) {
        rn_err_set(&err, 0, "For now only --headless --read FILE is there; see --help");
        return complain(&err, APP_EXIT_USAGE);
    }
    signal(SIGPIPE, SIG_IGN);
    int rc = app_replay(&options, &warning, &err);
    if (warning.code)
        complain(&warning, 0);
    return rc ? complain(&err, APP_EXIT_WORLD) : 0;
}
