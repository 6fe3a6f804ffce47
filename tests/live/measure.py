#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""measure.py RUSTNET [--trace FILE] [--only NAME...]: what a live run costs, on this machine, now.

Two namespaces, a veth pair, the program on a pseudo-terminal of 120x40. CPU time is that of all its
threads by /proc/PID/task/*/schedstat, wake-ups are voluntary context switches. Needs root; the load
cases need tcpreplay and a trace of Ethernet frames (--trace). docs/measured.md keeps the results.
"""

import argparse
import contextlib
import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import socket
import statistics
import struct
import subprocess
import tempfile
import termios
import threading
import time

import netlab

COLS, ROWS = 120, 40


class Screen:
    """The program on a pseudo-terminal; a thread drains what it writes and keeps the last `kept` bytes of it."""

    kept = 200_000

    def __init__(self, side, words, folder):
        self.leader, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.written, self.last, self.text = 0, 0.0, bytearray()
        self.started = time.monotonic()
        self.child = subprocess.Popen(side.command() + list(map(str, words)), stdin=follower, stdout=follower,
                                      stderr=follower, start_new_session=True, cwd=folder,
                                      env={"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8"})
        os.close(follower)
        self.first = None
        threading.Thread(target=self.drain, daemon=True).start()

    def drain(self):
        with contextlib.suppress(OSError):
            while True:
                data = os.read(self.leader, 65536)
                if not data:
                    return
                self.last = time.monotonic()
                self.written += len(data)
                self.text += data
                del self.text[:-self.kept]
                if self.first is None and b"Overview" in self.text:
                    self.first = self.last

    def wait_drawn(self):
        netlab.wait_for("the first picture", lambda: self.first or self.child.poll() is not None)
        assert self.first, bytes(self.text)

    def key(self, key):
        """Milliseconds from a key until the picture that it makes begins to arrive."""
        before, begin = self.written, time.monotonic()
        os.write(self.leader, key)
        while self.written == before and time.monotonic() - begin < 1:
            time.sleep(0.0002)
        return (self.last - begin) * 1000

    def end(self):
        os.write(self.leader, b"qq")
        assert self.child.wait(timeout=10) == 0, self.text


def tasks(pid):
    return list(pathlib.Path(f"/proc/{pid}/task").iterdir())


def cpu_by_thread(pid):
    """{thread: ns}"""
    out = {}
    for task in tasks(pid):
        name = (task / "comm").read_text().strip()
        out[name] = out.get(name, 0) + int((task / "schedstat").read_text().split()[0])
    return out


def cpu(pid):
    return sum(cpu_by_thread(pid).values())


def wakeups(pid):
    return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (t / "status").read_text(), re.M).group(1))
               for t in tasks(pid))


def rss_anon_kib(pid):
    return int(re.search(r"^RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M).group(1))


def wait_processing(screen):
    """ip netns exec replaces itself, so the child is the program."""
    screen.wait_drawn()
    return screen.child.pid


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def handshakes(path, flows):
    """A trace of `flows` TCP connections that are open."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n in range(flows):
            client = socket.inet_aton(f"198.51.{n >> 8 & 255}.{n & 255}")
            port, server = 20000 + (n >> 16), socket.inet_aton("192.0.2.10")
            for back, flags in ((False, 0x02), (True, 0x12), (False, 0x10)):
                src, dst, sport, dport = (server, client, 443, port) if back else (client, server, port, 443)
                ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40, n & 0xFFFF, 0, 64, 6, 0, src, dst)
                ip = ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:]
                frame = (b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0" + ip
                         + struct.pack(">HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 1024, 0, 0))
                out.write(struct.pack("<IIII", 0, n, len(frame), len(frame)) + frame)


def replay(lab, path, pps, extra=()):
    return lab.far.spawn("tcpreplay", "-q", "-K", "-i", "veth0", f"--pps={pps}", *extra, path,
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def dropped(folder):
    """(packets, dropped by the kernel, dropped by rings), as the log tells at the end."""
    text = "".join(p.read_text() for p in (folder / "logs").iterdir())
    match = re.search(r"stopped: (\d+) packets, (\d+) dropped by the kernel, (\d+) by rings", text)
    return tuple(map(int, match.groups()))


def first_frame(lab, program):
    times = []
    for _ in range(9):
        screen = Screen(lab.near, [program, "-i", "veth0"], lab.folder)
        screen.wait_drawn()
        times.append((screen.first - screen.started) * 1000)
        screen.end()
    print(f"first frame after exec (with ip netns exec): median {statistics.median(times):.0f} ms, max {max(times):.0f} ms")


def idle(lab, program, rows, seconds=20):
    options = [program, "-i", "veth0", "--max-connections", max(rows + 1000, 50000)]
    screen = Screen(lab.near, options, lab.folder)
    pid = wait_processing(screen)
    if rows:
        path = lab.folder / f"rows{rows}.pcap"
        handshakes(path, rows)
        assert replay(lab, path, 20000).wait(timeout=120) == 0
    time.sleep(4)
    before, woken, written, threads = cpu(pid), wakeups(pid), screen.written, cpu_by_thread(pid)
    time.sleep(seconds)
    used = (cpu(pid) - before) / 1e6
    parts = {k: f"{(v - threads[k]) / 1e6:.1f}" for k, v in cpu_by_thread(pid).items() if v - threads[k] > 2e5}
    print(f"idle, {rows} rows: {used:.1f} ms of CPU in {seconds} s ({used / seconds / 10:.2f} % of a core), "
          f"{(wakeups(pid) - woken) / seconds:.1f} wake-ups/s, {screen.written - written} bytes to the terminal, "
          f"RssAnon {rss_anon_kib(pid) / 1024:.1f} MiB; ms by thread {parts}")
    if rows:
        latency(screen, f"{rows} rows, idle")
    screen.end()


def latency(screen, what):
    times = []
    for n in range(200):
        times.append(screen.key(b"\x1bOB" if n % 40 < 20 else b"\x1bOA"))
        time.sleep(0.013)
    times.sort()
    print(f"key to picture, {what}: median {times[100]:.1f} ms, p95 {times[190]:.1f} ms, max {times[-1]:.1f} ms")


def load(lab, program, trace, pps, packets, screen_options=(), keys=False, note=""):
    words = [program, "-i", "veth0", "-l", "info", "--max-connections", 200000, *screen_options]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        before = lab.near.counters()
        screen = Screen(lab.near, words, folder)
        pid = wait_processing(screen)
        used = cpu(pid)
        begin = time.monotonic()
        sender = replay(lab, trace, pps, [f"--limit={packets}"])
        if keys:
            time.sleep(1)
            latency(screen, f"under {pps} packets/s")
        assert sender.wait(timeout=300) == 0
        took = time.monotonic() - begin
        time.sleep(1.5)
        used = cpu(pid) - used
        parts = {k: f"{v / packets:.0f}" for k, v in cpu_by_thread(pid).items() if v / packets > 1}
        screen.end()
        after = lab.near.counters()
        carried = sum(after) - sum(before)
        seen, kernel, rings = dropped(folder)
        print(f"{pps} packets/s{note}: {packets / took:.0f} sent, {used / 1000 / packets:.3f} us of CPU per packet, carried {carried}, "
              f"seen {seen}, dropped kernel {kernel} rings {rings}; ns by thread {parts}")


CASES = ("first", "idle", "idle10k", "idle50k", "load10k", "load100k", "load200k", "keys", "small")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--trace", type=lambda p: pathlib.Path(p).resolve())
    parser.add_argument("--only", nargs="+", choices=CASES, default=CASES)
    a = parser.parse_args()
    with netlab.Lab() as lab:
        for side in (lab.near, lab.far):
            side.run("sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/veth0/disable_ipv6")
        if "first" in a.only:
            first_frame(lab, a.program)
        for name, rows in (("idle", 0), ("idle10k", 10000), ("idle50k", 50000)):
            if name in a.only:
                idle(lab, a.program, rows)
        if not a.trace:
            return
        netlab.need("tcpreplay")
        for pps in (10000, 100000, 200000):
            if f"load{pps // 1000}k" in a.only:
                load(lab, a.program, a.trace, pps, min(pps * 10, 1000000))
        if "keys" in a.only:
            load(lab, a.program, a.trace, 20000, 160000, keys=True)
        if "small" in a.only:
            load(lab, a.program, a.trace, 200000, 1000000, ["-B", 256], note=", kernel buffer of 256 KiB")


if __name__ == "__main__":
    main()
