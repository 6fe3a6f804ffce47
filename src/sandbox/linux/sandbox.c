// SPDX-License-Identifier: Apache-2.0
// Linux's way to give rights away: begun with the header, not yet written.
#include "rustnet/sandbox.h"
