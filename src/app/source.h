// SPDX-License-Identifier: Apache-2.0
// The capture thread: frames from a device as they come, or from a trace at its own pace. Private to app.
// Thread: capture for `run`, main for `stop`.
// Owns:   nothing; the monitor's capture is the thread's while it runs.
// Fails:  a capture that dies leaves its reason in stats.failure.
#ifndef APP_SOURCE_H
#define APP_SOURCE_H

#include "rustnet/capture.h"

struct app_monitor;

// The link type of a capture, if it is one that can be read; else -EINVAL and its number.
int app_source_link(const struct rn_capture *capture, int *out_link, struct rn_err *err);

void app_source_run(struct app_monitor *m);
// Makes `run` return soon.
void app_source_stop(struct app_monitor *m);

#endif
