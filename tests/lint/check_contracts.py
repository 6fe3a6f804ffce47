#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every public header opens with its contract, every source file with its licence and its idea.

A header's first comment says what it is for, and has the lines Thread:, Owns: and Fails:, which hold
for all its functions. A source file's first comment goes on after the licence line; a test's may stop
there, since its name says what it tests.
"""

import pathlib
import re

import lintlib

LICENCE = "// SPDX-License-Identifier: Apache-2.0"
KEYS = ("Thread", "Owns", "Fails")


def opening_comment(text):
    lines = []
    for line in text.split("\n"):
        if not line.startswith("//"):
            break
        lines.append(line)
    return lines


def problems(root, path):
    name = lintlib.rel(root, path)
    comment = opening_comment(path.read_text(encoding="utf-8"))
    if not comment or comment[0] != LICENCE:
        yield f"{name}:1: the first line is {LICENCE}"
        return
    if not name.startswith("tests/") and (len(comment) < 2 or not comment[1].strip("/ ")):
        yield f"{name}:2: a comment after the licence line tells what the file is for"
    if name.startswith("include/"):
        for key in KEYS:
            if not any(re.match(rf"//\s*{key}:\s*\S", line) for line in comment):
                yield f"{name}:1: the opening comment has no line '// {key}: ...'"


def check(root):
    root = pathlib.Path(root)
    everything = lintlib.c_files(root) + lintlib.files(root, "tests/**/*.[ch]", "bpf/*.[ch]")
    return [complaint for path in everything for complaint in problems(root, path)]


HEADER = LICENCE + "\n// Flows.\n// Thread: any.\n// Owns:   nothing.\n// Fails:  never.\n#ifndef X\n"
GOOD = {"include/rustnet/flow.h": HEADER, "src/flow/flow.c": LICENCE + "\n// The table.\nint x;\n"}
BAD = [
    ("no licence", {"src/flow/flow.c": "// The table.\n"}, "flow.c:1: the first line is"),
    ("no idea", {"src/flow/flow.c": LICENCE + "\n\nint x;\n"}, "tells what the file is for"),
    ("no Thread", {"include/rustnet/flow.h": HEADER.replace("Thread", "Threads")}, "Thread"),
    ("an empty Owns", {"include/rustnet/flow.h": HEADER.replace("nothing.", "")}, "Owns"),
    ("Fails below the guard", {"include/rustnet/flow.h": HEADER.replace("// Fails:  never.\n", "") + "// Fails: x\n"},
     "Fails"),
    ("a test without a licence", {"tests/unit/flow/test_flow.c": "int x;\n"}, "test_flow.c:1"),
]

if __name__ == "__main__":
    lintlib.main(check, GOOD, BAD)
