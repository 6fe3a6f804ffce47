// SPDX-License-Identifier: Apache-2.0
// The text of /proc/net: begun with the header, not yet written.
#include "rustnet/host.h"
