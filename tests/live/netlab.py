# SPDX-License-Identifier: Apache-2.0
"""Two network namespaces joined by a veth pair, and programs inside them.

    near: veth0 192.0.2.10/24 2001:db8::10/64          far: veth0 192.0.2.20/24 2001:db8::20/64

Everything a Lab starts is ended by its process id, and everything it makes is removed, however the
`with` block is left (SIGTERM, SIGHUP and Ctrl+C included).
"""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIPPED = 77  # ctest's SKIP_RETURN_CODE

NEAR4, NEAR6 = "192.0.2.10", "2001:db8::10"
FAR4, FAR6 = "192.0.2.20", "2001:db8::20"


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIPPED)


def need(*programs):
    """Skips the test, and says so, where it cannot run."""
    if os.geteuid() != 0:
        skip("network namespaces need root")
    for program in ("ip", *programs):
        if shutil.which(program) is None:
            skip(f"{program} is not installed")
    name = f"rnprobe{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if made.returncode != 0:
        skip(f"no network namespace can be made here: {made.stderr.strip()}")
    veth = subprocess.run(["ip", "-n", name, "link", "add", "veth0", "type", "veth", "peer", "name", "veth1"],
                          capture_output=True, text=True, check=False)
    subprocess.run(["ip", "netns", "del", name], check=False)
    if veth.returncode != 0:
        skip(f"no veth pair can be made here: {veth.stderr.strip()}")


def wait_for(what, condition, seconds=10.0):
    """Polls until condition() is true; its value. Says what was waited for when it never comes."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        time.sleep(0.02)


def threads(pid):
    """Names of the threads of a process; those that end meanwhile are left out."""
    names = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/comm"):
        with contextlib.suppress(OSError):
            names.append(task.read_text(encoding="utf-8").strip())
    return names


class Namespace:
    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.etc = pathlib.Path("/etc/netns") / name

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *map(str, words)]

    def ip(self, *words):
        subprocess.run(["ip", "-n", self.name, *words], check=True)

    def run(self, *words, **options):
        """Runs a program to its end; its output as text. Fails unless check=False."""
        options = {"check": True, "capture_output": True, "text": True, "timeout": 60, **options}
        try:
            return subprocess.run(self.command(*words), **options)
        except subprocess.CalledProcessError as error:
            raise AssertionError(f"{words} ended with {error.returncode}: {error.stdout} {error.stderr}") from None

    def spawn(self, *words, **options):
        """Starts a program; `ip netns exec` becomes it, so .pid is the program's own."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **options}
        process = subprocess.Popen(self.command(*words), **options)
        self.lab.processes.append(process)
        return process

    def python(self, code, *arguments, **options):
        return self.spawn(sys.executable, "-u", "-c", code, *arguments, **options)

    def listens(self, port, kind="tcp"):
        """Whether something listens on (or is bound to) the port, by the kernel's own tables."""
        tables = self.run("cat", f"/proc/net/{kind}", f"/proc/net/{kind}6").stdout
        wanted = "0A" if kind == "tcp" else "07"
        rows = (line.split() for line in tables.splitlines())
        return any(len(r) > 3 and r[1].endswith(f":{port:04X}") and r[3] == wanted for r in rows)

    def wait_listens(self, port, kind="tcp"):
        wait_for(f"{kind} port {port} of {self.name}", lambda: self.listens(port, kind))

    def counters(self, device="veth0"):
        """(received, sent, sent in vain) packets of a device, as the kernel counts.

        What a device drops while it sends has already been shown to those who capture.
        """
        folder = f"/sys/class/net/{device}/statistics"
        names = ("rx_packets", "tx_packets", "tx_dropped")
        return tuple(map(int, self.run("cat", *(f"{folder}/{name}" for name in names)).stdout.split()))

    def pids(self):
        out = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=False).stdout
        return [int(pid) for pid in out.split()]


class Lab:
    """with Lab() as lab: ... lab.near and lab.far; lab.folder is a scratch folder."""

    def __init__(self, link_up=True):
        self.link_up, self.processes = link_up, []
        self.near = Namespace(self, f"rnnear{os.getpid()}")
        self.far = Namespace(self, f"rnfar{os.getpid()}")
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: sys.exit(1))
        with self.stack:
            self.folder = pathlib.Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="netlab-")))
            for side in (self.near, self.far):
                self.stack.callback(self.remove, side)
                subprocess.run(["ip", "netns", "add", side.name], check=True)
            self.stack.callback(self.end_all)
            self.join()
            self.stack = self.stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def join(self):
        self.near.ip("link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", self.far.name)
        for side, four, six in ((self.near, NEAR4, NEAR6), (self.far, FAR4, FAR6)):
            side.ip("link", "set", "lo", "up")
            side.ip("addr", "add", f"{four}/24", "dev", "veth0")
            side.ip("addr", "add", f"{six}/64", "dev", "veth0", "nodad")
        self.near.ip("link", "set", "veth0", "up")
        if self.link_up:
            self.far.ip("link", "set", "veth0", "up")

    def end_all(self):
        """Ends what runs in the two namespaces, children of servers too: all of it was started here."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for side in (self.near, self.far):
                for pid in side.pids():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
            end = time.monotonic() + 2
            while time.monotonic() < end:
                for process in self.processes:
                    process.poll()
                if not self.near.pids() and not self.far.pids():
                    return
                time.sleep(0.02)

    @staticmethod
    def remove(side):
        subprocess.run(["ip", "netns", "del", side.name], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(side.etc, ignore_errors=True)
        with contextlib.suppress(OSError):
            side.etc.parent.rmdir()  # only when empty
