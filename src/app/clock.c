// SPDX-License-Identifier: Apache-2.0
// A trace's time is the monotonic clock plus a shift, held back at the time of the next frame.
#include "clock.h"

rn_time app_now(const struct app_clock *clock)
{
    if (!clock->plays)
        return rn_clock_wall();
    rn_time limit = atomic_load(&clock->limit);
    rn_time now = rn_time_add(rn_clock_monotonic(), atomic_load(&clock->shift));
    return now < limit ? now : limit;
}

void app_clock_play(struct app_clock *clock)
{
    clock->plays = true;
    atomic_store(&clock->shift, 0);
    atomic_store(&clock->limit, RN_TIME_MIN);
}

rn_dur app_clock_next(struct app_clock *clock, rn_time frame)
{
    rn_time limit = atomic_load(&clock->limit), monotonic = rn_clock_monotonic();
    if (limit == RN_TIME_MIN) { // the first
        atomic_store(&clock->shift, rn_time_since(frame, monotonic));
        atomic_store(&clock->limit, frame);
        return 0;
    }
    if (frame <= limit)
        return 0;
    rn_dur ahead = rn_time_since(frame, rn_time_add(monotonic, atomic_load(&clock->shift)));
    if (ahead > APP_CLOCK_GAP) { // the gap passes in one step
        ahead = APP_CLOCK_GAP;
        atomic_store(&clock->shift, rn_time_since(rn_time_add(frame, -ahead), monotonic));
    }
    atomic_store(&clock->limit, frame);
    return ahead > 0 ? ahead : 0;
}

void app_clock_jump(struct app_clock *clock, rn_time frame)
{
    if (frame <= atomic_load(&clock->limit))
        return;
    atomic_store(&clock->shift, rn_time_since(frame, rn_clock_monotonic()));
    atomic_store(&clock->limit, frame);
}
