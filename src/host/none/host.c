// SPDX-License-Identifier: Apache-2.0
// The platform that knows nothing: begun with the header, not yet written.
#include "rustnet/host.h"
