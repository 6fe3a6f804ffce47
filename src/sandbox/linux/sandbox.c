// SPDX-License-Identifier: Apache-2.0
// Linux: no new privileges, no core and no tracer, and capabilities given away thread by thread.
//
// capset(2) is called directly: libcap's functions would allocate, and with libpsx they would reach all threads, where
// here each thread decides for itself.
//
// After shed a thread cannot get a capability back: it is gone from every set (exec included: bounding and ambient),
// and `apply` has forbidden new privileges. What remains is the user: uid 0 without a capability still owns root's
// files and may open them.
#include "rustnet/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CAP_BITS 64

struct caps {
    uint64_t effective, permitted, inheritable;
};

int rn_sandbox_apply(struct rn_sandbox_report *out, struct rn_err *err)
{
    int r = 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) < 0)
        r = rn_err_set(err, -errno, "Cannot forbid new privileges: %s", strerror(errno));
    if (prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) < 0)
        r = rn_err_set(err, -errno, "Cannot forbid core dumps: %s", strerror(errno));
    out->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1;
    out->not_dumpable = prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L) == 0;
    return r;
}

static int get_caps(struct caps *out)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct d[2] = {{0}};
    if (syscall(SYS_capget, &head, d) < 0)
        return -errno;
    out->effective = (uint64_t)d[1].effective << 32 | d[0].effective;
    out->permitted = (uint64_t)d[1].permitted << 32 | d[0].permitted;
    out->inheritable = (uint64_t)d[1].inheritable << 32 | d[0].inheritable;
    return 0;
}

static int set_caps(uint64_t kept)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    uint32_t low = (uint32_t)kept, high = (uint32_t)(kept >> 32);
    const struct __user_cap_data_struct d[2] = {{.effective = low, .permitted = low},
                                                {.effective = high, .permitted = high}};
    return syscall(SYS_capset, &head, d) < 0 ? -errno : 0;
}

static uint64_t needed_by(enum rn_sandbox_role role)
{
    switch (role) {
    case RN_ROLE_ENRICH: // to see descriptors of other users' processes
        return UINT64_C(1) << CAP_SYS_PTRACE | UINT64_C(1) << CAP_DAC_READ_SEARCH;
    case RN_ROLE_CAPTURE:
    case RN_ROLE_PACKETS:
    case RN_ROLE_UI:
        break;
    }
    return 0;
}

// What a program would get that this thread executes. Takes CAP_SETPCAP; without it, no_new_privs has to do.
static void empty_bounding(void)
{
    for (long cap = 0; cap < CAP_BITS; cap++)
        if (prctl(PR_CAPBSET_READ, cap, 0L, 0L, 0L) == 1)
            (void)prctl(PR_CAPBSET_DROP, cap, 0L, 0L, 0L);
}

int rn_sandbox_shed(enum rn_sandbox_role role, struct rn_err *err)
{
    struct caps now = {0};
    int r = get_caps(&now);
    if (r < 0)
        return rn_err_set(err, r, "Cannot read the capabilities: %s", strerror(-r));
    uint64_t kept = now.permitted & needed_by(role);
    (void)prctl(PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L); // Linux 4.3
    empty_bounding();
    r = set_caps(kept);
    if (r < 0)
        return rn_err_set(err, r, "Cannot drop the capabilities: %s", strerror(-r));
    if (get_caps(&now) < 0 || now.permitted != kept || now.effective != kept || now.inheritable)
        return rn_err_set(err, -EPERM, "The capabilities are still there after they were dropped");
    return 0;
}
