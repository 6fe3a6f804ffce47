// SPDX-License-Identifier: Apache-2.0
// Where everything begins: options, then what they ask for. Exit codes: 2 for the command line, 1 for the world.
#include <signal.h>
#include <stdio.h>

#include "headless.h"
#include "monitor.h"
#include "options.h"
#include "replay.h"
#include "screen.h"
#include "timeouts.h"

static int complain(const struct rn_err *err, int code)
{
    if (err->msg[0])
        fprintf(stderr, "rustnet: %s\n", err->msg);
    return code;
}

// The truest answer: open the capture and close it again.
static int check(const struct app_options *options, struct rn_err *err)
{
    struct rn_capture *capture = NULL;
    struct rn_capture_cfg cfg = {.device = options->interface, .filter = options->filter};
    int rc = rn_capture_open_live(&cfg, &capture, err);
    rn_capture_close(capture);
    return rc;
}

static int run(const struct app_options *options, struct rn_err *err)
{
    if (options->wish == APP_CHECK)
        return check(options, err);
    int rc = rn_log_open(options->log_level, rn_clock_wall(), err);
    if (rc)
        return rc;
    if (options->headless && options->read) {
        struct rn_err warning = {0};
        signal(SIGPIPE, SIG_IGN);
        rc = app_replay(options, &warning, err);
        if (warning.code)
            complain(&warning, 0);
    } else {
        rc = options->headless ? app_headless(options, err) : app_screen(options, err);
    }
    rn_log_close();
    return rc;
}

int main(int argc, char **argv)
{
    struct app_options options;
    struct rn_err err = {0};
    if (app_options_parse(argc, argv, &options, &err))
        return complain(&err, APP_EXIT_USAGE);
    if (options.wish == APP_HELP)
        return fputs(app_help, stdout) < 0;
    if (options.wish == APP_VERSION)
        return puts("rustnet " RN_VERSION) < 0;
    if (options.timeouts_file && app_timeouts_load(options.timeouts_file, &options.timeouts, &err))
        return complain(&err, APP_EXIT_WORLD);
    return run(&options, &err) ? complain(&err, APP_EXIT_WORLD) : 0;
}
