// SPDX-License-Identifier: Apache-2.0
#include "rustnet/model/addr.h"
