#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The tests mirror the sources: src/ROOM/**/FILE.c has tests/unit/ROOM/test_FILE.c, and the other way round.

Files that cannot have one stand in mirror.txt with a reason; a line there that matches nothing is refused.
A test may also belong to a header that holds the code itself (base/reader.h).
"""

import fnmatch
import pathlib

import lintlib

ALLOWED = "tests/lint/mirror.txt"


def check(root):
    root = pathlib.Path(root)
    complaints, reasons, used = [], {}, set()
    for number, cells in lintlib.table_rows(root / ALLOWED):
        if len(cells) != 2 or not cells[1]:
            complaints.append(f"{ALLOWED}:{number}: a row is: source | reason")
            continue
        reasons[cells[0]] = number
    stems = set()
    for path in lintlib.files(root, "src/**/*.c"):
        name = lintlib.rel(root, path)
        room = name.split("/")[1]
        stems.add((room, path.stem))
        excused = [glob for glob in reasons if fnmatch.fnmatch(name, glob)]
        used.update(excused)
        test = f"tests/unit/{room}/test_{path.stem}.c"
        if not excused and not (root / test).is_file():
            complaints.append(f"{name}:1: has no test {test}")
    for path in lintlib.files(root, "src/**/*.h", "include/rustnet/**/*.h"):
        parts = lintlib.rel(root, path).split("/")
        stems.add((parts[1] if parts[0] == "src" else parts[2].removesuffix(".h"), path.stem))
    for path in lintlib.files(root, "tests/unit/*/test_*.c"):
        if (path.parent.name, path.stem.removeprefix("test_")) not in stems:
            complaints.append(f"{lintlib.rel(root, path)}:1: there is no source that this tests")
    for glob, number in reasons.items():
        if glob not in used:
            complaints.append(f"{ALLOWED}:{number}: {glob} matches no source file any more")
    return complaints


GOOD = {
    ALLOWED: "src/app/main.c | runs in tests/live\n",
    "src/app/main.c": "", "src/flow/table.c": "", "src/host/parse/proc.c": "", "include/rustnet/base/reader.h": "",
    "tests/unit/flow/test_table.c": "", "tests/unit/host/test_proc.c": "", "tests/unit/base/test_reader.c": "",
}
BAD = [
    ("a source without a test", {"src/flow/rates.c": ""}, r"src/flow/rates\.c:1: has no test"),
    ("a test in the wrong room", {"tests/unit/flow/test_table.c": None, "tests/unit/wire/test_table.c": ""},
     "table.c:1: has no test"),
    ("a test of nothing", {"tests/unit/flow/test_gone.c": ""}, "no source that this tests"),
    ("an excuse without a reason", {ALLOWED: "src/app/main.c |\n"}, "a row is"),
    ("an excuse for nothing", {ALLOWED: GOOD[ALLOWED] + "src/ui/gone.c | once upon a time\n"}, "matches no source"),
]

if __name__ == "__main__":
    lintlib.main(check, GOOD, BAD)
