#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The include list is the architecture: holds the sources against layers.txt.

Refused: a room that includes one it may not use, another room's private header, a stray system or
third-party header, a cycle (of rooms or of public headers), an operating system asked for by #if
outside the platform folders, and arithmetic on the pointer of foreign bytes (rn_bytes, rn_reader,
rn_frame) outside the one door they come in by.
"""

import fnmatch
import pathlib
import re

import lintlib

TABLE = "tests/lint/layers.txt"

C17 = set("""assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal
stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath threads time
uchar wchar wctype""".split())
POSIX = set("""aio.h arpa/inet.h dirent.h dlfcn.h fcntl.h fnmatch.h glob.h grp.h langinfo.h libgen.h
net/if.h netdb.h netinet/in.h netinet/tcp.h poll.h pthread.h pwd.h regex.h sched.h semaphore.h
strings.h sys/ioctl.h sys/mman.h sys/resource.h sys/select.h sys/socket.h sys/stat.h sys/time.h
sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h syslog.h termios.h unistd.h""".split())

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
SYSTEMS = re.compile(
    r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*\b"
    r"(_*linux_*|_*APPLE_*|_*MACH_*|_*WIN32_*|_WIN64|WIN32|_*(?:FreeBSD|NetBSD|OpenBSD|DragonFly)_*|"
    r"_*unix_*|_*CYGWIN_*|_*MINGW(?:32|64)_*|_*ANDROID_*|_*sun|BSD|_*GLIBC_*)\b"
)
# bytes.p + n, reader.p++, r->p[4], in.p[i + 1], frame->data + n. Looking at a text's first or last byte, or at
# one under a loop's index, is fine, and so is the distance of two pointers.
FOREIGN = re.compile(
    r"(?:\.|->)(?:p|data)\s*(?:\+|-[=-]|\[\s*(?:0x|[1-9])|\[[^\]]*\+)"
    r"|\b(?:payload|frame)\s*\+(?![+=])"
)
READERS = {
    "include/rustnet/base/reader.h": "the reader itself",
    "src/wire/decode.c": "the fast path, which looks at a whole header's length once",
    "src/wire/walk.h": "cuts a reader short, where it stands",
}
FOREIGN_ROOMS = {"wire", "dpi"}  # other rooms never see foreign bytes, but as rn_bytes


def system_may_be_asked(name):
    parts = name.split("/")
    return name == "src/base/sync.c" or (
        len(parts) > 3 and parts[:2] in (["src", "host"], ["src", "sandbox"]) and parts[2] != "parse"
    )


def read_table(root):
    rooms, complaints = {}, []
    for number, cells in lintlib.table_rows(root / TABLE):
        if len(cells) != 3:
            complaints.append(f"{TABLE}:{number}: a row is: room | may use | headers")
            continue
        rooms[cells[0]] = (cells[1].split(), cells[2].split())
    for room, (uses, _) in rooms.items():
        for used in uses:
            if used not in rooms:
                complaints.append(f"{TABLE}:1: {room} uses {used}, which is no room")
    return rooms, complaints


def cycle(graph):
    """One cycle of {node: nodes} as a list, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for following in graph.get(node, ()):
            found = visit(following)
            if found:
                return found
        path.pop()
        done.add(node)
        return None

    for node in graph:
        found = visit(node)
        if found:
            return found
    return None


def room_of(name):
    """src/flow/x.c -> flow, include/rustnet/flow.h -> flow, include/rustnet/model/conn.h -> model."""
    parts = name.split("/")
    return parts[1] if parts[0] == "src" else parts[2].removesuffix(".h")


def angle_allowed(header, name, room, allowed):
    if header.removesuffix(".h") in C17:
        return True
    inside = name.removeprefix(f"src/{room}/")
    for entry in allowed:
        pattern, _, where = entry.partition("@")
        if where and inside != where and not inside.startswith(where + "/"):
            continue
        if (header in POSIX) if pattern == "posix" else fnmatch.fnmatch(header, pattern):
            return True
    return False


