#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the object code what the packet path calls: macros and forgotten includes cannot fool `nm -u`.

The packet path (model, wire, dpi, flow) allocates nothing, reads no clock and prints nothing, but in
the files that symbols.txt names with a reason. Nobody references a function that is banned outright.
Usage: check_symbols.py [--nm NM] [--mode plain|sanitized|lto] ROOM=LIBRARY...
Sanitizers and coverage put calls of their own into the objects, and the symbol tables of an LTO build
leave out what the compiler knows as a builtin (malloc, printf): there the check says so and is
skipped. The dev build is where it counts.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import lintlib

ALLOWED = "tests/lint/symbols.txt"
PACKET_PATH = ("model", "wire", "dpi", "flow")
HEAP = set("malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign valloc strdup strndup "
           "asprintf vasprintf getline mmap munmap brk sbrk".split())
CLOCK = set("clock_gettime gettimeofday time timespec_get clock times ftime rn_clock_wall rn_clock_monotonic".split())
PRINT = set("printf fprintf dprintf vprintf vfprintf vdprintf puts fputs putchar fputc putc fwrite perror write "
            "snprintf vsnprintf syslog".split())
BANNED = set("strcpy stpcpy strcat sprintf vsprintf strtok atoi atol atoll atof localtime gmtime ctime asctime "
             "system gets popen rand srand tmpnam mktemp alloca setjmp longjmp".split())


def plain(symbol):
    """__printf_chk@GLIBC_2.3.4 -> printf, __isoc99_sscanf -> sscanf."""
    symbol = symbol.split("@", 1)[0]
    match = re.fullmatch(r"__(\w+)_chk", symbol)
    if match:
        return match.group(1)
    return re.sub(r"^(__isoc99_|__isoc23_|_IO_)", "", symbol)


def undefined(nm, library):
    """Yields (source file, symbol) for each undefined symbol of the library's objects."""
    out = subprocess.run([nm, "-A", "-u", library], check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        where, _, symbol = line.rpartition(" U ")
        if where:
            member = where.rstrip().rstrip(":").rpartition(":")[2].strip()
            yield re.sub(r"\.(o|obj)$", "", member), symbol.strip()


def allowed_symbols(root):
    allowed = {}
    for number, cells in lintlib.table_rows(root / ALLOWED):
        if len(cells) != 4 or not cells[3]:
            raise SystemExit(f"{ALLOWED}:{number}: a row is: room | source | symbols | reason")
        allowed[cells[0], cells[1]] = set(cells[2].split())
    return allowed


def problems(nm, libraries, allowed):
    for room, library in libraries:
        refused = HEAP | CLOCK | PRINT if room in PACKET_PATH else set()
        for source, symbol in undefined(nm, library):
            name = plain(symbol)
            if name in BANNED:
                yield f"src/{room}/{source}: references {symbol}, which is banned everywhere"
            elif name in refused and name not in allowed.get((room, source), ()):
                yield f"src/{room}/{source}: references {symbol}; the packet path may not (see {ALLOWED})"


def self_test(nm):
    """Compiles planted violations and demands that each is found, and that a clean object passes."""
    cc = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    cases = [
        ("clean", "wire", "int f(int x) { return x + 1; }", None),
        ("heap", "wire", "#include <stdlib.h>\nvoid *f(void) { return malloc(9); }", "references malloc"),
        ("clock", "flow", "#include <time.h>\nlong f(void) { return time(0); }", "references time"),
        ("print", "dpi", '#include <stdio.h>\nvoid f(int x) { printf("%d", x); }', "references printf"),
        ("print is fine in export", "export", '#include <stdio.h>\nvoid f(int x) { printf("%d", x); }', None),
        ("banned anywhere", "term", "#include <stdlib.h>\nint f(const char *s) { return system(s); }", "banned"),
        ("behind a macro", "ui", "#include <string.h>\n#define COPY(a, b) str##cpy(a, b)\n"
         "void f(char *a, const char *b) { COPY(a, b); }", "references strcpy"),
        ("allowed by name", "dpi", "#include <stdlib.h>\nvoid *f(void) { return malloc(9); }", None),
    ]
    failures = 0
    with tempfile.TemporaryDirectory(prefix="lint-") as folder:
        for number, (name, room, text, expected) in enumerate(cases):
            source = pathlib.Path(folder) / f"case{number}.c"
            source.write_text(text, encoding="utf-8")
            obj, library = f"{source}.o", f"{folder}/lib{number}.a"
            subprocess.run([cc, "-O1", "-fno-builtin", "-c", source, "-o", obj], check=True)
            subprocess.run(["ar", "rc", library, obj], check=True)
            allowed = {("dpi", f"case{number}.c"): {"malloc"}} if name == "allowed by name" else {}
            found = list(problems(nm, [(room, library)], allowed))
            if bool(found) != bool(expected) or (expected and expected not in found[0]):
                print(f"planted, but wrong: {name}: {found}")
                failures += 1
    print(f"{len(cases) - failures} of {len(cases)} self-tests passed")
    return 1 if failures else 0


def main(arguments):
    nm, mode, libraries = "nm", "plain", []
    arguments = list(arguments)
    if "--self-test" in arguments:
        return self_test(nm)
    while arguments:
        word = arguments.pop(0)
        if word == "--nm":
            nm = arguments.pop(0)
        elif word == "--mode":
            mode = arguments.pop(0)
        else:
            libraries.append(tuple(word.split("=", 1)))
    if mode != "plain":
        print(f"skipped: the objects of a build that is {mode} do not show what the sources call; "
              "the dev preset checks it")
        return lintlib.SKIPPED
    found = list(problems(nm, libraries, allowed_symbols(lintlib.PROJECT)))
    print("\n".join(found) if found else f"{len(libraries)} libraries are clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
