// SPDX-License-Identifier: Apache-2.0
// A message of Kerberos, over whatever transport.
// Thread: any.
// Owns:   nothing.
// Fails:  RN_NO.
#ifndef RUSTNET_DPI_KERBEROS_H
#define RUSTNET_DPI_KERBEROS_H

#include "room.h"

// One message, without the length that goes before it over TCP. It may be cut at its end.
enum rn_verdict dpi_kerberos_message(struct rn_bytes message, struct rn_facts *facts);

#endif
