// SPDX-License-Identifier: Apache-2.0
// The capture thread: frames from a device as they come, or from a trace at its own pace. Private to app.
// Thread: capture for `run`, main for `stop`.
// Owns:   nothing; the monitor's capture is the thread's while it runs.
// Fails:  a capture that dies leaves its reason in stats.failure.
#ifndef APP_SOURCE_H
#define APP_SOURCE_H

struct app_monitor;

void app_source_run(struct app_monitor *m);
// Makes `run` return soon.
void app_source_stop(struct app_monitor *m);

#endif
