// SPDX-License-Identifier: Apache-2.0
// An error from the world, as a sentence for a person.
// Thread: any.
// Owns:   caller's storage, as libpcap's error buffer.
// Fails:  never.
#ifndef RUSTNET_BASE_ERR_H
#define RUSTNET_BASE_ERR_H

struct rn_err {
    int code;      // negative errno, 0 = none
    char msg[320]; // one sentence, clean text (base/text.h), no newline at the end
};

// Fills err (NULL is fine) and returns code, so that a caller can write `return rn_err_set(err, -ENODEV, ...)`.
int rn_err_set(struct rn_err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
