// SPDX-License-Identifier: Apache-2.0
// Frames come from a device or a file; live and file give the same handle (libpcap).
// Thread: one; `wake` from any.
// Owns:   the handle; a frame is borrowed until the next call.
// Fails:  negative errno and a sentence with the remedy.
#ifndef RUSTNET_CAPTURE_H
#define RUSTNET_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "rustnet/base/err.h"
#include "rustnet/model/packet.h"

#define RN_CAPTURE_SNAP_BYTES 2048
#define RN_CAPTURE_BUFFER_BYTES (32 * 1024 * 1024)
#define RN_CAPTURE_DEVICE_BYTES 64

struct rn_capture_cfg {
    const char *device;  // NULL: the one that the default route uses
    const char *filter;  // BPF expression, or NULL
    size_t buffer_bytes; // kernel buffer, 1 MiB at least; 0: RN_CAPTURE_BUFFER_BYTES
};

struct rn_capture;

// -ENODEV: no such device; -EPERM: no right to capture; -EINVAL: the filter does not compile. Each with its remedy in
// err. A device that is down is no error: frames come once it is up. Whether a link type can be read is not decided
// here: ask rn_capture_link.
int rn_capture_open_live(const struct rn_capture_cfg *cfg, struct rn_capture **out,
                         struct rn_err *err);
// "-" reads standard input. -ENOENT and so on; -EINVAL: no capture file, or the filter does not compile.
int rn_capture_open_file(const char *path, const char *filter, struct rn_capture **out,
                         struct rn_err *err);
void rn_capture_close(struct rn_capture *capture);

// Calls sink for each frame that is there now (live: at most about a kernel block's worth; file: at most max frames).
// Returns the number of frames; 0 live: none at the moment; -ENODATA: end of file; else the capture is over and err
// says why. -EPIPE: the file is cut in the middle, everything up to the cut has been given; -EBADMSG: it is damaged.
typedef void (*rn_capture_sink)(void *ctx, const struct rn_frame *frame);
int rn_capture_next(struct rn_capture *capture, unsigned max, rn_capture_sink sink, void *ctx,
                    struct rn_err *err);
// Live: sleeps until frames are there, `wake` was called, or timeout has passed. False: woken by `wake`.
bool rn_capture_wait(struct rn_capture *capture, rn_dur timeout);
// Ends the current or next wait at once. Any thread; async-signal-safe.
void rn_capture_wake(struct rn_capture *capture);

int rn_capture_link(const struct rn_capture *capture);           // DLT_*
const char *rn_capture_device(const struct rn_capture *capture); // device or file name, clean text
bool rn_capture_is_live(const struct rn_capture *capture);
// Frames that the kernel threw away for want of room, since the start. Live only, else 0.
uint64_t rn_capture_dropped(struct rn_capture *capture);

// The device of the default route (IPv4, then IPv6), else libpcap's first that is up, runs and has an address.
int rn_capture_default_device(char out[RN_CAPTURE_DEVICE_BYTES], struct rn_err *err);
// Whether this process may capture at all. 0, or -EPERM with the remedy.
int rn_capture_may(struct rn_err *err);

#endif
