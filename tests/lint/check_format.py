#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format would change nothing. Versions differ in taste: only the one named here is asked."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lintlib

MAJOR = "14"  # Debian 12's


def tool():
    """A clang-format of the right version, or None and the reason."""
    for name in (f"clang-format-{MAJOR}", "clang-format"):
        path = shutil.which(name)
        if path:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            if re.search(rf"version {MAJOR}\.", said):
                return path, ""
    return None, f"clang-format {MAJOR} is not installed"


def check(root, clang_format, patterns):
    paths = lintlib.files(pathlib.Path(root), *patterns)
    if not paths:
        return []
    done = subprocess.run([clang_format, "--dry-run", "-Werror", "--style=file", *map(str, paths)],
                          capture_output=True, text=True, check=False)
    return [line for line in done.stderr.split("\n") if "error:" in line] if done.returncode else []


def main(arguments):
    clang_format, why = tool()
    if clang_format is None:
        print(f"skipped: {why}")
        return lintlib.SKIPPED
    if "--self-test" in arguments:
        style = (lintlib.PROJECT / ".clang-format").read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="lint-") as folder:
            root = pathlib.Path(folder)
            (root / ".clang-format").write_text(style, encoding="utf-8")
            (root / "good.c").write_text("int f(int x)\n{\n    return x + 1;\n}\n", encoding="utf-8")
            clean = check(root, clang_format, ["*.c"])
            (root / "bad.c").write_text("int f(int x){return x+1;}\n", encoding="utf-8")
            found = check(root, clang_format, ["*.c"])
        print(f"clean: {clean}\nplanted: {found[:1]}")
        return 0 if not clean and found else 1
    complaints = check(lintlib.PROJECT, clang_format,
                       ["src/**/*.[ch]", "include/**/*.h", "tests/**/*.[ch]", "bpf/**/*.[ch]"])
    print("\n".join(complaints).replace(str(lintlib.PROJECT) + "/", "") or "nothing to change")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
