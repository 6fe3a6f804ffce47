#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The thread table of src/app/threads.c and the one of ARCHITECTURE.md are the same table.

The names are compared in order; so is every other column of the document whose heading is the name
of a text field of the rows in C (`.cadence = "5 s"` against the column `cadence`).
"""

import pathlib
import re

import lintlib

SOURCE, DOCUMENT = "src/app/threads.c", "ARCHITECTURE.md"
FIELD = re.compile(r'\.(\w+)\s*=\s*((?:"(?:\\.|[^"\\])*"\s*)+)')


def rows_of_source(text):
    """A row begins at its .name; the text fields up to the next .name belong to it."""
    rows = []
    for match in FIELD.finditer(lintlib.code_only(text, keep_strings=True)):
        value = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', match.group(2)))
        if match.group(1) == "name":
            rows.append({})
        if rows:
            rows[-1].setdefault(match.group(1), value)
    return rows


def rows_of_document(text):
    """The first Markdown table whose first heading is `thread`."""
    heading, rows = None, []
    for line in text.split("\n"):
        cells = [c.strip().strip("`") for c in line.strip().strip("|").split("|")] if line.startswith("|") else None
        if heading is None:
            if cells and cells[0].lower() in ("thread", "name"):
                heading = ["name"] + [c.lower() for c in cells[1:]]
        elif cells is None:
            break
        elif not set("".join(cells)) <= set("-: "):
            rows.append(dict(zip(heading, cells)))
    return rows


def bare(text):
    return re.sub(r"[`*\s]+", " ", text).strip()


def check(root):
    root = pathlib.Path(root)
    for needed in (SOURCE, DOCUMENT):
        if not (root / needed).is_file():
            return [f"{needed}:1: is missing"]
    code = rows_of_source((root / SOURCE).read_text(encoding="utf-8"))
    told = rows_of_document((root / DOCUMENT).read_text(encoding="utf-8"))
    if not code:
        return [f'{SOURCE}:1: has no row with .name = "..."']
    if not told:
        return [f"{DOCUMENT}:1: has no table whose first heading is 'thread'"]
    names, told_names = [r["name"] for r in code], [bare(r["name"]).split(" ")[0] for r in told]
    complaints = [f"{DOCUMENT}:1: does not list the thread {n}" for n in names if n not in told_names]
    complaints += [f"{SOURCE}:1: has no thread {n}, which {DOCUMENT} lists" for n in told_names if n not in names]
    if not complaints and names != told_names:
        complaints.append(f"{DOCUMENT}:1: lists the threads in another order than {SOURCE}: {' '.join(names)}")
    for row, line in zip(code, told) if not complaints else ():
        for field, value in row.items():
            if field != "name" and field in line and bare(line[field]) != bare(value):
                complaints.append(f'{DOCUMENT}:1: {row["name"]}: {field} is "{line[field]}", in C "{value}"')
    return complaints


GOOD = {
    SOURCE: 'static const struct row t[] = {\n  {.name = "capture", .cadence = "packet"},\n'
            '  {.name = "worker", .cadence = "its "\n "ring", .tick = work},\n};\n',
    DOCUMENT: "text\n\n| thread | cadence | reads |\n| --- | --- | --- |\n| `capture` | packet | device |\n"
              "| `worker` × N | its ring | ring |\n\nmore | text\n",
}
BAD = [
    ("a thread that is not told", {DOCUMENT: GOOD[DOCUMENT].replace("| `capture` | packet | device |\n", "")},
     "does not list the thread capture"),
    ("a thread that is not there", {SOURCE: GOOD[SOURCE].replace('"worker"', '"helper"')}, "has no thread worker"),
    ("another cadence", {DOCUMENT: GOOD[DOCUMENT].replace("packet |", "5 s |")}, "cadence"),
    ("another order", {SOURCE: 'x = {{.name = "worker"}, {.name = "capture"}};'}, "another order"),
    ("no table in the document", {DOCUMENT: "nothing\n"}, "has no table"),
    ("no rows in the source", {SOURCE: "int x;\n"}, "has no row"),
    ("no document", {DOCUMENT: None}, "is missing"),
]

if __name__ == "__main__":
    lintlib.main(check, GOOD, BAD)
