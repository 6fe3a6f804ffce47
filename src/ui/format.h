// SPDX-License-Identifier: Apache-2.0
// Numbers as text: binary units, K = 1024.
// Thread: any.
// Owns:   caller's storage.
// Fails:  never.
#ifndef RUSTNET_UI_FORMAT_H
#define RUSTNET_UI_FORMAT_H

#include "rustnet/base/time.h"

#define UI_NUMBER_SIZE 32
// "1.44 MB/s", "512 B/s".
void ui_fmt_rate(char out[UI_NUMBER_SIZE], double bps);
// "1.4M", "928K", "-" for nothing: five characters at most below a terabyte a second.
void ui_fmt_rate_compact(char out[UI_NUMBER_SIZE], double bps);
// "0.4ms", "23ms", "1.2s": six characters at most below three hours.
void ui_fmt_rtt(char out[UI_NUMBER_SIZE], rn_dur rtt);

#endif
