#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents tell the truth about names: links lead somewhere, and paths and functions exist.

Looked at: relative links, and in `code` words: paths below the project's folders, and identifiers that
begin with rn_. A glob or a placeholder (<room>, *, NAME) is not a path.
"""

import pathlib
import re

import lintlib

FOLDERS = ("src/", "include/", "tests/", "scripts/", "docs/", "bpf/")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
PLACEHOLDER = re.compile(r"[<>*{}…]|[A-Z]{3,}|NNN")
GENERATED = ("build/",)


def documents(root):
    return lintlib.files(root, "*.md", "docs/**/*.md", "bpf/*.md", "tests/**/*.md")


def problems(root, path, known):
    name = lintlib.rel(root, path)
    text = re.sub(r"^```.*?^```", lambda m: "\n" * m.group(0).count("\n"), path.read_text(encoding="utf-8"),
                  flags=re.S | re.M)
    for number, line in lintlib.numbered(text):
        for target in LINK.findall(line):
            if not re.match(r"[a-z]+:|#", target) and not (path.parent / target.split("#")[0]).exists():
                yield f"{name}:{number}: the link {target} leads nowhere"
        for word in CODE.findall(line):
            word = word.split(" ")[0].rstrip(".,;:")
            if word.startswith(FOLDERS) and not PLACEHOLDER.search(word):
                if not (root / re.sub(r":\d+$", "", word)).exists():
                    yield f"{name}:{number}: {word} does not exist"
            match = re.fullmatch(r"(rn_\w+)(?:\(.*)?", word)
            if match and not word.endswith("_") and match.group(1) not in known:
                yield f"{name}:{number}: {match.group(1)} is no name of the sources"


def check(root):
    root = pathlib.Path(root)
    known = {f"rn_{d.name}" for d in (root / "src").glob("*") if d.is_dir()} | {"rn_room"}
    for path in lintlib.c_files(root):
        known.update(re.findall(r"\brn_\w+", path.read_text(encoding="utf-8")))
    return [c for path in documents(root) for c in problems(root, path, known)]


GOOD = {
    "README.md": "See [this](docs/a.md#x), [that](https://example.org), `src/flow/flow.c`, `rn_flow_new()`, "
                 "`src/<room>/x.c`.\n```\nrn_gone\n```\n",
    "docs/a.md": "`rn_flow_*` and [back](../README.md)\n",
    "src/flow/flow.c": "void rn_flow_new(void);\n",
}
BAD = [
    ("a dead link", {"docs/a.md": "[x](b.md)\n"}, r"docs/a\.md:1: the link b\.md"),
    ("a path that is gone", {"README.md": "\n`src/flow/old.c`\n"}, r"README\.md:2: src/flow/old\.c does not"),
    ("a function that is gone", {"README.md": "`rn_flow_old`\n"}, "rn_flow_old is no name"),
]

if __name__ == "__main__":
    lintlib.main(check, GOOD, BAD)
