// SPDX-License-Identifier: Apache-2.0
// A message of SIP, over whatever transport.
// Thread: any.
// Owns:   nothing.
// Fails:  RN_NO.
#ifndef RUSTNET_DPI_SIP_H
#define RUSTNET_DPI_SIP_H

#include "room.h"

// A message, or the first of it; its body may be missing. RN_MORE: a first line that has not ended.
enum rn_verdict dpi_sip_message(struct rn_bytes message, struct rn_facts *facts);

#endif
