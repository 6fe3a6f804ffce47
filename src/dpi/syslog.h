// SPDX-License-Identifier: Apache-2.0
// A message of syslog, over whatever transport.
// Thread: any.
// Owns:   nothing.
// Fails:  RN_NO.
#ifndef RUSTNET_DPI_SYSLOG_H
#define RUSTNET_DPI_SYSLOG_H

#include "room.h"

// One message without its framing. at_home: it came to syslog's own port, where more is believed.
enum rn_verdict dpi_syslog_message(struct rn_bytes message, bool at_home, struct rn_facts *facts);

#endif
