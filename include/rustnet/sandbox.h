// SPDX-License-Identifier: Apache-2.0
// Give privileges away, in order, and report what is gone.
// Thread: main once for `apply`, before it starts others; `shed` from each thread.
// Owns:   nothing.
// Fails:  `apply` with negative errno where the system refuses; the report says what holds all the same.
// Source: prctl(2) PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE; capabilities(7).
#ifndef RUSTNET_SANDBOX_H
#define RUSTNET_SANDBOX_H

#include <stdbool.h>

#include "rustnet/base/err.h"

enum rn_sandbox_role {
    RN_ROLE_CAPTURE, // has its device open: needs no right any more
    RN_ROLE_PACKETS, // touches foreign bytes: must have none
    RN_ROLE_ENRICH,  // reads /proc of others
    RN_ROLE_UI,
};

struct rn_sandbox_report {
    bool no_new_privs;
    bool not_dumpable;
};

// No new privileges (for this thread and those it starts later), no core dump, no tracer of the same user.
// The kernel then gives /proc/PID of this process to root; reading our own descriptors there still works.
int rn_sandbox_apply(struct rn_sandbox_report *out, struct rn_err *err);
// Drops every capability that the role does not need, for the calling thread and for good.
// 0 also when there was none to drop. It does not change the user: uid 0 without capabilities can still open the files
// that root owns.
int rn_sandbox_shed(enum rn_sandbox_role role, struct rn_err *err);

#endif
