# SPDX-License-Identifier: Apache-2.0
"""What the checks of this folder share: finding sources, reading C, and being tested themselves.

A check is a function `check(root) -> list of complaints`. A complaint is "path:line: sentence".
`main` runs it on the project, or, with --self-test, on small made-up trees: one that must pass, and
planted violations that must each be found. A check that finds nothing there proves nothing here.
"""

import pathlib
import re
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE: said out loud, neither passed nor failed


def files(root, *patterns):
    """Paths below root that match any of the glob patterns, sorted."""
    return sorted({p for pattern in patterns for p in root.glob(pattern) if p.is_file()})


def c_files(root):
    return files(root, "src/**/*.[ch]", "include/**/*.h")


def rel(root, path):
    return path.relative_to(root).as_posix()


def code_only(text, keep_strings=False):
    """The text with comments (and the insides of literals) blanked; line numbers stay."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def blank(match):
        found = match.group(0)
        if found[0] in "\"'":
            return found if keep_strings else found[0] * 2
        return re.sub(r"[^\n]", " ", found)

    return token.sub(blank, text)


def numbered(text):
    return enumerate(text.split("\n"), start=1)


def table_rows(path):
    """Rows of a text table: cells between '|', '#' starts a comment, empty lines do not count."""
    rows = []
    for number, line in numbered(path.read_text(encoding="utf-8")):
        line = line.split("#", 1)[0].strip()
        if line:
            rows.append((number, [cell.strip() for cell in line.split("|")]))
    return rows


def plant(tree):
    """A temporary folder that holds {path: text}; use it with `with`."""
    folder = tempfile.TemporaryDirectory(prefix="lint-")
    for name, text in tree.items():
        path = pathlib.Path(folder.name) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def self_test(check, good, bad):
    """good must give no complaint; each (name, changes, pattern) of bad, laid over good, must give one."""
    failures = []
    with plant(good) as folder:
        for complaint in check(pathlib.Path(folder)):
            failures.append(f"the good tree was refused: {complaint}")
    for name, changes, pattern in bad:
        tree = {k: v for k, v in {**good, **changes}.items() if v is not None}
        with plant(tree) as folder:
            complaints = check(pathlib.Path(folder))
        if not any(re.search(pattern, c) for c in complaints):
            failures.append(f"planted, but not found: {name} (said: {complaints})")
    for failure in failures:
        print(failure)
    print(f"{len(bad) + 1 - len(failures)} of {len(bad) + 1} self-tests passed")
    return 1 if failures else 0


def main(check, good, bad):
    if "--self-test" in sys.argv[1:]:
        sys.exit(self_test(check, good, bad))
    complaints = check(PROJECT)
    print("\n".join(complaints) or "nothing to complain about")
    sys.exit(1 if complaints else 0)
