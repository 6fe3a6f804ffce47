// SPDX-License-Identifier: Apache-2.0
// What a parser says about bytes that anybody may have sent.
// Thread: any.
// Owns:   nothing.
// Fails:  never; hostile bytes are an answer, not an error.
#ifndef RUSTNET_BASE_VERDICT_H
#define RUSTNET_BASE_VERDICT_H

enum rn_verdict {
    RN_NO,   // not this
    RN_MORE, // may be this, more bytes are needed to tell
    RN_YES,  // this, proved by the bytes
};

// Our own mistakes, never somebody else's bytes: aborts where NDEBUG is not set, absent in release.
#ifdef NDEBUG
#define RN_ASSERT(cond) ((void)sizeof(cond))
#else
#define RN_ASSERT(cond) ((cond) ? (void)0 : __builtin_trap())
#endif

#define RN_LIKELY(cond) __builtin_expect(!!(cond), 1)
#define RN_UNLIKELY(cond) __builtin_expect(!!(cond), 0)

#endif
