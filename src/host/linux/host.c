// SPDX-License-Identifier: Apache-2.0
// Linux's answers to host.h: begun with the header, not yet written.
#include "rustnet/host.h"
