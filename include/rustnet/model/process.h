// SPDX-License-Identifier: Apache-2.0
// Who owns a socket.
// Thread: any.
// Owns:   values.
// Fails:  never.
#ifndef RUSTNET_MODEL_PROCESS_H
#define RUSTNET_MODEL_PROCESS_H

#include "rustnet/base/text.h"

struct rn_process {
    uint32_t pid; // 0: not known
    uint32_t uid;
    struct rn_text64 name;
};

#endif