def quoted_problem(root, name, header, room, rooms):
    uses = rooms[room][0]
    if header.startswith("rustnet/"):
        other = room_of("include/" + header)
        if not (root / "include" / header).is_file():
            return f"includes {header}, which does not exist"
        if other != room and other not in uses:
            return f"room {room} may not use {other} ({header})"
        return None
    if name.startswith("include/"):
        return f"a public header may not include the private {header}"
    beside = (root / name).parent / header
    top = root / "src" / room / header
    found = next((p for p in (beside, top) if p.is_file()), None)
    if found is None:
        if room == "host" and header == "bpf/sock_event.h" and "/linux/" in name:
            return None
        return f"includes {header}, which is no header of room {room}"
    target = found.resolve().relative_to(root.resolve()).as_posix()
    if target == "bpf/sock_event.h" and name.startswith("src/host/linux/"):
        return None
    if not target.startswith(f"src/{room}/"):
        return f"includes the private header {target} of another room"
    mine, theirs = name.split("/")[2:-1], target.split("/")[2:-1]
    if theirs and mine != theirs and theirs[0] != "parse":
        return f"includes {target} of another platform folder"
    return None


def file_problems(root, path, rooms):
    name = lintlib.rel(root, path)
    room = room_of(name)
    if room not in rooms:
        yield f"{name}:1: {room} is no room of {TABLE}"
        return
    text = path.read_text(encoding="utf-8")
    for number, line in lintlib.numbered(lintlib.code_only(text, keep_strings=True)):
        where = f"{name}:{number}:"
        match = INCLUDE.match(line)
        if match and match.group(1) == "<":
            if not angle_allowed(match.group(2), name, room, rooms[room][1]):
                yield f"{where} room {room} may not include <{match.group(2)}>"
        elif match:
            problem = quoted_problem(root, name, match.group(2), room, rooms)
            if problem:
                yield f"{where} {problem}"
        if SYSTEMS.match(line) and not system_may_be_asked(name):
            yield f"{where} asks for an operating system outside the platform folders"
    if room in FOREIGN_ROOMS and name not in READERS:
        for number, line in lintlib.numbered(lintlib.code_only(text)):
            if FOREIGN.search(line):
                yield f"{name}:{number}: arithmetic on foreign bytes; take them through base/reader.h"


def header_cycle(root):
    graph = {}
    for path in lintlib.files(root, "include/**/*.h"):
        found = (INCLUDE.match(line) for line in path.read_text(encoding="utf-8").split("\n"))
        graph[lintlib.rel(root / "include", path)] = [m.group(2) for m in found if m]
    return cycle(graph)


def cmake_problems(root, rooms):
    """rn_room(NAME USES ...) of CMakeLists.txt may link no more than the table allows."""
    path = root / "CMakeLists.txt"
    if not path.is_file():
        return
    for number, line in lintlib.numbered(path.read_text(encoding="utf-8")):
        match = re.match(r"\s*rn_room\((\w+)([^)]*)", line)
        if not match or match.group(1) == "name":
            continue
        room, words, keyword = match.group(1), match.group(2).split(), ""
        if room not in rooms:
            yield f"CMakeLists.txt:{number}: {room} is no room of {TABLE}"
            continue
        for word in words:
            if word.isupper() and word in ("USES", "LINKS", "DIRS", "DEFINES"):
                keyword = word
            elif keyword == "USES" and word not in rooms[room][0]:
                yield f"CMakeLists.txt:{number}: room {room} may not link {word}"


def check(root):
    root = pathlib.Path(root)
    rooms, complaints = read_table(root)
    if complaints:
        return complaints
    found = cycle({room: uses for room, (uses, _) in rooms.items()})
    if found:
        complaints.append(f"{TABLE}:1: the rooms go round in a circle: {' -> '.join(found)}")
    found = header_cycle(root)
    if found:
        complaints.append(f"include:1: headers include each other in a circle: {' -> '.join(found)}")
    for path in lintlib.c_files(root):
        complaints.extend(file_problems(root, path, rooms))
    complaints.extend(cmake_problems(root, rooms))
    return complaints


