#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Nobody below app/ reads a clock: `now` is a parameter, so a replay is the same on every day.

base/time.c holds the two clocks; base/sync.c and base/ring.c need one to sleep until a time-out.
"""

import pathlib
import re

import lintlib

MAY = ("src/app/", "src/base/time.c", "src/base/sync.c", "src/base/ring.c", "include/rustnet/base/time.h")
CALL = re.compile(r"(?<![\w.>])(rn_clock_\w+|clock_gettime|clock_getres|gettimeofday|timespec_get|time|clock|times)\s*\(")


def check(root):
    root = pathlib.Path(root)
    complaints = []
    for path in lintlib.c_files(root):
        name = lintlib.rel(root, path)
        if name.startswith(MAY):
            continue
        for number, line in lintlib.numbered(lintlib.code_only(path.read_text(encoding="utf-8"))):
            for match in CALL.finditer(line):
                complaints.append(f"{name}:{number}: reads a clock ({match.group(1)}); take the time as a parameter")
    return complaints


GOOD = {
    "src/app/live.c": "rn_time now = rn_clock_wall();\n",
    "src/base/time.c": "clock_gettime(CLOCK_REALTIME, &t);\n",
    "src/flow/flow.c": '// time(NULL) would be wrong\nx = rn_time_add(now, 5); y = row->time; z = "time(0)"; p.time(1);\n',
}
BAD = [
    ("our own clock", {"src/flow/a.c": "rn_time now = rn_clock_monotonic();\n"}, "flow/a.c:1: reads a clock"),
    ("the system's clock", {"src/ui/a.c": "\nclock_gettime(CLOCK_MONOTONIC, &t);\n"}, "ui/a.c:2"),
    ("time()", {"src/export/a.c": "long t = time(NULL);\n"}, "reads a clock"),
    ("in a header", {"include/rustnet/flow.h": "static long f(void) { return time (0); }\n"}, "flow.h:1"),
    ("in another file of base", {"src/base/log.c": "gettimeofday(&tv, 0);\n"}, "log.c:1"),
]

if __name__ == "__main__":
    lintlib.main(check, GOOD, BAD)
