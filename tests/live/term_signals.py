#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""term_signals.py RUSTNET TRACE: the terminal is given back whole, whatever ends the program.

Needs tmux, no rights: the program plays a recorded trace. In each case `stty -a` before and after are
compared, and tmux is asked whether the alternate screen, the cursor and the mouse are as they were.
"""

import contextlib
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import netlab
from tmux import Tmux

DRAWN = r"Overview[\s\S]*Process"
# dash keeps its hands off the terminal's modes; bash would mend what the program broke.
SHELL = shutil.which("dash") or "sh"


def child_of(pid, name):
    """Process id of the child with this name, or None."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            match = re.match(r"(\d+) \((.*)\) (\S) (\d+)", stat.read_text(errors="replace"))
            if match and int(match.group(4)) == pid and match.group(2) == name[:15] and match.group(3) != "Z":
                return int(match.group(1))
    return None


class Case:
    """The program in a tmux pane, under a shell that notes the terminal's modes before and after."""

    def __init__(self, program, trace, prefix=""):
        self.stack = contextlib.ExitStack()
        self.folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="term-")))
        self.program = program
        command = f"({prefix} exec {program} --play {trace})"
        # A key's signal goes to the shell as well, which must live on to tell.
        self.script = (f"ulimit -c 0; trap : INT QUIT; stty -a > {self.folder}/before; {command}; echo ended with $?; "
                       f"stty -a > {self.folder}/after; exec sleep 60")

    def __enter__(self):
        self.screen = self.stack.enter_context(Tmux(self.folder, [SHELL, "-c", self.script], size=(120, 30)))
        self.screen.wait(DRAWN)
        self.pid = netlab.wait_for("the program", lambda: child_of(
            int(self.screen.show("pane_pid")), pathlib.Path(self.program).name))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def modes(self, name):
        path = self.folder / name
        return netlab.wait_for(f"stty {name}", lambda: path.exists() and path.read_text())

    def check_given_back(self):
        self.screen.wait(r"ended with \d+", 3)
        wrong = self.screen.terminal_is_whole()
        assert not wrong, f"{wrong}\n{self.screen.text()}"
        assert self.modes("before") == self.modes("after"), f"{self.modes('before')}\n{self.modes('after')}"


def ends_by_signal(program, trace, number):
    with Case(program, trace) as case:
        assert case.screen.show("alternate_on") == "1", "the picture is on the alternate screen"
        os.kill(case.pid, number)
        case.check_given_back()


def ends_by_key(program, trace, keys):
    with Case(program, trace) as case:
        case.screen.keys(*keys)
        case.check_given_back()
        assert case.screen.lines("ended with 0"), case.screen.text()


def stops_and_continues(program, trace):
    """^Z gives the terminal back, fg brings the whole picture again."""
    with tempfile.TemporaryDirectory(prefix="term-") as name:
        folder = pathlib.Path(name)

        def stty(to):
            screen.type(f"stty -a > {folder}/{to}")
            screen.keys("Enter")
            path = folder / to
            return netlab.wait_for(f"stty {to}", lambda: path.exists() and path.read_text().count("\n") > 3)

        with Tmux(folder, [SHELL, "-i"], size=(120, 30), environment={"PS1": "ready> ", "ENV": ""}) as screen:
            screen.wait("ready>")
            stty("before")
            screen.type(f"{program} --play {trace}")
            screen.keys("Enter")
            screen.wait(DRAWN)
            screen.keys("C-z")
            screen.wait(r"(?i)stopped|suspended", 3)
            stty("stopped")
            wrong = screen.terminal_is_whole()
            assert not wrong, f"while stopped {wrong}"
            screen.type("fg")
            screen.keys("Enter")
            picture = screen.wait(DRAWN, 3)
            assert screen.show("alternate_on") == "1" and "ready>" not in picture, picture
            assert re.search(r"quit", picture), f"the last line is painted too:\n{picture}"
            screen.keys("q", "q")
            screen.wait(r"ready>\s*$", 3)
            stty("after")
            wrong = screen.terminal_is_whole()
            assert not wrong, wrong
        texts = [(folder / to).read_text() for to in ("before", "stopped", "after")]
        assert texts[0] == texts[1] == texts[2], "\n".join(texts)


def another_size(program, trace):
    """Whatever the terminal makes of the old picture, the next one is whole: nothing of the help stays behind."""
    with Case(program, trace) as case:
        screen = case.screen
        screen.keys("h")
        screen.wait("Help · Overview")
        screen.tell("resize-window", "-x", "70", "-y", "16")
        screen.wait(r"Help · Overview[^\n]*\n[^\n]*Inspect|Enter filter mode")
        time.sleep(0.5)
        screen.keys("h")
        netlab.wait_for("the help to go", lambda: not screen.lines("Enter filter mode"), 3)
        time.sleep(0.5)
        left = screen.lines(r"orting|scrolling|gateway|ransport|╭|╰|│   ")
        assert not left, f"left behind: {left}\n{screen.text()}"
        screen.keys("q", "q")
        screen.wait("ended with 0", 3)
        assert screen.terminal_is_whole() == [], screen.terminal_is_whole()


