// SPDX-License-Identifier: Apache-2.0
// A number must never outgrow its column, so precision goes where it would: "99.9M", then "100M".
#include "format.h"

#include <stdbool.h>
#include <stdio.h>

struct unit {
    double size;
    const char *letter;
};

static const struct unit units[] = {
    {1024.0 * 1024.0 * 1024.0, "G"},
    {1024.0 * 1024.0, "M"},
    {1024.0, "K"},
};
enum { UNITS = sizeof units / sizeof units[0] };

// NULL: plain bytes. A number that would be rounded up to 1024 of a unit already belongs to the next.
static const struct unit *unit_of(double bps)
{
    for (unsigned i = 0; i < UNITS; i++) {
        double below = i + 1 < UNITS ? units[i + 1].size : 1;
        if (bps >= units[i].size - below / 2)
            return &units[i];
    }
    return NULL;
}

void ui_fmt_rate(char out[UI_NUMBER_SIZE], double bps)
{
    const struct unit *unit = unit_of(bps);
    if (unit)
        snprintf(out, UI_NUMBER_SIZE, "%.2f %sB/s", bps / unit->size, unit->letter);
    else
        snprintf(out, UI_NUMBER_SIZE, "%.0f B/s", bps > 0 ? bps : 0);
}

void ui_fmt_rate_compact(char out[UI_NUMBER_SIZE], double bps)
{
    const struct unit *unit = unit_of(bps);
    if (!unit) {
        if (bps >= 0.5)
            snprintf(out, UI_NUMBER_SIZE, "%.0fB", bps);
        else
            snprintf(out, UI_NUMBER_SIZE, "-");
        return;
    }
    double value = bps / unit->size;
    bool tenth = unit != &units[UNITS - 1] && value < 99.95;
    snprintf(out, UI_NUMBER_SIZE, "%.*f%s", tenth ? 1 : 0, value, unit->letter);
}

void ui_fmt_rtt(char out[UI_NUMBER_SIZE], rn_dur rtt)
{
    double ms = (double)(rtt > 0 ? rtt : 0) / (double)RN_MSEC;
    if (ms < 9.95)
        snprintf(out, UI_NUMBER_SIZE, "%.1fms", ms);
    else if (ms < 999.5)
        snprintf(out, UI_NUMBER_SIZE, "%.0fms", ms);
    else
        snprintf(out, UI_NUMBER_SIZE, "%.1fs", ms / 1000);
}
