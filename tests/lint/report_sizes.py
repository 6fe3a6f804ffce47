#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sizes of functions and files, to be read, not a gate.

Aimed at: functions of 15 lines (median) and 45 (90th percentile), none over 80; source files around
250 lines and seldom over 600, headers up to 300; about 20 % of the lines comments.
"""

import re
import sys

import lintlib


def functions(text):
    """Yields (name, lines) of each function body: a '{' in the first column after a line with '(' ."""
    lines = lintlib.code_only(text).split("\n")
    start = None
    for number, line in enumerate(lines):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start is not None:
            head = " ".join(lines[max(0, start - 4):start])
            names = re.findall(r"(\w+)\s*\(", re.split(r"[;}]", head)[-1])
            yield (names[0] if names else "?"), number - start - 1
            start = None


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0


def main():
    lengths, files, comments, total = [], [], 0, 0
    for path in lintlib.c_files(lintlib.PROJECT):
        text, name = path.read_text(encoding="utf-8"), lintlib.rel(lintlib.PROJECT, path)
        lines = text.rstrip("\n").split("\n")
        files.append((len(lines), name))
        total += len(lines)
        comments += sum(1 for line in lines if re.match(r"\s*(//|/\*|\*)", line) or "// " in line)
        lengths += [(length, f"{name}: {function}") for function, length in functions(text)]
    sizes = [length for length, _ in lengths]
    print(f"{len(files)} files, {total} lines, {100 * comments // max(total, 1)} % with a comment")
    print(f"{len(sizes)} functions: median {percentile(sizes, 0.5)} lines, p90 {percentile(sizes, 0.9)}, "
          f"p99 {percentile(sizes, 0.99)}")
    for title, limit, rows in (("functions over 60 lines", 60, lengths),
                               ("source files over 450 lines", 450, files)):
        long = sorted((row for row in rows if row[0] > limit), reverse=True)
        print(f"{title}: {len(long)}")
        for length, name in long[:20]:
            print(f"  {length:5} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