def terminal_goes_away(program, trace, prefix):
    """The program ends within a second, also with SIGHUP ignored, and does not spin until then."""
    with Case(program, trace, prefix) as case:
        case.screen.tell("kill-pane")
        begin = time.monotonic()

        def gone():
            try:
                return pathlib.Path(f"/proc/{case.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
            except OSError:
                return True

        try:
            netlab.wait_for("the end of the program", gone, 3)
        except AssertionError:
            os.kill(case.pid, signal.SIGKILL)
            raise
        taken = time.monotonic() - begin
        assert taken <= 1.2, f"it took {taken:.1f} s"


def on_pty(command, environment, keys=b"qq", seconds=1.5):
    """Runs the program on a bare pseudo-terminal: (all bytes that it wrote, exit status)."""
    leader, follower = pty.openpty()
    child = subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
                             env={"PATH": os.environ["PATH"], **environment})
    os.close(follower)
    out, begin, asked = b"", time.monotonic(), False
    while child.poll() is None and time.monotonic() - begin < seconds + 5:
        if not asked and time.monotonic() - begin > seconds:
            os.write(leader, keys)
            asked = True
        if select.select([leader], [], [], 0.05)[0]:
            with contextlib.suppress(OSError):
                out += os.read(leader, 65536)
    if child.poll() is None:
        child.kill()
        raise AssertionError(f"{command} with {environment} did not end by {keys}")
    with contextlib.suppress(OSError):
        while select.select([leader], [], [], 0)[0]:
            out += os.read(leader, 65536)
    os.close(leader)
    return out, child.returncode


def dumb_terminal(program, trace):
    out, status = on_pty([program, "--play", trace], {"TERM": "dumb", "LANG": "C.UTF-8"})
    assert b"\x1b" not in out, f"escape sequences for TERM=dumb: {out[:200]!r}"
    assert status == 1 and out.count(b"\n") == 1, f"one sentence and status 1, not {status}: {out[:300]!r}"


def unknown_terminal(program, trace):
    out, status = on_pty([program, "--play", trace], {"TERM": "no-such-terminal", "LANG": "C.UTF-8"})
    assert b"\x1b" not in out and status == 1 and b"no-such-terminal" in out, f"{status} {out[:300]!r}"


def plain_locale(program, trace):
    out, status = on_pty([program, "--play", trace], {"TERM": "xterm-256color", "LANG": "C", "LC_ALL": "C"})
    assert b"Overview" in out and status == 0, f"{status} {out[-300:]!r}"
    high = [byte for byte in out if byte >= 0x80]
    assert not high, f"{len(high)} bytes that are no ASCII for LANG=C"


def no_terminal(program, trace):
    """Standard input or output is no terminal: one sentence, nothing on standard output, status 1."""
    done = subprocess.run([program, "--play", trace], stdin=subprocess.DEVNULL, capture_output=True, timeout=10, check=False)
    sentence = done.stderr.decode()
    assert done.returncode == 1 and done.stdout == b"", f"{done}"
    assert sentence.count("\n") == 1 and "terminal" in sentence and "\x1b" not in sentence, repr(sentence)


def main():
    program, trace = sys.argv[1:3]
    if shutil.which("tmux") is None:
        netlab.skip("tmux is not installed")
    cases = [(f"SIG{name}", ends_by_signal, (getattr(signal, f"SIG{name}"),))
             for name in ("TERM", "INT", "HUP", "QUIT", "SEGV", "ABRT")]
    cases += [
        ("q q", ends_by_key, (("q", "q"),)),
        ("Ctrl+C", ends_by_key, (("C-c",),)),
        ("^Z and fg", stops_and_continues, ()),
        ("another size", another_size, ()),
        ("the terminal goes away", terminal_goes_away, ("",)),
        ("the terminal goes away, SIGHUP ignored", terminal_goes_away, ("trap '' HUP;",)),
        ("TERM=dumb", dumb_terminal, ()),
        ("TERM=no-such-terminal", unknown_terminal, ()),
        ("LANG=C", plain_locale, ()),
        ("no terminal", no_terminal, ()),
    ]
    failed = 0
    for name, case, arguments in cases:
        begin = time.monotonic()
        try:
            case(program, trace, *arguments)
            print(f"ok      {name} ({time.monotonic() - begin:.1f} s)", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {name}: {error}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
