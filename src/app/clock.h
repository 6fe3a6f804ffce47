// SPDX-License-Identifier: Apache-2.0
// What time it is: the system's, or that of a trace which is being played. Private to app.
// Thread: any for `now`; the thread that plays for the others.
// Owns:   values.
// Fails:  never.
#ifndef APP_CLOCK_H
#define APP_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "rustnet/base/time.h"

struct app_clock {
    bool plays;            // a trace
    _Atomic rn_time shift; // trace time minus the monotonic clock
    _Atomic rn_time limit; // time stands still here: the next frame's has not come yet
};

// Live: the wall clock, as packets are stamped by it. Playing: runs with the trace, RN_TIME_MIN before it starts.
rn_time app_now(const struct app_clock *clock);

void app_clock_play(struct app_clock *clock);
// The next frame's time is known: the clock runs on to it. A gap longer than APP_CLOCK_GAP is shortened to that.
// Returns how long it will take; 0 if that time is there already.
#define APP_CLOCK_GAP (2 * RN_SEC)
rn_dur app_clock_next(struct app_clock *clock, rn_time frame);
// Time is that of the frame at hand, whatever the clock on the wall says (a trace that is read at full speed).
void app_clock_jump(struct app_clock *clock, rn_time frame);

#endif
