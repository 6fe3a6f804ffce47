// SPDX-License-Identifier: Apache-2.0
// The diagnostic log. Only app/ writes it; libraries of others are led here while the screen is ours.
// Thread: any.
// Owns:   one file descriptor, process-wide.
// Fails:  silently after the first failed write; a log must not stop a monitor.
#ifndef RUSTNET_BASE_LOG_H
#define RUSTNET_BASE_LOG_H

#include "rustnet/base/err.h"
#include "rustnet/base/time.h"

enum rn_log_level {
    RN_LOG_OFF,
    RN_LOG_ERROR,
    RN_LOG_WARN,
    RN_LOG_INFO,
    RN_LOG_DEBUG,
    RN_LOG_TRACE,
    RN_LOG_COUNT,
};

// Level by name in any case, or -1.
int rn_log_level_find(const char *name);
// Creates logs/rustnet_DATE.log in the working directory (0700, 0600, no symbolic links followed).
int rn_log_open(enum rn_log_level level, rn_time now, struct rn_err *err);
void rn_log(enum rn_log_level level, rn_time now, const char *room, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
// Descriptor of the log file, or -1 while there is none.
int rn_log_fd(void);
void rn_log_close(void);

#endif
