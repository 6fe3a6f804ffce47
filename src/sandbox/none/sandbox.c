// SPDX-License-Identifier: Apache-2.0
// A platform without a sandbox: begun with the header, not yet written.
#include "rustnet/sandbox.h"