GOOD = {
    TABLE: "base | | posix ck_*.h\nwire | base |\ndpi | base | openssl/*@quic.c\nhost | base | linux/*@linux\n"
           "capture | base | pcap.h\n",
    "CMakeLists.txt": "rn_room(base LINKS x)\nrn_room(wire USES base)\n",
    "include/rustnet/base/reader.h": "#include <stdint.h>\nint f(int *r) { return r->p[0]; }\n",
    "include/rustnet/wire.h": '#include "rustnet/base/reader.h"\n',
    "src/wire/ip.h": "",
    "src/wire/ip.c": '#include "ip.h"\n#include "rustnet/wire.h"\n// payload.p + 1 in a comment\nint g(int i) { return a.p[i] + a.p[0] + a.p[n - 1] - (a.p - b.p); }\n',
    "src/dpi/quic.c": "#include <openssl/evp.h>\n",
    "src/host/linux/own.c": "#include <linux/if.h>\n#ifdef __linux__\n#endif\n",
    "src/host/parse/proc.h": "",
    "src/host/linux/use.c": '#include "parse/proc.h"\n',
    "src/base/sync.c": "#include <pthread.h>\n#if defined(__APPLE__)\n#endif\n",
}
BAD = [
    ("a sideways include", {"src/wire/a.c": '#include "rustnet/dpi.h"\n', "include/rustnet/dpi.h": ""},
     r"src/wire/a\.c:1: room wire may not use dpi"),
    ("an upward include from base", {"include/rustnet/base/up.h": '#include "rustnet/wire.h"\n'}, "may not use wire"),
    ("a foreign private header", {"src/dpi/a.c": '#include "../wire/ip.h"\n'}, "private header src/wire/ip.h"),
    ("a private header in a public one", {"include/rustnet/wire.h": '#include "ip.h"\n'}, "may not include the private"),
    ("a header that does not exist", {"src/wire/a.c": '#include "rustnet/gone.h"\n'}, "does not exist"),
    ("another platform's folder", {"src/host/none/a.c": '#include "../linux/x.h"\n', "src/host/linux/x.h": ""},
     "another platform folder"),
    ("a stray library", {"src/wire/a.c": "#include <pcap.h>\n"}, r"wire may not include <pcap\.h>"),
    ("a library in the wrong file", {"src/dpi/tls.c": "#include <openssl/evp.h>\n"}, "may not include <openssl"),
    ("a system header in a pure room", {"src/wire/a.c": "#include <sys/socket.h>\n"}, "may not include <sys/socket"),
    ("a platform's header outside its folder", {"src/host/parse/a.c": "#include <linux/if.h>\n"}, "may not include"),
    ("a cycle of rooms", {TABLE: "base | wire |\nwire | base |\ndpi | |\nhost | |\ncapture | |\n"}, "in a circle: base"),
    ("a cycle of headers", {"include/rustnet/wire.h": '#include "rustnet/wire2.h"\n',
                            "include/rustnet/wire2.h": '#include "rustnet/wire.h"\n'}, "headers include each other"),
    ("an OS #if", {"src/wire/a.c": "#ifdef __linux__\n#endif\n"}, "operating system"),
    ("an OS #if in disguise", {"src/host/parse/a.c": "#  if X && defined(_WIN32)\n#endif\n"}, "operating system"),
    ("payload arithmetic", {"src/dpi/a.c": "int g(void) { return *(payload.p + 4); }\n"}, "arithmetic on foreign bytes"),
    ("payload subscript", {"src/dpi/a.c": "int g(void) { return in->p [4]; }\n"}, "arithmetic on foreign bytes"),
    ("payload subscript by a sum", {"src/dpi/a.c": "int g(int i) { return in.p[i + 1]; }\n"}, "arithmetic on foreign"),
    ("frame arithmetic", {"src/wire/a.c": "const uint8_t *q = frame->data + 14;\n"}, "arithmetic on foreign bytes"),
    ("a link that is not allowed", {"CMakeLists.txt": "rn_room(wire USES base dpi)\n"}, "may not link dpi"),
    ("a room without a row", {"src/magic/a.c": ""}, "magic is no room"),
]

if __name__ == "__main__":
    lintlib.main(check, GOOD, BAD)
